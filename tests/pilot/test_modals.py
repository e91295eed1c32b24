"""Help, palette, problems and profile: made from what is there, closed by escape, each key as it is named."""

from __future__ import annotations

import pytest

from console.files.memory import recall
from console.options import Options
from console.readings.source import Level, Report
from screens.modals.profile import ProfileModal
from tests.pilot.scripted import (
    DENIED,
    LEDGER,
    MINES,
    SERVICES,
    SIZES,
    ScriptedDesk,
    console,
    finding,
    hides,
    lines,
    shows,
    text,
    until,
)

MODALS = {
    "question_mark": "─ Keys ─",
    "colon": "─ Palette ─",
    "exclamation_mark": "─ Problems at present",
    "P": "Profile and",
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("key", "title"), MODALS.items())
async def test_each_fits_the_screen_and_is_closed_by_escape(size: tuple[int, int], key: str, title: str) -> None:
    async with console(ScriptedDesk(), size) as pilot:
        await shows(pilot, "batch")
        await pilot.press(key)
        await shows(pilot, title, "esc closes")
        await pilot.press("escape")
        await hides(pilot, title)
        assert pilot.app.current_mode == "health"


async def test_help_says_what_the_screen_is_for_and_lists_its_keys_first() -> None:
    async with console(ScriptedDesk(), (120, 50)) as pilot:
        await shows(pilot, "batch")
        await pilot.press("question_mark")
        await shows(
            pilot, "What is wrong with the open stack", "This screen", "Hide ok", "In the list or text", "Everywhere"
        )
        assert text(pilot).index("Hide ok") < text(pilot).index("Sort") < text(pilot).index("Palette")
        assert "Focus Next" not in text(pilot) and "super" not in text(pilot)


async def test_the_palette_narrows_and_does_what_is_chosen() -> None:
    async with console(ScriptedDesk(stacks=(MINES, LEDGER)), (80, 24)) as pilot:
        await shows(pilot, "[S Stacks]", "ledger")
        await pilot.press("colon")
        await shows(pilot, "type what to do")
        await pilot.press(*"ledg", "enter")
        await until(pilot, lambda: pilot.app.desk.stack is LEDGER)


async def test_a_theme_is_used_at_once_and_at_the_next_start() -> None:
    async with console(ScriptedDesk()) as pilot:
        await shows(pilot, "batch")
        for name in ("light", "high-contrast", "dark"):
            await pilot.press("colon")
            await shows(pilot, "type what to do")
            await pilot.press(*name, "enter")
            await until(pilot, lambda name=name: pilot.app.theme == name)
            assert recall().theme == name
            await hides(pilot, "type what to do")


async def test_a_theme_that_is_asked_for_is_the_first_one() -> None:
    async with console(ScriptedDesk(), theme="light") as pilot:
        assert pilot.app.theme == "light"
    async with console(ScriptedDesk(), theme="no such") as pilot:
        assert pilot.app.theme == "dark"


async def test_the_problems_have_their_time_and_all_their_words() -> None:
    well = Report((finding("services", "web"),))
    desk = ScriptedDesk({"services": well, "tasks": DENIED})
    async with console(desk, (80, 24)) as pilot:
        await shows(pilot, "denied")
        await pilot.press("exclamation_mark")
        await shows(pilot, "Not allowed to call ListTasks. Ask for ecs:ListTasks.", "Tried again")
        desk.say("tasks", well)
        await shows(pilot, "No problem in what is read at present")


async def test_the_profile_that_is_chosen_is_used_for_every_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.aws.login.profiles.profiles", lambda: ["audit", "ops"])
    desk = ScriptedDesk(stacks=(MINES, LEDGER), options=Options(region=None))
    async with console(desk) as pilot:
        await shows(pilot, "ledger")
        await pilot.press("P")
        await shows(pilot, "Now: profile the default, region eu-west-1, mines", "audit", "Holds for all stacks")
        await pilot.press("j", "j", "enter")
        await until(pilot, lambda: desk.options.profile == "ops")
        await shows(pilot, "ledger", "✗1 ▲1 ●1")


@pytest.mark.parametrize(
    ("region", "says"),
    [("europe", "europe is no region of AWS"), ("us-east-2", "Stack files name another region: mines")],
)
async def test_a_region_that_cannot_be_is_refused_with_a_sentence(
    region: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.aws.login.profiles.profiles", lambda: ["ops"])
    desk = ScriptedDesk()
    async with console(desk, (80, 24)) as pilot:
        await shows(pilot, "batch")
        await pilot.press("P")
        await shows(pilot, "ops")
        await pilot.press("tab", *region, "enter")
        await shows(pilot, says)
        assert isinstance(pilot.app.screen, ProfileModal)
        assert desk.options == Options()


async def test_the_bell_of_a_modal_does_not_stop_the_screen_beneath() -> None:
    desk = ScriptedDesk()
    async with console(desk) as pilot:
        await shows(pilot, "batch")
        await pilot.press("question_mark")
        desk.say("services", SERVICES.__class__((finding("services", "later", Level.CRIT, "Gone."),)))
        await pilot.pause(0.3)
        await pilot.press("escape")
        await shows(pilot, "later")
        assert lines(pilot)[2].startswith(" Findings   ✗ 2 crit")
