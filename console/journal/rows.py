"""From rows to records and back. A row that cannot be read becomes a record that says so: it hides no other one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct

from console.journal.errors import JournalError
from console.journal.records import (
    AnyRun,
    ItemRecord,
    RunRecord,
    StepRecord,
    StepState,
    UnreadableItem,
    UnreadableRun,
    UnreadableStep,
)
from console.text import clean

R = TypeVar("R", bound=Struct)

BODY_LIMIT: Final = 16 << 20
"""Bytes of a row that are read, and at most written."""
_DEPTH_LIMIT: Final = 64
"""How deep values may be nested: what is deeper could not be shown."""
_YEARS: Final = range(1970, 9000)
"""What is outside cannot be shown in every zone."""

# The size tells whether a body is there and small enough, without reading it.
_BODY: Final = f"CASE WHEN length(body) <= {BODY_LIMIT} THEN body END, length(body)"
RUNS: Final = f"SELECT substr(id, 1, 300), substr(started, 1, 64), substr(stack, 1, 300), {_BODY} FROM run"  # noqa: S608
"""Rows that `run_of` takes."""
STEPS: Final = f"SELECT position, {_BODY} FROM step"  # noqa: S608
"""Rows that `step_of` takes."""
ITEMS: Final = f"SELECT position, {_BODY} FROM item"  # noqa: S608
"""Rows that `item_of` takes."""

_DECODERS: Final[dict[type[Struct], msgspec.json.Decoder[Any]]] = {
    kind: msgspec.json.Decoder(kind) for kind in (RunRecord, StepRecord, ItemRecord)
}


class _Unreadable(Exception):
    """A row cannot be read; the message says why."""


def pack(record: Struct) -> bytes:
    """A record as it is kept. Raises `JournalError` for one that is too large to be read again."""
    body = msgspec.json.encode(record)
    if len(body) > BODY_LIMIT:
        raise JournalError(
            f"The journal keeps no record of {len(body):,} bytes, since it reads at most {BODY_LIMIT:,}. "
            "Next: change less at once."
        )
    return body


def run_of(row: tuple[Any, ...]) -> AnyRun:
    """The run of a row."""
    run, started, stack, body, size = row
    try:
        record = _decoded(RunRecord, body, size)
        _check(record, run)
    except _Unreadable as why:
        return UnreadableRun(
            id=clean(_text(run)), started=_moment(_text(started)), stack=clean(_text(stack)), why=str(why)
        )
    return record


def step_of(row: tuple[Any, ...]) -> StepRecord:
    """The step of a row."""
    position, body, size = row
    try:
        record = _decoded(StepRecord, body, size)
        _same(record.position, position)
        _in_years(record.started, record.ended)
    except _Unreadable as why:
        what = f"It cannot be read: {why}"
        return UnreadableStep(
            position=_number(position), id="", kind="", title="", commands=(), state=StepState.UNKNOWN, what=what
        )
    return record


def item_of(row: tuple[Any, ...]) -> ItemRecord:
    """The item of a row."""
    position, body, size = row
    try:
        record = _decoded(ItemRecord, body, size)
        _same(record.position, position)
    except _Unreadable as why:
        return UnreadableItem(_number(position), "", "", StepState.UNKNOWN, f"It cannot be read: {why}")
    return record


def said(record: Struct) -> str:
    """What is shown of a record, folded so that capitals do not matter: what a search looks in."""
    return "\n".join(filter(None, _shown(record))).casefold()


def said_in(kind: type[Struct]) -> Callable[[Any], str]:
    """A function that gives what is shown of a row's body; nothing where it cannot be read."""

    def look(body: object) -> str:
        try:
            return said(_decoded(kind, body, len(body) if isinstance(body, bytes) else None))
        except _Unreadable:
            return ""

    return look


def pairs(values: dict[str, Any]) -> str:
    """Values with their names, as they are shown; what was left out is not."""
    listed = {name: ",".join(map(str, value)) for name, value in values.items() if isinstance(value, list)}
    return ", ".join(f"{name}={value}" for name, value in {**values, **listed}.items() if value is not None)


def undo_words(run: RunRecord) -> str:
    """What takes a run back, or why nothing does; empty where that is not on record."""
    if "operation" in run.undo:
        return f"{run.undo['operation']} {pairs(run.undo['params'])}".strip()
    return str(run.undo.get("reason", ""))


def _shown(record: Struct) -> Iterator[str]:
    if isinstance(record, RunRecord):
        who, before = record.who, record.before["state"]
        yield from (record.id, record.operation, record.title, pairs(record.params), record.stack, record.account)
        yield from (record.region, record.partition, *(part for target in record.targets for part in target))
        yield from (who.login, who.arn, who.ssh, record.reason, record.outcome, pairs(before), undo_words(record))
        yield from (record.undoes, record.undone_by, " ".join(record.words))
    elif isinstance(record, StepRecord):
        yield from (record.title, *record.commands, record.request, record.what)
    elif isinstance(record, ItemRecord):
        yield from (record.id, record.version, record.what)


def _decoded(kind: type[R], body: object, size: object) -> R:
    if isinstance(size, int) and size > BODY_LIMIT:
        raise _Unreadable(f"its {size:,} bytes are more than the {BODY_LIMIT:,} that are read")
    if not isinstance(body, bytes):
        raise _Unreadable("its body is missing" if body is None else "its body is no bytes")
    try:
        record: R = _DECODERS[kind].decode(body)
    except RecursionError:
        raise _Unreadable("it is nested too deep") from None
    except ValueError as error:  # also what msgspec raises
        raise _Unreadable(clean(error, limit=300).rstrip(".")) from None
    if isinstance(record, RunRecord):
        _values(record)
    return record


def _values(run: RunRecord) -> None:
    """Whether what may hold anything can be shown and written again."""
    left: list[tuple[Any, int]] = [(run.params, 1), (run.before, 1), (run.undo, 1)]
    while left:
        value, depth = left.pop()
        if depth > _DEPTH_LIMIT:
            raise _Unreadable("it is nested too deep")
        if isinstance(value, dict | list):
            left += [(one, depth + 1) for one in (value.values() if isinstance(value, dict) else value)]
        elif isinstance(value, int) and not -(2**63) <= value < 2**64:
            raise _Unreadable("a number in it is too large")
    if not all(isinstance(run.before.get(part), dict) for part in ("state", "context")):
        raise _Unreadable("what was there before is no table")
    undo = run.undo
    if "operation" in undo and not (isinstance(undo["operation"], str) and isinstance(undo.get("params"), dict)):
        raise _Unreadable("what takes it back is no operation with its parameters")


def _check(run: RunRecord, column: object) -> None:
    if run.id != column:
        raise _Unreadable("its body names another run")
    # Its lock is a file of this name.
    if not run.id.isprintable() or "/" in run.id or not run.id:
        raise _Unreadable("its id is none that a run can have")
    _in_years(run.started, run.ended)


def _same(position: int, column: object) -> None:
    if position != column:
        raise _Unreadable("its body names another position")


def _in_years(*moments: datetime | None) -> None:
    if any(moment is not None and moment.year not in _YEARS for moment in moments):
        raise _Unreadable("a time in it is out of range")


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else "" if value is None else str(value)


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None and moment.year in _YEARS else None
