"""What is told of reading logs, in words: how it goes, how far it is, what is wrong and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textual.content import Content

from console.logs.lines.streams import Stream, short_names
from console.logs.reading.look_back import LookBack
from console.logs.tailing.following import Doing, GroupState
from console.logs.tailing.panes import Pane, Panes
from console.problems import ProblemKind
from console.text import Clean
from widgets.times import span

_BEHIND = 10.0
"""Seconds behind from which that is told though all goes well."""


def title(panes: Panes, pane: Pane) -> str:
    """The names of a pane's groups, short where there are several, also in the panes beside it."""
    names = [name for one in panes.panes for name in one.names]
    if len(names) < 2:
        return names[0] if names else "No log group"
    short = dict(zip(names, short_names([Stream(name, Clean("")) for name in names]), strict=True))
    return ", ".join(short[name] for name in pane.names)


def words(panes: Panes, pane: Pane) -> tuple[Content, ...]:
    """How reading the groups of a pane goes."""
    found = [*_followed(panes, panes.states(pane))]
    if panes.wanted.pattern:
        found.append(Content.styled(f"only {panes.wanted.pattern}", "$accent"))
    if panes.looking is not None:
        found += _searched(panes.looking, panes.asked_seconds)
    return tuple(found)


def problems(panes: Panes, pane: Pane) -> tuple[str, ...]:
    """What is wrong with which groups, and what to do next; the others go on. What is alike is told once."""
    found: dict[str, list[str]] = {}
    for state in panes.states(pane):
        if state.problem is not None:
            next_step = "Next: p chooses other groups; it goes on by itself once the group is there."
            hint = next_step if state.problem.kind is ProblemKind.NOT_FOUND else state.problem.hint
            found.setdefault(f"{state.problem.what} {hint}", []).append(state.group)
    if panes.looking is not None:
        told = {name for names in found.values() for name in names}
        for name, problem in panes.looking.progress.failed:
            if name in pane.names and name not in told:
                found.setdefault(str(problem), []).append(name)
        if panes.looking.problem is not None:
            found.setdefault(str(panes.looking.problem), ["search"])
    return tuple(f"{_named(names)}: {words}" for words, names in found.items())


def _named(names: list[str]) -> str:
    """Some groups: the first by name, the others counted."""
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _followed(panes: Panes, states: tuple[GroupState, ...]) -> Iterator[Content]:
    """What the tail does: the worst that any of the groups is in, and how far it is behind."""
    if not states:
        if panes.panes and panes.panes[0].groups:
            yield Content.styled("not followed", "$text-muted")
        return
    if not panes.following:
        yield Content.styled("paused (s goes on)", "$warning")
        return
    counted = {doing: sum(state.doing is doing for state in states) for doing in Doing}
    there = [state for state in states if state.doing not in (Doing.MISSING, Doing.UNREADABLE)]
    behind = max((state.behind for state in there), default=0.0)
    many = len(states) > 1
    if missing := counted[Doing.MISSING]:
        yield Content.styled(f"{missing} of {len(states)} missing" if many else "missing", "bold $warning")
    if unread := counted[Doing.UNREADABLE]:
        yield Content.styled(f"{unread} of {len(states)} not to be read" if many else "not to be read", "bold $warning")
    if failing := counted[Doing.BACKING_OFF]:
        of = f" {failing} of {len(states)}" if many else ""
        yield Content.styled(f"backing off{of}{_again(states)}", "bold $warning")
    if counted[Doing.LAGGING]:
        yield Content.styled("lagging", "bold $warning")
    if counted[Doing.STARTING] == len(states):
        yield Content.styled("reading ...", "$text-muted")
    elif behind >= _BEHIND or counted[Doing.LAGGING]:
        yield Content.styled(f"{span(behind)} behind", "$warning")
    elif there:
        yield Content.styled("live", "$success")
    if any(state.rare for state in there):
        yield Content.styled("read every 10 s: no key for 30 min", "$warning")


def _again(states: Iterable[GroupState]) -> str:
    import time

    at = min((state.again_at for state in states if state.again_at is not None), default=None)
    return "" if at is None else f", again in {span(max(0.0, at - time.time()))}"


def _searched(look: LookBack, seconds: float) -> Iterator[Content]:
    """How far the search back is."""
    progress = look.progress
    asked = span(seconds)
    events = f"{progress.events:,} events, {progress.calls:,} calls"
    if look.running:
        waits = f", waits: {progress.waiting.kind}" if progress.waiting else ""
        yield Content.styled(f"searching {progress.covered:.0%} of {asked}, {events}{waits} (s stops)", "$accent")
    elif look.stopped or look.problem:
        yield Content.styled(f"search ended at {progress.covered:.0%} of {asked}, {events}", "$warning")
    else:
        yield Content.styled(f"searched {asked}: {events}", "$text-muted")
