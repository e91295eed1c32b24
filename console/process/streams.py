"""Stdout and stderr of this process: whatever they are, no output becomes a traceback."""

from __future__ import annotations

import codecs
import io
import os
import sys
from pathlib import Path
from typing import Any, Final

from console.text import clean

_ESCAPES: Final = "groundskeeper-escapes"


def occupy() -> None:
    """Put nothing in the place of what was closed at the start: else the next file that is opened would be stdout."""
    missing = [name for name in ("stdin", "stdout", "stderr") if getattr(sys, name) is None]
    if not missing:
        return
    while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(fd, True)  # noqa: FBT003 - it has no name
    os.close(fd)
    for name in missing:
        setattr(sys, name, Path(os.devnull).open("r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115


def take_any_text() -> None:
    r"""Write what the locale's encoding does not have as ``\uXXXX``: legible in text, and the same text in JSON."""
    codecs.register_error(_ESCAPES, _escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ESCAPES)


class _Forgiving(io.FileIO):
    """What is told on stderr is never worth another error: where it takes nothing, that is lost."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data) or 0
        except OSError:
            return len(data)


def lose_what_stderr_does_not_take() -> None:
    """From now on a closed pipe or a full disk behind stderr ends nothing; a terminal is left as it is."""
    if not sys.stderr.isatty():
        buffer = io.BufferedWriter(_Forgiving(sys.stderr.fileno(), "w", closefd=False))
        sys.stderr = io.TextIOWrapper(buffer, sys.stderr.encoding, _ESCAPES, line_buffering=True)


def unwritten() -> str:
    """Why stdout does not take what was printed; empty where all of it is written. After that nothing is written."""
    try:
        sys.stdout.flush()
    except OSError as error:
        give_up()
        return clean(error.strerror or error)
    return ""


def give_up() -> None:
    """Write nothing more to stdout; what is in its buffer would fail again at the end, and change the exit code."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    pairs = (units[at : at + 2].hex() for at in range(0, len(units), 2))
    return "".join(f"\\u{pair}" for pair in pairs), error.end
