"""This machine: terminal, folders, tools, Python."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, TextIO

from console.checkup.verdict import Verdict, fail, ok, warn
from console.files.settings import (
    FolderError,
    SettingsError,
    config_dir,
    load_settings,
    make_private,
    runtime_dir,
    state_dir,
)
from console.process.terminal import colour_mode, over_ssh, refusal

_TESTED: Final = ((3, 11), (3, 13))
_SECONDS: Final = 10
_PLUGIN: Final = "session-manager-plugin"
_TOOLS: Final = {
    _PLUGIN: "Needed only to open a shell in a task or an instance. Install it: "
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/"
    "session-manager-working-with-install-plugin.html",
    "ssh": "Needed only to open a shell on a host. Install OpenSSH's client.",
    "aws": "Not needed by the console; the commands that it shows to copy are for it. "
    "Install it: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
}

Which = Callable[[str], str | None]


def terminal(stdin: TextIO, stdout: TextIO, stderr: TextIO, environ: Mapping[str, str]) -> Iterator[Verdict]:
    """Whether the console can be drawn here, and how."""
    if not all(stream.isatty() for stream in (stdin, stdout, stderr)):
        yield warn(
            "terminal",
            "This is a pipe or a file, so the terminal could not be looked at.",
            "Run groundskeeper doctor on the terminal where the console is to open.",
        )
    elif reason := refusal(stdin, stdout, stderr, environ):
        yield fail("terminal", reason, "")
    else:
        columns, rows = os.get_terminal_size(stdout.fileno())
        yield ok("terminal", f"{environ.get('TERM', '')}, {columns}x{rows}{', over SSH' if over_ssh(environ) else ''}")
    encoding = (stdout.encoding or "ascii").lower()
    if encoding.replace("-", "") == "utf8":
        yield ok("locale", "UTF-8")
    else:
        yield fail("locale", f"The character set is {encoding}; the console draws with UTF-8.", "export LC_ALL=C.UTF-8")
    colours = {"none": "none, since NO_COLOR is set: every state is a word and a symbol too", "truecolor": "24 bits"}
    mode = colour_mode(environ)
    yield ok("colours", colours.get(mode, mode))


def folders() -> Iterator[Verdict]:
    """Whether settings can be read, and whether what the console keeps is kept from others."""
    try:
        load_settings()
        yield ok("settings", config_dir())
    except SettingsError as error:
        yield fail("settings", error, "Mend the file, or move it away.")
    for check, folder in (("state folder", state_dir()), ("runtime folder", runtime_dir())):
        yield _private(check, folder)


def _private(check: str, folder: Path) -> Verdict:
    try:
        make_private(folder)
        with tempfile.TemporaryFile(dir=folder):
            return ok(check, folder)
    except FolderError as error:
        return fail(check, f"{error.filename}: {error.strerror}.", f"{error.next}.")
    except OSError as error:
        what = f"{folder}: {error.strerror}. What the console must remember of a change is kept there."
        return fail(
            check, what, "Make it writable, or name another: GROUNDSKEEPER_STATE_DIR, GROUNDSKEEPER_RUNTIME_DIR."
        )


def tools(which: Which = shutil.which) -> Iterator[Verdict]:
    """The programs that are used where they are there."""
    for name, then in _TOOLS.items():
        path = which(name)
        if path is None:
            yield warn(name, "Not installed.", then)
        else:
            yield ok(name, f"{path} {_version(path) if name == _PLUGIN else ''}".strip())


def _version(path: str) -> str:
    try:
        command = [path, "--version"]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def python() -> Iterator[Verdict]:
    """Whether Groundskeeper was tested on the Python that runs here."""
    version = ".".join(str(number) for number in sys.version_info[:3])
    oldest, newest = _TESTED
    if oldest <= sys.version_info[:2] <= newest:
        yield ok("Python", version)
    else:
        tested = f"{oldest[0]}.{oldest[1]} to {newest[0]}.{newest[1]}"
        yield warn("Python", f"{version}, which Groundskeeper was not tested on.", f"Use {tested}.")
