"""A demo server for the benchmark, in folders of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from console.demo import record
from console.demo.record import Record
from tests.paths import ROOT


@contextmanager
def demo_server() -> Iterator[tuple[Record, dict[str, str]]]:
    """Run a server with all stacks; gives its record and the environment that leads to it."""
    with tempfile.TemporaryDirectory(prefix="gk-bench-") as folder:
        environment = {
            **os.environ,
            "GROUNDSKEEPER_RUNTIME_DIR": f"{folder}/run",
            "GROUNDSKEEPER_STATE_DIR": f"{folder}/state",
            "LC_ALL": "C.UTF-8",
        }
        with subprocess.Popen(
            [sys.executable, "-m", "console.demo"], env=environment, cwd=ROOT, stdout=subprocess.PIPE
        ) as process:
            try:
                assert process.stdout and process.stdout.readline()
                found = msgspec.json.decode(Path(f"{folder}/run/demo.json").read_bytes(), type=Record)
                for stack in found.stacks:
                    record.get(found.url, f"/ready/{stack}", timeout=60)
                yield found, environment
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(15)
