"""The gate on the command line: what it prints, what it lets through, how it ends."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from console.journal.records import RunRecord, RunState
from console.services.dynamodb.operations import ContinuousBackups
from console.services.ecs.operations import Scale
from tests.deadlines import SOON
from tests.faults import Fault
from tests.gate.program import FRONTEND, Program
from tests.gate.world import World, applied, world_of
from tests.unit.journal.test_journal import RUN

SCALE = ("ecs.scale", "--service", FRONTEND, "--desired")
PLAN = {
    *("operation", "stack", "account", "region", "danger", "effects", "calls", "steps", "warnings", "cost", "undo"),
    *("confirm", "digest", "refused"),
}


@pytest.fixture
def recovery(world: World) -> Iterator[None]:
    """Point-in-time recovery of the table maps is on before and after."""

    def turn_on() -> None:
        with world.runner() as runner:
            applied(runner, ContinuousBackups("maps"), world.stack)
        world.proxy.seen.clear()

    turn_on()
    yield
    world.heal()
    turn_on()


def desired(world: World) -> int:
    count: int = world.observed(Scale(FRONTEND, 1).within(world.stack)).state["desired"]
    return count


def test_without_a_terminal_and_unconfirmed_nothing_is_changed(world: World, program: Program) -> None:
    """The line that the issue names: ends with 4."""
    code, out, err = program.run("apply", *SCALE, "0")
    assert code == 4 and "No task will run" in out
    assert f"--confirm {FRONTEND}" in err
    assert world.mutations() == []


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((*SCALE, "0", "--yes"), "unconfirmed"),
        ((*SCALE, "0", "--confirm", "something"), "unconfirmed"),
        ((*SCALE, "7"), "unconfirmed"),
        ((*SCALE, "7", "--yes", "--read-only"), "read-only"),
        ((*SCALE, "7", "--yes", "--expect", "0123456789abcdef"), "stale"),
        (("ecs.restart", "--service", "none", "--cluster", "mra-mines-cluster-staging", "--yes"), "refused"),
        (("dynamodb.enable-pitr", "--table", "no-such-table", "--yes"), "refused"),
    ],
)
def test_at_the_gate_it_ends_with_4_and_says_why(
    world: World, program: Program, words: tuple[str, ...], reason: str
) -> None:
    code, said = program.json("apply", *words)
    assert (code, said["reason"], said["state"]) == (4, reason, None)
    assert world.mutations() == []


def test_a_plan_is_confirmed_by_its_digest_done_and_taken_back(world: World, program: Program) -> None:
    before = desired(world)
    code, plan = program.json("plan", *SCALE, str(before + 1))
    assert code == 0 and set(plan) == PLAN
    assert plan["effects"] == [f"desired count: {before} -> {before + 1}"]
    assert plan["calls"][0]["method"] == "update_service"
    assert plan["undo"]["operation"] == "ecs.scale" and plan["undo"]["params"]["desired"] == before
    code, done = program.json("apply", *SCALE, str(before + 1), "--yes", "--expect", plan["digest"])
    assert (code, done["state"]) == (0, RunState.DONE)
    assert desired(world) == before + 1
    assert program.json("apply", *SCALE, str(before + 1), "--yes")[0] == 0, "nothing to do"
    code, undone = program.json("undo", done["run"], "--yes")
    assert (code, undone["state"]) == (0, RunState.DONE)
    assert desired(world) == before
    code, runs = program.json("journal")
    assert [run["id"] for run in runs] == [undone["run"], done["run"]]
    assert runs[0]["undoes"] == done["run"] and runs[1]["undone_by"] == undone["run"]
    assert runs[1]["steps"][0]["request"] and runs[1]["who"]["arn"].startswith("arn:aws:")
    assert program.run("undo", "none-such", "--yes")[0] == 2
    assert "no such run" in program.run("journal", "--filter", "zzz")[1]
    assert "There are older ones" in program.run("journal", "--limit", "1")[2]
    assert program.run("journal", "--limit", "0")[0] == 2


def test_the_printed_command_run_as_printed_does_the_same(world: World, program: Program, recovery: None) -> None:
    _, plan = program.json("plan", "dynamodb.enable-pitr", "--table", "maps", "--days", "9")
    aws = shlex.join((sys.executable, "-m", "awscli"))
    record = program.demo.record
    environment = {
        **os.environ,
        "AWS_CONFIG_FILE": str(record.config_file),
        "AWS_SHARED_CREDENTIALS_FILE": str(record.credentials_file),
    }
    command = plan["calls"][0]["cli"].replace("aws ", f"{aws} ", 1)
    done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert world.observed(ContinuousBackups("maps")).state == {"enabled": True, "days": 9}


def test_undo_warns_of_what_was_changed_since(world: World, program: Program, recovery: None) -> None:
    def days(number: int) -> str:
        words = ("apply", "dynamodb.enable-pitr", "--table", "maps", "--days", str(number))
        _, told = program.json(*words, "--yes", "--confirm", "maps")
        assert told["run"], told
        return str(told["run"])

    first, second = days(17), days(21)
    _, later = program.json("undo", second)
    assert not any("since" in warning for warning in later["plan"]["warnings"])
    _, earlier = program.json("undo", first)
    assert earlier["reason"] == "unconfirmed"
    assert f"Run {second} has changed it since" in earlier["plan"]["warnings"][0]
    elsewhere = ContinuousBackups("maps", days=30)  # by somebody whose journal is another
    with world_of(program.demo, world.folder / "elsewhere") as other, other.runner() as runner:
        applied(runner, elsewhere, other.stack)
    _, later = program.json("undo", second)
    assert f"no longer as run {second} left it" in later["plan"]["warnings"][0]


def test_not_waiting_leaves_the_watch_to_the_next_console(world: World, program: Program) -> None:
    before = desired(world)
    code, sent = program.json("apply", *SCALE, str(before + 1), "--yes", "--no-wait")
    assert (code, sent["state"]) == (0, RunState.WATCHING)
    with world.runner() as runner:
        (taken_up,) = runner.reconcile([world.stack]).result(SOON)
        assert taken_up.run is not None and taken_up.run.id == sent["run"]
        assert world.wait_for(sent["run"], RunState.DONE) is RunState.DONE


def test_failed_is_1_and_unknown_is_5(world: World, program: Program, recovery: None) -> None:
    words = ("apply", "dynamodb.enable-pitr", "--table", "maps", "--enabled", "false", "--confirm", "maps")
    world.spoil(Fault.DENIED)
    code, said = program.json(*words)
    assert (code, said["state"]) == (1, RunState.FAILED)
    world.spoil(Fault.WITHHELD, reads_too=True)
    code, said = program.json(*words)
    assert (code, said["state"]) == (5, RunState.UNKNOWN)


@pytest.mark.parametrize(
    "words",
    [
        ("apply", *SCALE, "9999", "--yes"),
        ("apply", *SCALE, "many", "--yes"),
        ("apply", "ecs.scale", "--desired", "2", "--yes"),
        ("apply", "ecs.scale", "--service", "no such name", "--desired", "2"),
        ("apply", "ecs.scale", "--service", "other-service", "--desired", "2"),
        ("plan", "no.such-operation"),
        ("apply", *SCALE, "2", "--write"),
    ],
)
def test_what_makes_no_sense_is_2_and_says_so(world: World, program: Program, words: tuple[str, ...]) -> None:
    code, _, err = program.run(*words)
    assert code == 2 and err.strip()
    assert world.mutations() == []


def test_production_takes_write_reason_and_the_typed_name(
    world: World, program: Program, recovery: None, tmp_path: Path
) -> None:
    stack = next(path for path in program.demo.record.stack_files if path.stem == world.stack.name)
    production = tmp_path / "mra-mines.toml"
    production.write_text(stack.read_text().replace("production = false", "production = true"))
    off = ("apply", "dynamodb.enable-pitr", "--table", "maps", "--enabled", "false")

    def apply(*words: str) -> tuple[int, Any]:
        return program.json(*off, *words, stack=production)

    code, said = apply("--confirm", "staging/maps")
    assert (code, said["reason"]) == (4, "read-only")
    armed = ("--write", "--reason", "ticket 7")
    assert apply("--confirm", "maps", *armed)[1]["reason"] == "unconfirmed"
    code, said = apply("--confirm", "staging/maps", *armed)
    assert (code, said["state"]) == (0, RunState.DONE)
    assert program.json("journal", said["run"])[1][0]["reason"] == "ticket 7"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "its stack file does not say whether it is production"),
        ("production = false", 'production = false, but its environment is named "prod-eu"'),
    ],
)
def test_what_is_not_said_to_be_harmless_is_read_only_too(
    world: World, program: Program, tmp_path: Path, line: str, why: str
) -> None:
    given = next(path for path in program.demo.record.stack_files if path.stem == world.stack.name).read_text()
    text = given.replace("production = false", line)
    if line:
        text = text.replace('environment = "staging"', 'environment = "prod-eu"')
    stack = tmp_path / "mra-mines.toml"
    stack.write_text(text)
    count = str(desired(world) + 1)
    code, said = program.json("apply", *SCALE, count, "--yes", stack=stack)
    assert (code, said["reason"]) == (4, "read-only")
    assert "Stack mra-mines is read-only" in said["outcome"] and why in said["outcome"]
    assert "--write --reason TEXT" in said["outcome"]
    assert world.mutations() == []
    code, said = program.json("apply", *SCALE, count, "--yes", "--write", "--reason", "ticket 7", stack=stack)
    assert (code, said["state"]) == (0, RunState.DONE)


def test_operations_and_policy_tell_what_there_is(program: Program) -> None:
    code, found = program.json("operations")
    assert code == 0 and {one["name"] for one in found} >= {"ecs.scale", "ecs.restart", "dynamodb.enable-pitr"}
    for one in found:
        assert set(one) == {"name", "title", "help", "screen", "danger", "params", "permissions"}
        assert all(set(param) == {"name", "type", "required", "help"} for param in one["params"])
    looking = json.loads(program.run("policy", "--read-only")[1])
    writing = json.loads(program.run("policy")[1])
    assert "ecs:UpdateService" in actions(writing) and "ecs:UpdateService" not in actions(looking)
    assert actions(looking) < actions(writing)
    assert "ssm:StartSession" in actions(writing) - actions(looking), "a shell can change things"


def actions(policy: dict[str, Any]) -> set[str]:
    return {action for statement in policy["Statement"] for action in statement["Action"]}


def test_on_a_terminal_it_asks_and_no_is_the_default(world: World, program: Program) -> None:
    before = desired(world)
    for answer, code in (("\n", 4), ("n\n", 4), ("y\n", 0)):
        assert answered(program, ("apply", *SCALE, str(before + 1), "--no-wait"), "[y/N]", answer) == code
    assert len(world.mutations()) == 1


def test_on_a_terminal_what_can_be_lost_takes_the_typed_name(world: World, program: Program, recovery: None) -> None:
    words = ("apply", "dynamodb.enable-pitr", "--table", "maps", "--enabled", "false")
    for answer, code in (("yes\n", 4), ("map\n", 4), ("maps\n", 0)):
        assert answered(program, words, "Type maps to apply:", answer) == code
    assert len(world.mutations()) == 1


@pytest.mark.parametrize("deaf", [False, True], ids=["while it waits", "just before it waits"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_at_the_question_changes_nothing_and_says_so(
    world: World, program: Program, number: signal.Signals, deaf: bool
) -> None:
    before = desired(world)
    with program.at_terminal("apply", *SCALE, str(before + 1), deaf=deaf) as terminal:
        terminal.wait_for("[y/N]")
        terminal.kill(number)
        assert terminal.wait_exit() == 128 + number
        assert "Nothing was changed." in terminal.text()
    assert world.mutations() == []


def answered(program: Program, words: tuple[str, ...], question: str, answer: str) -> int:
    """Run a subcommand on a terminal and answer its question; gives the exit code."""
    with program.at_terminal(*words) as terminal:
        terminal.wait_for(question)
        terminal.press(answer)
        return terminal.wait_exit(SOON)


@pytest.mark.parametrize("stdout", ["closed", "full"])
def test_a_change_is_told_as_it_ended_where_stdout_takes_nothing(world: World, program: Program, stdout: str) -> None:
    before = desired(world)
    words = ("apply", *SCALE, str(before + 1), "--yes", "--no-wait", "--json")
    code, err = program.shell(">&-" if stdout == "closed" else ">/dev/full", *words)
    assert code == 0, err
    assert "Traceback" not in err
    if stdout == "full":
        assert "could not be written" in err and "watching" in err
    with world.runner() as runner:
        (run,) = runner.journal.runs().result()
        assert isinstance(run, RunRecord) and run.changed is True
        runner.reconcile([world.stack]).result(SOON)
        world.wait_for(run.id, RunState.DONE)


def test_without_stdin_nobody_confirms(world: World, program: Program) -> None:
    code, err = program.shell("<&- >/dev/null", "apply", *SCALE, "7")
    assert code == 4 and "Not confirmed" in err and "Traceback" not in err
    assert world.mutations() == []


def test_the_next_command_settles_what_was_sent(world: World, program: Program, recovery: None) -> None:
    """It verifies what an ended process left sent before it goes on, however short it is itself."""
    _, told = program.json(
        "apply", "dynamodb.enable-pitr", "--table", "maps", "--days", "9", "--yes", "--confirm", "maps"
    )
    with world.runner() as runner:
        runner.journal.change(told["run"], state=RunState.SENT, owner=None, outcome="").result()
    code, _, err = program.run("apply", "dynamodb.enable-pitr", "--table", "maps", "--days", "9", "--yes")
    assert code == 0
    assert f"Earlier run {told['run']}: done. Done and verified." in err
    with world.runner() as runner:
        found = runner.journal.find(told["run"]).result()
    assert isinstance(found, RunRecord) and found.state is RunState.DONE


@pytest.mark.parametrize(
    "undo",
    [
        {"operation": "logs.set-retention", "params": {"groups": 5}},
        {"operation": "logs.set-retention", "params": {"groups": None}},
        {"operation": "ecs.scale", "params": {"service": "web", "desired": "3"}},
        {"operation": "dynamodb.enable-pitr", "params": {"table": "maps", "enabled": "no"}},
    ],
    ids=str,
)
def test_what_the_journal_kept_wrongly_is_refused(world: World, program: Program, undo: dict[str, Any]) -> None:
    with world.runner() as runner:
        runner.journal.add(replace(RUN, stack=world.stack.name, state=RunState.DONE, undo=undo), ()).result()
    code, _, err = program.run("undo", RUN.id, "--yes")
    assert code == 4 and "cannot be undone" in err and "is none" in err


def test_undo_of_a_run_of_another_stack_than_the_one_that_is_named_is_refused(world: World, program: Program) -> None:
    with world.runner() as runner:
        runner.journal.add(replace(RUN, stack="another", state=RunState.DONE), ()).result()
    code, _, err = program.run("undo", RUN.id, "--yes")
    assert code == 4 and f"is of stack another, not of {world.stack.name}" in err
    assert world.mutations() == []
