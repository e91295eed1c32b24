"""The program itself, in a process of its own, on a stack of the demo behind the proxy."""

from __future__ import annotations

import io
import json
import os
import shlex
import subprocess
import sys
from contextlib import AbstractContextManager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from console.__main__ import main
from console.gate.runner import Runner
from tests.children import child
from tests.conftest import DemoServer
from tests.deadlines import SOON
from tests.gate.world import World, hurry
from tests.paths import ROOT
from tests.pty.harness import Terminal

FRONTEND = "mra-mines-frontend-staging"
OURS = ("AWS_", "GROUNDSKEEPER_")


@dataclass(frozen=True)
class Program:
    """Runs subcommands whose journal is the world's."""

    world: World
    demo: DemoServer

    def environment(self) -> dict[str, str]:
        """The environment in which they find the stack, its keys and the journal."""
        record = self.demo.record
        return {
            "AWS_CONFIG_FILE": str(record.config_file),
            "AWS_SHARED_CREDENTIALS_FILE": str(record.credentials_file),
            "AWS_EC2_METADATA_DISABLED": "true",
            "GROUNDSKEEPER_STATE_DIR": str(self.world.folder),
            "GROUNDSKEEPER_RUNTIME_DIR": str(self.world.folder / "run"),
            "GROUNDSKEEPER_CONFIG_DIR": str(self.world.folder / "config"),
        }

    def words(self, given: tuple[str, ...], stack: Path | None = None) -> list[str]:
        """A command line for the world's stack, or for that of a file."""
        file = stack or next(path for path in self.demo.record.stack_files if path.stem == self.world.stack.name)
        return [*given, "--stack", str(file), "--endpoint-url", self.world.proxy.url]

    def outside(self) -> dict[str, str]:
        """The environment of a process of its own: nothing of whoever runs the tests leads elsewhere."""
        rest = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return {**rest, "PYTHONPATH": str(ROOT), **self.environment()}

    def start(self, *given: str, **options: Any) -> AbstractContextManager[subprocess.Popen[str]]:
        """Run a subcommand as a process, without a terminal."""
        command = [sys.executable, "-m", "console", *self.words(given)]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return child(command, env=self.outside(), cwd=ROOT, text=True, **{**pipes, **options})

    def shell(self, redirection: str, *given: str) -> tuple[int, str]:
        """Run a subcommand from a shell with its streams led elsewhere; gives the exit code and stderr."""
        command = f"{shlex.join([sys.executable, '-m', 'console', *self.words(given)])} {redirection}"
        done = subprocess.run(
            ["bash", "-c", command], env=self.outside(), cwd=ROOT, stderr=subprocess.PIPE, text=True, timeout=SOON
        )
        return done.returncode, done.stderr

    def scale(self, desired: int, **options: Any) -> AbstractContextManager[subprocess.Popen[str]]:
        """Start scaling the frontend, confirmed."""
        return self.start("apply", "ecs.scale", "--service", FRONTEND, "--desired", str(desired), "--yes", **options)

    def at_terminal(self, *given: str, deaf: bool = False) -> Terminal:
        """Run a subcommand on a terminal; with `deaf`, no signal ends what its main thread waits for in the kernel."""
        command = [sys.executable, "-m", "tests.gate.deaf" if deaf else "console", *self.words(given)]
        outside = self.outside()
        return Terminal(command, env={**dict.fromkeys(os.environ.keys() - outside.keys()), **outside}, cwd=ROOT)

    def run(self, *given: str, stack: Path | None = None) -> tuple[int, str, str]:
        """Run a subcommand here, a hundred times as fast, to its end: exit code, stdout, stderr."""
        out, err = io.StringIO(), io.StringIO()
        with (
            mock.patch.dict(os.environ, self.environment()),
            mock.patch("console.cli.session.Runner", partial(Runner, sleep=hurry)),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            try:
                code = main(self.words(given, stack))
            except SystemExit as end:  # argparse ends so
                code = int(end.code or 0)
        return code, out.getvalue(), err.getvalue()

    def json(self, *given: str, stack: Path | None = None) -> tuple[int, Any]:
        """Run a subcommand with --json: exit code and what it printed."""
        code, out, err = self.run(*given, "--json", stack=stack)
        assert out, err
        return code, json.loads(out)
