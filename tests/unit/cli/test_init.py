"""`groundskeeper init` writes a stack file that says what is there, and never over another."""

from __future__ import annotations

import io
import json
import os
import stat
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from console.__main__ import main
from console.aws.call import Aws
from console.discovery.draft import draft
from console.discovery.match import Matcher, by_prefix
from console.discovery.parts import parts_of
from console.iam import ALWAYS
from console.inventory.found import FoundResource, Inventory, item, key_of
from console.logs.kinds import LogGroup
from console.problems import Problem, ProblemKind
from console.services.apigateway.kinds import RestApi
from console.services.awslambda.kinds import Function
from console.services.cloudfront.kinds import Distribution
from console.services.cloudwatch.kinds import Alarms
from console.services.cognitoidp.kinds import UserPool
from console.services.docdb.kinds import DbCluster
from console.services.dynamodb.kinds import Table
from console.services.ecr.kinds import Repository
from console.services.ecs.kinds import EcsCluster
from console.services.elasticbeanstalk.kinds import BeanstalkEnvironment
from console.services.elbv2.kinds import LoadBalancer
from console.services.kinds import LISTING_PERMISSIONS
from console.services.rds.kinds import DbInstance
from console.services.s3.kinds import Bucket
from console.services.sns.kinds import Topic
from console.stack.found_account import Unlisted
from console.stack.stack import Stack
from console.stack_files.file import load, parse
from console.text import Clean
from tests.dialogue import somebody

REGION = "eu-west-1"
Seed = Callable[[str], Any]
SECRET = "sentinel-password"
REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
CHINA = "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn"

THERE = Inventory(
    "123456789012",
    REGION,
    (
        item(EcsCluster(cluster="shop"), "shop", "arn:aws:ecs:eu-west-1:123456789012:cluster/shop"),
        item(EcsCluster(cluster="shop", services=("web",)), "web", "ecs:service/shop/web"),
        item(EcsCluster(cluster="shop", services=("worker",)), "worker", "ecs:service/shop/worker"),
        item(Function(function="shop-import"), "shop-import", "lambda:function:shop-import"),
        item(Table(table="orders"), "orders", "dynamodb:table/orders"),
        item(DbInstance(instance="db"), "db", "rds:db:db", "db.abc.eu-west-1.rds.amazonaws.com"),
        item(Bucket(bucket="orders"), "orders", "s3:orders"),
        item(RestApi(api="abc123", stage="live"), "shop api", "abc123", "apigateway:/restapis/abc123",
             "apigateway:/restapis/abc123/stages/live"),
        item(RestApi(api="abc123", stage="test"), "shop api", "abc123", "apigateway:/restapis/abc123",
             "apigateway:/restapis/abc123/stages/test"),
        item(Distribution(id="E1", name="shop.example"), "shop.example", "E1", "d1.cloudfront.net"),
        item(UserPool(user_pool="eu-west-1_a"), "shop users", "eu-west-1_a"),
        item(LogGroup(group="/aws/lambda/shop-import"), "/aws/lambda/shop-import"),
        item(LogGroup(group="/other"), "/other"),
        item(Repository(repository="shop/web"), "shop/web", f"{REGISTRY}/shop/web"),
        item(Repository(repository="shop/web"), "shop/web", f"{CHINA}/shop/web"),
        item(DbCluster(cluster="docs"), "docs", "rds:cluster:docs"),
        item(LoadBalancer(load_balancer="front"), "front", "front-1.eu-west-1.elb.amazonaws.com"),
        item(BeanstalkEnvironment(application="expo", environment="expo-prod"), "expo-prod", "e-abc"),
    ),
)  # fmt: skip


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is called that the policy does not allow."""
    made: list[Aws] = []
    init = Aws.__init__

    def noted(self: Aws, *args: Any, **options: Any) -> None:
        init(self, *args, **options)
        made.append(self)

    monkeypatch.setattr(Aws, "__init__", noted)
    yield
    assert {action for aws in made for action in aws.called} <= {*LISTING_PERMISSIONS, *ALWAYS}


def names(found: list[FoundResource]) -> list[str]:
    return [each.name for each in found]


SAID = [
    ("table", "orders", ["dynamodb"]),
    ("orders_bucket", "orders", ["s3"]),
    ("orders", "orders", ["dynamodb", "s3"]),
    ("x", "arn:aws:lambda:eu-west-1:123456789012:function:shop-import", ["lambda"]),
    ("x", "arn:aws:ecs:eu-west-1:123456789012:service/shop/web", ["ecs"]),
    ("url", "https://abc123.execute-api.eu-west-1.amazonaws.com/live", ["apigateway"]),
    ("url", "https://abc123.execute-api.eu-west-1.amazonaws.com", ["apigateway", "apigateway"]),
    ("site", "https://shop.example/", ["cloudfront"]),
    ("cdn", "D1.cloudfront.net", ["cloudfront"]),
    ("db", "db.abc.eu-west-1.rds.amazonaws.com:5432", ["rds"]),
    ("DATABASE_URL", f"postgres://ana:{SECRET}@db.abc.eu-west-1.rds.amazonaws.com:5432/shop", ["rds"]),
    ("replica", "db.xyz.eu-west-1.rds.amazonaws.com", ["rds"]),
    ("website", "orders.s3-website.eu-west-1.amazonaws.com", ["s3"]),
    ("issuer", "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a", ["cognito"]),
    ("image", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:v1", ["ecr"]),
    ("image", f"{REGISTRY}/shop/web@sha256:{'0f' * 32}", ["ecr"]),
    ("image", f"{REGISTRY}/shop/web:v1@sha256:{'0f' * 32}", ["ecr"]),
    ("image", f"{CHINA}/shop/web:v1", ["ecr"]),
    ("db", "db.abc.rds.cn-north-1.amazonaws.com.cn:3306", ["rds"]),
    ("db", "db.cluster-abc.rds.cn-north-1.amazonaws.com.cn:3306", []),
    ("docs", "docs.cluster-abc.docdb.cn-north-1.amazonaws.com.cn:27017", ["docdb"]),
    ("docs", "docs.cluster-abc.eu-west-1.docdb.amazonaws.com:27017", ["docdb"]),
    ("db", "db.abc.eusc-de-east-1.rds.amazonaws.eu:5432", ["rds"]),
    ("bucket", "https://orders.s3.eusc-de-east-1.amazonaws.eu/a", ["s3"]),
    ("lb", "http://front-1.eu-west-1.elb.amazonaws.com", ["alb"]),
    ("x", "", []),
    ("x", "http://[broken", []),
    ("x", "us-east-1", []),
]


@pytest.mark.parametrize(("said_in", "text", "fields"), SAID, ids=[f"{case[0]} {case[1][:40]}" for case in SAID])
def test_resources_are_found_by_whatever_names_them(said_in: str, text: str, fields: list[str]) -> None:
    assert [each.part.section for each in Matcher(THERE).named_by(text, said_in)] == fields


def test_a_prefix_is_looked_for_in_each_part_of_a_path() -> None:
    assert set(names(by_prefix(THERE, "shop-"))) == {"shop-import", "/aws/lambda/shop-import"}
    assert names(by_prefix(THERE, "/other")) == ["/other"]


def test_a_cluster_is_taken_whole_unless_services_were_named() -> None:
    cluster, web, worker = THERE.items[:3]
    assert parts_of([cluster, web]) == (EcsCluster(cluster="shop"),)
    assert parts_of([cluster, web], whole_clusters=False) == (EcsCluster(cluster="shop", services=("web",)),)
    assert parts_of([worker, web]) == (EcsCluster(cluster="shop", services=("web", "worker")),)


def test_an_arn_is_compared_without_its_account() -> None:
    assert key_of("arn:aws:logs:eu-west-1:1:log-group:/shop:*") == "logs:log-group:/shop"
    assert key_of("arn:aws:s3:::orders") == "s3:orders"
    assert key_of("plain") == "plain"


def test_the_draft_reads_back_equal_and_says_what_it_is_made_of() -> None:
    stack = Stack(
        name="shop",
        parts=(
            UserPool(user_pool="eu-west-1_a"),
            Alarms(prefixes=("shop-",)),
        ),
    )
    denied = Unlisted("EKS clusters", Problem(ProblemKind.DENIED, Clean("Access denied: eks:ListClusters.")))
    text = draft(stack, "the prefix a\nb = 1", date(2026, 11, 20), [denied], {"eu-west-1_a": "users\n[x]"})
    assert parse(text, "draft") == stack
    assert "# Not looked for, since EKS clusters could not be listed: Access denied: eks:ListClusters." in text
    assert 'user_pool = "eu-west-1_a"   # users␊[x]' in text
    assert "# production = false" in text and '# environment = "staging"' in text
    said = draft(Stack(name="shop", environment="dev", production=False), "x", date(2026, 11, 20))
    assert "\nproduction = false\n" in said and '\nenvironment = "dev"\n' in said
    assert "# production" not in said and "# environment" not in said


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moto_url: str, seed: Seed) -> Path:
    """The folder of stack files, with an account to look into."""
    for name in ("CONFIG", "STATE", "RUNTIME"):
        monkeypatch.setenv(f"GROUNDSKEEPER_{name}_DIR", str(tmp_path / name))
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto_url)
    monkeypatch.setenv("AWS_REGION", REGION)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    seed("s3").create_bucket(Bucket="shop-site", CreateBucketConfiguration={"LocationConstraint": REGION})
    seed("logs").create_log_group(logGroupName="/aws/lambda/shop-import")
    seed("sns").create_topic(Name="shop-alarms")
    seed("sns").create_topic(Name="other")
    return tmp_path / "CONFIG" / "stacks"


def test_a_stack_file_is_written_once_it_was_shown_and_confirmed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--prefix", "shop-", "--environment", "staging"]) == 4
    told = capsys.readouterr()
    assert 'bucket = "shop-site"' in told.out and "--yes" in told.err
    assert not folder.exists()
    assert main(["init", "--prefix", "shop-", "--environment", "staging", "--no-production", "--yes"]) == 0
    assert "production" not in capsys.readouterr().err
    stack = load(folder / "shop.toml")
    assert stack.production is False and not stack.guarded
    assert (stack.name, stack.environment, stack.account, stack.region) == ("shop", "staging", "123456789012", REGION)
    assert [bucket.bucket for bucket in stack.of(Bucket)] == ["shop-site"]
    assert [group.group for group in stack.of(LogGroup)] == ["/aws/lambda/shop-import"]
    assert [topic.topic.rpartition(":")[2] for topic in stack.of(Topic)] == ["shop-alarms"]
    assert stack.of(Alarms) == (Alarms(prefixes=("shop-",)),)


def test_another_stack_file_is_never_replaced_unasked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder.mkdir(parents=True)
    (folder / "shop.toml").write_text('name = "shop"')
    assert main(["init", "--prefix", "shop-", "--yes"]) == 2
    assert "--force" in capsys.readouterr().err
    assert (folder / "shop.toml").read_text() == 'name = "shop"'
    assert main(["init", "--prefix", "shop-", "--yes", "--force", "--production"]) == 0
    assert load(folder / "shop.toml").production


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("", 4), ("n", 4)])
def test_on_a_terminal_no_is_the_default(folder: Path, answer: str, code: int) -> None:
    with somebody() as person:
        person.answers(answer)
        assert main(["init", "--prefix", "shop-", "--environment", "dev", "--no-production"]) == code
    assert (folder / "shop.toml").exists() is (code == 0)


ASKED = [
    (("staging", ""), "[y/N]", "staging", False),
    (("staging", "y"), "[y/N]", "staging", True),
    (("eu-prod", ""), "[Y/n]", "eu-prod", True),
    (("", ""), "[Y/n]", "unknown", True),
    (("", "n"), "[Y/n]", "unknown", False),
    (("stäging", "staging", "perhaps", "NO"), "[y/N]", "staging", False),
]


@pytest.mark.parametrize(("typed", "default", "environment", "production"), ASKED, ids=[str(case[0]) for case in ASKED])
def test_on_a_terminal_environment_and_production_are_asked_for(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    typed: tuple[str, ...],
    default: str,
    environment: str,
    production: bool,
) -> None:
    with somebody() as person:
        person.answers(*typed, "y")
        assert main(["init", "--prefix", "shop-"]) == 0
        shown = person.told.decode()
    assert "Which environment is it" in shown
    assert f"asks more before a change? {default} " in shown
    stack = load(folder / "shop.toml")
    assert (stack.environment, stack.production) == (environment, production)


def test_a_terminal_that_is_closed_at_a_question_writes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with somebody() as person:
        person.answers("staging", person.END)
        assert main(["init", "--prefix", "shop-"]) == 2
    assert "--production or --no-production" in capsys.readouterr().err
    assert not folder.exists()


def test_where_nobody_can_be_asked_it_is_production_and_that_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--prefix", "shop-", "--yes"]) == 0
    told = capsys.readouterr()
    assert "\nproduction = true\n" in told.out
    assert "the file says production = true" in told.err and "--no-production" in told.err
    assert load(folder / "shop.toml").production is True


def test_a_file_that_contradicts_itself_is_written_as_it_was_said_and_that_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--prefix", "shop-", "--environment", "prod", "--no-production", "--yes"]) == 0
    assert 'says production = false, but its environment is named "prod"' in capsys.readouterr().err
    assert load(folder / "shop.toml").guarded


def test_what_cannot_be_an_environment_is_refused_before_anything_is_looked_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--prefix", "shop-", "--environment", "st\x1bging", "--yes"]) == 2
    assert "--environment 'st␛ging': An environment has at most 64 plain characters" in capsys.readouterr().err
    assert not folder.exists()


def test_nothing_found_is_no_stack(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--prefix", "zzz", "--yes"]) == 2
    told = capsys.readouterr().err
    assert "belongs to the prefix zzz" in told and "shop-site" in told
    assert not folder.exists()


def test_terraform_outputs_name_a_stack_and_sensitive_ones_are_never_read(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = {
        "site_bucket": {"sensitive": False, "type": "string", "value": "shop-site"},
        "topics": {"sensitive": False, "value": {"alarms": [f"arn:aws:sns:{REGION}:123456789012:shop-alarms"]}},
        "secret": {"sensitive": True, "value": f"arn:aws:sns:{REGION}:123456789012:other"},
        "count": {"sensitive": False, "value": 3},
    }
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(outputs)))
    assert main(["init", "--terraform", "-", "--yes"]) == 2
    assert "--name" in capsys.readouterr().err
    (tmp_path / "outputs.json").write_text(json.dumps(outputs))
    assert main(["init", "--terraform", str(tmp_path / "outputs.json"), "--name", "Shop", "--yes"]) == 0
    stack = load(folder / "shop.toml")
    assert [bucket.bucket for bucket in stack.of(Bucket)] == ["shop-site"]
    assert [topic.topic.rpartition(":")[2] for topic in stack.of(Topic)] == ["shop-alarms"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 4, "outputs": {}}', '{"a": {"x": 1}}'])
def test_what_is_not_terraforms_output_says_how_to_make_it(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    del folder
    (tmp_path / "outputs.json").write_text(text)
    assert main(["init", "--terraform", str(tmp_path / "outputs.json"), "--name", "shop", "--yes"]) == 2
    assert "terraform output -json" in capsys.readouterr().err


def fake(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod((folder / name).stat().st_mode | stat.S_IXUSR)


def test_terraform_is_run_in_a_folder(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    infrastructure = tmp_path / "infra"
    infrastructure.mkdir()
    fake(tmp_path / "bin", "terraform", "echo no state >&2; exit 1")
    assert main(["init", "--terraform", str(infrastructure), "--name", "shop", "--yes"]) == 2
    assert "no state" in capsys.readouterr().err
    output = '{"b": {"sensitive": false, "value": "shop-site"}}'
    fake(tmp_path / "bin", "terraform", f"[ \"$1\" = -chdir={infrastructure} ] && echo '{output}'")
    assert main(["init", "--terraform", str(infrastructure), "--name", "shop", "--yes"]) == 0
    assert load(folder / "shop.toml").of(Bucket) == (Bucket(bucket="shop-site"),)


def test_a_tag_gathers_what_carries_it(folder: Path, seed: Seed, capsys: pytest.CaptureFixture[str]) -> None:
    tags = [{"Key": "Project", "Value": "shop"}]
    arn = f"arn:aws:sns:{REGION}:123456789012:shop-alarms"
    seed("sns").tag_resource(ResourceArn=arn, Tags=tags)
    seed("s3").put_bucket_tagging(Bucket="shop-site", Tagging={"TagSet": tags})
    assert main(["init", "--tag", "Project", "--yes"]) == 2
    assert "KEY=VALUE" in capsys.readouterr().err
    assert main(["init", "--tag", "Project=shop", "--yes"]) == 0
    stack = load(folder / "shop.toml")
    assert stack.tags == {"Project": "shop"}
    assert [bucket.bucket for bucket in stack.of(Bucket)] == ["shop-site"]
    assert [topic.topic for topic in stack.of(Topic)] == [arn]


def test_the_whole_account_where_nothing_is_chosen(folder: Path) -> None:
    assert main(["init", "--yes"]) == 0
    stack = load(folder / "account-123456789012.toml")
    assert len(stack.of(Topic)) == 2 and stack.of(Alarms) == (Alarms(prefixes=("",)),)


def test_an_environment_of_elastic_beanstalk(folder: Path, seed: Seed, capsys: pytest.CaptureFixture[str]) -> None:
    seed("elasticbeanstalk").create_application(ApplicationName="expo")
    seed("elasticbeanstalk").create_environment(
        ApplicationName="expo", EnvironmentName="expo-prod", SolutionStackName="x"
    )
    seed("logs").create_log_group(logGroupName="/aws/elasticbeanstalk/expo-prod/var/log/web.stdout.log")
    assert main(["init", "--beanstalk", "expo", "--yes"]) == 2
    assert "There are: expo-prod." in capsys.readouterr().err
    assert main(["init", "--beanstalk", "expo-prod", "--yes"]) == 0
    stack = load(folder / "expo-prod.toml")
    assert [each.environment for each in stack.of(BeanstalkEnvironment)] == ["expo-prod"]
    assert len(stack.of(LogGroup)) == 1
    text = (folder / "expo-prod.toml").read_text()
    assert "# Not looked for, since settings of the environment could not be listed" in text
