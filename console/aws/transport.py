"""HTTP for all clients: one TLS context, parsed once, instead of one a client."""

from __future__ import annotations

import ssl
import threading
from typing import Any, Final

import aiohttp
from aiobotocore.config import DEFAULT_HTTP_SESSION_CLS, AioConfig
from aiobotocore.httpsession import AIOHTTPSession
from botocore.httpsession import get_cert_path

_lock: Final = threading.Lock()
_contexts: Final[dict[tuple[object, ...], ssl.SSLContext]] = {}


class SharedTlsSession(AIOHTTPSession):
    """An HTTP session whose TLS context is shared by all clients that verify alike.

    Otherwise each client builds its own context and parses the CA bundle on its first request, on the event
    loop: 17 to 20 ms a client, for http endpoints too (measured). This one is made in the thread that makes
    the client. Unlike the inherited one it also checks the host name.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self._verify:
            self._shared_context()

    def _shared_context(self) -> ssl.SSLContext:
        key = (self._verify, self._cert_file, self._key_file)
        with _lock:
            if key not in _contexts:
                context = ssl.create_default_context(cafile=get_cert_path(self._verify))
                if self._cert_file:
                    context.load_cert_chain(self._cert_file, self._key_file)
                _contexts[key] = context
            return _contexts[key]

    def _create_connector(self, proxy_url: str | None) -> aiohttp.TCPConnector:
        if proxy_url or not self._verify:
            connector: aiohttp.TCPConnector = super()._create_connector(proxy_url)
            return connector
        return aiohttp.TCPConnector(
            limit=self._max_pool_connections, ssl=self._shared_context(), **self._connector_args
        )


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

    def merge(self, other_config: Any) -> AioConfig:
        """The other's options over these."""
        merged = super().merge(other_config)
        given = getattr(other_config, "http_session_cls", DEFAULT_HTTP_SESSION_CLS)
        merged.http_session_cls = SharedTlsSession if given is DEFAULT_HTTP_SESSION_CLS else given
        return merged
