"""Endpoints are those that the aws command line would use, and printed commands lead to the same ones."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from console.aws.call import Aws
from console.aws.connections import Connections
from console.aws.login.identity import Identity
from console.aws.meter import Meter
from console.aws.target import command
from console.desk.workspace import Workspace
from console.operations.lists import Pair
from console.operations.preview import Shell
from console.options import Options
from console.problems import Failure
from console.services.logs.operations import SetRetention
from console.stack.stack import Stack
from console.text import Clean

CLOSED = "http://127.0.0.1:9"
A, B, C = (f"http://127.0.0.1:{port}" for port in (9001, 9002, 9003))
STACK = Stack(name="shop", region="eu-west-1")
Config = Callable[[str], int]
IGNORE = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
SERVICES = f"[default]\nservices = mine\nendpoint_url = {A}\n[services mine]\ncloudwatch_logs =\n  endpoint_url = {B}\n"


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Write the AWS config file, with an environment that names no endpoint."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("CONFIG", "STATE", "RUNTIME"):
        monkeypatch.setenv(f"GROUNDSKEEPER_{name}_DIR", str(tmp_path / name))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    (tmp_path / "config").touch()
    return (tmp_path / "config").write_text


CASES = [
    ({"AWS_ENDPOINT_URL": A, "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": B}, "", None, B, A),
    ({"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": B}, "", None, B, None),
    ({"AWS_ENDPOINT_URL": C}, SERVICES, None, C, C),
    ({"AWS_ENDPOINT_URL_STS": C}, SERVICES, None, B, C),
    ({}, SERVICES, None, B, A),
    ({"AWS_ENDPOINT_URL": A, IGNORE: "true"}, SERVICES, None, None, None),
    ({"AWS_ENDPOINT_URL": A}, "[default]\nignore_configured_endpoint_urls = true\n", None, None, None),
    (
        {IGNORE: "false"},
        SERVICES.replace("services", "ignore_configured_endpoint_urls = true\nservices", 1),
        None,
        B,
        A,
    ),
    ({"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": B, IGNORE: "true"}, SERVICES, C, C, C),
]


@pytest.mark.parametrize(("variables", "text", "given", "logs", "sts"), CASES)
async def test_each_service_has_the_endpoint_that_aws_would_use(
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    text: str,
    given: str | None,
    logs: str | None,
    sts: str | None,
) -> None:
    config(text)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    target = Workspace(Options(endpoint_url=given), stacks=(STACK,)).target(STACK)
    aws = Aws(target, Meter())
    for service, expected in (("logs", logs), ("sts", sts)):
        client = await aws.client(service)
        assert client.meta.endpoint_url == (expected or f"https://{service}.eu-west-1.amazonaws.com")
        assert (client.meta.config.inject_host_prefix is False) is (expected is not None)
        printed = Shell(aws.reached).aws(service, ["x"])
        assert (f"--endpoint-url {expected}" in printed) if expected else ("--endpoint-url" not in printed)
    await aws.close()


@pytest.mark.parametrize(
    ("given", "variables", "named"),
    [
        (CLOSED, {}, "--endpoint-url, the stack file or the demo names it"),
        (None, {"AWS_ENDPOINT_URL": CLOSED}, "AWS_ENDPOINT_URL, or the AWS config for it, names it"),
        (None, {"AWS_ENDPOINT_URL": A, "AWS_ENDPOINT_URL_STS": CLOSED}, "AWS_ENDPOINT_URL_STS, or the AWS config"),
    ],
    ids=["given", "for all", "for one"],
)
async def test_where_nobody_answers_it_is_told_what_named_the_endpoint(
    config: Config, monkeypatch: pytest.MonkeyPatch, given: str | None, variables: dict[str, str], named: str
) -> None:
    config("[default]\n")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    aws = Aws(Workspace(Options(endpoint_url=given), stacks=(STACK,)).target(STACK), Meter())
    with pytest.raises(Failure) as failed:
        await aws.call("sts", "get_caller_identity", expect="Account")
    assert f"That endpoint is none of AWS's: {named}" in failed.value.problem.hint
    await aws.close()


async def test_no_host_name_is_made_for_an_endpoint_of_ones_own(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    config(f"[default]\nendpoint_url = {A}\n")
    aws, sent = Aws(Workspace(Options(), stacks=(STACK,)).target(STACK), Meter()), list[str]()
    client = await aws.client("logs")

    def look(request: object, **_: object) -> None:
        sent.append(str(getattr(request, "url", "")))
        raise ValueError("Enough.")

    client.meta.events.register("request-created", look)
    with pytest.raises(ValueError, match="Enough"):
        await client.start_live_tail(logGroupIdentifiers=["arn:aws:logs:eu-west-1:123456789012:log-group:a"])
    assert sent == [f"{A}/"], "a client for reading would stream from streaming-127.0.0.1"
    await aws.close()


async def test_commands_of_a_resolved_target_need_no_config(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also from a shell that names other endpoints, which would go before those of the config."""
    config(SERVICES)
    monkeypatch.setattr("console.aws.login.identity.who_am_i", _nobody)
    workspace = Workspace(Options(), stacks=(STACK,))
    connections = Connections(workspace.target)
    await (await connections.get(STACK)).aws.client("logs")
    printed = Shell(await connections.resolved(STACK)).aws("logs", ["describe-log-groups"])
    assert f"--endpoint-url {B}" in printed
    await connections.close()


async def _nobody(aws: Aws) -> Identity:
    del aws
    return Identity(Clean("123456789012"), Clean("arn:aws:iam::123456789012:user/ana"))


def words(url: str | None = None, stack: Stack = STACK) -> str:
    return command(
        ("groundskeeper", "undo", "1"), Workspace(Options(endpoint_url=url), stacks=(stack,)).target(stack).words
    )


def test_our_own_commands_lead_to_the_same_endpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    assert words() == "groundskeeper undo 1 --stack shop"
    monkeypatch.setenv("AWS_ENDPOINT_URL", A)
    assert words() == f"groundskeeper undo 1 --stack shop --endpoint-url {A}"
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"{B}/?a&b")
    assert words() == (f"AWS_ENDPOINT_URL={A} AWS_ENDPOINT_URL_DYNAMODB='{B}/?a&b' groundskeeper undo 1 --stack shop")
    assert words(C) == f"groundskeeper undo 1 --stack shop --endpoint-url {C}"
    assert words(stack=Stack(name="shop", endpoint_url=C)) == "groundskeeper undo 1 --stack shop"
    monkeypatch.setenv(IGNORE, "true")
    assert words() == f"{IGNORE}=true groundskeeper undo 1 --stack shop"
    target = Workspace(Options(), stacks=(STACK,)).target(STACK)
    assert Shell(target).aws("sts", []).endswith("--region eu-west-1") and f"{IGNORE}=true aws" in Shell(target).aws(
        "sts", []
    )


def test_a_parameter_that_looks_like_a_variable_stays_a_parameter() -> None:
    fix = SetRetention((Pair("AWS_X", "90"),), "30")
    assert fix.cli(("--stack", "shop")).startswith(
        "groundskeeper apply logs.set-retention --stack shop --groups AWS_X=90"
    )
