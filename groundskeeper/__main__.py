"""``groundskeeper`` and ``python -m groundskeeper``: the program, unless another's package stands in its way."""

from __future__ import annotations

import sys

from groundskeeper.origins import refused


def main() -> int:
    """Start Groundskeeper; gives the exit code, 2 where Python would run another's package in the place of ours."""
    if refused():
        return 2
    from console.__main__ import main as start

    return start()


if __name__ == "__main__":
    sys.exit(main())
