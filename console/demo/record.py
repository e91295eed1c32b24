"""The demo server's record: the file by which this user's consoles and commands find it."""

from __future__ import annotations

import http.client
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

import console
from console.demo.options import SEED, STACKS, DemoError, ServerOptions
from console.files.settings import FolderError, check_private, read_private, runtime_dir, state_dir
from console.text import clean

PREFIX: Final = "/groundskeeper"
"""Below this path the server answers for itself; everything else is AWS."""

ASKING: Final = ("X-Groundskeeper", "1")
"""The header of what is asked below that path: a page in a browser cannot send it unasked, as it could a GET."""

_PING_SECONDS: Final = 5.0
_URL: Final = re.compile(r"http://127\.0\.0\.1:[0-9]{1,5}")
_STATE: Final = re.compile(r"demo-[0-9a-f]{8}")


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Where a demo server is and what belongs to it.

    `state` is the name of its folder in the state folder; in the folder `files` are its AWS configuration and
    stack files. `now` and `seed` are what its world began with.
    """

    url: str
    pid: int
    version: str
    state: str
    files: str
    stacks: tuple[str, ...]
    now: str | None = None
    seed: int = SEED

    @property
    def folder(self) -> Path:
        """The folder `files` as a path."""
        return Path(self.files)

    @property
    def config_file(self) -> Path:
        """An AWS config file with one profile for each stack."""
        return self.folder / "config"

    @property
    def credentials_file(self) -> Path:
        """An AWS credentials file to go with it; its keys are worth nothing elsewhere."""
        return self.folder / "credentials"

    @property
    def stack_files(self) -> tuple[Path, ...]:
        """The stack files, with the addresses of this server in them."""
        return tuple(self.folder / f"{name}.toml" for name in self.stacks)

    @property
    def journal_folder(self) -> Path:
        """Where the journal of this server's world is kept."""
        return state_dir() / self.state


def record_path() -> Path:
    """The file that names this user's demo server."""
    return runtime_dir() / "demo.json"


def of(port: int, options: ServerOptions) -> Record:
    """The record of this process as the server at a port, with a state folder that no other world has.

    The files are the port's: a console whose server comes back at its old port finds its profiles again.
    """
    state = f"demo-{secrets.token_hex(4)}"
    url, files = f"http://127.0.0.1:{port}", str(runtime_dir() / f"demo-{port}")
    return Record(
        url=url,
        pid=os.getpid(),
        version=console.__version__,
        state=state,
        files=files,
        stacks=options.stacks,
        now=options.now,
        seed=options.seed,
    )


def write(record: Record) -> None:
    """Tell other processes of this user where the server is."""
    path = record_path()
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_bytes(msgspec.json.encode(record))
    part.replace(path)


def remove(record: Record) -> None:
    """Take the record away, unless another server has written its own since."""
    with suppress(DemoError):
        if (found := read()) and found.pid == record.pid:
            record_path().unlink(missing_ok=True)


def read() -> Record | None:
    """The record as it stands in the file; None where there is none, or none that a server of ours could have written.

    What it names decides where requests go and which AWS configuration is read, and that can name programs to run.
    Raises DemoError where the folder or the file is not this user's alone.
    """
    try:
        record = msgspec.json.decode(read_private(record_path()), type=Record)
        if not _is_sound(record):
            return None
        check_private(record.folder)
    except FolderError as error:
        raise DemoError(str(error)) from error
    except (OSError, ValueError, RecursionError):  # also what msgspec raises
        return None
    return record


def alive() -> Record | None:
    """The record of a server of this version that answers now; None for a stale one. May block for 5 s.

    Raises DemoError as `read` does.
    """
    record = read()
    if record is None or record.version != console.__version__ or not _exists(record.pid):
        return None
    try:
        answer = msgspec.json.decode(get(record.url, "/ping"), type=dict[str, object])
    except (OSError, http.client.HTTPException, msgspec.MsgspecError):
        return None
    return record if answer.get("pid") == record.pid else None


def get(url: str, path: str, timeout: float = _PING_SECONDS) -> bytes:
    """Ask the server something below its own path; raises OSError if it does not answer, or not with 200."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=timeout)
    try:
        connection.request("GET", PREFIX + path, headers=dict([ASKING]))
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    if answer.status != http.HTTPStatus.OK:
        raise OSError(f"the demo server answered {answer.status}: {clean(content.decode(errors='replace'))}")
    return content


def _is_sound(record: Record) -> bool:
    """Whether everything in a record lies where `of` puts it: on this machine's loopback and in our folders."""
    if not _URL.fullmatch(record.url) or not _STATE.fullmatch(record.state) or record.pid <= 0:
        return False
    there = runtime_dir() / f"demo-{urlsplit(record.url).port}"
    in_place = record.folder.name == there.name and record.folder.parent.resolve() == there.parent.resolve()
    return in_place and set(record.stacks) <= set(STACKS)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
