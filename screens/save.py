"""Saving what is shown to a file of the operator's own."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path


def save_text(name: str, text: str) -> Path:
    """Write text into the working folder, readable by its owner alone, under a name with the time in it.

    Gives the path. Raises OSError. Blocks: call it in a thread.
    """
    return save_bytes(name, text.encode("utf-8", "replace"))


def save_bytes(name: str, data: bytes) -> Path:
    """The same for what is no text."""
    stem, _, suffix = name.rpartition(".")
    path = Path.cwd() / f"groundskeeper-{stem}-{datetime.now().astimezone():%Y%m%d-%H%M%S}.{suffix}"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    return path
