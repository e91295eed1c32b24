"""Which operation a request of a REST service is, by botocore's model: method, path, and what the query says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from urllib.parse import parse_qsl, urlsplit

import botocore.session

_SESSION = botocore.session.get_session()
_PLACE = re.compile(r"\{([^}+]+)(\+?)\}")
_COPIES = {"CopyObject", "UploadPartCopy"}
_SIGNED_AS = {"elasticfilesystem": "efs", "execute-api": "", "s3express": "s3"}
"""botocore's names of services that are signed under another one."""


@dataclass(frozen=True)
class Rest:
    """An operation's method, its path as a pattern, and the members of the query that it always and perhaps has."""

    name: str
    method: str
    path: re.Pattern[str]
    fixed: frozenset[tuple[str, str]]
    needed: frozenset[str]
    known: frozenset[str]
    literal: int
    places: int
    current: bool


def named(service: str, method: str, path: str, *, copies: bool = False) -> str:
    """The operation's name in the model of the service that a request is signed for; empty where there is none.

    Of several that fit it is the one whose query and path say most. `copies` says that a header names another object.
    """
    parts = urlsplit(path)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    fitting = [
        one
        for one in _operations(_SIGNED_AS.get(service, service))
        if (one.method, one.name in _COPIES) == (method, copies and one.name in _COPIES)
        and one.path.fullmatch(parts.path)
        and one.fixed <= query.items()
        and one.needed <= query.keys()
    ]
    best = max(fitting, key=lambda one: _says(one, query), default=None)
    return best.name if best else ""


def _says(one: Rest, query: dict[str, str]) -> tuple[int, ...]:
    return (
        len(one.fixed),
        one.name in _COPIES,
        one.current,
        one.literal,
        len(one.needed),
        len(one.known & query.keys()),
        -one.places,
    )


@cache
def _operations(service: str) -> tuple[Rest, ...]:
    if service not in _SESSION.get_available_services():
        return ()
    model = _SESSION.get_service_model(service)
    if not model.metadata["protocol"].startswith("rest"):
        return ()
    return tuple(_rest(model.operation_model(name)) for name in model.operation_names)


def _rest(operation: botocore.model.OperationModel) -> Rest:
    path, _, query = operation.http["requestUri"].partition("?")
    pattern, literal, places = "", 0, 0
    for at, part in enumerate(re.split(r"(\{[^}]+\})", path)):
        place = _PLACE.fullmatch(part) if at % 2 else None
        pattern += (".+" if place[2] else "[^/]+") if place else re.escape(part)
        literal += 0 if place else len(part)
        places += place is not None
    shape = operation.input_shape
    members = shape.members if shape else {}
    said = ((name, member.serialization) for name, member in members.items())
    in_query = {name: where.get("name", name) for name, where in said if where.get("location") == "querystring"}
    needed = {in_query[name] for name in (shape.required_members if shape else ()) if name in in_query}
    return Rest(
        operation.name,
        operation.http["method"],
        re.compile(pattern.rstrip("/") + "/?"),
        frozenset(parse_qsl(query, keep_blank_values=True)),
        frozenset(needed),
        frozenset(in_query.values()),
        literal,
        places,
        not operation.deprecated,
    )
