"""The parameters of an Operation, derived from its fields; and an Operation made of texts or of a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from console.operations.fields import NUMBER, SWITCH, TEXT, Field, Widget
from console.operations.secret import Secret
from console.text import clean

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its name, its type, its help, and the default where it may be left out."""

    name: str
    field: Field
    help: str
    default: Any = MISSING

    @property
    def required(self) -> bool:
        """Whether it must be given."""
        return self.default is MISSING

    @property
    def is_secret(self) -> bool:
        """Whether it must never be on a command line."""
        return self.field.widget is Widget.SECRET

    @property
    def flag(self) -> str:
        """Its flag on the command line."""
        return f"--{self.name.replace('_', '-')}"

    def parse(self, text: str) -> Any:
        """The value that a text means. Raises `ValueError` with a sentence."""
        try:
            return self.field.parse(text)
        except ValueError as error:
            raise ValueError(f"{self.flag}: {error}") from None

    def keep(self, value: Any) -> Any:
        """A value as the journal keeps it, JSON-like."""
        return None if value is None else self.field.keep(value)

    def restore(self, kept: Any) -> Any:
        """The value that the journal kept. Raises `LookupError` for what is none."""
        if kept is None and not self.required:
            return None
        try:
            return self.field.restore(kept)
        except ValueError:
            raise LookupError(f"The journal's {self.name} is none: {clean(repr(kept), limit=100)}.") from None


def parameters(kind: type[Any]) -> tuple[Parameter, ...]:
    """The parameters of a kind of Operation, in the order of its fields."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple(Parameter(f.name, *_read(hints[f.name]), default=f.default) for f in fields(kind))


def form_permissions(kind: type[Any]) -> tuple[str, ...]:
    """The IAM actions that a form needs to read the values that fields can have."""
    return tuple(dict.fromkeys(action for p in parameters(kind) for action in p.field.permissions))


def _read(hint: object) -> tuple[Field, str]:
    """The field type and the help in a type hint such as ``Annotated[TableName | None, "its help"]``."""
    found: Field | None = None
    text = ""
    while get_origin(hint) in (Annotated, Union, UnionType):
        arguments = get_args(hint)
        if get_origin(hint) is Annotated:
            for extra in arguments[1:]:
                found = extra if isinstance(extra, Field) and found is None else found
                text = extra if isinstance(extra, str) and not text else text
            hint = arguments[0]
        else:
            hint = next(argument for argument in arguments if argument is not NoneType)
    plain = {bool: SWITCH, int: NUMBER}.get(hint, TEXT) if isinstance(hint, type) else TEXT
    return found or plain, text


def build(kind: type[T], texts: Mapping[str, str]) -> T:
    """An Operation made of what was typed, by field name. Raises `ValueError` that names every fault."""
    faults: list[str] = []
    values: dict[str, Any] = {}
    known = {parameter.name: parameter for parameter in parameters(kind)}
    faults += [f"there is no {name!r}; there are: {', '.join(known)}." for name in texts if name not in known]
    for name, parameter in known.items():
        if name in texts:
            try:
                values[name] = parameter.parse(texts[name])
            except ValueError as error:
                faults.append(str(error))
        elif parameter.required and parameter.field.made is not None:
            values[name] = Secret(parameter.field.word, parameter.field.made)
        elif parameter.required:
            faults.append(f"{parameter.flag} is missing: {parameter.help or parameter.field.word}.")
    if faults:
        raise ValueError(" ".join(faults))
    return kind(**values)


def recorded(operation: object) -> dict[str, Any]:
    """The parameters that the journal may keep, JSON-like: those whose type is marked as safe, and no secret."""
    safe = [p for p in parameters(type(operation)) if p.field.safe and not p.is_secret]
    return {p.name: p.keep(getattr(operation, p.name)) for p in safe}


def rebuild(kind: type[T], params: Mapping[str, Any]) -> T:
    """An Operation made of a record. Its secrets are lost.

    Raises `LookupError` where more is missing, and where a value is none that the operation could have had.
    """
    values: dict[str, Any] = {}
    for parameter in parameters(kind):
        if parameter.name in params:
            values[parameter.name] = parameter.restore(params[parameter.name])
        elif parameter.is_secret:
            values[parameter.name] = Secret(parameter.name)
        elif parameter.required:
            raise LookupError(f"The journal does not keep {parameter.name}.")
    return kind(**values)
