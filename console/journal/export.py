"""The journal for other programs and for people: JSON lines, and Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from console.journal.reconcile import state_of
from console.journal.records import RunRecord, StepRecord
from console.text import clean


def as_json(run: RunRecord, steps: tuple[StepRecord, ...]) -> dict[str, Any]:
    """A run with its steps, its state as it is to be shown."""
    shown: dict[str, Any] = msgspec.to_builtins(run)
    return {**shown, "state": state_of(run), "steps": msgspec.to_builtins(steps)}


def json_line(run: RunRecord, steps: tuple[StepRecord, ...]) -> str:
    """A run as one line of JSON."""
    return msgspec.json.encode(as_json(run, steps)).decode()


def markdown(run: RunRecord, steps: tuple[StepRecord, ...]) -> str:
    """A run as a section of a report."""
    return "\n".join(_lines(run, steps))


def _lines(run: RunRecord, steps: tuple[StepRecord, ...]) -> Iterator[str]:
    yield f"## {_moment(run.started)} {run.operation}: {state_of(run)}"
    yield ""
    facts = {
        "Run": run.id,
        "What": run.title,
        "On": ", ".join(name for name, _ in run.targets),
        "Parameters": ", ".join(f"{name}={value}" for name, value in run.params.items()),
        "Stack": f"{run.stack}, account {run.account}, {run.region}",
        "By": " ".join(filter(None, (run.who.login, run.who.arn, run.who.ssh and f"from {run.who.ssh}"))),
        "Reason": run.reason,
        "Outcome": run.outcome,
        "Ended": _moment(run.ended) if run.ended else "",
        "Takes back": run.undoes,
        "Taken back by": run.undone_by,
    }
    yield from (f"- {name}: {_inline(text)}" for name, text in facts.items() if text)
    for step in steps:
        request = f", request {step.request}" if step.request else ""
        yield f"- Step {step.position + 1}, {_inline(step.title)}: {step.state}{request}. {_inline(step.what)}".rstrip()
        yield from ("", "  ```sh", *(f"  {command}" for command in step.commands), "  ```", "")


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _inline(text: str) -> str:
    """Text that Markdown shows as it is."""
    return "".join(f"\\{char}" if char in "\\`*_[]<>#|" else char for char in clean(text))
