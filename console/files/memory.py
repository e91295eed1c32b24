"""What the console remembers from one start to the next: the stack and the theme last used."""

from __future__ import annotations

import contextlib

import msgspec

from console.files.settings import make_private, read_private, state_dir


class Memory(msgspec.Struct, frozen=True):
    """What was last used; None where nothing is known."""

    stack: str | None = None
    theme: str | None = None


def recall() -> Memory:
    """What is remembered; nothing where the file is absent or cannot be read."""
    try:
        return msgspec.json.decode(read_private(state_dir() / "last.json"), type=Memory)
    except (OSError, ValueError, RecursionError):  # also what msgspec raises
        return Memory()


def remember(memory: Memory) -> None:
    """Keep it; a folder that cannot be written is no reason to stop."""
    with contextlib.suppress(OSError):
        make_private(state_dir())
        (state_dir() / "last.json").write_bytes(msgspec.json.encode(memory))
