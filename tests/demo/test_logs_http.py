"""CloudWatch Logs of the embedded AWS over HTTP."""

from __future__ import annotations

import gzip
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.deadlines import until

if TYPE_CHECKING:
    from tests.conftest import DemoServer

REGION = "ca-central-1"
NOW = int(time.time() * 1000)


@pytest.fixture(scope="module")
def logs(demo: DemoServer) -> Any:
    return demo.client("logs", region=REGION)


@pytest.fixture(scope="module")
def group(logs: Any) -> str:
    """A log group with two streams of 100 JSON lines, one every 100 ms up to a minute ago, every tenth an error."""
    name = f"/test/{uuid4().hex}"
    logs.create_log_group(logGroupName=name)
    for stream in ("a-1", "b-1"):
        logs.create_log_stream(logGroupName=name, logStreamName=stream)
        lines = [f'{{"level":"{"info" if n % 10 else "error"}","n":{n},"from":"{stream}"}}' for n in range(100)]
        events = [{"timestamp": NOW - 70_000 + n * 100, "message": line} for n, line in enumerate(lines)]
        logs.put_log_events(logGroupName=name, logStreamName=stream, logEvents=events)
    return name


def test_patterns_are_executed_over_all_streams_in_order(logs: Any, group: str) -> None:
    found = logs.filter_log_events(logGroupName=group, filterPattern='{ $.level = "error" && $.n >= 50 }')["events"]
    assert len(found) == 10
    assert [(event["timestamp"], event["eventId"]) for event in found] == sorted(
        (event["timestamp"], event["eventId"]) for event in found
    )
    assert {event["logStreamName"] for event in found} == {"a-1", "b-1"}
    assert len(logs.filter_log_events(logGroupName=group, filterPattern="?error ?nothing")["events"]) == 20
    assert len(logs.filter_log_events(logGroupName=group, filterPattern="%.n.:9[0-4]%")["events"]) == 10


def test_a_group_of_another_class_is_refused_as_aws_does(logs: Any) -> None:
    """In CloudWatch Logs' own words (karpenter-provider-aws, "support INFREQUENT_ACCESS CloudWatch log groups")."""
    name = f"/test/{uuid4().hex}"
    logs.create_log_group(logGroupName=name, logGroupClass="INFREQUENT_ACCESS")
    (found,) = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    assert found["logGroupClass"] == "INFREQUENT_ACCESS"
    asks = (
        ("FilterLogEvents", lambda: logs.filter_log_events(logGroupName=name)),
        ("StartLiveTail", lambda: logs.start_live_tail(logGroupIdentifiers=[found["logGroupArn"]])),
    )
    for operation, ask in asks:
        with pytest.raises(ClientError) as refused:
            ask()
        assert refused.value.response["Error"] == {
            "Code": "InvalidOperationException",
            "Message": f"The log group {name} is of log-group-class INFREQUENT_ACCESS. {operation} is not supported "
            "for this log class.",
        }


def test_pages_hold_each_event_once(logs: Any, group: str) -> None:
    pages = list(
        logs.get_paginator("filter_log_events").paginate(logGroupName=group, PaginationConfig={"PageSize": 30})
    )
    events = [event for page in pages for event in page["events"]]
    assert [len(page["events"]) for page in pages] == [30] * 6 + [20]
    assert len({event["eventId"] for event in events}) == 200
    assert all(len(event["eventId"]) == 56 and event["ingestionTime"] >= NOW - 70_000 for event in events)
    again = logs.filter_log_events(logGroupName=group)["events"]
    assert [event["eventId"] for event in again] == [event["eventId"] for event in events]


def test_times_and_streams_are_chosen(logs: Any, group: str) -> None:
    chosen = {"startTime": NOW - 70_000 + 1000, "endTime": NOW - 70_000 + 2000}
    found = logs.filter_log_events(logGroupName=group, logStreamNamePrefix="b", **chosen)["events"]
    assert [event["timestamp"] for event in found] == [NOW - 70_000 + 1000 + n * 100 for n in range(11)]
    assert len(logs.filter_log_events(logGroupName=group, logStreamNames=["a-1"])["events"]) == 100


def test_a_wrong_pattern_is_refused_in_the_words_of_aws(logs: Any, group: str) -> None:
    with pytest.raises(ClientError, match=r"InvalidParameterException.*Invalid character\(s\) in term ':'"):
        logs.filter_log_events(logGroupName=group, filterPattern="Status: 500")


def _start(logs: Any, group: str, query: str, **more: Any) -> str:
    start, end = NOW // 1000 - 3600, NOW // 1000
    return str(logs.start_query(logGroupName=group, startTime=start, endTime=end, queryString=query, **more)["queryId"])


def _results(logs: Any, query_id: str) -> dict[str, Any]:
    def ended() -> dict[str, Any] | None:
        answer: dict[str, Any] = logs.get_query_results(queryId=query_id)
        return None if answer["status"] == "Running" else answer

    return until(ended)


def test_a_query_runs_and_then_has_results(logs: Any, group: str) -> None:
    answer = _results(logs, _start(logs, group, "filter level = 'error' | stats count(*) as n by from | sort from"))
    assert answer["status"] == "Complete"
    assert answer["results"] == [
        [{"field": "from", "value": "a-1"}, {"field": "n", "value": "10"}],
        [{"field": "from", "value": "b-1"}, {"field": "n", "value": "10"}],
    ]
    statistics = answer["statistics"]
    assert (statistics["recordsMatched"], statistics["recordsScanned"]) == (20.0, 200.0)
    assert statistics["bytesScanned"] > 200 * 20
    shown = {query["queryId"]: query["status"] for query in logs.describe_queries(logGroupName=group)["queries"]}
    assert "Complete" in shown.values()


def test_a_query_gives_at_most_what_was_asked_for(logs: Any, group: str) -> None:
    answer = _results(logs, _start(logs, group, "fields @timestamp, @message, @log, @logStream", limit=3))
    assert len(answer["results"]) == 3
    row = {cell["field"]: cell["value"] for cell in answer["results"][0]}
    assert list(row) == ["@timestamp", "@message", "@log", "@logStream", "@ptr"]
    assert row["@log"].endswith(f":{group}")


def test_a_query_can_be_stopped_once(logs: Any, group: str) -> None:
    query_id = _start(logs, group, "fields @message")
    stopped = _stop(logs, query_id)
    assert stopped in (True, "The specified query is not running.")
    assert _stop(logs, query_id) == "The specified query is not running."
    assert _results(logs, query_id)["status"] == ("Cancelled" if stopped is True else "Complete")


def _stop(logs: Any, query_id: str) -> object:
    try:
        return logs.stop_query(queryId=query_id)["success"]
    except ClientError as error:
        return error.response["Error"]["Message"]


def test_a_malformed_query_says_where(logs: Any, group: str) -> None:
    with pytest.raises(ClientError) as caught:
        _start(logs, group, "fields @message\n| filter level >")
    error = caught.value.response
    assert error["Error"] == {
        "Code": "MalformedQueryException",
        "Message": "unexpected symbol found end of query at line 2 and position 17",
    }
    assert error["queryCompileError"]["location"]["startCharOffset"] == 32


def test_a_live_tail_follows_what_comes_in(logs: Any, group: str) -> None:
    arn = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["logGroupArn"]
    stream = logs.start_live_tail(logGroupIdentifiers=[arn], logEventFilterPattern="?live")["responseStream"]
    try:
        events = iter(stream)
        assert next(events)["sessionStart"]["logEventFilterPattern"] == "?live"
        for number in range(2):
            lines = [f"live {number}", f"dead {number}"]
            put = [{"timestamp": int(time.time() * 1000), "message": line} for line in lines]
            logs.put_log_events(logGroupName=group, logStreamName="a-1", logEvents=put)
            found: list[dict[str, Any]] = []
            while not found:
                found = next(events)["sessionUpdate"]["sessionResults"]
            assert [event["message"] for event in found] == [f"live {number}"]
            assert found[0]["logGroupIdentifier"].endswith(f":{group}")
    finally:
        stream.close()


def test_an_export_is_as_moto_makes_it(demo: DemoServer, logs: Any, group: str) -> None:
    s3, bucket = demo.client("s3", region=REGION), f"export-{uuid4().hex}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    logs.create_export_task(
        logGroupName=group, fromTime=NOW - 70_000, to=NOW - 69_900, destination=bucket, destinationPrefix="out"
    )
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"] if item["Key"].endswith(".gz")]
    text = gzip.decompress(s3.get_object(Bucket=bucket, Key=sorted(keys)[0])["Body"].read()).decode()
    assert text.count('"n":') == 2
