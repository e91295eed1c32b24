"""Fixtures that every kind of test may use."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from console.demo.record import Record

TIME_SCALE = 100.0


@dataclass(frozen=True)
class DemoServer:
    """A demo server that runs for the whole session: its record, and the environment that leads to it."""

    record: Record
    environment: dict[str, str]

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

    def client(self, service: str, stack: str = "mra-mines", region: str | None = None) -> Any:
        """A boto3 client with the profile of a stack."""
        import boto3
        import botocore.session
        from botocore.config import Config

        self.wait_ready(stack)
        core = botocore.session.Session(profile=stack)
        core.set_config_variable("config_file", str(self.record.config_file))
        core.set_config_variable("credentials_file", str(self.record.credentials_file))
        session = boto3.Session(botocore_session=core)
        config = Config(retries={"total_max_attempts": 1}, inject_host_prefix=False)
        return session.client(service, region_name=region, endpoint_url=self.url, config=config)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    """The embedded AWS with all its stacks, a hundred times as fast, in folders of its own."""
    folder = tmp_path_factory.mktemp("demo")
    environment = {
        **os.environ,
        "GROUNDSKEEPER_RUNTIME_DIR": str(folder / "run"),
        "GROUNDSKEEPER_STATE_DIR": str(folder / "state"),
    }
    command = [sys.executable, "-m", "console.demo", "--time-scale", str(TIME_SCALE)]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log) as process,
    ):
        try:
            assert process.stdout and process.stdout.readline(), (folder / "log").read_text()
            yield DemoServer(_record(folder), environment)
        finally:
            process.send_signal(signal.SIGTERM)
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()


def _record(folder: Path) -> Record:
    import msgspec

    return msgspec.json.decode((folder / "run" / "demo.json").read_bytes(), type=Record)
