"""The metadata service of an instance is asked on AWS's machines of every generation, and where somebody names it."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from console.aws.login import credentials
from console.aws.login.credentials import resolver
from console.aws.login.ec2_host import is_on_aws
from console.aws.login.mfa import Codes
from console.aws.session import make_core
from console.aws.target import Target

KEYS = {
    "Code": "Success",
    "AccessKeyId": "ASIAIOSFODNN7EXAMPLE",
    "SecretAccessKey": "s",
    "Token": "t",
    "Expiration": "2099-01-01T00:00:00Z",
}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("class/dmi/id/sys_vendor", "Amazon EC2\n", True),
        ("class/dmi/id/bios_version", "4.11.amazon\n", True),
        ("hypervisor/uuid", "ec2e1916-9099-7caf-fd21-012345abcdef\n", True),
        ("class/dmi/id/board_asset_tag", "i-0123456789abcdef0\n", True),
        ("class/dmi/id/sys_vendor", "Xen\n", False),
        ("class/dmi/id/bios_version", "4.11.2\n", False),
        ("hypervisor/uuid", "77ec2000-9099-7caf-fd21-012345abcdef\n", False),
        ("class/dmi/id/board_asset_tag", "Default string\n", False),
        ("class/dmi/id/product_uuid", "ec2\n", False),
    ],
)
def test_a_machine_tells_whether_it_is_one_of_awss(tmp_path: Path, name: str, text: str, expected: bool) -> None:
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text(text)
    assert is_on_aws(tmp_path) is expected


@pytest.fixture
async def service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[str]:
    """A metadata service, on a machine that is not AWS's and whose environment says nothing."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setattr(credentials, "is_on_aws", lambda: False)

    async def answer(request: web.Request) -> web.Response:
        if request.method == "PUT":
            return web.Response(text="token")
        return web.Response(text=json.dumps(KEYS) if request.path.endswith("/role") else "role")

    app = web.Application()
    app.router.add_route("*", "/latest/{rest:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def chain() -> Any:
    target = Target()
    return resolver(make_core(target), target, Codes())


def fetcher() -> Any:
    return chain().get_provider("iam-role")._role_fetcher


async def test_it_is_asked_where_the_environment_names_it(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await chain().load_credentials() is None, "elsewhere its address leads nowhere, or to somebody else"
    assert "AWS_EC2_METADATA_DISABLED" not in os.environ, "what is started from here decides for itself"
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", service)
    found = await chain().load_credentials()
    assert ((await found.get_frozen_credentials()).access_key, found.method) == ("ASIAIOSFODNN7EXAMPLE", "iam-role")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert await chain().load_credentials() is None


@pytest.mark.parametrize(
    "config",
    [
        "[default]\nec2_metadata_service_endpoint = http://127.0.0.1:9\n",
        "[default]\nec2_metadata_service_endpoint_mode = ipv6\n",
        "[default]\nrole_arn = arn:aws:iam::123456789012:role/r\ncredential_source = Ec2InstanceMetadata\n",
    ],
)
async def test_it_is_asked_where_the_config_names_it(service: str, tmp_path: Path, config: str) -> None:
    _write(tmp_path / "config", config)
    assert not fetcher()._disabled


async def test_it_is_asked_on_awss_machines(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6")
    assert fetcher()._base_url == "http://[fd00:ec2::254]/"
    monkeypatch.delenv("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")
    assert fetcher()._disabled
    monkeypatch.setattr(credentials, "is_on_aws", lambda: True)
    assert not fetcher()._disabled and fetcher()._base_url == "http://169.254.169.254/"


def _write(file: Path, text: str) -> None:
    file.write_text(text)
