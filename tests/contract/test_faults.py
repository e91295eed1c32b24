"""The fault proxy itself: each of its faults reaches a client of AWS as what it claims to be."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from tests.faults import Fault, FaultProxy, Seen


class _Upstream(http.server.BaseHTTPRequestHandler):
    """Answers ListClusters, and counts how often it was asked."""

    protocol_version = "HTTP/1.1"
    asked = 0

    def do_POST(self) -> None:
        type(self).asked += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"clusterArns": ["arn:aws:ecs:eu-west-1:123456789012:cluster/one"]}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("x-amzn-RequestId", "a-request")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def proxy() -> Iterator[FaultProxy]:
    _Upstream.asked = 0
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Upstream) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        with FaultProxy(f"http://127.0.0.1:{server.server_port}") as proxy:
            yield proxy
        server.shutdown()
        thread.join()


@pytest.fixture
def clusters(proxy: FaultProxy) -> Iterator[Any]:
    client = boto3.client(
        "ecs",
        region_name="eu-west-1",
        endpoint_url=proxy.url,
        aws_access_key_id="AKIADEMO",
        aws_secret_access_key="demo",
        config=Config(retries={"total_max_attempts": 1}, read_timeout=0.5),
    )
    yield client.list_clusters
    client.close()


def test_passes_on_what_no_fault_is_planned_for(proxy: FaultProxy, clusters: Any) -> None:
    answer = clusters()
    assert answer["clusterArns"] and answer["ResponseMetadata"]["RequestId"] == "a-request"
    assert proxy.seen == [Seen("ecs", "eu-west-1", "json", "ListClusters", "POST", "/")]


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (Fault.SERVER_ERROR, 500, "InternalFailure"),
        (Fault.HTML_503, 503, "503"),
        (Fault.THROTTLED, 400, "ThrottlingException"),
        (Fault.DENIED, 403, "AccessDenied"),
        (Fault.EXPIRED, 403, "ExpiredToken"),
        (Fault.SKEW, 403, "SignatureDoesNotMatch"),
    ],
)
def test_refuses_as_the_service_would(proxy: FaultProxy, clusters: Any, fault: Fault, status: int, code: str) -> None:
    proxy.always(fault)
    with pytest.raises(ClientError) as caught:
        clusters()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert caught.value.response["Error"]["Code"] == code
    assert _Upstream.asked == 0


@pytest.mark.parametrize("fault", [Fault.CUT_200, Fault.BAD_JSON, Fault.HTML_200, Fault.EMPTY_200])
def test_answers_200_with_nothing_in_it(proxy: FaultProxy, clusters: Any, fault: Fault) -> None:
    proxy.always(fault)
    try:
        answer = clusters()
    except ResponseParserError:
        return
    assert "clusterArns" not in answer


@pytest.mark.parametrize(
    ("fault", "error", "asked"),
    [
        (Fault.RESET, ConnectionClosedError, 0),
        (Fault.CLOSE, ConnectionClosedError, 0),
        (Fault.HALF_BODY, Exception, 1),
        (Fault.STALL, ReadTimeoutError, 0),
        (Fault.WITHHELD, ConnectionClosedError, 1),
    ],
)
def test_ends_the_connection(
    proxy: FaultProxy, clusters: Any, fault: Fault, error: type[Exception], asked: int
) -> None:
    proxy.always(fault)
    with pytest.raises(error):
        clusters()
    assert _Upstream.asked == asked


@pytest.mark.parametrize("service", ["s3", "ec2", "cloudwatch", "cloudfront", "lambda", "dynamodb"])
def test_denies_in_the_words_of_each_protocol(proxy: FaultProxy, service: str) -> None:
    calls = {
        "s3": ("list_objects_v2", {"Bucket": "some-bucket"}),
        "ec2": ("describe_instances", {}),
        "cloudwatch": ("describe_alarms", {}),
        "cloudfront": ("list_distributions", {}),
        "lambda": ("list_functions", {}),
        "dynamodb": ("list_tables", {}),
    }
    operation, parameters = calls[service]
    client = boto3.client(
        service,
        region_name="us-east-1",
        endpoint_url=proxy.url,
        aws_access_key_id="AKIADEMO",
        aws_secret_access_key="demo",
    )
    proxy.always(Fault.DENIED)
    with pytest.raises(ClientError, match="AccessDenied"):
        getattr(client, operation)(**parameters)
    client.close()


def test_withholds_only_the_reply(proxy: FaultProxy, clusters: Any) -> None:
    proxy.plan = lambda seen: Fault.WITHHELD if len(proxy.seen) == 1 else Fault.NONE
    with pytest.raises(ConnectionClosedError):
        clusters()
    assert clusters()["clusterArns"]
    assert _Upstream.asked == 2
