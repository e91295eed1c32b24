"""Each way in which credentials can fail has its own sentence, leaves no child behind and prints nothing."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from pathlib import Path

import pytest
from aiohttp import web
from botocore.credentials import SSOProvider
from botocore.tokens import SSOTokenProvider

from console.aws.background import in_thread
from console.aws.call import Aws
from console.aws.login import mfa
from console.aws.login.credentials import CredentialProcessTimeout, forget_roles, starter
from console.aws.login.identity import Identity, who_am_i
from console.aws.meter import Meter
from console.aws.session import Clients
from console.aws.target import Target
from console.problems import SIGN_IN, Failure, Problem, ProblemKind
from tests.deadlines import SOON

SECRET = "sentinelSECRETsentinelSECRETsentinel0000"
REGION = "eu-west-1"
NOWHERE = "http://127.0.0.1:9"
SSO = "sso_account_id = 123456789012\nsso_role_name = Operator\n"
LEGACY = f"[profile shop]\n{SSO}sso_start_url = https://shop.awsapps.com/start\nsso_region = eu-west-1\n"
SESSION = (
    f"[profile shop]\n{SSO}sso_session = corp\n"
    "[sso-session corp]\nsso_start_url = https://shop.awsapps.com/start\nsso_region = eu-west-1\n"
)
USER = "arn:aws:iam::123456789012:user/ana"
ROLE = (
    "[profile shop]\nrole_arn = arn:aws:iam::123456789012:role/Operator\nsource_profile = base\n"
    "mfa_serial = arn:aws:iam::123456789012:mfa/ana\n"
    f"[profile base]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = {SECRET}\n"
)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Path]:
    """A folder with AWS files of its own, an environment without credentials; nothing may be printed."""
    for name in [name for name in os.environ if name.startswith("AWS_") and name != "AWS_CA_BUNDLE"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for provider in (SSOTokenProvider, SSOProvider):
        monkeypatch.setattr(provider, "_SSO_TOKEN_CACHE_DIR", str(tmp_path / "sso"))
    (tmp_path / "credentials").write_text("")
    yield tmp_path
    assert capfd.readouterr() == ("", "")


def target(place: Path, config: str, url: str | None = NOWHERE, profile: str | None = "shop") -> Target:
    (place / "config").write_text(config)
    return Target(profile, REGION, url, place / "config", place / "credentials")


async def problem_of(where: Target) -> Problem:
    aws = Aws(where, Meter())
    try:
        with pytest.raises(Failure) as failed:
            await who_am_i(aws)
    finally:
        await aws.close()
    assert SECRET not in str(failed.value)
    assert SECRET not in repr(failed.value.__cause__)
    return failed.value.problem


async def identity_of(where: Target) -> Identity:
    aws = Aws(where, Meter())
    try:
        return await who_am_i(aws)
    finally:
        await aws.close()


def process(place: Path, code: str) -> str:
    script = place / "process.py"
    script.write_text(f"import json, os, subprocess, sys, time\n{code}\n")
    return f"[profile shop]\ncredential_process = {sys.executable} -S {script}\n"


def printed(**changes: object) -> str:
    keys = {"Version": 1, "AccessKeyId": "ASIAIOSFODNN7EXAMPLE", "SecretAccessKey": SECRET, "SessionToken": "t"}
    return f"print({json.dumps({**keys, **changes})!r})"


def soon(**delta: float) -> str:
    return (datetime.now(UTC) + timedelta(**delta)).strftime("%Y-%m-%dT%H:%M:%SZ")


CASES = [
    ("", None, "NoCredentialsError", "No AWS credentials were found."),
    ("", "other", "ProfileNotFound", "other"),
    (SESSION, "shop", "SSOTokenLoadError", "Nobody has signed in"),
    (LEGACY, "shop", "SSOTokenLoadError", "Nobody has signed in"),
    ("[profile shop]\nrole_arn = x\nsource_profile = gone\n", "shop", "InvalidConfigError", "gone"),
    ("[profile shop]\nrole_arn = x\nsource_profile = b\n[profile b]\nrole_arn = x\nsource_profile = shop\n", "shop",
     "InvalidConfigError", "loop"),
    ("[profile shop\n", "shop", "ConfigParseError", "config"),
    ("[profile shop]\ncredential_process = /no/such/command\n", "shop", "CredentialRetrievalError", "No such file"),
    ("[profile shop]\nrole_arn = x\nsource_profile = b\n[profile b]\ncredential_process = /no/such/command\n", "shop",
     "CredentialRetrievalError", "No such file"),
    (ROLE, "shop", "MFARequired", "mfa/ana"),
    (f"[profile shop]\nlogin_session = {USER}\n", "shop", "LoginSessionUnsupported", "made by `aws login`"),
    (f"[profile shop]\nrole_arn = x\nsource_profile = b\n[profile b]\nlogin_session = {USER}\n", "shop",
     "LoginSessionUnsupported", "Profile b was made by `aws login`"),
    (SESSION.replace(SSO, ""), "shop", "SsoRoleMissing", "does not say sso_account_id and sso_role_name"),
    (LEGACY.replace("sso_role_name = Operator\n", ""), "shop", "SsoRoleMissing", "does not say sso_role_name"),
    ("[profile shop]\nrole_arn = x\nweb_identity_token_file = /no/token\n", "shop", "TokenFileUnreadable",
     "/no/token cannot be read: No such file"),
    ("[profile shop]\nrole_arn = x\nsource_profile = b\n[profile b]\nrole_arn = x\n"
     "web_identity_token_file = /no/token\n", "shop", "TokenFileUnreadable", "/no/token"),
]  # fmt: skip


@pytest.mark.parametrize(("config", "profile", "code", "says"), CASES, ids=[case[2] + case[3] for case in CASES])
async def test_what_is_missing_or_wrong_is_said_before_anything_is_sent(
    place: Path, config: str, profile: str | None, code: str, says: str
) -> None:
    problem = await problem_of(target(place, config, profile=profile))
    assert (problem.kind, problem.code) == (ProblemKind.LOGIN, code)
    assert says in problem.what
    assert problem.hint


PRINTS = [
    (f"sys.stderr.write({SECRET!r}); sys.exit(3)", "CredentialRetrievalError", "ended with status 3"),
    (f"print('not json ' + {SECRET!r})", "JSONDecodeError", "not JSON"),
    (f"print('[\"' + {SECRET!r} + '\"]')", "JSONDecodeError", "not JSON"),
    ("sys.stdout.buffer.write(b'\\xff\\xfe')", "JSONDecodeError", "not JSON"),
    ("print('x' * 70_000)", "CredentialRetrievalError", "more than 64 KB"),
    (printed(Version=2), "CredentialRetrievalError", "lacks Version 1"),
    (printed(SecretAccessKey=None), "CredentialRetrievalError", "lacks SecretAccessKey"),
    (printed(Expiration="tomorrow"), "CredentialRetrievalError", "Expiration is not a time"),
    (printed(Expiration=soon(hours=-1)), "", "had already expired"),
]


@pytest.mark.parametrize(("code", "name", "says"), PRINTS, ids=[case[2] for case in PRINTS])
async def test_what_a_credential_process_does_wrong_is_said_without_quoting_it(
    place: Path, code: str, name: str, says: str
) -> None:
    problem = await problem_of(target(place, process(place, code)))
    assert (problem.kind, problem.code) == (ProblemKind.LOGIN, name)
    assert says in problem.what
    assert problem.hint


HANGS = """
line = open({line!r}, "w")
os.set_inheritable(line.fileno(), True)
subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"], close_fds=False)
line.write(repr(sys.stdin.read()))
line.flush()
time.sleep(600)
"""


@pytest.fixture
def line(place: Path) -> Path:
    """A pipe that the process and its child hold: it opens when they start, and ends when both are gone."""
    os.mkfifo(place / "line")
    return place / "line"


async def test_a_credential_process_that_hangs_is_ended_with_all_that_it_started(place: Path, line: Path) -> None:
    clients = Clients(target(place, process(place, HANGS.format(line=str(line)))), patience=1)
    reading = asyncio.create_task(asyncio.to_thread(line.read_text))
    with pytest.raises(CredentialProcessTimeout):
        await clients.get("sts")
    assert await asyncio.wait_for(reading, SOON) == "''", "and it cannot read this terminal"
    await clients.close()


async def test_closing_ends_a_credential_process_at_once(place: Path, line: Path) -> None:
    where = target(place, process(place, HANGS.format(line=str(line))))
    clients = Clients(where, patience=600)
    asking = asyncio.create_task(clients.get("sts"))
    with await asyncio.wait_for(asyncio.to_thread(line.open), SOON) as held:
        await clients.close()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await asyncio.wait_for(asyncio.to_thread(held.read), SOON)


async def test_a_credential_process_that_works_says_when_its_keys_end(place: Path, moto_url: str) -> None:
    where = target(place, process(place, printed(Expiration=soon(hours=2))), moto_url)
    identity = await identity_of(where)
    assert identity.expires is not None
    assert timedelta(hours=1, minutes=59) < identity.expires - datetime.now(UTC) <= timedelta(hours=2)


async def test_a_role_with_mfa_waits_for_a_code_and_never_asks_the_terminal(
    place: Path, moto_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getpass", lambda prompt: pytest.fail("asked the terminal"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto_url)
    where = target(place, ROLE, moto_url)
    problem = await problem_of(where)
    assert (problem.code, problem.about) == ("MFARequired", "arn:aws:iam::123456789012:mfa/ana")
    mfa.SHARED.give(where, "123 456")
    identity = await identity_of(where)
    assert "assumed-role/Operator" in identity.arn
    assert identity.expires is not None and identity.expires > datetime.now(UTC)
    assert (await identity_of(where)).arn == identity.arn, "another session shares the role: a code serves once"
    forget_roles(where)
    assert (await problem_of(where)).code == "MFARequired"


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a", "１２３４５６"])
def test_what_is_no_mfa_code_is_refused_before_it_is_sent(place: Path, code: str) -> None:
    with pytest.raises(ValueError, match="six digits"):
        mfa.Codes().give(Target("shop"), code)


def error(code: str, message: str, status: int, **headers: str) -> web.Response:
    body = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
    return web.Response(text=f"{body}<RequestId>r</RequestId></ErrorResponse>", status=status, headers=headers)


async def serve(answer: web.Response) -> tuple[web.AppRunner, str]:
    async def reply(request: web.Request) -> web.Response:
        del request
        return web.Response(text=answer.text, status=answer.status, headers=answer.headers)

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", reply)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


STATIC = f"[profile shop]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = {SECRET}\n"
AGO = (datetime.now(UTC) - timedelta(hours=1)).strftime("%a, %d %b %Y %H:%M:%S GMT")
REFUSED = [
    (error("ExpiredToken", "The security token is expired", 403), ProblemKind.LOGIN, "does not accept the credentials"),
    (error("InvalidClientTokenId", "The token is invalid.", 403), ProblemKind.LOGIN, "does not accept the credentials"),
    (error("SignatureDoesNotMatch", "Signature expired", 403, Date=AGO), ProblemKind.SKEW, "s ahead of AWS's"),
    (error("AccessDenied", "not authorized to perform: sts:GetCallerIdentity on", 403), ProblemKind.DENIED, "sts:Get"),
]


@pytest.mark.parametrize(("answer", "kind", "says"), REFUSED, ids=[case[2] for case in REFUSED])
async def test_what_aws_refuses_is_told_apart(place: Path, answer: web.Response, kind: ProblemKind, says: str) -> None:
    runner, url = await serve(answer)
    problem = await problem_of(target(place, STATIC, url))
    await runner.cleanup()
    assert problem.kind is kind
    assert says in problem.what


async def test_a_wrong_mfa_code_is_asked_again(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    message = "MultiFactorAuthentication failed with invalid MFA one time pass code."
    runner, url = await serve(error("AccessDenied", message, 403))
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    where = target(place, ROLE, url)
    mfa.SHARED.give(where, "123456")
    for _ in range(2):
        problem = await problem_of(where)
        assert (problem.kind, problem.code) == (ProblemKind.LOGIN, "MFARequired")
        assert "did not accept the MFA code" in problem.what
        assert "mfa/ana" in problem.about
    await runner.cleanup()


@pytest.mark.parametrize(("config", "key"), [(SESSION, "corp"), (LEGACY, "https://shop.awsapps.com/start")])
async def test_an_expired_sso_sign_in_is_told_without_a_traceback(place: Path, config: str, key: str) -> None:
    (place / "sso").mkdir()
    token = {"accessToken": SECRET, "expiresAt": soon(hours=-1), "startUrl": "x", "region": REGION}
    (place / "sso" / f"{sha1(key.encode()).hexdigest()}.json").write_text(json.dumps(token))
    problem = await problem_of(target(place, config, url=None))
    assert problem.kind is ProblemKind.LOGIN and problem.code in SIGN_IN
    assert problem.what == "The SSO sign-in has expired."
    assert "aws sso login --profile shop" in problem.hint


@pytest.mark.parametrize("code", ["ForbiddenException", "AccessDeniedException"])
@pytest.mark.parametrize(("config", "key"), [(SESSION, "corp"), (LEGACY, "https://shop.awsapps.com/start")])
async def test_an_sso_role_that_is_not_assigned_is_named(
    place: Path, monkeypatch: pytest.MonkeyPatch, config: str, key: str, code: str
) -> None:
    denied = web.Response(text='{"message": "No access"}', status=403, headers={"x-amzn-ErrorType": code})
    runner, url = await serve(denied)
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSO", url)
    (place / "sso").mkdir()
    token = {"accessToken": SECRET, "expiresAt": soon(hours=1), "startUrl": "x", "region": REGION}
    (place / "sso" / f"{sha1(key.encode()).hexdigest()}.json").write_text(json.dumps(token))
    problem = await problem_of(target(place, config, url=None))
    await runner.cleanup()
    assert (problem.kind, problem.code) == (ProblemKind.LOGIN, "SsoRoleRefused")
    assert problem.what == (
        "The SSO role Operator of account 123456789012 (profile shop) is not assigned to who signed in: No access."
    )
    assert "aws configure sso --profile shop" in problem.hint


@pytest.mark.parametrize(("text", "says"), [(None, "No such file or directory"), ("none", "it holds no certificate")])
@pytest.mark.parametrize("way", ["AWS_CA_BUNDLE", "ca_bundle"])
async def test_a_bundle_of_authorities_that_cannot_be_read_is_named(
    place: Path, monkeypatch: pytest.MonkeyPatch, way: str, text: str | None, says: str
) -> None:
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    bundle, config = place / "bundle.pem", STATIC
    if text is not None:
        bundle.write_text(text)
    if way == "ca_bundle":
        config = f"{STATIC}ca_bundle = {bundle}\n"
    else:
        monkeypatch.setenv(way, str(bundle))
    problem = await problem_of(target(place, config))
    assert problem.kind is ProblemKind.INVALID
    assert problem.what == f"The certificate authorities in {bundle} cannot be read: {says}."
    assert "AWS_CA_BUNDLE" in problem.hint and "ca_bundle" in problem.hint


async def test_no_region_is_said_where_one_is_needed(place: Path) -> None:
    aws = Aws(Target("shop", None, None, target(place, STATIC).config_file, place / "credentials"), Meter())
    with pytest.raises(Failure) as failed:
        await aws.call("ecs", "list_clusters", expect="clusterArns")
    await aws.close()
    assert "No AWS region is set." in failed.value.problem.what


async def test_a_container_says_when_its_credentials_end(
    place: Path, moto_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"AccessKeyId": "ASIAIOSFODNN7EXAMPLE", "SecretAccessKey": SECRET, "Token": "t", "Expiration": soon(hours=6)}
    runner, url = await serve(web.Response(text=json.dumps(body)))
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{url}/creds")
    identity = await identity_of(target(place, "", moto_url, profile=None))
    await runner.cleanup()
    assert identity.expires is not None and identity.expires > datetime.now(UTC) + timedelta(hours=5)


async def test_credentials_are_found_beside_the_loop_not_on_it() -> None:
    async def where() -> str:
        return threading.current_thread().name

    assert (await in_thread(where)).startswith("background")


def test_libraries_that_log_bodies_and_tracebacks_are_silent() -> None:
    for name in ("botocore", "aiobotocore"):
        assert not logging.getLogger(name).propagate
        assert not logging.getLogger(name).isEnabledFor(logging.DEBUG)


async def test_a_command_that_is_given_up_while_it_starts_is_ended(tmp_path: Path) -> None:
    """Python waits for a child whose start is cancelled until all that the child started have closed its pipe, and so
    did whoever left the console then.
    """
    told = tmp_path / "told"
    os.mkfifo(told)
    starting = asyncio.ensure_future(starter(60)("sh", "-c", f"exec 3> {told}; sleep 60 & echo begun >&3; wait"))
    for _ in range(2):  # it runs then, and its pipe is not there yet
        await asyncio.sleep(0)
    with told.open() as held:
        assert held.readline() == "begun\n"
        starting.cancel()
        async with asyncio.timeout(SOON):
            await asyncio.wait([starting])
            assert starting.cancelled() and await asyncio.to_thread(held.read) == "", "what it started holds it no more"
