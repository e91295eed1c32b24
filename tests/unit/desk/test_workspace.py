"""What a run works on: stack files, or what the account holds where there are none."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from console.__main__ import main
from console.cli import health
from console.desk.desk import Desk
from console.desk.workspace import Workspace, open_workspace
from console.files.settings import Settings
from console.options import Options, UsageError
from console.problems import ProblemKind
from console.stack.stack import Stack
from console.text import Clean
from tests.deadlines import SOON

REGION = "eu-west-1"
Seed = Callable[[str], Any]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for stack files, and an environment that names neither profile nor region."""
    for name in ("CONFIG", "STATE", "RUNTIME"):
        monkeypatch.setenv(f"GROUNDSKEEPER_{name}_DIR", str(tmp_path / name))
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    stacks = tmp_path / "CONFIG" / "stacks"
    stacks.mkdir(parents=True)
    return stacks


def test_the_command_line_goes_before_the_file_the_environment_and_the_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = Settings(profile="set", region="us-east-2")
    bare, named = Stack(name="bare"), Stack(name="named", profile="file", region=REGION)
    plain = Workspace(Options(), settings, (bare, named))
    assert (plain.target(bare).profile, plain.target(bare).region) == ("set", "us-east-2")
    monkeypatch.setenv("AWS_PROFILE", "environment")
    monkeypatch.setenv("AWS_REGION", "us-west-1")
    assert (plain.target(bare).profile, plain.target(bare).region) == ("environment", "us-west-1")
    assert (plain.target(named).profile, plain.target(named).region) == ("file", REGION)
    flags = Workspace(Options(profile="flag", region=REGION), settings, (bare, named))
    assert (flags.target(named).profile, flags.target(bare).region) == ("flag", REGION)
    with pytest.raises(UsageError, match="contradicts stack named"):
        Workspace(Options(region="us-east-1"), settings, (named,)).target(named)


def test_keys_in_the_environment_go_before_a_profile_that_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """As for the aws command line: a profile that is named outright would switch them off."""
    monkeypatch.setenv("AWS_PROFILE", "environment")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    workspace = Workspace(Options())
    assert workspace.target(Stack(name="shop")).profile is None
    assert "--profile" not in workspace.words(Stack(name="shop"))
    assert workspace.target(Stack(name="shop", profile="file")).profile == "file"
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    assert workspace.target(Stack(name="shop")).profile == "environment"


def test_a_stack_that_is_not_there_names_those_that_are(folder: Path) -> None:
    (folder / "shop.toml").write_text('name = "shop"')
    with pytest.raises(UsageError, match="Did you mean shop"):
        open_workspace(Options(stack="shopp")).chosen  # noqa: B018
    (folder / "twin.toml").write_text('name = "shop"')
    (twin,) = open_workspace(Options()).broken
    assert "taken by" in twin


def test_a_further_command_comes_to_the_same_stack(folder: Path, tmp_path: Path) -> None:
    (folder / "shop.toml").write_text('name = "shop"')
    (tmp_path / "elsewhere.toml").write_text('name = "other"')
    known = open_workspace(Options(profile="ops", region=REGION))
    assert known.words(known.stack("shop")) == ("--stack", "shop", "--profile", "ops", "--region", REGION)
    path = str(tmp_path / "elsewhere.toml")
    given = open_workspace(Options(stack=path, endpoint_url="http://127.0.0.1:1"))
    assert given.target(given.stack("other")).words == ("--stack", path, "--endpoint-url", "http://127.0.0.1:1")


def test_without_files_only_the_account_is_looked_for() -> None:
    assert open_workspace(Options()).undescribed
    assert open_workspace(Options(stack="account-123456789012")).undescribed
    with pytest.raises(UsageError, match="groundskeeper init"):
        open_workspace(Options(stack="shop")).chosen  # noqa: B018


def test_where_all_files_are_broken_the_account_does_not_stand_in_for_them(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("shop", "other"):
        (folder / f"{name}.toml").write_text(f'name = "{name}"\nzzz = 1')
    assert not open_workspace(Options()).undescribed
    assert checked(Options(), capsys) == (3, [])


def fill(seed: Seed) -> None:
    seed("ecs").create_cluster(clusterName="shop")
    seed("ecs").register_task_definition(family="w", containerDefinitions=[{"name": "w", "image": "w", "memory": 128}])
    seed("ecs").create_service(cluster="shop", serviceName="web", taskDefinition="w", desiredCount=0)
    seed("s3").create_bucket(Bucket="shop-site", CreateBucketConfiguration={"LocationConstraint": REGION})
    seed("dynamodb").create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    seed("rds").create_db_instance(
        DBInstanceIdentifier="shop-db",
        Engine="postgres",
        DBInstanceClass="db.t3.small",
        AllocatedStorage=20,
        MasterUsername="admin",
        MasterUserPassword="not-a-secret",
    )


def checked(options: Options, capsys: pytest.CaptureFixture[str]) -> tuple[int, Any]:
    code = health.run(argparse.Namespace(json=True, problems=False, view=None, all=False), options)
    return code, json.loads(capsys.readouterr().out)


def test_health_without_a_stack_file_judges_what_the_account_holds(
    moto_url: str, seed: Seed, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(seed)
    _, (report,) = checked(Options(endpoint_url=moto_url, region=REGION), capsys)
    assert report["stack"] == "account-123456789012"
    assert {finding["resource"] for finding in report["findings"]} >= {"web", "orders", "shop-db", "shop-site"}
    _, chosen = checked(Options(stack="account-123456789012", endpoint_url=moto_url, region=REGION), capsys)
    assert chosen["stack"] == "account-123456789012"


def test_health_without_a_stack_file_and_credentials_says_so_and_is_unknown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    code, (report,) = checked(Options(region=REGION), capsys)
    assert (code, report["findings"][0]["level"]) == (3, "unknown")
    assert "No AWS credentials were found" in report["findings"][0]["what"]


def test_health_without_a_region_asks_for_one(moto_url: str, seed: Seed, capsys: pytest.CaptureFixture[str]) -> None:
    del seed
    code, (report,) = checked(Options(endpoint_url=moto_url), capsys)
    assert code == 3
    assert "--region" in report["findings"][0]["what"]


class Watched:
    """A desk whose changes can be waited for."""

    def __init__(self, options: Options) -> None:
        self.desk = Desk(options)
        self.opening: list[Clean] = []
        self._changed = asyncio.Event()
        self.desk.listen(self, self._note)

    def _note(self) -> None:
        self.opening.append(self.desk.opening)
        self._changed.set()

    async def until(self, holds: Callable[[Desk], object]) -> None:
        async with asyncio.timeout(SOON):
            while not holds(self.desk):
                self._changed.clear()
                await self._changed.wait()


async def test_the_desk_opens_before_the_account_has_answered(moto_url: str, seed: Seed) -> None:
    fill(seed)
    watched = Watched(Options(endpoint_url=moto_url, region=REGION))
    await watched.desk.open()
    assert watched.desk.stack is None
    await watched.until(lambda desk: desk.stack)
    assert watched.desk.stack is not None and watched.desk.stack.name == "account-123456789012"
    assert watched.desk.stacks == (watched.desk.stack,)
    assert any("kinds ..." in words for words in watched.opening) and watched.desk.opening == ""
    await watched.desk.close()


async def test_the_desk_finds_the_account_as_soon_as_somebody_signs_in(
    moto_url: str, seed: Seed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del seed
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    watched = Watched(Options(endpoint_url=moto_url, region=REGION))
    await watched.desk.open()
    await watched.until(lambda desk: desk.problem)
    assert watched.desk.problem is not None and watched.desk.problem.kind is ProblemKind.LOGIN
    (tmp_path / "none").write_text("[default]\naws_access_key_id = a\naws_secret_access_key = s\n")
    watched.desk.renew()
    await watched.until(lambda desk: desk.stack)
    assert watched.desk.problem is None
    await watched.desk.close()


async def test_the_desk_asks_for_a_code_of_the_mfa_device_and_goes_on_with_it(
    moto_url: str, seed: Seed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del seed
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto_url)
    (tmp_path / "none").write_text(
        "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/Operator\nsource_profile = base\n"
        "mfa_serial = arn:aws:iam::123456789012:mfa/ana\n"
        "[profile base]\naws_access_key_id = a\naws_secret_access_key = s\n"
    )
    watched = Watched(Options(profile="role", region=REGION))
    await watched.desk.open()
    await watched.until(lambda desk: desk.problem)
    problem = watched.desk.problem
    assert problem is not None
    assert (problem.code, problem.about) == ("MFARequired", "arn:aws:iam::123456789012:mfa/ana")
    watched.desk.sign_in.mfa("123456")
    await watched.until(lambda desk: desk.stack)
    assert watched.desk.problem is None
    await watched.desk.close()


async def test_closing_the_desk_ends_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    desk = Desk(Options(region=REGION))
    await desk.open()
    await desk.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}


def test_a_change_is_planned_on_what_the_account_holds(
    moto_url: str, seed: Seed, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(seed)
    words = ["plan", "dynamodb.enable-pitr", "--table", "orders", "--endpoint-url", moto_url, "--region", REGION]
    assert main([*words, "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert (plan["account"], plan["region"]) == ("123456789012", REGION)


def test_stacks_tells_which_start_read_only_and_why(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.toml").write_text('name = "a"')
    (folder / "b.toml").write_text('name = "b"\nenvironment = "prod"\nproduction = false')
    (folder / "c.toml").write_text('name = "c"\nproduction = false')
    (folder / "d.toml").write_text('name = "d"\nproduction = true')
    assert main(["stacks"]) == 0
    ends = ["not said: read-only", "in doubt: read-only", "not production", "PRODUCTION"]
    shown = capsys.readouterr().out.splitlines()
    assert all(line.endswith(f"  {end}") for line, end in zip(shown, ends, strict=True))
    assert main(["stacks", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["production"] for row in told] == [None, False, False, True]
    assert [row["starts_read_only"] for row in told] == [True, True, False, True]
    assert [row["standing"] for row in told] == ["not said", "in doubt", "not production", "production"]
    assert told[2]["why"] is None and "does not say" in told[0]["why"]


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_write_needs_a_reason(reason: str | None) -> None:
    with pytest.raises(UsageError, match="--reason"):
        Options(write=True, reason=reason).checked()
