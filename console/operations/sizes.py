"""Fields for a size: ``20 GiB``, ``512MB``, or a plain number in the field's own unit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from console.operations.fields import Field, Widget

_LETTERS: Final = "KMGTP"
UNITS: Final = {
    "B": 1,
    **{f"{letter}B": 1000**at for at, letter in enumerate(_LETTERS, 1)},
    **{f"{letter}iB": 1024**at for at, letter in enumerate(_LETTERS, 1)},
}
"""Bytes of each unit: GB is decimal, GiB binary."""

_BY_NAME: Final = {name.lower(): name for name in UNITS}
_SIZE: Final = re.compile(r"(\d{1,30}(?:\.\d{1,30})?) *([A-Za-z]*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class SizeField(Field):
    """A size as a whole number of its `unit`, from `low` to `high`."""

    unit: str = "B"

    @property
    def allowed(self) -> str:
        """What may be typed, in a few words."""
        return f"from {self.low:,} to {self.high:,} {self.unit}"

    def parse(self, text: str) -> int:
        """The size that a text means, in the field's unit. Raises `ValueError` with a sentence."""
        found = _SIZE.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text!r} is no size. Allowed: {self.allowed}, such as {self.low}{self.unit}.")
        number, unit = Fraction(found[1]), found[2]
        if unit and unit.lower() not in _BY_NAME:
            raise ValueError(f"{text!r} has no known unit{_either(unit)}. Allowed: {self.allowed}.")
        size = number * UNITS[_BY_NAME[(unit or self.unit).lower()]] / UNITS[self.unit]
        if size.denominator != 1:
            near = f"{float(size):,.6g} {self.unit}"
            raise ValueError(f"{text!r} is {near}, no whole number of them. Allowed: {self.allowed}.")
        if (self.low is not None and size < self.low) or (self.high is not None and size > self.high):
            raise ValueError(f"{text!r} is out of range. Allowed: {self.allowed}.")
        return int(size)

    def write(self, value: int) -> str:
        """The size with its unit."""
        return f"{value}{self.unit}"


def _either(unit: str) -> str:
    """What a single letter could mean."""
    letter = unit.upper()
    return f": {letter}B is decimal, {letter}iB binary" if letter in _LETTERS else ""


def size(unit: str, *, low: int, high: int) -> SizeField:
    """A size in a unit (``GiB``, ``MB``), between two bounds in that unit. Raises `KeyError` for another unit."""
    if unit not in UNITS:
        raise KeyError(unit)
    return SizeField(f"size in {unit}", Widget.SIZE, low=low, high=high, unit=unit)
