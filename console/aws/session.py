"""The async AWS client layer: sessions, and clients that are made away from the event loop.

Importing this module imports aiobotocore and costs about 180 ms: do it in a worker thread, after the first
frame (`console.aws.connections` does).
"""

from __future__ import annotations

import asyncio
import os
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import aioboto3
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.exceptions import ClientError, ConfigParseError, NoCredentialsError
from botocore.loaders import create_loader

from console.aws import mfa
from console.aws.credentials import PATIENCE, resolver
from console.aws.log_parser import LogParserFactory
from console.aws.quiet import aside, undisturbed
from console.aws.target import Target
from console.aws.tls import aws_context, web_context
from console.aws.transport import LoginConfig, SentOnceSession, SharedTlsSession
from console.files import LIMIT, too_large
from console.redact import quiet_loggers

quiet_loggers()

_LOADER: Final = create_loader()
"""Service models are parsed once a process, whatever the number of sessions."""

_WORKER: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="aws-clients")

READ_TIMEOUT: Final = 10.0
WRITE_TIMEOUT: Final = 30.0
"""Seconds that a reply is waited for."""

CLOSED: Final = "The connection was closed meanwhile, as after signing in anew."
"""Why a call failed that was under way for longer than a connection is kept that another replaced."""


def config_of(*, writes: bool, timeout: float | None = None, own_endpoint: bool = False) -> AioConfig:
    """How requests are sent: reads up to three times, what changes something exactly once.

    With retries on, one withheld reply made two access keys (measured). `timeout` is in seconds; `own_endpoint`
    says that the endpoint is not AWS's, which has no host name a bucket.
    """
    options: dict[str, Any] = {"inject_host_prefix": False, "s3": {"addressing_style": "path"}} if own_endpoint else {}
    # Not by merge(): aiobotocore's forgets http_session_cls.
    return AioConfig(
        connect_timeout=3,
        read_timeout=timeout or (WRITE_TIMEOUT if writes else READ_TIMEOUT),
        max_pool_connections=25,
        retries={"mode": "standard", "total_max_attempts": 1 if writes else 3},
        tcp_keepalive=True,
        http_session_cls=SentOnceSession if writes else SharedTlsSession,
        user_agent_extra="groundskeeper",
        **options,
    )


_NO_PROFILE: Final = frozenset({"env", "iam-role", "container-role", "boto-config", "ec2-credentials-file"})
"""What botocore calls the ways to credentials that know no profile."""


def _by_environment(method: str) -> bool:
    return method == "assume-role-with-web-identity" and "AWS_WEB_IDENTITY_TOKEN_FILE" in os.environ


@dataclass(frozen=True, slots=True)
class _Login:
    """A session whose credentials were found to be there."""

    session: aioboto3.Session
    credentials: Any = field(repr=False)


class Clients:
    """The clients of one target, made lazily in a worker thread; they belong to the loop that first uses them.

    `codes` are asked for MFA codes; `patience` is how many seconds a credential_process may take.
    """

    def __init__(
        self, target: Target, config: AioConfig, *, codes: mfa.Codes = mfa.SHARED, patience: float = PATIENCE
    ) -> None:
        self.target = target
        self._config = config
        self._codes = codes
        self._patience = patience
        self._login: asyncio.Task[_Login] | None = None
        self._made: dict[tuple[str, str | None], asyncio.Task[Any]] = {}
        self._tls: dict[bool, ssl.SSLContext] = {}
        self._closed = False

    async def get(self, service: str, region: str | None = None) -> Any:
        """The client of a service in a region (None: the target's).

        Raises what logging in or making it raises, and ConnectionAbortedError once all were closed.
        """
        if self._closed:
            raise ConnectionAbortedError(CLOSED)
        key = (service, self.target.region_of(service, region))
        task = self._made.get(key)
        if task is None:
            task = self._made[key] = asyncio.create_task(self._make(*key))
            task.add_done_callback(lambda done: self._forget_failed(key, done))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Close every connection, and end a login that is under way."""
        self._closed = True
        made, self._made = list(self._made.values()), {}
        if self._login is not None:
            self._login.cancel()
        for client in await asyncio.gather(*made, return_exceptions=True):
            if not isinstance(client, BaseException):
                await client.__aexit__(None, None, None)

    async def tls(self, *, web: bool) -> ssl.SSLContext:
        """Whom a connection to AWS trusts that no client makes, or one to any other site with `web`.

        Raises OSError for a bundle of certificate authorities that is configured and cannot be read.
        """
        if web not in self._tls:
            self._tls[web] = await asyncio.to_thread(_context, self.target, web)
        return self._tls[web]

    @property
    def expires(self) -> datetime | None:
        """When the present credentials end; None for keys that do not, and before the first client."""
        login = self._login
        if login is None or not login.done() or login.cancelled() or login.exception() is not None:
            return None
        expires = getattr(login.result().credentials, "_expiry_time", None)
        return expires if isinstance(expires, datetime) else None

    @property
    def profile(self) -> str | None:
        """The profile from which the present credentials come; None before the first client, and where none is used."""
        login = self._login
        if self.target.profile or login is None or not login.done() or login.cancelled() or login.exception():
            return self.target.profile
        method = login.result().credentials.method
        return None if method in _NO_PROFILE or _by_environment(method) else login.result().session.profile_name

    def _forget_failed(self, key: tuple[str, str | None], done: asyncio.Task[Any]) -> None:
        if (done.cancelled() or done.exception() is not None) and self._made.get(key) is done:
            del self._made[key]

    async def _make(self, service: str, region: str | None) -> Any:
        if self._login is None or (self._login.done() and (self._login.cancelled() or self._login.exception())):
            self._login = asyncio.create_task(aside(self._log_in))
        login = await asyncio.shield(self._login)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(_WORKER, self._open, login.session, service, region)

    async def _log_in(self) -> _Login:
        """Find credentials before the first client is made: they may take a command, a role, or SSO."""
        with undisturbed():
            session = make_session(self.target, self._codes, self._patience)
        try:
            credentials = await session.get_credentials()
            if credentials is None:
                raise NoCredentialsError
            await credentials.get_frozen_credentials()
        except ClientError as error:
            if question := self._codes.refused(self.target, error):
                raise question from error
            raise
        return _Login(session, credentials)

    def _open(self, session: aioboto3.Session, service: str, region: str | None) -> Any:
        async def enter() -> Any:
            return await session.client(
                service, region_name=region, endpoint_url=self.target.endpoint_url, config=self._config
            ).__aenter__()

        with undisturbed():
            return asyncio.run(enter())


def make_session(target: Target, codes: mfa.Codes = mfa.SHARED, patience: float = PATIENCE) -> aioboto3.Session:
    """A session for a profile. Raises ProfileNotFound."""
    return aioboto3.Session(botocore_session=make_core(target, codes, patience), region_name=target.region)


def _context(target: Target, web: bool) -> ssl.SSLContext:
    with undisturbed():
        named = make_core(target).get_config_variable("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE")
        return web_context(named) if web else aws_context(named)


def make_core(target: Target, codes: mfa.Codes = mfa.SHARED, patience: float = PATIENCE) -> AioSession:
    """The session below: several share one data loader, and all find credentials without a terminal."""
    if not _on_aws():
        os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")
    core = AioSession(profile=target.profile)
    core.register_component("data_loader", _LOADER)
    core.register_component("response_parser_factory", LogParserFactory())
    if target.config_file:
        core.set_config_variable("config_file", str(target.config_file))
    if target.credentials_file:
        core.set_config_variable("credentials_file", str(target.credentials_file))
    _check_sizes(core)
    core.set_default_client_config(
        LoginConfig(connect_timeout=3, read_timeout=READ_TIMEOUT, retries={"mode": "standard", "total_max_attempts": 3})
    )
    core.lazy_register_component("credential_provider", lambda: resolver(core, target, codes, patience))
    return core


def _check_sizes(core: AioSession) -> None:
    """Refuse an AWS config or credentials file whose reading would not end. Raises `ConfigParseError`."""
    for variable in ("config_file", "credentials_file"):
        path = Path(core.get_config_variable(variable)).expanduser()
        if path.is_file() and path.stat().st_size > LIMIT:
            raise ConfigParseError(path=str(path), error=too_large(path, LIMIT).strerror)


def _on_aws() -> bool:
    """Whether this machine may be asked for instance or task credentials; elsewhere that would hang."""
    if os.environ.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") or os.environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI"):
        return True
    try:
        vendor = Path("/sys/class/dmi/id/sys_vendor").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return "Amazon EC2" in vendor
