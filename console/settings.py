"""Where Groundskeeper keeps its files: settings, state and what lives only while it runs."""

from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path

import msgspec
import platformdirs

from console.text import clean

_NAME = "groundskeeper"


class SettingsError(ValueError):
    """Settings that cannot be used; the message says file, place and what is allowed."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operator sets once, in ``settings.toml``; flags, stack file and environment go before it."""

    profile: str | None = None
    region: str | None = None
    theme: str | None = None
    idle_pause: bool = True
    mouse: bool = True
    bell: bool = False


def load_settings() -> Settings:
    """The settings, or the defaults where there is no file. Raises `SettingsError`."""
    path = config_dir() / "settings.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return msgspec.convert(data, Settings)
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        allowed = ", ".join(Settings.__struct_fields__)
        raise SettingsError(f"{path}: {clean(error, limit=300)}. Allowed keys: {allowed}.") from error


def config_dir() -> Path:
    """The folder of the settings and stack files; ``GROUNDSKEEPER_CONFIG_DIR`` names another."""
    return _folder("GROUNDSKEEPER_CONFIG_DIR", platformdirs.user_config_dir(_NAME))


def state_dir() -> Path:
    """The folder of the journal and of logs; ``GROUNDSKEEPER_STATE_DIR`` names another."""
    return _folder("GROUNDSKEEPER_STATE_DIR", platformdirs.user_state_dir(_NAME))


def runtime_dir() -> Path:
    """The folder of what is gone after a restart, such as the demo server's address.

    ``GROUNDSKEEPER_RUNTIME_DIR`` names another. Where the system gives no runtime folder of the user's own
    it lies in the state folder, never in a shared ``/tmp``.
    """
    has_own = sys.platform == "darwin" or "XDG_RUNTIME_DIR" in os.environ
    default = platformdirs.user_runtime_dir(_NAME) if has_own else str(state_dir() / "run")
    return _folder("GROUNDSKEEPER_RUNTIME_DIR", default)


def make_private(folder: Path) -> Path:
    """Make a folder, and those above it that are missing, for their owner alone. Raises OSError."""
    for path in reversed((folder, *folder.parents)):
        if not path.exists():
            path.mkdir(mode=0o700, exist_ok=True)
    return folder


def _folder(variable: str, default: str) -> Path:
    return Path(os.environ.get(variable) or default).expanduser()
