"""HTTP for the embedded AWS: connections that stay open, answers in one piece, no log of requests."""

from __future__ import annotations

import contextlib
import io
import socket
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import BaseWSGIServer, make_server

Control = Callable[["Handler"], bool]
_BODILESS: Final = ("204", "304")


if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class Handler(MotoRequestHandler):
    """One connection of a client.

    werkzeug's own handler closes the connection after each answer, which costs a console a new one for each
    of its calls; this one keeps it open. `control` sees each request first, without the lock.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    control: Control
    lock: threading.RLock

    def run_wsgi(self) -> None:
        """Answer one request."""
        body = self._body()
        if type(self).control(self):
            return
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
        self._head(str(code), [("Content-Type", kind), ("Content-Length", str(len(content)))], chunked=False)
        self.wfile.write(content)
        self.wfile.flush()

    def handle_expect_100(self) -> bool:
        """Let a client go on that asks before it sends; aiohttp waits for the answer for ever."""
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

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(chunks)

    def _head(self, status: str, headers: list[tuple[str, str]], *, chunked: bool) -> None:
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason or None)
        for name, value in headers:
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


def listen(port: int, app: WSGIApplication, lock: threading.RLock, control: Control) -> BaseWSGIServer:
    """Open a port on the loopback interface (0: any free one); raises OSError if it is taken."""
    handler = type("BoundHandler", (Handler,), {"lock": lock, "control": staticmethod(control)})
    # werkzeug ends the process when a port is taken; a socket made here raises instead.
    with socket.create_server(("127.0.0.1", port), backlog=128) as opened:
        return make_server("127.0.0.1", port, app, threaded=True, request_handler=handler, fd=opened.fileno())
