"""Stack files: read from TOML with errors that say what to mend, and written back."""

from __future__ import annotations

import ast
import difflib
import typing
from pathlib import Path
from typing import Any, Final

import msgspec

from console.files.bounded import parse_toml, read_text, reason_of
from console.naming.partitions import nearest
from console.services.kinds import SECTIONS
from console.stack.names import Told, named
from console.stack.part import KeyValue, Part, Region, Url
from console.stack.stack import AccountId, Environment, Stack, StackName
from console.stack_files.schema import StackFile, file_of, stack_of
from console.text import clean


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
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(struct)}
    for key, value in data.items():
        here = f"{place}.{clean(key)}".lstrip(".")
        if key not in fields:
            near = difflib.get_close_matches(key, fields, n=1, cutoff=0.5)
            nearest = f"Nearest: {near[0]}. " if near else ""
            yield here, f"unknown key {clean(key)!r}. {nearest}Allowed: {', '.join(fields)}."
        else:
            yield from _unknown_keys(value, fields[key], here)


def _explain(message: str, data: dict[str, Any]) -> str:
    """Turn msgspec's ``Expected X, got Y - at `$.a[0].b` `` into place, finding and what is allowed."""
    expected, _, place = message.partition(" - at `$.")
    path = place.rstrip("`")
    if path in SECTIONS and expected.startswith(("Expected `array`", "Expected `object")):
        once = SECTIONS[path].single
        return f"{path}: it may stand once: write [{path}]." if once else f"{path}: write [[{path}]], for each one."
    keys = path.replace("[", ".").replace("]", "").split(".")
    if "[...]" in path:
        keys = [keys[0], *_wrong_keys(data.get(keys[0]), keys[0])]
        path = ".".join(map(_key, keys))
    found: Any = data
    for key in keys:
        try:
            found = found[int(key)] if isinstance(found, list) else found[key]
        except (KeyError, IndexError, ValueError, TypeError):
            return f"{path}: {_in_words(expected)}."
    near = f" {nearest(found)}" if path.endswith("region") and isinstance(found, str) else ""
    return f"{path}: found {clean(repr(found), limit=80)}, but {_in_words(expected)}.{near.rstrip()}"


def _wrong_keys(table: object, name: str) -> list[str]:
    """The keys that lead to a fault in a table whose keys anybody may choose: msgspec writes them as ``[...]``."""
    kind = next((field.type for field in msgspec.structs.fields(StackFile) if field.encode_name == name), None)
    keys: list[str] = []
    while isinstance(table, dict) and (wrong := _wrong_key(table, kind)) is not None:
        keys.append(wrong)
        table, kind = table[wrong], typing.get_args(kind)[1]
    return keys


def _wrong_key(table: dict[str, Any], kind: Any) -> str | None:
    for key, value in table.items():
        try:
            msgspec.convert({key: value}, kind)
        except msgspec.ValidationError:
            return key
    return None


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


def _in_words(expected: str) -> str:
    """msgspec's ``Expected `str` matching regex '^\\d{12}$'`` as what an operator would say is allowed."""
    missing = expected.partition("missing required field `")[2].rstrip("`")
    if missing:
        return f"the key {missing!r} is missing"
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
    lines = ["", f"[{path}]", *(f"{_key(k)} = {_value(v)}" for k, v in plain.items())] if plain else []
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
