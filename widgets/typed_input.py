"""A line in which a name is typed to prove that it was read."""

from __future__ import annotations

from textual import events
from textual.widgets import Input


class TypedInput(Input):
    """A line that takes keys, and nothing that is pasted."""

    def on_paste(self, event: events.Paste) -> None:
        """A name that is pasted proves nothing."""
        event.stop()
        event.prevent_default()
