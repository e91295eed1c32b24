"""A change goes to the account, region and partition that its record names, and nowhere else."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from console.gate.events import AtTheGate, Reason
from console.gate.place import Place, elsewhere
from console.journal.records import RunRecord, RunState
from console.services.dynamodb.operations import ContinuousBackups
from console.stack.stack import Stack
from tests.conftest import DemoServer
from tests.gate.program import Program
from tests.gate.world import SOON, World, applied, planned

TABLE = "maps"


@pytest.fixture
def run(world: World) -> Iterator[RunRecord]:
    """A run that turned point-in-time recovery over, which is put back at the end."""
    before = world.observed(ContinuousBackups(TABLE)).state
    with world.runner() as runner:
        outcome = applied(runner, ContinuousBackups(TABLE, enabled=not before["enabled"]), world.stack)
    assert outcome.run is not None and outcome.state is RunState.DONE
    world.proxy.seen.clear()
    yield outcome.run
    with world.runner() as runner:
        applied(runner, ContinuousBackups(TABLE, bool(before["enabled"]), before["days"]), world.stack)


def moved(world: World, place: str, folder: Path) -> tuple[World, Stack]:
    """The same world with other credentials, or in another region, as after choosing another profile."""
    stack = msgspec.structs.replace(world.stack, account=None)
    if place == "region":
        target = replace(world.target, region="us-east-1")
        return replace(world, target=target), msgspec.structs.replace(stack, region="us-east-1")
    keys = folder / "credentials"
    keys.write_text(f"[{world.target.profile}]\naws_access_key_id = ASIADEMO147997144209\naws_secret_access_key = x\n")
    return replace(world, target=replace(world.target, credentials_file=keys)), stack


@pytest.mark.parametrize("place", ["account", "region"])
def test_undo_is_refused_elsewhere_and_names_both_places(
    world: World, run: RunRecord, place: str, tmp_path: Path
) -> None:
    there, stack = moved(world, place, tmp_path)
    with there.runner() as runner, pytest.raises(AtTheGate) as caught:
        runner.plan_undo(run, stack).result(SOON)
    assert caught.value.reason is Reason.REFUSED
    other = "account 147997144209 in eu-west-1" if place == "account" else "account 123456789012 in us-east-1"
    assert "account 123456789012 in eu-west-1" in str(caught.value) and other in str(caught.value)
    assert world.mutations() == []


@pytest.mark.parametrize("place", ["account", "region"])
@pytest.mark.parametrize("state", [RunState.RUNNING, RunState.SENT, RunState.WATCHING, RunState.UNKNOWN])
def test_a_run_is_neither_settled_nor_watched_on_elsewhere(
    world: World, run: RunRecord, place: str, state: RunState, tmp_path: Path
) -> None:
    there, stack = moved(world, place, tmp_path)
    with there.runner() as runner:
        left = runner.journal.change(run.id, state=state, owner=None, outcome="as it was").result(SOON)
        (outcome,) = runner.reconcile([stack]).result(SOON)
        assert runner.journal.find(run.id).result(SOON) == left
    assert outcome.state in (state, RunState.UNKNOWN)
    assert "account 123456789012 in eu-west-1" in outcome.what
    assert ("147997144209" if place == "account" else "us-east-1") in outcome.what
    world.told.clear()
    with world.runner() as runner:
        runner.reconcile([world.stack]).result(SOON)
        assert world.wait_for(run.id, RunState.DONE) is RunState.DONE


def test_after_a_new_sign_in_plans_are_made_as_whoever_has_signed_in(world: World, tmp_path: Path) -> None:
    keys = tmp_path / "credentials"
    assert world.target.credentials_file is not None
    keys.write_bytes(world.target.credentials_file.read_bytes())
    world.target = replace(world.target, credentials_file=keys)
    stack = msgspec.structs.replace(world.stack, account=None)
    with world.runner() as runner:
        before = planned(runner, ContinuousBackups(TABLE), stack)
        other = "aws_access_key_id = ASIADEMO147997144209\naws_secret_access_key = x\n"
        keys.write_text(f"[{world.target.profile}]\n{other}")
        assert planned(runner, ContinuousBackups(TABLE), stack).account == before.account
        runner.renew(stack)
        assert planned(runner, ContinuousBackups(TABLE), stack).account == "147997144209"


def test_another_partition_is_another_place() -> None:
    here = Place("123456789012", "cn-north-1", "aws-cn")
    assert not here.is_same(Place("123456789012", "cn-north-1", "aws"))
    assert here.is_same(Place("123456789012", "cn-north-1"))
    assert str(here) == "account 123456789012 of aws-cn in cn-north-1"


def test_a_record_names_its_partition(run: RunRecord) -> None:
    assert run.partition == "aws"
    assert "aws-us-gov" in elsewhere(run, Place(run.account, run.region, "aws-us-gov"))


def test_on_the_command_line_undo_elsewhere_ends_with_4(
    world: World, program: Program, run: RunRecord, tmp_path: Path, demo: DemoServer
) -> None:
    there = tmp_path / "mra-mines.toml"
    text = next(path for path in demo.record.stack_files if path.stem == "mra-mines").read_text()
    there.write_text(text.replace("eu-west-1", "us-east-1"))
    code, _, err = program.run("undo", run.id, "--yes", "--confirm", TABLE, stack=there)
    assert code == 4
    assert "eu-west-1" in err and "us-east-1" in err
    other = tmp_path / "other" / "mra-mines.toml"
    other.parent.mkdir()
    other.write_text(text.replace("123456789012", "147997144209").replace('"mra-mines"', '"gift-tracker"', 1)
                     .replace('name = "gift-tracker"', 'name = "mra-mines"'))  # fmt: skip
    code, _, err = program.run("undo", run.id, "--yes", "--confirm", TABLE, stack=other)
    assert code == 4
    assert "123456789012" in err and "147997144209" in err
    assert world.mutations() == []


def test_printed_commands_lead_there_from_any_shell(
    world: World, program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, demo: DemoServer
) -> None:
    """Profile and region come from this shell's environment, which the next one has not."""
    stack = tmp_path / "shop.toml"
    stack.write_text(f'name = "shop"\nproduction = false\n[[dynamodb]]\ntable = "{TABLE}"\n')
    monkeypatch.setenv("AWS_PROFILE", "mra-mines")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    code, plan = program.json("plan", "dynamodb.enable-pitr", "--table", TABLE, "--days", "11", stack=stack)
    assert code == 0, plan
    words = shlex.split(plan["undo"]["cli"])
    for flag, value in (("--profile", "mra-mines"), ("--region", "eu-west-1"), ("--stack", str(stack))):
        assert words[words.index(flag) + 1] == value
    (command,) = plan["steps"]
    assert "--profile mra-mines" in command and "--region eu-west-1" in command
    assert f"AWS_CONFIG_FILE={demo.record.config_file}" in command
    monkeypatch.delenv("AWS_PROFILE")
    monkeypatch.delenv("AWS_REGION")
    code, _, err = program.run(*words[1:], "--json", stack=stack)
    assert code in (0, 4), err


@pytest.mark.parametrize("chosen", ["default", None])
def test_the_default_profile_is_named_and_keys_of_the_environment_name_none(
    world: World,
    program: Program,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    chosen: str | None,
    demo: DemoServer,
) -> None:
    stack = tmp_path / "shop.toml"
    stack.write_text(f'name = "shop"\nproduction = false\nregion = "eu-west-1"\n[[dynamodb]]\ntable = "{TABLE}"\n')
    credentials = tmp_path / "credentials"
    credentials.write_text("[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n")
    environment = {**program.environment(), "AWS_SHARED_CREDENTIALS_FILE": str(credentials)}
    monkeypatch.setattr(Program, "environment", lambda self: environment)
    if chosen is None:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    code, plan = program.json("plan", "dynamodb.enable-pitr", "--table", TABLE, "--days", "11", stack=stack)
    assert code == 0, plan
    assert ("--profile default" in plan["undo"]["cli"]) is (chosen is not None)
