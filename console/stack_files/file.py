"""Stack files: read from TOML with errors that say what to mend, and written back."""

from __future__ import annotations

import ast
import difflib
import functools
import re
import typing
from pathlib import Path
from typing import Any, Final

import msgspec

from console.files.bounded import parse_toml, read_text, reason_of
from console.naming.partitions import nearest
from console.stack.names import Told, named
from console.stack.part import KeyValue, Part, Region, Url
from console.stack.stack import AccountId, Environment, Stack, StackName
from console.stack_files.schema import StackFile, file_of, stack_of
from console.text import clean

_STEP: Final = re.compile(r"\.(\w+)|\[(\d+|\.\.\.)\]", re.ASCII)
"""A step on msgspec's way to a fault: a key, the number of an item, or the key of a table with keys of any name."""


class StackError(ValueError):
    """A stack file that cannot be used; the message says file, place, what was found and what is allowed."""


def load(path: Path) -> Stack:
    """Read a stack file; raises `StackError` with a sentence that says where and what."""
    return load_told(path)[0]


def load_told(path: Path) -> tuple[Stack, Told]:
    """The same, and what the ARNs in it tell of account and region where the file names none."""
    try:
        text = read_text(path)
    except OSError as error:
        raise StackError(f"{clean(path)}: cannot be read: {reason_of(error)}. Next: check the file.") from error
    return _parse(text, str(path))


def parse(text: str, where: str) -> Stack:
    """Make a Stack of TOML text, with names where it has ARNs; `where` names its file. Raises `StackError`."""
    return _parse(text, where)[0]


def _parse(text: str, where: str) -> tuple[Stack, Told]:
    try:
        data = parse_toml(text)
    except ValueError as error:
        raise StackError(f"{where}: {error}.") from error
    for place, problem in _unknown_keys(data, StackFile, ""):
        raise StackError(f"{where}: {place}: {problem}")
    try:
        return named(stack_of(msgspec.convert(data, StackFile)))
    except msgspec.ValidationError as error:
        raise StackError(f"{where}: {_explain(str(error), data)}") from error
    except ValueError as error:
        raise StackError(f"{where}: {error}") from error


def _unknown_keys(data: object, kind: object, place: str) -> typing.Iterator[tuple[str, str]]:
    """Walk the data beside the types: msgspec names an unknown key, but not what is allowed."""
    if isinstance(data, list):
        item = next((a for a in typing.get_args(kind) if a is not Ellipsis), None)
        for index, value in enumerate(data):
            yield from _unknown_keys(value, item, f"{place}[{index}]")
        return
    struct = next((k for k in (kind, *typing.get_args(kind)) if isinstance(k, type) and issubclass(k, Part)), None)
    if struct is None or not isinstance(data, dict):
        return
    fields = _keys(struct)
    for key, value in data.items():
        here = f"{place}.{clean(key)}".lstrip(".")
        if key not in fields:
            near = difflib.get_close_matches(key, fields, n=1, cutoff=0.5)
            nearest = f"Nearest: {near[0]}. " if near else ""
            yield here, f"unknown key {clean(key)!r}. {nearest}Allowed: {', '.join(fields)}."
        else:
            yield from _unknown_keys(value, fields[key], here)


@functools.cache
def _keys(part: type[Part]) -> dict[str, Any]:
    """The keys of a section with their types, which msgspec evaluates anew whenever it is asked."""
    return {field.encode_name: field.type for field in msgspec.structs.fields(part)}


def _explain(message: str, data: dict[str, Any]) -> str:
    """Turn msgspec's ``Expected X, got Y - at `$.a[0].b` `` into place, finding and what is allowed."""
    expected, _, place = message.partition(" - at `$")
    path, kind, found = _lead(place.rstrip("`"), data)
    if not path:
        return f"{_in_words(expected, kind)}."
    many = typing.get_origin(kind) is tuple
    if path in data and _is_part(_inner(kind)) and not isinstance(found, list if many else dict):
        return f"{path}: write [[{path}]], for each one." if many else f"{path}: it may stand once: write [{path}]."
    near = f" {nearest(found)}" if path.endswith("region") and isinstance(found, str) else ""
    return f"{path}: found {clean(repr(found), limit=80)}, but {_in_words(expected, kind)}.{near.rstrip()}"


def _lead(place: str, data: Any) -> tuple[str, Any, Any]:
    """Where msgspec found a fault, as the file has it, with the type that is wanted there and what was found.

    A key that anybody may choose is ``[...]`` to msgspec: it is the first whose value is not of the type.
    """
    path, kind, found = "", StackFile, data
    for key, index in _STEP.findall(place):
        if key:
            kind = _keys(_inner(kind))[key]
            path, found = f"{path}.{key}", found[key]
        elif index == "...":
            kind = typing.get_args(kind)[1]
            wrong = next(key for key, value in found.items() if not _fits(value, kind))
            path, found = f"{path}.{_key(wrong)}", found[wrong]
        else:
            kind, found = _inner(kind), found[int(index)]
            path = f"{path}[{index}]"
    return path.removeprefix("."), kind, found


def _inner(kind: Any) -> Any:
    """The type of an item, or of what may be left out; else the type itself."""
    return next((part for part in typing.get_args(kind) if part is not type(None)), kind)


def _is_part(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Part)


def _fits(value: object, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


_WORDS: Final = {
    "`str`": "text",
    "`array`": "a list",
    "`object`": "a table",
    "`bool`": "true or false",
    "`int`": "a whole number",
    "`float`": "a number",
}
_BY_PATTERN: Final = {
    pattern: words
    for kind in (AccountId, Environment, Region, StackName, Url, KeyValue)
    for meta in typing.get_args(kind)[1:]
    if (pattern := meta.pattern) and (words := meta.description)
}


def _in_words(expected: str, wanted_kind: Any) -> str:
    """msgspec's ``Expected `str` matching regex '^\\d{12}$'`` as what an operator would say is allowed."""
    missing = expected.partition("missing required field `")[2].rstrip("`")
    if missing:
        return f"the key {missing!r} is missing"
    if typing.get_origin(wanted_kind) is typing.Literal:
        return f"it must be one of {', '.join(typing.get_args(wanted_kind))}"
    kind, _, pattern = expected.partition(" matching regex ")
    if pattern:
        return f"it must be {_BY_PATTERN[ast.literal_eval(pattern)]}"
    wanted = expected.removeprefix("Expected ").partition(", got ")[0].replace(" | null`", "`")
    for code, words in _WORDS.items():
        wanted = wanted.replace(code, words)
    return f"it must be {wanted}" if kind.startswith("Expected ") else wanted[0].lower() + wanted[1:]


def write(stack: Stack) -> str:
    """The stack as TOML text that `parse` reads back equal."""
    data = msgspec.to_builtins(file_of(stack))
    lines: list[str] = []
    tables: list[str] = []
    for key, value in data.items():
        if isinstance(value, dict):
            tables += _table_lines(key, value)
        elif isinstance(value, (list, tuple)) and value and isinstance(value[0], dict):
            for item in value:
                tables += ["", f"[[{key}]]", *(f"{_key(k)} = {_value(v)}" for k, v in item.items())]
        else:
            lines.append(f"{_key(key)} = {_value(value)}")
    return "\n".join([*lines, *tables]) + "\n"


def _table_lines(path: str, table: dict[str, Any]) -> list[str]:
    plain = {k: v for k, v in table.items() if not isinstance(v, dict)}
    nested = {k: v for k, v in table.items() if isinstance(v, dict)}
    lines = [] if nested and not plain else ["", f"[{path}]", *(f"{_key(k)} = {_value(v)}" for k, v in plain.items())]
    for key, value in nested.items():
        lines += _table_lines(f"{path}.{_key(key)}", value)
    return lines


def _key(key: str) -> str:
    return key if key.replace("-", "").replace("_", "").isalnum() and key.isascii() else _value(key)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
