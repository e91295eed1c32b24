"""Completes the path of a file from what its folder holds."""

from __future__ import annotations

import os
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Final

from console.text import clean

MOST: Final = 10_000
"""Entries of a folder that are looked at."""


def complete_path(typed: str) -> str | None:
    """The first path of its folder that begins so, a folder with a slash at its end; None where there is none.

    It waits for the file system: not for a loop that must not wait. What is hidden is given to a dot alone, and what a
    terminal could not show not at all.
    """
    folder, _, begin = typed.rpartition("/")
    place = f"{folder}/" if "/" in typed else ""
    with suppress(OSError, RuntimeError, ValueError):  # a user without a home folder, a NUL
        with os.scandir(Path(place or ".").expanduser()) as entries:
            found = [entry for entry in islice(entries, MOST) if _is_meant(entry.name, begin)]
        if found:
            first = min(found, key=lambda entry: entry.name)
            return f"{place}{first.name}{'/' if first.is_dir() else ''}"
    return None


def _is_meant(name: str, begin: str) -> bool:
    return name.startswith(begin) and (begin != "" or not name.startswith(".")) and clean(name, limit=len(name)) == name
