"""The gist of a log line: what happened, whatever wrote it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.services.logs.message import message_of

LAMBDA = "2026-11-20T10:18:19.356Z    18af5d70-1c38-696b-4d0b-0123456789ab    ERROR    Invoke Error    "


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (
            LAMBDA + '{"errorType":"Error","errorMessage":"TimeoutError: too slow"}',
            "Invoke Error: TimeoutError: too slow",
        ),
        (
            '{"level":"error","time":1795,"err":{"type":"Error","message":"connect ECONNREFUSED 10.0.2.31:6379"}}',
            "connect ECONNREFUSED 10.0.2.31:6379",
        ),
        ('{"level":"error","message":"payment failed","err":"nothing"}', "payment failed"),
        ('{"level":"error"}', '{"level":"error"}'),
        ("2026-11-20 10:07:22,342 ERROR worker.tasks job failed␊Traceback␊  File", "worker.tasks job failed"),
        ("[2026-11-20T10:07:22+01:00] ERROR: disk full", "disk full"),
        ('203.0.113.8 - - [20/Nov/2026:10:00:00 +0000] "GET /x HTTP/1.1" 502 157', '"GET /x HTTP/1.1" 502 157'),
        ("2026/11/20 10:00:00 [error] 77#77: *5 connect() failed", "connect() failed"),
        ("Nov 20 11:38:25 ip-172-31-2-9 web[812]: Error: listen EADDRINUSE", "Error: listen EADDRINUSE"),
        ("2026-11-20 10:00:00 UTC:10.0.2.1(58947):app@maps:[412]:ERROR:  deadlock detected", "deadlock detected"),
        ("ERRORS were seen", "ERRORS were seen"),
        ("Exception in thread main java.lang.Boom", "Exception in thread main java.lang.Boom"),
        ("ERROR number 9", "number 9"),
        ("ERROR ", "ERROR"),
        ("{not json", "{not json"),
        ("[1, 2]", "[1, 2]"),
    ],
)
def test_it_is_what_happened(line: str, says: str) -> None:
    assert message_of(line) == says


@given(st.text())
def test_any_line_has_one_that_is_no_longer(line: str) -> None:
    assert len(message_of(line)) <= len(line)
    assert bool(message_of(line)) == bool(line.strip())
