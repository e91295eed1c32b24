"""Saved queries of Logs Insights: those that come with the console, and the operator's own."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from console.files.bounded import parse_toml, read_text
from console.files.settings import config_dir
from console.text import Clean, clean

_SHIPPED: Final = Path(__file__).parent / "queries"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]*")


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file of a query may hold."""

    query: str
    title: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A query by its name, which is its file's; `own` says that the operator wrote it."""

    name: str
    title: Clean
    help: Clean
    text: str
    own: bool = False


def own_folder() -> Path:
    """Where the operator's own queries are, a file each: ``NAME.toml`` with query, title and help."""
    return config_dir() / "queries"


def saved_queries() -> tuple[tuple[SavedQuery, ...], tuple[Clean, ...]]:
    """All queries, the operator's own first, and what is wrong with those that cannot be read.

    An own query takes the place of one with the same name that comes with the console.
    """
    found: dict[str, SavedQuery] = {}
    wrong: list[Clean] = []
    for folder, own in ((own_folder(), True), (_SHIPPED, False)):
        for path in sorted(folder.glob("*.toml")):
            try:
                query = _read(path, own=own)
            except (OSError, ValueError) as error:
                wrong.append(clean(f"{path}: {error}. Allowed: query, title, help.", limit=500))
            else:
                found.setdefault(query.name, query)
    return tuple(found.values()), tuple(wrong)


def keep(name: str, text: str, title: str = "") -> Path:
    """Save a query as one of the operator's own. Raises `ValueError` for a name that cannot be one, and OSError."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot be a query's name: small letters, digits and - only.")
    path = own_folder() / f"{name}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    # A string of JSON is one of TOML too.
    path.write_text(f"title = {json.dumps(title or name)}\nquery = {json.dumps(text)}\n", encoding="utf-8")
    return path


def _read(path: Path, *, own: bool) -> SavedQuery:
    file = msgspec.convert(parse_toml(read_text(path)), _File)
    return SavedQuery(path.stem, clean(file.title or path.stem), clean(file.help), file.query.strip(), own)
