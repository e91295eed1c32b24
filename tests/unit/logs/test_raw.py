"""Lines as they came: beside what is shown of them, through chunks, panes and files."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from console.logs.event import LogEvent
from console.logs.json_lines import parse
from console.logs.lines import export
from console.logs.lines.buffer import LogBuffer
from console.logs.lines.chunk import LINES
from console.logs.lines.query import LineQuery
from console.logs.lines.replay import events_of
from console.logs.lines.stacktrace import TRACE
from console.logs.reading.pages import cleaned, raw_of
from console.text import LIMIT, Clean

ODD = ["\x1b[31mred\x1b[0m\ttab", "plain", "x" * 40_000, "one\r\n  two\r\nthree\r\n", "dos\r", "\x1b[0m", "", "\ud800"]


def came(messages: list[str], at_ms: int = 0) -> list[LogEvent]:
    texts = cleaned(messages)
    return [
        LogEvent("", at_ms + at, 0, text, raw=raw_of(message, text))
        for at, (message, text) in enumerate(zip(messages, texts, strict=True))
    ]


def buffer_of(events: list[LogEvent], **bounds: Any) -> LogBuffer:
    buffer = LogBuffer(**bounds)
    buffer.streams.index(Clean("group"), Clean("stream"))
    buffer.append(events)
    return buffer


def saved(buffer: LogBuffer) -> str:
    """What a file gets."""
    shown = [(chunk, range(len(chunk))) for chunk in buffer.chunks]
    return "\n".join(export.texts(shown, buffer.streams, raw=True))


def lines_of(messages: list[str]) -> str:
    """The messages as the lines of a file: the line end of a message is that of its line."""
    return "\n".join(message.rstrip("\n") for message in messages)


@given(st.lists(st.sampled_from(ODD) | st.text(max_size=12), min_size=1, max_size=12))
@example(ODD)
def test_a_file_gets_what_came_whatever_is_shown(messages: list[str]) -> None:
    buffer = buffer_of(came(messages))
    assert saved(buffer) == lines_of(messages)
    assert all(len(text) <= LIMIT for chunk in buffer.chunks for text in chunk.texts())


def test_it_stays_through_seals_late_lines_gaps_and_other_panes() -> None:
    messages = [f"\x1b[32m{number}\x1b[0m\r" for number in range(3 * LINES)]
    events = came(messages)
    buffer = buffer_of(events[::2])
    for event in events[1::2][::-1][:200]:
        buffer.append([event])
    buffer.append(events[1 : -2 * 200 : 2])
    key = buffer.add_gap(5, Clean("gap"))
    buffer.fill_gap(key)
    assert saved(buffer) == lines_of(messages)
    other = buffer_of([event for chunk in buffer.chunks for event in events_of(chunk)])
    assert saved(other) == lines_of(messages)


def test_it_counts_as_text_that_is_kept() -> None:
    plain, coloured = (buffer_of([], most_bytes=300_000) for _ in range(2))
    for number in range(4000):
        plain.append(came([f"{number:050}"], number))
        coloured.append(came([f"\x1b[32m{number:050}"], number))
    assert len(plain) == 4000 and len(coloured) < 2000


def test_of_what_is_shown_colours_are_no_part_so_that_words_and_json_are_found() -> None:
    messages = [
        "\x1b[31mERROR\x1b[39m: payment \x1b[1mfailed\x1b[0m",
        '\x1b[32mINFO\x1b[39m {"a": \x1b[33m1\x1b[0m}\x1b[K',
        f"\x1b[31m{TRACE}:",
        "\x1b[31m  File x",
        "\x1b]0;title\x07",
    ]
    texts = cleaned(messages)
    assert texts[0] == "ERROR: payment failed" and LineQuery.parse('"payment failed"').matches(texts[0])
    assert parse(texts[1]) == {"a": 1}
    assert texts[4] == "␛]0;title␇", "all else of ESC stays in sight"
    assert any(flag for chunk in buffer_of(came(messages)).chunks for flag in chunk.flags), "traces are folded"


def test_the_clipboard_gets_what_is_shown() -> None:
    (line,) = (chunk.line(0) for chunk in buffer_of(came(["\x1b]52;c;eA==\x07 \x1b[31mred"])).chunks)
    assert export.text(line, buffer_of([]).streams) == "␛]52;c;eA==␇ red"
