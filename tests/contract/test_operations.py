"""What every Operation in the registry promises, now and whenever one is added."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore
import botocore.session
import pytest
from botocore.utils import EVENT_ALIASES

from console.cli.parser import make_parser
from console.gate.events import AtTheGate, Reason
from console.iam import ALWAYS
from console.journal.records import RunState, StepState
from console.operations.fields import Widget
from console.operations.operation import NoUndo, Operation, Repeat
from console.operations.parameters import build, parameters, rebuild, recorded
from console.operations.preview import Shell
from console.operations.step_values import shown
from console.operations.steps import Wait
from console.options import Options
from console.services.operations import OPERATIONS
from tests.conftest import DemoServer
from tests.deadlines import SOON
from tests.faults import Fault
from tests.gate.world import World, applied, planned, world_of

SCREENS = set("health logs users backups scaling emergencies deploy security cost alarms database".split())
every = pytest.mark.parametrize("kind", OPERATIONS.values(), ids=OPERATIONS)


@pytest.fixture
def world(demo: DemoServer, tmp_path: Path) -> Iterator[World]:
    with world_of(demo, tmp_path / "journal") as found:
        yield found


@pytest.fixture
def example(world: World, kind: type[Operation]) -> Iterator[Operation]:
    """The example of a kind; what it changed is put back by its undo, if there is one."""
    operation = world.example(kind)
    before = world.observed(operation)
    yield operation
    world.heal()
    undo = operation.undo(before)
    if not isinstance(undo, NoUndo):
        with world.runner() as runner:
            assert applied(runner, undo, world.stack).state is RunState.DONE


@every
def test_it_says_what_it_is(kind: type[Operation]) -> None:
    assert re.fullmatch(r"[a-z0-9]+\.[a-z0-9-]+", kind.name)
    assert kind.title() and kind.title()[0].isupper() and len(kind.title()) < 100
    assert kind.screen in SCREENS
    assert all(re.fullmatch(r"[a-z0-9-]+:[A-Za-z*]+", action) for action in (*kind.permissions, *kind.dependent))
    assert kind.verb()
    assert not kind.help().startswith(f"{kind.__name__}("), "it has no docstring"


@every
def test_each_field_has_a_widget_a_help_and_a_command_line_type(kind: type[Operation]) -> None:
    found = parameters(kind)
    assert found
    for parameter in found:
        assert parameter.help, parameter.name
        assert isinstance(parameter.field.widget, Widget)
        assert parameter.field.word
    assert sum(parameter.is_secret for parameter in found) <= 1, "there is one --secret-file"


@every
def test_no_field_takes_the_name_of_what_every_operation_has(kind: type[Operation]) -> None:
    """Its value there would be taken for the field's default."""
    assert not {parameter.name for parameter in parameters(kind)} & set(dir(Operation))


@every
def test_no_field_collides_with_a_shared_flag(kind: type[Operation]) -> None:
    shared = set(Options.__slots__) | {"yes", "confirm", "expect", "no_wait", "json", "help", "secret_file"}
    assert not shared & {parameter.name for parameter in parameters(kind)}


@every
def test_the_command_line_takes_what_it_prints(kind: type[Operation], world: World, example: Operation) -> None:
    from console.cli.fields import operation_of

    words = shlex.split(example.cli(("--stack", world.stack.name)))[1:]
    args = make_parser(words).parse_args(words)
    assert operation_of(args, world.stack) == example
    typed = {p.name: p.field.write(value) for p in parameters(kind) if (value := getattr(example, p.name)) is not None}
    assert build(kind, typed) == example


@every
def test_the_journal_can_make_it_again(kind: type[Operation], example: Operation) -> None:
    kept = recorded(example)
    assert not [p.name for p in parameters(kind) if p.is_secret and p.name in kept]
    assert recorded(rebuild(kind, kept)) == kept


LOCKS = {"IfMatch", "RevisionId", "LockToken", "ExpectedRevision", "ExpectedVersion", "ETag", "VersionToken"}
"""What AWS's APIs call the version that a change is made from, where they refuse another (their service models)."""


@every
def test_it_uses_the_optimistic_lock_of_its_calls(kind: type[Operation], world: World, example: Operation) -> None:
    loader = botocore.session.get_session()
    with world.runner() as runner:
        for call in planned(runner, example, world.stack).plan.calls():
            model = loader.get_service_model(call.service)
            shape = model.operation_model(_api(model, call.operation)).input_shape
            offered = LOCKS & set(shape.members if shape else ())
            assert offered <= set(call.params), f"{call.id} could name the version that it was planned from"


def _api(model: Any, operation: str) -> str:
    return next(name for name in model.operation_names if botocore.xform_name(name) == operation)


@every
def test_it_is_done_verified_repeated_and_undone(kind: type[Operation], world: World, example: Operation) -> None:
    with world.runner() as runner:
        plan = planned(runner, example, world.stack)
        assert not plan.refused and plan.plan.steps and plan.plan.effects
        outcome = runner.apply(plan, plan.confirmation.text).result(SOON)
        assert (outcome.state, outcome.what) == (RunState.DONE, "Done and verified.")
        assert len(world.mutations()) == len(plan.plan.calls())
        again = planned(runner, example, world.stack)
        if kind.repeat is Repeat.SAME:
            assert again.refused or again.nothing_to_do
        else:
            assert again.digest != plan.digest
            assert applied(runner, example, world.stack).state is RunState.DONE
            assert len(world.mutations()) == 2 * len(plan.plan.calls())
        if isinstance(plan.undo, NoUndo):
            assert plan.undo.reason.endswith(".")
            return
        assert outcome.run is not None
        undo = runner.plan_undo(outcome.run, world.stack).result(SOON)
        assert not any("no longer as run" in warning for warning in undo.plan.warnings)
        assert runner.apply(undo, undo.confirmation.text).result(SOON).state is RunState.DONE
        assert world.observed(example).state == plan.before.state
        assert runner.journal.find(outcome.run.id).result().undone_by


@every
def test_it_calls_only_what_it_declares(
    kind: type[Operation], world: World, example: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    from console.aws.call import Aws

    made: list[Aws] = []
    init = Aws.__init__

    def noted(self: Aws, *args: Any, **options: Any) -> None:
        init(self, *args, **options)
        made.append(self)

    monkeypatch.setattr(Aws, "__init__", noted)
    with world.runner() as runner:
        assert applied(runner, example, world.stack).state is RunState.DONE
    called = {action for aws in made for action in aws.called} - set(ALWAYS)
    assert called and called <= {*kind.permissions, *kind.dependent}
    assert set(kind.permissions) <= called, "what is never called needs no permission"


@every
def test_declined_it_changes_and_writes_nothing(world: World, example: Operation) -> None:
    with world.runner() as runner:
        plan = planned(runner, example, world.stack)
        for answer in (None, "", "y", "YES", plan.confirmation.text + " "):
            with pytest.raises(AtTheGate) as caught:
                runner.apply(plan, answer).result(SOON)
            assert caught.value.reason is Reason.UNCONFIRMED
    assert world.mutations() == []
    assert not world.folder.exists()


@every
def test_the_aws_command_line_understands_its_previews(world: World, example: Operation) -> None:
    with world.runner() as runner:
        plan = planned(runner, example, world.stack)
    for call in plan.plan.calls():
        (line,) = call.preview(plan.shell)
        event, parsed, region = as_the_aws_command_line_reads(line)
        service = EVENT_ALIASES.get(line_service(line), line_service(line))
        assert event == f"calling-command.{service}.{call.operation.replace('_', '-')}"
        assert parsed == shown(call.params)
        assert region == plan.region
    for step in plan.plan.all_steps:
        if isinstance(step, Wait) and step.waiter:
            event, parsed, _ = as_the_aws_command_line_reads(step.preview(plan.shell)[0])
            assert event == f"calling-command.wait.{step.waiter.replace('_', '-')}"
            assert parsed == shown(step.params)


def line_service(line: str) -> str:
    words = shlex.split(line)
    return words[words.index("aws") + 1]


def as_the_aws_command_line_reads(line: str) -> tuple[str, Any, str | None]:
    """What the aws command line would call for a command, found out with its own parser, without calling."""
    from awscli.clidriver import create_clidriver

    words = shlex.split(line)
    at = words.index("aws")
    assert all("=" in word for word in words[:at])
    caught: list[tuple[str, Any, str | None]] = []

    def catch(event_name: str, call_parameters: Any, parsed_globals: Any, **_: Any) -> int:
        caught.append((event_name, call_parameters, parsed_globals.region))
        return 0

    kept = dict(os.environ)
    try:
        os.environ.update(word.split("=", 1) for word in words[:at])
        driver = create_clidriver()
        driver.session.get_component("event_emitter").register_last("calling-command.*.*", catch)
        assert driver.main(words[at + 1 :]) == 0
    finally:
        os.environ.clear()
        os.environ.update(kept)
    (found,) = caught
    return found


@every
def test_a_fault_in_the_middle_leaves_a_journal_that_says_which_step(world: World, example: Operation) -> None:
    world.spoil(Fault.DENIED)
    with world.runner() as runner:
        outcome = applied(runner, example, world.stack)
        assert outcome.state is RunState.FAILED and outcome.run is not None
        first, *rest = runner.journal.steps(outcome.run.id).result()
        assert first.state is StepState.FAILED and first.what and first.started and first.ended
        assert all(step.state is StepState.WAITING and step.started is None for step in rest)
        assert runner.journal.find(outcome.run.id).result().state is RunState.FAILED
    assert len(world.mutations()) == 1


@every
def test_what_changed_between_plan_and_confirmation_is_stale(world: World, example: Operation) -> None:
    with world.runner() as runner:
        plan = planned(runner, example, world.stack)
        assert applied(runner, example, world.stack).state is RunState.DONE
        sent = len(world.mutations())
        with pytest.raises(AtTheGate) as caught:
            runner.apply(plan, plan.confirmation.text).result(SOON)
        assert caught.value.reason is Reason.STALE
        assert caught.value.planned is not None and caught.value.planned.differs(plan)
    assert len(world.mutations()) == sent


@every
@pytest.mark.parametrize(
    ("fault", "ended"),
    [(Fault.WITHHELD, RunState.DONE), (Fault.CLOSE, RunState.FAILED), (Fault.SERVER_ERROR, RunState.FAILED)],
    ids=["carried out", "never arrived", "500"],
)
def test_a_missing_reply_gives_one_request_unknown_and_the_right_answer(
    world: World, example: Operation, fault: Fault, ended: RunState
) -> None:
    world.spoil(fault, reads_too=True)
    with world.runner() as runner:
        outcome = applied(runner, example, world.stack)
        assert outcome.state is RunState.UNKNOWN and outcome.run is not None
        assert len(world.mutations()) == 1
    world.heal()
    with world.runner() as runner:
        (settled,) = runner.reconcile([world.stack]).result(SOON)
        assert settled.run is not None and settled.run.id == outcome.run.id
        assert world.wait_for(outcome.run.id, RunState.DONE, RunState.FAILED) is ended
    assert len(world.mutations()) == 1


def test_shells_name_no_profile_that_was_not_chosen() -> None:
    from console.aws.target import Target

    assert Shell(Target(None, "eu-west-1")).aws("ecs", ["list-clusters"]) == "aws ecs list-clusters --region eu-west-1"
