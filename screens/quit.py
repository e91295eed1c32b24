"""Leaving: at once where nothing is at work, else after it; and a word on what goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text
from textual.app import App

if TYPE_CHECKING:
    from console.desk.desk import Desk


def leave(app: App[Any], desk: Desk | None, *, ask: bool = False) -> None:
    """End the console, but never in the middle of a change; `ask` first in any case."""
    from screens.modals.leave import LeaveModal

    if isinstance(app.screen, LeaveModal):
        return
    if ask or (desk is not None and desk.busy()):
        app.push_screen(LeaveModal(desk), lambda going: end(app, desk) if going else None)
    else:
        end(app, desk)


def end(app: App[Any], desk: Desk | None) -> None:
    """End the console, and name on the terminal what goes on without it."""
    words = going_on(desk)
    app.exit(0, message=Text(words) if words else None)


def going_on(desk: Desk | None) -> str:
    """What goes on when the console has ended: changes that were sent and are still settling."""
    runs = desk.changes.open_runs if desk is not None and desk.changes is not None else ()
    settling = [run.title for run in runs if run.state == "watching"]
    return f"Still settling: {'; '.join(settling)}. The next console goes on watching." if settling else ""
