"""Patterns for JSON log events: ``{ $.level = "error" && ($.user.id >= 5 || $.tags[*] = a*) }``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson

from console.filter_pattern.logic import Condition, read_logic
from console.filter_pattern.reader import PatternError, Reader, Test

Step = str | int | None
"""A key, an index, or None for the wildcard."""

_WILDCARDS: Final = 3


@dataclass(frozen=True, slots=True)
class Structured:
    """Conditions on the values of a JSON object."""

    condition: Condition[dict[str, Any]]

    def matches(self, message: str) -> bool:
        """Whether the message is a JSON object that meets the conditions."""
        if not message.lstrip().startswith("{"):
            return False
        try:
            event = orjson.loads(message)
        except orjson.JSONDecodeError:
            return False
        return self.condition(event)


def read_structured(reader: Reader) -> Structured:
    """Read a pattern in curly brackets to its end."""
    reader.take("{")
    wildcards = [0]
    condition = read_logic(reader, lambda reader: _condition(reader, wildcards))
    if not reader.skip().take("}"):
        raise reader.error("&&, || or }")
    if reader.skip().peek():
        raise reader.error("nothing after }")
    return Structured(condition)


def _condition(reader: Reader, wildcards: list[int]) -> Condition[dict[str, Any]]:
    path = _selector(reader)
    wildcards[0] += path.count(None)
    if wildcards[0] > _WILDCARDS:
        raise reader.error(f"{_WILDCARDS} wildcard selectors in one pattern", "a fourth")
    if reader.skip().take("NOT"):
        if not reader.skip().take("EXISTS"):
            raise reader.error("EXISTS after NOT")
        return lambda event: not any(True for _ in _select(event, path))
    test = _is(reader) if reader.take("IS ") else reader.condition("", "a selector (or IS, NOT EXISTS)")
    return lambda event: any(test(value) for value in _select(event, path))


def _is(reader: Reader) -> Test:
    wanted = reader.skip().take("NULL", "TRUE", "FALSE")
    if not wanted:
        raise reader.error("NULL, TRUE or FALSE after IS")
    value = {"NULL": None, "TRUE": True, "FALSE": False}[wanted]
    return lambda found: found is value


def _selector(reader: Reader) -> tuple[Step, ...]:
    if not reader.skip().take("$"):
        raise reader.error("a selector such as $.level")
    path: list[Step] = []
    while reader.peek() in (".", "["):
        start = reader.place
        if reader.take(".") and reader.peek() != "[":
            path.append(_key(reader))
        else:
            path.append(_bracket(reader))
        if path.count(None) > 1:
            raise PatternError(start + 1, "a second wildcard", "one wildcard in a selector")
    if not path:
        raise reader.error(". or [ after $")
    return tuple(path)


def _key(reader: Reader) -> Step:
    if reader.take("*"):
        return None
    if not (key := reader.word("-")):
        raise reader.error("a key of letters, digits, - and _, or * (a key with other signs: $.['a.b'])")
    return key


def _bracket(reader: Reader) -> Step:
    reader.take("[")
    step: Step
    if reader.take("*"):
        step = None
    elif quote := reader.take("'", '"'):
        end = reader.text.find(quote, reader.place)
        if end < 0:
            raise reader.error(f"a key that ends with {quote}", "a key that is never closed")
        step = reader.text[reader.place : end]
        reader.place = end + 1
    else:
        digits = reader.word()
        if not (digits.isascii() and digits.isdigit()):
            raise reader.error("an index, * or a key in quotation marks", repr(digits or reader.peek() or "the end"))
        step = int(digits)
    if not reader.take("]"):
        raise reader.error("]")
    return step


def _select(value: Any, path: tuple[Step, ...]) -> Iterator[Any]:
    """The values that a selector points to: several with a wildcard, none where there is nothing."""
    if not path:
        yield value
        return
    step, rest = path[0], path[1:]
    inside: list[Any] = []
    if step is None:
        inside = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    elif isinstance(step, int):
        inside = value[step : step + 1] if isinstance(value, list) else []
    elif isinstance(value, dict) and step in value:
        inside = [value[step]]
    for item in inside:
        yield from _select(item, rest)
