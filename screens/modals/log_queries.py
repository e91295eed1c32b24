"""Saved queries of Logs Insights: those of the operator, then those that come with the console."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from console.logs.insights.saved import SavedQuery, own_folder, saved_queries
from console.text import clean
from widgets.table.layout import Column
from widgets.table.table import Table
from widgets.terminal.frame_rate import FrameRateModal

COLUMNS: tuple[Column[SavedQuery], ...] = (
    Column("title", "Query", lambda query: query.title, width=30, share=2),
    Column("name", "Name", lambda query: query.name, width=20, share=1, hide=1),
    Column("own", "", lambda query: "own" if query.own else "", width=4),
)


class LogQueriesModal(FrameRateModal[SavedQuery | None]):
    """Gives the query that was chosen, or None."""

    DEFAULT_CSS = """
    LogQueriesModal {
        align: center middle;
        & > Vertical { width: 92; max-width: 98%; height: 90%; max-height: 32; padding: 0 1;
                       background: $surface; border: round $primary; }
        & Table { height: 1fr; min-height: 5; background: $surface; }
        & #about { height: auto; max-height: 50%; margin: 1 0 0 0; color: $text-muted; overflow: hidden; }
        & #wrong { height: auto; margin: 1 0 0 0; color: $warning; }
        & #own { height: auto; margin: 1 0 0 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "dismiss(None)", "Close")]

    def __init__(self) -> None:
        super().__init__()
        self._table = Table[SavedQuery](COLUMNS, lambda query: query.name, empty="Reading ...", marks=False)
        self._about = Static("", id="about", markup=False)
        self._wrong = Static("", id="wrong", markup=False)

    def compose(self) -> ComposeResult:
        """The queries, and what the one under the cursor asks."""
        own = Content(f"Your own: a file each in {clean(own_folder())}; K on the screen beneath keeps one.")
        with Vertical(self._table, self._about, Static(own, id="own"), self._wrong) as box:
            box.border_title = "Saved queries"
            box.border_subtitle = "enter takes it, esc closes"
        yield box

    def on_mount(self) -> None:
        """Read them."""
        self._table.focus()
        self._load()

    @work
    async def _load(self) -> None:
        found, wrong = await asyncio.to_thread(saved_queries)
        self._table.set_rows(found)
        self._wrong.update(Content("\n".join(wrong)))
        self._wrong.display = bool(wrong)

    def on_table_cursor_moved(self, event: Table.CursorMoved) -> None:
        """Say what the query under the cursor asks."""
        query: SavedQuery | None = event.row
        text = f"{query.help}\n\n{clean(query.text, multiline=True)}" if query else ""
        self._about.update(Content(text))

    def on_table_selected(self, event: Table.Selected) -> None:
        """Choose."""
        self.dismiss(event.row)
