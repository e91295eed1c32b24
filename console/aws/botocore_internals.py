"""All that is used of botocore and aiobotocore and is not public, or not documented to be overridden.

Whoever upgrades them reads this file, and no other: each use stands here with its reason, as a function, or as a class
whose public hook ours implement. What the libraries have to be like for it is held by
`tests/unit/suite/test_internals.py`; `test_internals_scan.py` beside it finds what is not public elsewhere.
`pyproject.toml` lets in only the versions that this was tried with.
"""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, ClassVar, Final

import aiohttp
from aiobotocore.config import DEFAULT_HTTP_SESSION_CLS, AioConfig
from aiobotocore.credentials import AioProcessProvider
from aiobotocore.httpsession import AIOHTTPSession
from aiobotocore.parsers import PROTOCOL_PARSERS
from aiobotocore.session import AioSession
from aiobotocore.utils import _RefCountedSession
from botocore.utils import get_environ_proxies

PROCESS: Final = "custom-process"
"""What botocore calls the credentials of a credential_process."""

_INSTANCE: Final = "iam-role"
_ROLE: Final = "assume-role"


# HTTP


class ContextHook(AIOHTTPSession):
    """An HTTP session whose TLS context is ours: aiobotocore's own can only be left as it is, or verify nothing."""

    def context(self, bundle: Any, cert: str | None, key: str | None) -> ssl.SSLContext:
        """The context of each connection: whom it trusts, and the certificate that it shows itself."""
        raise NotImplementedError

    def made_context(self) -> ssl.SSLContext:
        """The context for how this session was made."""
        return self.context(self._verify, self._cert_file, self._key_file)

    def _create_connector(self, proxy_url: str | None) -> aiohttp.TCPConnector:
        """The one maker of connections; the proxy is verified like all else."""
        del proxy_url
        return aiohttp.TCPConnector(limit=self._max_pool_connections, ssl=self.made_context(), **self._connector_args)


class SessionHook(AIOHTTPSession):
    """An HTTP session that is told of each of aiohttp's below it, of which there is one a proxy."""

    def opened(self, session: aiohttp.ClientSession) -> None:
        """Called before a request is sent through a session of aiohttp's."""
        raise NotImplementedError

    async def _get_session(self, proxy_url: str | None) -> aiohttp.ClientSession:
        """The one way to a session of aiohttp's."""
        session: aiohttp.ClientSession = await super()._get_session(proxy_url)
        self.opened(session)
        return session


CountedSession: Final = _RefCountedSession
"""What asks for the credentials of a container or an instance: such a session counts who uses it."""


class ClientDefaults(AioConfig):
    """How clients are made that botocore makes by itself; aiobotocore forgets their `http_session_cls` in merging."""

    default_session: ClassVar[type[AIOHTTPSession]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, http_session_cls=self.default_session, **kwargs)

    def merge(self, other_config: AioConfig) -> AioConfig:
        """The other's options over these (called for each client)."""
        merged = super().merge(other_config)
        given = getattr(other_config, "http_session_cls", DEFAULT_HTTP_SESSION_CLS)
        merged.http_session_cls = self.default_session if given is DEFAULT_HTTP_SESSION_CLS else given
        return merged


# Answers


class ParserHooks:
    """What `strict_parser` lets a parser do itself, beside botocore's own way to do it."""

    stock_value: Callable[[Any, Any], Any]
    """What botocore makes of a node of an answer."""
    stock_error: Callable[[dict[str, Any], Any], Any]
    """What botocore makes of an error."""
    wordless_error: Callable[[dict[str, Any]], Any]
    """What botocore makes of an error of which only the status is known."""
    stock_answer: Callable[[dict[str, Any], Any], Awaitable[Any]]
    """What botocore makes of an answer."""

    def value(self, shape: Any, node: Any) -> Any:
        """What is made of a node of an answer, which the service model calls a shape; called for each value."""
        raise NotImplementedError

    def error(self, response: dict[str, Any], shape: Any) -> Any:
        """What is made of an error."""
        raise NotImplementedError

    async def answer(self, response: dict[str, Any], shape: Any) -> Any:
        """What is made of an answer as a whole, be it an error or not."""
        raise NotImplementedError


def strict_parser(protocol: str, hooks: type[ParserHooks]) -> type[Any]:
    """botocore's parser for a protocol (``json``, ``query``) with hooks: it offers none for a single value.

    They take the place of its methods, so that a value costs no call more.
    """
    stock = PROTOCOL_PARSERS[protocol]
    inner = stock.EVENT_STREAM_PARSER_CLS
    members = {
        **_of_values(stock, hooks),
        "EVENT_STREAM_PARSER_CLS": inner and type(f"Strict{inner.__name__}", (hooks, inner), _of_values(inner, hooks)),
        "_do_error_parse": hooks.error,
        "stock_error": stock._do_error_parse,
        "wordless_error": stock._do_generic_error_parse,
        "parse": hooks.answer,
        "stock_answer": stock.parse,
    }
    return type(f"Strict{stock.__name__}", (hooks, stock), members)


def _of_values(stock: type[Any], hooks: type[ParserHooks]) -> dict[str, Any]:
    return {"_parse_shape": hooks.value, "stock_value": stock._parse_shape}


# Credentials


def ask_mfa_of(chain: Any, prompter: Callable[[str], str]) -> None:
    """Ask `prompter` for MFA codes; the chain is made without a way to name another than the terminal."""
    chain.get_provider(_ROLE)._prompter = prompter


def start_processes_by(chain: Any, core: AioSession, start: Callable[..., Awaitable[Any]]) -> None:
    """Let `start` start each credential_process, also for a source_profile, whose chain is built anew at each use."""
    chain.get_provider(PROCESS)._popen = start
    chain.get_provider(_ROLE)._profile_provider_builder._create_process_provider = lambda profile_name: (
        AioProcessProvider(profile_name=profile_name, load_config=lambda: core.full_config, popen=start)
    )


def read_tokens_by(chain: Any, loader: Callable[[str], Callable[[], str]]) -> None:
    """Let `loader` read the token files of web identities, also for a source_profile.

    botocore's own raises what open() does, which is then taken for a fault of the console's.
    """
    builder = chain.get_provider(_ROLE)._profile_provider_builder
    make = builder._create_web_identity_provider

    def made(*args: Any, **kwargs: Any) -> Any:
        provider = make(*args, **kwargs)
        provider._token_loader_cls = loader
        return provider

    builder._create_web_identity_provider = made
    chain.get_provider("assume-role-with-web-identity")._token_loader_cls = loader


def ask_metadata_over(chain: Any, session: Callable[..., AIOHTTPSession]) -> None:
    """Ask for the credentials of a container or an instance over sessions that `session` makes: its own verify nothing.

    `session` takes the words of `AIOHTTPSession`, but for `verify`.
    """
    container = chain.get_provider("container-role")._fetcher
    container._session = session(timeout=container.TIMEOUT_SECONDS)
    instance = chain.get_provider(_INSTANCE)._role_fetcher
    instance._session = session(timeout=instance._timeout, proxies=get_environ_proxies(instance._base_url))


def ask_instance_only_if(chain: Any, wanted: Callable[[], bool]) -> None:
    """Leave the metadata service of an instance out unless it is `wanted`; else only the environment can do so."""
    fetcher = chain.get_provider(_INSTANCE)._role_fetcher
    fetcher._disabled = fetcher._disabled or not wanted()


def expiry_of(credentials: Any) -> datetime | None:
    """When credentials end; None for those that do not. botocore knows it, and tells only whether it is near."""
    expires = getattr(credentials, "_expiry_time", None)
    return expires if isinstance(expires, datetime) else None
