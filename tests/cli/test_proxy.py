"""Behind a proxy that leads to somebody else, neither a subcommand nor the console sends anything to them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.cli.parser import COMMANDS
from tests.foreign import Authority, Office
from tests.paths import ROOT
from tests.pty.harness import Terminal

STACK = """
name = "shop"
region = "eu-west-1"
account = "123456789012"
production = false
[[ecs]]
cluster = "c1"
services = ["web"]
[[logs]]
group = "/shop/web"
[[endpoints]]
url = "https://shop.example/health"
"""
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "x" * 40, "AWS_SESSION_TOKEN": "t" * 40}

CALLS: dict[str, tuple[str, ...]] = {
    "health": ("--stack", "shop"),
    "logs": ("--stack", "shop", "/shop/web", "--since", "5m"),
    "plan": ("ecs.scale", "--stack", "shop", "--service", "web", "--desired", "1"),
    "apply": ("ecs.scale", "--stack", "shop", "--service", "web", "--desired", "1", "--yes"),
    "init": ("--prefix", "shop", "--region", "eu-west-1", "--yes"),
    "doctor": ("--stack", "shop"),
}
"""The subcommands that ask AWS, each with words that make it do so."""

QUIET = {"stacks", "policy", "operations", "tasks", "undo", "journal", "demo-server"}
"""Those that ask nobody but this machine (`undo` of a run that is in the journal goes the way of `apply`)."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    server = Authority(tmp_path, "Foreign").serve("*.amazonaws.com", "*.eu-west-1.amazonaws.com", "shop.example")
    with Office(server) as office:
        yield office


@pytest.fixture
def environment(tmp_path: Path, office: Office) -> dict[str, str]:
    stacks = tmp_path / "settings" / "stacks"
    stacks.mkdir(parents=True)
    (stacks / "shop.toml").write_text(STACK)
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("AWS_") and "proxy" not in name.lower()
    }
    return {
        **kept,
        **KEYS,
        "PYTHONPATH": str(ROOT),
        "HOME": str(tmp_path),
        "AWS_EC2_METADATA_DISABLED": "true",
        "GROUNDSKEEPER_CONFIG_DIR": str(tmp_path / "settings"),
        "GROUNDSKEEPER_STATE_DIR": str(tmp_path / "state"),
        "GROUNDSKEEPER_RUNTIME_DIR": str(tmp_path / "run"),
        "HTTPS_PROXY": office.url,
        "https_proxy": office.url,
    }


def test_every_subcommand_is_tried_or_known_to_ask_nobody() -> None:
    assert set(CALLS) | QUIET == set(COMMANDS)


@pytest.mark.parametrize("command", CALLS)
def test_no_subcommand_talks_to_a_foreign_server(command: str, office: Office, environment: dict[str, str]) -> None:
    words = [sys.executable, "-m", "console", command, *CALLS[command]]
    done = subprocess.run(
        words, env=environment, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=90
    )
    assert office.asked
    assert office.received == []
    assert done.returncode != 0
    assert "certificate" in (done.stdout + done.stderr).lower()


@pytest.mark.pty
def test_the_console_does_not_talk_to_a_foreign_server(office: Office, environment: dict[str, str]) -> None:
    gone = {name: None for name in os.environ if name.startswith("AWS_") and name not in environment}
    with Terminal(
        [sys.executable, "-m", "console", "--stack", "shop"], 120, 40, env={**gone, **environment}, cwd=ROOT
    ) as terminal:
        terminal.wait_for("certificate")
        terminal.press("!")
        terminal.wait_for(lambda screen: "certificate" in screen.text().lower())
    assert office.asked
    assert office.received == []
