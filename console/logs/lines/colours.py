"""The colours that programs write into their lines: not shown, so that they hide no level, no word and no JSON."""

from __future__ import annotations

import re
from typing import Final

_CODE: Final = re.compile(r"[\x1b\u241b]\[[0-9;:]{0,40}[mK]")
"""SGR, and "erase to the end" as grep writes it; also where `clean` made ESC its picture. All else stays."""


def uncoloured(text: str) -> str:
    """A text without the codes of colours."""
    return _CODE.sub("", text) if "\x1b[" in text or "\u241b[" in text else text
