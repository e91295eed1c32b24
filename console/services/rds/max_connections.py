"""How many connections an RDS instance allows: its max_connections, which is often a formula of its memory."""

from __future__ import annotations

import re
from typing import Final

_GIB: Final = 2**30

_LARGE: Final = {"t": 8, "m": 8, "r": 16, "x2g": 32, "r3": 15.25, "r4": 15.25, "z1d": 16}
"""GiB of the size "large" by family, else by its first letter (RDS user guide, hardware specifications)."""

_SMALLER: Final = {"micro": 1 / 8, "small": 1 / 4, "medium": 1 / 2, "large": 1.0, "xlarge": 2.0}

_FORMULAS: Final = {
    "postgres": "LEAST({DBInstanceClassMemory/9531392},5000)",
    "aurora-postgresql": "LEAST({DBInstanceClassMemory/9531392},5000)",
    "mysql": "{DBInstanceClassMemory/12582880}",
    "mariadb": "LEAST({DBInstanceClassMemory/25165760},12000)",
}
"""What holds where nobody set it, by engine (RDS user guide, "Maximum number of database connections")."""

_CLASS: Final = re.compile(r"db\.(([a-z])\w+)\.(?:(\d+)?(\w+))$")
_TERM: Final = re.compile(r"\{DBInstanceClassMemory/(\d+)\}|(\d+)")
_CHOICE: Final = re.compile(r"(LEAST|GREATEST)\((.+)\)$")


def allowed(engine: str, instance_class: str, parameter: str | None) -> int | None:
    """The connections that an instance allows, None where that cannot be told.

    `parameter` is the parameter group's max_connections where somebody set it. A formula is worked out with
    the memory of the class; the engine has a little less of it, so the true number is somewhat lower.
    """
    formula = (parameter or _FORMULAS.get(engine, "")).replace(" ", "")
    choice = _CHOICE.match(formula)
    terms = [_term(term, instance_class) for term in (choice.group(2).split(",") if choice else [formula])]
    known = [term for term in terms if term is not None]
    if len(known) < len(terms):
        return None
    return max(known) if choice and choice.group(1) == "GREATEST" else min(known)


def memory(instance_class: str) -> float | None:
    """The bytes of memory of a class such as ``db.t3.micro``; None for one that is not known here."""
    match = _CLASS.match(instance_class)
    if match is None:
        return None
    family, letter, times, size = match.groups()
    large = _LARGE.get(family, _LARGE.get(letter))
    share = _SMALLER.get(size)
    if large is None or share is None:
        return None
    return large * share * int(times or 1) * _GIB


def _term(term: str, instance_class: str) -> int | None:
    match = _TERM.fullmatch(term)
    if match is None:
        return None
    if match.group(2):
        return int(match.group(2))
    bytes_of_class = memory(instance_class)
    return None if bytes_of_class is None else int(bytes_of_class // int(match.group(1)))
