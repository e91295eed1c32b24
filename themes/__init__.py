"""Colour themes, one TOML file each.

A file gives thirteen colours. The levels take the names that Textual has for them, so that every widget
follows: ok is ``$success``, warn ``$warning``, crit ``$error``, unknown ``$secondary``. ``$prod`` and
``$on-prod`` are the header of a production stack, ``$selection`` the row under the cursor.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from textual.theme import Theme

DEFAULT: Final = "dark"

_FOLDER: Final = Path(__file__).parent


def names() -> tuple[str, ...]:
    """The names of the themes, the default first."""
    found = sorted(file.stem for file in _FOLDER.glob("*.toml"))
    return tuple(sorted(found, key=lambda name: name != DEFAULT))


@cache
def colors(name: str) -> dict[str, str]:
    """The colours of a theme by name, as its file gives them. Raises KeyError for a theme that is not there."""
    if name not in names():
        raise KeyError(name)
    found: dict[str, str] = _read(name)["colors"]
    return found


def load(name: str) -> Theme:
    """One theme, ready to be registered. Raises KeyError for a theme that is not there."""
    from textual.theme import Theme

    c = colors(name)
    dark = bool(_read(name)["dark"])
    on_prod = c["text"] if dark else c["background"]
    return Theme(
        name=name,
        dark=dark,
        primary=c["primary"],
        secondary=c["unknown"],
        success=c["ok"],
        warning=c["warn"],
        error=c["crit"],
        accent=c["accent"],
        foreground=c["text"],
        background=c["background"],
        surface=c["surface"],
        panel=c["panel"],
        variables={
            "text": c["text"],
            "text-muted": c["muted"],
            "text-disabled": c["muted"],
            "text-primary": c["primary"],
            "text-secondary": c["unknown"],
            "text-success": c["ok"],
            "text-warning": c["warn"],
            "text-error": c["crit"],
            "text-accent": c["accent"],
            "prod": c["prod"],
            "on-prod": on_prod,
            "selection": c["selection"],
            "block-cursor-background": c["selection"],
            "block-cursor-foreground": c["text"],
            "block-cursor-blurred-background": c["panel"],
            "block-hover-background": c["panel"],
            "input-selection-background": c["selection"],
            "border": c["primary"],
            "border-blurred": c["panel"],
            "scrollbar": c["selection"],
            "scrollbar-hover": c["primary"],
            "scrollbar-active": c["primary"],
            "scrollbar-background": c["background"],
            "scrollbar-corner-color": c["background"],
            "button-color-foreground": c["background"],
        },
    )


def load_all() -> list[Theme]:
    """Every theme, the default first."""
    return [load(name) for name in names()]


@cache
def _read(name: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))
