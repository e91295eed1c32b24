"""Who is loaded by whom, seen in a fresh interpreter: imports inside functions escape a look at the source."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT

PACKAGES = ("console", "screens", "widgets", "themes")
DRAWING = {"console.__main__", "console.app", "console.palette"}
STARTING = [*DRAWING, "console.launch", "console.desk.desk"]
AWS = {"boto3", "botocore", "aioboto3", "aiobotocore", "aiohttp", "s3transfer"}

# Prints each top-level package that gets loaded, and the line of ours that asked for it first.
LOADED = """
import importlib, json, sys
names, root = json.load(sys.stdin)
first = {}
class Note:
    def find_spec(self, name, path=None, target=None):
        frame = sys._getframe(1)  # not by traceback, which imports in its turn
        while frame and (not frame.f_code.co_filename.startswith(root) or "site-packages" in frame.f_code.co_filename):
            frame = frame.f_back
        line = f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame else ""
        first.setdefault(name.partition(".")[0], line)
sys.meta_path.insert(0, Note())
for name in names:
    importlib.import_module(name)
print(json.dumps(first))
"""


def modules_of(package: str) -> list[str]:
    """Every module of a package, by its files."""
    files = sorted((ROOT / package).rglob("*.py"))
    return [".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for file in files]


def loaded_by(names: list[str], of: set[str]) -> dict[str, str]:
    """Which packages `of` these a fresh interpreter loads with those modules, and which line asks for each."""
    asked = json.dumps([names, f"{ROOT}/"])
    done = subprocess.run([sys.executable, "-c", LOADED], input=asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return {name: line for name, line in first.items() if name in of}


def test_the_core_loads_no_textual() -> None:
    headless = [name for name in modules_of("console") if name not in DRAWING]
    assert len(headless) > 20
    assert loaded_by(headless, {"textual", "screens", "widgets", "themes"}) == {}


@pytest.mark.parametrize("package", ["screens", "widgets", "themes"])
def test_what_draws_loads_nothing_of_aws(package: str) -> None:
    assert loaded_by(modules_of(package), AWS) == {}


def test_the_first_frame_waits_for_nothing_of_aws() -> None:
    assert loaded_by(STARTING, AWS) == {}


def test_a_package_that_is_loaded_is_noticed() -> None:
    assert set(loaded_by(["console.app"], {"textual"})) == {"textual"}
    assert set(loaded_by(["aioboto3"], AWS)) >= {"aioboto3", "aiobotocore", "botocore"}


@pytest.mark.parametrize("package", PACKAGES)
def test_the_package_is_this_projects(package: str) -> None:
    """The names are short: another distribution could bring a package of the same name."""
    file = importlib.import_module(package).__file__
    assert file is not None
    assert Path(file).resolve() == (ROOT / package / "__init__.py").resolve()
