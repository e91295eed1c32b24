"""Another profile or region: whom the calls are made as, and where."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static

from console.desk.desk import Desk
from console.naming.partitions import malformed
from console.options import Options, UsageError
from console.stack.stack import Stack
from screens.sign_in import Troubled
from widgets.table.layout import Column
from widgets.table.table import Table
from widgets.terminal.frame_rate import FrameRateModal

OWN: Final = "(as the stack files and the environment say)"
"""The row for no profile of one's own choice."""

MEANS: Final = (
    "Holds for all stacks until the console ends, as --profile and --region do; no file is changed. "
    "Connections are closed, credentials and stack files are read again."
)
DEMO: Final = "The demo has profiles of its own, one a stack: there is nothing to choose."

COLUMNS: tuple[Column[str], ...] = (Column("profile", "Profile", lambda name: name or OWN, width=20, share=1),)


def open_profile(screen: Screen[Any], desk: Desk) -> None:
    """Ask for another profile or region, and go on with it."""

    def chosen(options: Options | None) -> None:
        if options is not None:
            screen.app.run_worker(desk.reopen(options), group="reopen", exclusive=True)

    stack = screen.selected_stack() if isinstance(screen, Troubled) else desk.stack
    screen.app.push_screen(ProfileModal(desk, stack or desk.account), chosen)


class ProfileModal(FrameRateModal[Options | None]):
    """Gives the options to go on with, or None."""

    DEFAULT_CSS = """
    ProfileModal {
        align: center middle;
        & > Vertical {
            width: 70; max-width: 98%; height: auto; max-height: 95%; padding: 0 1;
            background: $surface; border: round $primary;
        }
        & Static { height: auto; }
        & Table { height: auto; max-height: 10; background: $surface; margin: 1 0; }
        & Input { height: 1; border: none; padding: 0; background: $panel; }
        & #means { color: $text-muted; }
        & #wrong { color: $error; text-style: bold; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Close")]

    def __init__(self, desk: Desk, stack: Stack) -> None:
        super().__init__()
        self._desk = desk
        self._stack = stack
        self._demo = desk.workspace is not None and desk.workspace.demo is not None
        self._table = Table[str](COLUMNS, lambda name: name, empty="Reading the profiles ...", marks=False)
        self._region = Input(desk.options.region or "", compact=True, placeholder="such as eu-west-1")
        self._wrong = Static(Content(""), id="wrong")

    def compose(self) -> ComposeResult:
        """The profiles, the region, what choosing means, and what is wrong with the choice."""
        box = Vertical()
        box.border_title = "Profile and region"
        box.border_subtitle = "esc closes" if self._demo else "tab to the region, enter takes both, esc closes"
        with box:
            yield Static(self._now())
            if self._demo:
                yield Static(Content(DEMO), id="means")
            else:
                yield self._table
                yield Static("Region (empty: as the stack files, the environment and the profile say)", markup=False)
                yield self._region
                yield Static(Content(MEANS), id="means")
            yield self._wrong

    async def on_mount(self) -> None:
        """Read the profiles."""
        if self._demo:
            return
        from console.aws.login.profiles import profiles

        self._table.set_rows(["", *await asyncio.to_thread(profiles)])
        self._table.move_to(self._desk.options.profile or "")

    def _now(self) -> Content:
        target = self._desk.target(self._stack)
        profile = (target.profile if target else None) or "the default"
        region = (target.region if target else None) or "the profile's"
        return Content.assemble(
            "Now: profile ", (profile, "bold"), ", region ", (region, "bold"), f", {self._stack.name}"
        )

    def on_table_selected(self) -> None:
        """Take the choice."""
        self._take()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the choice."""
        event.stop()
        self._take()

    def _take(self) -> None:
        region = self._region.value.strip() or None
        try:
            if region and (problem := malformed(region)):
                raise UsageError(f"{region} {problem}")
            contrary = [stack for stack in self._desk.stacks if region and stack.region and stack.region != region]
            if contrary:
                names = ", ".join(f"{stack.name} ({stack.region})" for stack in contrary[:3])
                raise UsageError(f"Stack files name another region: {names}. Leave it empty, or mend the files.")
            options = replace(self._desk.options, profile=self._table.cursor_row or None, region=region).checked()
        except UsageError as error:
            self._wrong.update(Content(str(error)))
            return
        self.dismiss(options)
