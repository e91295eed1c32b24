"""The async AWS client layer: sessions, and clients that are made away from the event loop.

Importing this module imports aiobotocore and costs about 180 ms: do it in a worker thread, after the first
frame (`console.aws.connections` does).
"""

from __future__ import annotations

import asyncio
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import aioboto3
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.loaders import create_loader

from console.aws.quiet import undisturbed
from console.aws.target import Target
from console.aws.transport import SentOnceSession, SharedTlsSession

for _name in ("botocore", "aiobotocore", "aioboto3", "boto3", "aiohttp", "urllib3"):
    # Their DEBUG records hold whole bodies, and so secrets.
    logging.getLogger(_name).setLevel(logging.WARNING)

_LOADER: Final = create_loader()
"""Service models are parsed once a process, whatever the number of sessions."""

_WORKER: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="aws-clients")

READ_TIMEOUT: Final = 10.0
WRITE_TIMEOUT: Final = 30.0
"""Seconds that a reply is waited for."""


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


class Clients:
    """The clients of one target, made lazily in a worker thread; they belong to the loop that first uses them."""

    def __init__(self, target: Target, config: AioConfig) -> None:
        self.target = target
        self._config = config
        self._session: aioboto3.Session | None = None
        self._made: dict[tuple[str, str | None], asyncio.Future[Any]] = {}

    async def get(self, service: str, region: str | None = None) -> Any:
        """The client of a service in a region (None: the target's). Raises what making it raises."""
        key = (service, self.target.region_of(service, region))
        future = self._made.get(key)
        if future is None:
            loop = asyncio.get_running_loop()
            future = loop.run_in_executor(_WORKER, self._make, *key)
            self._made[key] = future
            future.add_done_callback(lambda done: self._forget_failed(key, done))
        return await asyncio.shield(future)

    async def close(self) -> None:
        """Close every connection."""
        made, self._made = list(self._made.values()), {}
        for client in await asyncio.gather(*made, return_exceptions=True):
            if not isinstance(client, BaseException):
                await client.__aexit__(None, None, None)

    def _forget_failed(self, key: tuple[str, str | None], done: asyncio.Future[Any]) -> None:
        if (done.cancelled() or done.exception() is not None) and self._made.get(key) is done:
            del self._made[key]

    def _make(self, service: str, region: str | None) -> Any:
        with undisturbed():
            return asyncio.run(self._open(service, region))

    async def _open(self, service: str, region: str | None) -> Any:
        if self._session is None:
            self._session = make_session(self.target)
        context = self._session.client(
            service, region_name=region, endpoint_url=self.target.endpoint_url, config=self._config
        )
        return await context.__aenter__()

    async def credentials(self) -> Any:
        """botocore's credentials object, once a client was made; None before."""
        return None if self._session is None else await self._session.get_credentials()


def make_session(target: Target) -> aioboto3.Session:
    """A session for a profile; several share one data loader. Raises ProfileNotFound."""
    if not _on_aws():
        os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")
    core = AioSession(profile=target.profile)
    core.register_component("data_loader", _LOADER)
    if target.config_file:
        core.set_config_variable("config_file", str(target.config_file))
    if target.credentials_file:
        core.set_config_variable("credentials_file", str(target.credentials_file))
    return aioboto3.Session(botocore_session=core, region_name=target.region)


def _on_aws() -> bool:
    """Whether this machine may be asked for instance or task credentials; elsewhere that would hang."""
    if os.environ.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") or os.environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI"):
        return True
    try:
        vendor = Path("/sys/class/dmi/id/sys_vendor").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return "Amazon EC2" in vendor
