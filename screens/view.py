"""What is read on demand: the findings of one view, as Health shows those of the checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

from console.desk import Desk
from console.sources.base import AnySource
from console.stack import Stack
from screens.health import HealthScreen
from screens.modals.palette import Command, PaletteModal


class ViewScreen(HealthScreen):
    """What one view finds, read anew every now and then while it is open; ``r`` reads it at once."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("v", "back", "Back", show=False)]

    def __init__(self, desk: Desk, view: AnySource) -> None:
        super().__init__(desk)
        self._view = view
        self.title_of_all = view.title

    def on_mount(self) -> None:
        """Tell what is read, and what that costs."""
        self.app.notify(self._view.help, title=self._view.name, timeout=12, markup=False)

    def sources(self, stack: Stack) -> Iterable[AnySource]:
        """The view alone."""
        return (self._view,) if self._view.wants(stack) else ()

    async def action_back(self) -> None:
        """Clear the filter, else go back."""
        if not self.clear_filter():
            await self.app.pop_screen()


def view_commands(app: App[Any], desk: Desk, stack: Stack) -> Iterator[Command]:
    """A command for each view of a stack."""
    for view in desk.views(stack):
        yield Command("view", view.title, "", partial(_open, app, desk, view))


def choose_view(app: App[Any], desk: Desk, stack: Stack) -> None:
    """Open the view of a stack, or let one be chosen where there are several."""

    def chosen(command: Command | None) -> None:
        if command is not None:
            command.run()

    found = list(view_commands(app, desk, stack))
    if len(found) == 1:
        found[0].run()
    elif found:
        app.push_screen(PaletteModal(found), chosen)


def _open(app: App[Any], desk: Desk, view: AnySource) -> None:
    app.push_screen(ViewScreen(desk, view))
