"""The crash file: what went wrong inside, for whoever mends it; without local variables, which may hold secrets."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import platform
import sys
import tempfile
import threading
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from console import __version__
from console.files.settings import make_private, state_dir
from console.text import Clean, clean

KEPT: Final = 20
"""Crash files kept in the state folder; the oldest go when another is written."""

LIMIT: Final = 200_000
"""Characters kept of one crash, half of them from its end."""

_INNERMOST: Final = 3
"""Frames by which a crash is known again: the same fault is reached by a key, a timer and a frame."""

_NAME: Final = "groundskeeper-crash-"
_TEXTUAL_WRITER: Final = "textual-output"

_written: dict[tuple[object, ...], Path | None] = {}
_told: list[Path | None] = []
_lock = threading.Lock()


def write_crash(error: BaseException) -> Path | None:
    """Write a crash to a file that only its owner can read, and give its path. It never raises.

    The file lies in ``crashes`` in the state folder, or in a new folder of this user's own where that cannot be
    written; None where neither can. A crash of the same kind at the same place is written once in the life of the
    process.
    """
    place = _place(error)
    with _lock:
        if place not in _written:
            try:
                _written[place] = _store(error)
            except Exception:  # noqa: BLE001 - whatever it is, the error that is told of must not become another one
                _written[place] = None
        return _written[place]


def in_words(error: BaseException) -> Clean:
    """The class and the message of an error as a line that may be shown: without secrets, and not long."""
    from console.redact import redact

    try:
        said = redact(str(error)[:LIMIT])
    except Exception:  # noqa: BLE001 - the message is made by code that may be at fault itself
        said = "its message cannot be told"
    return clean(f"{type(error).__name__}: {said}" if said else type(error).__name__, limit=300)


def sentence(path: Path | None) -> str:
    """What to tell the operator, once the terminal is theirs again."""
    if path is None:
        return "Groundskeeper met an error of its own, and no file could be written about it: is the disk full?"
    return f"Groundskeeper met an error of its own. Please send this file to its maintainers: {clean(path)}"


def tell() -> None:
    """Name on stderr, a sentence each, the crash files that were not named yet. Call it when nothing is drawn."""
    with _lock:
        new = [path for path in _written.values() if path not in _told]
        _told.extend(new)
    for path in new:
        sys.stderr.write(f"{sentence(path)}\n")


def install_hooks() -> None:
    """Send exceptions that no code handles to crash files: those of the program and those of its threads.

    A thread's crash is named by the next `tell`, since the console may be drawing at the time.
    """
    sys.excepthook = _on_exception
    threading.excepthook = _on_thread


def on_loop_error(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """For ``loop.set_exception_handler``: write down a task's exception that nobody asked for."""
    error = context.get("exception")
    write_crash(error if isinstance(error, BaseException) else RuntimeError(str(context.get("message"))))


def _on_exception(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not isinstance(error, KeyboardInterrupt):
        write_crash(error)
        tell()


def _on_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not isinstance(args.exc_value, SystemExit) and not _is_terminal_gone(args):
        write_crash(args.exc_value)


def _is_terminal_gone(args: threading.ExceptHookArgs) -> bool:
    """Whether Textual's writing thread met a terminal that was closed: the console ends then, which is no error."""
    closed = isinstance(args.exc_value, OSError) and args.exc_value.errno == errno.EIO
    return closed and args.thread is not None and args.thread.name == _TEXTUAL_WRITER


def _place(error: BaseException) -> tuple[object, ...]:
    """The kind of an error, and where it was raised."""
    frames: dict[tuple[str, int], None] = {}
    trace = error.__traceback__
    while trace is not None:
        frames[trace.tb_frame.f_code.co_filename, trace.tb_lineno] = None
        trace = trace.tb_next
    return (type(error), *list(frames)[-_INNERMOST:])


def _store(error: BaseException) -> Path | None:
    from console.redact import redact

    text = "".join(traceback.TracebackException.from_exception(error, capture_locals=False).format())
    if len(text) > LIMIT:
        half = LIMIT // 2
        text = f"{text[:half]}\n... {len(text) - LIMIT} characters left out ...\n{text[-half:]}"
    body = "\n".join(clean(line) for line in redact(text).splitlines())
    own = state_dir() / "crashes"
    with contextlib.suppress(OSError):
        make_private(own)
        for old in sorted(own.glob(f"{_NAME}*"))[: -KEPT + 1]:
            old.unlink(missing_ok=True)
        return _write(own, body)
    with contextlib.suppress(OSError):
        # A folder that nobody could know of beforehand, and that is closed to others, within one that all share.
        return _write(Path(tempfile.mkdtemp(prefix="groundskeeper-")), body)
    return None


def _write(folder: Path, body: str) -> Path:
    now = datetime.now(UTC)
    path = folder / f"{_NAME}{now:%Y%m%dT%H%M%S.%fZ}.txt"
    system = f"Groundskeeper {__version__}, Python {platform.python_version()}, {platform.system()}"
    # Made with its final mode, and never through a link that somebody laid in a shared folder.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(f"{system}, {now:%Y-%m-%d %H:%M:%S}Z\n\n{body}\n")
    return path
