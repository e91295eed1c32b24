"""The libraries that are installed, and whether Groundskeeper was tested with them."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from importlib import metadata
from typing import Final

from packaging.requirements import Requirement
from packaging.version import InvalidVersion

from console import __version__
from console.checkup.verdict import Verdict, ok, warn

_DISTRIBUTION: Final = "groundskeeper"
_EXTRA: Final = "demo"


def libraries() -> Iterator[Verdict]:
    """Each library of which another version is installed than was tested, then all of them with their versions.

    Which were tested is what this installation of Groundskeeper says itself, as it was made from ``pyproject.toml``.
    """
    try:
        texts = metadata.requires(_DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        what = "Groundskeeper itself is not installed, so it is not known which versions of its libraries were tested."
        yield warn("versions", what, "Install it, as its README says.")
        return
    found = [f"{_DISTRIBUTION} {__version__}"]
    for wanted in map(Requirement, texts):
        needed = _applies(wanted, "")
        if not needed and not _applies(wanted, _EXTRA):
            continue
        version = _installed(wanted.name)
        if version is not None:
            found.append(f"{wanted.name} {version}")
        if (needed or version is not None) and not _tested(wanted, version):
            yield _untested(wanted, version)
    yield ok("versions", ", ".join(found))


def _applies(wanted: Requirement, extra: str) -> bool:
    return wanted.marker is None or wanted.marker.evaluate({"extra": extra})


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _tested(wanted: Requirement, version: str | None) -> bool:
    try:
        return version is not None and wanted.specifier.contains(version, prereleases=True)
    except InvalidVersion:
        return False


def _untested(wanted: Requirement, version: str | None) -> Verdict:
    tested = f"{wanted.name}{wanted.specifier}"
    what = f"{version or 'None'} is installed; Groundskeeper was tested with {tested} and may fail with any other."
    then = (
        "Install Groundskeeper into an environment of its own, as its README says; or, where this one is its own: "
        f"{shlex.quote(sys.executable)} -m pip install {shlex.quote(tested)}"
    )
    return warn(wanted.name, what, then)
