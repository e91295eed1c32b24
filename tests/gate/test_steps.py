"""Steps in their order: what fails, what is found out, what is cleaned up, and what the journal says of it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from console.gate.runner import Runner
from console.journal.records import RunState, StepState
from console.operations.bulk import Bulk, BulkItem
from console.operations.local_steps import LocalCommand, LocalFile
from console.operations.operation import TookEffect
from console.operations.plan import Plan
from console.operations.secret import Secret
from console.operations.step_context import Changed, Done, StepFailed, Work
from console.operations.step_values import Blob, Result
from console.operations.steps import Call, Wait, Waited
from console.text import Clean
from tests.conftest import DemoServer
from tests.deadlines import SOON
from tests.faults import Fault
from tests.gate.scripted import Do, Hold, Script, Scripted
from tests.gate.world import World, applied, planned


def failing(changed: Changed) -> Do:
    async def fail(work: Work) -> Done:
        raise StepFailed("It broke.", changed)

    return Do(fail, name="second")


def steps_of(runner: Runner) -> list[StepState]:
    (run,) = runner.journal.runs().result()
    return [step.state for step in runner.journal.steps(run.id).result()]


@pytest.mark.parametrize(
    ("changed", "answer", "ended", "recorded"),
    [
        (Changed.NOTHING, TookEffect.CANNOT_TELL, RunState.PARTLY, StepState.FAILED),
        (Changed.SOME, TookEffect.CANNOT_TELL, RunState.PARTLY, StepState.FAILED),
        (Changed.PERHAPS, TookEffect.NO, RunState.PARTLY, StepState.FAILED),
        (Changed.PERHAPS, TookEffect.CANNOT_TELL, RunState.UNKNOWN, StepState.UNKNOWN),
        (Changed.PERHAPS, TookEffect.YES, RunState.PARTLY, StepState.DONE),
    ],
)
def test_after_one_that_changed_something_a_failure_is_partly_or_unknown(
    world: World, script: Script, changed: Changed, answer: TookEffect, ended: RunState, recorded: StepState
) -> None:
    script.plan = Plan((Do(name="first"), failing(changed), Do(name="third")))
    script.answer = answer
    with world.runner() as runner:
        outcome = applied(runner, Scripted(), world.stack)
        assert outcome.state is ended
        assert outcome.run is not None and outcome.run.changed is True, "the first step has"
        assert steps_of(runner) == [StepState.DONE, recorded, StepState.WAITING]
    assert set(script.asked) == ({"second"} if changed is Changed.PERHAPS else set())


@pytest.mark.parametrize(
    ("changed", "answer", "ended"),
    [
        (Changed.NOTHING, TookEffect.CANNOT_TELL, RunState.FAILED),
        (Changed.PERHAPS, TookEffect.NO, RunState.FAILED),
        (Changed.PERHAPS, TookEffect.YES, RunState.DONE),
    ],
)
def test_alone_it_failed_or_was_carried_out_all_the_same(
    world: World, script: Script, changed: Changed, answer: TookEffect, ended: RunState
) -> None:
    script.plan, script.answer = Plan((failing(changed),)), answer
    with world.runner() as runner:
        assert applied(runner, Scripted(), world.stack).state is ended


def test_what_no_step_should_raise_is_settled_and_recorded_too(world: World, script: Script) -> None:
    async def stumble(work: Work) -> Done:
        raise KeyError("oops")

    script.plan = Plan((Do(stumble),))
    with world.runner() as runner:
        outcome = applied(runner, Scripted(), world.stack)
        assert outcome.state is RunState.UNKNOWN and "KeyError" in outcome.what
        assert steps_of(runner) == [StepState.UNKNOWN]


@pytest.mark.parametrize("changed", [Changed.NOTHING, Changed.PERHAPS])
def test_the_steps_of_the_end_are_run_after_a_failure_and_after_a_stop(
    world: World, script: Script, changed: Changed
) -> None:
    ran: list[str] = []

    async def clean_up(work: Work) -> Done:
        ran.append("cleaned up")
        assert not work.stopping()
        return Done()

    script.plan = Plan((failing(changed),), finally_=(Do(clean_up, name="clean up"),))
    with world.runner() as runner:
        applied(runner, Scripted(), world.stack)
        assert steps_of(runner)[-1] is StepState.DONE
    assert ran == ["cleaned up"]


def test_who_stops_a_change_does_not_stop_what_cleans_up_after_it(world: World, script: Script) -> None:
    """It may wait, as for an API that is asked for fewer calls, and still is run to its end."""
    ran: list[str] = []

    async def stopped(work: Work) -> Done:
        runner.stop(world.told[-1].run.id)
        return Done()

    async def clean_up(work: Work) -> Done:
        assert not work.stopping()
        await work.sleep(1)
        ran.append("cleaned up")
        return Done()

    script.plan = Plan((Do(stopped), Do(name="second")), finally_=(Do(clean_up, name="clean up"),))
    with world.runner() as runner:
        outcome = applied(runner, Scripted(), world.stack)
        assert outcome.state is RunState.PARTLY and "Left behind" not in outcome.what
        assert steps_of(runner) == [StepState.DONE, StepState.WAITING, StepState.DONE]
    assert ran == ["cleaned up"]


def test_what_could_not_be_cleaned_up_is_told(world: World, script: Script) -> None:
    script.plan = Plan((Do(),), finally_=(failing(Changed.NOTHING),))
    with world.runner() as runner:
        outcome = applied(runner, Scripted(), world.stack)
    assert outcome.state is RunState.PARTLY and "Left behind" in outcome.what


def test_a_result_of_one_step_is_a_parameter_of_the_next_and_a_variable_in_the_shell(
    world: World, script: Script, demo: DemoServer
) -> None:
    queue = Call("sqs", "create_queue", {"QueueName": "gate"}, "QueueUrl", name="queue")
    tag = Call("sqs", "tag_queue", {"QueueUrl": Result("queue", "QueueUrl"), "Tags": {"by": "gate"}})
    script.plan = Plan((queue, tag))
    with world.runner() as runner:
        plan = planned(runner, Scripted(), world.stack)
        first, second = (lines[0] for lines in plan.commands)
        assert first.startswith("read -r QUEUE_QUEUEURL < <(") and "--query '[QueueUrl]' --output text" in first
        assert '--queue-url "$QUEUE_QUEUEURL"' in second
        assert runner.apply(plan, "yes").result(SOON).state is RunState.DONE
    client = demo.client("sqs")
    url = client.get_queue_url(QueueName="gate")["QueueUrl"]
    assert client.list_queue_tags(QueueUrl=url)["Tags"] == {"by": "gate"}


def parameters_named(demo: DemoServer, *names: str) -> Bulk:
    client = demo.client("ssm")
    for name in names:
        client.put_parameter(Name=name, Value="x", Type="String", Overwrite=True)
    return Bulk("ssm", "delete_parameter", tuple(BulkItem(name, {"Name": name}, "1") for name in names))


def test_a_bulk_freezes_its_list_and_takes_what_is_gone_for_done(
    world: World, script: Script, demo: DemoServer
) -> None:
    bulk = parameters_named(demo, "one", "two", "three")
    demo.client("ssm").delete_parameter(Name="two")
    script.plan = Plan((bulk,))
    with world.runner() as runner:
        plan = planned(runner, Scripted(), world.stack)
        assert plan.commands[0][1] == "# and 2 more like it"
        outcome = runner.apply(plan, "yes").result(SOON)
        assert outcome.state is RunState.DONE and outcome.run is not None
        items = runner.journal.items(outcome.run.id, 0).result()
    assert [(item.id, item.version, item.state, item.what) for item in items] == [
        ("one", "1", StepState.DONE, ""),
        ("two", "1", StepState.DONE, "already gone"),
        ("three", "1", StepState.DONE, ""),
    ]


def test_a_bulk_that_is_stopped_or_fails_keeps_what_is_left(world: World, script: Script, demo: DemoServer) -> None:
    script.plan = Plan((parameters_named(demo, "one", "two", "three"),))
    world.proxy.plan = lambda seen: Fault.DENIED if len(world.mutations()) == 2 else Fault.NONE
    with world.runner() as runner:
        outcome = applied(runner, Scripted(), world.stack)
        assert outcome.state is RunState.PARTLY and outcome.run is not None
        assert "two" in outcome.what and "1 of 3 were done" in outcome.what
        states = [item.state for item in runner.journal.items(outcome.run.id, 0).result()]
        assert states == [StepState.DONE, StepState.FAILED, StepState.WAITING]
        world.heal()
        script.plan = Plan((parameters_named(demo, "one", "two", "three"),))
        world.told.clear()
        world.proxy.plan = lambda seen: runner.stop(world.told[-1].run.id) or Fault.NONE if world.told else Fault.NONE
        stopped = applied(runner, Scripted(), world.stack)
        assert stopped.state in (RunState.PARTLY, RunState.STOPPED)
    assert {"three"} <= {p["Name"] for p in demo.client("ssm").describe_parameters()["Parameters"]}


def test_files_and_commands_on_this_machine(world: World, script: Script, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    script.plan = Plan((LocalFile(path, "{}\n"), LocalCommand(("sh", "-c", 'cat "$0"; echo done', str(path)))))
    with world.runner() as runner:
        plan = planned(runner, Scripted(), world.stack)
        assert plan.commands[0] == (f"(umask 077; printf %s $'{{}}\\n' > {path})  # 3 bytes",)
        assert applied(runner, Scripted(), world.stack).state is RunState.DONE
        assert any(progress.text == "done" for progress in world.told)
        assert (path.read_text(), path.stat().st_mode & 0o777) == ("{}\n", 0o600)
        script.plan = Plan((LocalCommand(("sh", "-c", "echo no such table >&2; exit 3")),))
        script.answer = TookEffect.NO
        failed = applied(runner, Scripted(), world.stack)
        assert failed.state is RunState.FAILED and "ended with 3: no such table" in failed.what
        script.plan = Plan((LocalCommand(("/no/such/program",)),))
        assert "could not be started" in applied(runner, Scripted(), world.stack).what
        script.plan = Plan((LocalFile(tmp_path / "none" / "x", "y"),))
        assert "could not be written" in applied(runner, Scripted(), world.stack).what


def test_a_command_that_is_stopped_ends_with_all_that_it_started(world: World, script: Script, tmp_path: Path) -> None:
    begun = threading.Event()
    pid = tmp_path / "pid"
    script.plan = Plan((LocalCommand(("sh", "-c", f"sleep 60 & echo $! > {pid}; echo begun; wait")),))
    with world.runner(listener=lambda progress: begun.set() if progress.text == "begun" else None) as runner:
        plan = planned(runner, Scripted(), world.stack)
        applying = runner.apply(plan, "yes")
        assert begun.wait(SOON)
        runner.stop(runner.journal.open_runs().result()[0].id)
        assert applying.result(SOON).state is RunState.UNKNOWN
    stat = Path(f"/proc/{pid.read_text().strip()}/stat")
    assert not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


def test_a_blob_is_the_file_that_was_planned_with(world: World, script: Script, tmp_path: Path) -> None:
    path = tmp_path / "code.zip"
    path.write_bytes(b"one")
    params = {"FunctionName": "none", "ZipFile": Blob.of(path)}
    script.plan = Plan((Call("lambda", "update_function_code", params),))
    with world.runner() as runner:
        plan = planned(runner, Scripted(), world.stack)
        assert f"--zip-file fileb://{path}" in plan.commands[0][0]
        path.write_bytes(b"two")
        outcome = runner.apply(plan, "yes").result(SOON)
    assert outcome.state is RunState.FAILED and "was changed since" in outcome.what
    assert world.mutations() == []


def test_secrets_are_handed_over_once_and_kept_nowhere(world: World, script: Script, demo: DemoServer) -> None:
    given, made = Secret("given", "sesame-1"), Secret("made", lambda: "sesame-2")
    calls = [
        Call("ssm", "put_parameter", {"Name": name, "Value": value, "Type": "SecureString", "Overwrite": True})
        for name, value in (("given", given), ("made", made))
    ]
    demo.client("iam").create_user(UserName="gate")
    key = Call(
        "iam", "create_access_key", {"UserName": "gate"}, "AccessKey", secrets={"KEY": "AccessKey.SecretAccessKey"}
    )
    script.plan = Plan((*calls, key))
    with world.runner() as runner:
        plan = planned(runner, Scripted(), world.stack)
        assert '--value "$GIVEN"' in plan.commands[0][0]
        outcome = runner.apply(plan, "yes").result(SOON)
        assert outcome.state is RunState.DONE, outcome.what
    assert outcome.secrets["MADE"] == "sesame-2" and len(outcome.secrets["KEY"]) > 20
    stored = demo.client("ssm").get_parameter(Name="made", WithDecryption=True)["Parameter"]["Value"]
    assert stored == "sesame-2"
    kept = b"".join(path.read_bytes() for path in world.folder.rglob("*") if path.is_file())
    shown = repr((outcome, plan, world.told)).encode()
    for secret in ("sesame-1", "sesame-2", outcome.secrets["KEY"]):
        assert secret.encode() not in kept + shown
    (made_key,) = demo.client("iam").list_access_keys(UserName="gate")["AccessKeyMetadata"]
    demo.client("iam").delete_access_key(UserName="gate", AccessKeyId=made_key["AccessKeyId"])
    demo.client("iam").delete_user(UserName="gate")


def waiting(judge: list[Waited], **options: float) -> Wait:
    looks = iter(judge)
    return Wait(
        "dynamodb",
        "list_tables",
        {},
        "TableNames",
        judge=lambda answer: next(looks, judge[-1]),
        title="ready",
        **options,
    )


def test_a_wait_between_calls_is_sat_out_and_one_that_fails_stops_the_rest(world: World, script: Script) -> None:
    going, done = Waited(False, Clean("half"), 0.5), Waited(True, Clean("all"), 1.0)
    broken = Waited(False, Clean("half"), None, Clean("It broke for good."))
    with world.runner() as runner:
        script.plan = Plan((Do(), waiting([going, done]), Do()))
        assert applied(runner, Scripted(), world.stack).state is RunState.DONE
        assert 0.5 in {progress.fraction for progress in world.told}
        script.plan = Plan((Do(), waiting([going, broken]), Do()))
        outcome = applied(runner, Scripted(), world.stack)
        assert outcome.state is RunState.PARTLY and "It broke for good." in outcome.what
        script.plan = Plan((Do(), waiting([going], at_most=20)))
        outcome = applied(runner, Scripted(), world.stack)
        assert outcome.state is RunState.UNKNOWN and "not done after" in outcome.what


def test_a_watch_sits_out_a_line_that_fails_for_a_while(world: World, script: Script) -> None:
    script.plan = Plan((Do(), waiting([Waited(True, Clean("all"), 1.0)])))
    faults = iter([Fault.HTML_200, Fault.BAD_JSON])
    world.proxy.plan = lambda seen: next(faults, Fault.NONE) if seen.operation == "ListTables" else Fault.NONE
    with world.runner() as runner:
        assert applied(runner, Scripted(), world.stack).state is RunState.DONE


def test_sent_but_not_as_planned_is_a_failure(world: World, script: Script) -> None:
    script.plan, script.verified = Plan((Do(),)), False
    with world.runner() as runner:
        outcome = applied(runner, Scripted(), world.stack)
    assert outcome.state is RunState.FAILED and "the state is as it was before" in outcome.what


def test_the_watch_of_a_run_ends_when_a_later_one_changes_the_same(world: World, script: Script) -> None:
    async def for_ever(work: Work) -> Done:
        while True:
            await work.sleep(1)

    script.plan = Plan((Do(), Hold(for_ever)))
    with world.runner() as runner:
        first = planned(runner, Scripted(), world.stack)
        watched = runner.apply(first, "yes", wait=False).result(SOON)
        assert watched.state is RunState.WATCHING and watched.run is not None
        script.plan = Plan((Do(),))
        later = applied(runner, Scripted(), world.stack)
        assert later.state is RunState.DONE and later.run is not None
        world.wait_for(watched.run.id, RunState.STOPPED)
        assert later.run.id in runner.journal.find(watched.run.id).result().outcome
