"""The Logs screen of the real program on a terminal."""

from __future__ import annotations

import sys
import time

import pytest

from tests.conftest import DemoServer
from tests.paths import ROOT
from tests.pty.harness import Terminal

pytestmark = pytest.mark.pty

GROUP = "/ecs/mra-mines-frontend-staging"


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
def test_lines_come_are_held_and_followed_again(demo: DemoServer, columns: int, rows: int) -> None:
    demo.wait_ready("mra-mines")
    logs = demo.client("logs", "mra-mines", "eu-west-1")
    stream = f"by-hand-{columns}"
    logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
    command = [sys.executable, "-m", "console", "--demo", "--stack", "mra-mines", "--screen", "logs"]
    with Terminal(command, columns, rows, env={**demo.environment, "LC_ALL": "C.UTF-8"}, cwd=ROOT) as terminal:
        terminal.wait_for("following")
        terminal.wait_for("live")
        terminal.press("k")
        terminal.wait_for("held")
        word = f"by hand at {columns}"
        event = {"timestamp": int(time.time() * 1000), "message": word}
        logs.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=[event])
        terminal.wait_for("new (G follows)")
        terminal.press("&", *word, "enter")
        terminal.wait_for(lambda t: any(word in line and "&" not in line for line in t.lines()[3:-3]))
        terminal.press("escape")
        terminal.wait_for(lambda t: f"filter {word}" not in t.text())
        terminal.press("1")
        terminal.wait_for("Findings")
        terminal.press("2")
        terminal.wait_for("held")
        terminal.press("G")
        terminal.wait_for("following")
        terminal.press("q")
        assert terminal.wait_exit() == 0
