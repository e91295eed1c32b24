"""Connections: shared, opened anew when AWS refuses their credentials, and closed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from aiohttp import web

from console.aws.call import Aws
from console.aws.connections import Connections
from console.aws.meter import Meter
from console.aws.target import Target
from console.problems import Failure, ProblemKind
from console.stack.stack import Stack
from tests.deadlines import SOON

ANSWER = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::{0}:user/ana</Arn><UserId>U</UserId>"
    "<Account>{0}</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>"
    "</GetCallerIdentityResponse>"
)
EXPIRED = "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>expired</Message></Error></ErrorResponse>"
SHOP = Stack(name="shop")


@dataclass
class Sts:
    """An STS that knows the account of some access keys, and refuses all others."""

    credentials: Path
    known: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    url: str = ""
    came: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when somebody asks."""
    held: asyncio.Event | None = None
    """Until it is set nobody gets an answer."""

    async def answer(self, request: web.Request) -> web.Response:
        key = request.headers["Authorization"].partition("Credential=")[2].partition("/")[0]
        self.asked.append(key)
        self.came.set()
        if self.held is not None:
            await self.held.wait()
        if key in self.known:
            return web.Response(text=ANSWER.format(self.known[key]))
        return web.Response(text=EXPIRED, status=403)

    def sign_in(self, key: str) -> None:
        self.credentials.write_text(f"[default]\naws_access_key_id = {key}\naws_secret_access_key = s\n")

    def target(self, stack: Stack) -> Target:
        return Target(None, stack.region or "eu-west-1", self.url, self.credentials, self.credentials)


@pytest.fixture
async def sts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sts]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    made = Sts(tmp_path / "credentials", {"GOOD": "123456789012"})
    app = web.Application()
    app.router.add_route("*", "/", made.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


async def refused(connections: Connections, stack: Stack = SHOP) -> str:
    with pytest.raises(Failure) as failed:
        await connections.get(stack)
    assert failed.value.problem.kind is ProblemKind.LOGIN
    return str(failed.value)


async def test_stacks_of_one_target_share_a_connection_and_regions_have_their_own(sts: Sts) -> None:
    sts.sign_in("GOOD")
    connections = Connections(sts.target)
    first, second = await asyncio.gather(connections.get(SHOP), connections.get(Stack(name="other")))
    assert first is second
    assert sts.asked == ["GOOD"]
    assert await connections.get(SHOP, "us-east-1") is not first
    assert first.identity.name == "user/ana" and first.expires is None
    await connections.close()


async def test_who_signs_in_elsewhere_is_let_in_without_a_restart(sts: Sts) -> None:
    sts.sign_in("OLD")
    connections = Connections(sts.target, retry=0)
    assert "does not accept" in await refused(connections)
    sts.sign_in("GOOD")
    assert (await connections.get(SHOP)).identity.account == "123456789012"
    await connections.close()


async def test_a_login_that_failed_is_not_tried_by_every_source_anew(sts: Sts) -> None:
    sts.sign_in("OLD")
    connections = Connections(sts.target, retry=3600)
    await asyncio.gather(*(refused(connections) for _ in range(20)))
    await refused(connections)
    assert sts.asked == ["OLD"]
    connections.renew(SHOP)
    await refused(connections)
    assert sts.asked == ["OLD", "OLD"]
    await connections.close()


async def test_a_connection_that_was_refused_is_replaced_and_closed_once(
    sts: Sts, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: asyncio.Queue[Aws] = asyncio.Queue()
    close = Aws.close

    async def spy(aws: Aws) -> None:
        await close(aws)
        closed.put_nowait(aws)

    monkeypatch.setattr(Aws, "close", spy)
    sts.sign_in("GOOD")
    connections = Connections(sts.target, drain=0)
    former = await connections.get(SHOP)
    abroad = await connections.get(SHOP, "us-east-1")
    del sts.known["GOOD"]
    sts.known["NEW"] = "123456789012"
    sts.sign_in("NEW")
    with pytest.raises(Failure):
        await former.aws.call("sts", "get_caller_identity", expect="Account")
    later = await asyncio.gather(*(connections.get(SHOP) for _ in range(5)))
    assert later[0] is not former and all(one is later[0] for one in later)
    assert {await closed.get(), await closed.get()} == {former.aws, abroad.aws}, "in every region"
    assert sts.asked.count("NEW") == 1
    await connections.close()
    assert closed.get_nowait() is later[0].aws and closed.empty()


async def test_calls_under_way_on_a_refused_connection_may_end(sts: Sts) -> None:
    sts.sign_in("GOOD")
    connections = Connections(sts.target, drain=3600)
    former = await connections.get(SHOP)
    connections.renew(SHOP)
    assert await connections.get(SHOP) is not former
    await former.aws.call("sts", "get_caller_identity", expect="Account")
    await asyncio.wait_for(connections.close(), SOON)


async def test_a_call_that_waited_for_a_login_that_was_ended_is_a_problem_of_the_line(sts: Sts) -> None:
    """Not a cancellation, which would end whoever asked without a word."""
    os.mkfifo(started := sts.credentials.with_name("started"))
    sts.credentials.write_text(f"[default]\ncredential_process = /bin/sh -c 'echo > {started}; sleep 600'\n")
    aws = Aws(sts.target(SHOP), Meter())
    calls = [asyncio.create_task(aws.call("ecs", "list_clusters", expect="clusterArns")) for _ in range(2)]
    await asyncio.wait_for(asyncio.to_thread(started.read_text), SOON)
    await aws.close()
    calls.append(asyncio.create_task(aws.call("s3", "list_buckets", expect="Buckets")))
    for outcome in await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), SOON):
        assert isinstance(outcome, Failure) and outcome.problem.kind is ProblemKind.NETWORK
        assert "closed" in outcome.problem.what


@pytest.mark.parametrize("operation", ["list_clusters", "list_account_settings"], ids=["a call", "a page"])
async def test_closing_ends_a_call_of_whose_answer_a_part_has_come(sts: Sts, operation: str) -> None:
    """aiohttp forgets to tell who reads a body that its connection was closed: it would be waited for for ever."""
    half = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"half": ')
        await writer.drain()
        half.set()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        sts.sign_in("GOOD")
        sts.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        aws = Aws(sts.target(SHOP), Meter(), timeout=600)
        asking = aws.items("ecs", operation, "x") if "account" in operation else aws.call("ecs", operation, expect="x")
        asked = asyncio.create_task(asking)
        await asyncio.wait_for(half.wait(), SOON)
        await asyncio.gather(aws.close(), aws.close())
        with pytest.raises(Failure, match="closed meanwhile") as failed:
            await asyncio.wait_for(asked, SOON)
        assert failed.value.problem.kind is ProblemKind.NETWORK


async def test_who_waits_for_a_connection_that_is_left_gets_the_next(sts: Sts) -> None:
    sts.sign_in("GOOD")
    sts.held = asyncio.Event()
    connections = Connections(sts.target, drain=0)
    waiting = [asyncio.create_task(connections.get(SHOP)) for _ in range(3)]
    await sts.came.wait()
    connections.renew(SHOP)
    sts.held.set()
    found = await asyncio.wait_for(asyncio.gather(*waiting), SOON)
    assert all(one.identity.account == "123456789012" for one in found)
    await connections.close()


async def test_who_stops_waiting_for_a_connection_is_not_kept(sts: Sts) -> None:
    sts.sign_in("GOOD")
    sts.held = asyncio.Event()
    connections = Connections(sts.target, drain=0)
    waiting = asyncio.create_task(connections.get(SHOP))
    await sts.came.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    sts.held.set()
    await connections.close()


async def test_another_account_than_the_stack_files_is_refused_until_the_right_one_signs_in(sts: Sts) -> None:
    sts.known["OTHER"] = "999999999999"
    sts.sign_in("OTHER")
    connections = Connections(sts.target, retry=0)
    named = Stack(name="shop", account="123456789012")
    assert "999999999999" in await refused(connections, named)
    assert (await connections.get(SHOP)).identity.account == "999999999999", "no file says that this is wrong"
    sts.sign_in("GOOD")
    assert (await connections.get(named)).identity.account == "123456789012"
    await connections.close()


async def test_arns_of_another_account_or_region_than_the_calls_go_to_are_refused(sts: Sts) -> None:
    sts.sign_in("GOOD")
    told = Target(None, "eu-west-1", sts.url, sts.credentials, sts.credentials, told_account="123456789012")
    here, there = replace(told, told_region="eu-west-1"), replace(told, told_region="us-east-1")
    assert "999999999999" in await refused(Connections(lambda stack: replace(told, told_account="999999999999")))
    elsewhere = Connections(lambda stack: there)
    with pytest.raises(Failure, match=r"Calls would go to eu-west-1, but .* its ARNs are in us-east-1") as failed:
        await elsewhere.get(SHOP)
    assert failed.value.problem.kind is ProblemKind.INVALID
    for connections in (elsewhere, Connections(lambda stack: here)):
        region = "ap-south-1" if connections is elsewhere else None
        assert await connections.get(SHOP, region), "a region of its own is what the file says"
        await connections.close()


async def test_a_code_that_is_none_is_refused_before_the_connection_is_left(sts: Sts) -> None:
    sts.sign_in("GOOD")
    connections = Connections(sts.target)
    former = await connections.get(SHOP)
    with pytest.raises(ValueError, match="six digits"):
        connections.give_mfa(SHOP, "12")
    assert await connections.get(SHOP) is former
    connections.give_mfa(SHOP, "123456")
    assert await connections.get(SHOP) is not former
    await connections.close()
