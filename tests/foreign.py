"""A proxy behind which somebody else answers for every host, as an operator may meet it in a hotel or an office.

Both have threads of their own, so that they serve async tests, blocking ones and programs alike.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

T = TypeVar("T")

IDENTITY = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    "<Arn>arn:aws:iam::123456789012:user/ana</Arn><UserId>AIDA</UserId><Account>123456789012</Account>"
    "</GetCallerIdentityResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>"
    "</GetCallerIdentityResponse>"
)


class Authority:
    """A certificate authority, and the file in which it stands for those who trust it."""

    def __init__(self, folder: Path, name: str = "Test authority") -> None:
        self._folder = folder
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        self._key = ec.generate_private_key(ec.SECP256R1())
        own = self._builder(self._name, self._key).add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        made = own.add_extension(usage, True).sign(self._key, hashes.SHA256())
        self.path = folder / f"{name.replace(' ', '-')}.pem"
        self.path.write_bytes(made.public_bytes(serialization.Encoding.PEM))

    def serve(self, *names: str) -> ssl.SSLContext:
        """What a server shows for these host names and addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
        alternative = x509.SubjectAlternativeName([_general(name) for name in names])
        made = self._builder(subject, key).add_extension(alternative, False).sign(self._key, hashes.SHA256())
        path = self._folder / f"{x509.random_serial_number()}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return (
            x509.CertificateBuilder(self._name, subject, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=20))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(issuer_key, False)
        )


def _general(name: str) -> x509.GeneralName:
    with suppress(ValueError):
        return x509.IPAddress(ipaddress.ip_address(name))
    return x509.DNSName(name)


@dataclass
class Office:
    """A proxy that leads every connection to one server of its own, which speaks TLS and notes what it receives.

    `proxy_tls` is what the proxy itself shows; without it, it speaks plainly. `asked` are the hosts that were asked
    for, `received` the first bytes of each request that came through, which is what nobody may get.
    """

    server_tls: ssl.SSLContext
    proxy_tls: ssl.SSLContext | None = None
    asked: list[str] = field(default_factory=list)
    received: list[bytes] = field(default_factory=list)
    heard_by_proxy: list[bytes] = field(default_factory=list)

    def __enter__(self) -> Office:
        self._stack = ExitStack()
        self._listener = self._stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.port = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._stack.close()
        self._accepting.join()
        for thread in self._threads:
            thread.join()

    @property
    def url(self) -> str:
        """The proxy's address."""
        return f"http{'s' if self.proxy_tls else ''}://127.0.0.1:{self.port}"

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(20)
        with suppress(OSError), connection:
            if self.proxy_tls is None:
                self._tunnel(connection)
                return
            with self.proxy_tls.wrap_socket(connection, server_side=True) as outer:
                self._tunnel(outer)

    def _tunnel(self, connection: socket.socket) -> None:
        head = _head(connection)
        self.heard_by_proxy.append(head)
        method, _, rest = head.partition(b" ")
        if method != b"CONNECT":
            self.received.append(head)
            return
        self.asked.append(rest.split(b" ")[0].decode())
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        _Inner(self.server_tls, connection).run(self._answer)

    def _answer(self, request: bytes) -> bytes:
        self.received.append(request)
        body = IDENTITY.encode()
        head = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nx-amzn-requestid: r-1\r\nConnection: close\r\n"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


class _Inner:
    """TLS as a server over a connection that may itself be TLS, which `wrap_socket` cannot do."""

    def __init__(self, context: ssl.SSLContext, connection: socket.socket) -> None:
        self._come, self._go = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._come, self._go, server_side=True)
        self._connection = connection

    def run(self, answer: Callable[[bytes], bytes]) -> None:
        """Shake hands, read one request, answer it."""
        self._do(self._tls.do_handshake)
        request = b""
        while b"\r\n\r\n" not in request:
            request += self._do(lambda: self._tls.read(65_536))
        self._do(lambda: self._tls.write(answer(request)))

    def _do(self, step: Callable[[], T]) -> T:
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                pass
            finally:
                if out := self._go.read():
                    self._connection.sendall(out)
            if not (more := self._connection.recv(65_536)):
                raise ConnectionResetError("The client has gone.")
            self._come.write(more)


def _head(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        if not (more := connection.recv(65_536)):
            raise ConnectionResetError("The client has gone.")
        head += more
    return head
