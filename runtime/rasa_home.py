"""Where the Rasa beside us lives, and which of its models is served."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RasaHome:
    """Where Rasa is installed, and the folder that holds its models and settings."""

    home: Path
    folder: Path

    @property
    def is_installed(self) -> bool:
        """Say whether `make rasa` came to its end."""
        return (self.home / ".ready").exists()

    def current(self) -> Path | None:
        """Give the model that is to be served."""
        return self._named("current")

    def previous(self) -> Path | None:
        """Give the model that was served before."""
        return self._named("previous")

    def promote(self, model: Path) -> None:
        """Make a model the one that is served; the one before is kept."""
        before = self.current()
        if before and before != model:
            self._write("previous", before.name)
        self._write("current", model.name)

    def server(self, port: int, token: str) -> list[str]:
        """Give the command that serves the current model, to this machine only."""
        command = [str(self.home / "bin" / "rasa"), "run", "--enable-api", "-i", "127.0.0.1"]
        model = self.current()
        more = ["-m", str(model)] if model else []
        return [*command, "-p", str(port), "--auth-token", token, *more]

    def _named(self, name: str) -> Path | None:
        pointer = self.folder / name
        model = self.folder / "models" / pointer.read_text("ascii") if pointer.exists() else None
        return model if model and model.exists() else None

    def _write(self, name: str, model: str) -> None:
        fresh = self.folder / f"{name}.new"
        fresh.write_text(model, "ascii")
        fresh.replace(self.folder / name)
