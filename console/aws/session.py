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
from botocore.exceptions import (
    ClientError,
    ConfigParseError,
    CredentialRetrievalError,
    InvalidConfigError,
    NoCredentialsError,
)

from console.aws import endpoints
from console.aws.background import in_thread, undisturbed
from console.aws.botocore_internals import expiry_of
from console.aws.log_parser import LogParserFactory
from console.aws.login import mfa
from console.aws.login.credentials import PATIENCE, resolver
from console.aws.login.profile_faults import lack, refused_role
from console.aws.service_regions import home_of, loader, not_a_region, not_offered, read_ahead
from console.aws.target import Target
from console.aws.tls import aws_context, web_context
from console.aws.transport import LoginConfig, SentOnceSession, SharedTlsSession
from console.files.bounded import LIMIT, too_large
from console.naming import partitions
from console.problems import Failure, Problem, ProblemKind
from console.redact import quiet_loggers
from console.text import Clean, clean

quiet_loggers()

_LOADER: Final = loader()
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
    """A session whose credentials were found to be there, and the region that it asks in."""

    session: aioboto3.Session
    core: AioSession
    credentials: Any = field(repr=False)
    region: str | None
    endpoints: endpoints.Variables


class Clients:
    """The clients of one target, made lazily in a worker thread; they belong to the loop that first uses them.

    With `writes` they may change something; `timeout` is how long a reply is waited for. `codes` are asked for MFA
    codes; `patience` is how many seconds a credential_process may take.
    """

    def __init__(
        self,
        target: Target,
        *,
        writes: bool = False,
        timeout: float | None = None,
        codes: mfa.Codes = mfa.SHARED,
        patience: float = PATIENCE,
    ) -> None:
        self.target = target
        self._writes = writes
        self._timeout = timeout
        self._codes = codes
        self._patience = patience
        self._login: asyncio.Task[_Login] | None = None
        self._made: dict[tuple[str, str | None], asyncio.Task[Any]] = {}
        self._tls: dict[bool, ssl.SSLContext] = {}
        self._closed = False

    async def get(self, service: str, region: str | None = None) -> Any:
        """The client of a service in a region (None: the target's).

        Raises what logging in or making it raises, `Failure` where the partition has no such service or is not the
        region's, and ConnectionAbortedError once all were closed.
        """
        self._must_be_open()
        login = await self._logged_in()
        self._must_be_open()
        key = (service, _place(service, region, login.region))
        task = self._made.get(key)
        if task is None:
            task = self._made[key] = asyncio.create_task(self._make(login, *key))
            task.add_done_callback(lambda done: self._forget_failed(key, done))
        return await asyncio.shield(task)

    def _must_be_open(self) -> None:
        if self._closed:
            raise ConnectionAbortedError(CLOSED)

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
        return expiry_of(self._known.credentials) if self._known else None

    @property
    def profile(self) -> str | None:
        """The profile from which the present credentials come; None before the first client, and where none is used."""
        if self.target.profile or self._known is None:
            return self.target.profile
        method = self._known.credentials.method
        return None if method in _NO_PROFILE or _by_environment(method) else self._known.session.profile_name

    @property
    def region(self) -> str | None:
        """The region of what has none of its own; None where none is set, and before the first client."""
        return self._known.region if self._known else self.target.region

    @property
    def _known(self) -> _Login | None:
        login = self._login
        if login is None or not login.done() or login.cancelled() or login.exception() is not None:
            return None
        return login.result()

    @property
    def endpoint_variables(self) -> endpoints.Variables:
        """The endpoints that environment and AWS config name; before the first client those of the environment."""
        return self._known.endpoints if self._known else self.target.endpoint_variables

    def _forget_failed(self, key: tuple[str, str | None], done: asyncio.Task[Any]) -> None:
        if (done.cancelled() or done.exception() is not None) and self._made.get(key) is done:
            del self._made[key]

    async def _logged_in(self) -> _Login:
        if self._login is None or (self._login.done() and self._known is None):
            self._login = asyncio.create_task(in_thread(self._log_in))
        return await asyncio.shield(self._login)

    async def _make(self, login: _Login, service: str, region: str | None) -> Any:
        return await asyncio.get_running_loop().run_in_executor(_WORKER, self._open, login, service, region)

    async def _log_in(self) -> _Login:
        """Find credentials before the first client is made: they may take a command, a role, or SSO."""
        with undisturbed():
            core = make_core(self.target, self._codes, self._patience)
            session = aioboto3.Session(botocore_session=core, region_name=self.target.region)
            region = session.region_name
            read_ahead()
        if region and (unlike := not_a_region(region)):
            raise Failure(unlike)
        try:
            credentials = await session.get_credentials()
            if credentials is None:
                raise NoCredentialsError
            await credentials.get_frozen_credentials()
        except (NoCredentialsError, InvalidConfigError, CredentialRetrievalError) as error:
            raise lack(core) or error from error
        except ClientError as error:
            if question := self._codes.refused(self.target, error):
                raise question from error
            raise refused_role(core, error) or error from error
        return _Login(session, core, credentials, region, endpoints.configured(core, os.environ))

    def explained(self, error: Exception) -> Exception:
        """The same, or what it means where the credentials of an SSO role could not be had anew."""
        known = isinstance(error, ClientError) and self._known
        return (refused_role(known.core, error) or error) if known else error

    def _open(self, login: _Login, service: str, region: str | None) -> Any:
        own = self.target.endpoint_url or endpoints.named_in(login.endpoints, service)
        config = config_of(writes=self._writes, timeout=self._timeout, own_endpoint=own is not None)

        async def enter() -> Any:
            return await login.session.client(service, region_name=region, endpoint_url=own, config=config).__aenter__()

        with undisturbed():
            return asyncio.run(enter())


def _place(service: str, region: str | None, home: str | None) -> str | None:
    """The region in which a service is asked. Raises `Failure` for one of another partition, or that lacks it."""
    wanted = region or home
    if wanted is None:
        return None
    if unlike := not_a_region(wanted):
        raise Failure(unlike)
    if home and (problem := partitions.foreign(wanted, home)):
        hint = Clean("Nothing was asked. Next: give what is there a stack and a profile of its own.")
        raise Failure(Problem(ProblemKind.INVALID, clean(f"{wanted} {problem}."), hint))
    place = home_of(service, wanted)
    if place is None:
        raise Failure(not_offered(service, wanted))
    return place


def _context(target: Target, web: bool) -> ssl.SSLContext:
    with undisturbed():
        named = make_core(target).get_config_variable("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE")
        return web_context(named) if web else aws_context(named)


def make_core(target: Target, codes: mfa.Codes = mfa.SHARED, patience: float = PATIENCE) -> AioSession:
    """The session below: several share one data loader, and all find credentials without a terminal."""
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
