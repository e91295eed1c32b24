"""Which log groups to read: sets that were kept, the stack's own, then all others of the account."""

from __future__ import annotations

import asyncio
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from console.desk.desk import Desk
from console.logs.classes import STANDARD
from console.logs.groups import MOST_LISTED, GroupInfo, list_groups, own_first
from console.logs.kinds import LogGroup
from console.logs.sets import keep_set, recall_sets
from console.problems import Failure
from console.stack.stack import Stack
from console.text import Clean, clean
from widgets.filter_bar import FilterBar
from widgets.table.layout import Column
from widgets.table.table import Table
from widgets.terminal.frame_rate import FrameRateModal
from widgets.units import quantity


@dataclass(frozen=True, slots=True)
class GroupChoice:
    """A group, or a set of groups under a name, and what is known of it."""

    name: Clean
    groups: tuple[LogGroup, ...]
    of: str
    stored: int | None = None
    days: int | None = None
    known: bool = False


def _stored(choice: GroupChoice) -> str:
    return quantity(choice.stored, "Bytes") if choice.stored is not None else ""


def _kept(choice: GroupChoice) -> str:
    return "" if not choice.known else f"{choice.days} days" if choice.days else "for ever"


def _whose(info: GroupInfo, own: Container[str]) -> str:
    """Whose a group is, or that it is of a class whose lines are not read."""
    if info.group_class != STANDARD:
        return {"INFREQUENT_ACCESS": "Insights"}.get(info.group_class, info.group_class.lower())
    return "stack" if info.name in own else "account"


def _of(choice: GroupChoice) -> Content:
    return Content.styled(choice.of, "$accent" if choice.of == "set" else "$text-muted")


COLUMNS: tuple[Column[GroupChoice], ...] = (
    Column("name", "Log group", lambda choice: choice.name, width=30, share=3),
    Column("of", "", _of, width=9),
    Column("stored", "Stored", _stored, width=10, sort=lambda choice: choice.stored or 0, hide=1),
    Column("kept", "Kept", _kept, width=9, hide=2),
)


class LogGroupsModal(FrameRateModal[tuple[LogGroup, ...] | None]):
    """Gives the groups that were chosen: the marked ones, else the one under the cursor."""

    DEFAULT_CSS = """
    LogGroupsModal {
        align: center middle;
        & > Vertical { width: 104; max-width: 98%; height: 80%; padding: 0 1;
                       background: $surface; border: round $primary; }
        & Table { background: $surface; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Close"),
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("plus", "keep", "Keep the marked as a set", key_display="+"),
        Binding("minus", "forget", "Forget a set", key_display="-"),
    ]

    def __init__(self, desk: Desk, stack: Stack, chosen: Sequence[LogGroup]) -> None:
        super().__init__()
        self._desk = desk
        self._stack = stack
        self._chosen = {group.group for group in chosen}
        self._naming = False
        self._sets: list[GroupChoice] = []
        self._groups = [GroupChoice(clean(group.group), (group,), "stack") for group in stack.of(LogGroup)]
        self._table = Table[GroupChoice](
            COLUMNS, lambda choice: (choice.of == "set", choice.name), empty="No log group."
        )
        self._bar = FilterBar("part of a name")

    def compose(self) -> ComposeResult:
        """The list, and the bar in which one types."""
        with Vertical(self._table, self._bar) as box:
            box.border_title = Content(f"Log groups of {self._stack.name}")
            box.border_subtitle = "space marks, enter reads them, / finds, + keeps a set, - forgets it, esc closes"
        yield box

    def on_mount(self) -> None:
        """Show what is known at once; ask for the others."""
        self._table.model.marks |= {(False, clean(name)) for name in self._chosen}
        self._show()
        self._table.focus()
        self._load()

    @work(exclusive=True, group="load")
    async def _load(self) -> None:
        """Read the sets and the groups of the account."""
        named = (await asyncio.to_thread(recall_sets, self._stack)).named
        self._sets = [GroupChoice(clean(name), groups, "set") for name, groups in sorted(named.items())]
        self._show()
        try:
            aws = await self._desk.tails().aws(self._stack)
            regions = {None, *(group.region for group in self._stack.of(LogGroup))}
            found = [info for region in regions for info in await list_groups(aws, region=region)]
        except Failure as failure:
            self._table.border_subtitle = ""
            self.notify(str(failure.problem), severity="warning", markup=False)
            return
        own = {group.group: group for group in self._stack.of(LogGroup)}
        self._groups = [
            GroupChoice(
                info.label,
                (own.get(info.name, info.group),),
                _whose(info, own),
                info.stored_bytes,
                info.retention,
                known=True,
            )
            for info in own_first(found, self._stack)
        ]
        there = {info.name for info in found}
        cut = len(found) >= MOST_LISTED
        absent = "stack" if cut else "not there"
        self._groups += [GroupChoice(clean(name), (group,), absent) for name, group in own.items() if name not in there]
        self._show()
        if cut:
            told = f"Only the first {MOST_LISTED:,} log groups are listed. Next: name others in the stack file."
            self.notify(told, severity="warning", markup=False)

    def _show(self) -> None:
        self._table.set_rows([*self._sets, *self._groups])

    def _marked(self) -> tuple[LogGroup, ...]:
        """The groups of all marked rows, each once."""
        groups = [group for choice in self._table.marked_rows for group in choice.groups]
        return tuple({(group.group, group.region): group for group in groups}.values())

    def on_table_selected(self, event: Table.Selected) -> None:
        """Take a set as it is; else the marked groups; else the one under the cursor."""
        row: GroupChoice = event.row
        self.dismiss(row.groups if row.of == "set" else self._marked() or row.groups)

    def on_filter_bar_changed(self, event: FilterBar.Changed) -> None:
        """Narrow while one types."""
        if not self._naming:
            self._table.set_filter(event.text)

    def on_filter_bar_kept(self, event: FilterBar.Kept) -> None:
        """Give the keys back; where a name was asked, keep the set."""
        if self._naming:
            self._naming = False
            self._bar.close()
            if event.text.strip():
                self._keep(event.text.strip(), self._marked())
        self._table.focus()

    def on_filter_bar_closed(self) -> None:
        """Give the keys back."""
        self._naming = False
        self._table.focus()

    def action_close(self) -> None:
        """Choose nothing."""
        self.dismiss(None)

    def action_filter(self) -> None:
        """Open the bar to find by name."""
        self._bar.open(sign="/", hint="part of a name")

    def action_keep(self) -> None:
        """Ask for a name for the marked groups."""
        if not self._marked():
            self.notify("Mark groups with space first.", markup=False)
            return
        self._naming = True
        self._bar.open("", sign="+", hint="a name for the marked groups")

    def action_forget(self) -> None:
        """Forget the set under the cursor."""
        row = self._table.cursor_row
        if row is not None and row.of == "set":
            self._keep(row.name, ())

    @work(group="keep")
    async def _keep(self, name: str, groups: tuple[LogGroup, ...]) -> None:
        try:
            await asyncio.to_thread(keep_set, self._stack, name, groups)
        except OSError as error:
            self.notify(f"It could not be kept: {error.strerror}.", severity="error", markup=False)
        self._load()
