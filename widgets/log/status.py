"""One line under the lines: whether they are followed, what is new, how many there are, what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from textual.content import Content

from console.logs.lines.buffer import Tally
from widgets.lines import Lines


@dataclass(frozen=True, slots=True)
class LineCounts:
    """What the pane counts: the buffer's tally; lines shown, and new ones below a held screen; whether a filter is in
    force, and whether it has not looked at all lines yet."""

    tally: Tally = field(default_factory=Tally)
    shown: int = 0
    new: int = 0
    filtered: bool = False
    searching: bool = False


@dataclass(frozen=True, slots=True)
class PaneStatus:
    """All that the status line tells: `note` is news, `notes` are what is in force, such as a filter."""

    counts: LineCounts = field(default_factory=LineCounts)
    following: bool = True
    marked: int = 0
    note: str = ""
    notes: tuple[str, ...] = ()


def pieces(state: PaneStatus) -> Iterator[Content]:
    """What the line tells, the most needed first."""
    counts, tally = state.counts, state.counts.tally
    if state.following:
        yield Content.styled("● following", "$success")
    else:
        yield Content.styled("‖ held", "bold $warning")
        new = f"+{counts.new:,} new" if counts.new else "nothing new"
        yield Content.styled(f"{new} (G follows)", "bold $accent" if counts.new else "$text-muted")
    if state.note:
        yield Content.styled(state.note, "bold $warning")
    if counts.filtered:
        more = " …" if counts.searching else ""
        yield Content(f"{counts.shown:,} of {tally.kept:,} shown{more}")
    else:
        yield Content(f"{tally.kept:,} lines")
    if tally.gaps:
        yield Content.styled(f"{tally.gaps:,} gap{'s' if tally.gaps > 1 else ''}", "bold $warning")
    if tally.sampled:
        yield Content.styled(f"{tally.sampled:,} sampled", "$warning")
    if tally.late:
        yield Content.styled(f"« {tally.late:,} late", "$warning")
    if tally.dropped:
        yield Content(f"{tally.dropped:,} dropped")
    if state.marked:
        yield Content(f"✓ {state.marked:,} marked")
    for note in state.notes:
        yield Content.styled(note, "$text-muted")


class LogStatus(Lines):
    """The status of a log pane."""

    DEFAULT_CSS = "LogStatus { height: 1; background: $surface; color: $text; padding: 0 1; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._state = PaneStatus()

    def show(self, state: PaneStatus) -> None:
        """Tell another state; only cells that differ are painted."""
        if state != self._state:
            self._state = state
            self.update_lines()

    def lines(self, width: int, height: int) -> list[Content]:
        """As much as fits, a piece whole or not at all."""
        line = Content("")
        for piece in pieces(self._state):
            longer = Content("  ").join((line, piece)) if line.plain else piece
            if longer.cell_length > width:
                break
            line = longer
        return [line]
