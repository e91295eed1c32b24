"""The filter bar takes the keys only while it is open, and tells every change."""

from __future__ import annotations

from textual.app import App, ComposeResult

from widgets.filter_bar import FilterBar


class FilterApp(App[None]):
    """A bar, and what it told."""

    BINDINGS = [("slash", "open", "Filter")]  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def compose(self) -> ComposeResult:
        yield FilterBar()

    def action_open(self) -> None:
        self.query_one(FilterBar).open()

    def on_filter_bar_changed(self, event: FilterBar.Changed) -> None:
        self.told.append(f"changed {event.text}")

    def on_filter_bar_kept(self, event: FilterBar.Kept) -> None:
        self.told.append(f"kept {event.text}")

    def on_filter_bar_closed(self) -> None:
        self.told.append("closed")


async def test_typing_tells_every_change_and_enter_keeps() -> None:
    app = FilterApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("a", "slash", "a", "[", "enter")
        assert app.told == ["changed a", "changed a[", "kept a["]
        assert app.query_one(FilterBar).text == "a["


async def test_esc_clears_and_then_closes() -> None:
    app = FilterApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash", "a", "escape")
        assert app.query_one(FilterBar).display
        await pilot.press("escape")
        assert app.told == ["changed a", "changed ", "closed"]
        assert not app.query_one(FilterBar).display
        await pilot.press("b")
        assert app.told[-1] == "closed"


async def test_counts_stand_at_the_right() -> None:
    app = FilterApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.query_one(FilterBar).open("web")
        app.query_one(FilterBar).note("[38] of 1,204 shown")
        await pilot.pause()
        last = app.screen._compositor.render_strips()[0].text
        assert last.startswith(" / web")
        assert last.endswith("[38] of 1,204 shown ")
