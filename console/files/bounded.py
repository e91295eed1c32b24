"""Reads files that anybody may have written: without waiting, within bounds, with a sentence for what is odd."""

from __future__ import annotations

import errno
import math
import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Any, Final

import msgspec

from console.text import clean

LIMIT: Final = 4 << 20
"""Bytes of a file that are read."""

_DEPTH: Final = 100
"""How deep values may be nested: what is deeper could not be shown, nor written again."""

_KINDS: Final = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFDIR: "a folder",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}
_INHERITED: Final = ("/dev/fd/", "/proc/self/fd/")


def read_bytes(path: Path, limit: int = LIMIT, *, pipe: bool = False) -> bytes:
    """The content of a file. Raises OSError, also for what is no regular file, and what is larger than `limit`.

    With `pipe` it may be a pipe that the shell made for this process, such as ``<(command)``; that is waited for.
    """
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        mode = os.fstat(fd).st_mode
        if pipe and stat.S_ISFIFO(mode) and str(path).startswith(_INHERITED):
            os.set_blocking(fd, True)
        elif not stat.S_ISREG(mode):
            kind = _KINDS.get(stat.S_IFMT(mode), "something else")
            raise OSError(errno.EINVAL, f"it is {kind}, not a file", str(path))
        with os.fdopen(fd, "rb", closefd=False) as file:
            content = file.read(limit + 1)
    finally:
        os.close(fd)
    if len(content) > limit:
        raise too_large(path, limit)
    return content


def read_text(path: Path, limit: int = LIMIT, *, pipe: bool = False) -> str:
    """The text of a file in UTF-8, without a byte order mark. Raises OSError as `read_bytes`, and for other text."""
    try:
        return read_bytes(path, limit, pipe=pipe).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise OSError(errno.EILSEQ, "it is not UTF-8 text", str(path)) from error


def too_large(path: Path | str, limit: int) -> OSError:
    """The error for a file that is larger than what is read of it."""
    return OSError(errno.EFBIG, f"it is larger than the {limit:,} bytes that are read", str(path))


def reason_of(error: OSError) -> str:
    """What is wrong with a file, without its name."""
    return clean(error.strerror or error)


_TWICE: Final = re.compile(r"Cannot declare \((.*?)\) twice")
_QUOTED: Final = r"'([^']*)'"


def parse_toml(text: str) -> dict[str, Any]:
    """What TOML text holds. Raises ValueError with a sentence, also for what no key of ours can mean.

    That is what nests deeper than 100, a number that is none (nan), infinite or beyond 64 bits, and a text with NUL.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = _TWICE.sub(lambda found: f"[{'.'.join(re.findall(_QUOTED, found[1]))}] stands twice", str(error))
        raise ValueError(f"not valid TOML: {clean(said, limit=300)}") from error
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    except ValueError as error:  # what Python says of a number with thousands of digits
        raise ValueError("a number in it is too large") from error
    _check(data)
    return data


def parse_json(content: bytes | str) -> Any:
    """What JSON text holds. Raises ValueError with a sentence, as `parse_toml` does."""
    try:
        data = msgspec.json.decode(content)
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    except ValueError as error:  # also what msgspec raises
        raise ValueError(f"not valid JSON: {clean(error, limit=300)}") from error
    _check(data, numbers=False)
    return data


def _check(data: Any, *, numbers: bool = True) -> None:
    left: list[tuple[str, Any, int]] = [("", data, 0)]
    while left:
        place, value, depth = left.pop()
        if depth > _DEPTH:
            raise ValueError("it is nested too deep")
        if isinstance(value, dict):
            if any("\0" in key for key in value):
                raise ValueError(f"{clean(place, limit=200) or 'it'}: a key in it holds a NUL character")
            left += [(f"{place}.{key}" if place else key, one, depth + 1) for key, one in value.items()]
        elif isinstance(value, list):
            left += [(f"{place}[{at}]", one, depth + 1) for at, one in enumerate(value)]
        elif isinstance(value, str) and "\0" in value:
            raise ValueError(f"{clean(place, limit=200)}: it holds a NUL character")
        elif numbers and isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{clean(place, limit=200)}: {value} is no number to compare with")
        elif numbers and isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise ValueError(f"{clean(place, limit=200)}: the number is too large")
