"""A demo server is found again, ends with its last console, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from console.demo import record, server
from console.demo.attach import Demo, attach_or_start, attach_or_start_blocking
from console.demo.options import DemoError, ServerOptions
from tests.deadlines import SOON


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Runtime and state folders of this test alone; whatever serves there is ended."""
    monkeypatch.setenv("GROUNDSKEEPER_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("GROUNDSKEEPER_STATE_DIR", str(tmp_path / "state"))
    yield tmp_path
    if found := record.read():
        with contextlib.suppress(ProcessLookupError):
            os.kill(found.pid, signal.SIGTERM)
            wait_gone(found)


def wait_gone(found: record.Record) -> None:
    """Wait until a server has ended: the kernel then closes a connection to it that we hold."""
    import socket
    from urllib.parse import urlsplit

    with contextlib.suppress(OSError):
        where = urlsplit(found.url)
        with socket.create_connection((where.hostname, where.port), timeout=SOON) as line:
            line.recv(1)


def start(linger: float = 600.0, stacks: tuple[str, ...] = ()) -> Demo:
    """Join or start a server; without stacks, since these tests are not about them."""
    return attach_or_start_blocking(ServerOptions(stacks=stacks, time_scale=100, linger=linger))


async def test_a_second_console_meets_the_same_server() -> None:
    first = start(stacks=("mra-mines",))
    second = start()
    assert second.record == first.record
    await first.wait_ready("mra-mines")
    assert await second.ready("mra-mines")
    assert all(path.exists() for path in (*first.stack_files, first.config_file, first.credentials_file))
    assert first.credentials_file.stat().st_mode & 0o077 == 0
    first.close()
    second.close()


async def test_a_stack_of_the_operators_own_waits_for_the_whole_demo_and_has_a_profile() -> None:
    demo = start(stacks=("mra-mines",))
    await demo.wait_ready("a-stack-file-of-my-own")
    assert await demo.ready("mra-mines")
    assert "[default]\nregion = eu-west-1" in demo.config_file.read_text()
    assert "[default]\naws_access_key_id" in demo.credentials_file.read_text()
    demo.close()


def test_where_nothing_can_be_written_it_says_so(folders: Path) -> None:
    (folders / "state").write_text("a file where a folder should be")
    with pytest.raises(DemoError, match=r"state.*Not a directory.*Next: make room or rights there"):
        start()


@pytest.mark.parametrize(
    "options", [ServerOptions(port=70_000), ServerOptions(port=-1), ServerOptions(linger=-1), ServerOptions(linger=1e9)]
)
def test_numbers_that_cannot_be_are_refused(options: ServerOptions) -> None:
    with pytest.raises(DemoError, match="give"):
        options.checked()


def test_without_the_emulator_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.demo.options.find_spec", lambda name: None)
    with pytest.raises(DemoError, match=r"uv tool install 'groundskeeper\[demo\]'"):
        start()
    with pytest.raises(DemoError, match="not installed"):
        server.about()


def test_a_server_outlives_its_last_console_only_by_the_linger() -> None:
    demo = start(linger=0.2)
    demo.close()
    wait_gone(demo.record)
    assert not record.record_path().exists()
    assert not demo.config_file.exists()


def test_a_killed_console_lets_go() -> None:
    program = textwrap.dedent("""
        import asyncio, signal, os
        from console.demo.attach import attach_or_start
        from console.demo.options import ServerOptions
        demo = asyncio.run(attach_or_start(ServerOptions(stacks=(), linger=0.2)))
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    subprocess.run([sys.executable, "-c", program], check=False, timeout=SOON)
    if found := record.read():
        wait_gone(found)
    assert not record.record_path().exists()


def test_a_server_that_comes_back_at_its_port_has_its_files_where_they_were_and_a_journal_of_its_own() -> None:
    demo = start()
    former, port = demo.record, int(demo.url.rpartition(":")[2])
    os.kill(former.pid, signal.SIGKILL)
    wait_gone(former)
    again = attach_or_start_blocking(ServerOptions(port, stacks=(), time_scale=100, linger=600))
    assert (again.url, again.config_file) == (demo.url, demo.config_file) and again.config_file.exists()
    assert again.record.journal_folder != former.journal_folder
    demo.close()
    again.close()


def test_a_stale_record_is_not_believed(folders: Path) -> None:
    demo = start(linger=0.1)
    stale = demo.record
    demo.close()
    wait_gone(stale)
    record.record_path().write_bytes(msgspec.json.encode(stale))
    assert record.alive() is None
    fresh = start()
    assert fresh.record.pid != stale.pid
    fresh.close()


def test_a_record_of_another_version_is_not_believed() -> None:
    demo = start()
    record.write(msgspec.structs.replace(demo.record, version="0.0.0"))
    assert record.alive() is None
    record.write(demo.record)
    assert record.alive() == demo.record
    demo.close()


async def test_sigterm_ends_it_and_removes_its_files() -> None:
    demo = start()
    os.kill(demo.record.pid, signal.SIGTERM)
    demo.lifeline.settimeout(SOON)
    assert demo.lifeline.recv(1) == b""
    assert not record.record_path().exists()
    assert not demo.config_file.parent.exists()
    with pytest.raises(DemoError, match="start the console again"):
        await demo.ready("any")
    demo.close()


def test_a_second_server_is_refused() -> None:
    demo = start()
    command = [sys.executable, "-m", "console.demo", "--stacks", ""]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SOON, check=False)
    assert done.returncode == 2
    assert f"runs already at {demo.url}" in done.stderr
    demo.close()


async def test_an_unknown_stack_is_refused() -> None:
    with pytest.raises(DemoError, match="has no stack 'nope'"):
        await attach_or_start(ServerOptions(stacks=("nope",)))


def test_a_server_that_a_console_starts_gets_nothing_of_the_operators(
    folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither keys nor proxies, and no module from the folder where the operator happens to be."""
    (folders / "here").mkdir()
    for name in ("moto", "flask", "werkzeug", "console", "boto3"):
        (folders / "here" / f"{name}.py").write_text("raise SystemExit('not ours')")
    monkeypatch.chdir(folders / "here")
    monkeypatch.setenv("GROUNDSKEEPER_RUNTIME_DIR", "../run")
    for name in ("AWS_SECRET_ACCESS_KEY", "HTTPS_PROXY", "DOCKER_HOST", "MOTO_PORT", "MY_SECRET"):
        monkeypatch.setenv(name, "tulips4me")
    demo = start()
    assert demo.record.folder == folders / "here" / ".." / "run" / demo.record.folder.name
    if (environ := Path(f"/proc/{demo.record.pid}/environ")).exists():
        assert b"tulips4me" not in environ.read_bytes()
    demo.close()
