"""A plan as it is read before it is confirmed: on what, what changes, what is run, and what would take it back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.content import Content

from console.gate.confirm import as_typed
from console.gate.planned import Planned
from console.operations.operation import Danger
from console.readings.source import Level
from widgets.detail_lines import section
from widgets.level import STYLES, SYMBOLS
from widgets.text_view import TextView, hang

DANGER_STYLE = {Danger.READ: "$success", Danger.CHANGE: "$warning", Danger.DESTROY: "bold $error"}
MOST_TARGETS = 20
"""Targets that are named; of more, the number is told."""


def danger_words(planned: Planned) -> Content:
    """How dangerous it is, in words and colour."""
    words = {
        Danger.READ: "READ: nothing is changed.",
        Danger.CHANGE: "CHANGE",
        Danger.DESTROY: "DESTROY: data, access or running capacity can be lost.",
    }[planned.danger]
    return Content.styled(words, DANGER_STYLE[planned.danger])


class PlanView(TextView):
    """One plan; `since` is what has changed since it was last shown: what, then, now."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._planned: Planned | None = None
        self._since: Sequence[tuple[str, str, str]] = ()

    def show(self, planned: Planned, since: Sequence[tuple[str, str, str]] = ()) -> None:
        """Show a plan."""
        self._planned, self._since = planned, since
        self.renew(home=True)

    def content(self, width: int) -> list[Content]:
        """The lines for a width."""
        return list(plan_lines(self._planned, self._since, width)) if self._planned else []


def plan_lines(planned: Planned, since: Sequence[tuple[str, str, str]], width: int) -> Iterable[Content]:
    """All that a plan says, wrapped to a width."""
    yield from _head(planned, width)
    if since:
        yield from _titled("Changed since you looked", width)
        for what, then, now in since:
            yield from hang(f"{what}: {then} → {now}", width, f"{SYMBOLS[Level.WARN]} ", style=STYLES[Level.WARN])
    if planned.refused:
        yield from _titled("Cannot be done", width)
        yield from hang(planned.refused, width, f"{SYMBOLS[Level.CRIT]} ", style=STYLES[Level.CRIT])
        return
    if planned.nothing_to_do:
        yield from _titled("Nothing to do", width)
        yield Content("It is so already.")
        return
    yield from _titled("Changes", width)
    for effect in planned.plan.effects:
        yield from _effect(effect.what, effect.before, effect.after, width)
    yield from _titled("Runs", width)
    for lines in planned.commands:
        for line in lines:
            yield from hang(line, width, "$ ", 4)
    yield from _notes(planned, width)


def _head(planned: Planned, width: int) -> Iterable[Content]:
    stack = planned.stack
    yield from hang(f"{planned.operation.title()}.", width, style="bold")
    where = f"{stack.name} ({stack.nature}), account {planned.account} in {planned.region}"
    yield from hang(where, width, "stack  ")
    targets = planned.before.targets
    for target in targets[:MOST_TARGETS]:
        yield from hang(as_typed(target.name), width, "on     ", style="bold")
        if target.arn:
            yield from hang(as_typed(target.arn), width, "       ", style="$text-muted")
    if len(targets) > MOST_TARGETS:
        yield Content(f"       and {len(targets) - MOST_TARGETS:,} more")


def _effect(what: str, before: str, after: str, width: int) -> Iterable[Content]:
    line = Content.assemble(what, "  ", (before, "$text-muted"), " → ", (after, "bold"))
    if line.cell_length <= width:
        yield line
    else:
        yield from hang(f"{what}  {before} → {after}", width, indent=4)


def _notes(planned: Planned, width: int) -> Iterable[Content]:
    plan = planned.plan
    yield from _titled("To know", width)
    for warning in plan.warnings:
        yield from hang(warning, width, f"{SYMBOLS[Level.WARN]} ", style=STYLES[Level.WARN])
    for name, text in (("cost   ", plan.cost), ("takes  ", plan.takes)):
        if text:
            yield from hang(text, width, name)
    yield from hang(planned.way_back, width, "undo   ")


def _titled(title: str, width: int) -> Iterable[Content]:
    yield Content("")
    yield section(title, width)
