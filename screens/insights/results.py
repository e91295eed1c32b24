"""The results of a query of Logs Insights: as a table, and as curves where they are such."""

from __future__ import annotations

from collections.abc import Iterable

from textual.containers import Vertical
from textual.widget import Widget

from console.logs.insights.curves import curves
from console.logs.insights.query import QueryResults
from console.readings.source import Series
from screens.copy_and_save import table_text
from screens.insights.words import result_columns
from screens.modals.log_row import LogRowModal
from widgets.plot.plot import Plot
from widgets.table.table import Table

NUMBERED = tuple[int, tuple[str, ...]]
"""A row of results, with its number."""


class InsightsResults(Vertical):
    """The rows of the last answer; enter shows one whole."""

    DEFAULT_CSS = """
    InsightsResults {
        height: 1fr;
        & > Plot { display: none; }
        &.-plotted > Table { display: none; }
        &.-plotted > Plot { display: block; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._answer = QueryResults()
        self._table = self._made(self._answer)
        self._plot = Plot()

    def compose(self) -> Iterable[Widget]:
        """An empty table at first."""
        yield self._table
        yield self._plot

    @property
    def plottable(self) -> bool:
        """Whether there are curves."""
        return bool(curves(self._answer))

    @property
    def row(self) -> str | None:
        """The row under the cursor, its fields with tabs between them."""
        row = self._table.cursor_row
        return None if row is None else "\t".join(row[1])

    @property
    def text(self) -> str:
        """All rows as they are ordered."""
        return table_text(self._table)

    def give_keys(self) -> None:
        """Give the keys to the table."""
        self._table.focus()

    async def show(self, answer: QueryResults) -> None:
        """Show other results: as curves where they are such."""
        self._answer, former, self._table = answer, self._table, self._made(answer)
        await former.remove()
        await self.mount(self._table, before=0)
        self._table.set_rows(list(enumerate(answer.rows)))
        found = curves(answer)
        self._plot.show([Series(one.label, "", one.step, one.points) for one in found])
        self.set_class(bool(found), "-plotted")
        self._table.focus()

    def turn(self) -> None:
        """Show curves instead of the table, or the table again."""
        self.toggle_class("-plotted")
        if not self.has_class("-plotted"):
            self._table.focus()

    def on_table_selected(self, event: Table.Selected) -> None:
        """Show a row whole."""
        event.stop()
        self.app.push_screen(LogRowModal(list(zip(self._answer.columns, event.row[1], strict=True))))

    def _made(self, answer: QueryResults) -> Table[NUMBERED]:
        empty = "No rows: nothing matched in this range." if answer.done else "u takes a saved query, R runs it."
        return Table(result_columns(answer), lambda row: row[0], empty=empty, marks=False)
