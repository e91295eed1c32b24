"""Fixtures that every kind of test may use."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from console.demo.attach import hold
from console.demo.options import STACKS
from console.demo.record import Record
from tests.children import child
from tests.deadlines import SLOW, explain

THEIRS = (
    *("AWS_", "GROUNDSKEEPER_", "TEXTUAL", "XDG_", "PYTHON", "SSH_", "TMUX", "STY", "TERM_PROGRAM"),
    *("LINES", "COLUMNS", "NO_COLOR", "FORCE_COLOR", "COLORTERM", "CLICOLOR", "EDITOR", "VISUAL", "PAGER"),
)
"""How variables begin that would lead the program, or what it is looked at with, elsewhere."""

TIME_SCALE = 100.0
TRAFFIC = "2026-03-04T14:00"
"""A weekday's noon: the traffic of every demo server, whenever the tests are run."""

# How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("ours", deadline=None)
settings.load_profile("ours")

# Whoever runs the tests may have profiles, proxies, a terminal and a home of their own: no test is to meet them.
_HOME = tempfile.TemporaryDirectory(prefix="groundskeeper-tests-")
os.environ |= {"HOME": _HOME.name, "TERM": "xterm-256color"}
for _name in list(os.environ):
    if _name.startswith(THEIRS) or _name.upper().endswith("_PROXY"):
        del os.environ[_name]

# A runner that was started in the background, or by nohup, hands ignored signals down to every program of the tests.
for _number, _usual in (
    (signal.SIGHUP, signal.SIG_DFL), (signal.SIGQUIT, signal.SIG_DFL), (signal.SIGINT, signal.default_int_handler)
):  # fmt: skip
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _usual)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give what is slow on purpose another deadline."""
    for item in items:
        if item.get_closest_marker("scorecard") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SLOW))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a test that ran out of time say what it waited for."""
    report = yield
    explain(report, call)
    return report


@pytest.fixture(autouse=True)
def no_faults(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The console goes on when something in it fails; a test does not, unless it is marked ``faults``."""
    from console.process import crash

    written: dict[tuple[object, ...], Path | None] = {}
    monkeypatch.setattr(crash, "_written", written)
    yield
    if request.node.get_closest_marker("faults") is None:
        assert not written, f"Something failed inside: {list(written.items())}"


@dataclass(frozen=True)
class DemoServer:
    """A demo server that runs for the whole session: its record, and the environment that leads to it."""

    record: Record
    environment: dict[str, str]
    made: dict[tuple[str, ...], Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.record.url

    def now(self) -> datetime:
        """The present moment, to compare with what AWS tells."""
        return datetime.now(UTC)

    def wait_ready(self, stack: str) -> None:
        """Wait until a stack stands."""
        from console.demo import record

        record.get(self.url, f"/ready/{stack}", timeout=60)

    def client(self, service: str, stack: str = "mra-mines", region: str = "") -> Any:
        """A boto3 client with the profile of a stack; always the same one, since making it takes 50 ms."""
        from botocore.config import Config

        key = (service, stack, region)
        if key not in self.made:
            config = Config(retries={"total_max_attempts": 1}, inject_host_prefix=False)
            session = self._session(stack)
            self.made[key] = session.client(service, region or None, endpoint_url=self.url, config=config)
        return self.made[key]

    def _session(self, stack: str) -> Any:
        import boto3
        import botocore.session

        if (stack,) not in self.made:
            self.wait_ready(stack)
            core = botocore.session.Session(profile=stack)
            core.set_config_variable("config_file", str(self.record.config_file))
            core.set_config_variable("credentials_file", str(self.record.credentials_file))
            self.made[(stack,)] = boto3.Session(botocore_session=core)
        return self.made[(stack,)]


@pytest.fixture(scope="session")
def serving() -> Callable[..., AbstractContextManager[DemoServer]]:
    """A function that runs a demo server of its own in a folder, for tests that turn its world upside down.

    Another moment than `TRAFFIC` may be given for its traffic, and some stacks only.
    """
    return _serve


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    """The embedded AWS with all its stacks, a hundred times as fast, in folders of its own."""
    with _serve(tmp_path_factory.mktemp("demo")) as server:
        yield server


@contextmanager
def _serve(folder: Path, traffic: str = TRAFFIC, stacks: Sequence[str] = STACKS) -> Iterator[DemoServer]:
    environment = {
        **os.environ,
        "GROUNDSKEEPER_RUNTIME_DIR": str(folder / "run"),
        "GROUNDSKEEPER_STATE_DIR": str(folder / "state"),
    }
    # A session that is killed cannot end its server: the server ends itself when our end of its lifeline closes.
    command = [sys.executable, "-m", "console.demo", "--time-scale", str(TIME_SCALE), "--linger", "1"]
    command += ["--now", traffic, "--stacks", ",".join(stacks)]
    with (
        (folder / "log").open("wb") as log,
        child(command, env=environment, stdout=subprocess.PIPE, stderr=log) as process,
    ):
        assert process.stdout.readline(), (folder / "log").read_text()
        found = _record(folder)
        with hold(found):
            yield DemoServer(found, environment)
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)


def _record(folder: Path) -> Record:
    import msgspec

    return msgspec.json.decode((folder / "run" / "demo.json").read_bytes(), type=Record)
