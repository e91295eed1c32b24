"""A login is lost only when STS says so: a region or service that refuses the credentials costs only itself."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

from console.aws.connections import Connections
from console.aws.login.sts_check import FRESH, FRESH_AT_THE_END, Doubt, Word
from console.aws.target import Target
from console.problems import Failure, Problem, ProblemKind
from console.stack.stack import Stack
from console.text import Clean
from tests.deadlines import SOON

INVALID = "The security token included in the request is invalid."
STACK = Stack(name="shop", region="eu-west-1", account="123456789012")
SIGNED = re.compile(r"/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4")
IDENTITY = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/ana</Arn>"
    "<UserId>U</UserId><Account>123456789012</Account></GetCallerIdentityResult><ResponseMetadata>"
    "<RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
)
ASSUMED = (
    "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>"
    "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>"
    "</Credentials></AssumeRoleResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>"
    "</AssumeRoleResponse>"
)
MFA = (
    "[profile shop]\nrole_arn = arn:aws-us-gov:iam::123456789012:role/Operator\nsource_profile = base\n"
    "mfa_serial = arn:aws-us-gov:iam::123456789012:mfa/ana\n"
    "[profile base]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = s\n"
)


@dataclass
class Cloud:
    """An AWS that refuses the credentials in some places, ``service region`` or ``service``, each with a code."""

    refuses: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        signed = SIGNED.search(request.headers["Authorization"])
        assert signed is not None
        service, region, body = signed["service"], signed["region"], await request.text()
        what = f"{service} {region}"
        self.asked.append("AssumeRole" if "Action=AssumeRole" in body else what)
        if code := self.refuses.get(what) or self.refuses.get(service):
            if service == "sts":
                body = f"<ErrorResponse><Error><Code>{code}</Code><Message>{INVALID}</Message></Error></ErrorResponse>"
                return web.Response(text=body, status=503 if code == "ServiceUnavailable" else 403)
            if service == "s3":
                body = f"<Error><Code>{code}</Code><Message>{INVALID}</Message></Error>"
                return web.Response(text=body, status=int(code) if code.isdecimal() else 400)
            return web.Response(text=json.dumps({"__type": code, "message": INVALID}), status=400)
        if service == "sts":
            return web.Response(text=ASSUMED if "Action=AssumeRole" in body else IDENTITY)
        return web.Response(text='{"Table": {}, "events": []}', headers={"x-amzn-RequestId": "r"})


@pytest.fixture
async def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Cloud]:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    made, app = Cloud(), web.Application()
    app.router.add_route("*", "/{rest:.*}", made.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", made.url)  # the chain asks there for a role
    yield made
    await runner.cleanup()


def connections(cloud: Cloud, folder: Path, config: str = "", profile: str | None = None) -> Connections:
    (folder / "config").write_text(config)
    (folder / "credentials").write_text(
        "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = s\n"
    )
    files = (folder / "config", folder / "credentials")
    return Connections(lambda stack: Target(profile, stack.region, cloud.url, *files))


async def describe(made: Connections, stack: Stack, region: str | None = None) -> Problem:
    aws = (await made.get(stack)).aws
    with pytest.raises(Failure) as failed:
        await aws.call("dynamodb", "describe_table", expect="Table", region=region, TableName="t")
    return failed.value.problem


@pytest.mark.parametrize("code", ["UnrecognizedClientException", "InvalidClientTokenId"])
async def test_a_region_that_is_switched_off_is_no_lost_login(cloud: Cloud, tmp_path: Path, code: str) -> None:
    cloud.refuses["dynamodb af-south-1"] = code
    made = connections(cloud, tmp_path)
    first = await made.get(STACK)
    for _ in range(3):
        problem = await describe(made, STACK, "af-south-1")
        assert (problem.kind, problem.code) == (ProblemKind.REFUSED, code)
        assert "Region af-south-1 is not enabled in this account" in problem.what
        assert INVALID in problem.what, "AWS's own reason"
        assert "aws account enable-region --region-name af-south-1" in problem.hint
    assert await made.get(STACK) is first
    assert cloud.asked.count("sts eu-west-1") == 1, "STS has just accepted them"
    await made.close()


async def test_a_service_that_refuses_costs_neither_a_role_nor_its_mfa_code(cloud: Cloud, tmp_path: Path) -> None:
    cloud.refuses["health"] = "UnrecognizedClientException"
    made = connections(cloud, tmp_path, MFA, "shop")
    stack = Stack(name="shop", region="us-gov-west-1")
    made.give_mfa(stack, "123456")
    for _ in range(3):
        aws = (await made.get(stack)).aws
        with pytest.raises(Failure) as failed:
            await aws.call("health", "describe_events", expect="events")
        assert failed.value.problem.kind is ProblemKind.REFUSED
        assert "health in us-gov-west-1 does not accept credentials that STS accepts" in failed.value.problem.what
    assert cloud.asked.count("AssumeRole") == 1
    await made.close()


async def test_a_login_is_lost_where_sts_refuses_too_which_many_checks_ask_once(cloud: Cloud, tmp_path: Path) -> None:
    made = connections(cloud, tmp_path)
    former = await made.get(STACK)
    former.aws._doubt._clock = lambda: float("inf")  # long after STS accepted them
    cloud.refuses |= {"sts": "InvalidClientTokenId", "dynamodb": "UnrecognizedClientException"}
    cloud.asked.clear()
    problems = await asyncio.gather(*(describe(made, STACK) for _ in range(20)))
    assert {problem.kind for problem in problems} == {ProblemKind.LOGIN}
    assert [asked for asked in cloud.asked if asked.startswith("sts")] == ["sts eu-west-1", "sts us-east-1"]
    assert former.aws.refused
    cloud.refuses.clear()
    assert await made.get(STACK) is not former
    await made.close()


async def head(made: Connections, region: str | None = None) -> Problem:
    aws = (await made.get(STACK)).aws
    with pytest.raises(Failure) as failed:
        await aws.call("s3", "head_bucket", expect=None, region=region, Bucket="photos")
    return failed.value.problem


@pytest.mark.parametrize("status", ["400", "403"])
async def test_what_a_head_cannot_say_is_asked_of_sts(cloud: Cloud, tmp_path: Path, status: str) -> None:
    """Its answer has no body, so that one "can't determine the exception": expired tokens are 400, unknown keys 403
    (S3 API reference, HeadBucket).
    """
    made = connections(cloud, tmp_path)
    former = await made.get(STACK)
    former.aws._doubt._clock = lambda: float("inf")  # long after STS accepted them
    cloud.refuses |= {"sts": "ExpiredToken", "s3": status}
    problem = await head(made)
    assert problem.kind is ProblemKind.LOGIN and "Sign in again" in problem.hint
    assert former.aws.refused
    await made.close()


@pytest.mark.parametrize(("status", "kind"), [("400", ProblemKind.INVALID), ("403", ProblemKind.DENIED)])
@pytest.mark.parametrize("sts", [None, "ServiceUnavailable"])
async def test_a_head_that_is_refused_is_no_lost_login_unless_sts_says_so(
    cloud: Cloud, tmp_path: Path, status: str, kind: ProblemKind, sts: str | None
) -> None:
    made = connections(cloud, tmp_path)
    former = await made.get(STACK)
    former.aws._doubt._clock = lambda: float("inf")
    cloud.refuses |= {"s3": status, **({"sts": sts} if sts else {})}
    assert (await head(made)).kind is kind
    assert await made.get(STACK) is former and not former.aws.refused
    await made.close()


async def test_a_bucket_in_a_region_that_is_off_is_told_by_head_and_by_word(cloud: Cloud, tmp_path: Path) -> None:
    """S3 in a region that is off, or that does not take the token, answers InvalidToken (cloud-custodian, "Custodian
    fails with InvalidToken"), which a HEAD tells as 400.
    """
    made = connections(cloud, tmp_path)
    cloud.refuses["s3 af-south-1"] = "400"
    by_head = await head(made, "af-south-1")
    cloud.refuses["s3 af-south-1"] = "InvalidToken"
    with pytest.raises(Failure) as failed:
        aws = (await made.get(STACK)).aws
        await aws.call("s3", "list_objects_v2", expect="KeyCount", region="af-south-1", Bucket="photos")
    for problem in (by_head, failed.value.problem):
        assert problem.kind is ProblemKind.REFUSED
        assert "Region af-south-1 is not enabled in this account" in problem.what
    await made.close()


async def test_a_login_is_not_lost_while_sts_cannot_be_asked(cloud: Cloud, tmp_path: Path) -> None:
    made = connections(cloud, tmp_path)
    former = await made.get(STACK)
    former.aws._doubt._clock = lambda: float("inf")
    cloud.refuses |= {"sts": "ServiceUnavailable", "dynamodb": "UnrecognizedClientException"}
    problem = await describe(made, STACK)
    assert problem.kind is ProblemKind.REFUSED and "STS could not be asked about them" in problem.what
    assert await made.get(STACK) is former
    await made.close()


async def test_a_home_region_that_is_switched_off_is_told_from_a_lost_login(cloud: Cloud, tmp_path: Path) -> None:
    cloud.refuses["sts af-south-1"] = "InvalidClientTokenId"
    made = connections(cloud, tmp_path)
    with pytest.raises(Failure) as failed:
        await made.get(Stack(name="cape", region="af-south-1"))
    assert failed.value.problem.kind is ProblemKind.REFUSED
    assert "aws account enable-region --region-name af-south-1" in failed.value.problem.hint
    await made.close()


async def test_closing_ends_the_question_to_sts(cloud: Cloud, tmp_path: Path) -> None:
    made, asked, never = connections(cloud, tmp_path), asyncio.Event(), asyncio.Event()
    aws = (await made.get(STACK)).aws

    async def ask(region: str) -> Word:
        asked.set()
        await never.wait()
        return Word.ACCEPTED

    aws._doubt = Doubt(ask)
    cloud.refuses["dynamodb"] = "UnrecognizedClientException"
    waiting = asyncio.create_task(describe(made, STACK))
    await asyncio.wait_for(asked.wait(), SOON)
    await made.close()
    assert "STS could not be asked" in (await waiting).what


LOST = Problem(ProblemKind.LOGIN, Clean("Lost."), Clean("Sign in."), Clean("UnrecognizedClientException"))


class Sts:
    """What STS says in each region, and how often it was asked."""

    def __init__(self, **words: Word) -> None:
        self.now = 0.0
        self.asked: list[str] = []
        self._words = words
        self.doubt = Doubt(self.ask, lambda: self.now)

    async def ask(self, region: str) -> Word:
        self.asked.append(region)
        return self._words[region.replace("-", "_")]

    async def kind(self, problem: Problem = LOST, service: str = "ecs", region: str = "eu-west-1") -> ProblemKind:
        return (await self.doubt.settled(problem, "no", service, region, "eu-west-1")).kind


async def test_the_word_of_sts_holds_shortly_and_shorter_for_what_has_expired() -> None:
    sts = Sts(eu_west_1=Word.ACCEPTED)
    assert await sts.kind() is ProblemKind.REFUSED and await sts.kind() is ProblemKind.REFUSED
    assert sts.asked == ["eu-west-1"]
    expired = Problem(ProblemKind.LOGIN, Clean("Ended."), code=Clean("ExpiredTokenException"))
    sts.now = FRESH_AT_THE_END
    await sts.kind(expired)
    assert len(sts.asked) == 2
    sts.now += FRESH
    await sts.kind()
    assert len(sts.asked) == 3


async def test_a_refusal_by_sts_at_home_is_its_own_answer() -> None:
    sts = Sts(us_east_1=Word.REFUSED)
    assert await sts.kind(service="sts") is ProblemKind.LOGIN
    assert sts.asked == ["us-east-1"]
    expired = Problem(ProblemKind.LOGIN, Clean("Ended."), code=Clean("ExpiredToken"))
    assert await sts.kind(expired, "sts") is ProblemKind.LOGIN
    assert len(sts.asked) == 1, "what has expired has everywhere"
