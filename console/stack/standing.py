"""Whether a stack is said to be no production: what is not said to be harmless starts read-only."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from console.text import Clean, clean

NAMES: Final = ("production", "prod", "prd", "prodn", "produktion", "produccion", "live")
"""The words in the name of an environment that say production, in any case: ``prod``, ``eu-prod``, ``Production2``."""

_OF_A_STACK: Final = frozenset(NAMES) - {"live"}
"""The same in the name of a stack, where ``live`` is rather what it does: ``live-map``."""

_NOT: Final = frozenset({"non", "not", "pre"})
"""What takes the meaning from such a word when it stands before it: ``non-prod``, ``pre-production``."""

NO_ENVIRONMENT: Final = "unknown"
"""The environment of a stack of which none is said."""


class Standing(StrEnum):
    """What is known of a stack's being production. All but the last start read-only."""

    PRODUCTION = "production"
    UNSAID = "not said"
    CONTRADICTORY = "in doubt"
    HARMLESS = "not production"


def standing_of(production: bool | None, environment: str, name: str) -> Standing:
    """What a stack is, of what its file says and how it is named. No name makes a stack harmless."""
    if production:
        return Standing.PRODUCTION
    if production is None:
        return Standing.UNSAID
    return Standing.CONTRADICTORY if like_production(environment, name) else Standing.HARMLESS


def why_guarded(production: bool | None, environment: str, name: str, *, described: bool) -> Clean:
    """Why a stack starts read-only, as a clause; empty where it does not. `described` is whether it has a file."""
    like = like_production(environment, name)
    match standing_of(production, environment, name):
        case Standing.PRODUCTION:
            return Clean("it is marked production")
        case Standing.CONTRADICTORY:
            return clean(f"its stack file says production = false, but {like}")
        case Standing.UNSAID if not described:
            return Clean("no stack file says that it is not production")
        case Standing.UNSAID:
            also = f", and {like}" if like else ""
            return clean(f"its stack file does not say whether it is production{also}")
    return Clean("")


def like_production(environment: str, name: str) -> str:
    """What about the names is like production, as a clause; empty where nothing is."""
    if _named(environment, frozenset(NAMES)):
        return f'its environment is named "{environment}"'
    return f'it is named "{name}"' if _named(name, _OF_A_STACK) else ""


def _named(name: str, meant: frozenset[str]) -> bool:
    apart = re.sub(
        r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name
    )  # ``euProd`` and ``EUProd`` are two words
    for text in (name, apart):
        words = re.findall(r"[a-z]+", text.lower())
        before = ("", *words)
        if any(word in meant and former not in _NOT for former, word in zip(before, words, strict=False)):
            return True
    return False
