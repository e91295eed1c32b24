"""Partitions and regions are those of botocore's data; nothing is asked in a foreign partition."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from botocore.session import get_session

from console.aws.call import Aws
from console.aws.meter import Meter
from console.aws.service_regions import home_of
from console.aws.target import Target
from console.discovery.tags import tagged
from console.inventory.listing import DOMAIN
from console.naming import arn, partitions
from console.operations.preview import Shell
from console.options import Options, UsageError
from console.problems import Failure, ProblemKind
from console.services.cloudfront.kinds import Distribution
from console.services.health import events
from console.stack.stack import Stack
from console.stack_files.file import StackError, load

EVERY = get_session().get_available_partitions()


def test_every_partition_that_botocore_knows_is_known_and_so_are_its_regions() -> None:
    assert {partition.name for partition in partitions.partitions()} == set(EVERY)
    for partition in partitions.partitions():
        assert partition.regions and partition.pattern.fullmatch(partition.home)
        for region in partition.regions:
            assert partitions.partition_of(region) == partition.name
            text = f"arn:{partition.name}:ecs:{region}:123456789012:cluster/c"
            assert arn.read(text).partition == partition.name


@pytest.mark.parametrize("region", ["us-gov-west-1", "cn-north-1", "eusc-de-east-1", "us-iso-east-1", "us-isob-east-1"])
def test_global_services_are_asked_in_their_partition_or_not_at_all(region: str) -> None:
    for service in ("budgets", "ce", "cloudfront", "health", "iam", "route53", "support"):
        home = home_of(service, region)
        assert home is None or not partitions.foreign(home, region), service


@pytest.mark.parametrize(
    ("service", "region", "home"),
    [
        ("iam", "eu-west-1", "us-east-1"),
        ("cloudfront", "cn-north-1", "cn-northwest-1"),
        ("iam", "cn-northwest-1", "cn-north-1"),
        ("health", "us-gov-east-1", "us-gov-west-1"),
        ("cloudfront", "us-gov-west-1", None),
        ("cloudfront", "eusc-de-east-1", None),
        ("iam", "eusc-de-east-1", "eusc-de-east-1"),
        ("ecs", "cn-north-1", "cn-north-1"),
    ],
)
def test_where_a_service_answers(service: str, region: str, home: str | None) -> None:
    assert home_of(service, region) == home


@pytest.mark.parametrize(
    ("region", "says"),
    [
        ("eu-west1", "Nearest: eu-west-1."),
        ("EU-WEST-1", "Nearest: eu-west-1."),
        ("us_gov_west_1", "Nearest: us-gov-west-1."),
        ("europe", "is no region of AWS, which are called as eu-west-1 is."),
    ],
)
def test_a_malformed_region_is_told_with_the_nearest(tmp_path: Path, region: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        Options(region=region).checked()
    file = tmp_path / "shop.toml"
    file.write_text(f'name = "shop"\nregion = "{region}"\n')
    with pytest.raises(StackError, match="Nearest" if "Nearest" in says else "region"):
        load(file)


def test_a_region_that_botocore_does_not_know_yet_is_let_through(tmp_path: Path) -> None:
    assert Options(region="eu-west-9").checked().region == "eu-west-9"
    file = tmp_path / "shop.toml"
    file.write_text('name = "shop"\nregion = "eusc-de-west-7"\n')
    assert load(file).region == "eusc-de-west-7"


def test_a_resource_of_another_partition_is_refused_in_a_stack_file(tmp_path: Path) -> None:
    file = tmp_path / "shop.toml"
    file.write_text('name = "shop"\nregion = "eu-west-1"\n[[dynamodb]]\ntable = "t"\nregion = "cn-north-1"\n')
    with pytest.raises(StackError, match=r"dynamodb\[0\].region: .*in partition aws-cn, but eu-west-1 is in aws"):
        load(file)


def placed(region: str | None) -> Aws:
    return Aws(Target(region=region, endpoint_url="http://127.0.0.1:9"), Meter())


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in (("AWS_ACCESS_KEY_ID", "testing"), ("AWS_SECRET_ACCESS_KEY", "testing")):
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))


async def refusal(aws: Aws, service: str, region: str | None = None) -> Failure:
    with pytest.raises(Failure) as failed:
        await aws.client(service, region)
    await aws.close()
    return failed.value


async def test_what_a_partition_lacks_or_another_one_has_is_not_asked() -> None:
    problem = (await refusal(placed("us-gov-west-1"), "cloudfront")).problem
    assert problem.kind is ProblemKind.UNAVAILABLE
    assert problem.what == "Partition aws-us-gov, where us-gov-west-1 is, has no cloudfront: it was not asked."
    problem = (await refusal(placed("cn-north-1"), "cloudwatch", "us-east-1")).problem
    assert (
        problem.kind is ProblemKind.INVALID
        and "us-east-1 is in partition aws, but cn-north-1 is in aws-cn" in problem.what
    )


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION", "profile"])
async def test_a_malformed_region_of_the_environment_or_the_profile_is_told(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if name == "profile":
        (tmp_path / "config").write_text("[default]\nregion = eu-west1\n")
    else:
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west1")
        monkeypatch.setenv(name, "eu-west1")
    problem = (await refusal(placed(None), "ecs")).problem
    assert problem.kind is ProblemKind.INVALID
    assert "'eu-west1' is no region of AWS" in problem.what and "Nearest: eu-west-1." in problem.what
    assert "AWS_REGION" in problem.hint


async def test_a_service_without_address_that_its_partition_may_lack_is_told_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "")
    monkeypatch.setattr("aiohttp.resolver.ThreadedResolver.resolve", _nowhere)
    aws = Aws(Target(region="cn-north-1"), Meter())
    for service, operation, kind in (
        ("cognito-idp", "describe_user_pool", ProblemKind.UNAVAILABLE),
        ("sns", "get_topic_attributes", ProblemKind.NETWORK),
    ):
        asked = {"UserPoolId": "cn-north-1_a"} if service == "cognito-idp" else {"TopicArn": "t"}
        with pytest.raises(Failure) as failed:
            await aws.call(service, operation, expect=None, **asked)
        assert failed.value.problem.kind is kind
    await aws.close()


@pytest.mark.parametrize(
    ("region", "says"),
    [("eu-wst-1", "eu-wst-1 is no region that is known here. Nearest: eu-west-1. Check"), ("eu-west-1", "Check")],
)
async def test_a_region_that_leads_nowhere_and_is_not_known_is_told_with_the_nearest(
    monkeypatch: pytest.MonkeyPatch, region: str, says: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "")
    monkeypatch.setattr("aiohttp.resolver.ThreadedResolver.resolve", _nowhere)
    aws = Aws(Target(region=region), Meter())
    with pytest.raises(Failure) as failed:
        await aws.call("sns", "get_topic_attributes", expect=None, TopicArn="t")
    assert failed.value.problem.hint.startswith(says)
    await aws.close()


async def _nowhere(*_: Any, **__: Any) -> Any:
    raise OSError("Name or service not known")


class Tagged:
    """Stands in for `Aws`: keeps in which regions the tags were asked."""

    def __init__(self) -> None:
        self.asked: list[str | None] = []

    async def items(self, *_: Any, region: str | None = None, **__: Any) -> list[Any]:
        self.asked.append(region)
        return []

    async def pages(self, *_: Any, region: str | None = None, **__: Any) -> Any:
        self.asked.append(region)
        yield {"ResourceTagMappingList": []}


@pytest.mark.parametrize(
    ("region", "asked"),
    [
        ("eu-west-1", [None, "us-east-1"]),
        ("us-east-1", [None]),
        ("cn-north-1", [None, "cn-northwest-1"]),
        ("us-gov-west-1", [None]),
    ],
)
async def test_tags_are_looked_for_within_the_partition(region: str, asked: list[str | None]) -> None:
    aws: Any = Tagged()
    await tagged(aws, region, "app", "shop")
    assert aws.asked == asked


async def test_aws_health_says_that_a_partition_has_none() -> None:
    aws = placed("eu-isoe-west-1")
    stack = Stack(name="s", region="eu-isoe-west-1", parts=(Distribution(id="E2QWRUHAPOMQZL"),))
    report = await events.aws_events.fetch(aws, stack)
    await aws.close()
    assert "Partition aws-iso-e" in report.findings[0].what and "has no health" in report.findings[0].what


def test_printed_commands_name_the_region_of_the_partition() -> None:
    assert "--region cn-north-1" in Shell(Target(region="cn-northwest-1")).aws("iam", ["list-users"])


@pytest.mark.parametrize("partition", EVERY)
def test_addresses_are_looked_for_in_the_domain_of_every_partition(partition: str) -> None:
    data = get_session().get_data("partitions")["partitions"]
    (suffix,) = (one["outputs"]["dnsSuffix"] for one in data if one["id"] == partition)
    assert re.fullmatch(DOMAIN, suffix)
