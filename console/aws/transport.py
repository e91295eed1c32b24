"""HTTP for all clients: one TLS context, parsed once, instead of one a client; and none that does not verify."""

from __future__ import annotations

import ssl
from typing import Any

import aiohttp

from console.aws.aiohttp_internals import send_once
from console.aws.botocore_internals import ClientDefaults, ContextHook, CountedSession, SessionHook
from console.aws.tls import aws_context


class VerifyingSession(ContextHook):
    """An HTTP session that verifies the chain and the host name of whoever answers, whatever the way there.

    aiobotocore's own leaves the host name unchecked, and behind a proxy it verifies nothing at all, neither the
    proxy nor what answers through it.
    """

    def context(self, bundle: Any, cert: str | None, key: str | None) -> ssl.SSLContext:
        """One context for all that trust alike. Raises OSError for a bundle that cannot be read."""
        return aws_context(bundle, cert, key)


class SharedTlsSession(VerifyingSession):
    """The same with its TLS context made in the thread that makes the client.

    Otherwise each client builds its own context and parses the CA bundle on its first request, on the event
    loop: 17 to 20 ms a client, for http endpoints too (measured).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.made_context()


class MetadataSession(VerifyingSession, CountedSession):
    """The same for the credentials of a container or an instance, which may be given by https, too."""


class SentOnceSession(SessionHook, SharedTlsSession):
    """The same for requests that change something: each is sent once, also by what lies below botocore's retries."""

    def opened(self, session: aiohttp.ClientSession) -> None:
        """Switch aiohttp's own second try off."""
        send_once(session)


class LoginConfig(ClientDefaults):
    """How the credential chain's own clients ask STS and SSO: soon given up, over the shared TLS context.

    As a session's default it is merged under each client's own.
    """

    default_session = SharedTlsSession
