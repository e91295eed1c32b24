"""Patterns for space-delimited log events: ``[ip, user, ..., status = 4*, bytes > 1000]``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from console.filter_pattern.logic import Condition, read_logic
from console.filter_pattern.reader import PatternError, Reader

_WORD: Final = re.compile(r'\[(?P<bracketed>[^\]]*)\](?=\s|$)|"(?P<quoted>[^"]*)"(?=\s|$)|\S+')
_BARE: Final = "/:@#;$~^?'\\{}"


@dataclass(frozen=True, slots=True)
class Delimited:
    """A condition for each field; None stands for a field of which nothing is asked.

    With an ellipsis at `gap` any number of fields may stand there. Without one the last field is the rest of
    the line.
    """

    fields: tuple[Condition[str] | None, ...]
    gap: int | None

    def matches(self, message: str) -> bool:
        """Whether the message has the fields and they meet their conditions."""
        words = [(match.start(), match[match.lastgroup or 0]) for match in _WORD.finditer(message)]
        count = len(self.fields)
        if len(words) < count:
            return False
        values = [word for _, word in words]
        if self.gap is not None:
            values = values[: self.gap] + values[len(values) - (count - self.gap) :]
        elif len(words) > count:
            values = [*values[: count - 1], message[words[count - 1][0] :].rstrip()]
        return all(test is None or test(value) for test, value in zip(self.fields, values, strict=True))


def read_delimited(reader: Reader) -> Delimited:
    """Read a pattern in square brackets to its end."""
    reader.take("[")
    fields: list[Condition[str] | None] = []
    gap: int | None = None
    while True:
        if reader.skip().take("..."):
            if gap is not None:
                raise PatternError(reader.place - 2, "a second ...", "one ... in a pattern")
            gap = len(fields)
        else:
            fields.append(_field(reader))
        if reader.skip().take("]"):
            break
        if not reader.take(","):
            raise reader.error("a comparison, &&, ||, a comma or ]")
    if reader.skip().peek():
        raise reader.error("nothing after ]")
    return Delimited(tuple(fields), gap)


def _field(reader: Reader) -> Condition[str] | None:
    """A name alone, or conditions on the field, each of which repeats its name."""
    start = reader.place
    name = reader.word("-.")
    if reader.skip().peek() in (",", "]"):
        return None
    reader.place = start
    return read_logic(reader, lambda reader: _condition(reader, name))


def _condition(reader: Reader, name: str) -> Condition[str]:
    start = reader.skip().place
    given = reader.word("-.")
    if name and given != name:
        raise PatternError(start + 1, repr(given), f"{name}, the name of the field, in each of its conditions")
    if not given:
        raise reader.error("the name of a field")
    reader.skip()
    return reader.condition(_BARE, "the name of a field")
