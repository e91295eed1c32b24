"""The journal for other programs and for people: JSON lines, and Markdown."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from console.journal.locks import Locks
from console.journal.reconcile import UNWATCHED, state_word
from console.journal.records import (
    AT_WORK,
    WATCHED,
    AnyRun,
    ItemRecord,
    Items,
    RunRecord,
    StepRecord,
    StepState,
    UnreadableItem,
    UnreadableRun,
    UnreadableStep,
)
from console.journal.rows import pairs, undo_words
from console.text import clean

UNREADABLE: Final = "unreadable"
"""What is shown for the state of a row that cannot be read."""
_NONE: Final[Items] = {}


def shown_state(run: AnyRun, locks: Locks | None = None) -> str:
    """The state to show of a run."""
    return UNREADABLE if isinstance(run, UnreadableRun) else state_word(run, locks)


def shown_outcome(run: RunRecord, state: str) -> str:
    """How a run ended, or how far it is; `state` is the one that is shown."""
    if state != UNWATCHED:
        return run.outcome
    said = "Sent." if run.outcome in ("", WATCHED) else run.outcome
    return f"{said} Nobody is watching it. Next: {shlex.join(('groundskeeper', *run.words))} watches on."


def why_unreadable(run: UnreadableRun) -> str:
    """Why a run cannot be read, as a sentence."""
    return f"It cannot be read: {run.why}. It is left as it is."


def cannot_undo(run: UnreadableRun) -> str:
    """Why a run that cannot be read is not taken back, and what to do instead."""
    return (
        f"Run {run.id} cannot be undone. {why_unreadable(run)} Nothing was changed. "
        "Next: read it with the version that wrote it, or change the resource back by an operation of its own."
    )


def step_state(step: StepRecord) -> str:
    """The state of a step as it is shown."""
    return UNREADABLE if isinstance(step, UnreadableStep) else step.state.value


def items_words(items: Sequence[ItemRecord], state: str) -> str:
    """How many items of a Bulk there are, and how many in which state; `state` is the run's as it is shown."""
    counts = Counter(item_state(item, state) for item in items)
    told = ", ".join(f"{count:,} {word}" for word, count in sorted(counts.items()))
    return f"{len(items):,}: {told}" if items else "none on record"


def item_state(item: ItemRecord, state: str) -> str:
    """The state of an item as it is shown; `state` is its run's.

    One that was sent and has no outcome may have been carried out: nobody knows once the run is no longer at work.
    """
    if isinstance(item, UnreadableItem):
        return UNREADABLE
    if item.state is StepState.WAITING:
        return "not begun"
    return StepState.UNKNOWN.value if item.state is StepState.SENT and state not in AT_WORK else item.state.value


def as_json(
    run: AnyRun, steps: tuple[StepRecord, ...], items: Items = _NONE, locks: Locks | None = None
) -> dict[str, Any]:
    """A run with its steps and their items, its state as it is to be shown.

    A run that cannot be read has only ``id``, ``started`` and ``stack`` as far as they are known, the state
    "unreadable", and ``why``; a step or an item that cannot be read ``position``, the state "unreadable" and ``why``.
    """
    shown: dict[str, Any] = msgspec.to_builtins(run)
    shown["state"] = shown_state(run, locks)
    if isinstance(run, RunRecord):
        shown["outcome"] = shown_outcome(run, shown["state"])
    return {**shown, "steps": [_step(step, items) for step in steps]}


def _step(step: StepRecord, items: Items) -> dict[str, Any]:
    of_it = [_row(item) for item in items.get(step.position, ())]
    return {**_row(step), "items": of_it} if of_it or step.kind == "bulk" else _row(step)


def _row(record: StepRecord | ItemRecord) -> dict[str, Any]:
    if isinstance(record, UnreadableStep | UnreadableItem):
        return {"position": record.position, "state": UNREADABLE, "why": record.what}
    row: dict[str, Any] = msgspec.to_builtins(record)
    return row


def json_line(run: AnyRun, steps: tuple[StepRecord, ...], items: Items = _NONE, locks: Locks | None = None) -> str:
    """A run as one line of JSON."""
    return msgspec.json.encode(as_json(run, steps, items, locks)).decode()


def markdown(run: AnyRun, steps: tuple[StepRecord, ...], items: Items = _NONE, locks: Locks | None = None) -> str:
    """A run as a section of a report."""
    return "\n".join(_lines(run, steps, items, shown_state(run, locks)))


def _lines(run: AnyRun, steps: tuple[StepRecord, ...], items: Items, state: str) -> Iterator[str]:
    when = _moment(run.started) if run.started else "At an unknown time"
    name = f" {_inline(run.operation)}" if isinstance(run, RunRecord) else ""
    yield f"## {when}{name}: {state}"
    yield ""
    facts = _facts(run, state) if isinstance(run, RunRecord) else _known(run)
    yield from (f"- {name}: {_inline(text)}" for name, text in facts.items() if text)
    for step in steps:
        yield from _step_lines(step)
        if step.kind == "bulk" or step.position in items:
            yield from _item_lines(items.get(step.position, ()), state)


def _facts(run: RunRecord, state: str) -> Mapping[str, str]:
    partition = f" of {run.partition}" if run.partition not in ("", "aws") else ""
    return {
        "Run": run.id,
        "What": run.title,
        "On": ", ".join(name for name, _ in run.targets),
        "Parameters": pairs(run.params),
        "Stack": f"{run.stack}, account {run.account}{partition}, {run.region}",
        "By": " ".join(filter(None, (run.who.login, run.who.arn, run.who.ssh and f"from {run.who.ssh}"))),
        "Reason": run.reason,
        "Outcome": shown_outcome(run, state),
        "Ended": _moment(run.ended) if run.ended else "",
        "Undo": undo_words(run),
        "Takes back": run.undoes,
        "Taken back by": run.undone_by,
    }


def _known(run: UnreadableRun) -> Mapping[str, str]:
    return {"Run": run.id, "Stack": run.stack, "Outcome": why_unreadable(run)}


def _step_lines(step: StepRecord) -> Iterator[str]:
    if isinstance(step, UnreadableStep):
        yield f"- Step {step.position + 1}: {UNREADABLE}. {_inline(step.what)}"
        yield ""
        return
    request = f", request {_inline(step.request)}" if step.request else ""
    yield f"- Step {step.position + 1}, {_inline(step.title)}: {step.state}{request}. {_inline(step.what)}".rstrip()
    commands = (line for command in step.commands for line in clean(command, multiline=True).split("\n"))
    yield from ("", "  ```sh", *(f"  {line}" for line in commands), "  ```", "")


def _item_lines(items: Sequence[ItemRecord], state: str) -> Iterator[str]:
    yield f"  Items: {items_words(items, state)}."
    yield ""
    for item in items:
        version = f" (version {_inline(item.version)})" if item.version else ""
        what = f". {_inline(item.what)}" if item.what else ""
        yield f"  {item.position + 1}. {_inline(item.id)}{version}: {item_state(item, state)}{what}"
    yield ""


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _inline(text: str) -> str:
    """Text that Markdown shows as it is."""
    return "".join(f"\\{char}" if char in "\\`*_[]<>#|" else char for char in clean(text))
