"""Which views a stack has, to be opened by name: their screen is imported only then."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from textual.app import App

from console.desk.desk import Desk
from console.readings.source import AnySource
from console.stack.stack import Stack
from screens.modals.palette import PaletteItem, PaletteModal


def view_commands(app: App[Any], desk: Desk, stack: Stack) -> Iterator[PaletteItem]:
    """A command for each view of a stack."""
    for view in desk.views(stack):
        yield PaletteItem("view", view.title, "", partial(_open, app, desk, view))


def choose_view(app: App[Any], desk: Desk, stack: Stack) -> None:
    """Open the view of a stack, or let one be chosen where there are several."""

    def chosen(command: PaletteItem | None) -> None:
        if command is not None:
            command.run()

    found = list(view_commands(app, desk, stack))
    if len(found) == 1:
        found[0].run()
    elif found:
        app.push_screen(PaletteModal(found), chosen)


def _open(app: App[Any], desk: Desk, view: AnySource) -> None:
    from screens.health.view import ViewScreen

    app.push_screen(ViewScreen(desk, view))
