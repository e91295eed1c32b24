"""What may stand in a step's parameters for a value that is known only when the step is run."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from console.files.bounded import read_bytes
from console.operations.secret import Secret

_LIMIT: Final = 256 << 20
"""Bytes of a local file: more than AWS takes in one request."""


@dataclass(frozen=True, slots=True)
class Result:
    """A value from the answer of an earlier step, by a JMESPath expression. Shown as a shell variable."""

    step: str
    path: str

    @property
    def variable(self) -> str:
        """The name of the shell variable."""
        return re.sub(r"\W+", "_", f"{self.step}_{self.path.rpartition('.')[2]}").strip("_").upper()

    def __repr__(self) -> str:
        return f"${self.variable}"


@dataclass(frozen=True, slots=True)
class Blob:
    """The content of a local file as it was when the plan was made. Shown as the file."""

    path: Path
    digest: str

    @classmethod
    def of(cls, path: Path) -> Blob:
        """The content that a file has now. Raises OSError."""
        return cls(path, hashlib.sha256(read_bytes(path, _LIMIT)).hexdigest())

    def read(self) -> bytes:
        """The content. Raises OSError, also when it is not what was planned with."""
        content = read_bytes(self.path, _LIMIT)
        if hashlib.sha256(content).hexdigest() != self.digest:
            raise OSError(f"{self.path} was changed since the plan was made.")
        return content

    def __repr__(self) -> str:
        return f"fileb://{self.path}"


def shown(value: Any) -> Any:
    """A parameter as it may be shown and kept: variables, secrets and files by their names."""
    if isinstance(value, (Secret, Result, Blob)):
        return repr(value)
    if isinstance(value, Mapping):
        return {key: shown(item) for key, item in value.items()}
    return [shown(item) for item in value] if isinstance(value, (list, tuple)) else value


def parts_of(value: Any) -> Iterator[Any]:
    """Everything that a parameter is made of, itself if it has no parts."""
    items = value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else None
    if items is None:
        yield value
        return
    for item in items:
        yield from parts_of(item)
