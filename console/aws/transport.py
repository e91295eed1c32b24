"""HTTP for all clients: one TLS context, parsed once, instead of one a client; and none that does not verify."""

from __future__ import annotations

import ssl
from typing import Any

import aiohttp
from aiobotocore.config import DEFAULT_HTTP_SESSION_CLS, AioConfig
from aiobotocore.httpsession import AIOHTTPSession
from aiobotocore.utils import _RefCountedSession

from console.aws.tls import aws_context


class VerifyingSession(AIOHTTPSession):
    """An HTTP session that verifies the chain and the host name of whoever answers, whatever the way there.

    aiobotocore's own leaves the host name unchecked, and behind a proxy it verifies nothing at all, neither the
    proxy nor what answers through it.
    """

    def _context(self) -> ssl.SSLContext:
        return aws_context(self._verify, self._cert_file, self._key_file)

    def _create_connector(self, proxy_url: str | None) -> aiohttp.TCPConnector:
        del proxy_url  # which is verified like all else
        return aiohttp.TCPConnector(limit=self._max_pool_connections, ssl=self._context(), **self._connector_args)


class SharedTlsSession(VerifyingSession):
    """The same with its TLS context made in the thread that makes the client.

    Otherwise each client builds its own context and parses the CA bundle on its first request, on the event
    loop: 17 to 20 ms a client, for http endpoints too (measured).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._context()


class MetadataSession(VerifyingSession, _RefCountedSession):
    """The same for the credentials of a container or an instance, which may be given by https, too."""


class SentOnceSession(SharedTlsSession):
    """The same for requests that change something: each is sent once.

    Below botocore's retries aiohttp has one of its own: it sends a PUT or DELETE again whose connection broke
    before the reply, though the first may have been carried out.
    """

    async def _get_session(self, proxy_url: str | None) -> aiohttp.ClientSession:
        session: aiohttp.ClientSession = await super()._get_session(proxy_url)
        session._retry_connection = False  # aiohttp offers no other switch
        return session


class LoginConfig(AioConfig):
    """How the credential chain's own clients ask STS and SSO: soon given up, over the shared TLS context.

    As a session's default it is merged under each client's own, whose HTTP session class aiobotocore forgets.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, http_session_cls=SharedTlsSession, **kwargs)

    def merge(self, other_config: Any) -> AioConfig:
        """The other's options over these."""
        merged = super().merge(other_config)
        given = getattr(other_config, "http_session_cls", DEFAULT_HTTP_SESSION_CLS)
        merged.http_session_cls = SharedTlsSession if given is DEFAULT_HTTP_SESSION_CLS else given
        return merged
