"""A proxy in front of an AWS endpoint that answers wrongly on demand.

It has a thread of its own, so that it serves async tests, blocking ones and programs in a pseudo-terminal alike.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.rest_names import named

_SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]*)/([^/]+)/aws4_request")
_METRIC = re.compile(r"MetricDataQueries\.member\.\d+\.Id")
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "host"})
_HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Welcome to the hotel Wi-Fi</body></html>"


class Fault(StrEnum):
    """What the proxy does with a request instead of just passing it on."""

    NONE = "none"
    SERVER_ERROR = "500"
    HTML_503 = "503 with a page of HTML"
    THROTTLED = "throttled"
    DENIED = "denied"
    EXPIRED = "expired token"
    SKEW = "clock skew"
    RESET = "connection reset"
    CLOSE = "connection closed without an answer"
    HALF_BODY = "connection closed in the middle of the body"
    CUT_200 = "200 with half of the body, complete by its length"
    BAD_JSON = "200 with a body that is no JSON and no XML"
    HTML_200 = "200 with a page of HTML"
    EMPTY_200 = "200 with an empty body"
    STALL = "no answer, connection open"
    WITHHELD = "request carried out, reply withheld"


_CODES = {
    Fault.SERVER_ERROR: (500, "InternalFailure", "We encountered an internal error. Please try again."),
    Fault.THROTTLED: (400, "ThrottlingException", "Rate exceeded"),
    Fault.DENIED: (403, "AccessDenied", "User: arn:aws:iam::123456789012:user/ops is not allowed to do this"),
    Fault.EXPIRED: (403, "ExpiredToken", "The security token included in the request is expired"),
    Fault.SKEW: (403, "SignatureDoesNotMatch", "Signature expired"),
}
_BODIES = {Fault.BAD_JSON: b'{"half": [1, 2', Fault.HTML_200: _HTML, Fault.EMPTY_200: b""}
_FORWARDED = frozenset({Fault.NONE, Fault.HALF_BODY, Fault.CUT_200, Fault.WITHHELD})


@dataclass(frozen=True)
class Seen:
    """A request: the service and region that it is signed for, and its protocol: json, query or rest.

    A rest request does not name its operation; botocore's model does, by its method and path. `metrics` is how many
    GetMetricData asks for.
    """

    service: str
    region: str
    protocol: str
    operation: str
    method: str
    path: str
    metrics: int = 0


@dataclass(frozen=True)
class _Reply:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


class FaultProxy:
    """Passes requests on to `upstream` unless `plan` names a fault for them; `seen` holds all of them.

    `plan` is asked as a request arrives, `answered` told when all is over with it, both in a thread of the proxy.
    """

    def __init__(self, upstream: str, plan: Callable[[Seen], Fault] = lambda seen: Fault.NONE) -> None:
        self.plan = plan
        self.answered: Callable[[Seen], None] = lambda seen: None
        self.seen: list[Seen] = []
        self.ended = threading.Event()
        self._upstream = urlsplit(upstream)
        handler = type("BoundHandler", (_Handler,), {"proxy": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def always(self, fault: Fault) -> None:
        """The same fault for every request from now on."""
        self.plan = lambda seen: fault

    def __enter__(self) -> FaultProxy:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.ended.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def forward(self, method: str, path: str, headers: dict[str, str], body: bytes) -> _Reply:
        """Make the request upstream."""
        connection = http.client.HTTPConnection(self._upstream.hostname or "", self._upstream.port, timeout=30)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return _Reply(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: FaultProxy

    def handle_one_request(self) -> None:
        with suppress(ConnectionError, TimeoutError):
            super().handle_one_request()

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        seen = _seen(self.headers, self.command, self.path, body)
        self.proxy.seen.append(seen)
        fault = self.proxy.plan(seen)
        try:
            self._answer(seen, fault, body)
        finally:
            self.proxy.answered(seen)

    def _answer(self, seen: Seen, fault: Fault, body: bytes) -> None:
        reply = _Reply(200, [], _BODIES.get(fault, b""))
        if fault in _FORWARDED:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
            reply = self.proxy.forward(self.command, self.path, headers, body)
        match fault:
            case Fault.HTML_503:
                self._send(_Reply(503, [("Content-Type", "text/html")], _HTML))
            case Fault.HALF_BODY:
                self._send(reply, sent=len(reply.body) // 2)
            case Fault.CUT_200:
                self._send(_Reply(200, reply.headers, reply.body[: len(reply.body) // 2]))
            case Fault.RESET:
                # With a linger time of 0 closing sends RST instead of FIN.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self._hang_up()
            case Fault.CLOSE | Fault.WITHHELD:
                self._hang_up()
            case Fault.STALL:
                self.proxy.ended.wait()
                self._hang_up()
            case _ if fault in _CODES:
                self._send(_error(seen, *_CODES[fault]))
            case _:
                self._send(reply)

    def _send(self, reply: _Reply, sent: int | None = None) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers:
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body[:sent])
        if sent is not None:
            self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        self.connection.close()

    def log_message(self, *args: Any) -> None:
        pass

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = _serve  # noqa: N815


def _seen(headers: Message, method: str, path: str, body: bytes) -> Seen:
    scope = _SCOPE.search(headers.get("Authorization", ""))
    region, service = scope.groups() if scope else ("", "")
    if target := headers.get("X-Amz-Target"):
        return Seen(service, region, "json", target.rpartition(".")[2], method, path)
    if "x-www-form-urlencoded" in headers.get("Content-Type", ""):
        fields = parse_qs(body.decode())
        metrics = sum(_METRIC.fullmatch(name) is not None for name in fields)
        return Seen(service, region, "query", fields.get("Action", [""])[0], method, path, metrics)
    return Seen(service, region, "rest", _rest(headers, service, method, path), method, path)


def _rest(headers: Message, service: str, method: str, path: str) -> str:
    return named(service, method, path, copies="X-Amz-Copy-Source" in headers)


def _error(seen: Seen, status: int, code: str, message: str) -> _Reply:
    """An error as the service would say it, by the protocol that it speaks."""
    inner = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    if seen.service == "s3":
        if code == "ThrottlingException":
            return _error(seen, 503, "SlowDown", "Please reduce your request rate.")
        text = inner
    elif seen.service == "ec2":
        text = f"<Response><Errors>{inner}</Errors><RequestID>fault</RequestID></Response>"
    elif seen.protocol == "query" or seen.service in ("cloudfront", "route53"):
        text = f"<ErrorResponse>{inner}<RequestId>fault</RequestId></ErrorResponse>"
    else:
        headers = [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-ErrorType", code)]
        return _Reply(status, headers, json.dumps({"__type": code, "message": message}).encode())
    return _Reply(status, [("Content-Type", "text/xml")], text.encode())
