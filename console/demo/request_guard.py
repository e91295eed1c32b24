"""Who may speak to the demo server: programs that mean it, no page in a browser, nobody with moto's own controls."""

from __future__ import annotations

import re
from email.message import Message
from http import HTTPStatus
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from console.demo.record import ASKING, PREFIX

MOST: Final = 100 * 1024 * 1024
"""Bytes of a request's body at most; the demo keeps it in memory."""

METHODS: Final = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD")

_OPEN: Final = ("site", "files")
"""Below our own path what anybody on this machine may read: as a stack's own site, and what AWS gives a URL of."""

_SLASHES: Final = re.compile(r"[/\\]+")
_ROUNDS: Final = 5
_DIGITS: Final = re.compile(r"[0-9]{1,15}")


class Refused(NamedTuple):
    """Why a request is not answered: the status, and the sentence that says so."""

    status: HTTPStatus
    why: str


BROKEN_HEAD: Final = Refused(HTTPStatus.BAD_REQUEST, "A header line is none, and hides those that follow it.")
BROKEN: Final = Refused(HTTPStatus.BAD_REQUEST, "The body is not as long as the request says.")
TOO_LONG: Final = Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The demo takes {MOST // 1024 // 1024} MiB at most.")


def refusal(method: str, target: str, headers: Message, port: int) -> Refused | None:
    """Why a request is turned away; None where it may come in.

    A page in a browser that was led here, by a name of its own for this address (DNS rebinding) or by a form, tells
    by Host, Origin, Referer or Sec-Fetch-Site whose it is. What only reads headers is looked at before the body.
    """
    at = f"http://127.0.0.1:{port}"
    if method not in METHODS:
        return Refused(HTTPStatus.METHOD_NOT_ALLOWED, f"This server knows no {method}, and is no proxy.")
    if not target.startswith("/"):
        return Refused(HTTPStatus.BAD_REQUEST, "This server is no proxy: ask for a path.")
    if headers.defects:
        return BROKEN_HEAD
    if not _is_own_host(headers.get_all("Host", []), port):
        return Refused(
            HTTPStatus.MISDIRECTED_REQUEST, f"This server answers as {at} only. Next: use that endpoint URL."
        )
    if not _is_from_here(headers, port):
        return Refused(HTTPStatus.FORBIDDEN, f"Pages of other sites may not use {at}.")
    first = _first_segment(target)
    if first.startswith("moto-api") or first == "favicon.ico":
        return Refused(HTTPStatus.FORBIDDEN, "The emulator's own controls are shut here: they would undo the stacks.")
    if f"/{first}" == PREFIX and not _may_ask(target, headers):
        return Refused(HTTPStatus.FORBIDDEN, f"Send the header {ASKING[0]}: {ASKING[1]}, and a path below {PREFIX}/.")
    return _of_body(headers)


def _is_own_host(hosts: list[str], port: int) -> bool:
    """Whether the one Host is this server's; names below localhost are S3 buckets, and are nobody's to register."""
    if len(hosts) != 1:
        return False
    name, colon, given = hosts[0].strip().lower().rpartition(":")
    if not colon:
        name, given = given, "80"  # which clients leave out
    return given == str(port) and (name in ("127.0.0.1", "localhost") or name.endswith(".localhost"))


def _is_from_here(headers: Message, port: int) -> bool:
    sites = [*headers.get_all("Origin", []), *headers.get_all("Referer", [])]
    if not all(_is_own_site(site, port) for site in sites):
        return False
    return all(site.strip() in ("same-origin", "none") for site in headers.get_all("Sec-Fetch-Site", []))


def _is_own_site(site: str, port: int) -> bool:
    try:
        where = urlsplit(site.strip())
    except ValueError:
        return False
    return where.scheme == "http" and _is_own_host([where.netloc], port)


def _first_segment(target: str) -> str:
    """The first name of a path in every way of writing it: encoded again and again, with dots, slashes, capitals."""
    path = target.partition("?")[0].partition("#")[0]
    for _ in range(_ROUNDS):
        path = unquote(path, errors="replace")
    names: list[str] = []
    for name in _SLASHES.split(path):
        bare = name.partition(";")[0].strip().casefold()
        if bare == "..":
            names = names[:-1]
        elif bare not in ("", "."):
            names.append(bare)
    return names[0] if names else ""


def _may_ask(target: str, headers: Message) -> bool:
    """Whether something of ours is asked for as it is written, and by somebody who means it."""
    if not target.startswith(f"{PREFIX}/"):
        return False
    what = target.removeprefix(f"{PREFIX}/").partition("/")[0]
    return what in _OPEN or headers.get_all(ASKING[0]) == [ASKING[1]]


def _of_body(headers: Message) -> Refused | None:
    """What is wrong with how long the body says that it is."""
    lengths, coding = headers.get_all("Content-Length", []), headers.get_all("Transfer-Encoding", [])
    chunked = [value.strip().lower() for value in coding] == ["chunked"]
    if len(lengths) + len(coding) > 1 or (coding and not chunked):
        return BROKEN
    if lengths and not _DIGITS.fullmatch(lengths[0].strip()):
        return BROKEN
    return TOO_LONG if lengths and int(lengths[0]) > MOST else None
