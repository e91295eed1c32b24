"""Numbers for people: at most four digits, with the unit that CloudWatch names."""

from __future__ import annotations

import math
from typing import Final

_BYTES: Final = {"Bytes": 1, "Kilobytes": 1024, "Megabytes": 1024**2, "Gigabytes": 1024**3, "Terabytes": 1024**4}
_SECONDS: Final = {"Seconds": 1.0, "Milliseconds": 1e-3, "Microseconds": 1e-6}
_SHORT: Final = {"Percent": "%", "Count": "", "None": ""}


def number(value: float) -> str:
    """A number in at most four digits: 0.25, 12.4, 980, 1.2k, 34M."""
    if not math.isfinite(value):
        return "–"
    size = abs(value)
    if size >= 1e15:
        return f"{value:.1e}"
    for factor, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if size >= factor * 0.9995:
            return f"{_digits(value / factor)}{letter}"
    return _digits(value)


def quantity(value: float, unit: str) -> str:
    """A value with its unit. `unit` is CloudWatch's word, such as Percent, Bytes/Second, Milliseconds, Count."""
    base, _, per = unit.partition("/")
    rate = "/s" if per == "Second" else f"/{per.lower()}" if per else ""
    if not math.isfinite(value):
        return "–"
    if base in _BYTES:
        return _bytes(value * _BYTES[base]) + rate
    if base in _SECONDS:
        return _seconds(value * _SECONDS[base]) + rate
    short = _SHORT.get(base, base)
    return f"{number(value)}{' ' if short else ''}{short}{rate}"


def byte_step(unit: str) -> bool:
    """Whether a unit is counted in powers of 1,024, so that an axis should be divided by them."""
    return unit.partition("/")[0] in _BYTES


def _digits(value: float) -> str:
    places = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if places and "." in text else text


def _bytes(value: float) -> str:
    if abs(value) >= 1e18:
        return f"{value:.1e} B"
    for factor, name in ((1024**4, "TiB"), (1024**3, "GiB"), (1024**2, "MiB"), (1024, "KiB")):
        if abs(value) >= factor * 0.9995:
            return f"{_digits(value / factor)} {name}"
    return f"{_digits(value)} B"


def _seconds(value: float) -> str:
    size = abs(value)
    if size >= 1e9:
        return f"{value:.1e} s"
    if size >= 86_400:
        return f"{_digits(value / 86_400)} d"
    if size >= 3600:
        return f"{_digits(value / 3600)} h"
    if size >= 120:
        return f"{_digits(value / 60)} min"
    if size >= 1 or size == 0:
        return f"{_digits(value)} s"
    return f"{_digits(value * 1e3)} ms" if size >= 1e-3 else f"{_digits(value * 1e6)} µs"
