"""Where the Rasa beside us lives, which of its models is served, and which was before."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
SERVE = ROOT / "deploy" / "rasa" / "serve.py"
TRIAL = "trial"
"""The model that is only measured."""
MOST_MODELS = 5


class RasaBusy(Exception):
    """Rasa is being trained already."""


@dataclass(frozen=True)
class RasaHome:
    """Where Rasa is installed, and the folder that holds its models and settings."""

    home: Path
    folder: Path

    @property
    def is_installed(self) -> bool:
        """Say whether `make rasa` came to its end."""
        return (self.home / ".ready").exists()

    @property
    def models(self) -> Path:
        """Give the folder of the models; nothing else is ever loaded."""
        return self.folder / "models"

    def current(self) -> Path | None:
        """Give the model that is to be served."""
        return self._named("current")

    def previous(self) -> Path | None:
        """Give the model that was served before."""
        return self._named("previous")

    def model(self, name: str) -> Path | None:
        """Give a model by the fingerprint it was trained on; None where it is gone."""
        path = self.models / f"{name}.tar.gz"
        return path if name.isalnum() and path.exists() else None

    def promote(self, model: Path) -> None:
        """Make a model the one that is served; the one before is kept."""
        before = self.current()
        if before and before != model:
            self._write("previous", before.name)
        self._write("current", model.name)

    def retire(self) -> None:
        """Serve none; the one that was served is kept as the one before."""
        before = self.current()
        if before:
            self._write("previous", before.name)
        (self.folder / "current").unlink(missing_ok=True)

    def clear_out(self, *wanted: Path) -> None:
        """Delete old models, but those in use, those that are wanted, and the newest few."""
        kept = {self.current(), self.previous(), *wanted}
        found = sorted(self.models.glob("*.tar.gz"), key=lambda path: -path.stat().st_mtime)
        for path in found[MOST_MODELS:]:
            if path not in kept:
                path.unlink(missing_ok=True)

    @contextmanager
    def training(self) -> Iterator[None]:
        """Hold Rasa's folder for a training; RasaBusy while another one does."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "training").open("w", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise RasaBusy from error
            yield

    def server(self, port: int) -> list[str]:
        """Give the command that serves whatever is current when it starts, to this machine only.

        The token is read from RASA_TOKEN: an argument could be read by every account.
        """
        return [str(self.home / "bin" / "python"), str(SERVE), str(self.folder), str(port)]

    def _named(self, name: str) -> Path | None:
        pointer = self.folder / name
        model = self.models / pointer.read_text("ascii") if pointer.exists() else None
        return model if model and model.exists() else None

    def _write(self, name: str, model: str) -> None:
        fresh = self.folder / f"{name}.new"
        fresh.write_text(model, "ascii")
        fresh.replace(self.folder / name)
