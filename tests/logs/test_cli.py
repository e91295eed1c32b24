"""``groundskeeper logs`` as shells meet it: order, pipes, signals, colours, sentences."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.children import child
from tests.conftest import DemoServer
from tests.deadlines import SOON
from tests.logs.cloud import now_ms
from tests.paths import ROOT

ONE, TWO = "/test/cli/one", "/test/cli/two"


@pytest.fixture
def write(new_group: Callable[[str], Any]) -> Callable[..., None]:
    """Write lines into one of two groups: ``write(ONE, "a", "b", ago=5)``, all of one moment."""
    clients = {name: new_group(name) for name in (ONE, TWO)}

    def lines(name: str, *messages: str, ago: float = 0.0) -> None:
        events = [{"timestamp": now_ms() - int(1000 * ago), "message": message} for message in messages]
        clients[name].put_log_events(logGroupName=name, logStreamName="s0", logEvents=events)

    return lines


@contextmanager
def logs(demo: DemoServer, *words: str, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """The program on the demo's first stack."""
    command = [sys.executable, "-m", "console", "logs", "--demo", "--stack", "mra-mines", *words]
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    environment = {**demo.environment, "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    with child(command, env=environment, text=True, **streams) as process:
        yield process


def done(demo: DemoServer, *words: str) -> tuple[int, list[str], str]:
    """Exit code, lines and stderr of a run that ends."""
    with logs(demo, *words) as process:
        out, err = process.communicate(timeout=SOON)
        return process.returncode, out.splitlines(), err


def read(process: subprocess.Popen[str], text: str) -> list[str]:
    """The lines up to the one that holds a text."""
    assert process.stdout is not None
    found = []
    for line in process.stdout:
        found.append(line.rstrip("\n"))
        if text in line:
            return found
    raise AssertionError(f"{text!r} never came; {found}")


def test_lines_of_several_groups_come_in_order_and_plain(demo: DemoServer, write: Callable[..., None]) -> None:
    for number in range(6):
        write((ONE, TWO)[number % 2], f"n{number} ERROR \x1b[31mred\x1b]0", ago=60 - number)
    code, lines, err = done(demo, "/test/cli/", "--since", "2m")
    assert (code, err) == (0, "")
    assert [line.split()[1:3] for line in lines] == [[(ONE, TWO)[n % 2], f"n{n}"] for n in range(6)]
    assert all(line[:4].isdigit() and line.split()[0].endswith("Z") for line in lines)
    assert "\x1b" not in "".join(lines) and lines[0].endswith("ERROR red␛]0")


def test_json_is_an_object_a_line_and_ranges_and_filters_hold(demo: DemoServer, write: Callable[..., None]) -> None:
    write(ONE, "early ERROR", ago=500)
    write(ONE, "ERROR\n  at line 2\n", ago=60)
    write(ONE, "fine", ago=50)
    words = (ONE, "--since", "5m", "--filter", "ERROR", "--json")
    code, lines, _ = done(demo, *words)
    (line,) = map(json.loads, lines)
    assert code == 0
    assert {**line, "at": ""} == {
        "at": "",
        "group": ONE,
        "stream": "s0",
        "message": "ERROR\n  at line 2\n",
        "late": False,
    }
    assert done(demo, *words, "--until", "2m")[1] == []


def test_followed_lines_come_at_once_and_ctrl_c_is_quiet(demo: DemoServer, write: Callable[..., None]) -> None:
    write(ONE, "before", ago=90)
    write(TWO, "a moment ago", ago=20)
    with logs(demo, ONE, TWO, "--since", "3m", "--follow") as process:
        assert [line.split(maxsplit=2)[2] for line in read(process, "a moment ago")] == ["before", "a moment ago"]
        write(ONE, "n1", "n2")
        write(TWO, "n3")
        assert [line.split()[2] for line in read(process, "n3")] == ["n1", "n2", "n3"]
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=SOON)
    assert (process.returncode, out, err) == (130, "", "")


def test_a_closed_pipe_is_a_quiet_end(demo: DemoServer, write: Callable[..., None]) -> None:
    write(ONE, "first", ago=90)
    with logs(demo, ONE, "--since", "3m", "--follow") as process:
        read(process, "first")
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        until = time.monotonic() + SOON
        while process.poll() is None and time.monotonic() < until:
            write(ONE, "more")
        assert process.returncode == 128 + signal.SIGPIPE
        assert process.stderr.read() == ""


@pytest.mark.parametrize(("extra", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_are_for_terminals_that_want_them(
    demo: DemoServer, write: Callable[..., None], extra: dict[str, str], coloured: bool
) -> None:
    write(ONE, "an ERROR", ago=30)
    master, slave = pty.openpty()
    changed = DemoServer(demo.record, {**demo.environment, **extra})
    with logs(changed, ONE, stdout=slave) as process:
        os.close(slave)
        assert process.wait(SOON) == 0
        shown = os.read(master, 4096).decode()
    os.close(master)
    assert ("\x1b[1;31man ERROR\x1b[0m" in shown) is coloured and "an ERROR" in shown


def test_live_tells_its_price_first(demo: DemoServer, write: Callable[..., None]) -> None:
    read_it = threading.Event()

    def keep_writing() -> None:
        while not read_it.wait(0.05):
            write(ONE, "n1")

    writer = threading.Thread(target=keep_writing)
    with logs(demo, ONE, "--live") as process:
        assert process.stderr is not None and "$0.01 a minute" in process.stderr.readline()
        writer.start()
        assert read(process, "n1")
        read_it.set()
        writer.join()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("nosuch",), "No log group is named 'nosuch' or begins so. The stack has: /ecs/mra-mines-frontend-staging"),
        (("--filter", "{ $.level ="), "At character 12: found the end of the pattern"),
        (("--since", "tomorrow"), "--since 'tomorrow': Write a time as 14:05"),
        (("--since", "1h", "--until", "2h"), "--since 1h is not before 2h"),
        (("--follow", "--until", "1h"), "--until and --follow contradict each other"),
    ],
)
def test_what_cannot_be_is_told_at_once(demo: DemoServer, words: tuple[str, ...], sentence: str) -> None:
    code, lines, err = done(demo, *words)
    assert (code, lines) == (2, [])
    assert sentence in err and err.count("\n") == 1


def test_a_group_is_found_by_a_part_of_its_name_in_any_stack(demo: DemoServer) -> None:
    with child(
        [sys.executable, "-m", "console", "logs", "--demo", "gift-tracker-users", "--since", "2h", "--json"],
        env={**demo.environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        out, _ = process.communicate(timeout=SOON)
    assert process.returncode == 0
    assert {json.loads(line)["group"] for line in out.splitlines()} == {"/aws/lambda/gift-tracker-users"}
