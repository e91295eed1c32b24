"""Fields for a document: a JSON or TOML file, read and parsed when an Operation is built."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from console.files.bounded import parse_json, parse_toml, read_text, reason_of
from console.operations.fields import Field, Widget
from console.text import clean

LIMIT: Final = 1 << 20
"""Bytes of a document that are read."""

STDIN: Final = "-"

_JSON_AT: Final = re.compile(r" \(byte (\d+)\)")
_TOML_AT: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)")


@dataclass(frozen=True, slots=True)
class Document:
    """A document: its path as it was typed (``-`` for stdin), its text, and what that holds."""

    path: str
    text: str = field(repr=False)
    data: Any = field(repr=False, compare=False)

    @property
    def sha256(self) -> str:
        """The digest of its text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class DocumentField(Field):
    """A document in one of some `formats`; with `kept` the journal keeps its text."""

    formats: tuple[str, ...] = ("json",)
    kept: bool = False

    def parse(self, text: str) -> Document:
        """The document at a path, read now. Raises `ValueError` that names file, line and column."""
        self.check(text)
        return self.load(text)

    def check(self, text: str) -> None:
        """Look at a path while it is typed, without reading. Raises `ValueError`."""
        if text == STDIN:
            raise ValueError("Only a command line reads a document from stdin. Next: give the path of a file.")
        if not text or "\0" in text:
            raise ValueError(f"{text!r} is no {self.word}.")

    def load(self, path: str, *, pipe: bool = False) -> Document:
        """The document at a path, with `pipe` also from a pipe of the shell. Raises `ValueError`."""
        try:
            text = read_text(Path(path).expanduser(), LIMIT, pipe=pipe)
        except (OSError, RuntimeError) as error:  # a user without a home folder
            reason = reason_of(error) if isinstance(error, OSError) else clean(error)
            raise ValueError(f"{clean(path)} cannot be read: {reason}.") from None
        return self.of_text(path, text)

    def of_text(self, path: str, text: str) -> Document:
        """The document of a text. Raises `ValueError` that names file, line and column."""
        suffix = Path(path).suffix.removeprefix(".").lower()
        chosen = suffix if suffix in self.formats else self.formats[0]
        try:
            return Document(path, text, parse_toml(text) if chosen == "toml" else parse_json(text))
        except ValueError as error:
            raise ValueError(f"{clean(path)}{_place(text, str(error))}: {_reason(str(error))}.") from None

    def write(self, value: Document) -> str:
        """The path."""
        return value.path

    def keep(self, value: Document) -> dict[str, str]:
        """A document as the journal keeps it: its path, its digest, and its text only where that is `kept`."""
        kept = {"path": value.path, "sha256": value.sha256}
        return {**kept, "text": value.text} if self.kept else kept

    def restore(self, kept: Any) -> Document:
        """The document that the journal kept. Raises `ValueError`, and `LookupError` where its text is not kept."""
        try:
            found = msgspec.convert(kept, dict[str, str])
            path, digest, text = found["path"], found["sha256"], found.get("text")
        except (KeyError, msgspec.ValidationError):
            raise ValueError(f"the {self.word} is none") from None
        if text is None:
            raise LookupError(f"The journal does not keep the text of {clean(path)}.")
        document = self.of_text(path, text)
        if document.sha256 != digest:
            raise ValueError(f"the text of {clean(path)} is not the one that was kept")
        return document


def document(*formats: str, keep: bool = False) -> DocumentField:
    """A document in these formats (``json``, ``toml``); of another suffix it is in the first. See `DocumentField`."""
    word = f"{' or '.join(name.upper() for name in formats)} file"
    return DocumentField(word, Widget.DOCUMENT, formats=formats, kept=keep)


def _place(text: str, fault: str) -> str:
    """Where a parser found a fault, as ``:line:column``; empty where it does not say."""
    if found := _TOML_AT.search(fault):
        return f":{found[1]}:{found[2]}" if found[1] else _line_and_column(text)
    if found := _JSON_AT.search(fault):
        return _line_and_column(text.encode()[: int(found[1])].decode(errors="ignore"))
    return _line_and_column(text) if "truncated" in fault else ""


def _line_and_column(before: str) -> str:
    return f":{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def _reason(fault: str) -> str:
    return _JSON_AT.sub("", _TOML_AT.sub("", fault)).rstrip(".")
