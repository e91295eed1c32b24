"""The libraries still have what is used of them and is not public, as it is relied on.

A name that is gone would be an override that nobody calls any more, without a word: text from outside would reach the
terminal, a PUT would be sent twice, an MFA code would be asked for on the terminal.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import textwrap
from dataclasses import dataclass, replace
from functools import cache
from importlib import metadata
from types import ModuleType
from typing import Any

import pytest
from aiobotocore.parsers import PROTOCOL_PARSERS
from packaging.requirements import Requirement
from textual.events import Idle
from textual.screen import Screen

from console.aws import aiohttp_internals, botocore_internals
from tests.paths import ROOT
from widgets.terminal import textual_internals


@dataclass(frozen=True)
class Used:
    """A name of a library, as it is relied on: what it takes, and what in the library calls or reads it."""

    owner: str
    """A class (``module:Class``), or a module (``module:``)."""
    name: str
    takes: str | None = None
    """The parameters of a function, ``=`` after those with a default; None for what is no function."""
    by: str = ""
    """``module:function``, which would no longer name it if it were another's now."""

    def __str__(self) -> str:
        return f"{self.owner.rpartition(':')[2] or self.owner}.{self.name}"


APP, PUMP, SCREEN = "textual.app:App", "textual.message_pump:MessagePump", "textual.screen:Screen"
COMPOSITOR, DRIVER, LINUX = "textual._compositor:", "textual.driver:Driver", "textual.drivers.linux_driver:LinuxDriver"
TEXTUAL = [
    Used("textual._context:", "active_app"),
    Used("textual._context:", "active_message_pump", by=f"{PUMP}._context"),
    Used(APP, "_register_child", "self, parent, child, before, after", f"{APP}._register"),
    Used(APP, "_dispatch_message", "self, message", f"{PUMP}._process_messages_loop"),
    Used("textual.widget:Widget", "_dispatch_message", "self, message", f"{PUMP}._process_messages_loop"),
    Used(APP, "_handle_exception", "self, error", f"{PUMP}._process_messages_loop"),
    Used(APP, "_handle_exception", "self, error", "textual.worker:Worker._run"),
    Used(APP, "_handle_exception", "self, error", "textual.timer:Timer._tick"),
    Used(APP, "_handle_exception", "self, error", f"{SCREEN}._refresh_layout"),
    Used(APP, "_is_mounted", by=f"{APP}._process_messages"),
    Used(APP, "_return_code", by=f"{APP}.return_code"),
    Used(APP, "_exception", by=f"{APP}.run_test"),
    Used(APP, "_exception_event", by="textual.pilot:Pilot._wait_for_screen"),
    Used(APP, "_close_messages_no_wait", "self", f"{APP}._fatal_error"),
    Used(APP, "_shutdown", "self", f"{APP}.run_async"),
    Used(APP, "_exit", by=f"{APP}.exit"),
    Used(APP, "_display", "self, screen, renderable", f"{SCREEN}._compositor_refresh"),
    Used(APP, "_background_screens", by=f"{SCREEN}._compositor_refresh"),
    Used(APP, "_driver", by=f"{APP}.copy_to_clipboard"),
    Used(SCREEN, "_compositor", by=f"{SCREEN}._compositor_refresh"),
    Used(f"{COMPOSITOR}Compositor", "render_update", "self, full=, screen_stack=, simplify="),
    Used(COMPOSITOR, "LayoutUpdate", by=f"{COMPOSITOR}Compositor.render_full_update"),
    Used(f"{COMPOSITOR}LayoutUpdate", "strips", by=f"{COMPOSITOR}LayoutUpdate.render_segments"),
    Used(COMPOSITOR, "ChopsUpdate", by=f"{COMPOSITOR}Compositor.render_partial_update"),
    Used(f"{COMPOSITOR}ChopsUpdate", "chops", by=f"{COMPOSITOR}ChopsUpdate.render_segments"),
    Used(f"{COMPOSITOR}ChopsUpdate", "spans", by=f"{COMPOSITOR}ChopsUpdate.render_segments"),
    Used(SCREEN, "_on_idle", "self, event"),
    Used(SCREEN, "_on_timer_update", "self", f"{SCREEN}._update_timer"),
    Used("textual.css.stylesheet:Stylesheet", "reparse", "self", f"{APP}.refresh_css"),
    Used("textual.css.stylesheet:Stylesheet", "_variables", by="textual.css.stylesheet:Stylesheet.set_variables"),
    Used(LINUX, "_sigtstp_application", "self, *_", f"{LINUX}.__init__"),
    Used(LINUX, "_sigcont_application", "self, *_", f"{LINUX}.__init__"),
    Used(LINUX, "_must_signal_resume", by=f"{LINUX}.start_application_mode"),
    Used(LINUX, "resume_application_mode", "self", f"{APP}.suspend"),
    Used(DRIVER, "_auto_restart", by=f"{DRIVER}.no_automatic_restart"),
    Used(DRIVER, "_app", by=f"{DRIVER}.send_message"),
]

HTTP, CREDENTIALS, UTILS = "aiobotocore.httpsession:AIOHTTPSession", "aiobotocore.credentials:", "aiobotocore.utils:"
ROLES, TOKENS = f"{CREDENTIALS}AioAssumeRoleProvider", f"{CREDENTIALS}AioAssumeRoleWithWebIdentityProvider"
BUILDER, SESSION = f"{CREDENTIALS}AioProfileProviderBuilder", "aiobotocore.session:AioSession"
PARSER, CONFIG = "aiobotocore.parsers:AioResponseParser", "aiobotocore.config:AioConfig"
CLIENTS, PROCESSES = "aiobotocore.args:AioClientArgsCreator.get_client_args", f"{CREDENTIALS}AioProcessProvider"
PROVIDERS = "botocore.credentials:ProfileProviderBuilder.providers"
CONTAINER, INSTANCE = f"{UTILS}AioContainerMetadataFetcher", f"{UTILS}AioInstanceMetadataFetcher"
BOTOCORE = [
    Used(HTTP, "_verify", by=f"{HTTP}._create_connector"),
    Used(HTTP, "_cert_file", by=f"{HTTP}._create_connector"),
    Used(HTTP, "_key_file", by=f"{HTTP}._create_connector"),
    Used(HTTP, "_max_pool_connections", by=f"{HTTP}._create_connector"),
    Used(HTTP, "_connector_args", by=f"{HTTP}._create_connector"),
    Used(HTTP, "_create_connector", "self, proxy_url", f"{HTTP}._get_session"),
    Used(HTTP, "_get_session", "self, proxy_url", f"{HTTP}.send"),
    Used(UTILS, "_RefCountedSession", by=f"{UTILS}AioIMDSFetcher.__init__"),
    Used("aiobotocore.config:", "DEFAULT_HTTP_SESSION_CLS", by=CLIENTS),
    Used(CONFIG, "http_session_cls", by=CLIENTS),
    Used(CONFIG, "merge", "self, other_config", f"{SESSION}._create_client"),
    Used("aiobotocore.parsers:", "PROTOCOL_PARSERS", by="aiobotocore.parsers:AioResponseParserFactory.create_parser"),
    Used(PARSER, "_parse_shape", "self, shape, node", "botocore.parsers:ResponseParser._handle_list"),
    Used(PARSER, "_do_error_parse", "self, response, shape", f"{PARSER}.parse"),
    Used(PARSER, "_do_generic_error_parse", "self, response", f"{PARSER}.parse"),
    Used(PARSER, "parse", "self, response, shape", "aiobotocore.endpoint:AioEndpoint._do_get_response"),
    Used(PARSER, "EVENT_STREAM_PARSER_CLS", by="botocore.parsers:ResponseParser.__init__"),
    Used(PROCESSES, "__init__", "self, *args, popen=, **kwargs"),
    Used("botocore.credentials:ProcessProvider", "__init__", "self, profile_name, load_config, popen="),
    Used(PROCESSES, "_popen", by=f"{PROCESSES}._retrieve_credentials_using"),
    Used(ROLES, "_prompter", by=f"{ROLES}._load_creds_via_assume_role"),
    Used(ROLES, "_profile_provider_builder", by=f"{ROLES}._resolve_credentials_from_profile"),
    Used(BUILDER, "_create_process_provider", "self, profile_name", PROVIDERS),
    Used(BUILDER, "_create_web_identity_provider", "self, profile_name, disable_env_vars",
         PROVIDERS),
    Used(TOKENS, "_token_loader_cls", by=f"{TOKENS}._assume_role_with_web_identity"),
    Used(f"{CREDENTIALS}AioContainerProvider", "_fetcher", by=f"{CREDENTIALS}AioContainerProvider._create_fetcher"),
    Used(CONTAINER, "TIMEOUT_SECONDS"),
    Used(CONTAINER, "_session", by=f"{CONTAINER}._get_response"),
    Used(f"{CREDENTIALS}AioInstanceMetadataProvider", "_role_fetcher",
         by=f"{CREDENTIALS}AioInstanceMetadataProvider.load"),
    Used(INSTANCE, "_session", by=f"{UTILS}AioIMDSFetcher._get_request"),
    Used(INSTANCE, "_timeout", by=f"{UTILS}AioIMDSFetcher.__init__"),
    Used(INSTANCE, "_base_url", by="botocore.utils:IMDSFetcher._construct_url"),
    Used(INSTANCE, "_disabled", by="botocore.utils:IMDSFetcher._assert_enabled"),
    Used(f"{CREDENTIALS}AioRefreshableCredentials", "_expiry_time",
         by="botocore.credentials:RefreshableCredentials._seconds_remaining"),
]  # fmt: skip

AIOHTTP = [
    Used("aiohttp.client:ClientSession", "_retry_connection", by="aiohttp.client:ClientSession._request"),
    Used("aiohttp.client_reqrep:ClientResponse", "start", "self, connection", "aiohttp.client:ClientSession._request"),
]

PLACES: list[tuple[ModuleType, list[Used]]] = [
    (textual_internals, TEXTUAL),
    (botocore_internals, BOTOCORE),
    (aiohttp_internals, AIOHTTP),
]
USED = [use for _, uses in PLACES for use in uses]
COMPONENTS = [
    ("credential_provider", "aiobotocore.session:AioSession.get_credentials"),
    ("data_loader", "aiobotocore.session:AioSession._create_client"),
    ("response_parser_factory", "aiobotocore.session:AioSession._create_client"),
]


def resolved(path: str) -> Any:
    """What a path leads to; a module, where nothing stands behind the colon."""
    module, _, inner = path.partition(":")
    found: Any = importlib.import_module(module)
    for part in filter(None, inner.split(".")):
        found = inspect.getattr_static(found, part) if inspect.isclass(found) else getattr(found, part)
    return getattr(found, "func", None) or getattr(found, "fget", None) or found


@cache
def named(code: Any) -> set[str]:
    """Every name that the source of a class or a function says: of variables, attributes and plain texts."""
    found: set[str] = set()
    for one in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(code)))):
        match one:
            case ast.Attribute(attr=name) | ast.Name(id=name) | ast.Constant(value=str(name)):
                found.add(name)
    return found


@cache
def set_in(code: type) -> set[str]:
    """The names that the methods of a class set on what it makes."""
    nodes = ast.walk(ast.parse(textwrap.dedent(inspect.getsource(code))))
    return {node.attr for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)}


def there(owner: Any, name: str) -> bool:
    """Whether a module or class has a name, or its constructor sets it on what it makes."""
    if hasattr(owner, name):
        return True
    bases = owner.__mro__ if inspect.isclass(owner) else ()
    return any(name in set_in(base) for base in bases if base.__module__ not in ("builtins", "typing", "abc"))


def taken(function: Any) -> str:
    """The parameters of a function, as `Used.takes` writes them."""
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return ", ".join(
        f"{stars.get(one.kind, '')}{one.name}{'' if one.default is one.empty else '='}"
        for one in inspect.signature(function).parameters.values()
    )


def wrong(use: Used) -> str:
    """What is other than it is relied on; nothing where all is well."""
    owner = resolved(use.owner)
    if not there(owner, use.name):
        return f"{use} is gone"
    if use.takes is not None and taken(getattr(owner, use.name)) != use.takes:
        return f"{use} takes {taken(getattr(owner, use.name))}"
    if use.by and use.name not in named(resolved(use.by)):
        return f"{use} is not what {use.by} goes by"
    return ""


@pytest.mark.parametrize("use", USED, ids=str)
def test_what_is_used_is_there_as_it_is_relied_on(use: Used) -> None:
    assert wrong(use) == ""


@pytest.mark.parametrize("use", USED, ids=str)
def test_what_is_gone_or_other_is_noticed(use: Used, monkeypatch: pytest.MonkeyPatch) -> None:
    assert wrong(replace(use, name=f"{use.name}_of_old")).endswith("is gone")
    if use.by:
        assert wrong(replace(use, by="textwrap:dedent")).endswith("goes by")
    if use.takes is not None:
        monkeypatch.setattr(resolved(use.owner), use.name, lambda self, something: None)
        assert "takes" in wrong(use)


@pytest.mark.parametrize(("place", "uses"), PLACES, ids=lambda value: getattr(value, "__name__", ""))
def test_every_use_is_listed_above_and_no_other(place: ModuleType, uses: list[Used]) -> None:
    listed, said = {use.name for use in uses}, said_in(place)
    assert {name for name in said if is_private(name)} - vars(place).keys() - OWN <= listed
    assert overridden_in(place) <= listed
    assert listed <= said


OWN = {"_parsed_with"}
"""Names that are not public, on classes that are made from a library's, and ours."""


def is_private(name: str) -> bool:
    return name.isidentifier() and name.startswith("_") and not name.startswith("__") and name != "_"


def said_in(place: ModuleType) -> set[str]:
    """Every name in the source of a module."""
    found = set(named(place))
    for node in ast.walk(ast.parse(inspect.getsource(place))):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.alias(name=name):
                found.add(name)
    return found


def overridden_in(place: ModuleType) -> set[str]:
    """The methods of a library that the classes of a module take the place of."""
    return {
        name
        for kind in vars(place).values()
        if inspect.isclass(kind) and kind.__module__ == place.__name__
        for name, value in vars(kind).items()
        if inspect.isfunction(value) and not name.startswith("__")
        if any(hasattr(base, name) for base in kind.__bases__)
    }


def test_a_handler_with_an_underscore_comes_before_textuals_own_and_can_keep_it_from_being_called() -> None:
    """Textual makes its name of text, so that no source names it."""
    order = textual_internals.IdleHooks[None]()._get_dispatch_methods("on_idle", event := Idle())
    kind, _ = next(iter(order))
    assert kind is textual_internals.IdleHooks
    event.prevent_default()
    assert [kind for kind, _ in order if kind is Screen] == []


@pytest.mark.parametrize("protocol", sorted(PROTOCOL_PARSERS))
def test_every_parser_makes_values_and_errors_by_what_is_replaced(protocol: str) -> None:
    stock = PROTOCOL_PARSERS[protocol]
    for kind in filter(None, (stock, stock.EVENT_STREAM_PARSER_CLS)):
        assert taken(kind._parse_shape) == "self, shape, node"
    assert taken(stock._do_error_parse) == "self, response, shape"
    assert taken(stock.parse) == "self, response, shape"


@pytest.mark.parametrize(("component", "by"), COMPONENTS)
def test_botocore_asks_for_the_components_that_are_registered(component: str, by: str) -> None:
    assert component in named(resolved(by))


LIBRARIES = sorted({use.owner.partition(":")[0].partition(".")[0] for use in USED} | {"moto"})


@pytest.mark.parametrize("library", LIBRARIES)
def test_only_the_version_that_was_tried_may_be_installed(library: str) -> None:
    wanted = [one for one in map(Requirement, metadata.requires("groundskeeper") or []) if one.name == library]
    version = metadata.version(library)
    assert {str(one.specifier) for one in wanted} == {f"=={version}"}
    for lock in (ROOT / "requirements").glob("*.lock"):
        assert f"\n{library}=={version} " in lock.read_text(), lock


def test_nothing_of_a_next_major_version_is_installed() -> None:
    wanted = [one for one in map(Requirement, metadata.requires("groundskeeper") or []) if one.name != "groundskeeper"]
    assert [str(one) for one in wanted if not {"<", "=="} & {bound.operator for bound in one.specifier}] == []
