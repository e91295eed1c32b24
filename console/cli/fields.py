"""The flags of an operation, made of its fields."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from console.cli.ask import ask_hidden
from console.cli.flags import shared_flags
from console.files.bounded import read_text, reason_of, too_large
from console.operations.documents import LIMIT as DOCUMENT_LIMIT
from console.operations.documents import STDIN, Document, DocumentField
from console.operations.in_stack import placed
from console.operations.operation import Operation
from console.operations.parameters import Parameter, parameters
from console.operations.secret import Secret
from console.options import UsageError
from console.services.operations import OPERATIONS
from console.stack.stack import Stack
from console.text import clean

_FIELD: Final = "field:"
_GIVEN: Final = "lists given"
_SECRET_LIMIT: Final = 1 << 20
"""Bytes of a secret that are read: more than any service keeps."""


def operation_arguments(parser: argparse.ArgumentParser, more: Callable[[argparse.ArgumentParser], None]) -> None:
    """Let a subcommand take the name of an operation, then its fields, the shared flags and `more`."""
    names = parser.add_subparsers(dest="operation", metavar="NAME", required=True)
    for name, kind in OPERATIONS.items():
        command = names.add_parser(
            name, help=kind.title(), description=kind.help(), parents=[shared_flags()], allow_abbrev=False
        )
        group = command.add_argument_group("fields")
        for parameter in parameters(kind):
            _add(group.add_argument, parameter)
        more(command)


def _add(add: Callable[..., object], parameter: Parameter) -> None:
    if parameter.is_secret:
        without = "asked for" if parameter.field.made is None else "one is made and shown once"
        told = f"a file with the {parameter.field.word}; - for stdin; else {without}"
        add("--secret-file", metavar="FILE", help=told)
        return

    def parse(text: str) -> Any:
        try:
            return _document(field, text) if isinstance(field, DocumentField) else field.parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    field = parameter.field
    options: dict[str, Any] = {} if parameter.required else {"default": parameter.default}
    if parameter.default in (True, False):
        options |= {"nargs": "?", "const": True}
    add(
        parameter.flag,
        dest=f"{_FIELD}{parameter.name}",
        action=_More if parameter.field.many else "store",
        type=parse,
        required=parameter.required,
        metavar=re.sub(r"[^A-Z0-9=]+", "-", parameter.field.word.upper()),
        help=_help(parameter).replace("%", "%%"),
        **options,
    )


def _document(field: DocumentField, path: str) -> Document:
    """A document from a file, a pipe of the shell, or stdin. Raises `ValueError`."""
    if path != STDIN:
        return field.load(path, pipe=True)
    content = sys.stdin.buffer.read(DOCUMENT_LIMIT + 1)
    if len(content) > DOCUMENT_LIMIT:
        raise ValueError(f"stdin: {reason_of(too_large(path, DOCUMENT_LIMIT))}.")
    try:
        return field.of_text(path, content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("stdin: it is not UTF-8 text.") from None


def _help(parameter: Parameter) -> str:
    field, more = parameter.field, ""
    if field.many:
        more = f"; with commas, or {parameter.flag} several times"
    if isinstance(field, DocumentField):
        more = "; - reads it from stdin"
    if field.reads is not None:
        more += "; a form reads from AWS which there are"
    return f"{parameter.help}{more}"


class _More(argparse.Action):
    """Adds what a flag for a list is given to what it was given before."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Add them (called by argparse)."""
        given: set[str] = getattr(namespace, _GIVEN, set())
        before = getattr(namespace, self.dest) if self.dest in given else ()
        setattr(namespace, self.dest, (*before, *values))
        setattr(namespace, _GIVEN, {*given, self.dest})


def operation_of(args: argparse.Namespace, stack: Stack) -> Operation:
    """The operation that was asked for, with what the stack file gives. Raises `UsageError`."""
    kind = OPERATIONS[args.operation]
    values = {p.name: _secret(p, args) if p.is_secret else getattr(args, f"{_FIELD}{p.name}") for p in parameters(kind)}
    try:
        return placed(kind(**values), stack)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _secret(parameter: Parameter, args: argparse.Namespace) -> Any:
    """A secret from its file, from stdin or asked for: never from the command line, which others can read."""
    source: str = args.secret_file or ""
    try:
        if not source and parameter.field.made is not None:
            return Secret(parameter.field.word, parameter.field.made)
        if source == "-":
            text = sys.stdin.readline(_SECRET_LIMIT)
        elif source:
            text = read_text(Path(source), _SECRET_LIMIT, pipe=True)
        elif sys.stdin.isatty():
            text = ask_hidden(f"{parameter.name}: ")
        else:
            raise UsageError(f"The {parameter.field.word} is missing. Next: give --secret-file FILE, or - for stdin.")
        return parameter.field.parse(text.rstrip("\n"))
    except EOFError:
        raise UsageError(f"The {parameter.field.word} was not given. Nothing was changed.") from None
    except OSError as error:
        raise UsageError(f"{clean(source)}: the {parameter.field.word} cannot be read: {reason_of(error)}.") from error
    except ValueError as error:
        raise UsageError(f"The {parameter.field.word} cannot be read: {error}") from error
