"""Signing in to SSO from inside the console, against an OIDC service of our own."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from botocore.credentials import SSOProvider
from botocore.tokens import SSOTokenProvider

from console.aws.call import Aws
from console.aws.login import sso
from console.aws.login.identity import who_am_i
from console.aws.meter import Meter
from console.aws.target import Target
from console.desk.desk import Desk
from console.options import Options
from console.problems import SIGN_IN, Failure, ProblemKind
from tests.deadlines import SOON

SECRET = "sentinel-token-of-the-device"
START = "https://shop.awsapps.com/start"
ROLE = "sso_account_id = 123456789012\nsso_role_name = Operator\n"
PLACE = f"sso_start_url = {START}\nsso_region = eu-west-1\n"
LEGACY = f"[profile shop]\n{ROLE}{PLACE}"
SESSION = f"[profile shop]\n{ROLE}sso_session = corp\n[sso-session corp]\n{PLACE}"


@dataclass
class Oidc:
    """The four answers of AWS that a sign-in needs; `says` is what CreateToken answers, one after the other."""

    says: list[str] = field(default_factory=lambda: ["ok"])
    asked: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    lives: int = 600

    async def answer(self, request: web.Request) -> web.Response:
        if request.path == "/federation/credentials":
            assert request.headers["x-amz-sso_bearer_token"] == SECRET
            keys = {"accessKeyId": "ASIAIOSFODNN7EXAMPLE", "secretAccessKey": "s", "sessionToken": "t"}
            ends = int((time.time() + 3600) * 1000)
            return web.json_response({"roleCredentials": {**keys, "expiration": ends}})
        self.asked.append((request.path, await request.json()))
        if request.path == "/client/register":
            ends = int(time.time()) + 90 * 86400
            return web.json_response({"clientId": "c", "clientSecret": SECRET, "clientSecretExpiresAt": ends})
        if request.path == "/device_authorization":
            url = "https://device.sso.eu-west-1.amazonaws.com/"
            return web.json_response(
                {
                    "deviceCode": SECRET,
                    "userCode": "ABCD-EFGH\x1b[31m",
                    "verificationUri": url,
                    "verificationUriComplete": f"{url}?user_code=ABCD-EFGH",
                    "expiresIn": self.lives,
                    "interval": 1,
                }
            )
        says = self.says.pop(0)
        if says == "ok":
            return web.json_response(
                {"accessToken": SECRET, "expiresIn": 28800, "refreshToken": SECRET, "tokenType": "Bearer"}
            )
        status = 503 if says == "InternalServerException" else 400
        return web.json_response({"error": says}, status=status, headers={"x-amzn-ErrorType": says})


@pytest.fixture
async def oidc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Oidc]:
    for name in [name for name in os.environ if name.startswith("AWS_") and name != "AWS_CA_BUNDLE"]:
        monkeypatch.delenv(name)
    for provider in (SSOTokenProvider, SSOProvider):
        monkeypatch.setattr(provider, "_SSO_TOKEN_CACHE_DIR", str(tmp_path / "sso"))
    made = Oidc()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", made.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSO_OIDC", url)
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSO", url)
    yield made
    await runner.cleanup()


def target(folder: Path, config: str, url: str | None = None) -> Target:
    (folder / "config").write_text(config)
    return Target("shop", "eu-west-1", url, folder / "config", folder / "credentials")


class Waits(list[float]):
    """A sleep that only notes for how long."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.mark.parametrize(("config", "scopes"), [(SESSION, ["sso:account:access"]), (LEGACY, None)])
async def test_a_sign_in_in_the_console_opens_the_way_for_every_tool(
    tmp_path: Path, oidc: Oidc, moto_url: str, config: str, scopes: list[str] | None
) -> None:
    where = target(tmp_path, config, moto_url)
    aws = Aws(where, Meter())
    with pytest.raises(Failure) as failed:
        await who_am_i(aws)
    assert failed.value.problem.code in SIGN_IN
    oidc.says = ["AuthorizationPendingException", "SlowDownException", "AuthorizationPendingException", "ok"]
    authorization = await sso.begin(where)
    assert oidc.asked[0][1].get("scopes") == scopes
    assert authorization.user_code == "ABCD-EFGH␛[31m"
    assert authorization.complete_url.endswith("?user_code=ABCD-EFGH")
    assert SECRET not in repr(authorization)
    waits = Waits()
    expires = await sso.finish(authorization, folder=tmp_path / "sso", sleep=waits)
    assert waits == [1, 1, 6, 6]
    assert timedelta(hours=7, minutes=59) < expires - datetime.now(UTC) <= timedelta(hours=8)
    (file,) = (tmp_path / "sso").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text()).keys() == {
        *("startUrl", "region", "accessToken", "expiresAt", "refreshToken"),
        *("clientId", "clientSecret", "registrationExpiresAt"),
    }
    identity = await who_am_i(aws)
    assert identity.expires is not None
    assert timedelta(minutes=59) < identity.expires - datetime.now(UTC) <= timedelta(hours=1)
    await aws.close()


@pytest.mark.parametrize(
    ("says", "tells"), [("AccessDeniedException", "was denied"), ("ExpiredTokenException", "has expired")]
)
async def test_a_sign_in_that_is_denied_or_too_late_is_told_and_leaves_nothing(
    tmp_path: Path, oidc: Oidc, says: str, tells: str
) -> None:
    oidc.says = [says]
    authorization = await sso.begin(target(tmp_path, SESSION))
    with pytest.raises(Failure) as failed:
        await sso.finish(authorization, folder=tmp_path / "sso", sleep=Waits())
    assert failed.value.problem.kind is ProblemKind.LOGIN
    assert tells in failed.value.problem.what
    assert not (tmp_path / "sso").exists()


async def test_the_code_ends_with_its_time_and_a_fault_on_the_way_does_not_end_it(tmp_path: Path, oidc: Oidc) -> None:
    oidc.says = [*["InternalServerException"] * 3, "ok"]  # each question is tried three times
    authorization = await sso.begin(target(tmp_path, SESSION))
    await sso.finish(authorization, folder=tmp_path / "sso", sleep=Waits())
    oidc.lives = 0
    authorization = await sso.begin(target(tmp_path, SESSION))
    with pytest.raises(Failure, match="has expired"):
        await sso.finish(authorization, folder=tmp_path / "sso", sleep=Waits())


def test_a_role_signs_in_through_its_source_profile() -> None:
    base = {"sso_start_url": START, "sso_region": "eu-west-1"}
    config = {"profiles": {"shop": {"source_profile": "base"}, "base": base}}
    assert sso.sso_profile(config, "shop") == sso.SsoProfile(START, "eu-west-1")
    corp = {"profiles": {"shop": {"sso_session": "corp"}}, "sso_sessions": {"corp": base}}
    assert sso.sso_profile(corp, "shop").session == "corp"


@pytest.mark.parametrize("profile", [{}, {"source_profile": "shop"}, {"sso_session": "gone"}])
def test_a_profile_without_sso_is_told_so(profile: dict[str, str]) -> None:
    with pytest.raises(Failure, match="does not sign in with SSO"):
        sso.sso_profile({"profiles": {"shop": profile}}, "shop")


async def test_the_desk_goes_on_as_soon_as_the_code_was_used(
    tmp_path: Path, oidc: Oidc, moto_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text(SESSION)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(SSOTokenProvider, "_SSO_TOKEN_CACHE_DIR", str(tmp_path / ".aws/sso/cache"))
    monkeypatch.setattr(SSOProvider, "_SSO_TOKEN_CACHE_DIR", str(tmp_path / ".aws/sso/cache"))
    for name in ("CONFIG", "STATE", "RUNTIME"):
        monkeypatch.setenv(f"GROUNDSKEEPER_{name}_DIR", str(tmp_path / name))
    desk = Desk(Options(profile="shop", endpoint_url=moto_url, region="eu-west-1"))
    changed = asyncio.Event()
    desk.listen(changed, changed.set)

    async def until(holds: Callable[[], object]) -> None:
        async with asyncio.timeout(SOON):
            while not holds():
                changed.clear()
                await changed.wait()

    await desk.open()
    await until(lambda: desk.problem)
    assert desk.problem is not None and desk.problem.code in SIGN_IN
    authorization = await desk.sign_in.begin()
    await desk.sign_in.finish(authorization)
    await until(lambda: desk.stack)
    assert desk.problem is None
    await desk.close()
