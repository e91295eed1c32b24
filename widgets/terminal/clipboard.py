"""Copy by OSC 52: the terminal is asked to put text on the operator's own clipboard, also through SSH."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from typing import Any, Final

from textual.app import App

from widgets.terminal.textual_internals import driver_of

LIMIT: Final = 74_994
"""Bytes of base64 that go out at most: terminals drop a longer sequence without a word."""

_CHUNK: Final = 250
"""GNU screen passes on at most 256 bytes of one string, and drops the rest of it."""

SENT: Final = "Sent to the terminal. Whether it reaches the clipboard, the terminal decides."
NO_TERMINAL: Final = "There is no terminal to send it to; use o to save it."


def sequence(text: str, environ: Mapping[str, str]) -> str | None:
    """The bytes that ask the terminal to take `text` on its clipboard; None where it is too large.

    Inside tmux the bare sequence goes out too, since its ``set-clipboard on`` takes that one and its
    ``allow-passthrough on`` the other.
    """
    encoded = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    if len(encoded) > LIMIT:
        return None
    osc = f"\x1b]52;c;{encoded}\x07"
    if environ.get("TMUX"):
        escaped = osc.replace("\x1b", "\x1b\x1b")
        return f"{osc}\x1bPtmux;{escaped}\x1b\\"
    if environ.get("STY"):
        chunks = (osc[start : start + _CHUNK] for start in range(0, len(osc), _CHUNK))
        return "".join(f"\x1bP{chunk}\x1b\\" for chunk in chunks)
    return osc


def too_large(text: str) -> str:
    """What to say where `sequence` gives None."""
    return f"Too large for the terminal's clipboard ({len(text.encode('utf-8', 'replace')):,} bytes); use o to save it."


def send(app: App[Any], text: str) -> str:
    """Send text to the terminal's clipboard; gives the sentence to show, which never says more than is known."""
    driver = driver_of(app)
    if driver is None or app.is_headless:
        return NO_TERMINAL
    data = sequence(text, os.environ)
    if data is None:
        return too_large(text)
    driver.write(data)
    return SENT
