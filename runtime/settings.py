"""Every setting: typed, read from the environment once.

Each one stands in `docs/reference/settings.md`.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runtime.rasa_home import RasaHome

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Settings:
    """What an installation may choose. Empty addresses mean the embedded parts."""

    port: int = 8000
    host: str = "127.0.0.1"
    data: Path = Path("var")
    admin_password: str = ""
    database_url: str = ""
    redis_url: str = ""
    rasa_url: str = ""
    rasa_token: str = ""
    rasa_home: Path = Path(".rasa")
    bus: str = "redis"
    secret_key: str = ""
    workers: int = 2
    server: str = "asgi"
    weights_seconds: float = 60.0
    time_zone: str = "Asia/Shanghai"
    connector_secret: str = ""
    keep_days: int = 400
    log: str = "plain"

    @property
    def rasa(self) -> RasaHome:
        """Give the Rasa that may stand beside us."""
        return RasaHome(self.rasa_home, self.data / "rasa")

    @property
    def redis(self) -> str:
        """Give the address of Redis; the embedded one listens on a socket in the data folder."""
        return self.redis_url or f"unix://{self.data / 'valkey.sock'}"

    @property
    def database(self) -> str:
        """Give the address of the database, its driver named."""
        url = self.database_url or f"sqlite:///{self.data / 'dialoom.db'}"
        return url.replace("postgresql://", "postgresql+psycopg://", 1)


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; ValueError names the one that is wrong and what it may be."""
    given = os.environ if environment is None else environment

    def text(name: str, default: str = "") -> str:
        return given.get(f"DIALOOM_{name}", "") or default

    data = Path(text("DATA", "var")).absolute()
    server = text("SERVER", "asgi")
    if server not in ("asgi", "uvicorn"):
        raise ValueError(f"DIALOOM_SERVER is {server!r}; it may be asgi or uvicorn.")
    return Settings(
        port=_number(text("PORT", "8000"), "PORT", 0, 65535),
        host=text("HOST", "127.0.0.1"),
        data=data,
        admin_password=text("ADMIN_PASSWORD"),
        database_url=text("DATABASE_URL"),
        redis_url=text("REDIS_URL"),
        rasa_url=text("RASA_URL"),
        rasa_token=text("RASA_TOKEN"),
        rasa_home=Path(text("RASA", str(ROOT / ".rasa"))).absolute(),
        bus=text("BUS", "redis"),
        secret_key=text("SECRET_KEY"),
        workers=_number(text("WORKERS", "2"), "WORKERS", 1, 64),
        server=server,
        weights_seconds=float(_number(text("WEIGHTS_SECONDS", "60"), "WEIGHTS_SECONDS", 1, 86400)),
        time_zone=text("TIME_ZONE", "Asia/Shanghai"),
        connector_secret=text("CONNECTOR_SECRET"),
        log="json" if text("LOG") == "json" else "plain",
        keep_days=_number(text("KEEP_DAYS", "400"), "KEEP_DAYS", 1, 100_000),
    )


def kept_secret(settings: Settings, name: str) -> str:
    """Give a secret that this installation made for itself, and keeps in its data folder."""
    path = settings.data / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("x", encoding="ascii") as file:
                path.chmod(0o600)
                file.write(secrets.token_urlsafe(32))
        except FileExistsError:  # Another process of ours was quicker.
            pass
    return path.read_text("ascii").strip()


def signing_secret(settings: Settings) -> str:
    """Give the secret that signs what rules tell other systems: the one that is set, or our own."""
    own = kept_secret(settings, "webhook-key")  # In base64 for URLs.
    return settings.connector_secret or "whsec_" + own.replace("-", "+").replace("_", "/")


def _number(text: str, name: str, least: int, most: int) -> int:
    if not text.isdigit() or not least <= int(text) <= most:
        raise ValueError(f"DIALOOM_{name} is {text!r}; it may be {least} to {most}.")
    return int(text)
