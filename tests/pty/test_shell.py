"""A shell: the console is suspended, the terminal is lent and comes back, ctrl+c ends only what it was lent to."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import DemoServer
from tests.deadlines import SOON
from tests.paths import ROOT
from tests.pty.harness import Terminal

pytestmark = pytest.mark.pty

SSH = """#!/bin/sh
echo "inside $2"
while read -r line; do
    [ "$line" = exit ] && exit 3
    echo "you said $line"
done
"""
STACK = """
name = "operations"
environment = "demo"
production = false
region = "us-east-1"
profile = "operations"
[[ec2]]
instance = "{instance}"
host = "ops@box"
"""
LENDING = (
    "from console.process import foreground; "
    "print('ended', foreground.run(['/bin/sh', '-c', {script!r}], {{'WHO': 'me'}}))"
)


def lending(script: str) -> Terminal:
    """A program that lends its terminal to a script of the shell."""
    return Terminal([sys.executable, "-c", LENDING.format(script=script)], env={"LC_ALL": "C.UTF-8"}, cwd=ROOT)


def test_a_program_in_the_foreground_reads_the_terminal_and_gives_its_exit_code() -> None:
    with lending("read -r line; echo $WHO read $line; exit 7") as terminal:
        terminal.press(*"word", "enter")
        terminal.wait_for("me read word")
        terminal.wait_for("ended 7")
        assert terminal.wait_exit() == 0


def test_ctrl_c_ends_the_program_in_the_foreground_and_nothing_else() -> None:
    with lending("echo ready; read -r line") as terminal:
        terminal.wait_for("ready")
        terminal.press("ctrl+c")
        terminal.wait_for(f"ended {-signal.SIGINT}")
        assert terminal.wait_exit() == 0


def test_a_program_that_is_stopped_goes_on_since_no_shell_could_bring_it_back() -> None:
    with lending("echo ready; read -r line; echo went on") as terminal:
        terminal.wait_for("ready")
        terminal.press("ctrl+z")
        terminal.press("enter")
        terminal.wait_for("went on")
        terminal.wait_for("ended 0")


def test_what_cannot_be_started_is_a_sentence() -> None:
    code = "from console.process import foreground; print(foreground.run(['/no/such/plugin'], {}))"
    with Terminal([sys.executable, "-c", code], env={"LC_ALL": "C.UTF-8"}, cwd=ROOT) as terminal:
        terminal.wait_for("/no/such/plugin cannot be started: it is not there.")


@pytest.fixture
def reached(demo: DemoServer, tmp_path: Path) -> Path:
    """A folder with a stack file of one instance, and an ssh that reaches nothing but itself."""
    (reservation, *_) = demo.client("ec2", "operations").describe_instances()["Reservations"]
    stack = STACK.format(instance=reservation["Instances"][0]["InstanceId"])
    (tmp_path / "stack.toml").write_text(stack)
    (tmp_path / "ssh").write_text(SSH)
    (tmp_path / "ssh").chmod(0o755)
    return tmp_path


@contextmanager
def console(demo: DemoServer, folder: Path, path: str) -> Iterator[Terminal]:
    """The console on the stack, its cursor on the instance."""
    env = {**demo.environment, "LC_ALL": "C.UTF-8", "PATH": path}
    command = [sys.executable, "-m", "console", "--demo", "--stack", str(folder / "stack.toml")]
    with Terminal(command, 100, 30, env=env, cwd=ROOT) as terminal:
        terminal.wait_for("The instance runs.")
        terminal.wait_for("x shell")
        yield terminal


def test_x_opens_a_shell_and_the_console_comes_back(demo: DemoServer, reached: Path) -> None:
    with console(demo, reached, f"{reached}:{os.environ['PATH']}") as terminal:
        drawn = terminal.termios()
        terminal.press("x")
        terminal.wait_for("inside ops@box")
        assert "It ends with exit or ctrl+d." in terminal.text()
        assert terminal.termios() == terminal.modes_at_start
        terminal.press(*"hello", "enter")
        terminal.wait_for("you said hello")
        terminal.press(*"exit", "enter")
        terminal.wait_for("The shell ended with exit code 3.")
        assert terminal.termios() == drawn
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.termios() == terminal.modes_at_start


def test_ctrl_c_in_the_shell_does_not_end_the_console(demo: DemoServer, reached: Path) -> None:
    with console(demo, reached, f"{reached}:{os.environ['PATH']}") as terminal:
        terminal.press("x")
        terminal.wait_for("inside ops@box")
        terminal.press("ctrl+c")
        terminal.wait_for("The shell ended with exit code -2.")


def test_the_end_of_the_console_ends_the_shell_too(demo: DemoServer, reached: Path) -> None:
    with console(demo, reached, f"{reached}:{os.environ['PATH']}") as terminal:
        terminal.press("x")
        terminal.wait_for("inside ops@box")
        session = os.getsid(terminal.process.pid)
        terminal.kill(signal.SIGTERM)
        assert terminal.wait_exit() == 128 + signal.SIGTERM
        assert ended(session)


def ended(session: int, seconds: float = SOON) -> bool:
    """Whether every process of a session ends."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not any(_session(stat) == session for stat in Path("/proc").glob("[0-9]*/stat")):
            return True
        time.sleep(0.02)
    return False


def _session(stat: Path) -> int:
    try:
        fields = stat.read_text().rpartition(")")[2].split()
    except OSError:
        return -1
    return -1 if fields[0] == "Z" else int(fields[3])


def test_without_its_program_a_sentence_says_what_to_install(demo: DemoServer, reached: Path) -> None:
    (reached / "ssh").unlink()
    with console(demo, reached, str(reached)) as terminal:
        terminal.press("x")
        terminal.wait_for("needs ssh, which is")
