"""``groundskeeper logs`` once: it ends whatever AWS does, says what it waits for, and tells scripts all."""

from __future__ import annotations

import argparse
import asyncio
import json
from typing import Any

import pytest

from console.cli import log_printer
from console.cli.logs import TRIES, Printing, arguments
from console.logs.reading import history
from console.problems import Failure, Problem, ProblemKind
from console.stack.stack import Stack
from console.text import Clean
from tests.deadlines import SOON
from tests.logs.cloud import Cloud, failure, group, now_ms

STACK = Stack(
    name="one",
    parts=(
        group("/a"),
        group("/b"),
    ),
)


class Connections:
    """Leads to a cloud in memory."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    async def aws(self, stack: Stack) -> Any:
        return self.cloud


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "_WAITS", (0.001,))


async def printed(cloud: Cloud, *words: str, names: tuple[str, ...] = ("/a",)) -> int:
    parser = argparse.ArgumentParser()
    arguments(parser)
    reading = Printing(parser.parse_args(words), Connections(cloud), STACK)  # type: ignore[arg-type]
    now = now_ms()
    async with asyncio.timeout(SOON):
        return await reading.run([group(name) for name in names], now - 600_000, now)


async def test_what_does_not_answer_is_waited_for_so_long_and_no_longer(capsys: pytest.CaptureFixture[str]) -> None:
    cloud = Cloud({"/a": [], "/b": []})
    cloud.write("/b", ["fine"], now_ms() - 60_000)

    def spoil(params: dict[str, Any]) -> None:
        if params["logGroupName"] == "/a":
            raise failure(ProblemKind.NETWORK, "No answer.")

    cloud.spoil = spoil
    assert await printed(cloud, names=("/a", "/b")) == 1
    out, err = capsys.readouterr()
    assert out.rstrip().endswith("fine")
    assert err.splitlines() == ["groundskeeper: waiting: No answer.", "groundskeeper: /a: No answer."]
    assert sum(params["logGroupName"] == "/a" for params in cloud.asked) <= TRIES * history.AT_ONCE


@pytest.mark.parametrize("flag", [(), ("--follow",), ("--live",)])
async def test_a_group_that_only_insights_reads_ends_it_at_once(
    flag: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    cloud = Cloud({"/a": []})

    def spoil(params: dict[str, Any]) -> None:
        what = Clean("The log group /a is of log-group-class INFREQUENT_ACCESS.")
        raise Failure(Problem(ProblemKind.INVALID, what, code=Clean("InvalidOperationException")))

    cloud.spoil = spoil
    assert await printed(cloud, *flag) == 1
    assert "only Logs Insights reads it" in capsys.readouterr().err


MESSAGES = [
    json.dumps({"msg": "x" * 40_000, "end": True}),
    "\x1b[31mred\x1b[0m\ttab\r\nnext\n",
    "\x9b31m \x7f \u202e \ud800 é 漢 \U0001f469 \u2028 \x00",
    "",
    "\n",
]


async def test_scripts_get_the_whole_message_and_a_terminal_nothing_that_commands_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    cloud = Cloud({"/a": []})
    cloud.write("/a", MESSAGES, now_ms() - 60_000)
    assert await printed(cloud, "--json") == 0
    out = capsys.readouterr().out
    assert [json.loads(line)["message"] for line in out.split("\n") if line] == MESSAGES
    assert all(char == "\n" or char.isprintable() for char in out)
    assert "é 漢 \U0001f469" in out, "what can be read stays so"


async def test_text_for_people_is_cut_and_clean(capsys: pytest.CaptureFixture[str]) -> None:
    cloud = Cloud({"/a": []})
    cloud.write("/a", MESSAGES, now_ms() - 60_000)
    assert await printed(cloud) == 0
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) < 17_000 and all(char == "\n" or char.isprintable() for char in out)
    assert "red    tab" in out


def test_a_time_beyond_all_calendars_is_printed() -> None:
    assert log_printer._time(10**18).startswith("9999-") and log_printer._time(-(10**18)).startswith("1-")
