"""``groundskeeper`` and ``python -m groundskeeper``: the program, unless another's package stands in its way."""

from __future__ import annotations

import sys

from groundskeeper.origins import refused, refused_exit


def main() -> int:
    """Start Groundskeeper; gives the exit code: 2, or 3 for health, where another's package would run."""
    if refused():
        return refused_exit()
    from console.__main__ import main as start

    return start()


if __name__ == "__main__":
    sys.exit(main())
