"""Conditions joined by ``&&`` and ``||`` with parentheses, as structured patterns have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from console.filter_pattern.reader import Reader

T = TypeVar("T")
Condition = Callable[[T], bool]

_DEEPEST: Final = 50


def read_logic(reader: Reader, read: Callable[[Reader], Condition[T]], depth: int = 0) -> Condition[T]:
    """Read conditions: ``&&`` binds closer than ``||``, parentheses closer still."""
    return _joined(reader, "||", any, lambda: _joined(reader, "&&", all, lambda: _one(reader, read, depth)))


def _joined(reader: Reader, sign: str, rule: Callable[..., bool], part: Callable[[], Condition[T]]) -> Condition[T]:
    parts = [part()]
    while reader.skip().take(sign):
        parts.append(part())
    return parts[0] if len(parts) == 1 else lambda event: rule(test(event) for test in parts)


def _one(reader: Reader, read: Callable[[Reader], Condition[T]], depth: int) -> Condition[T]:
    if not reader.skip().take("("):
        return read(reader)
    if depth == _DEEPEST:
        raise reader.error(f"parentheses up to {_DEEPEST} deep")
    inner = read_logic(reader, read, depth + 1)
    if not reader.skip().take(")"):
        raise reader.error("&&, || or )")
    return inner
