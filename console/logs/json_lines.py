"""Log lines that are JSON: as columns, as pretty text, and what a JMESPath expression finds in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import jmespath

from console.logs import json_text
from console.text import Clean, clean

_LEVELS: Final = ("level", "severity", "lvl", "levelname")
_MESSAGES: Final = ("message", "msg", "event", "log")
_TIMES: Final = frozenset(("time", "timestamp", "ts", "@timestamp", "asctime", "v", "pid", "hostname"))
_TELLING: Final = frozenset(("method", "url", "path", "uri", "route", "status", "statusCode", "status_code"))
"""What of an object in a line is worth a column: the rest is for the detail of the line."""

_MOST: Final = 8
_WIDEST: Final = 24


class ExpressionProblem(ValueError):
    """A JMESPath expression that cannot be used; its text says why."""


@dataclass(frozen=True, slots=True)
class JsonColumn:
    """A column of JSON lines: what an expression finds, or stands under a key; the last takes the room that is left."""

    title: Clean
    expression: Any
    width: int


@dataclass(frozen=True, slots=True)
class _Member:
    """Finds what stands under some keys, whatever they are; a JMESPath expression would have to quote them."""

    path: tuple[str, ...]

    def search(self, value: Any) -> Any:
        for key in self.path:
            value = value.get(key) if isinstance(value, dict) else None
        return value


def parse(text: str) -> dict[str, Any] | None:
    """The JSON object that a line is, or that it ends with after a prefix of its own; None where it is none."""
    found = split(text)
    return found[1] if found else None


def split(text: str) -> tuple[str, dict[str, Any]] | None:
    """The JSON object of a line, as the text that it is and as its value; None where there is none."""
    start = text.find("{")
    if start < 0 or not text.rstrip().endswith("}"):
        return None
    try:
        found = json_text.loads(text[start:])
    except ValueError:
        return None
    return (text[start:], found) if isinstance(found, dict) else None


@lru_cache(maxsize=64)
def expression(text: str) -> Any:
    """Compile a JMESPath expression. Raises ExpressionProblem with a sentence."""
    try:
        return jmespath.compile(text)
    except Exception as error:  # noqa: BLE001 - its reader raises errors of its own and of Python
        raise ExpressionProblem(f"Not a JMESPath expression yet: {_said(error)}") from None


def search(compiled: Any, value: Any) -> Any:
    """What an expression finds. Raises ExpressionProblem where it cannot take what it is given."""
    try:
        return compiled.search(value)
    except Exception as error:  # noqa: BLE001 - a step of 0, a number beside a text: JMESPath lets Python's errors out
        raise ExpressionProblem(f"The expression cannot be used here: {_said(error)}") from None


def _said(error: Exception) -> str:
    """The first line of what an error says, not longer than a person reads."""
    if isinstance(error, RecursionError):
        return "it nests too deep."
    words = str(error).strip() or type(error).__name__
    return clean(words.splitlines()[0], limit=200)


def pretty(value: Any) -> list[Clean]:
    """A JSON value over several lines."""
    return json_text.laid_out(json_text.dumps(value))


def columns(objects: Sequence[dict[str, Any]]) -> tuple[JsonColumn, ...]:
    """Columns for some JSON lines: the level first, then what most of them have, the message last."""
    counted = Counter(path for one in objects for path in _paths(one))
    common = [path for path, count in counted.most_common() if count * 4 >= len(objects)]
    first = [path for path in common if path[0] in _LEVELS][:1]
    last = [(key,) for key in _MESSAGES if (key,) in common][:1]
    rest = [path for path in common if path not in first + last][: _MOST - len(first + last)]
    named = Counter(path[-1] for path in common)
    return tuple(
        _column(path[-1] if named[path[-1]] == 1 else ".".join(path), _Member(path), objects)
        for path in first + rest + last
    )


def _paths(one: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Where the values of a JSON line are that may be worth a column, in their order."""
    for key, value in one.items():
        if isinstance(value, dict):
            yield from ((key, inner) for inner, found in value.items() if inner in _TELLING and _plain(found))
        elif key not in _TIMES and _plain(value):
            yield (key,)


def _plain(value: Any) -> bool:
    return not isinstance(value, dict | list)


def chosen(expressions: Iterable[str], objects: Sequence[dict[str, Any]]) -> tuple[JsonColumn, ...]:
    """Columns by JMESPath expressions that a person chose. Raises ExpressionProblem."""
    return tuple(_column(text, expression(text), objects) for text in expressions)


def cell(column: JsonColumn, value: dict[str, Any]) -> str:
    """What a column shows of a line."""
    try:
        found = search(column.expression, value)
    except ExpressionProblem:
        return "?"
    if found is None:
        return ""
    return clean(found if isinstance(found, str) else json_text.dumps(found))


def _column(title: str, compiled: Any, objects: Sequence[dict[str, Any]]) -> JsonColumn:
    column = JsonColumn(clean(title), compiled, 0)
    longest = max((len(cell(column, one)) for one in objects), default=0)
    return JsonColumn(column.title, compiled, min(_WIDEST, max(longest, len(column.title))))
