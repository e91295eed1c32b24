"""A lint: no text that could come from outside goes to anything that parses markup.

`[/var/log]` in a log line would end the program, `[@click=app.quit]` would act. A value is taken as safe when it is
a literal, a `Content` or `Text`, something that a name, an attribute or a function of the same module declares as one
of these, or when the call says ``markup=False``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.paths import ROOT

LINTED = [*(ROOT / "screens").rglob("*.py"), *(ROOT / "widgets").rglob("*.py"), ROOT / "console/app.py"]

SAFE_TYPES = {"Content", "Text", "Visual", "RichVisual", "Strip", "Group", "Blank", "None", "int", "bool", "float"}
BUILDERS = {"Content", "Text"}
PARSERS = {"from_markup", "from_text", "from_rich_text", "render_str"}
CONSTRUCTORS = {
    "Static", "Label", "Button", "Option", "OptionList", "Checkbox", "RadioButton", "RadioSet", "Select", "Selection",
    "SelectionList", "Tab", "Tabs", "TabPane", "Collapsible", "Link", "Tooltip", "Toast", "Tree", "visualize",
}  # fmt: skip
METHODS = {
    "update", "notify", "highlight", "add_option", "add_options", "replace_option_prompt", "set_options",
    "with_tooltip", "add_row", "add_rows", "add_column", "add_columns", "update_cell", "update_cell_at",
    "add_leaf", "set_label",
}  # fmt: skip
KEYWORDS = {"content", "label", "prompt", "title", "message", "renderable", "tooltip", "options"}
ATTRIBUTES = {"border_title", "border_subtitle", "tooltip", "label"}


class Module:
    """What one module says about its own names: by annotation, or by what is assigned to them."""

    def __init__(self, source: str) -> None:
        self.tree = ast.parse(source)
        self.declared: dict[str, list[bool]] = {}
        self.assigned: dict[str, list[ast.expr]] = {}
        for node in ast.walk(self.tree):
            match node:
                case ast.FunctionDef(name=name, returns=kind) | ast.AsyncFunctionDef(name=name, returns=kind):
                    self._declare(name, kind)
                case ast.arg(arg=name, annotation=kind):
                    self._declare(name, kind)
                case ast.AnnAssign(target=target, annotation=kind):
                    self._declare(name_of(target), kind)
                case ast.Assign(targets=targets, value=value):
                    for target in targets:
                        self.assigned.setdefault(name_of(target), []).append(value)
                case ast.NamedExpr(target=target, value=value):
                    self.assigned.setdefault(name_of(target), []).append(value)
                case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                    self.assigned.setdefault(name_of(target), []).append(value)
                case _:
                    pass

    def _declare(self, name: str, kind: ast.expr | None) -> None:
        self.declared.setdefault(name, []).append(kind is not None and is_safe_type(kind))

    def is_safe(self, value: ast.expr, seen: frozenset[str] = frozenset()) -> bool:
        """Whether a value can hold no markup from outside."""
        match value:
            case ast.Constant():
                return True
            case ast.IfExp(body=one, orelse=other):
                return self.is_safe(one, seen) and self.is_safe(other, seen)
            case ast.BoolOp(values=values) | ast.List(elts=values) | ast.Set(elts=values):
                return all(self.is_safe(one, seen) for one in values)
            case ast.Tuple(elts=[first, *_]):
                return self.is_safe(first, seen)  # the label of (label, value)
            case ast.ListComp(elt=element) | ast.GeneratorExp(elt=element) | ast.Starred(value=element):
                return self.is_safe(element, seen)
            case ast.NamedExpr(value=element) | ast.Await(value=element) | ast.Subscript(value=element):
                return self.is_safe(element, seen)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return builds_content(left) or (self.is_safe(left, seen) and self.is_safe(right, seen))
            case ast.Call():
                return builds_content(value) or self._name_is_safe(name_of(value.func), seen)
            case ast.Name() | ast.Attribute():
                return self._name_is_safe(name_of(value), seen)
        return False

    def _name_is_safe(self, name: str, seen: frozenset[str]) -> bool:
        if name in CONSTRUCTORS:
            return True  # judged where it is called
        if name in seen or not (name in self.declared or name in self.assigned):
            return False
        assigned = self.assigned.get(name, []) if not self.declared.get(name) else []
        return all(self.declared.get(name, [])) and all(self.is_safe(one, seen | {name}) for one in assigned)

    def offences(self) -> Iterator[tuple[int, str]]:
        """Line and code of every value that reaches a parser of markup and is not known to be safe."""
        for node in ast.walk(self.tree):
            match node:
                case ast.Call():
                    values = handed_to_markup(node)
                case ast.Assign(targets=[ast.Attribute(attr=name)], value=value) if name in ATTRIBUTES:
                    values = [value]
                case ast.FunctionDef(name="render", returns=kind, args=ast.arguments(args=[ast.arg("self")])):
                    values = [] if kind is not None and is_safe_type(kind) else [ast.Name("render", lineno=node.lineno)]
                case _:
                    continue
            yield from ((one.lineno, ast.unparse(one)) for one in values if not self.is_safe(one))


def handed_to_markup(call: ast.Call) -> list[ast.expr]:
    """The arguments of a call that are parsed as markup, if it is such a call."""
    name, keywords = name_of(call.func), {keyword.arg: keyword.value for keyword in call.keywords}
    off = keywords.get("markup")
    if isinstance(off, ast.Constant) and off.value is False:
        return []
    if off is not None:
        return [ast.Name("markup", lineno=call.lineno)]
    is_method = isinstance(call.func, ast.Attribute)
    if name == "update" and is_dict_update(call):
        return []
    if name in PARSERS:
        return call.args[:1]
    if name in CONSTRUCTORS or (is_method and name in METHODS):
        return [*call.args, *(value for key, value in keywords.items() if key in KEYWORDS)]
    return []


def is_dict_update(call: ast.Call) -> bool:
    """Whether an ``update`` is a mapping's or a set's: by what it is given."""
    given = (ast.Dict, ast.DictComp, ast.Set, ast.SetComp, ast.GeneratorExp)
    return not call.args or isinstance(call.args[0], given) or name_of(call.args[0]) in ("dict", "set", "zip")


def name_of(node: ast.expr) -> str:
    """The last name of an expression: ``content`` of ``self.content``, ``note`` of ``self.note(x)``."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=function):
            return name_of(function)
        case ast.Subscript(value=value):
            return name_of(value)
    return ""


def builds_content(value: ast.expr) -> bool:
    """Whether an expression begins with Content or Text, and does not parse."""
    root = value
    while isinstance(root, ast.Call | ast.Attribute):
        if isinstance(root, ast.Attribute) and root.attr in (*PARSERS, "plain", "markup"):
            return False
        root = root.func if isinstance(root, ast.Call) else root.value
    return isinstance(root, ast.Name) and root.id in BUILDERS


def is_safe_type(kind: ast.expr) -> bool:
    """Whether an annotation allows only what holds no markup; containers count by what they hold."""
    match kind:
        case ast.Constant(value=None):
            return True
        case ast.Constant(value=str() as quoted):
            return is_safe_type(ast.parse(quoted, mode="eval").body)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in SAFE_TYPES
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return is_safe_type(left) and is_safe_type(right)
        case ast.Subscript(value=ast.Name(id="dict" | "Mapping"), slice=ast.Tuple(elts=[_, held])):
            return is_safe_type(held)
        case ast.Subscript(slice=ast.Tuple(elts=[held, *_])) | ast.Subscript(slice=held):
            return is_safe_type(held)
    return False


@pytest.mark.parametrize("path", LINTED, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_from_outside_is_parsed_as_markup(path: Path) -> None:
    assert [f"{path.name}:{line}: {code}" for line, code in Module(path.read_text()).offences()] == []


BAD = [
    "Static(name)",
    "Label(f'of {name}')",
    "self.notify(str(error))",
    "self.query_one(Static).update(line)",
    "self.update('of ' + name)",
    "Button(label=name)",
    "Option(row.name)",
    "Content.from_markup(text)",
    "Content.from_text(text)",
    "Text.from_markup(f'[b]{x}')",
    "self.border_title = stack.name",
    "box.border_subtitle = f'{n}'",
    "widget.tooltip = arn",
    "Static(Content.from_markup(name))",
    "Static(name, markup=True)",
    "Static(name if name else 'none')",
    "Static('%s' % name)",
    "Static('{}'.format(name))",
    "app.notify('done', title=name)",
    "table.add_row(Content(a), b)",
    "OptionList(*[x for x in names])",
    "Select([(name, 1) for name in names])",
    "Static(Content(name).plain)",
    "RichLog(markup=True)",
    "self.render_str(name)",
    "def f(name: str):\n    Static(name)",
    "def f(name: Clean):\n    Static(name)",
    "name = 'a'\nname = other\nStatic(name)",
    "def f() -> str: ...\nStatic(f())",
    "class W:\n    def render(self) -> str:\n        return self.name",
    "class W:\n    def render(self):\n        return self.name",
    "x: str | Content = a\nStatic(x)",
    "Static(widget.label)",
    "line = Content(x)\nf = lambda line: Static(line)",
    "for line in lines: Static(line)",
]
GOOD = [
    "Static('Keys')",
    "Static(Content(name))",
    "Static(name, markup=False)",
    "self.notify(str(error), markup=False)",
    "self.query_one('#x', Static).update(Content.styled(name, '$error'))",
    "Static(Content(', ').join(names))",
    "Static(Content('a') + name)",
    "Label('yes' if done else 'no')",
    "self.notify('done', title='x', timeout=5, markup=False)",
    "def f(line: Content):\n    Static(line)",
    "def f(line: Content | None):\n    self.update(line or 'none')",
    "def f() -> Content: ...\nStatic(self.f())",
    "line = Content(x)\nStatic(line)",
    "self._a: Text = t\nStatic(self._a)",
    "self.values.update({1: 2})",
    "self.values.update(a=1)",
    "box.border_title = 'Keys'",
    "table.add_row(Text(a), Content(b))",
    "class W:\n    def render(self) -> Content:\n        return self.it",
    "Content.from_markup('[b]$name[/b]', name=name)",
    "lines: list[Content] = []\nStatic(lines[0])",
    "lines: list[Content] = []\nfor line in lines: Static(line)",
    "Select([(Content(x), x) for x in names])",
    "Button('No', id=name)",
]


@pytest.mark.parametrize("code", BAD)
def test_the_lint_finds(code: str) -> None:
    assert list(Module(code).offences())


@pytest.mark.parametrize("code", GOOD)
def test_the_lint_lets_through(code: str) -> None:
    assert list(Module(code).offences()) == []
