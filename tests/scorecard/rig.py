"""What the lines share: a folder, the embedded AWS, and ways to run the console against it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from console.demo.record import Record
from tests.bench.server import ROOT, demo_server
from tests.pty.harness import Terminal
from tests.scorecard.processes import gone, of_session

PROGRAMS = Path(__file__).parent / "programs"
CONSOLE = (sys.executable, "-m", "console")
FOUND = "mra-mines-processor"
"""A name that the health of the first demo stack shows as soon as its services were read."""


class Rig:
    """The embedded AWS is started by the first line that needs it, and shared."""

    def __init__(self, folder: Path, soak_seconds: float) -> None:
        self.folder = folder
        self.soak_seconds = soak_seconds
        self._open = ExitStack()
        self._sessions: list[int] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._open.close()

    @cached_property
    def _served(self) -> tuple[Record, dict[str, str]]:
        return self._open.enter_context(demo_server())

    @property
    def demo(self) -> Record:
        """The embedded AWS with all its stacks."""
        return self._served[0]

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which ``--demo`` joins it, and keeps its state below the rig's folder."""
        return {**self._served[1], "GROUNDSKEEPER_STATE_DIR": str(self.folder / "state")}

    def fresh(self, name: str) -> Path:
        """An empty folder that is this user's alone, as the program wants its own."""
        path = self.folder / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(mode=0o700)
        return path

    def bare(self, home: Path) -> dict[str, str]:
        """The environment of an operator whose home is `home`, with nothing of AWS in it."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "GROUNDSKEEPER_"))}
        folders = {f"GROUNDSKEEPER_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "STATE", "RUNTIME")}
        return {**kept, **folders, "HOME": str(home), "LC_ALL": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true"}

    def operator(self, home: Path, url: str) -> dict[str, str]:
        """The environment of an operator with stack files and keys of their own, whose AWS is at `url`."""
        stacks = home / "config" / "stacks"
        stacks.mkdir(parents=True)
        for path in self.demo.stack_files:
            shutil.copy(path, stacks)
        keys = {
            "AWS_CONFIG_FILE": str(self.demo.config_file),
            "AWS_SHARED_CREDENTIALS_FILE": str(self.demo.credentials_file),
        }
        return {**self.bare(home), **keys, "AWS_ENDPOINT_URL": url}

    def terminal(
        self, words: list[str], env: Mapping[str, str | None], columns: int = 120, rows: int = 40, **options: Any
    ) -> Terminal:
        """A program on a terminal; its session must be empty when the line ends."""
        missing: dict[str, str | None] = dict.fromkeys((name for name in os.environ if name not in env), None)
        found = Terminal(words, columns, rows, env={**missing, **env}, cwd=ROOT, **options)
        self._sessions.append(found.process.pid)
        return found

    def console(self, *words: str, env: Mapping[str, str | None] | None = None, **options: Any) -> Terminal:
        """The console on the demo's first stack, on a terminal."""
        command = [*CONSOLE, "--demo", "--stack", "mra-mines", *words]
        return self.terminal(command, {**self.environment, **(env or {})}, **options)

    def tidy(self) -> list[str]:
        """What a line left behind that it should not have: programs that run on, and crash files."""
        sessions, self._sessions = self._sessions, []
        running = [pid for session in sessions for pid in of_session(session)]
        left = [] if gone(running, 1) else [f"processes of this line run on: {running}"]
        for path in self.folder.rglob("groundskeeper-crash-*"):
            left.append("crash: " + " / ".join(path.read_text().splitlines()[-5:]))
            path.unlink()
        return left
