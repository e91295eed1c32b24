"""The screens of the console, in the order of their keys; each is imported when it is first opened."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from screens.base import ConsoleScreen


class ScreenEntry(NamedTuple):
    """A screen: the key that opens it, its label, and where its class is, as ``module:class``."""

    key: str
    label: str
    where: str

    def load(self) -> type[ConsoleScreen]:
        """The class of the screen; imports its module."""
        module, _, name = self.where.partition(":")
        kind: type[ConsoleScreen] = getattr(import_module(module), name)
        return kind


SCREENS: Final[dict[str, ScreenEntry]] = {
    "health": ScreenEntry("1", "Health", "screens.health.screen:HealthScreen"),
    "logs": ScreenEntry("2", "Logs", "screens.logs.screen:LogsScreen"),
    "journal": ScreenEntry("0", "Journal", "screens.journal.screen:JournalScreen"),
    "stacks": ScreenEntry("S", "Stacks", "screens.stacks.screen:StacksScreen"),
}
"""Every screen by its name; a screen is added here and nowhere else."""
