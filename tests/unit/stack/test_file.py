"""Stack files: what a bad one says, and that what is written reads back equal."""

from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Meta

from console.naming.arn import is_arn
from console.naming.resource_kind import ResourceKind
from console.services.ec2.kinds import Instances
from console.services.kinds import SECTIONS
from console.stack.names import named_keys, names_of, once
from console.stack.part import Name, Part
from console.stack.stack import BackupPolicy, Checklists, Contact, Stack
from console.stack_files.file import StackError, load, parse, write

METRIC = 'name = "a"\n[[metrics]]\nnamespace = "a"\nmetric = "b"\n'

REFUSED = [
    ('name = "a"\n[[ecs]]\nclustr = "c"', "f.toml: ecs[0].clustr: unknown key 'clustr'. Nearest: cluster. Allowed:"),
    ('name = "a"\n[[lambda]]\nname = "f"', "lambda[0].name: unknown key 'name'."),
    ('name = "a"\nzzz = 1', "zzz: unknown key 'zzz'. Allowed: name, title,"),
    ('name = "A b"', "name: found 'A b', but it must be lower case letters, digits and . _ -."),
    ('name = "a"\naccount = "12"', "account: found '12', but it must be twelve digits."),
    ('name = "a"\naccount = 123456789012', "account: found 123456789012, but it must be text."),
    ('name = "a"\nproduction = "yes"', "production: found 'yes', but it must be true or false."),
    ('name = "a"\nregion = "Ireland"', "region: found 'Ireland', but it must be an AWS region such as eu-west-1."),
    ('name = "a"\n[[ecs]]\nservices = []', "ecs[0]: found {'services': []}, but the key 'cluster' is missing."),
    ('name = "a"\necs = 3', "ecs: write [[ecs]], for each one."),
    ('name = "a"\n[backup]\nmax_age_hours = "a"', "backup.max_age_hours: found 'a', but it must be a number."),
    ('name = "a"\n[backup]\ndaily_days = -1', "backup.daily_days: found -1, but it must be a whole number >= 0."),
    ('name = "a"\n[[endpoints]]\nurl = "ftp://x"', "but it must be a URL that begins with http:// or https://."),
    ('name = "a\\n"', "name: found 'a\\n', but it must be lower case letters, digits and . _ -."),
    (
        'name = "a"\nenvironment = "\\u001b[31mprod"',
        "found '\\x1b[31mprod', but it must be at most 64 plain characters",
    ),
    (
        'name = "a"\n[thresholds."rds.instances"]\ncpu_warn = "high"',
        "thresholds.\"rds.instances\".cpu_warn: found 'high', but it must be a number.",
    ),
    ('name = "a"\n[lambda]\nfunction = "f"', "lambda: write [[lambda]], for each one."),
    ('name = "a"\n[[terraform]]\nlocation = "f"', "terraform: it may stand once: write [terraform]."),
    ('name = "a"\n[terraform]\nlocation = "f"\n[terraform]\nlocation = "g"', "[terraform] stands twice"),
    ('name = "a"\n[links]\na = 3', "links.a: found 3, but it must be text."),
    ('name = "a"\nlinks = {a = {b = "c"}}', "links.a: found {'b': 'c'}, but it must be text."),
    ('name = "a"\n[thresholds.a.b.c]\nd = 1', "thresholds.a.b: found {'c': {'d': 1}}, but it must be a number."),
    ('name = "a"\nthresholds.a = 1', "thresholds.a: found 1, but it must be a table."),
    ('name = "a"\necs = ["c"]', "ecs[0]: found 'c', but it must be a table."),
    ('name = "a"\n[contacts]\nname = "n"', "contacts: write [[contacts]], for each one."),
    ('name = "a"\n[[backup]]', "backup: it may stand once: write [backup]."),
    (
        METRIC + METRIC.partition("\n")[2] + '[metrics.dimensions]\n"x.y" = 3',
        'metrics[1].dimensions."x.y": found 3, but it must be text.',
    ),
    (
        METRIC + 'statistic = "sum"',
        "metrics[0].statistic: found 'sum', but it must be one of Sum, Average, Maximum, Minimum, SampleCount.",
    ),
    ('title = "a"', "f.toml: the key 'name' is missing."),
    ("name = ", "f.toml: not valid TOML:"),
    ("", "the key 'name' is missing"),
    ('name = "a"\n"\\u001b[31m" = 1', "unknown key '␛[31m'"),
]


@pytest.mark.parametrize(("text", "says"), REFUSED)
def test_a_bad_file_says_file_place_what_was_found_and_what_is_allowed(text: str, says: str) -> None:
    with pytest.raises(StackError) as refused:
        parse(text, "f.toml")
    assert says in str(refused.value)
    assert str(refused.value).startswith("f.toml: ")
    assert "\x1b" not in str(refused.value)


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="No such file"):
        load(tmp_path / "none.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(StackError, match="not UTF-8"):
        load(tmp_path / "binary.toml")


REGION = "eu-west-1"
signs = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
words = st.text(signs, min_size=1, max_size=12)


def matching(pattern: str) -> st.SearchStrategy[str]:
    return st.from_regex(pattern, fullmatch=True, alphabet=signs)


def values(hint: Any, metas: tuple[Meta, ...] = ()) -> st.SearchStrategy[Any]:
    """What a key of this type may hold."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return values(inner[0], (*metas, *(each for each in inner[1:] if isinstance(each, Meta))))
    if origin in (Union, UnionType):
        return st.one_of([st.none() if part is NoneType else values(part) for part in inner])
    if origin is tuple:
        return st.lists(values(inner[0]), max_size=3, unique=True).map(tuple)
    if origin is dict:
        return st.dictionaries(words, values(inner[1]), max_size=2)
    if origin is Literal:
        return st.sampled_from(inner)
    if isinstance(hint, type) and issubclass(hint, Part):
        return sections(hint)
    bounds = [(name, getattr(meta, name)) for meta in metas for name in ("ge", "le", "gt")]
    limits = {name: bound for name, bound in bounds if bound is not None}
    if hint is int:
        step = next((meta.multiple_of for meta in metas if meta.multiple_of), 1)
        low = limits.get("ge", limits.get("gt", -10) + 1)
        return st.integers(low // step, limits.get("le", 2**40) // step).map(lambda number: number * step)
    if hint is float:
        return st.floats(limits.get("gt"), allow_nan=False, allow_infinity=False, exclude_min="gt" in limits)
    pattern = next((meta.pattern for meta in metas if meta.pattern), None)
    return {str: matching(pattern) if pattern else words, bool: st.booleans()}[hint]


def names(kind: ResourceKind, hint: Any) -> st.SearchStrategy[Any]:
    """The names of resources of a kind, as many as a key holds."""
    arn = st.just(kind.example.replace("REGION", REGION).replace("ACCOUNT", "1" * 12))
    plain = matching(kind.pattern).filter(lambda name: not is_arn(name) and 0 < len(name) <= 512)
    one = arn if kind.whole else plain
    if get_origin(hint) is tuple:
        return st.lists(one, max_size=3, unique=True).map(tuple)
    return st.none() | one if NoneType in get_args(hint) else one


def sections(part: type[Any]) -> st.SearchStrategy[Any]:
    """A section with something in each of its keys, or with their defaults."""
    named = named_keys(part)
    keys: dict[str, st.SearchStrategy[Any]] = {}
    for field in msgspec.structs.fields(part):
        if field.name == "region":
            keys[field.name] = st.sampled_from([None, REGION])
        else:
            keys[field.name] = names(named[field.name], field.type) if field.name in named else values(field.type)
    if part is Instances:
        keys["tag"] = keys["tag"].filter(bool)
    return st.builds(part, **keys)


def listed(part: type[Part]) -> st.SearchStrategy[list[Part]]:
    def named_by(made: Any) -> object:
        return tuple(names_of(made)) or made

    return st.lists(sections(part), max_size=1 if part.single else 3, unique_by=lambda made: repr(named_by(made)))


stacks = st.builds(
    Stack,
    name=st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}", fullmatch=True),
    title=words,
    environment=st.from_regex(r"[!-~][ -~]{0,9}", fullmatch=True),
    production=st.booleans(),
    region=st.just(REGION),
    parts=st.tuples(*map(listed, SECTIONS.values())).map(
        lambda found: tuple(once((part for parts in found for part in parts), REGION))
    ),
    thresholds=st.dictionaries(words, st.dictionaries(words, st.floats(0, 1e6), max_size=2), max_size=2),
    skip=values(tuple[Name, ...]),
    backup=sections(BackupPolicy),
    tags=values(dict[str, str]),
    contacts=st.lists(sections(Contact), max_size=2).map(tuple),
    checklists=sections(Checklists),
    commands=values(dict[str, str]),
    links=values(dict[str, str]),
)


@pytest.mark.parametrize("part", SECTIONS.values(), ids=SECTIONS)
@given(st.data())
@settings(max_examples=30)
def test_every_section_reads_back_equal(part: type[Part], data: st.DataObject) -> None:
    parts = tuple(once(data.draw(listed(part)), REGION))
    stack = Stack(name="t", region=REGION, parts=parts)
    assert parse(write(stack), "written") == stack


@given(stacks)
@settings(max_examples=30, suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow])
def test_what_is_written_reads_back_equal(stack: Stack) -> None:
    assert parse(write(stack), "written") == stack
