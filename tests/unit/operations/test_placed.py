"""ARNs among the parameters of operations and of ``logs``: made names, or refused where they contradict the stack."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any

import pytest

from console.cli.fields import operation_arguments, operation_of
from console.cli.logs import _stack
from console.desk.workspace import Workspace
from console.logs.groups import resolve
from console.logs.kinds import LOG_GROUP, LogGroup
from console.naming.resource_kind import ResourceKind
from console.operations.in_stack import placed
from console.operations.lists import Pair
from console.operations.operation import Operation
from console.operations.parameters import build, parameters
from console.options import Options, UsageError
from console.problems import Failure
from console.services.awslambda.kinds import FUNCTION, Function
from console.services.awslambda.operations import Resize
from console.services.dynamodb.kinds import TABLE, Table
from console.services.dynamodb.operations import ContinuousBackups
from console.services.ecs.kinds import CLUSTER as ECS_CLUSTER
from console.services.ecs.kinds import SERVICE as ECS_SERVICE
from console.services.ecs.kinds import EcsCluster
from console.services.ecs.operations import Restart, Scale
from console.services.logs.export import Export
from console.services.logs.operations import CreateGroup, SetRetention
from console.services.operations import OPERATIONS
from console.services.s3.kinds import BUCKET, Bucket
from console.stack.names import Told
from console.stack.stack import Stack

REGION, ACCOUNT = "eu-west-1", "123456789012"
ECS, LOGS = f"arn:aws:ecs:{REGION}:{ACCOUNT}:", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:"
TABLE_ARN = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
ARNS: dict[ResourceKind, tuple[str, str]] = {
    ECS_CLUSTER: ("c1", f"{ECS}cluster/c1"),
    ECS_SERVICE: ("web", f"{ECS}service/c1/web"),
    TABLE: ("orders", TABLE_ARN),
    LOG_GROUP: ("/ecs/web", f"{LOGS}/ecs/web:*"),
    FUNCTION: ("notify", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:notify"),
    BUCKET: ("shop-site", "arn:aws:s3:::shop-site"),
}
"""A name and the ARN of the same, by the kind of resource."""

STACK = Stack(
    name="t",
    account=ACCOUNT,
    region=REGION,
    parts=(
        EcsCluster(cluster="c1", services=("web",)),
        EcsCluster(cluster="c2", services=("api",)),
        Table(table="orders"),
        Table(table="far", region="us-east-1"),
        LogGroup(group="/ecs/web"),
        LogGroup(group="/far", region="us-east-1"),
        Function(function="notify"),
        Bucket(bucket="shop-site"),
    ),
)
NAMED = [(kind, parameter) for kind in OPERATIONS.values() for parameter in parameters(kind) if parameter.field.kind]
EXAMPLES: dict[type[Operation], dict[str, Any]] = {
    Scale: {"service": "web", "desired": 1},
    Restart: {"service": "web"},
    ContinuousBackups: {"table": "orders"},
    Resize: {"function": "notify", "memory": 512},
    CreateGroup: {"group": "/ecs/web"},
    SetRetention: {"groups": (Pair("/ecs/web"),), "days": "30"},
    Export: {
        "group": "/ecs/web",
        "bucket": "shop-site",
        "start": datetime(2026, 11, 19, tzinfo=UTC),
        "end": datetime(2026, 11, 20, tzinfo=UTC),
    },
}


@pytest.mark.parametrize(("kind", "parameter"), NAMED, ids=lambda value: getattr(value, "name", ""))
def test_an_arn_is_the_name_that_it_stands_for(kind: type[Operation], parameter: Any) -> None:
    name, arn = ARNS[parameter.field.kind]
    by_name = placed(kind(**{**EXAMPLES[kind], parameter.name: parameter.field.naming([name])}), STACK)
    typed = {**kind(**EXAMPLES[kind]).texts(), parameter.name: arn}
    assert placed(build(kind, typed), STACK) == by_name
    assert "arn:" not in str(by_name)
    for contrary in (arn.replace(ACCOUNT, "999999999999"), arn.replace(REGION, "us-east-1")):
        if contrary != arn:
            with pytest.raises(ValueError, match=r"is an ARN .*, as stack t says. Next: "):
                placed(build(kind, {**typed, parameter.name: contrary}), STACK)
    with pytest.raises(ValueError, match=r"--\w+: .* is the ARN of something else. Next: give the "):
        build(kind, {**typed, parameter.name: f"arn:aws:rds:{REGION}:{ACCOUNT}:db:orders"})


def test_a_list_may_mix_names_and_arns() -> None:
    typed = build(SetRetention, {"groups": f"{LOGS}/a:*=90,/b,{LOGS}/c", "days": "30"})
    assert placed(typed, STACK) == SetRetention((Pair("/a", "90"), Pair("/b"), Pair("/c")), "30")


def test_the_cluster_in_a_services_arn_is_the_services() -> None:
    arn = f"{ECS}service/c1/web"
    assert placed(Scale(arn, 1, f"{ECS}cluster/c1"), STACK) == Scale("web", 1, "c1")
    with pytest.raises(ValueError, match="says cluster c1, but cluster is c2 here"):
        placed(Scale(arn, 1, "c2"), STACK)
    with pytest.raises(ValueError, match="says cluster c1, but cluster is c2 here"):
        placed(Scale(f"{ECS}service/c1/api", 1), STACK)
    twice = Stack(
        name="t",
        account=ACCOUNT,
        region=REGION,
        parts=(
            EcsCluster(cluster="c1", services=("web",)),
            EcsCluster(cluster="c2", services=("web",)),
        ),
    )
    assert placed(Scale(arn, 1), twice) == Scale("web", 1, "c1"), "the ARN says in which of the two"
    with pytest.raises(ValueError, match="does not say in which cluster"):
        placed(Scale(f"{ECS}service/c3/web", 1), twice)
    assert placed(Scale(f"{ECS}service/web", 1), STACK) == Scale("web", 1, "c1"), "old ARNs name no cluster"


def test_a_region_of_its_own_is_what_an_arn_must_agree_with() -> None:
    far = TABLE_ARN.replace("orders", "far")
    assert placed(ContinuousBackups(far.replace(REGION, "us-east-1")), STACK) == ContinuousBackups("far")
    with pytest.raises(ValueError, match=f"is an ARN in {REGION}, not us-east-1"):
        placed(ContinuousBackups(far), STACK)


def test_an_arn_that_cannot_be_compared_is_not_taken_for_a_name() -> None:
    with pytest.raises(ValueError, match=r"which names no account. Next: give the name alone, or add"):
        placed(ContinuousBackups(TABLE_ARN), Stack(name="t", region=REGION))
    with pytest.raises(ValueError, match="which names no region"):
        placed(ContinuousBackups(TABLE_ARN), Stack(name="t", account=ACCOUNT))


def test_the_command_line_refuses_it_as_usage() -> None:
    parser = argparse.ArgumentParser()
    operation_arguments(parser, lambda command: None)
    args = parser.parse_args(["dynamodb.enable-pitr", "--table", TABLE_ARN])
    assert operation_of(args, STACK) == ContinuousBackups("orders")
    args = parser.parse_args(["dynamodb.enable-pitr", "--table", TABLE_ARN.replace(ACCOUNT, "9" * 12)])
    with pytest.raises(UsageError, match=r"--table: .* is an ARN of account 999999999999"):
        operation_of(args, STACK)
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(["dynamodb.enable-pitr", "--table", "arn:aws:s3:::orders"])
    assert ended.value.code == 2


class Listed:
    """An account with some log groups."""

    def __init__(self, *names: str) -> None:
        self.names = names

    async def pages(self, *_: str, logGroupNamePrefix: str, **__: Any) -> Any:  # noqa: N803
        yield {"logGroups": [{"logGroupName": name} for name in self.names if name.startswith(logGroupNamePrefix)]}


async def test_the_arn_of_a_log_group_means_that_one_alone() -> None:
    account: Any = Listed("/ecs/web-2", "/other", "/other-2")
    assert await resolve(account, [f"{LOGS}/ecs/web:*"], STACK) == (LogGroup(group="/ecs/web"),)
    assert await resolve(account, [f"{LOGS}/other"], STACK) == (LogGroup(group="/other"),)
    with pytest.raises(Failure, match="No log group is named"):
        await resolve(account, [f"{LOGS}/ecs/w"], STACK)
    far = f"{LOGS}/far".replace(REGION, "us-east-1")
    assert await resolve(account, [far], STACK) == (LogGroup(group="/far", region="us-east-1"),)
    for wrong, says in (
        (f"{LOGS}/far", "is an ARN in eu-west-1, not us-east-1"),
        (f"{LOGS}/other".replace(ACCOUNT, "9" * 12), "is an ARN of account 999999999999"),
        (TABLE_ARN, "is the ARN of something else"),
    ):
        with pytest.raises(Failure, match=says):
            await resolve(account, [wrong], STACK)


def test_the_arn_of_a_log_group_tells_the_stack() -> None:
    other = Stack(name="other", account="9" * 12, region=REGION, parts=STACK.of(LogGroup))
    workspace = Workspace(Options(), stacks=(other, STACK))
    assert _stack(workspace, [f"{LOGS}/ecs/web"]) is STACK
    with pytest.raises(UsageError, match="Which stack"):
        _stack(workspace, ["/ecs/web"])


def test_what_arns_tell_goes_with_the_calls_of_a_stack() -> None:
    workspace = Workspace(Options(), stacks=(STACK,), told={"t": Told(ACCOUNT, REGION)})
    target = workspace.target(STACK)
    assert (target.told_account, target.told_region) == (ACCOUNT, REGION)
    assert target.login == Workspace(Options(), stacks=(STACK,)).target(STACK).login, "one login, whatever it leads to"
