"""``python -m sim`` and the command ``sim``: an interrupt while the program is imported ends it as one later does."""

from __future__ import annotations

import sys


def main() -> None:
    """Import the command and run it."""
    try:
        from sim.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
