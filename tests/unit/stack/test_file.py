"""Stack files: what a bad one says, and that what is written reads back equal."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.services.awslambda.kinds import Function
from console.services.ecs.kinds import EcsCluster
from console.stack.stack import BackupPolicy, Contact, Stack
from console.stack_files.file import StackError, load, parse, write

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


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
named = st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True)
stacks = st.builds(
    Stack,
    name=st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}", fullmatch=True),
    title=words,
    environment=st.from_regex(r"[!-~][ -~]{0,9}", fullmatch=True),
    production=st.booleans(),
    parts=st.tuples(
        st.lists(
            st.builds(EcsCluster, cluster=named, services=st.lists(named, max_size=2, unique=True).map(tuple)),
            max_size=2,
            unique_by=lambda part: part.cluster,
        ),
        st.lists(st.builds(Function, function=named), max_size=2, unique=True),
    ).map(lambda found: (*found[0], *found[1])),
    thresholds=st.dictionaries(words, st.dictionaries(words, st.floats(0, 1e6), min_size=1, max_size=2), max_size=2),
    backup=st.builds(BackupPolicy, max_age_hours=st.floats(0.5, 1e4)),
    contacts=st.lists(st.builds(Contact, name=words, tier=st.integers(1, 9)), max_size=2).map(tuple),
    commands=st.dictionaries(words, words, max_size=2),
)


@given(stacks)
def test_what_is_written_reads_back_equal(stack: Stack) -> None:
    assert parse(write(stack), "written") == stack
