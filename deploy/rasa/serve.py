"""Serves Rasa's current model to this machine: `serve.py FOLDER PORT`, run by Rasa's CPython."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Start Rasa with the token from the environment, where other accounts cannot read it."""
    folder, port = Path(sys.argv[1]), sys.argv[2]
    pointer = folder / "current"
    model = folder / "models" / pointer.read_text("ascii") if pointer.exists() else None
    sys.argv = ["rasa", "run", "--enable-api", "-i", "127.0.0.1", "-p", port]
    sys.argv += ["--auth-token", os.environ.pop("RASA_TOKEN")]
    if model and model.exists():
        sys.argv += ["-m", str(model)]
    from rasa.__main__ import main as rasa

    rasa()


if __name__ == "__main__":
    main()
