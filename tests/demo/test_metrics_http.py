"""CloudWatch of the embedded AWS over HTTP, asked by boto3 and by the aws command line."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.deadlines import until

if TYPE_CHECKING:
    from tests.conftest import DemoServer

REGION = "ca-central-1"
HOUR_AGO = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
SERVICE = {"ClusterName": "mra-mines-cluster-staging", "ServiceName": "mra-mines-frontend-staging"}


@pytest.fixture(scope="module")
def cloudwatch(demo: DemoServer) -> Any:
    """CloudWatch in a region where no stack is."""
    return demo.client("cloudwatch", region=REGION)


@pytest.fixture(scope="module")
def namespace(cloudwatch: Any) -> str:
    """A namespace with Latency 1 to 120 (one a minute for two hours) and Calls, 10 a minute for one hour."""
    name = f"Test/{uuid4().hex}"
    data = [_datum("Latency", minute, Value=minute + 1.0, Unit="Milliseconds") for minute in range(120)]
    data += [_datum("Calls", minute, Values=[1.0], Counts=[10.0], Unit="Count") for minute in range(60)]
    cloudwatch.put_metric_data(Namespace=name, MetricData=data)
    return name


def _datum(metric: str, minute: int, **more: Any) -> dict[str, Any]:
    at = HOUR_AGO + timedelta(minutes=minute)
    return {"MetricName": metric, "Timestamp": at, "Dimensions": _dimensions({"Api": "a"}), **more}


def _dimensions(given: dict[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in given.items()]


def _query(id: str, namespace: str, metric: str, stat: str, period: int = 300, **dimensions: str) -> dict[str, Any]:
    where = _dimensions(dimensions or {"Api": "a"})
    found = {"Namespace": namespace, "MetricName": metric, "Dimensions": where}
    return {"Id": id, "MetricStat": {"Metric": found, "Period": period, "Stat": stat}}


def _ask(client: Any, *queries: dict[str, Any], minutes: int = 120, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = client.get_metric_data(
        MetricDataQueries=queries, StartTime=HOUR_AGO, EndTime=HOUR_AGO + timedelta(minutes=minutes), **more
    )
    return answer


def test_points_lie_at_the_beginnings_of_periods(cloudwatch: Any, namespace: str) -> None:
    query = _query("m", namespace, "Latency", "Average")
    start = HOUR_AGO + timedelta(minutes=2, seconds=31)
    found = cloudwatch.get_metric_data(
        MetricDataQueries=[query],
        StartTime=start,
        EndTime=start + timedelta(minutes=10),
        ScanBy="TimestampAscending",
    )["MetricDataResults"][0]
    assert [time.minute for time in found["Timestamps"]] == [0, 5, 10]
    assert found["Values"] == [3.0, 8.0, 12.0]
    assert (found["Label"], found["StatusCode"]) == ("Latency", "Complete")


def test_newest_first_unless_asked_otherwise(cloudwatch: Any, namespace: str) -> None:
    query = _query("m", namespace, "Latency", "Maximum", 3600)
    assert _ask(cloudwatch, query)["MetricDataResults"][0]["Values"] == [120.0, 60.0]
    assert _ask(cloudwatch, query, ScanBy="TimestampAscending")["MetricDataResults"][0]["Values"] == [60.0, 120.0]


def test_percentiles_and_expressions(cloudwatch: Any, namespace: str) -> None:
    found = _ask(
        cloudwatch,
        _query("p95", namespace, "Latency", "p95", 3600),
        _query("calls", namespace, "Calls", "Sum", 3600) | {"ReturnData": False},
        {"Id": "filled", "Expression": "FILL(calls, 0) / PERIOD(calls)", "Label": "calls a second"},
    )["MetricDataResults"]
    assert [(line["Id"], line["Label"]) for line in found] == [("p95", "Latency"), ("filled", "calls a second")]
    assert found[0]["Values"] == [117.0, 57.0]
    assert found[1]["Values"] == [0.0, 600 / 3600]


def test_pages_hold_all_points_once(cloudwatch: Any, namespace: str) -> None:
    queries = [_query("a", namespace, "Latency", "Sum", 60), _query("b", namespace, "Calls", "Sum", 60)]
    found: dict[str, list[float]] = {"a": [], "b": []}
    token: dict[str, Any] = {}
    codes = []
    while True:
        page = _ask(cloudwatch, *queries, MaxDatapoints=50, **token)
        for line in page["MetricDataResults"]:
            found[line["Id"]] += line["Values"]
        codes.append([line["StatusCode"] for line in page["MetricDataResults"]])
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert found == {"a": [float(value) for value in range(120, 0, -1)], "b": [10.0] * 60}
    assert codes[0] == ["PartialData", "PartialData"] and codes[-1] == ["Complete", "Complete"]
    assert len(codes) == 4


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Id": "Upper"}, "ValidationError"),
        ({"Expression": "nobody + 1", "MetricStat": None}, "ValidationError"),
        ({"stat": "p101"}, "InvalidParameterValue"),
        ({"period": 45}, "InvalidParameterValue"),
    ],
)
def test_what_cannot_be_answered_is_refused(cloudwatch: Any, change: dict[str, Any], code: str) -> None:
    query = _query("m", "App", "M", change.pop("stat", "Sum"), change.pop("period", 60)) | change
    with pytest.raises(ClientError) as caught:
        _ask(cloudwatch, {key: value for key, value in query.items() if value})
    assert caught.value.response["Error"]["Code"] == code


def test_statistics_come_with_percentiles_and_in_no_order(cloudwatch: Any, namespace: str) -> None:
    points = cloudwatch.get_metric_statistics(
        Namespace=namespace,
        MetricName="Latency",
        Dimensions=_dimensions({"Api": "a"}),
        StartTime=HOUR_AGO,
        EndTime=HOUR_AGO + timedelta(hours=2),
        Period=600,
        Statistics=["Minimum", "SampleCount"],
        ExtendedStatistics=["p50"],
    )["Datapoints"]
    times = [point["Timestamp"] for point in points]
    assert times != sorted(times)
    first = min(points, key=lambda point: point["Timestamp"])
    assert (first["Minimum"], first["SampleCount"], first["Unit"]) == (1.0, 10.0, "Milliseconds")
    assert first["ExtendedStatistics"] == {"p50": 5.0}


def test_too_many_statistics_are_refused(cloudwatch: Any) -> None:
    end = datetime.now(UTC)
    with pytest.raises(ClientError, match="exceeds the limit of 1,440"):
        cloudwatch.get_metric_statistics(
            Namespace="App",
            MetricName="M",
            StartTime=end - timedelta(days=2),
            EndTime=end,
            Period=60,
            Statistics=["Sum"],
        )


def test_a_metric_is_listed_once(cloudwatch: Any, namespace: str) -> None:
    found = cloudwatch.list_metrics(Namespace=namespace)["Metrics"]
    assert [metric["MetricName"] for metric in found] == ["Calls", "Latency"]
    assert found[0]["Dimensions"] == [{"Name": "Api", "Value": "a"}]
    one = {"Dimensions": [{"Name": "Api"}], "MetricName": "Latency", "RecentlyActive": "PT3H"}
    assert len(cloudwatch.list_metrics(Namespace=namespace, **one)["Metrics"]) == 1
    assert cloudwatch.list_metrics(Namespace=namespace, Dimensions=[{"Name": "Api", "Value": "b"}])["Metrics"] == []


def test_a_stack_has_a_past(demo: DemoServer) -> None:
    client = demo.client("cloudwatch")
    end = datetime.now(UTC)
    query = _query("cpu", "AWS/ECS", "CPUUtilization", "Average", 3600, **SERVICE)
    found = client.get_metric_data(
        MetricDataQueries=[query], StartTime=end - timedelta(days=7), EndTime=end + timedelta(hours=3)
    )["MetricDataResults"][0]
    assert len(found["Values"]) in (168, 169)
    assert max(found["Timestamps"]) <= end
    assert 5 < min(found["Values"]) < max(found["Values"]) < 95


@pytest.fixture
def alarm(cloudwatch: Any) -> Iterator[Callable[..., str]]:
    """Puts an alarm on a metric of its own, whose last three minutes have a value."""
    names: list[str] = []

    def put(value: float, **more: Any) -> str:
        name = f"alarm-{uuid4().hex[:8]}"
        names.append(name)
        now = datetime.now(UTC)
        data = [
            {"MetricName": name, "Value": value, "Timestamp": now - timedelta(minutes=minute)} for minute in range(5)
        ]
        cloudwatch.put_metric_data(Namespace="Alarms", MetricData=data)
        rule = {"Period": 60, "EvaluationPeriods": 3, "DatapointsToAlarm": 2, "Statistic": "Maximum", "Threshold": 80.0}
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace="Alarms",
            MetricName=name,
            ComparisonOperator="GreaterThanThreshold",
            **rule | more,
        )
        return name

    yield put
    cloudwatch.delete_alarms(AlarmNames=names)


def _until(client: Any, name: str, state: str) -> dict[str, Any]:

    def found() -> dict[str, Any] | None:
        alarm: dict[str, Any] = client.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]
        return alarm if alarm["StateValue"] == state else None

    return until(found)


def test_an_alarm_changes_state_by_itself_and_remembers_it(cloudwatch: Any, alarm: Callable[..., str]) -> None:
    name = alarm(95.0, AlarmActions=["arn:aws:sns:ca-central-1:123456789012:ops"])
    found = _until(cloudwatch, name, "ALARM")
    assert "were greater than the threshold (80.0)" in found["StateReason"]
    assert json.loads(found["StateReasonData"])["recentDatapoints"] == [95.0, 95.0, 95.0]
    items = cloudwatch.describe_alarm_history(AlarmName=name)["AlarmHistoryItems"]
    assert [item["HistoryItemType"] for item in items] == ["Action", "StateUpdate", "ConfigurationUpdate"]
    assert items[1]["HistorySummary"] == "Alarm updated from INSUFFICIENT_DATA to ALARM"
    assert json.loads(items[1]["HistoryData"])["newState"]["stateValue"] == "ALARM"
    one = cloudwatch.describe_alarm_history(
        AlarmName=name, MaxRecords=1, ScanBy="TimestampAscending", HistoryItemType="ConfigurationUpdate"
    )
    assert "created" in one["AlarmHistoryItems"][0]["HistorySummary"] and "NextToken" not in one


def test_a_state_that_was_set_holds_until_the_next_look(cloudwatch: Any, alarm: Callable[..., str]) -> None:
    name = alarm(10.0)
    _until(cloudwatch, name, "OK")
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a drill")
    assert _until(cloudwatch, name, "ALARM")["StateReason"] == "a drill"
    assert "not greater than" in _until(cloudwatch, name, "OK")["StateReason"]
    items = cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType="StateUpdate")["AlarmHistoryItems"]
    assert [item["HistorySummary"] for item in items[:2]] == [
        "Alarm updated from ALARM to OK",
        "Alarm updated from OK to ALARM",
    ]


def test_an_alarm_without_data_is_not_ok(cloudwatch: Any, alarm: Callable[..., str]) -> None:
    name = alarm(10.0, Dimensions=_dimensions({"no": "such"}))
    assert _until(cloudwatch, name, "INSUFFICIENT_DATA")
    quiet = alarm(10.0, Dimensions=_dimensions({"no": "such"}), TreatMissingData="notBreaching")
    assert "[NonBreaching]" in _until(cloudwatch, quiet, "OK")["StateReason"]


def test_the_aws_command_line_is_answered(demo: DemoServer, namespace: str) -> None:
    demo.wait_ready("mra-mines")
    aws = [sys.executable, str(Path(sys.executable).with_name("aws")), "--endpoint-url", demo.url, "--region", REGION]
    query = json.dumps([_query("m", namespace, "Latency", "p50", 3600)])
    times = ["--start-time", HOUR_AGO.isoformat(), "--end-time", (HOUR_AGO + timedelta(hours=1)).isoformat()]
    done = subprocess.run(
        [*aws, "cloudwatch", "get-metric-data", "--metric-data-queries", query, *times],
        env={**demo.environment, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["MetricDataResults"][0]["Values"] == [30.0]


def test_clients_that_speak_json_are_answered(demo: DemoServer, namespace: str) -> None:
    """As newer versions of the aws command line do, whose botocore no longer uses the query protocol here."""
    scope = f"AKIAAAAAAAAAAAAAAAAA/20261120/{REGION}/monitoring/aws4_request"
    headers = {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": "GraniteServiceVersion20100801.ListMetrics",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=x",
    }
    body = json.dumps({"Namespace": namespace}).encode()
    with urllib.request.urlopen(urllib.request.Request(demo.url, body, headers)) as answer:
        found = json.load(answer)
    assert [metric["MetricName"] for metric in found["Metrics"]] == ["Calls", "Latency"]


def test_the_alarms_of_a_stack_know_since_when_they_are_what(demo: DemoServer) -> None:
    client = demo.client("cloudwatch")
    alarms = client.describe_alarms()["MetricAlarms"]
    changed = [alarm for alarm in alarms if "StateTransitionedTimestamp" in alarm]
    assert {alarm["StateValue"] for alarm in alarms} >= {"OK", "ALARM"}
    now = datetime.now(UTC)
    assert all(now - alarm["AlarmConfigurationUpdatedTimestamp"] > timedelta(days=39) for alarm in alarms)
    ages = [now - alarm["StateTransitionedTimestamp"] for alarm in changed]
    assert max(ages) > timedelta(days=1)
    assert any(timedelta(minutes=5) < age < timedelta(hours=3) for age in ages)
