"""URLs: status, latency, certificate, and nothing secret of them shown."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from console.aws.call import Aws
from console.aws.meter import Meter
from console.aws.target import Target
from console.aws.tls import web_context
from console.readings.source import Level
from console.services.endpoints import probe, urls
from console.services.endpoints.kinds import Endpoint
from console.services.endpoints.urls import Response, judge_answer, visible
from console.stack.stack import Stack

NOW = 1_800_000_000.0
LIMITS = {"latency_warn_ms": 1000, "tls_warn_days": 30, "tls_crit_days": 7}
SITE = Endpoint(url="https://user:pass-w0rd@example.com/health?token=s3cret")


def in_days(days: float) -> datetime:
    return datetime.fromtimestamp(NOW, UTC) + timedelta(days=days)


@pytest.mark.parametrize(
    ("answer", "levels"),
    [
        (Response(200, 0.1), [Level.OK, Level.OK]),
        (Response(200, 1.5), [Level.OK, Level.WARN]),
        (Response(503, 0.1), [Level.CRIT, Level.OK]),
        (Response(301, 0.1), [Level.CRIT, Level.OK]),
        (Response(200, 0.1, in_days(90)), [Level.OK, Level.OK, Level.OK]),
        (Response(200, 0.1, in_days(29.9)), [Level.OK, Level.OK, Level.WARN]),
        (Response(200, 0.1, in_days(6.9)), [Level.OK, Level.OK, Level.CRIT]),
    ],
)
def test_judge(answer: Response, levels: list[Level]) -> None:
    assert [finding.level for finding in judge_answer(SITE, answer, LIMITS, NOW)] == levels


def test_an_expected_redirect_is_good_and_another_says_where_it_leads() -> None:
    answer = Response(301, 0.1, location=visible("https://other.example/?code=1"))
    moved = Endpoint(url="https://example.com", expect=301)
    assert next(judge_answer(moved, answer, LIMITS, NOW)).level is Level.OK
    assert next(judge_answer(SITE, answer, LIMITS, NOW)).what.endswith("It redirects to https://other.example/?….")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:pass@example.com:8443/a/b?key=1#part", "https://example.com:8443/a/b?…"),
        ("https://example.com", "https://example.com"),
        ("/relative?x=1", "/relative?…"),
        ("https://[bad", "an invalid URL"),
        ("https://example.com/\x1b]0;x", "https://example.com/␛]0;x"),
    ],
)
def test_nothing_secret_of_a_url_is_visible(url: str, shown: str) -> None:
    assert visible(url) == shown


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that ends in 20 days, and a context that serves it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=20, hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "site.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)
    return path, context


@pytest.fixture
async def site(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    """Starts sites on free loopback ports; gives their addresses."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    runners: list[web.AppRunner] = []

    async def answer(request: web.Request) -> web.Response:
        if request.path == "/moved":
            return web.Response(status=302, headers={"Location": "https://elsewhere.example/login?session=s3cret"})
        return web.Response(status=200, text="SECRET BODY")

    async def start(context: ssl.SSLContext | None = None) -> str:
        app = web.Application()
        app.router.add_get("/{tail:.*}", answer)
        runner = web.AppRunner(app)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        return f"http{'s' if context else ''}://127.0.0.1:{runner.addresses[0][1]}"

    yield start
    for runner in runners:
        await runner.cleanup()


async def test_every_endpoint_is_judged_and_no_secret_or_body_is_shown(site: Any) -> None:
    base = await site()
    with_password = base.replace("//", "//operator:pass-w0rd@")
    stack = Stack(
        name="s",
        parts=(
            Endpoint(url=f"{with_password}/?key=s3cret", name="home"),
            Endpoint(url=f"{with_password}/moved?key=s3cret"),
            Endpoint(url="http://127.0.0.1:1/?key=s3cret"),
            Endpoint(url="http://u:pass-w0rd@127.0.0.1:99999/?key=s3cret"),
        ),
    )
    aws = Aws(Target(), Meter())
    report = await urls.endpoints.fetch(aws, stack)
    status = [finding for finding in report.findings if not finding.value.endswith("ms")]
    assert [finding.level for finding in status] == [Level.OK, Level.CRIT, Level.CRIT, Level.CRIT]
    assert [finding.value for finding in status] == ["200", "302", "no answer", "no answer"]
    assert status[2].what.startswith("No connection:")
    assert len(report.details) == 4
    assert dict(report.details[1].facts)["Redirects to"] == "https://elsewhere.example/login?…"
    for secret in ("s3cret", "pass-w0rd", "SECRET BODY", "operator"):
        assert secret not in repr(report)
    assert aws.called == set()


async def test_the_end_of_a_certificate_is_read(site: Any, certificate: tuple[Path, ssl.SSLContext]) -> None:
    path, serving = certificate
    base = await site(serving)
    (answer,) = await probe.ask([base], ssl.create_default_context(cafile=str(path)))
    assert answer.status == 200
    assert answer.expires is not None
    assert (answer.expires - datetime.now(UTC)).days == 20


async def test_a_certificate_that_nobody_vouches_for_is_no_answer(
    site: Any, certificate: tuple[Path, ssl.SSLContext]
) -> None:
    (answer,) = await probe.ask([await site(certificate[1])], web_context(None))
    assert answer.error.startswith("The certificate is not trusted: self")


async def test_a_host_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = asyncio.Event()

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        ended.set()

    monkeypatch.setattr(probe, "TIMEOUT", 0.05)
    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    async with server:
        (answer,) = await probe.ask([f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"], web_context(None))
        await ended.wait()
    assert answer.error.startswith("No answer within")


async def test_only_so_many_are_asked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    open_now, most = 0, 0
    full = asyncio.Event()

    async def count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        if open_now == probe.AT_ONCE:
            full.set()
        await full.wait()
        await reader.readuntil(b"\r\n\r\n")
        open_now -= 1
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(count, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        answers = await probe.ask([url] * (3 * probe.AT_ONCE), web_context(None))
    assert {answer.status for answer in answers} == {204}
    assert most == probe.AT_ONCE
