"""The credential chain as a console needs it: it never reads the terminal, never hangs, never prints."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final

from aiobotocore.credentials import (
    AioAssumeRoleWithWebIdentityProvider,
    AioProcessProvider,
    create_credential_resolver,
)
from aiobotocore.session import AioSession
from botocore.exceptions import CredentialRetrievalError
from botocore.utils import get_environ_proxies

from console.aws.login.ec2_host import is_on_aws
from console.aws.login.mfa import Codes
from console.aws.login.profile_faults import TokenFile, profile_name, sources
from console.aws.target import Target
from console.aws.transport import MetadataSession

PATIENCE: Final = 15.0
"""Seconds that a credential_process may take."""

_PROCESS: Final = "custom-process"
_MOST: Final = 65_536
_roles: Final[dict[Target, dict[str, Any]]] = {}


class CredentialProcessTimeout(RuntimeError):
    """A credential_process did not answer in time; it and what it started were ended."""


def resolver(core: AioSession, target: Target, codes: Codes, patience: float = PATIENCE) -> Any:
    """botocore's chain of credential providers, with questions that raise and commands that end.

    A role is assumed once a login, whatever the number of sessions: an MFA code serves only once.
    """
    chain = create_credential_resolver(core, cache=_roles.setdefault(target.login, {}), region_name=target.region)
    roles = chain.get_provider("assume-role")
    roles._prompter = codes.prompter(target)
    start = starter(patience)
    chain.get_provider(_PROCESS)._popen = start
    # The chain of a source_profile is built anew at each use.
    roles._profile_provider_builder._create_process_provider = lambda profile_name: AioProcessProvider(
        profile_name=profile_name, load_config=lambda: core.full_config, popen=start
    )
    _name_token_files(chain, roles._profile_provider_builder)
    _verify(chain, core)
    metadata = chain.get_provider("iam-role")._role_fetcher
    metadata._disabled = metadata._disabled or not _may_ask(core)
    return chain


def _name_token_files(chain: Any, builder: Any) -> None:
    """Let what reads the token of a web identity name the file that it cannot read, also for a source_profile."""
    make: Callable[..., AioAssumeRoleWithWebIdentityProvider] = builder._create_web_identity_provider

    def made(*args: Any, **kwargs: Any) -> AioAssumeRoleWithWebIdentityProvider:
        provider = make(*args, **kwargs)
        provider._token_loader_cls = TokenFile
        return provider

    builder._create_web_identity_provider = made
    chain.get_provider("assume-role-with-web-identity")._token_loader_cls = TokenFile


def _may_ask(core: AioSession) -> bool:
    """Whether to ask the metadata service of an instance: elsewhere its address leads nowhere, or to somebody else.

    Asked it is on AWS's machines, and wherever environment or AWS config speak of it.
    """
    named = ("ec2_metadata_service_endpoint", "ec2_metadata_service_endpoint_mode", "imds_use_ipv6")
    if any(core.get_config_variable(name) for name in named):
        return True
    chosen = sources(core.full_config, profile_name(core))
    return any(profile.get("credential_source") == "Ec2InstanceMetadata" for _, profile in chosen) or is_on_aws()


def _verify(chain: Any, core: AioSession) -> None:
    """Let what asks for the credentials of a container or an instance verify whom it asks."""
    bundle = core.get_config_variable("ca_bundle")
    container = chain.get_provider("container-role")._fetcher
    container._session = MetadataSession(verify=bundle, timeout=container.TIMEOUT_SECONDS)
    instance = chain.get_provider("iam-role")._role_fetcher
    proxies = get_environ_proxies(instance._base_url)
    instance._session = MetadataSession(verify=bundle, timeout=instance._timeout, proxies=proxies)


def forget_roles(target: Target) -> None:
    """Assume roles and ask SSO anew at the next session: AWS has refused what was kept."""
    _roles.pop(target.login, None)


def starter(patience: float) -> Callable[..., Awaitable[Child]]:
    """What starts a credential_process for botocore.

    The child has a session of its own, so that it can neither read nor draw on this terminal, and that all it
    starts can be ended with it.
    """

    async def start(*command: str, **_: Any) -> Child:
        starting = asyncio.ensure_future(
            asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
        )
        try:
            return Child(await asyncio.shield(starting), patience)
        except asyncio.CancelledError:
            # Not cancelled itself: then asyncio kills the child alone, and waits for all that the child has started.
            with contextlib.suppress(OSError):
                await Child(await starting, patience).end()
            raise
        except OSError as error:
            raise _failed(error.strerror or "it cannot be started") from error

    return start


class Child:
    """A running credential_process, as far as botocore asks about it."""

    def __init__(self, process: asyncio.subprocess.Process, patience: float) -> None:
        self._process = process
        self._patience = patience
        self.returncode: int = 0

    async def communicate(self) -> tuple[bytes, bytes]:
        """What it printed, once that was found to be credentials.

        Raises CredentialProcessTimeout, CredentialRetrievalError and json.JSONDecodeError, none with the output.
        """
        try:
            async with asyncio.timeout(self._patience):
                printed = await self._output()
                status = await self._process.wait()
        except TimeoutError:
            raise CredentialProcessTimeout(f"No answer within {self._patience:g} s.") from None
        finally:
            await self.end()
        if status:
            raise _failed(f"it ended with status {status}")
        _check(printed)
        return printed, b""

    async def _output(self) -> bytes:
        stdout, printed = self._process.stdout, bytearray()
        while stdout is not None and (chunk := await stdout.read(_MOST)):
            printed += chunk
            if len(printed) > _MOST:
                raise _failed("it printed more than 64 KB")
        return bytes(printed)

    async def end(self) -> None:
        """End it and what it started."""
        if self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.communicate(), 1)


def _check(printed: bytes) -> None:
    """Refuse what botocore would fail on in ways that cannot be explained, or by quoting it."""
    try:
        found = json.loads(printed)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise json.JSONDecodeError("no JSON object", "", 0) from None
    if found.get("Version") != 1:
        raise _failed("what it printed lacks Version 1")
    for key in ("AccessKeyId", "SecretAccessKey"):
        if not isinstance(found.get(key), str):
            raise _failed(f"what it printed lacks {key}")
    try:
        if (expiration := found.get("Expiration")) is not None:
            datetime.fromisoformat(expiration)
    except (TypeError, ValueError):
        raise _failed("its Expiration is not a time such as 2026-11-20T12:00:00Z") from None


def _failed(reason: str) -> CredentialRetrievalError:
    return CredentialRetrievalError(provider=_PROCESS, error_msg=reason)
