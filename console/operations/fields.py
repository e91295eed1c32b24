"""The types of an Operation's fields. From them come the form, completion, and the command line's flags."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

from console.naming import resource_kind
from console.naming.resource_kind import Name, ResourceKind
from console.operations.secret import Secret


class Widget(StrEnum):
    """What asks for a field in a form."""

    TEXT = "text"
    NUMBER = "number"
    SWITCH = "switch"
    CHOICE = "choice"
    SECRET = "secret"  # noqa: S105
    PATH = "path"


@dataclass(frozen=True, slots=True)
class Field:
    """A type of field: how it is asked for, completed and checked.

    `word` names the type for people; `kind` is the kind of resource that it names, also by ARN, `new` that the resource
    is yet to be made, and `listed` that there may be several, as ``ONE,TWO=VALUE``; `low` and `high` bound a number;
    `safe` says whether the journal may keep the value.
    """

    word: str
    widget: Widget = Widget.TEXT
    pattern: str = ""
    low: int | None = None
    high: int | None = None
    choices: tuple[str, ...] = ()
    kind: ResourceKind | None = None
    new: bool = False
    listed: bool = False
    safe: bool = True

    def parse(self, text: str) -> object:
        """The value that a text means. Raises `ValueError` with a sentence that says what is allowed.

        An ARN stays one, since only a stack tells whether it is of the right account and region: see `placed`.
        """
        if self.widget is Widget.NUMBER:
            return self._number(text)
        if self.widget is Widget.SWITCH:
            if text.lower() not in _SWITCH:
                raise ValueError(f"{text!r} is neither true nor false.")
            return _SWITCH[text.lower()]
        if self.choices and text not in self.choices:
            raise ValueError(f"{text!r} is none of: {', '.join(self.choices)}.")
        if not text or (self.pattern and not re.fullmatch(self.pattern, self.read(text)[0])):
            raise ValueError(f"{text!r} is no {self.word}.")
        if self.widget is Widget.SECRET:
            return Secret(self.word, text)
        return Path(text).expanduser() if self.widget is Widget.PATH else text

    def read(self, text: str) -> tuple[str, tuple[Name, ...]]:
        """A text with names in place of ARNs, and what was read of them. Raises `ValueError` with a sentence."""
        names: list[Name] = []

        def name(piece: str) -> str:
            if self.kind is None or ":" not in piece:
                return piece
            try:
                names.append(resource_kind.read(piece, self.kind))
            except ValueError as error:
                raise ValueError(f"{piece!r} {error}") from None
            return names[-1].text

        pieces = re.split(r"([,=])", text) if self.listed else [text]
        return "".join(map(name, pieces)), tuple(names)

    def _number(self, text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise ValueError(f"{text!r} is no whole number.") from None
        if (self.low is not None and number < self.low) or (self.high is not None and number > self.high):
            raise ValueError(f"{number} is out of range: from {self.low} to {self.high}.")
        return number


_SWITCH: Final = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}

TEXT: Final = Field("text", safe=False)
SWITCH: Final = Field("true or false", Widget.SWITCH)
NUMBER: Final = Field("whole number", Widget.NUMBER)


def count(low: int, high: int) -> Field:
    """A whole number between two bounds, both allowed."""
    return replace(NUMBER, low=low, high=high)


def choice(*choices: str) -> Field:
    """One of a few words."""
    return Field("word", Widget.CHOICE, choices=choices)


def name_of(kind: ResourceKind, *, new: bool = False) -> Field:
    """The name of a resource that there is, or of a `new` one."""
    return Field(f"{kind.noun} name", pattern=kind.pattern, kind=kind, new=new)


FilePath = Annotated[Path, Field("path of a file", Widget.PATH)]
Password = Annotated[Secret, Field("password", Widget.SECRET, safe=False)]
