"""Fields that take several values, and values of one name each: ``one,two`` and ``one=90,two=never``.

A comma or a backslash that belongs to an item is written with a backslash before it, so is a space at an item's begin
or end; in an item ``NAME=VALUE`` so is an equals sign that belongs to the name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from console.naming.resource_kind import Name
from console.operations.fields import TEXT, Field, Widget
from console.text import clean


@dataclass(frozen=True, slots=True)
class Pair:
    """A name, and the value that it alone gets; None where it gets that of all."""

    name: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class PairField(Field):
    """A name and its value, as ``NAME=VALUE``; a `bare` name may stand alone."""

    name: Field = TEXT
    value: Field = TEXT
    bare: bool = False

    def parse(self, text: str) -> Pair:
        """The pair that a text means. Raises `ValueError` with a sentence."""
        at = _unescaped(text, "=")
        if at is None and not self.bare:
            raise ValueError(f"{text!r} has no value. Next: write NAME=VALUE.")
        name = self.name.parse(_plain(text[:at]))
        return Pair(name, None if at is None else self.value.parse(text[at + 1 :]))

    def write(self, value: Pair) -> str:
        """The text that means a pair."""
        name = _escaped(self.name.write(value.name), "=")
        return name if value.value is None else f"{name}={self.value.write(value.value)}"

    def keep(self, value: Pair) -> str:
        """A pair as the journal keeps it: as it is typed."""
        return self.write(value)

    def restore(self, kept: Any) -> Pair:
        """The pair that the journal kept. Raises `ValueError`."""
        if not isinstance(kept, str):
            raise ValueError(f"{kept!r} is no {self.word}.")
        return self.parse(kept)

    def read(self, value: Pair) -> tuple[Pair, tuple[tuple[str, Name], ...]]:
        """A pair with a name in place of an ARN. Raises `ValueError`."""
        name, read = self.name.read(value.name)
        return replace(value, name=name), read

    def named(self, value: Pair) -> tuple[str, ...]:
        """The resource that a pair is about."""
        return self.name.named(value.name)

    def naming(self, names: Sequence[str]) -> Pair:
        """The pair of a resource, without a value of its own."""
        return Pair(names[0])


@dataclass(frozen=True, slots=True)
class ListField(Field):
    """Several values of one type, each given once; `most` is how many there may be."""

    item: Field = TEXT
    most: int | None = None

    @property
    def one(self) -> Field:
        """The type of an item."""
        return self.item

    @property
    def allowed(self) -> str:
        """What may be typed, in a few words."""
        return f"{self.item.allowed}; several with commas"

    def parse(self, text: str) -> tuple[Any, ...]:
        """The values that a text means. Raises `ValueError` with a sentence."""
        return self.checked(tuple(self.item.parse(piece) for piece in self._pieces(text)))

    def check(self, text: str) -> None:
        """Look at a text while it is typed, without reading documents. Raises `ValueError`."""
        if self.item.widget is not Widget.DOCUMENT:
            self.parse(text)
            return
        for piece in self.checked(tuple(self._pieces(text))):
            self.item.check(piece)

    def checked(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """The values, if they can be a list. Raises `ValueError` where there is none, one twice, or too many."""
        if not values:
            raise ValueError("It is empty. Next: give one at least.")
        if self.most is not None and len(values) > self.most:
            raise ValueError(f"There are {len(values)}, and at most {self.most} are possible.")
        seen: set[Any] = set()
        for value in values:
            by = value.name if isinstance(value, Pair) else value
            if by in seen:
                raise ValueError(f"{clean(by, limit=200)} is given twice. Next: give each once.")
            seen.add(by)
        return values

    def write(self, value: Sequence[Any]) -> str:
        """The text that means a list."""
        return ",".join(escaped(self.item.write(each)) for each in value)

    def keep(self, value: Sequence[Any]) -> list[Any]:
        """A list as the journal keeps it."""
        return [self.item.keep(each) for each in value]

    def restore(self, kept: Any) -> tuple[Any, ...]:
        """The list that the journal kept; earlier versions kept its text. Raises `ValueError` and `LookupError`."""
        if isinstance(kept, str):
            return self.parse(kept)
        if not isinstance(kept, (list, tuple)):
            raise ValueError(f"{kept!r} is no {self.word}.")
        return self.checked(tuple(self.item.restore(each) for each in kept))

    def read(self, value: Sequence[Any]) -> tuple[tuple[Any, ...], tuple[tuple[str, Name], ...]]:
        """A list with names in place of ARNs. Raises `ValueError`, also for one thing by its name and its ARN."""
        found = [self.item.read(each) for each in value]
        return self.checked(tuple(each for each, _ in found)), tuple(name for _, names in found for name in names)

    def named(self, value: Sequence[Any] | None) -> tuple[str, ...]:
        """The names of resources in a list."""
        return tuple(name for each in value or () for name in self.item.named(each))

    def naming(self, names: Sequence[str]) -> tuple[Any, ...]:
        """The list of these resources."""
        return tuple(self.item.naming([name]) for name in names)

    def _pieces(self, text: str) -> list[str]:
        pieces = items_of(text)
        if text.strip(" ") and not all(pieces):
            raise ValueError("An item is empty. Next: take the comma away; one that belongs to an item is written \\,")
        return [piece for piece in pieces if piece]


def many(item: Field, *, most: int | None = None, word: str = "") -> ListField:
    """Several values of a type, of which each is given once."""
    word = word or (f"list of {item.kind.many}" if item.kind is not None else f"list: {item.word}")
    return ListField(
        word,
        Widget.LIST,
        kind=item.kind,
        new=item.new,
        safe=item.safe,
        reads=item.reads,
        permissions=item.permissions,
        item=item,
        most=most,
    )


def pair(name: Field, value: Field, *, bare: bool = False) -> PairField:
    """A name with a value of its own; with `bare` the value may be left out."""
    shown = "NAME=VALUE"
    return PairField(
        f"{name.word}, or {shown}" if bare else shown,
        Widget.PAIR,
        kind=name.kind,
        new=name.new,
        safe=name.safe and value.safe,
        reads=name.reads,
        permissions=(*name.permissions, *value.permissions),
        name=name,
        value=value,
        bare=bare,
    )


def items_of(text: str) -> list[str]:
    """The items of a list as they are meant: without the spaces around them, and without escapes."""
    found, word, firm, at = [], "", 0, 0  # no space is taken away before `firm`
    while at < len(text):
        char, after = text[at], text[at + 1 : at + 2]
        at += 1
        if char == "\\" and after and after in "\\, ":
            word, at = word + after, at + 1
            firm = len(word)
        elif char == ",":
            found.append(word[:firm] + word[firm:].rstrip(" "))
            word, firm = "", 0
        elif word or char != " ":
            word += char
    return [*found, word[:firm] + word[firm:].rstrip(" ")]


def last_item(text: str) -> int:
    """Where the last item of a list begins in its text."""
    start = 0
    while (at := _unescaped(text, ",", start)) is not None:
        start = at + 1
    return len(text) - len(text[start:].lstrip(" "))


def escaped(item: str) -> str:
    """An item as it is written in a list."""
    written = _escaped(item, ",")
    if item.endswith(" "):
        written = f"{written[:-1]}\\ "
    return f"\\{written}" if item.startswith(" ") and len(item) > 1 else written


def _unescaped(text: str, sign: str, start: int = 0) -> int | None:
    """Where a sign stands first without a backslash before it."""
    at = start
    while at < len(text):
        if text[at] == sign:
            return at
        at += 2 if text[at] == "\\" else 1
    return None


def _escaped(text: str, sign: str) -> str:
    return text.replace("\\", "\\\\").replace(sign, f"\\{sign}")


def _plain(text: str) -> str:
    """A name in a pair without the backslashes before equals signs and backslashes; other ones stay."""
    return re.sub(r"\\([\\=])", r"\1", text)
