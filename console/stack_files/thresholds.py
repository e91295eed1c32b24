"""Whether the checks and thresholds that a stack file names are there."""

from __future__ import annotations

import difflib

from console.services.sources import EVERY, SOURCES
from console.stack.stack import Stack
from console.stack_files.file import StackError
from console.text import clean


def check_thresholds(stack: Stack, where: str) -> None:
    """Refuse thresholds and checks to skip that do not exist: a misspelt one would be passed over in silence.

    `where` names the stack's file. Raises `StackError`, which names the nearest and what is allowed.
    """
    for name in stack.skip:
        if name not in SOURCES:
            raise StackError(f"{where}: skip: {_unknown('check', name, list(SOURCES))}")
    for name, numbers in stack.thresholds.items():
        if name not in EVERY:
            judging = [source.name for source in EVERY.values() if source.thresholds]
            raise StackError(f"{where}: thresholds.{clean(name)}: {_unknown('check', name, judging)}")
        for key in numbers:
            if key not in EVERY[name].thresholds:
                allowed = list(EVERY[name].thresholds)
                raise StackError(f"{where}: thresholds.{name}.{clean(key)}: {_unknown('threshold', key, allowed)}")


def _unknown(kind: str, found: str, allowed: list[str]) -> str:
    near = difflib.get_close_matches(found, allowed, n=1, cutoff=0.5)
    nearest = f"Nearest: {near[0]}. " if near else ""
    return f"unknown {kind} {clean(repr(found))}. {nearest}Allowed: {', '.join(allowed) or 'none'}."
