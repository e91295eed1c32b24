"""The console as a whole: what is loaded when, keys that never clash, leaving that cuts nothing off."""

from __future__ import annotations

import importlib
import json
import pkgutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from textual._compositor import LayoutUpdate
from textual.binding import Binding
from textual.dom import DOMNode
from textual.driver import Driver

import screens
import widgets
from console.app import ConsoleApp
from console.desk.desk import Desk
from console.desk.screens import SCREENS
from screens.health.screen import HealthScreen
from screens.logs.screen import LogsScreen
from screens.modals.leave import LeaveModal
from screens.resource.screen import ResourceScreen
from screens.stacks.screen import StacksScreen
from tests.paths import ROOT
from tests.pilot.scripted import ScriptedDesk, console, hides, lines, shows, text, until
from widgets.terminal.app import TerminalApp
from widgets.terminal.frame_rate import FrameRateModal

LATE = ["console.desk.desk", "console.problems", "console.readings.source", "screens.health.screen",
        "widgets.table.table",
        "sqlite3", "aiohttp", "botocore", "console.journal.store", "console.gate.runner"]  # fmt: skip
THE_TERMINALS = {"ctrl+z": "suspend_process", "ctrl+l": "repaint"}
"""What these keys mean in every program on a terminal, and do here, wherever one is."""
OURS = ("console.", "screens.", "widgets.")
HELD_BY_OTHERS = {f"ctrl+{letter}" for letter in "abshjk"}
"""Keys of screen, tmux, the shell and the terminal: flow control, backspace, line feed."""


def test_the_first_frame_needs_no_screen_no_desk_and_nothing_of_aws() -> None:
    code = f"import sys, json, console.launch, console.app; print(json.dumps([m for m in {LATE} if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert json.loads(done.stdout) == []


def bindings(node: type[DOMNode]) -> list[Binding]:
    """All bindings of a class and of ours that it is made from, a key each."""
    own = [b for kind in node.__mro__ if "textual" not in kind.__module__ for b in kind.__dict__.get("BINDINGS", ())]
    return list(Binding.make_bindings(own))


@pytest.mark.parametrize("kind", [ConsoleApp, ResourceScreen, *(entry.load() for entry in SCREENS.values())])
def test_no_key_of_a_screen_means_two_things_nor_belongs_to_somebody_else(kind: type[DOMNode]) -> None:
    found = bindings(kind)
    keys = [binding.key for binding in found]
    assert sorted(keys) == sorted(set(keys))
    assert not set(keys) & HELD_BY_OTHERS
    assert all(THE_TERMINALS[binding.key] == binding.action for binding in found if binding.key in THE_TERMINALS)
    actions: dict[str, set[str]] = {}
    for binding in found:
        actions.setdefault(binding.action, set()).add(binding.key)
        assert not (binding.key == "ctrl+d" and "delete" in binding.action)
    for keys_of in actions.values():
        assert any(not key.startswith(("f1", "f2", "alt+")) or key == "f" for key in keys_of)


def ours() -> list[type[DOMNode]]:
    """Every screen, modal and widget that there is, and the console itself."""
    for package in (screens, widgets):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)

    def below(kind: type[DOMNode]) -> Iterator[type[DOMNode]]:
        for one in kind.__subclasses__():
            yield one
            yield from below(one)

    return sorted({kind for kind in below(DOMNode) if kind.__module__.startswith(OURS)}, key=str)


def test_suspending_and_painting_anew_are_left_to_the_console_by_every_screen_modal_and_widget() -> None:
    found = ours()
    assert len([kind for kind in found if issubclass(kind, FrameRateModal)]) > 15 and ConsoleApp in found
    for kind in found:
        own = list(Binding.make_bindings(kind.__dict__.get("BINDINGS", ())))
        bound = {binding.key: binding for binding in own if binding.key in THE_TERMINALS}
        assert not bound or kind is TerminalApp, kind
        assert all(binding.priority and THE_TERMINALS[key] == binding.action for key, binding in bound.items())
        taken = {"on_key", "_on_key", "key_ctrl_z", "key_ctrl_l"} & set(vars(kind))
        assert not taken, f"{kind} takes keys before they are looked up: {taken}"


OPENS = {
    "a list": "",
    "logs": "2",
    "journal": "0",
    "stacks": "S",
    "details": "enter",
    "help": "question_mark",
    "palette": "colon",
    "problems": "exclamation_mark",
    "actions": "a",
    "profile": "P",
    "arming": "W",
    "leaving": "ctrl+c",
    "a filter": "slash",
}
"""Where one may be, by the key that leads there from Health: screens, modals, and lines that text is typed into."""


@pytest.mark.parametrize("key", OPENS.values(), ids=OPENS)
async def test_ctrl_z_only_suspends_and_ctrl_l_only_paints_anew(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    for action in THE_TERMINALS.values():
        monkeypatch.setattr(TerminalApp, f"action_{action}", lambda _, action=action: told.append(action))
    async with console(ScriptedDesk()) as pilot:
        await shows(pilot, "batch")
        before = (pilot.app.screen, pilot.app.focused)
        if key:
            await pilot.press(key)
            await until(pilot, lambda: (pilot.app.screen, pilot.app.focused) != before)
        here = (pilot.app.screen, pilot.app.focused)
        for pressed, action in THE_TERMINALS.items():
            told.clear()
            await pilot.press(pressed)
            await pilot.pause()
            assert told == [action]
            assert (pilot.app.screen, pilot.app.focused) == here


async def test_painting_anew_paints_every_line_of_what_is_seen_also_beneath_a_modal() -> None:
    async with console(ScriptedDesk(), (120, 40)) as pilot:
        await shows(pilot, "batch")
        await pilot.press("question_mark")
        await shows(pilot, "esc closes")
        before = lines(pilot)
        painted: list[Any] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pilot.app, "_display", lambda screen, update: painted.append((screen, update)))
            pilot.app.post_message(Driver.SignalResume())
            await until(pilot, lambda: painted)
        screen, update = painted[0]
        assert screen is pilot.app.screen and isinstance(update, LayoutUpdate)
        assert (update.region.width, update.region.height) == (120, 40)
        shown = ["".join(segment.text for strip in line for segment in strip) for line in update.strips]
        assert any("esc closes" in line for line in shown) and any("[1 Health]" in line for line in shown)
        assert lines(pilot) == before


@pytest.mark.parametrize("kind", [HealthScreen, StacksScreen, ResourceScreen])
def test_a_key_of_a_screen_hides_none_of_the_consoles_but_escape_and_enter(kind: type[DOMNode]) -> None:
    everywhere = {binding.key for binding in bindings(ConsoleApp)} | {entry.key for entry in SCREENS.values()}
    same = {binding.key for binding in bindings(kind)} & everywhere
    assert same <= {"P", "L", "escape"}


async def test_the_keys_that_move_mean_the_same_in_every_list_and_text() -> None:
    async with console(ScriptedDesk(), (80, 24)) as pilot:
        await shows(pilot, "batch")
        for opened in ("", "enter", "question_mark"):
            screen = pilot.app.screen
            if opened:
                await pilot.press(opened)
                await until(pilot, lambda before=screen: pilot.app.screen is not before)
            await until(pilot, lambda: set("jkgG") <= set(pilot.app.screen.active_bindings))


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_it_leaves_at_once_while_nothing_is_at_work(key: str) -> None:
    async with console(ScriptedDesk()) as pilot:
        await shows(pilot, "batch")
        await pilot.press(key)
        await until(pilot, lambda: not pilot.app.is_running)
        assert pilot.app.return_code == 0


async def test_ctrl_c_asks_first() -> None:
    async with console(ScriptedDesk(), (80, 24)) as pilot:
        await shows(pilot, "batch")
        await pilot.press("ctrl+c")
        await shows(pilot, "Leave Groundskeeper?", "y leaves, esc stays")
        await pilot.press("escape")
        await hides(pilot, "Leave Groundskeeper?")
        await pilot.press("ctrl+c", "y")
        await until(pilot, lambda: not pilot.app.is_running)


class Busy(ScriptedDesk):
    """A desk at which a change is at work until a test says that it is done."""

    working = True
    taking = True

    def busy(self) -> bool:
        return self.working

    def stop_taking(self) -> None:
        self.taking = False

    async def open(self) -> None:
        await super().open()
        run: Any = SimpleNamespace(title="Scale web to 4", state="watching")
        self.changes = SimpleNamespace(
            problem=None,
            at_work=(run,),
            open_runs=(run,),
            watches=1,
            unknown=0,
            listen=lambda *_: None,
            forget=lambda *_: None,
        )

    async def close(self) -> None:
        self.changes = None
        await super().close()


@pytest.mark.parametrize("key", ["q", "ctrl+q", "ctrl+c"])
async def test_a_change_at_work_is_never_cut_off(key: str) -> None:
    desk = Busy()
    async with console(desk, (80, 24)) as pilot:
        await shows(pilot, "batch")
        await pilot.press(key)
        await shows(pilot, "Leave Groundskeeper?", "Scale web to 4")
        await pilot.press(key if key == "ctrl+q" else "n")
        await pilot.pause(0.1)
        assert pilot.app.is_running
        if not isinstance(pilot.app.screen, LeaveModal):
            await pilot.press(key)
        await shows(pilot, "Leave Groundskeeper?")
        await pilot.press("y")
        await shows(pilot, "Leaving as soon as this is done and recorded")
        assert not desk.taking and pilot.app.is_running
        desk.working = False
        await until(pilot, lambda: not pilot.app.is_running)
        said = pilot.app._exit_renderables
        assert "Still settling: Scale web to 4. The next console goes on watching." in str(said[0])


async def test_keys_that_come_with_the_slash_in_one_go_are_typed_not_done() -> None:
    async with console(ScriptedDesk(), (80, 24)) as pilot:
        await shows(pilot, "batch")
        from textual import events

        for key in ("slash", "w", "e", "b", "p", "q"):
            pilot.app.post_message(events.Key(key, "/" if key == "slash" else key))
        await shows(pilot, "/ webpq")
        assert pilot.app.is_running and "Findings" in text(pilot)


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (200, 60), (20, 5), (1, 1)])
async def test_any_size_holds_on_every_screen(size: tuple[int, int]) -> None:
    async with console(ScriptedDesk(), (100, 30)) as pilot:
        await shows(pilot, "batch")
        for keys in (("1",), ("S",), ("1", "enter"), ("m",), ("escape", "question_mark"), ("escape", "colon")):
            await pilot.press(*keys)
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert all(len(line) <= max(size[0], 1) for line in lines(pilot))
        assert pilot.app.is_running


async def test_another_theme_colours_what_is_open_and_what_is_opened_later() -> None:
    async with console(ScriptedDesk()) as pilot:
        app = pilot.app
        assert isinstance(app, TerminalApp)
        dark = app.screen.styles.background
        await pilot.press("0", "1")
        app.use_theme("light")
        await until(pilot, lambda: app.screen.styles.background != dark)
        light = app.screen.styles.background
        for key in ("0", "2", "S"):
            await pilot.press(key)
            await until(pilot, lambda: app.screen.styles.background == light)
        app.use_theme("dark")
        await until(pilot, lambda: app.screen.styles.background == dark)


async def test_a_screen_that_is_asked_for_before_there_is_a_desk_is_the_first_one() -> None:
    made = threading.Event()

    def make() -> Desk:
        assert made.wait(30)
        return ScriptedDesk()

    async with ConsoleApp(make).run_test() as pilot:
        await pilot.press("colon", "r", "2")
        assert pilot.app.made_desk is None
        made.set()
        await until(pilot, lambda: isinstance(pilot.app.screen, LogsScreen))
        assert len(pilot.app.screen_stack) == 1
