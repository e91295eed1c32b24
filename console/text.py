"""The one boundary for text from outside.

Every string that came from AWS, a file, a subprocess or the clipboard passes `clean()` once, where the
answer becomes a frozen value. What comes out holds no control, bidirectional or invisible code point, is
bounded in length, and is safe to draw literally. It is still not safe to parse as markup: draw it through
`Content` or `Text`, never as a plain str.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NewType

Clean = NewType("Clean", str)
"""Text that passed `clean()`."""

LIMIT: Final = 16_384
"""Characters kept of one string. A line of 1 MB in one widget stops the UI loop for 1.5 s (measured)."""

_COMBINING_LIMIT: Final = 4
_REPLACEMENT: Final = "\ufffd"
_STAND_INS: Final = {**dict.fromkeys(("Cn", "Cs", "Cc", "Co"), _REPLACEMENT), "Cf": "·"}
_MARKS: Final = frozenset(("Mn", "Me"))
_ODD: Final = _MARKS | _STAND_INS.keys()
_INVISIBLE: Final = (
    0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x3164, 0xFFA0, 0xFEFF,
    *range(0x180B, 0x180E), 0x180F, *range(0x200B, 0x2010), *range(0x202A, 0x202F),
    *range(0x2060, 0x2070), *range(0xFFF0, 0xFFFC), *range(0xE0000, 0xE1000),
)  # fmt: skip


def _table() -> dict[int, str]:
    table = {code: chr(0x2400 + code) for code in range(0x20)}
    table |= {0x09: "    ", 0x0A: "␊", 0x7F: "␡"}
    table |= dict.fromkeys(range(0x80, 0xA0), _REPLACEMENT)
    table |= dict.fromkeys(range(0xD800, 0xE000), _REPLACEMENT)
    table |= dict.fromkeys((0x2028, 0x2029), "␊")
    table |= dict.fromkeys(_INVISIBLE, "·")
    table |= dict.fromkeys(range(0xFE00, 0xFE10), "")
    return table


_TABLE: Final = _table()
_REPLACED: Final = frozenset(map(chr, _TABLE))


def clean(value: object, *, multiline: bool = False, limit: int = LIMIT) -> Clean:
    """Make text from outside safe to show.

    Control characters become visible pictures (``ESC`` is ``␛``), invisible and bidirectional ones ``·``,
    C1 controls and lone surrogates ``�``; a tab becomes four spaces. Line ends stay only when `multiline`.
    Longer text than `limit` characters is cut and says by how much. Cleaning twice changes nothing.
    """
    text = value if isinstance(value, str) else str(value)
    beyond = max(0, len(text) - limit)
    text = text[:limit] if beyond else text
    if not (text.isascii() and text.isprintable()):
        if not _REPLACED.isdisjoint(text):
            lines = text.replace("\r\n", "\n").split("\n") if multiline else [text]
            text = "\n".join(line.translate(_TABLE) for line in lines)
        text = text if text.isascii() else _tame(text)
    return Clean(_cut(text, limit, beyond) if beyond or len(text) > limit else text)


def _cut(text: str, limit: int, beyond: int) -> str:
    """Cut to `limit` characters in all, the marker included; it counts what is gone, `beyond` too."""
    total = len(text) + beyond
    kept = text[: max(0, limit - len(f"…[+{total} chars]"))]
    return kept + f"…[+{total - len(kept)} chars]"[:limit]


def _tame(text: str) -> str:
    """Bound stacked combining marks; replace format characters and what no terminal knows the width of."""
    odd = {char: kind for char in set(text) if (kind := unicodedata.category(char)) in _ODD and char != "\n"}
    if marks := "".join(sorted(char for char, kind in odd.items() if kind in _MARKS)):
        text = re.sub(f"([{marks}]{{{_COMBINING_LIMIT}}})[{marks}]+", r"\1", text)
    replaced = {ord(char): _STAND_INS[kind] for char, kind in odd.items() if kind in _STAND_INS}
    return text.translate(replaced) if replaced else text


def is_plain(name: str) -> bool:
    """Whether a name is printable ASCII, so that typing it proves that it was read."""
    return bool(name) and name.isascii() and name.isprintable()
