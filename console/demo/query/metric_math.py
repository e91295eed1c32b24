"""Metric math: the expressions of GetMetricData and of alarms, parsed and computed.

Numbers, ids, ``+ - * / ^``, comparisons, AND OR, arrays ``[m1, m2]``, ``METRICS()`` and the functions of
`math_functions` are computed. SEARCH, SELECT and ANOMALY_DETECTION_BAND are not.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from console.demo.query.math_functions import FUNCTIONS, ExpressionError, Points, Scope, Value, combine

_TOKEN: Final = re.compile(
    r"\s*(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+|[A-Za-z_]\w*|\"[^\"]*\"|'[^']*'|&&|\|\||[<>=!]=|[-+*/^()\[\],<>])"
)
_DEEPEST: Final = 50


def _divide(left: float, right: float) -> float:
    return left / right if right else math.nan


def _power(left: float, right: float) -> float:
    try:
        return math.pow(left, right)
    except (OverflowError, ValueError):
        return math.nan


def _either(left: float, right: float) -> float:
    return float(bool(left or right))


def _both(left: float, right: float) -> float:
    return float(bool(left and right))


_LEVELS: Final[tuple[dict[str, Callable[[float, float], float]], ...]] = (
    {"OR": _either, "||": _either},
    {"AND": _both, "&&": _both},
    {
        "==": operator.eq,
        "!=": operator.ne,
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
    },
    {"+": operator.add, "-": operator.sub},
    {"*": operator.mul, "/": _divide},
    {"^": _power},
)


def compute(expression: str, ids: Mapping[str, Value], scope: Scope) -> Value:
    """The value of an expression: a number, a time series, or several.

    `ids` are the series that it may name. Raises `ExpressionError` with a sentence.
    """
    reader = _Reader(_tokens(expression), ids, scope)
    value = reader.level(0)
    if reader.peek():
        raise ExpressionError(f"{reader.peek()!r} was not expected")
    return value


def _tokens(expression: str) -> list[str]:
    tokens: list[str] = []
    place, text = 0, expression.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if not match:
            found = text[place:].lstrip()
            at = len(text) - len(found) + 1
            raise ExpressionError(f"{found[:1]!r} at position {at} is not understood")
        tokens.append(match[1])
        place = match.end()
    return tokens


@dataclass(slots=True)
class _Reader:
    """Recursive descent that computes as it reads."""

    tokens: list[str]
    ids: Mapping[str, Value]
    scope: Scope
    place: int = 0
    depth: int = 0

    def peek(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self) -> str:
        if not (token := self.peek()):
            raise ExpressionError("the expression ends too early")
        self.place += 1
        return token

    def expect(self, sign: str) -> None:
        if (found := self.take()) != sign:
            raise ExpressionError(f"{sign!r} was expected, not {found!r}")

    def level(self, level: int) -> Value:
        """Operators of one precedence, the loosest first."""
        if level == len(_LEVELS):
            return self.operand()
        value = self.level(level + 1)
        while (sign := self.peek()) in _LEVELS[level]:
            self.take()
            value = combine(_LEVELS[level][sign], value, self.level(level + 1))
        return value

    def operand(self) -> Value:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ExpressionError("the expression is nested too deeply")
        value = self._operand(self.take())
        self.depth -= 1
        return value

    def _operand(self, token: str) -> Value:
        if token == "-":  # noqa: S105 - a sign, not a secret
            return combine(operator.neg, self.operand())
        if token == "(":  # noqa: S105
            value = self.level(0)
            self.expect(")")
            return value
        if token == "[":  # noqa: S105
            return _array(self.arguments("]"))
        if token[0].isdigit() or token[0] == ".":
            return float(token)
        if token in ("REPEAT", "LINEAR") or token[0] in "\"'":
            return token.strip("\"'")
        if self.peek() == "(" and token.isidentifier():
            self.take()
            return self._call(token, self.arguments(")"))
        if token in self.ids:
            return self.ids[token]
        raise ExpressionError(f"{token!r} is neither the Id of a metric in this request nor a function")

    def arguments(self, end: str) -> list[Value]:
        """Values with commas between them, up to the closing sign."""
        values: list[Value] = []
        while self.peek() != end:
            if values:
                self.expect(",")
            values.append(self.level(0))
        self.take()
        return values

    def _call(self, name: str, arguments: list[Value]) -> Value:
        if name == "METRICS":
            part = arguments[0] if arguments and isinstance(arguments[0], str) else ""
            return [points for key, points in self.scope.metrics.items() if part in key]
        if name not in FUNCTIONS:
            raise ExpressionError(f"{name} is not a function that the demo computes")
        low, high, function = FUNCTIONS[name]
        if not low <= len(arguments) <= high:
            raise ExpressionError(f"{name} takes {low if low == high else f'{low} or {high}'} argument(s)")
        return function(self.scope, *arguments)


def _array(values: list[Value]) -> list[Points]:
    found: list[Points] = []
    for value in values:
        if isinstance(value, list):
            found += value
        elif isinstance(value, dict):
            found.append(value)
        else:
            raise ExpressionError("an array holds time series only")
    return found
