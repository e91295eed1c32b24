"""How consoles and commands come to a demo server: join this user's running one, or start one."""

from __future__ import annotations

import asyncio
import fcntl
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from console.demo import record, sandbox
from console.demo.options import SEED, DemoError, ServerOptions, check_installed
from console.demo.record import ASKING, PREFIX, Record
from console.files.settings import FolderError, make_private, runtime_dir, state_dir

LINGER: Final = 600.0
"""How many seconds a server that a console started outlives its last console."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo server that this process holds: it stays at least as long as this does.

    The held connection closes with the process, however it ends; `close` lets go earlier.
    """

    record: Record
    lifeline: socket.socket

    @property
    def url(self) -> str:
        """The endpoint URL of every service."""
        return self.record.url

    @property
    def config_file(self) -> Path:
        """The AWS config file to use: one profile for each stack, named like it."""
        return self.record.config_file

    @property
    def credentials_file(self) -> Path:
        """The AWS credentials file to use."""
        return self.record.credentials_file

    @property
    def stack_files(self) -> tuple[Path, ...]:
        """The stack files of this server."""
        return self.record.stack_files

    async def ready(self, stack: str) -> bool:
        """Whether a stack stands by now; raises DemoError if the server has gone."""
        words = (await asyncio.to_thread(self.ask, "/ping"))["stacks"]
        return isinstance(words, dict) and words.get(stack) == "ready"

    async def wait_ready(self, stack: str) -> None:
        """Wait until a stack stands; for one that is not the demo's own, until all stand.

        Raises DemoError if it cannot be built or the server has gone.
        """
        for name in (stack,) if stack in self.record.stacks else self.record.stacks:
            await asyncio.to_thread(self.ask, f"/ready/{name}")

    def close(self) -> None:
        """Let go of the server."""
        self.lifeline.close()

    def ask(self, path: str, timeout: float = 60.0) -> dict[str, object]:
        """Ask the server something below its own path; may block. Raises DemoError if it does not answer."""
        try:
            return msgspec.json.decode(record.get(self.url, path, timeout), type=dict[str, object])
        except ConnectionError as error:
            raise DemoError(f"The demo server at {self.url} has ended. Next: start the console again.") from error
        except OSError as error:
            raise DemoError(f"The demo server at {self.url}: {error}. Next: start the console again.") from error


async def attach_or_start(options: ServerOptions | None = None) -> Demo:
    """Join this user's running demo server, or start one that outlives this process by `options.linger`.

    Options count only for a server that is started; a scenario begins in one that runs, too. Raises DemoError
    with what to do next.
    """
    return await asyncio.to_thread(attach_or_start_blocking, options)


def attach_or_start_blocking(options: ServerOptions | None = None) -> Demo:
    """The same for commands without an event loop; takes about a second where a server must be started."""
    chosen = (options or ServerOptions()).checked()
    try:
        make_private(runtime_dir())
        with _alone():
            found = record.alive()
            running = found is not None
            if found is not None and (unlike := _unlike(chosen, found)):
                raise DemoError(unlike)
            found = found or _start(chosen)
            demo = Demo(found, hold(found))
    except FolderError as error:
        raise DemoError(f"The demo cannot be started: {error}") from error
    except OSError as error:
        what = f"The demo cannot be started: {error.filename}: {error.strerror}."
        raise DemoError(f"{what} Next: make room or rights there, or see groundskeeper doctor.") from error
    if running and chosen.scenario:
        demo.ask(f"/scenario/{chosen.scenario}")
    return demo


def _unlike(options: ServerOptions, running: Record) -> str:
    """Why a server that runs is not the one that is asked for, as a sentence; empty where it is, or may be any."""
    asked = {"--now": (options.now, None, running.now), "--seed": (options.seed, SEED, running.seed)}
    for flag, (wanted, usual, begun) in asked.items():
        if wanted not in (usual, begun):
            known = f"{flag} {begun}" if begun is not None else f"no {flag}"
            return (
                f"A demo runs already, which began with {known}. Next: leave {flag} out to join it; or close its "
                f"consoles, and it ends {LINGER / 60:g} minutes later; or end process {running.pid}."
            )
    return ""


@contextmanager
def _alone() -> Iterator[None]:
    """Keep two consoles that open together from starting a server each."""
    with (runtime_dir() / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _start(options: ServerOptions) -> Record:
    """Start a server in a session of its own, and wait until its port is open."""
    check_installed()
    make_private(state_dir())
    log = state_dir() / "demo-server.log"
    ours, theirs = os.pipe()
    with os.fdopen(ours, "rb") as opened:
        try:
            with log.open("wb") as sink:
                subprocess.run(
                    [*_command(options), "--detach", str(theirs)],
                    stdin=subprocess.DEVNULL,
                    stdout=sink,
                    stderr=sink,
                    pass_fds=(theirs,),
                    start_new_session=True,
                    env=sandbox.environment(),
                    check=False,
                )
        finally:
            os.close(theirs)
        opened.read()
    if found := record.alive():
        return found
    raise DemoError(f"The demo server did not start. Next: read {log}.")


def _command(options: ServerOptions) -> list[str]:
    linger = LINGER if options.linger is None else options.linger
    return [
        # Without -P a file in the folder of the operator could stand in for a module of ours.
        *(sys.executable, "-P", "-m", "console.demo", "--port", str(options.port)),
        *("--stacks", ",".join(options.stacks), "--time-scale", str(options.time_scale)),
        *("--linger", str(linger), *(("--scenario", options.scenario) if options.scenario else ())),
        *("--seed", str(options.seed), *(("--now", options.now) if options.now else ())),
    ]


def hold(found: Record) -> socket.socket:
    """Open the connection by which the server knows that this process lives."""
    where = urlsplit(found.url)
    try:
        line = socket.create_connection((where.hostname, where.port), timeout=5)
        asked = f"GET {PREFIX}/lifeline HTTP/1.1\r\nHost: {where.netloc}\r\n{': '.join(ASKING)}\r\n\r\n"
        line.sendall(asked.encode())
        line.recv(1024)
    except OSError as error:
        raise DemoError(f"The demo server at {found.url} does not answer: {error}.") from error
    line.settimeout(None)
    return line
