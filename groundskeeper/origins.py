"""Whose files Python would take for Groundskeeper's packages: their names are short, and other projects use them too.

Runs before anything of Groundskeeper's, so it imports nothing of it.
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec

PACKAGES = ("console", "screens", "widgets", "themes")


def refusal(home: str = os.path.dirname(os.path.dirname(__file__))) -> str | None:  # noqa: PTH120 - pathlib costs time
    """Why Groundskeeper cannot run here, and what to do about it; None where all its packages are its own."""
    for name in PACKAGES:
        ours = os.path.join(home, name, "__init__.py")  # noqa: PTH118
        found = _file_of(name)
        if found is None or not _same(found, ours):
            return _sentence(name, found, ours)
    return None


def _file_of(name: str) -> str | None:
    """The file that an import of a package would run; a folder without one counts as nothing."""
    try:
        spec = find_spec(name)
    except (ImportError, ValueError):  # a module that somebody put there by hand
        spec = None
    return spec.origin if spec else None


def _same(found: str, ours: str) -> bool:
    return found == ours or os.path.realpath(found) == os.path.realpath(ours)


def _sentence(name: str, found: str | None, ours: str) -> str:
    if found is None:
        return f"The package {name} is missing: there is no {_plain(ours)}. Next: install Groundskeeper again."
    place = os.path.dirname(os.path.realpath(found))  # noqa: PTH120
    if os.path.basename(found).startswith("__init__."):  # noqa: PTH119
        place = os.path.dirname(place)  # noqa: PTH120
    if place in _named_by_variable():
        then = f"take {_plain(place)} out of PYTHONPATH, as in: unset PYTHONPATH"
    elif place == os.getcwd():  # noqa: PTH109
        then = "start it from another folder, or by the command groundskeeper"
    else:
        then = "install Groundskeeper in an environment of its own, as in: uv tool install groundskeeper"
    return f"{_plain(found)} stands in the way of {_plain(ours)}: both are called {name}. Next: {then}."


def _named_by_variable() -> set[str]:
    """The folders of PYTHONPATH; an empty one among others is the present one."""
    given = os.environ.get("PYTHONPATH")
    return {os.path.realpath(entry or os.curdir) for entry in given.split(os.pathsep)} if given else set()


def _plain(path: str) -> str:
    """A path as one line that no terminal takes for a command."""
    return "".join(char if char.isprintable() else "?" for char in path)


def refused() -> bool:
    """Say on stderr why Groundskeeper cannot run here, if it cannot."""
    why = refusal()
    if why:
        sys.stderr.write(f"groundskeeper: {why}\n")
    return why is not None


def refused_exit() -> int:
    """The exit code then: of ``health``, whose 2 is a verdict, another one than of everything else."""
    return 3 if "health" in sys.argv[1:] else 2
