"""`groundskeeper doctor` says what is missing, and what to do next."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from console.__main__ import main
from console.checkup import access, machine
from console.checkup.libraries import libraries
from console.checkup.verdict import Mark, Verdict
from console.problems import Problem, ProblemKind
from console.services.awslambda.kinds import Function
from console.services.cloudwatch.kinds import Alarms
from console.services.ecs.kinds import EcsCluster
from console.stack.stack import Stack
from console.text import Clean
from tests.faults import Fault, FaultProxy

REGION = "eu-west-1"
TEXTUAL = metadata.version("textual")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
Seed = Callable[[str], Any]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CONFIG", "STATE", "RUNTIME"):
        monkeypatch.setenv(f"GROUNDSKEEPER_{name}_DIR", str(tmp_path / name))
    monkeypatch.setenv("AWS_REGION", REGION)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return tmp_path


def marks(verdicts: Any) -> dict[str, Mark]:
    return {verdict.check: verdict.mark for verdict in verdicts}


def test_a_pipe_is_no_terminal_but_no_fault() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    verdicts = list(machine.terminal(stream, stream, stream, {}))
    assert marks(verdicts) == {"terminal": Mark.WARN, "locale": Mark.OK, "colours": Mark.OK}
    assert all(verdict.next for verdict in verdicts if verdict.mark is not Mark.OK)


def test_a_locale_without_utf_8_says_what_to_export() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    (locale,) = [verdict for verdict in machine.terminal(stream, stream, stream, {}) if verdict.check == "locale"]
    assert (locale.mark, locale.next) == (Mark.FAIL, "export LC_ALL=C.UTF-8")


def test_folders_are_made_for_the_operator_alone(home: Path) -> None:
    assert marks(machine.folders()) == {"settings": Mark.OK, "state folder": Mark.OK, "runtime folder": Mark.OK}
    assert (home / "STATE").stat().st_mode & 0o777 == 0o700
    (home / "STATE").chmod(0o755)
    (home / "RUNTIME").rmdir()
    (home / "RUNTIME").write_text("in the way")
    (home / "CONFIG").mkdir()
    (home / "CONFIG" / "settings.toml").write_text("zzz = 1")
    verdicts = {verdict.check: verdict for verdict in machine.folders()}
    assert verdicts["state folder"].mark is Mark.FAIL and "mode 755" in verdicts["state folder"].what
    assert verdicts["state folder"].next.startswith(f"chmod 700 {home / 'STATE'}, or name a folder of your own")
    assert verdicts["runtime folder"].mark is Mark.FAIL
    assert verdicts["settings"].mark is Mark.FAIL and "zzz" in verdicts["settings"].what


def test_tools_that_are_absent_are_told_with_how_to_install_them(tmp_path: Path) -> None:
    plugin = tmp_path / "session-manager-plugin"
    plugin.write_text("#!/bin/sh\necho 1.2.650.0\n")
    plugin.chmod(0o755)
    there = {"session-manager-plugin": str(plugin), "ssh": "/usr/bin/ssh"}
    verdicts = {verdict.check: verdict for verdict in machine.tools(there.get)}
    assert verdicts["session-manager-plugin"].what == f"{plugin} 1.2.650.0"
    assert verdicts["aws"].mark is Mark.WARN and "Install it" in verdicts["aws"].next


CLOCKS = [(0, Mark.OK, "right"), (-59, Mark.OK, "minute"), (61, Mark.WARN, "ahead"), (-301, Mark.FAIL, "behind")]


@pytest.mark.parametrize(("seconds", "mark", "says"), CLOCKS)
def test_the_clock_is_compared_with_the_endpoints(seconds: int, mark: Mark, says: str) -> None:
    reached = access.Reached("https://sts.example", NOW - timedelta(seconds=seconds))
    _, clock = access.of_endpoint(reached, NOW)
    assert clock.mark is mark and says in clock.what


def test_an_endpoint_that_does_not_answer_has_no_clock() -> None:
    problem = Problem(ProblemKind.NETWORK, Clean("No answer."), Clean("Check the line."))
    assert list(access.of_endpoint(access.Reached("https://sts.example", None, problem), NOW)) == [
        Verdict("endpoint", Mark.FAIL, Clean("No answer."), Clean("Check the line."))
    ]


def test_permissions_are_tried_on_one_resource_of_each_kind() -> None:
    stack = Stack(
        name="shop",
        parts=(
            *tuple(Function(function=f"f{number}") for number in range(100)),
            EcsCluster(cluster="a", services=("web", "worker")),
            Alarms(prefixes=("a", "b")),
        ),
        skip=("ecs.tasks", "logs.recent-errors"),
    )
    few = access.sample(stack)
    assert few.of(Function) == (Function(function="f0"),)
    assert (few.of(EcsCluster), few.of(Alarms), few.skip) == (stack.of(EcsCluster), stack.of(Alarms), stack.skip)


def examined(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, dict[str, str]]]:
    code = main(["doctor", "--json", *words])
    return code, {line["check"]: line for line in json.loads(capsys.readouterr().out)}


def test_a_way_that_is_open_is_ok_from_the_endpoint_to_each_check(
    moto_url: str, seed: Seed, capsys: pytest.CaptureFixture[str]
) -> None:
    seed("s3").create_bucket(Bucket="shop-site", CreateBucketConfiguration={"LocationConstraint": REGION})
    code, lines = examined(capsys, "--endpoint-url", moto_url)
    assert code == 0
    assert lines["account: endpoint"]["mark"] == lines["account: clock"]["mark"] == "ok"
    name = "account-123456789012"
    assert "user/moto" in lines[f"{name}: credentials"]["what"]
    assert lines[f"{name}: health: s3.storage"]["mark"] == "ok"
    assert "groundskeeper init" in lines["stack files"]["what"]


def test_what_may_not_be_read_is_named_with_its_permission(
    moto_url: str, seed: Seed, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del seed
    (home / "CONFIG" / "stacks").mkdir(parents=True)
    (home / "CONFIG" / "stacks" / "shop.toml").write_text('name = "shop"\n[[lambda]]\nfunction = "f"')
    with FaultProxy(moto_url, lambda seen: Fault.DENIED if seen.service == "lambda" else Fault.NONE) as proxy:
        code, lines = examined(capsys, "--endpoint-url", proxy.url)
    assert code == 1
    line = lines["shop: health: lambda.functions"]
    assert (line["mark"], line["what"]) == ("fail", "Not allowed: lambda:GetFunction.")
    assert line["next"] == "Add it. All that are needed: groundskeeper policy --read-only --stack shop"


def test_a_stack_file_that_does_not_say_whether_it_is_production_is_told(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = home / "CONFIG" / "stacks"
    files.mkdir(parents=True)
    (files / "a.toml").write_text('name = "a"')
    (files / "b.toml").write_text('name = "b"\nenvironment = "prod"\nproduction = false')
    (files / "c.toml").write_text('name = "c"\nproduction = false')
    (files / "d.toml").write_text('name = "d"\nproduction = true')
    _, lines = examined(capsys, "--endpoint-url", "http://127.0.0.1:1")
    assert {name for name in lines if name.endswith(": production")} == {"a: production", "b: production"}
    unsaid, doubtful = lines["a: production"], lines["b: production"]
    assert unsaid["mark"] == "warn" and "production = false in its file" in unsaid["next"]
    assert unsaid["what"] == "It starts read-only: its stack file does not say whether it is production."
    assert doubtful["mark"] == "warn" and "agree with itself" in doubtful["next"]


def test_without_credentials_the_endpoint_and_clock_are_still_looked_at(
    moto_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(home / "none"))
    code, lines = examined(capsys, "--endpoint-url", moto_url)
    assert code == 1
    assert lines["account: clock"]["mark"] == "ok"
    assert lines["account: credentials"]["mark"] == "fail"
    assert "AWS_PROFILE" in lines["account: credentials"]["next"]


def test_a_stack_file_that_cannot_be_used_is_a_line_and_people_get_words(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "CONFIG" / "stacks").mkdir(parents=True)
    (home / "CONFIG" / "stacks" / "shop.toml").write_text('name = "shop"\nzzz = 1')
    assert main(["doctor"]) == 1
    told = capsys.readouterr().out
    assert "✖ fail stack files:" in told and "zzz" in told
    assert "       next: Mend it, then look again." in told
    assert "1 fail" in told.splitlines()[-1]


def test_a_stack_file_that_cannot_be_used_beside_others_is_a_line_too(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = home / "CONFIG" / "stacks"
    files.mkdir(parents=True)
    (files / "shop.toml").write_text('name = "shop"\nprodution = true')
    (files / "other.toml").write_text('name = "other"\nproduction = false')
    assert main(["doctor", "--endpoint-url", "http://127.0.0.1:1"]) == 1
    told = capsys.readouterr().out
    assert "✖ fail stack files:" in told and "prodution" in told and "Mend it: its stack is left out." in told


def install(folder: Path, name: str, version: str, *more: str) -> None:
    """Let a distribution be found in a folder as installed."""
    place = folder / f"{name}-{version}.dist-info"
    place.mkdir()
    (place / "METADATA").write_text("\n".join(("Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}", *more)))


def test_what_is_installed_here_is_what_was_tested() -> None:
    (versions,) = libraries()
    assert versions.mark is Mark.OK
    assert f"textual {TEXTUAL}" in versions.what and "moto" in versions.what
    assert "ruff" not in versions.what  # which is for its developers


@pytest.mark.parametrize("version", ["8.2.9", "8.2.7", "9.0.0", "8.2.9rc1", "of my own"])
def test_a_library_of_another_version_than_was_tested_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, capsys: pytest.CaptureFixture[str]
) -> None:
    install(tmp_path, "textual", version)
    monkeypatch.syspath_prepend(tmp_path)
    _, lines = examined(capsys, "--endpoint-url", "http://127.0.0.1:1")
    line = lines["textual"]
    assert line["mark"] == "warn"
    assert line["what"].startswith(f"{version} is installed; Groundskeeper was tested with textual==")
    assert line["next"].endswith(f"-m pip install textual=={TEXTUAL}")
    assert lines["versions"]["mark"] == "ok" and f"textual {version}" in lines["versions"]["what"]


def test_what_was_tested_is_what_the_installation_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ("textual<9,>=8", "gone>=1", "moto[server]==1.0; extra == 'demo'", "absent==1; extra == 'demo'",
              "ruff==0.1; extra == 'dev'", "rich==1; python_version < '3'")  # fmt: skip
    install(tmp_path, "groundskeeper", "0.1.0", *(f"Requires-Dist: {one}" for one in wanted))
    install(tmp_path, "textual", "8.7.1")
    monkeypatch.syspath_prepend(tmp_path)
    verdicts = {verdict.check: verdict for verdict in libraries()}
    assert marks(verdicts.values()) == {"gone": Mark.WARN, "moto": Mark.WARN, "versions": Mark.OK}
    assert verdicts["gone"].what.startswith("None is installed; Groundskeeper was tested with gone>=1 ")
    assert verdicts["moto"].next.endswith("-m pip install moto==1.0")


def test_from_a_folder_that_is_not_installed_it_is_not_known_what_was_tested(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [folder for folder in sys.path if "site-packages" not in folder])
    (versions,) = libraries()
    assert versions.mark is Mark.WARN and "not known" in versions.what and versions.next
