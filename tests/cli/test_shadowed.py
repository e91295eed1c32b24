"""Where Python would run another's package in the place of ours, the program says whose, and what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from groundskeeper import origins
from groundskeeper.origins import PACKAGES
from tests.paths import ROOT

# As the script that an installer makes, whose folder is first on the path.
COMMAND = "import sys; sys.path[0] = '/nowhere'; from groundskeeper.__main__ import main; sys.exit(main())"
WAYS = {"command": ["-c", COMMAND], "module": ["-m", "groundskeeper"], "console": ["-m", "console"]}


def run(way: str, cwd: Path, path: str = "", *, site: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Ask for the version; `path` is PYTHONPATH, `site` a folder that comes before ours as another installation's."""
    words = WAYS[way]
    if site is not None:
        words = ["-c", f"import sys; sys.path.insert(1, {str(site)!r}); {COMMAND}"]
    environment = {**os.environ, "PYTHONPATH": path}
    command = [sys.executable, *words, "--version"]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=60)


def theirs(folder: Path, name: str, *, package: bool = True) -> Path:
    """A file of another project that tells when it is run."""
    file = folder / name / "__init__.py" if package else folder / f"{name}.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"raise SystemExit('somebody else is {name}')\n")
    return file


def refused(done: subprocess.CompletedProcess[str], name: str, file: Path, then: str) -> None:
    ours = ROOT / name / "__init__.py"
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"groundskeeper: {file} stands in the way of {ours}: both are called {name}. Next: {then}.\n"


@pytest.mark.parametrize("way", ["command", "module", "console"])
def test_alone_it_runs(tmp_path: Path, way: str) -> None:
    done = run(way, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("groundskeeper ")


@pytest.mark.parametrize("name", PACKAGES)
@pytest.mark.parametrize("package", [True, False])
def test_what_pythonpath_puts_before_ours_is_named(tmp_path: Path, name: str, *, package: bool) -> None:
    file = theirs(tmp_path / "lib", name, package=package)
    done = run("command", tmp_path, f"{tmp_path / 'lib'}")
    refused(done, name, file, f"take {tmp_path / 'lib'} out of PYTHONPATH, as in: unset PYTHONPATH")


def test_an_empty_part_of_pythonpath_is_the_present_folder(tmp_path: Path) -> None:
    file = theirs(tmp_path, "themes")
    done = run("command", tmp_path, os.pathsep)
    refused(done, "themes", file, f"take {tmp_path} out of PYTHONPATH, as in: unset PYTHONPATH")


@pytest.mark.parametrize("name", PACKAGES)
@pytest.mark.parametrize("package", [True, False])
def test_what_lies_in_the_present_folder_is_named(tmp_path: Path, name: str, *, package: bool) -> None:
    file = theirs(tmp_path, name, package=package)
    then = "start it from another folder, or by the command groundskeeper"
    refused(run("module", tmp_path), name, file, then)
    assert run("command", tmp_path).returncode == 0


@pytest.mark.parametrize("name", ["screens", "widgets", "themes"])
def test_python_m_console_looks_at_the_others_too(tmp_path: Path, name: str) -> None:
    file = theirs(tmp_path, name)
    refused(run("console", tmp_path), name, file, "start it from another folder, or by the command groundskeeper")


@pytest.mark.parametrize("name", PACKAGES)
def test_another_distribution_in_the_same_environment_is_named(tmp_path: Path, name: str) -> None:
    file = theirs(tmp_path / "site-packages", name)
    done = run("command", tmp_path, site=tmp_path / "site-packages")
    then = "install Groundskeeper in an environment of its own, as in: uv tool install groundskeeper"
    refused(done, name, file, then)


@pytest.mark.parametrize("name", PACKAGES)
def test_a_mere_folder_of_the_same_name_is_in_nobodys_way(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "notes.py").write_text("")
    assert run("module", tmp_path).returncode == 0
    assert run("command", tmp_path, str(tmp_path)).returncode == 0


def test_a_package_of_ours_that_is_gone_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(origins, "PACKAGES", ("console", "no_such_package_of_ours"))
    said = origins.refusal()
    assert said is not None and said.startswith("The package no_such_package_of_ours is missing: there is no ")
    assert said.endswith("Next: install Groundskeeper again.")


def test_a_path_is_told_without_what_a_terminal_obeys(tmp_path: Path) -> None:
    file = theirs(tmp_path / "\x1b]0;x\x07", "widgets")
    done = run("command", tmp_path, str(file.parents[1]))
    assert done.returncode == 2 and "\x1b" not in done.stderr and "\x07" not in done.stderr


def test_looking_costs_no_import_that_the_program_would_not_make(tmp_path: Path) -> None:
    """What is looked for is found on the path; it is not run, and nothing else is loaded for it."""
    program = "import sys; from groundskeeper.origins import refusal; assert not refusal(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    loaded = set(done.stdout.split())
    assert not loaded & {*PACKAGES, "pathlib", "tempfile", "argparse", "msgspec"}
