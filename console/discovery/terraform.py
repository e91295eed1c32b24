"""The outputs of Terraform, as far as they name resources. Sensitive ones are never read."""

from __future__ import annotations

import errno
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from console.discovery.match import Matcher
from console.files.bounded import parse_json, read_text, reason_of, too_large
from console.inventory.found import FoundResource, Inventory
from console.options import UsageError
from console.text import clean

_SECONDS: Final = 60
_LIMIT: Final = 16 << 20
"""Bytes of outputs that are read."""
_SHAPE: Final = "Make it with: terraform output -json > outputs.json"


def read_outputs(source: str) -> str:
    """The text of ``terraform output -json``: of a file, of stdin for ``-``, of the command for a folder.

    May block for a minute. Raises `UsageError`.
    """
    path = Path(source)
    if source != "-" and path.is_dir():
        return _run(path)
    try:
        return _stdin() if source == "-" else read_text(path, _LIMIT, pipe=True)
    except OSError as error:
        raise UsageError(f"{clean(source)}: cannot be read: {reason_of(error)}. {_SHAPE}") from error


def _stdin() -> str:
    try:
        text = sys.stdin.read(_LIMIT + 1)
    except UnicodeDecodeError as error:
        raise OSError(errno.EILSEQ, "it is not UTF-8 text") from error
    if len(text) > _LIMIT:
        raise too_large("-", _LIMIT)
    return text


def _run(folder: Path) -> str:
    command = ["terraform", f"-chdir={folder}", "output", "-json", "-no-color"]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise UsageError(f"terraform is not installed here. Run it where it is. {_SHAPE}") from error
    except subprocess.TimeoutExpired as error:
        raise UsageError(f"terraform in {folder} did not answer within {_SECONDS} s. {_SHAPE}") from error
    if done.returncode:
        raise UsageError(f"terraform in {folder} failed: {clean(done.stderr.strip(), limit=400)}")
    return done.stdout


def named_in(outputs: str, inventory: Inventory) -> list[FoundResource]:
    """The resources that the outputs name. Raises `UsageError` for what is not ``terraform output -json``."""
    matcher = Matcher(inventory)
    return [item for name, text in _texts(outputs) for item in matcher.named_by(text, name)]


def _texts(outputs: str) -> Iterator[tuple[str, str]]:
    """Every text among the outputs, with the name under which it is said."""
    try:
        data = parse_json(outputs)
    except ValueError as error:
        raise UsageError(f"The outputs cannot be read: {error}. {_SHAPE}") from error
    if not isinstance(data, dict) or not all(isinstance(each, dict) and "value" in each for each in data.values()):
        raise UsageError(f"The outputs are JSON, but not Terraform's. {_SHAPE}")
    for name, output in data.items():
        if not output.get("sensitive", True):
            yield from _in(output["value"], name)


def _in(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _in(part, f"{name}_{key}")
    elif isinstance(value, list):
        for part in value:
            yield from _in(part, name)
