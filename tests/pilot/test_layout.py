"""Widgets that draw by line show what they have, also where Textual does not tell them that they were laid out.

A size that is asked for between the mounting of a widget and the next layout makes Textual work that layout out ahead:
the layout itself then finds nothing new, and sends no Resize.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget

import themes
from console.logs.event import LogEvent
from console.logs.lines.buffer import LogBuffer
from console.naming.resource_kind import ResourceKind
from console.readings.source import Detail
from console.text import Clean
from widgets.detail import DetailView
from widgets.header import Header, HeaderState
from widgets.lines import Lines
from widgets.log.body import LogBody
from widgets.log.pane import LogPane
from widgets.table.layout import Column
from widgets.table.table import Table


class Row(App[None]):
    """Widgets beside each other."""

    def __init__(self) -> None:
        super().__init__()
        for theme in themes.load_all():
            self.register_theme(theme)
        self.theme = themes.DEFAULT

    def compose(self) -> ComposeResult:
        yield Horizontal()


def log_pane() -> LogPane:
    buffer = LogBuffer()
    buffer.streams.index(Clean("group"), Clean("stream"))
    buffer.append([LogEvent("", 1000 + at, 0, Clean(f"line {at}")) for at in range(90)])
    return LogPane(buffer)


def table() -> Table[str]:
    made = Table[str]((Column("name", "Name", str, 20, share=1),), str)
    made.set_rows([f"line {at}" for at in range(90)])
    made.move_to("line 89")
    return made


def detail() -> DetailView:
    made = DetailView()
    made.show(Detail(Clean("line 89"), ResourceKind("thing")))
    return made


def header() -> Header:
    return Header(HeaderState(stack="line 89", environment="test"))


async def mounted_without_being_told(app: App[None], widget: Widget) -> None:
    """Mount a widget into the row, paint it before it has a size, and ask for sizes before the layout."""
    with app.batch_update():  # no layout until its end
        await app.query_one(Horizontal).mount(widget)
        for one in app.query(LogBody):
            one.repaint()
        # As where a widget that is not laid out yet wants to be painted.
        app.screen._compositor.update_widgets(set(app.query(Lines)))
        assert all(one.size.width for one in app.query(Lines) if one.display)


@pytest.mark.parametrize("make", [log_pane, table, detail, header])
async def test_a_layout_that_was_worked_out_ahead_is_drawn_too(make: Callable[[], Widget]) -> None:
    async with Row().run_test(size=(120, 24)) as pilot:
        for count in (1, 2):
            await mounted_without_being_told(pilot.app, make())
            await pilot.pause()
            rows = [strip.text for strip in pilot.app.screen._compositor.render_strips()]
            assert "\n".join(rows).count("line 89") == count
            assert all(cell_len(row) == 120 for row in rows)
