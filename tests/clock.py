"""A clock that a test turns: the time of day of every process of an installation, shifted."""

import shutil
import struct
import subprocess
import time
from pathlib import Path

SOURCE = Path(__file__).with_name("clock.c")
CAN_BE_TURNED = shutil.which("cc") is not None


class Clock:
    """The shift of an installation's clock against that of the machine, in seconds.

    Where time `passes` the machine seems to have run for so much longer; else its clock is only
    set, as people and time servers do.
    """

    def __init__(self, folder: Path, passes: bool = True) -> None:
        self.passes = passes
        self._file, self._library = folder / "clock", folder / "clock.so"
        self.shift = 0.0
        self._file.write_bytes(struct.pack("d", 0.0))
        command = ["cc", "-shared", "-fPIC", "-O2", "-o", str(self._library), str(SOURCE), "-ldl"]
        subprocess.run(command, check=True)

    @property
    def environment(self) -> dict[str, str]:
        """Give what starts a process under this clock."""
        found = {"LD_PRELOAD": str(self._library), "TEST_CLOCK_FILE": str(self._file)}
        return found | ({"TEST_CLOCK_PASSES": "1"} if self.passes else {})

    def turn(self, seconds: float) -> None:
        """Turn the clock forward, or back; every process knows at once."""
        self.shift += seconds
        with self._file.open("r+b") as file:
            file.write(struct.pack("d", self.shift))

    def now(self) -> float:
        """Give the time as the installation knows it, in seconds since 1970."""
        return time.time() + self.shift
