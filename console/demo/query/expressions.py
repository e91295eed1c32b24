"""Expressions of Logs Insights: conditions, arithmetic, functions; read into functions of rows."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Sequence
from typing import Final

from console.demo.query.functions import PLAIN, SUMMARIES, bin_of
from console.demo.query.lexer import QueryError, Token, tokens
from console.demo.query.rows import Row
from console.demo.query.values import SECONDS, Value, compare, number, show

Expression = Callable[[Sequence[Row]], Value]
"""A value of rows: of the first one, or of all where a function sums up."""

_COMPARISONS: Final = ("=", "!=", "<", "<=", ">", ">=")
_SUMS: Final[tuple[dict[str, Callable[[float, float], float]], ...]] = (
    {"+": operator.add, "-": operator.sub},
    {"*": operator.mul, "/": lambda a, b: a / b if b else math.nan, "%": lambda a, b: a % b if b else math.nan},
    {"^": lambda a, b: float(a**b) if abs(a) < 1e9 and abs(b) < 30 and (a or b > 0) else math.nan},
)
_DEEPEST: Final = 50


class Reader:
    """Reads a query from left to right."""

    def __init__(self, query: str) -> None:
        self.query = query
        self._tokens = list(tokens(query))
        self._place = 0
        self._depth = 0

    def peek(self, ahead: int = 0) -> Token:
        """The token that comes next, or one after it."""
        return self._tokens[min(self._place + ahead, len(self._tokens) - 1)]

    def take(self) -> Token:
        """The next token, passed over."""
        token = self.peek()
        self._place += 1
        return token

    def takes(self, *signs: str) -> bool:
        """Pass over a sign or key word if it comes next."""
        token = self.peek()
        if (token.kind == "sign" and token.value in signs) or token.is_word(*signs):
            self._place += 1
            return True
        return False

    def expect(self, sign: str) -> None:
        """Pass over a sign or key word; raises QueryError if something else comes."""
        if not self.takes(sign):
            raise self.unexpected()

    def unexpected(self) -> QueryError:
        """The error that what comes next cannot stand there."""
        token = self.peek()
        return QueryError(f"unexpected symbol found {token.value or 'end of query'}", token.start)

    def name(self) -> str:
        """The name of a field."""
        if self.peek().kind != "word":
            raise self.unexpected()
        return self.take().value

    def named(self) -> tuple[str, Expression]:
        """An expression with its name: what follows ``as``, or its own text."""
        start = self.peek().start
        expression = self.expression()
        text = self.query[start : self.peek(-1).end] if self._place else ""
        return (self.name() if self.takes("as") else text.strip("`")), expression

    def expression(self) -> Expression:
        """A whole expression, conditions included."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise QueryError("the query is nested too deeply", self.peek().start)
        found = self._either()
        self._depth -= 1
        return found

    def _either(self) -> Expression:
        parts = [self._both()]
        while self.takes("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else lambda rows: any(part(rows) for part in parts)

    def _both(self) -> Expression:
        parts = [self._denied()]
        while self.takes("and"):
            parts.append(self._denied())
        return parts[0] if len(parts) == 1 else lambda rows: all(part(rows) for part in parts)

    def _denied(self) -> Expression:
        if self.takes("not"):
            inner = self.expression() if self.peek().value == "(" else self._relation()
            return lambda rows: not inner(rows)
        return self._relation()

    def _relation(self) -> Expression:
        left = self._sum(0)
        negative = self.peek().is_word("not") and self.peek(1).is_word("like", "in")
        if negative:
            self.take()
        if self.takes("like", "=~"):
            test = _contains(self.take())
        elif self.takes("in"):
            test = _member(self._list())
        elif self.peek().kind == "sign" and self.peek().value in _COMPARISONS:
            sign = self.take().value
            right = self._sum(0)
            return lambda rows: compare(sign, left(rows), right(rows))
        else:
            return left
        return lambda rows: (value := left(rows)) is not None and test(value) is not negative

    def _list(self) -> list[Value]:
        self.expect("[")
        members: list[Value] = []
        while not self.takes("]"):
            if members:
                self.expect(",")
            if self.peek().kind not in ("text", "number"):
                raise self.unexpected()
            members.append(self.take().value)
        return members

    def _sum(self, level: int) -> Expression:
        if level == len(_SUMS):
            return self._operand()
        left = self._sum(level + 1)
        while self.peek().kind == "sign" and self.peek().value in _SUMS[level]:
            left = _arithmetic(_SUMS[level][self.take().value], left, self._sum(level + 1))
        return left

    def _operand(self) -> Expression:
        token = self.peek()
        if self.takes("("):
            inner = self.expression()
            self.expect(")")
            return inner
        if self.takes("-"):
            return _arithmetic(operator.sub, lambda rows: 0.0, self._operand())
        if token.kind in ("number", "text", "span"):
            value = self._constant(self.take())
            return lambda rows: value
        if token.kind != "word":
            raise self.unexpected()
        self.take()
        if self.takes("("):
            return self._call(token)
        return lambda rows: rows[0].get(token.value) if rows else None

    def _constant(self, token: Token) -> Value:
        if token.kind == "text":
            return token.value
        match = re.fullmatch(r"([\d.eE+-]+?)([A-Za-z]*)", token.value)
        if not match or match[2].lower() not in {"", *SECONDS}:
            raise QueryError(f"unexpected symbol found {token.value}", token.start)
        return float(match[1]) * SECONDS.get(match[2].lower(), 1)

    def _call(self, token: Token) -> Expression:
        name = token.value.lower()
        arguments: list[Expression] = []
        if self.takes("*"):
            self.expect(")")
        else:
            while not self.takes(")"):
                if arguments:
                    self.expect(",")
                arguments.append(self.expression())
        if name == "bin":
            name, arguments = "datefloor", [lambda rows: rows[0].get("@timestamp"), *arguments]
        table = SUMMARIES if name in SUMMARIES else PLAIN
        if name not in table:
            raise QueryError(f"unknown function {token.value}", token.start)
        low, high, _ = table[name]
        if not low <= len(arguments) <= high:
            raise QueryError(f"wrong number of arguments for {token.value}", token.start)
        return _summary(name, arguments) if table is SUMMARIES else _plain(name, arguments)


def _plain(name: str, arguments: list[Expression]) -> Expression:
    function = bin_of if name == "datefloor" else PLAIN[name][2]
    return lambda rows: function(*(argument(rows) for argument in arguments))


def _summary(name: str, arguments: list[Expression]) -> Expression:
    function = SUMMARIES[name][2]
    if not arguments:
        return lambda rows: function(rows, ())
    first, more = arguments[0], arguments[1:]

    def summed(rows: Sequence[Row]) -> Value:
        values = [value for row in rows if (value := first([row])) is not None]
        return function(values, [argument(rows) for argument in more])

    return summed


def _arithmetic(function: Callable[[float, float], float], left: Expression, right: Expression) -> Expression:
    def computed(rows: Sequence[Row]) -> Value:
        a, b = number(left(rows)), number(right(rows))
        result = math.nan if a is None or b is None else function(a, b)
        return result if math.isfinite(result) else None

    return computed


def _member(members: list[Value]) -> Callable[[Value], bool]:
    return lambda value: any(compare("=", value, member) for member in members)


def _contains(token: Token) -> Callable[[Value], bool]:
    if token.kind == "text":
        return lambda value: token.value in show(value)
    if token.kind != "regex":
        raise QueryError(f"unexpected symbol found {token.value or 'end of query'}", token.start)
    regex = compile_regex(token)
    return lambda value: regex.search(show(value)) is not None


def compile_regex(token: Token) -> re.Pattern[str]:
    """A regular expression of a query, with its names written Python's way; raises QueryError."""
    try:
        return re.compile(re.sub(r"\(\?<(?![=!])", "(?P<", token.value))
    except (re.error, OverflowError) as error:
        raise QueryError(f"invalid regular expression: {error}", token.start) from error
