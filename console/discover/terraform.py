"""The outputs of Terraform, as far as they name resources. Sensitive ones are never read."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from console.discover.items import Inventory, Item
from console.discover.match import Matcher
from console.options import UsageError
from console.text import clean

_SECONDS: Final = 60
_SHAPE: Final = "Make it with: terraform output -json > outputs.json"


def read_outputs(source: str) -> str:
    """The text of ``terraform output -json``: of a file, of stdin for ``-``, of the command for a folder.

    May block for a minute. Raises `UsageError`.
    """
    if source == "-":
        return sys.stdin.read()
    path = Path(source)
    if path.is_dir():
        return _run(path)
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"{source}: cannot be read: {reason}. {_SHAPE}") from error


def _run(folder: Path) -> str:
    command = ["terraform", f"-chdir={folder}", "output", "-json", "-no-color"]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except FileNotFoundError as error:
        raise UsageError(f"terraform is not installed here. Run it where it is. {_SHAPE}") from error
    except subprocess.TimeoutExpired as error:
        raise UsageError(f"terraform in {folder} did not answer within {_SECONDS} s. {_SHAPE}") from error
    if done.returncode:
        raise UsageError(f"terraform in {folder} failed: {clean(done.stderr.strip(), limit=400)}")
    return done.stdout


def named_in(outputs: str, inventory: Inventory) -> list[Item]:
    """The resources that the outputs name. Raises `UsageError` for what is not ``terraform output -json``."""
    matcher = Matcher(inventory)
    return [item for name, text in _texts(outputs) for item in matcher.named_by(text, name)]


def _texts(outputs: str) -> Iterator[tuple[str, str]]:
    """Every text among the outputs, with the name under which it is said."""
    try:
        data = msgspec.json.decode(outputs)
    except msgspec.DecodeError as error:
        raise UsageError(f"The outputs are not JSON: {clean(error, limit=200)}. {_SHAPE}") from error
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
