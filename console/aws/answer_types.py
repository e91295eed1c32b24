"""Parsers that refuse an answer whose values are not of the types that the service model tells.

botocore's hand on whatever the body holds: a text where the model tells a number, the letters of a text where it tells
a list. Judged by a check it would be a fault of the console's own, or all green. What else the parsers raise of a
foreign body (AttributeError, TypeError, OverflowError) would be told as one, too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

from botocore.parsers import ResponseParserError

from console.aws.botocore_internals import ParserHooks, strict_parser
from console.aws.timestamps import parse_moment
from console.problems import Suspect

_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int, float),
    "long": (int, float),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (datetime,),
}
"""What Python makes of each type of the models; a blob is whatever it is."""

_MOSTLY: Final = {kind: types[0] for kind, types in _TYPES.items() if len(types) == 1}
"""What is told at once: an answer of GetMetricData holds tens of thousands of values."""

_WORDS: Final = {"structure": "an object", "map": "an object", "list": "a list", "string": "a text",
                 "boolean": "true or false", "timestamp": "a time"}  # fmt: skip
_WHOLE: Final = frozenset({"integer", "long"})
_NUMBERS: Final = frozenset(kind for kind, types in _TYPES.items() if int in types)
_LARGEST: Final = 2**63
"""The models know no larger whole number; JSON does."""


@cache
def strict(protocol: str) -> type[Any]:
    """The class of botocore's parser for a protocol (``json``, ``query``), made strict.

    It raises `Suspect` for a value of another type, and `ResponseParserError` for a body that cannot be read.
    """
    return strict_parser(protocol, _Strict)


def make_strict(protocol: str) -> Any:
    """A strict parser for a protocol, which reads moments quickly."""
    return strict(protocol)(timestamp_parser=parse_moment)


class _Strict(ParserHooks):
    """Looks at each value that a parser makes, and tells a body that it falls over as one that cannot be read."""

    def value(self, shape: Any, node: Any) -> Any:
        """A value of the type that the model tells. Raises `Suspect` for any other."""
        kind = shape.type_name
        if kind == "list" and _is_no_list(node, shape.serialization):
            raise _other(shape)
        value: Any = self.stock_value(shape, node)
        if type(value) is _MOSTLY.get(kind):
            return value
        types = _TYPES.get(kind)
        if types is None or getattr(shape, "is_document_type", False) or shape.serialization.get("jsonvalue"):
            return value
        if not isinstance(value, types):
            value = _meant(kind, value)
            if value is None:
                raise _other(shape)
        return _number(shape, value) if kind in _NUMBERS else value

    async def answer(self, response: dict[str, Any], shape: Any) -> Any:
        """The answer, or the error that it tells. Raises `Suspect` and `ResponseParserError`."""
        try:
            return await self.stock_answer(response, shape)
        except (ResponseParserError, Suspect):
            raise
        except Exception as error:
            raise ResponseParserError(f"{type(error).__name__}: {error}") from error

    def error(self, response: dict[str, Any], shape: Any) -> Any:
        """An error as it is told; of one of 500 and above that cannot be read, at least that.

        Below 500 whoever wrote it may not be AWS, and a permission or a login is not what is missing.
        """
        error: Exception | None = None
        try:
            told = self.stock_error(response, shape)
            if isinstance(told["Error"]["Code"], str):
                message = told["Error"].get("Message")
                told["Error"]["Message"] = message if isinstance(message, str) else ""
                return told
        except Exception as raised:  # noqa: BLE001 - whatever a foreign body makes a parser raise
            error = raised
        if response["status_code"] < 500:
            raise ResponseParserError("The error is not one of this API.") from error
        return self.wordless_error(response)


def _meant(kind: str, value: Any) -> Any:
    """What a value of another type can only mean, as services write it at times: 5 or true as a text; else None."""
    if kind == "string" and type(value) in (int, float):
        return str(value)
    if kind == "boolean" and isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower())
    if kind in _NUMBERS and isinstance(value, str):
        try:
            return float(value) if kind not in _WHOLE else int(value)
        except ValueError:
            return None
    return None


def _is_no_list(node: Any, serialization: Mapping[str, Any]) -> bool:
    """Whether a text or an object stands in place of a list, in JSON or in XML; in a header it is written as a text."""
    if isinstance(node, (str, dict)):
        return serialization.get("location") != "header"
    text = None if serialization.get("flattened") or isinstance(node, list) else getattr(node, "text", None)
    return bool(text and text.strip())


def _number(shape: Any, value: float) -> float:
    """A number that can be judged: nothing is above nan. JSON may write a whole one as 5.0."""
    if isinstance(value, bool) or not math.isfinite(value):
        raise _other(shape)
    if shape.type_name not in _WHOLE:
        return value
    if value != int(value) or abs(value) >= _LARGEST:
        raise _other(shape)
    return int(value)


def _other(shape: Any) -> Suspect:
    wanted = _WORDS.get(shape.type_name, "a number")
    return Suspect(f"The answer is not one of this API: {shape.name} is not {wanted}.")
