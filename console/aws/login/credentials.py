"""The credential chain as a console needs it: it never reads the terminal, never hangs, never prints."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any, Final

from aiobotocore.credentials import create_credential_resolver
from aiobotocore.session import AioSession
from botocore.exceptions import CredentialRetrievalError

from console.aws.botocore_internals import (
    PROCESS,
    ask_instance_only_if,
    ask_metadata_over,
    ask_mfa_of,
    read_tokens_by,
    start_processes_by,
)
from console.aws.login.ec2_host import is_on_aws
from console.aws.login.mfa import Codes
from console.aws.login.profile_faults import TokenFile, profile_name, sources
from console.aws.target import Target
from console.aws.transport import MetadataSession

PATIENCE: Final = 15.0
"""Seconds that a credential_process may take."""

_MOST: Final = 65_536
_roles: Final[dict[Target, dict[str, Any]]] = {}


class CredentialProcessTimeout(RuntimeError):
    """A credential_process did not answer in time; it and what it started were ended."""


def resolver(core: AioSession, target: Target, codes: Codes, patience: float = PATIENCE) -> Any:
    """botocore's chain of credential providers, with questions that raise and commands that end.

    A role is assumed once a login, whatever the number of sessions: an MFA code serves only once.
    """
    chain = create_credential_resolver(core, cache=_roles.setdefault(target.login, {}), region_name=target.region)
    ask_mfa_of(chain, codes.prompter(target))
    start_processes_by(chain, core, starter(patience))
    read_tokens_by(chain, TokenFile)  # which names the file that it cannot read
    ask_metadata_over(chain, partial(MetadataSession, verify=core.get_config_variable("ca_bundle")))
    ask_instance_only_if(chain, lambda: _may_ask(core))
    return chain


def _may_ask(core: AioSession) -> bool:
    """Whether to ask the metadata service of an instance: elsewhere its address leads nowhere, or to somebody else.

    Asked it is on AWS's machines, and wherever environment or AWS config speak of it.
    """
    named = ("ec2_metadata_service_endpoint", "ec2_metadata_service_endpoint_mode", "imds_use_ipv6")
    if any(core.get_config_variable(name) for name in named):
        return True
    chosen = sources(core.full_config, profile_name(core))
    return any(profile.get("credential_source") == "Ec2InstanceMetadata" for _, profile in chosen) or is_on_aws()


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
    return CredentialRetrievalError(provider=PROCESS, error_msg=reason)
