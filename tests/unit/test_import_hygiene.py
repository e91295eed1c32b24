"""Who is loaded by whom, seen in a fresh interpreter: imports inside functions escape a look at the source."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("console", "screens", "widgets", "themes")
DRAWING = {"console.__main__", "console.app", "console.palette"}
STARTING = [*DRAWING, "console.launch", "console.desk"]
AWS = {"boto3", "botocore", "aioboto3", "aiobotocore", "aiohttp", "s3transfer"}

LOADED = """
import importlib, json, sys
for name in json.load(sys.stdin):
    importlib.import_module(name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def modules_of(package: str) -> list[str]:
    """Every module of a package, by its files."""
    files = sorted((ROOT / package).rglob("*.py"))
    return [".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for file in files]


def loaded_by(names: list[str]) -> set[str]:
    """The top-level packages that a fresh interpreter holds after these imports."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED], input=json.dumps(names), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_core_loads_no_textual() -> None:
    headless = [name for name in modules_of("console") if name not in DRAWING]
    assert len(headless) > 20
    loaded = loaded_by(headless)
    assert AWS & loaded, "the modules were not really imported"
    assert loaded.isdisjoint({"textual", "screens", "widgets", "themes"})


@pytest.mark.parametrize("package", ["screens", "widgets", "themes"])
def test_what_draws_loads_nothing_of_aws(package: str) -> None:
    assert loaded_by(modules_of(package)).isdisjoint(AWS)


def test_the_first_frame_waits_for_nothing_of_aws() -> None:
    loaded = loaded_by(STARTING)
    assert "textual" in loaded
    assert loaded.isdisjoint(AWS)


@pytest.mark.parametrize("package", PACKAGES)
def test_the_package_is_this_projects(package: str) -> None:
    """The names are short: another distribution could bring a package of the same name."""
    file = importlib.import_module(package).__file__
    assert file is not None
    assert Path(file).resolve() == (ROOT / package / "__init__.py").resolve()
