"""CloudWatch Logs Insights: queries read and run over log events.

The commands fields, display, filter, parse, stats, sort, limit and dedup are run; others are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from console.demo.query.expressions import Expression, Reader, compile_regex
from console.demo.query.lexer import QueryError
from console.demo.query.rows import Row
from console.demo.query.values import Time, order, show

__all__ = ["ParsedQuery", "QueryAnswer", "QueryError", "parse"]

DEFAULT_LIMIT: Final = 10_000
_SHOWN: Final = ("@timestamp", "@message")
_POINTER: Final = "@ptr"


@dataclass(slots=True)
class Pipeline:
    """What flows from command to command: rows, and what of them is shown, in which order."""

    rows: list[Row]
    shown: list[str] = field(default_factory=list)
    summed: bool = False
    sorted: bool = False

    def settle(self) -> None:
        """Put the newest event first, which holds wherever a query does not sort."""
        if not self.sorted and not self.summed:
            self.rows.sort(key=lambda row: order(row.get("@timestamp")), reverse=True)
            self.sorted = True


Command = Callable[[Pipeline], None]


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """What a query found: rows of name and text, and how many events matched."""

    rows: list[list[tuple[str, str]]]
    matched: int


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query that was understood."""

    text: str
    commands: tuple[tuple[str, Command], ...]

    def run(self, rows: Iterable[Row], limit: int | None = None) -> QueryAnswer:
        """Run over rows, one for each log event, with ``@timestamp`` as `Time` and ``@message``."""
        state = Pipeline(list(rows))
        matched = len(state.rows)
        for name, command in self.commands:
            command(state)
            if name == "filter" and not state.summed:
                matched = len(state.rows)
        state.settle()
        names = list(dict.fromkeys(state.shown or _SHOWN))
        if not state.summed:
            names.append(_POINTER)
        found = [
            [(name, show(row[name])) for name in names if row.get(name) is not None]
            for row in islice(state.rows, limit or DEFAULT_LIMIT)
        ]
        return QueryAnswer(found, matched)


def parse(text: str) -> ParsedQuery:
    """Read a query; raises `QueryError` with the place of what is wrong."""
    reader = Reader(text)
    commands: list[tuple[str, Command]] = []
    while True:
        start = reader.peek()
        if start.kind != "word" or start.value.lower() not in _COMMANDS:
            raise reader.unexpected()
        name = reader.take().value.lower()
        commands.append((name, _COMMANDS[name](reader)))
        if reader.peek().kind == "end":
            return ParsedQuery(text, tuple(commands))
        reader.expect("|")


def _list(reader: Reader) -> list[tuple[str, Expression]]:
    found = [reader.named()]
    while reader.takes(","):
        found.append(reader.named())
    return found


def _fields(reader: Reader) -> Command:
    columns = _list(reader)

    def run(state: Pipeline) -> None:
        for row in state.rows:
            row.update({name: expression([row]) for name, expression in columns})
        state.shown += [name for name, _ in columns]

    return run


def _display(reader: Reader) -> Command:
    columns = _fields(reader)

    def run(state: Pipeline) -> None:
        state.shown = []
        columns(state)

    return run


def _filter(reader: Reader) -> Command:
    condition = reader.expression()

    def run(state: Pipeline) -> None:
        state.rows = [row for row in state.rows if condition([row])]

    return run


def _parse(reader: Reader) -> Command:
    source = reader.name()
    token = reader.take()
    if token.kind == "regex":
        regex, names = compile_regex(token), None
        if not regex.groupindex:
            raise QueryError("the regular expression of parse has no named group", token.start)
    elif token.kind == "text":
        parts = [re.escape(part) for part in token.value.split("*")]
        regex = re.compile("(.*?)".join(parts) + ("$" if token.value.endswith("*") else ""), re.DOTALL)
        reader.expect("as")
        names = [reader.name()]
        while reader.takes(","):
            names.append(reader.name())
        if len(names) != regex.groups:
            raise QueryError(f"parse has {regex.groups} * but {len(names)} names", token.start)
    else:
        raise QueryError(f"unexpected symbol found {token.value or 'end of query'}", token.start)

    def run(state: Pipeline) -> None:
        for row in state.rows:
            if match := regex.search(show(row.get(source, ""))):
                row.update(match.groupdict() if names is None else zip(names, match.groups(), strict=True))

    return run


def _stats(reader: Reader) -> Command:
    columns = _list(reader)
    keys = _list(reader) if reader.takes("by") else []

    def run(state: Pipeline) -> None:
        rows = sorted(state.rows, key=lambda row: order(row.get("@timestamp")))
        groups: dict[tuple[str | None, ...], list[Row]] = {}
        for row in rows:
            values = [key([row]) for _, key in keys]
            groups.setdefault(tuple(None if value is None else show(value) for value in values), []).append(row)
        if not keys:
            groups.setdefault((), [])
        state.rows = [_summed(group, keys, columns) for group in groups.values()]
        if any(isinstance(row.get(name), Time) for row in state.rows for name, _ in keys):
            state.rows.reverse()
        state.shown = [name for name, _ in (*keys, *columns)]
        state.summed = True

    return run


def _summed(
    group: Sequence[Row], keys: Sequence[tuple[str, Expression]], columns: Sequence[tuple[str, Expression]]
) -> Row:
    return {name: expression(group) for name, expression in (*keys, *columns)}


def _sort(reader: Reader) -> Command:
    parts: list[tuple[str, Expression, bool]] = []
    while not parts or reader.takes(","):
        name, expression = reader.named()
        descending = reader.takes("desc")
        if not descending:
            reader.takes("asc")
        parts.append((name, expression, descending))

    def run(state: Pipeline) -> None:
        for name, expression, descending in reversed(parts):
            keys = [order(row[name] if name in row else expression([row])) for row in state.rows]
            places = sorted(range(len(keys)), key=keys.__getitem__, reverse=descending)
            state.rows = [state.rows[place] for place in places]
        state.sorted = True

    return run


def _limit(reader: Reader) -> Command:
    token = reader.take()
    if token.kind != "number" or not token.value.isdigit() or not 0 < int(token.value) <= DEFAULT_LIMIT:
        raise QueryError(f"limit takes a number from 1 to {DEFAULT_LIMIT}", token.start)

    def run(state: Pipeline) -> None:
        state.settle()
        del state.rows[int(token.value) :]

    return run


def _dedup(reader: Reader) -> Command:
    names = [reader.name()]
    while reader.takes(","):
        names.append(reader.name())

    def run(state: Pipeline) -> None:
        state.settle()
        first: dict[tuple[str, ...], Row] = {}
        for row in state.rows:
            if all(row.get(name) is not None for name in names):
                first.setdefault(tuple(show(row[name]) for name in names), row)
        state.rows = list(first.values())

    return run


_COMMANDS: Final[dict[str, Callable[[Reader], Command]]] = {
    "fields": _fields,
    "display": _display,
    "filter": _filter,
    "parse": _parse,
    "stats": _stats,
    "sort": _sort,
    "limit": _limit,
    "dedup": _dedup,
}
