"""What covers a screen for a moment: help, palette, questions. Each is imported when it is first opened."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from textual.screen import Screen

if TYPE_CHECKING:
    from console.desk.desk import Desk

MODALS: Final = {
    "help": "screens.modals.help:open_help",
    "problems": "screens.modals.problems:open_problems",
    "profile": "screens.modals.profile:open_profile",
    "sign_in": "screens.sign_in:open_sign_in",
    "actions": "screens.gate:open_actions_here",
    "arm": "screens.modals.arm:open_arm",
}
"""What opens a modal from anywhere: a function of the screen beneath and of the desk."""


def open_modal(name: str, screen: Screen[Any], desk: Desk) -> None:
    """Open a modal over a screen."""
    module, _, function = MODALS[name].partition(":")
    opens: Callable[[Screen[Any], Desk], None] = getattr(import_module(module), function)
    opens(screen, desk)


def offered(name: str, screen: Screen[Any]) -> bool:
    """Whether a modal has anything to do: signing in only where that helps."""
    from screens.sign_in import problem_at

    return name != "sign_in" or problem_at(screen) is not None
