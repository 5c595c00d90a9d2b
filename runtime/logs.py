"""How processes log: a line each, without what tells who a visitor is.

`DIALOOM_LOG=json` writes one JSON object a line, for those who collect them.
"""

import logging
import re
from datetime import UTC, datetime

import orjson

_MASKED = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "<email>"),
    (re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)"), "<phone>"),
    (re.compile(r"(?<![\w])\+\d[\d \-]{7,}\d"), "<phone>"),
    (re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"), "<id card>"),
    (re.compile(r"(?<!\d)\d{13,19}(?!\d)"), "<number>"),
)


def masked(text: str) -> str:
    """Give a text without addresses, telephone numbers and long numbers."""
    for pattern, instead in _MASKED:
        text = pattern.sub(instead, text)
    return text


class Plain(logging.Formatter):
    """Lines for people."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        return masked(super().format(record))


class Json(logging.Formatter):
    """Lines for programs."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        said = {
            "at": at,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": masked(record.getMessage()),
            "process": record.process,
        }
        if record.exc_info:
            said["error"] = masked(self.formatException(record.exc_info))
        return orjson.dumps(said).decode()


def set_up_logging(kind: str, level: int = logging.INFO) -> None:
    """Let all loggers of this process write lines of a kind: plain or json."""
    handler = logging.StreamHandler()
    shown = "%(asctime)s %(levelname)s %(name)s %(message)s"
    handler.setFormatter(Json() if kind == "json" else Plain(shown))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
