"""`python -m runtime.ends_with_parent COMMAND …`: it ends when its caller does (on Linux)."""

import os
import sys

from runtime.supervisor import die_with_parent


def main() -> None:
    """Become the command."""
    if sys.platform == "linux":
        die_with_parent()
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606  our own command, no shell


if __name__ == "__main__":
    main()
