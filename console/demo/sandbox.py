"""Keeps the demo server to itself: its environment, its working folder, no way out, no other program, no container."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from console.files.settings import runtime_dir, state_dir

_KEPT: Final = frozenset(
    "HOME USER LOGNAME PATH LANG LANGUAGE TZ TZDIR LD_LIBRARY_PATH DYLD_LIBRARY_PATH VIRTUAL_ENV".split()
)
_KEPT_PREFIXES: Final = ("LC_", "PYTHON")

_AWAY: Final[dict[str, str]] = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "MOTO_DISABLE_GLOBAL_CORS": "true",
    "NO_PROXY": "*",
}
"""What keeps the libraries of the server from the operator's own AWS files, and moto from welcoming other sites."""

_ROOT: Final = Path(__file__).parents[2]
_REFUSED: Final = frozenset(
    "subprocess.Popen os.system os.exec os.posix_spawn socket.connect socket.sendto socket.sendmsg "
    "socket.gethostbyname socket.gethostbyaddr".split()
)
_LOOK_UP: Final = "socket.getaddrinfo"
_HERE: Final = (None, "", "127.0.0.1", b"127.0.0.1")


def environment(given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What of an environment the server needs: no credentials, proxies, Docker host, or settings of moto's.

    The folders are named outright, since the server works in another folder and may not follow XDG variables.
    """
    kept = {name: value for name, value in given.items() if name in _KEPT or name.startswith(_KEPT_PREFIXES)}
    folders = {"GROUNDSKEEPER_STATE_DIR": str(state_dir()), "GROUNDSKEEPER_RUNTIME_DIR": str(runtime_dir())}
    paths = [str(Path(entry).absolute()) for entry in given.get("PYTHONPATH", "").split(os.pathsep) if entry]
    if _ROOT.name not in ("site-packages", "dist-packages"):
        paths.insert(0, str(_ROOT))  # a checkout, which may have been found by the operator's folder alone
    return kept | _AWAY | folders | {"PYTHONPATH": os.pathsep.join(paths)}


def settle() -> None:
    """Give this process the environment of a server, and files that nobody else can read."""
    wanted = environment()
    os.environ.clear()
    os.environ.update(wanted)
    os.umask(0o077)
    # What is imported later must not be looked for in the folder where the server works.
    sys.path[:] = [str(Path(entry).absolute()) for entry in sys.path if entry]


def work_in(folder: Path) -> None:
    """Work in a folder, which takes whatever moto writes, such as uploads; it goes with the server."""
    os.chdir(folder)
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)


def shut_in() -> None:
    """Let this process, from here on, reach nothing: it answers, but never asks, and starts no program.

    moto posts what subscriptions and destinations name, and asks Docker to run functions and jobs.
    """
    sys.addaudithook(_refuse)
    sys.modules["docker"] = None  # type: ignore[assignment]


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    if event in _REFUSED or (event == _LOOK_UP and args[0] not in _HERE):
        raise PermissionError(f"the demo server reaches nothing outside of itself ({event})")
