"""Ready-made workspaces to start from; they ship with the product."""

from pathlib import Path

import flows

LIBRARY = Path(flows.__file__).parent / "library"
DEMO = "phone_shop"


def library_files(name: str) -> dict[str, str]:
    """Give the files of a ready-made workspace by their paths."""
    root = LIBRARY / name
    paths = sorted(path for path in root.rglob("*") if path.suffix in (".yaml", ".yml"))
    return {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in paths}
