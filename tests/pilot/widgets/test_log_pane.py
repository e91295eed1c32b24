"""The log pane on a screen: follow and hold, paints, filter, search, folds, JSON, marks, what it tells."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Self

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.pilot import Pilot

import themes
from console.logs.event import LogEvent
from console.logs.lines.buffer import LogBuffer
from console.logs.lines.chunk import LINES
from console.logs.reading.pages import cleaned
from console.text import Clean, clean
from tests.deadlines import SOON
from tests.hostile import HOSTILE
from widgets.log.body import LogBody, Taken
from widgets.log.pane import LogPane
from widgets.log.prompt import Prompt

NOW = datetime(2026, 11, 20, 14, 5, 12, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
TRACE = ("ERROR cannot place order", "    at Stock.take(Stock.java:88)", "    at Order.place(Order.java:41)")


class PaneApp(App[None]):
    """A pane, and what it told."""

    def __init__(self, texts: list[str]) -> None:
        super().__init__()
        for theme in themes.load_all():
            self.register_theme(theme)
        self.theme = themes.DEFAULT
        self.log_buffer = LogBuffer()
        self.log_buffer.streams.index(Clean("group"), Clean("stream"))
        self.pane = LogPane(self.log_buffer, zone=UTC, now=lambda: NOW)
        self.told: list[Message] = []
        self.add(texts)

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.pane.focus()

    def add(self, texts: list[str], at_ms: int | None = None, *, late: bool = False) -> None:
        tally = self.log_buffer.tally
        start = NOW_MS - 60_000 + tally.received * 10 if at_ms is None else at_ms
        self.log_buffer.append([LogEvent("", start + n * 10, 0, Clean(text), late) for n, text in enumerate(texts)])

    def note(self, message: LogPane.Told) -> None:
        self.told.append(message)

    on_log_pane_line_selected = note
    on_log_pane_follow_changed = note
    on_log_pane_counts_changed = note
    on_log_pane_need_older = note
    on_log_pane_copy_wanted = note
    on_log_pane_save_wanted = note

    def heard(self, kind: type[Any]) -> list[Any]:
        return [message for message in self.told if isinstance(message, kind)]


def numbers(count: int) -> list[str]:
    return [f"line {number}" for number in range(count)]


def lines(app: App[None]) -> list[str]:
    return [strip.text for strip in app.screen._compositor.render_strips()]


def texts(app: PaneApp) -> list[str]:
    """The rows of the pane without gutter, time and scroll bar."""
    start = 12 if app.size.width < 100 else 16
    return [line[start:-1].rstrip() for line in lines(app)[:-1]]


def status(app: PaneApp) -> str:
    """The last two lines: the status, and the bar where it is open."""
    return " ".join(line.rstrip() for line in lines(app)[-2:])


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    """Let the app go on until something holds; a paint is at most a tenth of a second away."""
    try:
        async with asyncio.timeout(SOON):
            while True:
                await pilot.pause(0.02)
                if condition():
                    return
    except TimeoutError:
        raise AssertionError("\n".join(lines(pilot.app))) from None


async def typed(pilot: Pilot[None], key: str, text: str, *after: str) -> None:
    """Open the bar with a key, type, and press more keys."""
    await pilot.press(key, *("space" if char == " " else char for char in text), *after)


SIZES = [(80, 24), (120, 40)]

# Follow and hold


@pytest.mark.parametrize("size", SIZES)
async def test_new_lines_are_followed(size: tuple[int, int]) -> None:
    app = PaneApp(numbers(100))
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: "line 99" in texts(app))
        app.add(["the newest"])
        await until(pilot, lambda: texts(app)[-1] == "the newest")
        await until(pilot, lambda: "● following" in status(app))
        assert {cell_len(line) for line in lines(app)} == {size[0]}


async def test_up_holds_the_screen_and_g_follows_again() -> None:
    app = PaneApp(numbers(100))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "line 99" in texts(app))
        before = texts(app)
        await pilot.press("k")
        app.add([f"new {number}" for number in range(238)])
        await until(pilot, lambda: "+238 new (G follows)" in status(app))
        assert texts(app) == before
        assert [told.following for told in app.heard(LogPane.FollowChanged)] == [False]
        await pilot.press("G")
        await until(pilot, lambda: texts(app)[-1] == "new 237")
        await until(pilot, lambda: "● following  338 lines" in status(app))
        assert [told.following for told in app.heard(LogPane.FollowChanged)] == [False, True]


async def test_f_holds_and_follows() -> None:
    app = PaneApp(numbers(100))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f")
        assert not app.pane.body.place.following
        await until(pilot, lambda: "‖ held  nothing new" in status(app))
        await pilot.press("f")
        assert app.pane.body.place.following


async def test_a_held_screen_stays_while_old_lines_are_dropped() -> None:
    app = PaneApp([])
    app.log_buffer = app.pane.buffer = app.pane.body.buffer = app.pane.body.view.buffer = LogBuffer(most_lines=400)
    app.add(numbers(300))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("k")
        before = texts(app)
        assert "line 299" in before
        app.add([f"new {number}" for number in range(200)])
        await until(pilot, lambda: "dropped" in status(app))
        assert texts(app) == before


async def test_paints_are_few_however_many_lines_come(monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[int] = []
    repaint = LogBody.repaint
    monkeypatch.setattr(LogBody, "repaint", lambda body: (painted.append(1), repaint(body))[1])
    clock = [1000.0]
    monkeypatch.setattr("widgets.log.lines.monotonic", lambda: clock[0])
    app = PaneApp(numbers(100))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "line 99" in texts(app))
        painted.clear()
        for number in range(500):
            app.add([f"burst {number}"])
        await until(pilot, lambda: "burst 499" in texts(app))
        assert len(painted) == 1


async def test_what_stays_equal_is_not_painted() -> None:
    app = PaneApp(numbers(100))
    noted: list[Region] = []

    class Watched(LogBody):
        def refresh(self, *regions: Region, **more: Any) -> Self:
            noted.extend(regions)
            return super().refresh(*regions, **more)

    app.pane.body.__class__ = Watched
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "line 99" in texts(app))
        await pilot.press("k")
        await pilot.pause()
        noted.clear()
        app.add(["below"])
        await until(pilot, lambda: "+1 new" in status(app))
        assert noted == []
        await pilot.press("k")
        assert {region.y for region in noted} == {20, 21}


async def test_lines_that_came_while_nobody_looked_are_there() -> None:
    app = PaneApp(numbers(10))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.pane.body.remove()
        app.add(["meanwhile"])
        body = LogBody(app.log_buffer)
        await app.mount(body)
        await until(pilot, lambda: any("meanwhile" in line for line in lines(app)))


async def test_late_lines_and_gaps_stand_in_their_place_and_say_so() -> None:
    app = PaneApp(numbers(10))
    async with app.run_test(size=(80, 24)) as pilot:
        app.add(["came late"], NOW_MS - 60_000 + 45, late=True)
        key = app.log_buffer.add_gap(NOW_MS - 60_000 + 65, Clean("20 s missing: throttled"))
        await until(pilot, lambda: "1 gap" in status(app) and "« 1 late" in status(app))
        await until(pilot, lambda: any("missing" in line for line in lines(app)))
        rows = [line for line in lines(app) if ":" in line]
        assert rows[5].startswith(" « 14:04:12 came late")
        assert "╌╌╌ 20 s missing: throttled ╌╌╌" in rows[8]
        app.log_buffer.fill_gap(key)
        await until(pilot, lambda: "gap" not in status(app))
        await until(pilot, lambda: not any("missing" in line for line in lines(app)))


async def test_going_up_from_the_oldest_line_asks_for_older_ones() -> None:
    app = PaneApp(numbers(40))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("k", "g")
        assert app.heard(LogPane.NeedOlder) == []
        await pilot.press("k")
        assert [told.before_ms for told in app.heard(LogPane.NeedOlder)] == [NOW_MS - 60_000]
        app.add(["older one", "older two"], NOW_MS - 120_000)
        await until(pilot, lambda: "older" not in texts(app)[0] and app.pane.body.counts.shown == 42)
        await pilot.press("k")
        assert texts(app)[0] == "older two"


# Filter and search


async def test_a_filter_narrows_as_one_types() -> None:
    app = PaneApp([*numbers(3 * LINES), "a needle", "another Needle"])
    async with app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "ampersand", "needle")
        await until(pilot, lambda: "2 of 6,146 shown" in "".join(lines(app)))
        assert texts(app)[:2] == ["a needle", "another Needle"]
        app.add(["more needles", "line"])
        await until(pilot, lambda: texts(app)[2] == "more needles")
        await pilot.press("space", *"-another", "enter")
        await until(pilot, lambda: texts(app)[:2] == ["a needle", "more needles"])
        await until(pilot, lambda: "filter needle -another" in status(app))
        await pilot.press("escape")
        await until(pilot, lambda: "6,148 lines" in status(app))


async def test_an_expression_that_is_not_whole_is_told_and_changes_nothing() -> None:
    app = PaneApp([*numbers(50), "GET /maps 503"])
    async with app.run_test(size=(120, 24)) as pilot:
        await typed(pilot, "ampersand", "%50")
        await until(pilot, lambda: texts(app)[0] == "GET /maps 503")
        await pilot.press("[")
        await until(pilot, lambda: "Not a regular expression yet" in status(app))
        assert texts(app)[0] == "GET /maps 503"
        await pilot.press("enter")
        await until(pilot, lambda: "Not a regular expression yet" in status(app))
        await pilot.press(*"0-9]", "enter")
        await until(pilot, lambda: "1 of 51 shown" in status(app))


async def test_nothing_that_matches_is_said() -> None:
    app = PaneApp(numbers(50))
    async with app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "ampersand", "zebra", "enter")
        await until(pilot, lambda: "Nothing matches the filter; esc clears it." in lines(app)[0])
        await pilot.press("j", "k", "g", "G", "pageup", "space", "enter", "n", "e", "z", "c", "y", "escape")


async def test_the_cursor_stays_at_its_line_through_a_filter() -> None:
    app = PaneApp([f"{'odd' if n % 2 else 'even'} {n}" for n in range(200)])
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.body.show_moment(NOW_MS - 60_000 + 770)
        assert app.pane.body.line is not None
        await typed(pilot, "ampersand", "odd", "enter")
        assert app.pane.body.line.text == "odd 77"
        await pilot.press("escape")
        assert app.pane.body.line.text == "odd 77"


async def test_search_marks_all_and_goes_from_one_to_the_next() -> None:
    app = PaneApp([f"line {n} {'match' if n % 10 == 3 else ''}" for n in range(100)])
    async with app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "slash", "match", "enter")
        body = app.pane.body
        await until(pilot, lambda: body.line and body.line.text.startswith("line 93"))
        assert app.pane.body.counts.shown == 100
        await pilot.press("N")
        await until(pilot, lambda: body.line and body.line.text.startswith("line 83"))
        await pilot.press("n", "n")
        await until(pilot, lambda: "no match below" in status(app))
        assert body.line
        assert body.line.text.startswith("line 93")
        match = body.get_component_rich_style("log--match", partial=True)
        marked = [strip for strip in (body.render_line(y) for y in range(22)) for part in strip
                  if part.text == "match" and part.style and part.style.bgcolor == match.bgcolor]  # fmt: skip
        assert len(marked) == sum("match" in text for text in texts(app)) > 1


async def test_a_match_beyond_the_edge_is_brought_into_sight() -> None:
    app = PaneApp([*numbers(30), "x" * 200 + " needle"])
    async with app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "slash", "needle", "enter")
        await until(pilot, lambda: any("needle" in text for text in texts(app)))


async def test_e_goes_to_errors_only() -> None:
    app = PaneApp(["ERROR one", "INFO errors: 0", "WARN err", *numbers(30), "[error] two", *numbers(30)])
    async with app.run_test(size=(80, 24)) as pilot:
        body = app.pane.body
        for wanted in ("[error] two", "ERROR one"):
            await pilot.press("E")
            await until(pilot, lambda wanted=wanted: body.line and body.line.text == wanted)
        await pilot.press("E")
        await until(pilot, lambda: "no error above" in status(app))


async def test_jump_to_a_time_and_before_all_lines() -> None:
    app = PaneApp(numbers(500))
    async with app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "T", "14:04:13.5", "enter")
        assert app.pane.body.line
        assert app.pane.body.line.text == "line 150"
        await typed(pilot, "T", "soon", "enter")
        await until(pilot, lambda: "Write a time as" in status(app))
        await pilot.press("escape", "escape")
        await typed(pilot, "T", "13:00", "enter")
        assert app.pane.body.line.text == "line 0"
        (told,) = app.heard(LogPane.NeedOlder)
        assert (told.before_ms, told.to_ms) == (NOW_MS - 60_000, NOW_MS - 3_912_000)


# How lines look


async def test_a_trace_folds_under_its_first_line() -> None:
    app = PaneApp([*numbers(5), *TRACE, "after"])
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: texts(app)[5:7] == ["▸2 ERROR cannot place order", "after"])
        await pilot.press("k", "z")
        assert texts(app)[5:9] == ["▾2 ERROR cannot place order", *TRACE[1:], "after"]
        await pilot.press("j", "z")
        assert texts(app)[5:7] == ["▸2 ERROR cannot place order", "after"]
        await pilot.press("Z")
        assert texts(app)[5:9] == ["▾2 ERROR cannot place order", *TRACE[1:], "after"]


async def test_wrap_time_and_sideways() -> None:
    app = PaneApp(["start " + "word " * 40 + "end"])
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: texts(app)[0].endswith("›"))
        await pilot.press("right", "right")
        assert texts(app)[0].startswith("‹")
        await pilot.press("left", "left", "left", "w")
        assert texts(app)[3].endswith("end")
        assert texts(app)[1].startswith("  word")
        await until(pilot, lambda: "wrapped" in status(app))
        await pilot.press("t")
        assert lines(app)[0].startswith("▌  14:04:12Z start")
        await pilot.press("t")
        assert lines(app)[0].startswith("▌        -1 min start")


async def test_json_in_columns_and_in_detail_with_jmespath() -> None:
    app = PaneApp([f'{{"level": "info", "n": {n}, "msg": "done", "user": {{"id": {n}}}}}' for n in range(30)])
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("c")
        assert lines(app)[0].split() == ["level", "n", "msg"]
        assert lines(app)[1].split()[-3:] == ["info", "0", "done"]
        await pilot.press("c")
        assert lines(app)[0].split()[1] == '{"level":'
        await pilot.press("enter")
        await until(pilot, lambda: any('  "user": {' in line for line in lines(app)))
        await typed(pilot, "J", "[user.id, msg]", "enter")
        await until(pilot, lambda: not any('"user"' in line for line in lines(app)[25:]))
        stripped = [line.strip() for line in lines(app)]
        assert stripped[stripped.index("[") :][:4] == ["[", "29,", '"done"', "]"]
        await pilot.press("k")
        await until(pilot, lambda: any(line.strip() == "28," for line in lines(app)))
        await typed(pilot, "K", "user.id", "enter")
        assert lines(app)[0].split() == ["user.id"]


async def test_a_line_is_shown_as_it_came_and_unfolded_again() -> None:
    came = '\x1b[31mERROR\x1b[0m {"price":1.00,"n":12345678901234567890,"price":1.0}'
    app = PaneApp(["plain"])
    (text,) = cleaned([came])
    app.log_buffer.append([LogEvent("", NOW_MS, 0, text, raw=came)])
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("G", "enter")
        await until(pilot, lambda: any('"n": 12345678901234567890,' in line for line in lines(app)))
        shown = "\n".join(lines(app))
        assert shown.index('"price": 1.00,') < shown.index('"n": 1') < shown.index('  "price": 1.0 ')
        assert "u shows that" in shown and "␛" not in shown
        await pilot.press("u")
        await until(pilot, lambda: any('␛[31mERROR␛[0m {"price":1.00,' in line for line in lines(app)))
        await pilot.press("u", "enter", "u")
        await until(pilot, lambda: any("␛[31mERROR" in line for line in lines(app)))


async def test_no_line_and_no_expression_ends_the_console() -> None:
    deep = ['{"a":' + "[" * n + "]" * n + "}" for n in (199, 201, 1020, 8000)]
    app = PaneApp([*deep, '{"level":"error","status":503,"msg":"x"}'])
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("G", "enter")
        await until(pilot, lambda: any('"status": 503' in line for line in lines(app)))
        await typed(pilot, "J", "status >= '500'", "enter")
        await until(pilot, lambda: any("cannot be used here" in line for line in lines(app)))
        await typed(pilot, "K", "a[::0] status>='1'", "enter")
        for _ in deep:
            await pilot.press("k")
            await until(pilot, lambda: any("Time" in line for line in lines(app)[20:]))
        await pilot.press("c", "c", "w", "u")
        assert app.is_running


async def test_a_line_that_has_none_of_the_columns_is_shown_as_it_is() -> None:
    app = PaneApp([*(f'{{"level": "info", "n": {n}, "msg": "done"}}' for n in range(5)), 'INFO {"route": "/status"}'])
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("c")
        assert lines(app)[0].split() == ["level", "n", "msg"]
        assert texts(app)[6] == 'INFO {"route": "/status"}'


async def test_a_fault_of_what_is_typed_is_told_whole_on_a_narrow_screen() -> None:
    app = PaneApp(numbers(50))
    async with app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "T", "soon", "enter")
        said = " ".join(line.partition("Write a time")[2] or line[20:] for line in lines(app)[-2:])
        await until(pilot, lambda: "Write a time as" in status(app))
        assert "2026-11-19T14:05Z or -10m." in " ".join(said.split())


async def test_what_is_told_is_gone_once_one_goes_on() -> None:
    app = PaneApp(numbers(50))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("k", "c")
        await until(pilot, lambda: "no JSON lines here" in status(app))
        await pilot.press("k")
        await until(pilot, lambda: "no JSON" not in status(app))
        await pilot.press("c", "G")
        await until(pilot, lambda: "no JSON" not in status(app))


async def test_no_json_is_said() -> None:
    app = PaneApp(numbers(5))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("c")
        await until(pilot, lambda: "no JSON lines here" in status(app))


async def test_capitals_count_on_demand() -> None:
    app = PaneApp(["Error", "error", "other"])
    async with app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "ampersand", "Error", "enter")
        assert app.pane.body.counts.shown == 2
        await pilot.press("C")
        assert app.pane.body.counts.shown == 1
        await until(pilot, lambda: "Aa" in status(app))


# Marks, copies, saves


async def test_marks_are_kept_by_line_and_gone_between() -> None:
    app = PaneApp(numbers(50))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("k", "k", "space", "k", "k", "k", "space")
        await until(pilot, lambda: "✓ 2 marked" in status(app))
        assert sum("✓" in line for line in lines(app)[:-1]) == 2
        app.add(["late"] * 3, NOW_MS - 60_000, late=True)
        await until(pilot, lambda: "3 late" in status(app))
        assert list(app.pane.body.texts(Taken.MARKED)) == ["line 45", "line 47"]
        await pilot.press("[")
        assert app.pane.body.line
        assert app.pane.body.line.text == "line 45"
        await pilot.press("]")
        assert app.pane.body.line.text == "line 47"
        await pilot.press("]")
        await until(pilot, lambda: "no other mark this way" in status(app))


async def test_copy_and_save_give_whole_lines_unwrapped() -> None:
    long = "long " * 100
    app = PaneApp([long, *TRACE, "after"])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("w", "g", "y", "j", "y")
        assert [told.text for told in app.heard(LogPane.CopyWanted)] == [long, "\n".join(TRACE)]
        await pilot.press("o", "g", "space", "o")
        assert [told.taken for told in app.heard(LogPane.SaveWanted)] == [Taken.SHOWN, Taken.MARKED]
        body = app.pane.body
        assert list(body.texts(Taken.SHOWN)) == list(body.texts(Taken.BUFFERED)) == [long, *TRACE, "after"]
        assert next(body.texts(Taken.MARKED, stamped=True)) == f"2026-11-20T14:04:12.000Z stream {long}"
        app.pane.put(Prompt.FILTER, "after")
        assert list(body.texts(Taken.SHOWN)) == ["after"]


# Whatever comes


async def test_hostile_text_is_drawn_literally() -> None:
    app = PaneApp([clean(hostile.text) for hostile in HOSTILE] + [hostile.text for hostile in HOSTILE])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("Z", "g", "enter")
        for _ in range(len(HOSTILE) // 6):
            await pilot.press("pagedown")
            assert {cell_len(line) for line in lines(app)} == {80}
            assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for line in lines(app) for char in line)
        await pilot.press("w", "pageup", "h")
        await typed(pilot, "enter", "")
        assert app.is_running


async def test_any_size_holds() -> None:
    app = PaneApp([*numbers(50), *TRACE, "x" * 5000])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("k", "w")
        for size in [(1, 1), (3, 2), (300, 100), (20, 5), (80, 24)]:
            await pilot.resize_terminal(*size)
            await pilot.press("j", "k", "pagedown", "pageup", "w", "right", "enter")
            assert {cell_len(line) for line in lines(app)} == {size[0]}


async def test_another_theme_repaints_in_its_colours() -> None:
    app = PaneApp(["ERROR x"])
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "ERROR x" in texts(app))
        before = app.pane.body.render_line(0)
        app.theme = "light"
        await pilot.pause()
        after = app.pane.body.render_line(0)
        assert after.text == before.text
        assert after != before


async def test_counts_are_told() -> None:
    app = PaneApp(numbers(5))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.heard(LogPane.CountsChanged))
        app.log_buffer.sampled(2)
        await until(pilot, lambda: app.heard(LogPane.CountsChanged)[-1].counts.tally.sampled)
        await until(pilot, lambda: "2 sampled" in status(app))
        counts = app.heard(LogPane.CountsChanged)[-1].counts
        assert (counts.shown, counts.tally.received, counts.tally.sampled) == (5, 5, 2)
        assert app.heard(LogPane.LineSelected)[-1].line.text == "line 4"
        assert app.heard(LogPane.LineSelected)[-1].control is app.pane
