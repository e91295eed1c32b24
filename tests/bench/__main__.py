"""``make bench``: prints every row beside its yardstick of the same run; rows that are not met say so."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterator

from tests.bench import log_drain, log_pane, startup, sweeps, tables, terminal
from tests.bench.report import Row, show
from tests.bench.server import demo_server


def main() -> int:
    """Measure everything, or only the groups that are named."""
    wanted = sys.argv[1:]
    sys.stdout.write(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}\n")
    with demo_server() as (found, environment):
        groups: dict[str, Callable[[], Iterator[Row]]] = {
            "startup": lambda: startup.rows(environment),
            "sweeps": lambda: sweeps.rows(found, environment),
            "tables": tables.rows,
            "logs": lambda: log_pane.rows(environment),
            "drain": lambda: log_drain.rows(environment),
            "terminal": lambda: terminal.rows(environment),
        }
        rows = [row for name, group in groups.items() if not wanted or name in wanted for row in group()]
    sys.stdout.write(show(rows) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
