"""The HTTP server of the embedded AWS: connections stay open, many ask at once, nothing is logged."""

from __future__ import annotations

import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from console.demo.record import ASKING

if TYPE_CHECKING:
    from tests.conftest import DemoServer


def connect(demo: DemoServer) -> http.client.HTTPConnection:
    where = urlsplit(demo.url)
    return http.client.HTTPConnection(where.hostname or "", where.port, timeout=20)


def test_a_connection_stays_open(demo: DemoServer) -> None:
    connection = connect(demo)
    sockets = set()
    for _ in range(3):
        connection.request("GET", "/groundskeeper/ping", headers=dict([ASKING]))
        assert json.loads(connection.getresponse().read())["pid"] == demo.record.pid
        sockets.add(connection.sock)
        connection.request(
            "POST",
            "/",
            b"Action=GetCallerIdentity&Version=2011-06-15",
            {
                "Content-Type": "application/x-www-form-urlencoded",
                "Authorization": "AWS4-HMAC-SHA256 Credential=AKIADEMO123456789012/20260101/us-east-1/sts/aws4_request",
            },
        )
        assert b":user/operator" in connection.getresponse().read()
        sockets.add(connection.sock)
    assert len(sockets) == 1
    connection.close()


def test_many_ask_at_once(demo: DemoServer) -> None:
    ecs = demo.client("ecs")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ecs.list_clusters()["clusterArns"], range(80)))
    assert len({tuple(answer) for answer in answers}) == 1


@pytest.mark.parametrize("size", [0, 1, 3_000_000])
def test_objects_of_every_size_go_in_and_out(demo: DemoServer, size: int) -> None:
    s3 = demo.client("s3")
    bucket, key = "mra-mines-map-output-staging", f"test/{size}"
    s3.put_object(Bucket=bucket, Key=key, Body=b"x" * size)
    assert s3.head_object(Bucket=bucket, Key=key)["ContentLength"] == size
    assert len(s3.get_object(Bucket=bucket, Key=key)["Body"].read()) == size
    s3.delete_object(Bucket=bucket, Key=key)


@pytest.mark.parametrize(
    ("path", "status"),
    [("nothing", 404), ("site/expo/", 200), ("ready/nope", 404), ("scenario/nope", 404), ("files/nope", 404)],
)
def test_its_own_pages(demo: DemoServer, path: str, status: int) -> None:
    demo.wait_ready("expo")
    with closing(connect(demo)) as connection:
        connection.request("GET", f"/groundskeeper/{path}", headers=dict([ASKING]))
        answer = connection.getresponse()
        answer.read()
    assert answer.status == status


async def test_a_client_that_asks_before_it_sends_is_answered(demo: DemoServer) -> None:
    """aiohttp waits for 100 Continue for ever where botocore sends after a second."""
    import asyncio

    where = urlsplit(demo.url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(
        f"POST / HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n".encode()
    )
    assert await asyncio.wait_for(reader.readline(), 20) == b"HTTP/1.1 100 Continue\r\n"
    writer.close()
    await writer.wait_closed()


def test_no_header_comes_twice(demo: DemoServer) -> None:
    """A strict client, such as aiohttp in Python's development mode, refuses an answer with two of Server or Date."""
    signed = "AWS4-HMAC-SHA256 Credential=AKIADEMO123456789012/20260101/us-east-1/sts/aws4_request"
    form = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": signed}
    with closing(connect(demo)) as connection:
        for method, path, body, headers in (
            ("POST", "/", b"Action=GetCallerIdentity&Version=2011-06-15", form),
            ("GET", "/groundskeeper/ping", b"", dict([ASKING])),
        ):
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
            names = [name.lower() for name, _ in answer.getheaders()]
            assert {"server", "date"} <= set(names) and len(names) == len(set(names))
