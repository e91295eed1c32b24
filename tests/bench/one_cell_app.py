"""A table on a screen: ``c`` changes one cell, ``e`` sets equal rows again. ``ours`` or ``datatable``."""

import sys

from textual.app import App, ComposeResult
from textual.widgets import DataTable

from widgets.table.layout import Column
from widgets.table.table import Table

ROWS = 35
WIDTH = 8
Line = tuple[str, ...]


class OneCell(App[None]):
    """Eight columns, 35 rows."""

    BINDINGS = [("c", "change", ""), ("e", "again", "")]  # noqa: RUF012

    def __init__(self, ours: bool) -> None:
        super().__init__()
        self.ours = ours
        self.turn = 0

    def compose(self) -> ComposeResult:
        if self.ours:
            columns = [Column(str(at), f"col {at}", lambda row, at=at: row[at], width=10) for at in range(WIDTH)]
            yield Table[Line](columns, lambda row: row[0])
        else:
            yield DataTable()

    def on_mount(self) -> None:
        if self.ours:
            self.query_one(Table).set_rows(self.lines())
        else:
            table = self.query_one(DataTable)
            table.add_columns(*(f"col {at}" for at in range(WIDTH)))
            table.add_rows(self.lines())

    def lines(self) -> list[Line]:
        found = [[f"{row} {at}" for at in range(WIDTH)] for row in range(ROWS)]
        found[10][4] = f"turn {self.turn}"
        return [tuple(line) for line in found]

    def action_change(self) -> None:
        self.turn += 1
        if self.ours:
            self.query_one(Table).set_rows(self.lines())
        else:
            self.query_one(DataTable).update_cell_at((10, 4), f"turn {self.turn}")

    def action_again(self) -> None:
        if self.ours:
            self.query_one(Table).set_rows(self.lines())


OneCell(sys.argv[1] == "ours").run()
