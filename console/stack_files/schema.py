"""What may stand in a stack file: what a Stack says of itself, and a section for each kind of resource."""

from __future__ import annotations

from itertools import chain
from typing import Any, Final

import msgspec

from console.services.kinds import SECTIONS
from console.stack.part import Part
from console.stack.stack import Stack

_OWN: Final = tuple(field.name for field in msgspec.structs.fields(Stack) if field.name != "parts")


def _fields() -> list[tuple[Any, ...]]:
    """Name, type and default of every key, the sections where a Stack has its parts."""
    found: list[tuple[Any, ...]] = []
    for field in msgspec.structs.fields(Stack):
        if field.name == "parts":
            found += [_section(name, part) for name, part in SECTIONS.items()]
        elif field.required:
            found.append((field.name, field.type))
        elif field.default is msgspec.NODEFAULT:
            found.append((field.name, field.type, msgspec.field(default_factory=field.default_factory)))
        else:
            found.append((field.name, field.type, field.default))
    return found


def _section(name: str, part: Any) -> tuple[Any, ...]:
    return (name, part | None, None) if part.single else (name, tuple[part, ...], ())


StackFile: Final[Any] = msgspec.defstruct("StackFile", _fields(), bases=(Part,), frozen=True)
"""A stack file as it stands, section by section."""


def stack_of(file: Any) -> Stack:
    """The stack that a file describes."""
    named = (getattr(file, section) for section in SECTIONS)
    parts = chain.from_iterable(each if isinstance(each, tuple) else (each,) for each in named if each is not None)
    return Stack(**{name: getattr(file, name) for name in _OWN}, parts=tuple(parts))


def file_of(stack: Stack) -> Any:
    """The file that describes a stack."""
    sections: dict[str, Any] = {}
    for name, part in SECTIONS.items():
        found = stack.of(part)
        sections[name] = next(iter(found), None) if part.single else found
    return StackFile(**{name: getattr(stack, name) for name in _OWN}, **sections)
