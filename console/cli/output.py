"""Printing for people and pipes: colour only on a terminal, a closed pipe is no error."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Final

_SGR: Final = {"bold": "1", "ok": "32", "warn": "33", "crit": "1;31", "unknown": "35", "muted": "2"}


def write(line: str) -> None:
    """Print a line at once, so that a reader sees what is known so far."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def paint(text: str, style: str) -> str:
    """The text in a colour where stdout is a terminal that wants it (NO_COLOR and TERM=dumb do not)."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return f"\x1b[{_SGR[style]}m{text}\x1b[0m"


def columns(rows: Sequence[Sequence[str]], limits: Sequence[int]) -> list[int]:
    """How wide each column must be for its longest cell, within its limit."""
    longest = [max((len(row[at]) for row in rows), default=0) for at in range(len(limits))]
    return [min(*pair) for pair in zip(longest, limits, strict=True)]
