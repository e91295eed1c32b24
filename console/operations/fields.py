"""The types of an Operation's fields. From them come the form, completion, and the command line's flags."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from console.naming import resource_kind
from console.naming.resource_kind import Name, ResourceKind
from console.operations.secret import Secret

if TYPE_CHECKING:
    from console.operations.choices import Choices


class Widget(StrEnum):
    """What asks for a field in a form."""

    TEXT = "text"
    NUMBER = "number"
    SWITCH = "switch"
    CHOICE = "choice"
    SECRET = "secret"  # noqa: S105
    PATH = "path"
    LIST = "list"
    PAIR = "pair"
    MOMENT = "moment"
    SIZE = "size"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Field:
    """A type of field: how it is asked for, completed, checked, written and kept.

    `word` names the type for people; `kind` is the kind of resource that it names, also by ARN, and `new` that the
    resource is yet to be made; `low` and `high` bound a number; `safe` says whether the journal may keep the value.
    `reads` is how a form reads what there is to choose from in AWS, for which it needs `permissions`. A secret that is
    not given is `made` when the operation is applied.
    """

    word: str
    widget: Widget = Widget.TEXT
    pattern: str = ""
    low: int | None = None
    high: int | None = None
    choices: tuple[str, ...] = ()
    kind: ResourceKind | None = None
    new: bool = False
    safe: bool = True
    reads: Choices | None = None
    permissions: tuple[str, ...] = ()
    made: Callable[[], str] | None = None

    @property
    def many(self) -> bool:
        """Whether a value is a list."""
        return self.widget is Widget.LIST

    @property
    def one(self) -> Field:
        """The type of one value: of an item where a value is a list."""
        return self

    @property
    def allowed(self) -> str:
        """What may be typed, in a few words."""
        return f"{self.low} to {self.high}" if self.low is not None else " or ".join(self.choices) or self.word

    def parse(self, text: str) -> Any:
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

    def check(self, text: str) -> None:
        """Look at a text while it is typed, without waiting for anything. Raises `ValueError` as `parse` does."""
        self.parse(text)

    def write(self, value: Any) -> str:
        """The text that means a value."""
        return str(value).lower() if isinstance(value, bool) else str(value)

    def keep(self, value: Any) -> Any:
        """A value as the journal keeps it, JSON-like."""
        return str(value) if self.widget is Widget.PATH else value

    def restore(self, kept: Any) -> Any:
        """The value that the journal kept. Raises `ValueError` for what is none, `LookupError` for what is lost."""
        wanted: type = _KEPT_AS.get(self.widget, str)
        if type(kept) is not wanted:
            raise ValueError(f"{kept!r} is no {self.word}.")
        return Path(str(kept)) if self.widget is Widget.PATH else kept

    def read(self, value: Any) -> tuple[Any, tuple[tuple[str, Name], ...]]:
        """A value with names in place of ARNs, and what was read of each ARN. Raises `ValueError` with a sentence."""
        if self.kind is None or ":" not in value:
            return value, ()
        try:
            name = resource_kind.read(value, self.kind)
        except ValueError as error:
            raise ValueError(f"{value!r} {error}") from None
        return name.text, ((value, name),)

    def named(self, value: Any) -> tuple[str, ...]:
        """The names of resources in a value."""
        return () if self.kind is None or value is None else (value,)

    def naming(self, names: Sequence[str]) -> Any:
        """The value that names these resources: one of them, where it is no list."""
        return names[0]

    def _number(self, text: str) -> int:
        if not _NUMBER.fullmatch(text):
            raise ValueError(f"{text!r} is no whole number.")
        number = int(text)
        if (self.low is not None and number < self.low) or (self.high is not None and number > self.high):
            raise ValueError(f"{number} is out of range: from {self.low} to {self.high}.")
        return number


_NUMBER: Final = re.compile(r" *[-+]?[0-9]{1,18} *")
"""Digits as AWS knows them: `int` takes ``1_0`` and those of every script too."""

_SWITCH: Final = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}

_KEPT_AS: Final[dict[Widget, type]] = {Widget.NUMBER: int, Widget.SWITCH: bool, Widget.SIZE: int}
"""The types in which the journal keeps values; a text where nothing else is said."""

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


def secret(word: str, *, made: Callable[[], str] | None = None) -> Field:
    """A secret; where it is left out, it is `made` when the operation is applied."""
    return Field(word, Widget.SECRET, safe=False, made=made)


FilePath = Annotated[Path, Field("path of a file", Widget.PATH)]
Password = Annotated[Secret, secret("password")]
