"""Whom TLS connections trust: one context for all that trust alike, which verifies the chain and the host name.

Every way out of this program takes its context from here, also through a proxy and to the proxy itself. There is
none that does not verify.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from console.files.bounded import read_bytes

_lock: Final = threading.Lock()
_contexts: Final[dict[tuple[object, ...], ssl.SSLContext]] = {}

T = TypeVar("T")


class BundleUnreadable(OSError):
    """A file of certificate authorities that is configured cannot be read."""


def aws_context(bundle: str | bool | None, cert: str | None = None, key: str | None = None) -> ssl.SSLContext:
    """The context for AWS: the authorities of `bundle`, where one is configured, else those that botocore brings.

    Blocks for some 20 ms the first time: call it in a thread. Raises OSError for a bundle that cannot be read.
    """
    from botocore.httpsession import get_cert_path

    # An empty AWS_CA_BUNDLE is no bundle; to botocore it means that nothing is verified.
    path = get_cert_path(bundle or True)
    with _lock:
        return _kept((path, cert, key), lambda: _loaded(_verifying(path), cert, key))


def web_context(bundle: str | None) -> ssl.SSLContext:
    """The context for what is not AWS: the system's authorities, and besides those of `bundle`.

    The bundle is often that of a proxy that opens TLS, which does so for every site. Blocks and raises like
    `aws_context`.
    """

    def make() -> ssl.SSLContext:
        context = _verifying(None)
        if bundle:
            _reading(bundle, lambda: context.load_verify_locations(cafile=bundle))
        return context

    with _lock:
        return _kept(("web", bundle or None), make)


def _verifying(path: str | None) -> ssl.SSLContext:
    """Chain and host name are verified, certificates of proxies without all that RFC 5280 asks for are taken.

    Python sets VERIFY_X509_STRICT from 3.13 on, which refuses many of them; the aws command line takes them.
    """
    context = _reading(path, lambda: ssl.create_default_context(cafile=path))
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _reading(path: str | None, read: Callable[[], T]) -> T:
    """What reading a bundle gives. Raises `BundleUnreadable`; OpenSSL does not name it, and waits for a FIFO."""
    try:
        if path is not None:
            read_bytes(Path(path))
        return read()
    except OSError as error:  # also ssl.SSLError, for a file that holds no certificate
        if path is None:
            raise
        reason = "it holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror or str(error)
        raise BundleUnreadable(f"The certificate authorities in {path} cannot be read: {reason}.") from error


def _loaded(context: ssl.SSLContext, cert: str | None, key: str | None) -> ssl.SSLContext:
    if cert:
        context.load_cert_chain(cert, key)
    return context


def _kept(name: tuple[object, ...], make: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    if name not in _contexts:
        _contexts[name] = make()
    return _contexts[name]
