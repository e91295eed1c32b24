"""OSC 52: what goes out, through tmux and screen as well, and what is said about it."""

from __future__ import annotations

import base64
import re

import pytest
from textual.app import App

from widgets.terminal import clipboard


def inside_tmux(data: str) -> str:
    """What tmux passes on to its terminal of one passthrough string."""
    match = re.search(r"\x1bPtmux;((?:[^\x1b]|\x1b\x1b)*)\x1b\\", data)
    assert match is not None
    return match.group(1).replace("\x1b\x1b", "\x1b")


def inside_screen(data: str) -> str:
    """What GNU screen passes on: the content of each string, which must be short."""
    strings = re.findall(r"\x1bP(.*?)\x1b\\", data, re.DOTALL)
    assert "".join(f"\x1bP{string}\x1b\\" for string in strings) == data
    assert all(len(string) <= 256 for string in strings)
    return "".join(strings)


@pytest.mark.parametrize(
    "text", ["", "arn:aws:ecs:eu-west-1:123456789012:service/x", "é ● 漢", "x" * 5_000, "a\nb\t\x1b["]
)
def test_the_terminal_gets_the_text_whatever_lies_between(text: str) -> None:
    bare = clipboard.sequence(text, {})
    assert bare is not None
    assert base64.b64decode(bare.removeprefix("\x1b]52;c;").removesuffix("\x07")).decode() == text
    in_tmux = clipboard.sequence(text, {"TMUX": "/tmp/tmux-0/default,1,0"})
    assert in_tmux is not None and in_tmux.startswith(bare) and inside_tmux(in_tmux) == bare
    in_screen = clipboard.sequence(text, {"STY": "1.pts-0.host"})
    assert in_screen is not None and inside_screen(in_screen) == bare


def test_a_lone_surrogate_is_no_crash() -> None:
    assert clipboard.sequence("a\ud800b", {}) == clipboard.sequence("a?b", {})


def test_what_is_too_large_is_not_sent_but_said() -> None:
    most = clipboard.LIMIT // 4 * 3
    assert clipboard.sequence("x" * most, {}) is not None
    assert clipboard.sequence("x" * (most + 1), {}) is None
    assert "56,246 bytes" in clipboard.too_large("x" * 56_246)
    assert "use o to save" in clipboard.too_large("x")


async def test_sending_without_a_terminal_says_so() -> None:
    app: App[None] = App()
    assert clipboard.send(app, "text") == clipboard.NO_TERMINAL
    async with app.run_test():
        assert clipboard.send(app, "text") == clipboard.NO_TERMINAL


@pytest.mark.parametrize("sentence", [clipboard.SENT, clipboard.NO_TERMINAL, clipboard.too_large("x")])
def test_nothing_claims_that_the_text_was_copied(sentence: str) -> None:
    assert "copied" not in sentence.lower()
