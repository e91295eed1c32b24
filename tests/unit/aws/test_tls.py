"""Every way out verifies who answers: the chain and the host name, also through a proxy, and the proxy itself."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import ssl
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.credentials import SSOProvider
from botocore.tokens import SSOTokenProvider

from console.aws.call import Aws
from console.aws.login import sso
from console.aws.login.identity import who_am_i
from console.aws.meter import Meter
from console.aws.proxy import proxy_of
from console.aws.target import Target
from console.aws.tls import aws_context, web_context
from console.checkup import access
from console.problems import Failure
from console.services.elasticbeanstalk import instance_logs
from console.services.endpoints import probe
from tests.foreign import Authority, Office
from tests.paths import ROOT

HOSTS = (
    "*.amazonaws.com",
    "*.eu-west-1.amazonaws.com",
    "*.sso.eu-west-1.amazonaws.com",
    "*.s3.eu-west-1.amazonaws.com",
    "shop.example",
)
START = "https://shop.awsapps.com/start"
KEYS = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = 0123456789\naws_session_token = t\n"
CONFIG = f"""
[profile keys]
{KEYS}
[profile role]
role_arn = arn:aws:iam::123456789012:role/ops
source_profile = keys
[profile web]
role_arn = arn:aws:iam::123456789012:role/ops
web_identity_token_file = {{place}}/token
[profile sso]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = ops
[sso-session corp]
sso_start_url = {START}
sso_region = eu-west-1
sso_registration_scopes = sso:account:access
"""
Way = Callable[[Path], Awaitable[object]]


def target(place: Path, profile: str) -> Target:
    return Target(profile, "eu-west-1", None, place / "config", place / "credentials")


def asked(profile: str, *, writes: bool = False) -> Way:
    async def ask(place: Path) -> object:
        aws = Aws(target(place, profile), Meter(), writes=writes)
        try:
            return await who_am_i(aws)
        except Failure as failure:
            return failure
        finally:
            await aws.close()

    return ask


async def signed_in(place: Path) -> object:
    try:
        return await sso.begin(target(place, "sso"))
    except Failure as failure:
        return failure


async def reached(place: Path) -> object:
    return (await access.reach(target(place, "keys"))).problem


async def probed(place: Path) -> object:
    aws = Aws(target(place, "keys"), Meter())
    try:
        (answer,) = await probe.ask(["https://shop.example/health"], await aws.tls(web=True))
    finally:
        await aws.close()
    return answer


async def downloaded(place: Path) -> object:
    aws = Aws(target(place, "keys"), Meter())
    try:
        return await instance_logs._download(
            "https://logs.s3.eu-west-1.amazonaws.com/x?X-Amz-Signature=1", await aws.tls()
        )
    except Failure as failure:
        return failure
    finally:
        await aws.close()


WAYS: dict[str, Way] = {
    "a client that reads": asked("keys"),
    "a client that writes": asked("keys", writes=True),
    "AssumeRole": asked("role"),
    "AssumeRoleWithWebIdentity": asked("web"),
    "the credentials of an SSO role": asked("sso"),
    "signing in to SSO": signed_in,
    "doctor's look at the endpoint": reached,
    "a probe of a stack's URL": probed,
    "a link to logs in S3": downloaded,
}


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """AWS files with a profile for each way, and an environment that says nothing else."""
    for name in [name for name in os.environ if name.startswith("AWS_") or "proxy" in name.lower()]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "config").write_text(CONFIG.replace("{place}", str(tmp_path)))
    (tmp_path / "credentials").write_text("")
    (tmp_path / "token").write_text("a.web.token")
    cache = tmp_path / "sso-cache"
    cache.mkdir()
    ends = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    token = {"startUrl": START, "region": "eu-west-1", "accessToken": "t", "expiresAt": ends}
    (cache / f"{hashlib.sha1(b'corp', usedforsecurity=False).hexdigest()}.json").write_text(json.dumps(token))
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    for provider in (SSOTokenProvider, SSOProvider):
        monkeypatch.setattr(provider, "_SSO_TOKEN_CACHE_DIR", str(cache))
    yield tmp_path


@pytest.fixture
def authority(place: Path) -> Authority:
    return Authority(place)


def through(office: Office, monkeypatch: pytest.MonkeyPatch, bundle: Path | None = None) -> None:
    monkeypatch.setenv("HTTPS_PROXY", office.url)
    monkeypatch.setenv("https_proxy", office.url)
    if bundle:
        monkeypatch.setenv("AWS_CA_BUNDLE", str(bundle))


@pytest.mark.parametrize("proxy_speaks_tls", [False, True], ids=["plain proxy", "TLS proxy"])
@pytest.mark.parametrize("way", WAYS)
class TestThroughAProxy:
    async def test_a_server_that_nobody_vouches_for_receives_nothing(
        self, way: str, proxy_speaks_tls: bool, place: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = Authority(place, "Known")
        foreign = Authority(place, "Foreign").serve(*HOSTS)
        with Office(foreign, known.serve("127.0.0.1") if proxy_speaks_tls else None) as office:
            through(office, monkeypatch, known.path)
            await WAYS[way](place)
        assert office.asked
        assert office.received == []

    async def test_a_server_of_another_name_receives_nothing(
        self, way: str, proxy_speaks_tls: bool, place: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        foreign = authority.serve("other.example")
        with Office(foreign, authority.serve("127.0.0.1") if proxy_speaks_tls else None) as office:
            through(office, monkeypatch, authority.path)
            await WAYS[way](place)
        assert office.asked
        assert office.received == []

    async def test_a_server_that_the_configured_authority_vouches_for_is_asked(
        self, way: str, proxy_speaks_tls: bool, place: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with Office(authority.serve(*HOSTS), authority.serve("127.0.0.1") if proxy_speaks_tls else None) as office:
            through(office, monkeypatch, authority.path)
            await WAYS[way](place)
        assert office.received


@pytest.mark.parametrize("way", WAYS)
class TestWhatNothingVouchesFor:
    async def test_a_proxy_that_speaks_tls_and_is_not_who_it_should_be_hears_nothing(
        self, way: str, place: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with Office(authority.serve(*HOSTS), authority.serve("proxy.example")) as office:
            through(office, monkeypatch, authority.path)
            await WAYS[way](place)
        assert office.heard_by_proxy == []

    async def test_an_empty_bundle_does_not_mean_that_nothing_is_verified(
        self, way: str, place: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with Office(authority.serve(*HOSTS)) as office:
            through(office, monkeypatch)
            monkeypatch.setenv("AWS_CA_BUNDLE", "")
            await WAYS[way](place)
        assert office.asked
        assert office.received == []


async def test_the_bundle_that_a_profile_names_is_trusted(
    place: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "config").write_text(f"[profile keys]\nca_bundle = {authority.path}\n{KEYS}")
    with Office(authority.serve(*HOSTS)) as office:
        through(office, monkeypatch)
        identity = await WAYS["a client that reads"](place)
        await WAYS["a probe of a stack's URL"](place)
    assert "user/ana" in str(identity)
    assert [host for host in office.asked if host.startswith("shop.example")]
    assert len(office.received) == 2


@pytest.mark.parametrize(("names", "heard"), [(("127.0.0.1",), True), (("other.example",), False)])
async def test_a_container_gives_credentials_by_https_only_where_its_name_is_right(
    names: tuple[str, ...], heard: bool, place: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The office's server itself stands in for the container agent: it is asked without a proxy."""
    with Office(authority.serve("unused"), authority.serve(*names)) as agent:
        monkeypatch.setenv("AWS_CA_BUNDLE", str(authority.path))
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"https://127.0.0.1:{agent.port}/creds")
        monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "sentinel")
        (place / "config").write_text("[profile bare]\nregion = eu-west-1\n")
        await asked("bare")(place)
    assert bool(agent.received) is heard
    assert all(b"sentinel" in request for request in agent.received)


def test_certificates_of_proxies_are_not_held_to_all_of_rfc_5280_but_to_chain_and_name(authority: Authority) -> None:
    """Python does so from 3.13 on, and refuses what the aws command line takes."""
    for context in (aws_context(str(authority.path)), web_context(str(authority.path)), web_context(None)):
        assert not context.verify_flags & ssl.VERIFY_X509_STRICT
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname


@pytest.mark.parametrize(
    ("proxy", "but", "found"),
    [
        ("proxy.corp:3128", "", "http://proxy.corp:3128"),
        ("https://proxy.corp:3128", "", "https://proxy.corp:3128"),
        ("http://proxy.corp:3128", "shop.example:8443", None),
        ("http://proxy.corp:3128", "shop.example", None),
        ("http://proxy.corp:3128", "other.example", "http://proxy.corp:3128"),
    ],
)
def test_the_proxy_of_a_url_is_the_one_that_botocore_takes(
    proxy: str, but: str, found: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", proxy)
    monkeypatch.setenv("no_proxy", but)
    assert proxy_of("https://user:word@shop.example:8443/x") == found


_MAKERS = ("ClientSession", "TCPConnector", "create_client", "urlopen", "HTTPSConnection", "create_default_context",
           "SSLContext", "_create_unverified_context", "AIOHTTPSession", "HttpxSession", "URLLib3Session")  # fmt: skip
_KNOWN = {
    "console/aws/tls.py": {"create_default_context"},
    "console/aws/botocore_internals.py": {"TCPConnector"},
    "console/aws/login/sso.py": {"create_client"},
    "console/checkup/access.py": {"create_client"},
    "console/services/endpoints/probe.py": {"ClientSession", "TCPConnector"},
    "console/services/elasticbeanstalk/instance_logs.py": {"ClientSession"},
}


def test_there_is_no_way_out_that_the_tests_above_do_not_know() -> None:
    """A new one gets its context from `console.aws.tls`, is tried above, and is then named here."""
    found: dict[str, set[str]] = {}
    for path in [
        *(ROOT / "console").rglob("*.py"),
        *(ROOT / "screens").rglob("*.py"),
        *(ROOT / "widgets").rglob("*.py"),
    ]:
        name = path.relative_to(ROOT).as_posix()
        if name.startswith("console/demo/"):
            continue  # the embedded AWS, which asks nobody but itself
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called in _MAKERS:
                    found.setdefault(name, set()).add(called)
                assert not any(
                    word.arg in ("verify", "ssl", "verify_ssl") and getattr(word.value, "value", None) is False
                    for word in node.keywords
                ), f"{name}:{node.lineno} verifies nothing"
    assert found == _KNOWN


async def test_a_link_does_not_lead_from_who_is_verified_to_who_is_not() -> None:
    assert instance_logs._next("https://a.s3.amazonaws.com/x", "https://a.s3.eu-west-1.amazonaws.com/x").startswith(
        "https:"
    )
    assert instance_logs._next("https://a.s3.amazonaws.com/x", "/y") == "https://a.s3.amazonaws.com/y"
    for location in ("http://a.s3.amazonaws.com/x", "ftp://a/x", "file:///etc/passwd"):
        with pytest.raises(Failure, match="nobody verifies"):
            instance_logs._next("https://a.s3.amazonaws.com/x", location)
