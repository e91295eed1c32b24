"""Where Groundskeeper keeps its files: settings, state and what lives only while it runs."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

import msgspec
import platformdirs

from console.files.bounded import LIMIT, parse_toml, read_text, reason_of, too_large
from console.text import clean

_NAME = "groundskeeper"
_STATE = "GROUNDSKEEPER_STATE_DIR"
_RUNTIME = "GROUNDSKEEPER_RUNTIME_DIR"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_WRITE = stat.S_IWGRP | stat.S_IWOTH


class SettingsError(ValueError):
    """Settings that cannot be used; the message says file, place and what is allowed."""


class FolderError(OSError):
    """A folder or file of ours that another user owns or may change is not used; `next` says what to do about it."""

    def __init__(self, path: Path, why: str, then: str) -> None:
        super().__init__(errno.EPERM, str(clean(why)), str(path))
        self.next = str(clean(then))

    def __str__(self) -> str:
        return f"{clean(self.filename)}: {self.strerror}. Next: {self.next}."


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operator sets once, in ``settings.toml``; flags, stack file and environment go before it."""

    profile: str | None = None
    region: str | None = None
    theme: str | None = None
    idle_pause: bool = True
    mouse: bool = True


def load_settings() -> Settings:
    """The settings, or the defaults where there is no file. Raises `SettingsError`."""
    path = config_dir() / "settings.toml"
    try:
        return msgspec.convert(parse_toml(read_text(path)), Settings)
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise SettingsError(f"{clean(path)}: cannot be read: {reason_of(error)}. Next: check the file.") from error
    except ValueError as error:  # also what msgspec raises
        allowed = ", ".join(Settings.__struct_fields__)
        raise SettingsError(f"{clean(path)}: {clean(error, limit=300)}. Allowed keys: {allowed}.") from error


def config_dir() -> Path:
    """The folder of the settings and stack files; ``GROUNDSKEEPER_CONFIG_DIR`` names another."""
    return _folder("GROUNDSKEEPER_CONFIG_DIR", platformdirs.user_config_dir(_NAME))


def state_dir() -> Path:
    """The folder of the journal and of logs; ``GROUNDSKEEPER_STATE_DIR`` names another."""
    return _folder(_STATE, platformdirs.user_state_dir(_NAME))


def runtime_dir() -> Path:
    """The folder of what is gone after a restart, such as the demo server's address.

    ``GROUNDSKEEPER_RUNTIME_DIR`` names another. Where the system gives no runtime folder that is this user's alone
    (``XDG_RUNTIME_DIR`` is not set, or is another's, as after ``su``) it lies in the state folder, never in a
    shared ``/tmp``.
    """
    if sys.platform == "darwin":
        default = platformdirs.user_runtime_dir(_NAME)
    else:
        # platformdirs itself would warn, and give a folder below /tmp.
        given = Path(os.environ.get("XDG_RUNTIME_DIR", ""))
        default = str(given / _NAME if given.is_absolute() and _is_private(given) else state_dir() / "run")
    return _folder(_RUNTIME, default)


def make_folder(folder: Path) -> Path:
    """Make a folder, and those above it that are missing, for their owner alone. Raises OSError."""
    for path in reversed((folder, *folder.parents)):
        if not os.path.lexists(path):
            path.mkdir(mode=0o700, exist_ok=True)
    return folder


def make_private(folder: Path) -> Path:
    """Make a folder of ours for its owner alone, and see to it that one that is there is such a one.

    Raises `FolderError` as `check_private` does, and any other OSError.
    """
    make_folder(folder)
    check_private(folder)
    return folder


def check_private(folder: Path) -> None:
    """Refuse a folder that is not this user's alone; likewise the state or runtime folder that it lies in.

    A folder named ``groundskeeper``, and one within ours, is closed to others where they could only look into it;
    one that the operator named otherwise is left as it is, and refused. Raises `FolderError`, FileNotFoundError, and
    NotADirectoryError.
    """
    state, runtime = state_dir(), runtime_dir()
    for path in reversed((folder, *folder.parents)):
        if path in (folder, state, runtime):
            _check(
                path,
                may_close=path.name == _NAME or bool({state, runtime} & set(path.parents)),
                variable=_RUNTIME if path.is_relative_to(runtime) else _STATE,
            )


def read_private(path: Path) -> bytes:
    """The content of a file in a folder of ours, where both are this user's alone to change.

    Raises `FolderError`, and any other OSError, also for one that is larger than what we write there.
    """
    check_private(path.parent)
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & _WRITE:
            why = f"this is not a file that only you can change (user {found.st_uid}, {stat.filemode(found.st_mode)})"
            raise FolderError(path, why, "look who put it there, and remove it")
        content = file.read(LIMIT + 1)
    if len(content) > LIMIT:
        raise too_large(path, LIMIT)
    return content


def _folder(variable: str, default: str) -> Path:
    return Path(os.environ.get(variable) or default).expanduser().absolute()


def _is_private(folder: Path) -> bool:
    """Whether a folder is there and is this user's alone."""
    try:
        _check(folder)
    except OSError:
        return False
    return True


def _check(folder: Path, *, may_close: bool = False, variable: str = _STATE) -> None:
    """Refuse a folder that another user owns, may look into, or could put another in the place of."""
    elsewhere = f"name a folder of your own in {variable}"
    for found in (folder.lstat(), folder.stat()):  # of a link both what it is and what it leads to
        if found.st_uid != os.geteuid():
            raise FolderError(folder, f"this belongs to another user ({found.st_uid}) and is not used", elsewhere)
    if not stat.S_ISDIR(found.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    for parent in {*folder.resolve().parents, *(folder.parent / "x").resolve().parents}:
        if (mode := parent.stat().st_mode) & stat.S_IWOTH and not mode & stat.S_ISVTX:
            raise FolderError(folder, f"anybody may put another in its place, by the rights of {parent}", elsewhere)
    if not found.st_mode & _OTHERS:
        return
    if may_close and not found.st_mode & _WRITE:
        folder.chmod(0o700)  # made by an earlier version, or by hand
        return
    why = f"this is open to other users (mode {stat.S_IMODE(found.st_mode):o}) and is not used"
    # What others could write to cannot be trusted any more, and may be theirs: /tmp is named in such a variable, too.
    raise FolderError(folder, why, elsewhere if found.st_mode & _WRITE else f"chmod 700 {folder}, or {elsewhere}")
