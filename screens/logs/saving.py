"""Taking lines out of a log pane: to the terminal's clipboard, or to a file."""

from __future__ import annotations

import asyncio

from textual import work

from screens.base import ConsoleScreen
from screens.copy_and_save import copy, save
from widgets.log.body import Taken
from widgets.log.pane import LogPane


class LinesScreen(ConsoleScreen):
    """A screen with log panes whose lines can be copied and saved."""

    def on_log_pane_copy_wanted(self, event: LogPane.CopyWanted) -> None:
        """Send lines to the terminal's clipboard."""
        copy(self.app, event.text)

    def on_log_pane_save_wanted(self, event: LogPane.SaveWanted) -> None:
        """Ask which lines to save, and save them."""
        from screens.modals.log_save import LogSaveModal, Saving

        def chosen(saving: Saving | None) -> None:
            if saving is not None:
                self._save(event.pane, saving.taken, stamped=saving.stamped)

        taken = dict.fromkeys((event.taken, Taken.SHOWN, Taken.BUFFERED))
        self.app.push_screen(LogSaveModal(list(taken)), chosen)

    @work(group="save")
    async def _save(self, pane: LogPane, taken: Taken, *, stamped: bool) -> None:
        texts = pane.body.texts(taken, stamped=stamped, raw=True)
        if taken is Taken.MARKED:  # these are looked up one by one, which only this thread may do
            texts = iter(list(texts))
        text = await asyncio.to_thread("\n".join, texts)
        stack = self.selected_stack()
        await save(self.app, f"logs-{stack.name if stack else ''}", text)
