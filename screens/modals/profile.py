"""Another profile or region: whom the calls are made as, and where."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from console.desk import Desk
from console.options import Options, UsageError
from console.stack import Stack
from widgets.table import Table
from widgets.table_layout import Column

COLUMNS: tuple[Column[str], ...] = (Column("profile", "Profile", lambda name: name, width=20, share=1),)


class ProfileModal(ModalScreen[Options | None]):
    """Gives the options to go on with, or None."""

    DEFAULT_CSS = """
    ProfileModal {
        align: center middle;
        & > Vertical {
            width: 64; max-width: 96%; height: auto; max-height: 90%; padding: 0 1;
            background: $surface; border: round $primary;
        }
        & Table { height: auto; max-height: 12; background: $surface; margin: 1 0; }
        & Input { height: 1; border: none; padding: 0; background: $panel; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Close")]

    def __init__(self, desk: Desk, stack: Stack) -> None:
        super().__init__()
        self._desk = desk
        self._stack = stack
        self._table = Table[str](COLUMNS, lambda name: name, empty="Reading the profiles ...", marks=False)

    def compose(self) -> ComposeResult:
        """The profiles, the region, and what is wrong with the choice."""
        target = self._desk.target(self._stack)
        box = Vertical(
            self._table,
            Static("Region (empty: the profile's own)", markup=False),
            Input((target.region or "") if target else "", compact=True, placeholder="eu-west-1"),
            Static("", id="wrong", markup=False),
        )
        box.border_title = Content(f"Profile and region of {self._stack.name}")
        box.border_subtitle = "enter takes them, esc closes"
        yield box

    async def on_mount(self) -> None:
        """Read the profiles."""
        from console.aws.profiles import profiles

        names = await asyncio.to_thread(profiles)
        self._table.empty = "No profiles in the AWS config files."
        self._table.set_rows(names)
        target = self._desk.target(self._stack)
        self._table.move_to(target.profile if target else None)

    def on_table_selected(self) -> None:
        """Take the choice."""
        self._take()

    def on_input_submitted(self) -> None:
        """Take the choice."""
        self._take()

    def _take(self) -> None:
        region = self.query_one(Input).value.strip() or None
        if self._stack.region and region == self._stack.region:
            region = None
        options = replace(
            self._desk.options, profile=self._table.cursor_row, region=region, stack=self._desk.options.stack
        )
        try:
            options.checked()
            if region and self._stack.region:
                raise UsageError(f"Stack {self._stack.name} is in {self._stack.region}: its file says so.")
        except UsageError as error:
            self.query_one("#wrong", Static).update(Content(str(error)))
            return
        self.dismiss(options)
