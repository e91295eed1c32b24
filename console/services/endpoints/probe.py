"""Asks URLs: how they answer, how fast, and until when their certificate holds.

Imports aiohttp, so it is itself imported only when a URL is asked.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from asyncio import Transport
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

import aiohttp

from console.aws.aiohttp_internals import ConnectionSeen
from console.aws.proxy import proxy_of
from console.services.endpoints.urls import Response, visible
from console.text import Clean, clean

AT_ONCE: Final = 8
TIMEOUT: Final = 10.0
"""Seconds for a whole answer, from the name's resolution to the last header."""


class _Response(ConnectionSeen):
    """A response that remembers until when the peer's certificate holds; later the connection may be gone."""

    expires: datetime | None = None

    def connected(self, transport: Transport | None) -> None:
        """Read the peer's certificate."""
        certificate = transport.get_extra_info("peercert") if transport is not None else None
        if certificate and "notAfter" in certificate:
            self.expires = datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)


async def ask(urls: Iterable[str], tls: ssl.SSLContext) -> list[Response]:
    """Ask each URL once, a few at a time, following no redirect and reading no body. Never raises for a URL.

    `tls` says whom to trust, also of a proxy on the way.
    """
    gate = asyncio.Semaphore(AT_ONCE)
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=tls),
        response_class=_Response,
        timeout=aiohttp.ClientTimeout(total=TIMEOUT),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "groundskeeper"},
    ) as session:
        return list(await asyncio.gather(*(_ask(session, gate, url) for url in urls)))


async def _ask(session: aiohttp.ClientSession, gate: asyncio.Semaphore, url: str) -> Response:
    async with gate:
        try:
            proxy = proxy_of(url)
            start = time.perf_counter()
            async with session.get(url, allow_redirects=False, proxy=proxy) as response:
                return Response(
                    status=response.status,
                    seconds=time.perf_counter() - start,
                    expires=response.expires if isinstance(response, _Response) else None,
                    location=visible(response.headers.get("Location", "")),
                )
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return Response(error=_explain(error))


def _explain(error: Exception) -> Clean:
    """What went wrong, without the library's message, which may hold the whole URL."""
    if isinstance(error, TimeoutError):
        return Clean(f"No answer within {TIMEOUT:g} s. Check that the host is up and that its port is open.")
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        reason = getattr(error.certificate_error, "verify_message", "") or "it cannot be verified"
        return clean(f"The certificate is not trusted: {reason}. Renew or mend it.", limit=300)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Clean("The host name does not resolve. Check the name and its DNS record.")
    if isinstance(error, aiohttp.ClientSSLError):
        return Clean("TLS could not be agreed on. Check that the port speaks HTTPS.")
    if isinstance(error, aiohttp.ClientConnectorError):
        reason = error.os_error.strerror or "refused"
        return clean(f"No connection: {reason}. Check that the host is up and that its port is open.", limit=300)
    if isinstance(error, aiohttp.InvalidURL):
        return Clean("The URL is not valid. Mend it in the stack file.")
    return clean(f"The connection broke before an answer ({type(error).__name__}).", limit=300)
