"""One resource: all that is known, found by words, plotted, saved; what is related can be opened."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from console.desk.shell import HostShell, InstanceShell, ShellCommand, TaskShell
from console.readings.poller import ReadingKey
from console.readings.source import Detail, Level, Reading, Report
from console.services.awslambda.kinds import FUNCTION
from console.services.ec2.kinds import INSTANCE, Instances
from console.services.ecs.kinds import TASK
from console.services.elasticbeanstalk.kinds import ENVIRONMENT
from console.text import Clean
from screens.resource.screen import ResourceScreen
from screens.resource.shell import place_of
from tests.pilot.scripted import (
    DENIED,
    LEDGER,
    MINES,
    SERVICE,
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

ARN = "arn:aws:ecs:eu-west-1:123456789012:task/mines-cluster/0123abcd"
TASK = Detail(
    Clean("web 0123abcd"),
    TASK,
    Clean(ARN),
    facts=(("Service", Clean("web")), ("Last status", Clean("RUNNING"))),
)
TASKS = Report((finding("tasks", "web 0123abcd"),), (TASK,))
INSTANCE = Detail(Clean("i-1"), INSTANCE, Clean("arn:aws:ec2:us-east-1:123456789012:instance/i-1"))


def desk(**more: Report) -> ScriptedDesk:
    return ScriptedDesk({"services": SERVICES, "functions": Report((), ()), **more})


def saved_in(folder: Path) -> str:
    """The one file that was saved there, as its owner alone can read it."""
    (path,) = folder.glob("groundskeeper-web-*.txt")
    assert path.stat().st_mode & 0o777 == 0o600
    return path.read_text()


@pytest.mark.parametrize("size", SIZES)
async def test_it_shows_facts_events_metrics_related_and_logs(size: tuple[int, int]) -> None:
    async with console(desk(), size) as pilot:
        await shows(pilot, "Fewer tasks")
        await pilot.press("enter")
        await shows(pilot, "service/mines/web", "Fewer tasks run than desired.", "Desired", "CPU", "steady state")
        await pilot.press("G")
        await shows(pilot, "web-task", "/ecs/web")
        for words in ("enter related", "m metrics", "/ search"):
            assert words in lines(pilot)[-1]


async def test_words_are_found_one_after_the_other() -> None:
    async with console(desk(), (80, 24)) as pilot:
        await shows(pilot, "Fewer tasks")
        await pilot.press("enter")
        await shows(pilot, "Cluster")
        await pilot.press("slash", *"WEB-")
        await shows(pilot, "2 lines")
        await pilot.press("enter", "n", "N", "escape")
        await hides(pilot, "2 lines")
        await pilot.press("escape")
        await shows(pilot, "Findings   ▲ 1 warn")


async def test_m_plots_the_metrics_and_z_another_part_of_them() -> None:
    async with console(desk(), (80, 24)) as pilot:
        await shows(pilot, "Fewer tasks")
        await pilot.press("enter")
        await shows(pilot, "CPU")
        assert "z time range" not in lines(pilot)[-1]
        await pilot.press("m")
        await shows(pilot, "└─", "▲ warn 70")
        assert "z time range" in lines(pilot)[-1]
        axis = lines(pilot)[-9:]
        await pilot.press("z", "z")
        await shows(pilot, "Plotted: 1 hour.")
        assert lines(pilot)[-9:] != axis
        await pilot.press("escape")
        await hides(pilot, "└─")
        assert "service/mines/web" in text(pilot)


async def test_what_is_related_can_be_opened_and_come_back_from() -> None:
    functions = Report((finding("functions", "web-api", Level.CRIT, "Every second call fails."),), ())
    async with console(desk(functions=functions)) as pilot:
        await shows(pilot, "Fewer tasks")
        await pilot.press("j", "enter")
        await shows(pilot, "steady state")
        await pilot.press("enter")
        await shows(pilot, "Related to web", "✗ crit     web-api", "not read by a check", "log group")
        await pilot.press("j", "enter")
        await shows(pilot, "No check of this stack reads")
        await pilot.press("k", "enter")
        await shows(pilot, "Every second call fails.")
        await pilot.press("escape", "escape")
        await shows(pilot, "Findings   ✗ 1 crit")


async def test_a_resource_that_is_only_named_by_a_finding_is_shown_with_it() -> None:
    async with console(desk()) as pilot:
        await shows(pilot, "batch")
        await pilot.press("G", "enter")
        await hides(pilot, "▲ warn")
        await shows(pilot, "As it should be.")
        assert "m metrics" not in lines(pilot)[-1]
        await pilot.press("enter")
        await shows(pilot, "Nothing is related.")


async def test_a_reading_brings_it_up_to_date_and_one_opens_the_beginning() -> None:
    written = desk()
    async with console(written) as pilot:
        await shows(pilot, "Fewer tasks")
        await pilot.press("enter")
        await shows(pilot, "steady state")
        written.say("services", replace(SERVICES, details=(replace(SERVICE, facts=(("Desired", Clean("7")),)),)))
        await shows(pilot, "Desired  7")
        await pilot.press("1")
        await shows(pilot, "Findings   ▲ 1 warn")


async def test_a_check_that_fails_leaves_what_it_knew_with_the_reason_above() -> None:
    written = desk()
    async with console(written, (80, 24)) as pilot:
        await shows(pilot, "Fewer tasks")
        await pilot.press("enter")
        await shows(pilot, "steady state")
        written.say("services", DENIED)
        await shows(pilot, "Not allowed to call ListTasks.", "Desired")
        written.say("services", SERVICES)
        await hides(pilot, "Not allowed")


async def test_o_saves_all_of_it_and_y_never_says_copied(tmp_path: Path) -> None:
    async with console(desk(), (80, 24)) as pilot:
        await shows(pilot, "Fewer tasks")
        await pilot.press("enter")
        await shows(pilot, "steady state")
        await pilot.press("o")
        await shows(pilot, "Saved to")
        saved = saved_in(tmp_path)
        assert "service/mines/web" in saved and "/ecs/web" in saved
        await pilot.press("Y")
        await shows(pilot, "There is no terminal to send it to")
        assert "opied" not in text(pilot)


async def test_t_changes_between_local_time_and_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    async with console(desk(), (80, 24)) as pilot:
        await shows(pilot, "Fewer tasks")
        await pilot.press("enter")
        await shows(pilot, "steady state")
        await pilot.press("t")
        await shows(pilot, "Times are in UTC.")
        await pilot.press("t")
        await shows(pilot, "Times are local.")


async def test_a_reading_that_comes_while_it_is_closed_is_passed_over() -> None:
    async with console(desk()) as pilot:
        await shows(pilot, "Fewer tasks")
        await pilot.press("enter")
        await shows(pilot, "steady state")
        screen = pilot.app.screen
        assert isinstance(screen, ResourceScreen)
        closed = pilot.app.pop_screen()
        screen._heard(ReadingKey("mines", "services"), Reading(SERVICES))
        await closed
        screen._heard(ReadingKey("mines", "services"), Reading(SERVICES))
        screen._show_gathered()
        await screen._fill()
        await shows(pilot, "Findings   ▲ 1 warn")


@pytest.mark.parametrize(
    ("detail", "place"),
    [
        (TASK, TaskShell("mines-cluster", ARN, region="eu-west-1")),
        (SERVICE, TaskShell("mines-cluster", ARN, region="eu-west-1")),
        (INSTANCE, InstanceShell("i-1", "us-east-1")),
        (replace(INSTANCE, resource=Clean("i-2")), HostShell("ops@box")),
        (Detail(Clean("env"), ENVIRONMENT, related=(Clean("i-1"),)), InstanceShell("i-1")),
        (Detail(Clean("env"), ENVIRONMENT), None),
        (Detail(Clean("web"), FUNCTION), None),
        (replace(TASK, arn=Clean("arn:aws:ecs:eu-west-1:123456789012:task/0123abcd")), None),
        (replace(TASK, arn=Clean("…")), None),
        (None, None),
    ],
)
def test_where_a_shell_would_be(detail: Detail | None, place: object) -> None:
    import msgspec

    stack = msgspec.structs.replace(MINES, parts=(Instances(instance="i-2", host="ops@box"),))
    assert place_of(stack, detail, [SERVICE, TASK]) == place


async def test_x_is_offered_where_a_shell_can_be_and_says_why_it_is_not_opened() -> None:
    class Refusing(ScriptedDesk):
        async def shell(self, place: object, stack: object = None) -> ShellCommand | Clean:
            return Clean("The session-manager-plugin is not installed. Install it.")

    async with console(Refusing({"services": SERVICES, "tasks": TASKS}), (80, 24)) as pilot:
        await shows(pilot, "Fewer tasks")
        assert "x shell" in lines(pilot)[-1]
        await pilot.press("x")
        await shows(pilot, "session-manager-plugin is not")
        await pilot.press("G")
        await pilot.press("k")
        await until(pilot, lambda: "x shell" not in lines(pilot)[-1])


async def test_a_shell_on_production_needs_writing_armed() -> None:
    async with console(ScriptedDesk({"tasks": TASKS}, stacks=(LEDGER,)), (120, 40)) as pilot:
        await shows(pilot, "web 0123abcd")
        await pilot.press("x")
        await shows(pilot, "Stack ledger is read-only: it is marked production.")
