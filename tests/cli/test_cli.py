"""The command line as scripts meet it: shapes, exit codes, sentences, pipes."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from console.cli.parser import USAGE, make_parser
from console.desk.tasks import SCREEN_TASKS
from console.operations.operation import Danger
from console.services.sources import SOURCES, VIEWS, wanted_by
from console.stack_files.file import load
from tests.conftest import DemoServer
from tests.paths import ROOT

KEYS = {"source", "resource", "level", "what", "value", "threshold", "fix"}


def run(*words: str, env: dict[str, str] | None = None, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """The program as a shell would run it, with no terminal."""
    command = [sys.executable, "-m", "console", *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
    return subprocess.run(
        command, env=environment, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
    )


@pytest.fixture
def empty(tmp_path: Path) -> dict[str, str]:
    """An environment with no stack files, no AWS configuration, no credentials."""
    cleared = {name: "" for name in os.environ if name.startswith("AWS_")}
    return {
        **cleared,
        "HOME": str(tmp_path),
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "GROUNDSKEEPER_CONFIG_DIR": str(tmp_path / "settings"),
        "GROUNDSKEEPER_STATE_DIR": str(tmp_path / "state"),
        "GROUNDSKEEPER_RUNTIME_DIR": str(tmp_path / "run"),
    }


def written(folder: str, text: str) -> None:
    path = Path(folder) / "stacks" / "shop.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)


def test_health_as_json_has_the_shape_and_the_exit_code_of_its_worst_level(demo: DemoServer) -> None:
    demo.wait_ready("mra-mines")
    done = run("health", "--demo", "--stack", "mra-mines", "--json", env=demo.environment)
    answer: dict[str, Any] = json.loads(done.stdout)
    assert set(answer) == {"stack", "at", "findings"}
    assert answer["stack"] == "mra-mines"
    assert all(set(finding) == KEYS for finding in answer["findings"])
    stack = load(next(path for path in demo.record.stack_files if path.stem == "mra-mines"))
    assert {finding["source"] for finding in answer["findings"]} == {source.name for source in wanted_by(stack)}
    levels = {finding["level"] for finding in answer["findings"]}
    assert done.returncode == (2 if "crit" in levels else 3 if "unknown" in levels else 1)
    order = {"crit": 0, "unknown": 1, "warn": 2, "ok": 3}
    ranks = [order[finding["level"]] for finding in answer["findings"]]
    assert ranks == sorted(ranks)


def test_a_fix_is_a_command_that_runs_as_printed_and_problems_leave_out_what_is_ok(demo: DemoServer) -> None:
    done = run("health", "--demo", "--stack", "mra-mines", "--json", "--problems", env=demo.environment)
    found = json.loads(done.stdout)["findings"]
    assert found and not any(finding["level"] == "ok" for finding in found)
    fix = next(finding["fix"] for finding in found if finding["fix"])
    program, *words = shlex.split(fix["cli"])
    assert (program, words[0]) == ("groundskeeper", "apply")
    asked = run("plan", *words[1:], "--json", env=demo.environment)
    assert asked.returncode == 0, asked.stderr
    assert json.loads(asked.stdout)["operation"] == fix["operation"]


def test_without_a_stack_the_json_is_an_array_of_all(demo: DemoServer) -> None:
    done = run("--demo", "health", "--json", env=demo.environment)
    assert [one["stack"] for one in json.loads(done.stdout)] == list(demo.record.stacks)


def test_the_demo_without_a_terminal_prints_health_and_ends_with_0(demo: DemoServer) -> None:
    done = run("--demo", env=demo.environment)
    assert done.returncode == 0, done.stderr
    assert "mra-mines" in done.stdout
    assert "\x1b" not in done.stdout


def test_the_console_without_a_terminal_names_the_subcommand(empty: dict[str, str]) -> None:
    done = run(env=empty)
    assert done.returncode == 2
    assert "groundskeeper health" in done.stderr


def test_a_closed_pipe_is_a_quiet_end(demo: DemoServer) -> None:
    command = f"{sys.executable} -m console health --demo --stack mra-mines | head -1"
    done = subprocess.run(
        ["bash", "-c", command], env=demo.environment, cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["stacks", "--demo", "--profile", "x"], 2, "leave out"),
        (["stacks", "--scenario", "x"], 2, "--demo"),
        (["stacks", "--now", "2026-03-08T01:00"], 2, "--now belongs to the demo: add --demo"),
        (["stacks", "--seed", "3"], 2, "--seed belongs to the demo: add --demo"),
        (["stacks", "--write", "--read-only"], 2, "contradict"),
        (["stacks", "--write"], 2, "--reason"),
        (["stacks", "--endpoint-url", "localhost:1"], 2, "give a URL"),
        (["health", "--stack", "nope"], 3, "no stack 'nope'"),
        (["health", "--stack", "nope.toml"], 3, "cannot be read"),
        (["health", "--nosuch"], 3, "unrecognized arguments: --nosuch"),
        (["health", "--view", "nosuch"], 3, "lambda.performance"),
        (["journal", "--nosuch"], 2, "unrecognized arguments: --nosuch"),
        (["nonsense"], 2, "invalid choice"),
    ],
)
def test_bad_usage_is_a_sentence_and_an_exit_code(
    empty: dict[str, str], words: list[str], code: int, says: str
) -> None:
    done = run(*words, env=empty)
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_view_is_read_in_place_of_the_checks(demo: DemoServer) -> None:
    demo.wait_ready("mra-mines")
    done = run(
        "health", "--demo", "--stack", "mra-mines", "--view", "lambda.performance", "--json", env=demo.environment
    )
    found = json.loads(done.stdout)["findings"]
    assert found and {finding["source"] for finding in found} == {"lambda.performance"}
    assert done.returncode in (0, 1)


def test_an_unknown_stack_is_answered_with_the_nearest_name(demo: DemoServer) -> None:
    done = run("health", "--demo", "--stack", "mra-mine", env=demo.environment)
    assert done.returncode == 3
    assert "Did you mean mra-mines?" in done.stderr


STACK = 'name = "shop"\nregion = "eu-west-1"\n[[ecs]]\ncluster = "c"\n'


def test_no_credentials_is_a_sentence_with_the_next_step(empty: dict[str, str]) -> None:
    written(empty["GROUNDSKEEPER_CONFIG_DIR"], STACK)
    done = run("health", "--stack", "shop", env=empty)
    assert done.returncode == 3
    assert "No AWS credentials were found." in done.stderr
    assert "--demo" in done.stderr


def test_no_region_and_a_wrong_one_are_sentences(empty: dict[str, str]) -> None:
    written(empty["GROUNDSKEEPER_CONFIG_DIR"], STACK.replace('region = "eu-west-1"\n', ""))
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    none = run("health", "--stack", "shop", "--json", env={**empty, **keys})
    assert none.returncode == 3
    assert "region" in none.stderr + none.stdout
    written(empty["GROUNDSKEEPER_CONFIG_DIR"] + "2", STACK)
    wrong = run(
        *("health", "--stack", "shop", "--region", "us-east-1"),
        env={**empty, **keys, "GROUNDSKEEPER_CONFIG_DIR": empty["GROUNDSKEEPER_CONFIG_DIR"] + "2"},
    )
    assert wrong.returncode == 3
    assert "contradicts" in wrong.stderr


def test_an_endpoint_that_does_not_answer_is_a_sentence(empty: dict[str, str]) -> None:
    written(empty["GROUNDSKEEPER_CONFIG_DIR"], STACK)
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    done = run("health", "--stack", "shop", "--endpoint-url", "http://127.0.0.1:9", env={**empty, **keys})
    assert done.returncode == 3
    assert "No answer" in done.stderr
    assert "127.0.0.1:9" in done.stderr


def test_another_account_than_the_stack_files_is_refused(demo: DemoServer, empty: dict[str, str]) -> None:
    written(empty["GROUNDSKEEPER_CONFIG_DIR"], 'account = "999999999999"\n' + STACK)
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    done = run("health", "--stack", "shop", "--endpoint-url", demo.url, "--json", env={**empty, **keys})
    assert done.returncode == 3
    assert "belong to account 123456789012" in done.stderr
    assert [finding["level"] for finding in json.loads(done.stdout)["findings"]] == ["unknown"]


def test_a_bad_stack_file_is_named_with_place_and_what_is_allowed(empty: dict[str, str]) -> None:
    written(empty["GROUNDSKEEPER_CONFIG_DIR"], 'name = "shop"\n[[ecs]]\nclustr = "c"\n')
    done = run("stacks", env=empty)
    assert done.returncode == 2
    assert "shop.toml: ecs[0].clustr: unknown key 'clustr'. Nearest: cluster." in done.stderr


def test_stacks_lists_them_with_their_files(demo: DemoServer) -> None:
    done = run("stacks", "--demo", "--json", env=demo.environment)
    rows = json.loads(done.stdout)
    assert [row["name"] for row in rows] == list(demo.record.stacks)
    assert all(Path(row["file"]).exists() for row in rows)


def test_the_read_only_policy_allows_what_sources_and_logs_need_and_nothing_that_writes() -> None:
    document = json.loads(run("policy", "--read-only").stdout)
    allowed = {action for statement in document["Statement"] for action in statement["Action"]}
    sources = (*SOURCES.values(), *VIEWS.values())
    declared = {action for source in sources for action in source.permissions}
    own = {action for task in SCREEN_TASKS if task.danger is Danger.READ for action in task.permissions}
    assert allowed == {*declared, *own, "sts:GetCallerIdentity"}
    assert {"logs:StartLiveTail", "elasticbeanstalk:RequestEnvironmentInfo"} <= allowed


def test_demo_server_says_what_is_simulated() -> None:
    done = run("demo-server", "--about")
    assert done.returncode == 0
    assert "ecs:" in done.stdout


def test_version_and_help() -> None:
    assert run("--version").stdout.startswith("groundskeeper ")
    shown = run("--help").stdout
    assert all(name in shown for name in ("health", "stacks", "policy", "demo-server"))


def test_one_broken_stack_file_does_not_hide_the_others(empty: dict[str, str]) -> None:
    written(empty["GROUNDSKEEPER_CONFIG_DIR"], STACK)
    other = Path(empty["GROUNDSKEEPER_CONFIG_DIR"]) / "stacks" / "broken.toml"
    other.write_text('name = "broken"\n[thresholds."ecs.utilisation"]\ncpu_warm = 1\n')
    done = run("stacks", env=empty)
    assert done.returncode == 0
    assert "shop" in done.stdout
    assert "broken.toml" in done.stderr and "Nearest: cpu_warn." in done.stderr
    assert run("health", "--stack", "broken", env=empty).returncode == 3


def test_a_demo_that_runs_is_joined_only_by_who_wants_its_moment_and_its_chance(demo: DemoServer) -> None:
    begun = demo.record.now or ""
    same = run("stacks", "--demo", "--now", begun, "--json", env=demo.environment)
    assert (same.returncode, len(json.loads(same.stdout))) == (0, len(demo.record.stacks))
    other = run("stacks", "--demo", "--now", "2026-03-08T01:00", env=demo.environment)
    assert other.returncode == 2
    assert f"A demo runs already, which began with --now {begun}. Next: leave --now out" in other.stderr
    chance = run("stacks", "--demo", "--seed", "3", env=demo.environment)
    assert chance.returncode == 2
    assert "leave --seed out to join it" in chance.stderr


@pytest.mark.parametrize("words", ["logs web --since -10m", "plan logs.export --start -1h", "--stack -x"])
def test_a_value_that_begins_with_a_dash_is_told_how_to_be_written(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        make_parser(words.split()).parse_args(words.split())
    assert ended.value.code == USAGE
    assert f"one that begins with a dash is written {words.split()[-2]}=-VALUE." in capsys.readouterr().err


@pytest.mark.parametrize("empty", ["", " "])
@pytest.mark.parametrize(
    "words",
    [
        *(
            f"{command} --{flag}"
            for command in ("", "policy", "plan ecs.restart")
            for flag in ("stack", "profile", "region")
        ),
        *(f"--{flag}" for flag in ("endpoint-url", "scenario", "now", "reason", "theme", "screen")),
        *(f"init --{flag}" for flag in ("prefix", "tag", "terraform", "beanstalk", "name", "environment")),
        *("undo", "journal", "logs", "logs web"),
    ],
)
def test_an_empty_value_is_never_taken_for_one_that_was_not_given(
    words: str, empty: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [*words.split(), empty]
    with pytest.raises(SystemExit) as ended:
        make_parser(given).parse_args(given)
    assert ended.value.code == USAGE
    assert "it is empty. Next: give a value" in capsys.readouterr().err
