"""Steps on this machine: files that are written, and commands that are run."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import signal
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from console.operations.preview import Shell, quote
from console.operations.step_context import Changed, Done, StepFailed, Work
from console.operations.step_values import Result
from console.operations.steps import Step, resolved
from console.text import Clean, clean

_LINES_KEPT: Final = 20
_LINE_LIMIT: Final = 2**24
_ENDS_IN: Final = 10.0
"""Seconds that a command is given to end when it is stopped."""


@dataclass(frozen=True)
class LocalFile(Step):
    """Writes a file, at once or not at all, for this user's eyes only."""

    path: Path
    content: str | Result
    kind: ClassVar[str] = "file"

    def needs(self) -> tuple[Result, ...]:
        """The result that it writes."""
        return (self.content,) if isinstance(self.content, Result) else ()

    def preview(self, shell: Shell) -> tuple[str, ...]:
        """The shell command that writes it, without a long content."""
        del shell
        source = quote(self.content) if isinstance(self.content, Result) or len(self.content) <= 200 else "..."
        size = "" if isinstance(self.content, Result) else f"  # {len(self.content.encode()):,} bytes"
        return (f"(umask 077; printf %s {source} > {quote(self.path)}){size}",)

    async def run(self, work: Work) -> Done:
        """Write it beside its place, then move it there."""
        try:
            await asyncio.to_thread(self._write, str(resolved(self.content, work)))
        except (OSError, LookupError) as error:
            raise StepFailed(f"{self.path} could not be written: {clean(error)}.") from error
        return Done(what=Clean(f"Written: {clean(self.path)}."))

    def _write(self, content: str) -> None:
        part = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        fd = os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(fd)
        part.replace(self.path)


@dataclass(frozen=True)
class LocalCommand(Step):
    """Runs a program, never through a shell. Whether one that fails has changed something is for `happened`."""

    argv: tuple[str, ...]
    folder: Path | None = None
    kind: ClassVar[str] = "command"

    def preview(self, shell: Shell) -> tuple[str, ...]:
        """The command line."""
        del shell
        command = " ".join(quote(word) for word in self.argv)
        return (f"(cd {shlex.quote(str(self.folder))} && {command})" if self.folder else command,)

    async def run(self, work: Work) -> Done:
        """Run it, with its last line as progress; stopping ends it and what it started."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self.argv,
                cwd=self.folder,
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=STDOUT,
                start_new_session=True,
                limit=_LINE_LIMIT,
            )
        except OSError as error:
            raise StepFailed(f"{self.argv[0]} could not be started: {error.strerror}.") from error
        reading = asyncio.create_task(_read(process, work))
        try:
            while not reading.done():
                await asyncio.wait({reading}, timeout=0.2)
                if work.stopping():
                    raise StepFailed(f"{self.argv[0]} was stopped.", Changed.PERHAPS, stopped=True)
            lines = reading.result()
        finally:
            await _end(process)
            await asyncio.wait({reading})
        if process.returncode:
            last = " ".join(lines)[-300:]
            raise StepFailed(f"{self.argv[0]} ended with {process.returncode}: {last}", Changed.PERHAPS)
        return Done(what=Clean(lines[-1] if lines else ""))


async def _read(process: Process, work: Work) -> list[Clean]:
    lines: deque[Clean] = deque(maxlen=_LINES_KEPT)
    assert process.stdout is not None  # noqa: S101 - it was asked for
    async for line in process.stdout:
        lines.append(clean(line.decode(errors="replace").rstrip()))
        work.tell(lines[-1], None)
    await process.wait()
    return list(lines)


async def _end(process: Process) -> None:
    """End a process and all that it started, if it runs still."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _ENDS_IN)
