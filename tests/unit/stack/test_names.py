"""ARNs in a stack file: for each key what name an ARN is, and that what contradicts the stack is refused."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from console.logs.kinds import LogGroup
from console.services.awslambda.kinds import Function
from console.services.dynamodb.kinds import Table
from console.services.ecs.kinds import EcsCluster
from console.services.rds.kinds import DbInstance
from console.services.s3.kinds import Bucket
from console.stack.names import Told, named_keys
from console.stack.part import Part
from console.stack_files.file import StackError, load_told, parse
from console.stack_files.schema import StackFile

REGION, ACCOUNT = "eu-west-1", "123456789012"
TOP = f'name = "t"\nregion = "{REGION}"\naccount = "{ACCOUNT}"\n'
BARE = 'name = "t"\n'
DATABASE = f"arn:aws:rds:{REGION}:{ACCOUNT}:db:orders"
CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/c1"


@dataclass(frozen=True)
class Row:
    """A key that names a resource: a name, the ARN of the same, and what must stand beside it."""

    table: str
    key: str
    name: str
    arn: str
    beside: str = ""
    listed: bool = False
    single: bool = False
    wrong: str = "a:b c/"
    """What is no name of this kind; empty where everything is."""

    def toml(self, text: str, region: str = "") -> str:
        value = f'["{text}"]' if self.listed else f'"{text}"'
        own = f'region = "{region}"\n' if region else ""
        head = f"[{self.table}]" if self.single else f"[[{self.table}]]"
        return f"{head}\n{self.beside}{self.key} = {value}\n{own}"


def _arn(service: str, resource: str, region: str = REGION, account: str = ACCOUNT) -> str:
    return f"arn:aws:{service}:{region}:{account}:{resource}"


TOPIC = _arn("sns", "alerts.fifo")
ROWS = [
    Row("ecs", "cluster", "c1", CLUSTER),
    Row("ecs", "services", "web", _arn("ecs", "service/c1/web"), 'cluster = "c1"\n', listed=True),
    Row("cloudfront", "id", "E2QWRUHAPOMQZL", _arn("cloudfront", "distribution/E2QWRUHAPOMQZL", "")),
    Row("alb", "load_balancer", "web-lb", _arn("elasticloadbalancing", "loadbalancer/app/web-lb/50dc6c495c0c9188")),
    Row("apigateway", "api", "buaes967sk", _arn("apigateway", "/restapis/buaes967sk", account=""), wrong=" x"),
    Row("lambda", "function", "import", _arn("lambda", "function:import")),
    Row("dynamodb", "table", "orders", _arn("dynamodb", "table/orders")),
    Row("rds", "instance", "orders", DATABASE, wrong="db:orders"),
    Row("docdb", "cluster", "documents", _arn("rds", "cluster:documents")),
    Row(
        "beanstalk",
        "application",
        "My App",
        _arn("elasticbeanstalk", "application/My App"),
        'environment = "e"\n',
        wrong="a/b",
    ),
    Row(
        "beanstalk",
        "environment",
        "shop-prod",
        _arn("elasticbeanstalk", "environment/My App/shop-prod"),
        'application = "My App"\n',
    ),
    Row("eks", "cluster", "k8s", _arn("eks", "cluster/k8s")),
    Row("s3", "bucket", "shop.site", "arn:aws:s3:::shop.site", wrong="s3://shop"),
    Row("cognito", "user_pool", "eu-west-1_AbC", _arn("cognito-idp", "userpool/eu-west-1_AbC")),
    Row(
        "ecr",
        "repository",
        "shop/web",
        _arn("ecr", "repository/shop/web"),
        wrong=f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/shop/web",
    ),
    Row("logs", "group", "/ecs/web", _arn("logs", "log-group:/ecs/web:*")),
    Row("ec2", "instance", "i-0a1b2c3d", _arn("ec2", "instance/i-0a1b2c3d")),
    Row("sns", "topic", TOPIC, TOPIC, wrong="alerts"),
    Row("terraform", "location", "s3://state/shop/x", "arn:aws:s3:::state/shop/x", single=True, wrong=" "),
    Row(
        "terraform",
        "backups",
        "s3://state/old/",
        "arn:aws:s3:::state/old/",
        'location = "x.tfstate"\n',
        single=True,
        wrong=" ",
    ),
    Row("alarms", "prefixes", "shop e", _arn("cloudwatch", "alarm:shop e"), listed=True, single=True, wrong=""),
]

PLAIN = {
    "(top).name": "the stack's own",
    "(top).title": "the stack's own",
    "(top).environment": "the stack's own",
    "(top).account": "digits",
    "(top).profile": "of the AWS config",
    "(top).endpoint_url": "a URL",
    "(top).skip": "checks",
    "cloudfront.name": "a label",
    "apigateway.stage": "a stage has no ARN without its API's",
    "beanstalk.expects": "variables",
    "logs.errors": "a filter pattern",
    "ec2.tag": "KEY=VALUE",
    "ec2.host": "an address for ssh",
    "endpoints.url": "a URL",
    "endpoints.name": "a label",
    "metrics.namespace": "the application's",
    "metrics.metric": "the application's",
    "contacts.name": "people",
    "contacts.role": "people",
    "contacts.email": "people",
    "contacts.phone": "people",
    **{f"checklists.{span}": "what is ticked" for span in ("daily", "weekly", "monthly", "quarterly", "annual")},
}
"""Keys with text that name no resource, and what they are. Values of dimensions are the application's own words."""

IDS = [f"{row.table}.{row.key}" for row in ROWS]


def _texts(kind: type[Part], table: str = "(top)") -> Iterator[str]:
    """Every key of a stack file whose value is text, as ``table.key``."""
    for field in msgspec.structs.fields(kind):
        parts = [found for found in _inside(field.type) if isinstance(found, type) and issubclass(found, Part)]
        for part in parts:
            yield from _texts(part, field.encode_name)
        text = any(found is str for found in _inside(field.type))
        if text and not parts and dict not in _inside(field.type) and field.encode_name != "region":
            yield f"{table}.{field.encode_name}"


def _inside(hint: Any) -> list[Any]:
    origin = getattr(hint, "__origin__", None)
    inner = [found for part in get_args(hint) for found in _inside(part)]
    return [hint, *([origin] if isinstance(origin, type) else []), *inner]


def test_every_key_with_text_says_what_an_arn_is_there() -> None:
    assert sorted(_texts(StackFile)) == sorted([*IDS, *PLAIN])


def test_the_kinds_stand_with_the_keys_of_the_tables() -> None:
    parts = [(field.encode_name, part) for field in msgspec.structs.fields(StackFile) for part in _inside(field.type)]
    there = {
        f"{table}.{key}"
        for table, part in parts
        if isinstance(part, type) and issubclass(part, Part)
        for key in named_keys(part)
    }
    assert there == set(IDS)


def _refused(text: str) -> str:
    with pytest.raises(StackError) as refused:
        parse(text, "f.toml")
    said = str(refused.value)
    assert said.startswith("f.toml: ")
    assert "Next: " in said
    return said


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_an_arn_is_the_name_that_it_stands_for(row: Row) -> None:
    by_name = parse(TOP + row.toml(row.name), "f.toml")
    assert parse(TOP + row.toml(row.arn), "f.toml") == by_name
    assert parse(BARE + row.toml(row.arn), "f.toml") == parse(BARE + row.toml(row.name), "f.toml")
    assert ("arn:" in str(by_name)) == (row.table == "sns"), "a topic is known by its ARN alone"


@pytest.mark.parametrize("row", [row for row in ROWS if not (row.single or row.listed)], ids=lambda row: row.table)
def test_a_resource_by_name_and_by_arn_is_one(row: Row) -> None:
    twice = parse(TOP + row.toml(row.name) + row.toml(row.arn) + row.toml(row.name), "f.toml")
    assert twice == parse(TOP + row.toml(row.name), "f.toml")


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_an_arn_of_another_account_region_or_partition_is_refused(row: Row) -> None:
    place = f"{row.table}.{row.key}" if row.single else f"{row.table}[0].{row.key}"
    cases = {
        f"is an ARN of account 999999999999, not {ACCOUNT}": row.arn.replace(ACCOUNT, "999999999999"),
        f"is an ARN in us-east-1, not {REGION}": row.arn.replace(f":{REGION}:", ":us-east-1:"),
        "aws-cn": row.arn.replace("arn:aws:", "arn:aws-cn:"),
    }
    for says, contrary in cases.items():
        if contrary != row.arn:
            said = _refused(TOP + row.toml(contrary))
            assert says in said
            assert place in said


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_the_arn_of_something_else_half_an_arn_and_no_name_are_refused(row: Row) -> None:
    service = row.arn.split(":")[2]
    other = CLUSTER if service == "rds" else DATABASE
    sibling = ":".join(row.arn.split(":")[:5]) + ":some:thing/else"
    for text in (other, sibling, "arn:aws:", f" {row.arn}", row.arn.upper(), "arn:aws:ecs:eu-west-1:12:cluster/c1"):
        assert "found " in _refused(TOP + row.toml(text)), text
    if row.wrong:
        _refused(TOP + row.toml(row.wrong))


@pytest.mark.parametrize("row", [row for row in ROWS if not row.single], ids=lambda row: row.table)
def test_a_region_of_its_own_is_what_an_arn_must_agree_with(row: Row) -> None:
    if row.table == "cloudfront":
        return
    elsewhere = row.arn.replace(f":{REGION}:", ":us-east-1:")
    if elsewhere == row.arn:
        return
    name = elsewhere if row.table == "sns" else row.name
    assert parse(TOP + row.toml(elsewhere, "us-east-1"), "f.toml") == parse(TOP + row.toml(name, "us-east-1"), "f.toml")
    assert f"is an ARN in {REGION}, not us-east-1, as this table says" in _refused(TOP + row.toml(row.arn, "us-east-1"))


REFUSED = [
    (f'[[ecs]]\ncluster = "{CLUSTER.replace("cluster/c1", "service/c1/web")}"', "is the ARN of something else"),
    (
        f'[[ecs]]\ncluster = "c2"\nservices = ["{_arn("ecs", "service/c1/web")}"]',
        "says cluster 'c1', but cluster is 'c2'",
    ),
    (
        f'[[ecs]]\ncluster = "{CLUSTER}"\nservices = ["{_arn("ecs", "service/c2/web")}"]',
        "says cluster 'c2', but cluster is 'c1'",
    ),
    (
        f'[[beanstalk]]\napplication = "a"\nenvironment = "{_arn("elasticbeanstalk", "environment/b/e")}"',
        "says application 'b', but application is 'a'",
    ),
    (
        f'[[apigateway]]\napi = "{_arn("apigateway", "/restapis/abc/stages/live", account="")}"',
        'say stage = "live"',
    ),
    (f'[[apigateway]]\napi = "{_arn("apigateway", "/apis/abc", account="")}"', "is the ARN of something else"),
    (f'[[alb]]\nload_balancer = "{_arn("elasticloadbalancing", "loadbalancer/net/x/1a")}"', "of something else"),
    (f'[[alb]]\nload_balancer = "{_arn("elasticloadbalancing", "targetgroup/x/1a")}"', "of something else"),
    (f'[[dynamodb]]\ntable = "{_arn("dynamodb", "table/orders/index/by-day")}"', "is the ARN of something else"),
    (f'[[dynamodb]]\ntable = "{DATABASE}"', "Next: give the DynamoDB table by its name, or its ARN: arn:aws:dynamodb:"),
    (f'[[rds]]\ninstance = "{_arn("rds", "cluster:orders")}"', "is the ARN of something else"),
    (f'[[docdb]]\ncluster = "{DATABASE}"', "is the ARN of something else"),
    ('[[s3]]\nbucket = "arn:aws:s3:::shop/key"', "is the ARN of something else"),
    (f'[[s3]]\nbucket = "arn:aws:s3:{REGION}:{ACCOUNT}:shop"', "a region or an account too many or too few"),
    (f'[[ecs]]\ncluster = "arn:aws:ecs:{REGION}::cluster/c1"', "a region or an account too many or too few"),
    (f'[[logs]]\ngroup = "{_arn("logs", "log-group:/g:log-stream:s")}"', "is the ARN of something else"),
    (f'[[sns]]\ntopic = "{TOPIC}:0a1b"', "is the ARN of something else"),
    (f'[[lambda]]\nfunction = "{_arn("lambda", "function:f:live")}"', "names one version or alias of it"),
    (f'[[lambda]]\nfunction = "{_arn("lambda", "function:f:$LATEST")}"', "names one version or alias of it"),
    (f'[[lambda]]\nfunction = "{_arn("lambda", "function:f:$LATEST.PUBLISHED")}"', "names one version or alias of it"),
    (f'[[lambda]]\nfunction = "{"f" * 65}"', "is no name of the kind Lambda function"),
    *(
        (f'[[s3]]\nbucket = "{name}"', "is no name of the kind S3 bucket")
        for name in ("a--use1-az4--x-s3", "a-1a2b-s3alias", "a-1a2b--ol-s3", "m1a2b.mrap", "tables--table-s3")
    ),
    ('[[s3]]\nbucket = "arn:aws:s3:::a--use1-az4--x-s3"', "is the ARN of something else"),
    (
        f'[[s3]]\nbucket = "arn:aws:s3express:{REGION}:{ACCOUNT}:bucket/a--use1-az4--x-s3"',
        "is the ARN of something else",
    ),
    (f'[[s3]]\nbucket = "{_arn("s3", "accesspoint/a")}"', "is the ARN of something else"),
    (f'[[dynamodb]]\ntable = "{_arn("dynamodb", "table/orders/stream/2026-11-20T10:00:00.000")}"', "of something else"),
    ('[[lambda]]\nfunction = "f:live"', "names one version or alias of it"),
    ('[[lambda]]\nfunction = "999999999999:function:f"', f"is an ARN of account 999999999999, not {ACCOUNT}"),
    (f'[[lambda]]\nfunction = "us-east-1:{ACCOUNT}:function:f"', f"is an ARN in us-east-1, not {REGION}"),
    (
        f'[[rds]]\ninstance = "orders"\nmax_connections = 9\n[[rds]]\ninstance = "{DATABASE}"',
        "rds[1]: it names 'orders' again, of which rds[0] says something else.",
    ),
    (
        f'[[s3]]\nbucket = "b"\npublic = true\n[[s3]]\nbucket = "b"\nregion = "{REGION}"',
        "s3[1]: it names 'b' again, of which s3[0] says something else.",
    ),
    ('[[ecs]]\ncluster = " c1"', "has spaces around it"),
    ('[[ecs]]\ncluster = "c1"\nservices = ["c1/web"]', "is no name of the kind ECS service"),
    ('[[ecs]]\ncluster = "c1"\nservices = ["service/c1/web"]', "is no name of the kind ECS service"),
]


@pytest.mark.parametrize(("text", "says"), REFUSED)
def test_what_cannot_be_is_refused_with_a_sentence(text: str, says: str) -> None:
    assert says in _refused(TOP + text)


@pytest.mark.parametrize(
    "text", ['[[ecs]]\ncluster = ""', '[[ecs]]\ncluster = "c"\nservices = [""]', '[[s3]]\nbucket = ""']
)
def test_an_empty_name_is_refused(text: str) -> None:
    with pytest.raises(StackError, match="found '', but it must be"):
        parse(TOP + text, "f.toml")


def test_an_old_service_arn_names_no_cluster_and_a_function_has_short_forms() -> None:
    stack = parse(TOP + f'[[ecs]]\ncluster = "c1"\nservices = ["{_arn("ecs", "service/web")}"]', "f.toml")
    assert stack.of(EcsCluster) == (EcsCluster(cluster="c1", services=("web",)),)
    for text in (f"{ACCOUNT}:function:f", "function:f", f"{REGION}:{ACCOUNT}:function:f", f"{ACCOUNT}:f"):
        assert parse(f'{TOP}[[lambda]]\nfunction = "{text}"', "f.toml").of(Function)[0].function == "f"


def test_what_may_stand_in_several_sections_is_not_taken_for_one() -> None:
    text = (
        '[[apigateway]]\napi = "a"\n[[apigateway]]\napi = "a"\nstage = "test"\n'
        '[[ec2]]\ntag = "A=b"\nhost = "one"\n[[ec2]]\ntag = "A=b"\n'
        '[[dynamodb]]\ntable = "orders"\n[[dynamodb]]\ntable = "orders"\nregion = "us-east-1"\n'
    )
    assert len(parse(TOP + text, "f.toml").parts) == 6


def test_what_arns_tell_of_the_region_makes_one_of_what_is_named_twice() -> None:
    text = (
        f'[[ecs]]\ncluster = "c1"\nservices = ["api"]\nregion = "{REGION}"\n'
        f'[[ecs]]\ncluster = "{CLUSTER}"\nservices = ["web"]\n'
        f'[[rds]]\ninstance = "orders"\nregion = "{REGION}"\n[[rds]]\ninstance = "{DATABASE}"\n'
    )
    stack = parse(BARE + text, "f.toml")
    assert [cluster.services for cluster in stack.of(EcsCluster)] == [("api", "web")]
    assert len(stack.of(DbInstance)) == 1


def test_the_services_of_one_cluster_are_put_together() -> None:
    web, api = _arn("ecs", "service/c1/web"), _arn("ecs", "service/c1/api")
    text = (
        f'[[ecs]]\ncluster = "c1"\nservices = ["web", "{web}"]\n'
        f'[[ecs]]\ncluster = "{CLUSTER}"\nservices = ["{api}"]\n'
        '[[ecs]]\ncluster = "c1"\nregion = "us-east-1"\n'
    )
    two = (EcsCluster(cluster="c1", services=("web", "api")), EcsCluster(cluster="c1", region="us-east-1"))
    assert parse(TOP + text, "f.toml").of(EcsCluster) == two
    whole = parse(TOP + text + f'[[ecs]]\ncluster = "{CLUSTER}"\n', "f.toml").of(EcsCluster)
    assert whole == (EcsCluster(cluster="c1"), two[1])


def test_what_differs_in_more_than_its_name_stays_two() -> None:
    group = '[[logs]]\ngroup = "/g"\n'
    assert len(parse(f'{TOP}{group}errors = "E"\n{group}errors = "F"', "f.toml").of(LogGroup)) == 2
    assert len(parse(f'{TOP}{group}{group}region = "{REGION}"\n', "f.toml").of(LogGroup)) == 1


def test_a_partition_is_that_of_the_region() -> None:
    for region, partition in (
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("eusc-de-east-1", "aws-eusc"),
        ("us-isob-east-1", "aws-iso-b"),
    ):
        top = f'name = "t"\nregion = "{region}"\n'
        queue = f"arn:{partition}:ecs:{region}:{ACCOUNT}:cluster/c1"
        assert parse(f'{top}[[ecs]]\ncluster = "{queue}"', "f.toml").of(EcsCluster)[0].cluster == "c1"
        assert f"{region} is in {partition}, not aws" in _refused(
            f'{top}[[ecs]]\ncluster = "{queue.replace(partition, "aws")}"'
        )
        assert parse(f'{top}[[s3]]\nbucket = "arn:{partition}:s3:::b"', "f.toml").of(Bucket)[0].bucket == "b"
        assert f"is an ARN in aws, not {partition}, where {region} is" in _refused(
            f'{top}[[s3]]\nbucket = "arn:aws:s3:::b"'
        )


def test_arns_agree_among_each_other_where_the_stack_names_neither_account_nor_region() -> None:
    both = f'[[ecs]]\ncluster = "{CLUSTER}"\n[[dynamodb]]\ntable = "'
    table = _arn("dynamodb", "table/orders")
    stack = parse(f'{BARE}{both}{table}"', "f.toml")
    assert (stack.account, stack.region) == (None, None), "what the file does not say is not set"
    said = _refused(f'{BARE}{both}{table.replace(ACCOUNT, "999999999999")}"')
    assert f"dynamodb[0].table: found {table.replace(ACCOUNT, '999999999999')!r}" in said
    assert f"is an ARN of account 999999999999, not {ACCOUNT}, as ecs[0].cluster says" in said
    assert "as ecs[0].cluster says" in _refused(f'{BARE}{both}{table.replace(REGION, "us-east-1")}"')
    elsewhere = f'{table.replace(REGION, "us-east-1")}"\nregion = "us-east-1"'
    assert parse(f"{BARE}{both}{elsewhere}", "f.toml").of(Table)[0].table == "orders"
    bucket = (
        '[[s3]]\nbucket = "arn:aws:s3:::b"\n[[cloudfront]]\nid = "arn:aws-cn:cloudfront::123456789012:distribution/E1"'
    )
    assert "is an ARN in aws, not aws-cn" in _refused(BARE + bucket)


def test_what_arns_tell_besides_is_told(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    for top, told in ((BARE, Told(ACCOUNT, REGION)), (TOP, Told()), (f'{BARE}region = "{REGION}"\n', Told(ACCOUNT))):
        path.write_text(f'{top}[[ecs]]\ncluster = "{CLUSTER}"\n', encoding="utf-8")
        assert load_told(path)[1] == told


def test_no_part_of_the_aws_layer_is_imported_to_read_a_stack_file() -> None:
    script = (
        "import sys, console.stack_files.file; print([m for m in sys.modules if 'boto' in m or m == 'console.aws'])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
