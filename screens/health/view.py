"""What is read on demand: the findings of one view, as Health shows those of the checks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType

from console.desk.desk import Desk
from console.readings.source import AnySource
from console.stack.stack import Stack
from screens.health.screen import HealthScreen


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

    async def on_unmount(self) -> None:
        """Take away what was told of it."""
        self.app.clear_notifications()
        await super().on_unmount()

    def sources(self, stack: Stack) -> Iterable[AnySource]:
        """The view alone."""
        return (self._view,) if self._view.wants(stack) else ()

    async def action_back(self) -> None:
        """Clear the filter, else the marks, else go back."""
        if not self.clear_filter() and not self.clear_marks():
            await self.app.pop_screen()
