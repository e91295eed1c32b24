"""HTTP for the embedded AWS: connections that stay open, answers in one piece, no log of requests."""

from __future__ import annotations

import contextlib
import io
import json
import re
import socket
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import BaseWSGIServer, make_server

from console.demo.request_guard import BROKEN, MOST, TOO_LONG, Refused, refusal

Control = Callable[["Handler"], bool]
_BODILESS: Final = ("204", "304")
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,12})[ \t]*(;[^\r\n]*)?\r?\n")
_LINE: Final = 65_536


if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class Handler(MotoRequestHandler):
    """One connection of a client.

    werkzeug's own handler closes the connection after each answer, which costs a console a new one for each
    of its calls; this one keeps it open. What `refusal` turns away is answered before its body is read; then
    `control` sees each request first, without the lock.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    control: Control
    lock: threading.RLock

    def run_wsgi(self) -> None:
        """Answer one request."""
        body = self._refusal() or self._body()
        if isinstance(body, Refused):
            self._turn_away(body)
        elif not type(self).control(self):
            self._answer(body)

    def _answer(self, body: bytes) -> None:
        environ = self.make_environ()
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        status: list[str] = []
        headers: list[tuple[str, str]] = []

        def start(line: str, pairs: list[tuple[str, str]], exc_info: Any = None, /) -> Callable[[bytes], object]:
            status[:], headers[:] = [line], pairs
            return self.wfile.write

        with type(self).lock:
            parts = self.server.app(environ, start)
            whole = any(name.lower() == "content-length" for name, _ in headers) or status[0][:3] in _BODILESS
            content = b"".join(parts) if whole else b""
        self._head(status[0], headers, chunked=not whole)
        if whole:
            self.wfile.write(content)
        else:
            self._stream(parts)
        self.wfile.flush()

    def reply(self, code: int, content: bytes, kind: str = "application/json") -> None:
        """Send a whole answer."""
        headers = [("Content-Type", kind), ("Content-Length", str(len(content)))]
        if self.close_connection:
            headers.append(("Connection", "close"))
        self._head(str(int(code)), headers, chunked=False)
        if self.command != "HEAD":
            self.wfile.write(content)
        self.wfile.flush()

    def handle_expect_100(self) -> bool:
        """Let a client go on that asks before it sends; aiohttp waits for the answer for ever."""
        if refused := self._refusal():
            self._turn_away(refused)
            return False
        self.send_response_only(100)
        self.end_headers()
        self.wfile.flush()
        return True

    def finish(self) -> None:
        """Close the connection; a client that left in the middle of a stream is no error."""
        with contextlib.suppress(ConnectionError):
            super().finish()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: a console polls all day."""

    def _refusal(self) -> Refused | None:
        return refusal(self.command, self.path, self.headers, self.server.port)

    def _turn_away(self, refused: Refused) -> None:
        """Say why a request is not answered, and close the connection: what its body holds is not read."""
        self.close_connection = True
        self.reply(refused.status, json.dumps({"message": refused.why}).encode())

    def _body(self) -> bytes | Refused:
        """The body as it was announced; one that was cut off must not be taken for a whole one."""
        if "Transfer-Encoding" not in self.headers:
            size = int(self.headers.get("Content-Length") or 0)
            content = self.rfile.read(size)
            return content if len(content) == size else BROKEN
        chunks: list[bytes] = []
        left = MOST
        while size := self._chunk_size():
            if size < 0:
                return BROKEN
            if size > left:
                return TOO_LONG
            left -= size
            chunks.append(self.rfile.read(size))
            if len(chunks[-1]) < size or self.rfile.readline(_LINE).strip():
                return BROKEN
        while self.rfile.readline(_LINE).strip():
            pass  # trailers
        return b"".join(chunks)

    def _chunk_size(self) -> int:
        """The size of the next chunk, 0 for the last; -1 where there is none."""
        found = _CHUNK.fullmatch(self.rfile.readline(_LINE))
        return int(found[1], 16) if found else -1

    def _head(self, status: str, headers: list[tuple[str, str]], *, chunked: bool) -> None:
        code, _, reason = status.partition(" ")
        self.send_response_only(int(code), reason or None)
        given = {name.lower() for name, _ in headers}
        ours = {"Server": self.version_string(), "Date": self.date_time_string()}
        # moto gives some of them itself; a header that comes twice is refused by a strict client.
        for name, value in (*headers, *((name, value) for name, value in ours.items() if name.lower() not in given)):
            self.send_header(name, value)
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _stream(self, parts: Iterable[bytes]) -> None:
        """Send what has no known length piece by piece; the lock is not held while it lasts."""
        try:
            for part in filter(None, parts):
                self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")
        finally:
            close: Callable[[], None] = getattr(parts, "close", _nothing)
            close()


def _nothing() -> None:
    return None


def listen(opened: socket.socket, app: WSGIApplication, lock: threading.RLock, control: Control) -> BaseWSGIServer:
    """A server at a port of the loopback interface that is open already."""
    handler = type("BoundHandler", (Handler,), {"lock": lock, "control": staticmethod(control)})
    host, port = opened.getsockname()
    return make_server(host, port, app, threaded=True, request_handler=handler, fd=opened.fileno())
