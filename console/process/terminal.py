"""Looks at the terminal before the console starts: whether it can be drawn on, in what colours, over what line."""

from __future__ import annotations

import codecs
import os
from collections.abc import Mapping, MutableMapping
from typing import Final, Literal, TextIO

ColourMode = Literal["none", "16", "256", "truecolor"]

SMALLEST: Final = (60, 16)
"""Columns and rows below which a confirmation cannot show all that it must."""

SLOW_LINE: Final = {"TEXTUAL_FPS": "15", "TEXTUAL_ANIMATIONS": "none", "TEXTUAL_SMOOTH_SCROLL": "0"}
"""What Textual is told over SSH. At 15 frames a second it sent 206 kB/s instead of 708 (measured, 120x40, logs)."""


def refusal(stdin: TextIO, stdout: TextIO, stderr: TextIO, environ: Mapping[str, str]) -> str | None:
    """Why the console cannot start here (exit code 2) and what to do next, as a sentence; None where it can.

    Stdin and stdout must be a terminal, and stderr too, since the console draws on it.
    """
    if not (stdin.isatty() and stdout.isatty()):
        return (
            "The console needs a terminal, and this is not one. For text output use a subcommand, such as: "
            "groundskeeper health; with ssh, ask for a terminal: ssh -t HOST groundskeeper."
        )
    if not stderr.isatty():
        return "The console draws on stderr, which goes elsewhere. Start it again without 2> or |&."
    term = environ.get("TERM", "")
    if term in ("", "dumb", "unknown"):
        named = f"TERM is {term}" if term else "TERM is not set"
        return (
            f"{named}, so the console cannot draw here. If the terminal is an ordinary one: export TERM=xterm-256color"
        )
    if not _is_utf8(stderr.encoding):
        return (
            f"The locale's character set is {stderr.encoding}, and the console draws with UTF-8. "
            "Set it and start again: export LC_ALL=C.UTF-8"
        )
    return _too_small(stdout)


def _is_utf8(encoding: str | None) -> bool:
    try:
        return codecs.lookup(encoding or "ascii").name == "utf-8"
    except LookupError:
        return False


def _too_small(stdout: TextIO) -> str | None:
    columns, rows = os.get_terminal_size(stdout.fileno())
    if not columns or not rows:  # a terminal that does not tell its size, such as a serial line
        return None
    if columns >= SMALLEST[0] and rows >= SMALLEST[1]:
        return None
    least = f"{SMALLEST[0]}x{SMALLEST[1]}"
    return f"The window is {columns}x{rows}; the console needs {least}. Enlarge it, or choose a smaller font."


def colour_mode(environ: Mapping[str, str]) -> ColourMode:
    """How many colours the terminal shows; none where NO_COLOR is set, also to nothing, as Textual reads it.

    With none, a theme with colours of its own must be used: Textual's ANSI themes turn black on black.
    """
    if "NO_COLOR" in environ:
        return "none"
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return "truecolor"
    return "256" if "256color" in environ.get("TERM", "") else "16"


def over_ssh(environ: Mapping[str, str]) -> bool:
    """Whether the operator came in over SSH."""
    return any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"))


def spare_line(environ: MutableMapping[str, str]) -> None:
    """Over SSH, draw less often and without animations; what the operator set stays.

    Textual reads these when it is imported, so call it before.
    """
    if over_ssh(environ):
        for name, value in SLOW_LINE.items():
            environ.setdefault(name, value)
