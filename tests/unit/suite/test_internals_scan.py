"""What is not public in a library is used nowhere but in the one file a library that is made for it.

Also what is public there and was not made to be overridden: a method of ours that happens to have the name of one of
Textual's takes its place, and an attribute of ours the place of one that it keeps something in.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.paths import ROOT
from tests.unit.suite.test_import_hygiene import modules_of

PACKAGES = ("console", "screens", "widgets", "groundskeeper", "themes")
PLACES = {
    "console/aws/aiohttp_internals.py",
    "console/aws/botocore_internals.py",
    "widgets/terminal/textual_internals.py",
}
EMBEDDED = "console/demo/"
"""All of it is moto's insides, whose code `tests/demo/test_shapes.py` compares with what ours was written for."""

DOCUMENTED = {"_replace", "_asdict", "_fields", "_exit"}
"""Of namedtuples and of os."""

# What Textual documents to be set or overridden.
TEXTUAL = set(
    "ALLOW_SELECT BINDINGS COMPONENT_CLASSES DEFAULT_CSS ENABLE_COMMAND_PALETTE TITLE VERTICAL_BREAKPOINTS action_back "
    "action_help_quit action_quit can_focus can_focus_children check_action compose focus get_content_height "
    "get_default_screen get_driver_class get_suggestion notify_style_update on_event render_line "
    "resume_application_mode suspend_application_mode".split()
)
# What Textual makes in each class that is made from one of its own.
MADE = set(
    "_computes _css_type_name _css_type_names _decorated_handlers _inherit_bindings _inherit_component_classes "
    "_inherit_css _merged_bindings _reactives _abc_impl".split()
)


def is_private(name: str) -> bool:
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__")) and name.strip("_") != ""


def reached(source: str) -> dict[str, int]:
    """The names that are not public and another's, with the line of each: of whatever is not ``self``, and imported."""
    found: dict[str, int] = {}
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        match node:
            case ast.Attribute(value=ast.Name(id="self" | "cls")):
                pass  # the classes are looked at below
            case ast.Attribute(attr=name):
                names = [name]
            case ast.Import(names=imported):
                names = [part for one in imported for part in one.name.split(".")]
            case ast.ImportFrom(module=module, names=imported):
                names = [*(module or "").split("."), *(one.name for one in imported)]
            case ast.Call(func=ast.Name(id="getattr" | "setattr" | "hasattr" | "delattr"), args=[_, name, *_]):
                names = [str(getattr(name, "value", ""))]
            case ast.Subscript(slice=ast.Constant(value=str(name))) if (
                "vars" in (said := ast.unparse(node.value)) or "__dict__" in said
            ):
                names = [name]
            case ast.Call(keywords=words):
                names = [word.arg for word in words if word.arg]
        found |= {name: node.lineno for name in names if is_private(name) and name not in DOCUMENTED}
    return found


SAMPLES = {
    "session._retry_connection = False": {"_retry_connection"},
    "super()._display(screen)": {"_display"},
    "from textual._context import active_app": {"_context"},
    "import textual._compositor": {"_compositor"},
    "from aiobotocore.utils import _RefCountedSession as Counted": {"_RefCountedSession"},
    "getattr(keys, '_expiry_time', None)": {"_expiry_time"},
    "vars(widget).update(_dispatch_message=mine)": {"_dispatch_message"},
    "vars(widget)['_dispatch_message'] = mine": {"_dispatch_message"},
    "self._mine = event._replace(text='').__class__": set(),
}


@pytest.mark.parametrize(("source", "names"), SAMPLES.items())
def test_what_is_not_public_is_seen_in_a_source(source: str, names: set[str]) -> None:
    assert set(reached(source)) == names


@pytest.mark.parametrize("package", PACKAGES)
def test_no_source_reaches_for_what_is_not_public(package: str) -> None:
    found = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name not in PLACES and not name.startswith(EMBEDDED):
            found |= {f"{name}:{line}": reached for reached, line in reached(path.read_text()).items()}
    assert found == {}, "it belongs into the place of its library, with a line in test_internals.py"


def test_the_embedded_aws_reaches_into_moto_alone() -> None:
    for path in (ROOT / EMBEDDED).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and any(map(is_private, (node.module or "").split("."))):
                assert (node.module or "").split(".")[0] in ("moto", "_typeshed"), path


def is_library(kind: type) -> bool:
    top = kind.__module__.partition(".")[0]
    return top not in PACKAGES and top not in sys.stdlib_module_names


def kept_in(kind: type) -> set[str]:
    """What the methods of a class read or set on ``self``."""
    return kept_by_classes(kind.__module__).get(kind.__qualname__, set())


@cache
def kept_by_classes(module: str) -> dict[str, set[str]]:
    """The same of each class of a module, by its name; nothing of what is made at run time, or in C."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except (OSError, TypeError, KeyError):
        return {}
    inner = [("", node) for node in tree.body]
    found: dict[str, set[str]] = {}
    for prefix, node in inner:
        if isinstance(node, ast.ClassDef):
            inner += [(f"{prefix}{node.name}.", one) for one in node.body]
            found[f"{prefix}{node.name}"] = {
                one.attr
                for one in ast.walk(node)
                if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id == "self"
            }
    return found


def taken_over(kind: type) -> set[str]:
    """The names of a library's classes that a class made from them uses, sets or overrides, and that it should not."""
    theirs = {name for base in kind.__mro__ if is_library(base) for name in vars(base).keys() | kept_in(base)}
    private = {name for name in vars(kind).keys() | kept_in(kind) if is_private(name)}
    handlers = {name for name in vars(kind) if name.startswith("_on_")}  # whose name Textual makes of text
    public = {name for name in vars(kind) if not name.startswith("_")}
    return ((private & theirs) - MADE) | (handlers if theirs else set()) | ((public & theirs) - TEXTUAL)


def classes() -> Iterator[type]:
    """Every class of ours that is made from one of a library's."""
    for module in (importlib.import_module(name) for package in PACKAGES for name in modules_of(package)):
        path = Path(str(module.__file__)).relative_to(ROOT).as_posix()
        if path in PLACES or path.startswith(EMBEDDED):
            continue
        for kind in vars(module).values():
            if isinstance(kind, type) and kind.__module__ == module.__name__ and any(map(is_library, kind.__mro__)):
                yield kind


def test_no_class_takes_the_place_of_what_a_library_keeps_for_itself() -> None:
    found = {f"{kind.__module__}.{kind.__qualname__}": taken for kind in classes() if (taken := taken_over(kind))}
    assert found == {}
