"""Sets of log groups that an operator chose: the last one, and those with a name, per stack."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from console.files.settings import make_private, read_private, state_dir
from console.logs.kinds import LogGroup
from console.stack.stack import Stack

MOST_AT_FIRST: Final = 10
"""Groups of a stack file that are read where nothing was chosen yet: a group takes part of the account's five calls."""


class Sets(msgspec.Struct, frozen=True):
    """What is remembered for one stack."""

    last: tuple[LogGroup, ...] = ()
    named: dict[str, tuple[LogGroup, ...]] = {}


def recall_sets(stack: Stack) -> Sets:
    """What is remembered for a stack; nothing where the file is absent or cannot be read."""
    return _all().get(stack.name, Sets())


def first_groups(stack: Stack) -> tuple[LogGroup, ...]:
    """The groups to begin with: those of last time, else the stack's own. Reads a file: call it in a thread."""
    return recall_sets(stack).last or stack.of(LogGroup)[:MOST_AT_FIRST]


def keep_last(stack: Stack, groups: Sequence[LogGroup]) -> None:
    """Remember the groups for the next start; a folder that cannot be written is no reason to stop."""
    with contextlib.suppress(OSError):
        _write(stack, msgspec.structs.replace(recall_sets(stack), last=tuple(groups)))


def keep_set(stack: Stack, name: str, groups: Sequence[LogGroup]) -> None:
    """Remember groups under a name; none forgets it. Raises OSError."""
    sets = recall_sets(stack)
    named = {key: value for key, value in sets.named.items() if key != name}
    if groups:
        named[name] = tuple(groups)
    _write(stack, msgspec.structs.replace(sets, named=named))


def _all() -> dict[str, Sets]:
    try:
        return msgspec.json.decode(read_private(_path()), type=dict[str, Sets])
    except (OSError, ValueError, RecursionError):  # also what msgspec raises
        return {}


def _write(stack: Stack, sets: Sets) -> None:
    make_private(state_dir())
    _path().write_bytes(msgspec.json.encode({**_all(), stack.name: sets}))


def _path() -> Path:
    return state_dir() / "log-groups.json"
