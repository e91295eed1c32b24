"""CloudWatch: metrics from the history, with expressions and percentiles; alarms that are judged each minute."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from moto.cloudwatch.exceptions import InvalidParameterCombination, InvalidParameterValue, ValidationError
from moto.cloudwatch.models import CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult
from moto.core.utils import get_service_model

from console.demo.metric_data import Line, Window, lines, metric_key
from console.demo.metrics import MetricHistory, Sample, SeriesKey, percentile, series_key
from console.demo.query.math_functions import ExpressionError
from console.demo.services.cloudwatch import alarms
from console.demo.services.shapes import Request, replace
from console.demo.shapes import HOUR

if TYPE_CHECKING:
    from console.demo.world import World

ADDS: Final = (
    "cloudwatch: metrics with a past, made as they are read; percentiles, expressions; JSON beside the query protocol",
    "cloudwatch: alarms change state by themselves; describe_alarm_history",
)

_PAGE: Final = 500
_MOST_POINTS: Final = 100_800
_MOST_STATISTICS: Final = 1_440
_ID: Final = re.compile(r"[a-z]\w*", re.ASCII)


def install(world: World) -> None:
    """Answer reads of metrics from the world's history, and let its alarms live."""
    history = world.history

    def get_metric_data(self: CloudWatchResponse) -> ActionResult:
        return ActionResult(metric_data(history, _asked(self)))

    def get_metric_statistics(self: CloudWatchResponse) -> ActionResult:
        return ActionResult(metric_statistics(history, _asked(self)))

    def list_metrics(self: CloudWatchResponse) -> ActionResult:
        return ActionResult(metric_list(history, _asked(self)))

    def put_metric_data(self: CloudWatchBackend, namespace: str, metric_data: list[dict[str, Any]]) -> None:
        for number, datum in enumerate(metric_data, 1):
            self._validate_parameters_put_metric_data(datum, number)
        put(history, Request(self.account_id, self.region_name, {"Namespace": namespace, "MetricData": metric_data}))

    # Newer command lines and SDKs speak JSON to CloudWatch; the model of our botocore knows the query protocol only.
    get_service_model("cloudwatch").metadata["protocols"] = ["query", "json"]
    for answer in (get_metric_data, get_metric_statistics, list_metrics):
        replace(CloudWatchResponse, answer.__name__, answer)
    replace(CloudWatchBackend, "put_metric_data", put_metric_data)
    alarms.install(world)


def _asked(response: CloudWatchResponse) -> Request:
    return Request(response.current_account, response.region, response.params)


def metric_data(history: MetricHistory, asked: Request) -> dict[str, Any]:
    """The answer of GetMetricData, in pages of MaxDatapoints."""
    queries = asked.params["MetricDataQueries"]
    _check_queries(queries)
    try:
        found = lines(queries, _window(history, asked))
    except ExpressionError as error:
        raise ValidationError(f"Error in expression: {error}.") from error
    limit = int(asked.params.get("MaxDatapoints") or _MOST_POINTS)
    skipped = _offset(asked.params.get("NextToken"))
    place, page, complete = 0, [], True
    for line in found:
        times = sorted(line.points, reverse=asked.params.get("ScanBy") != "TimestampAscending")
        shown = times[max(0, skipped - place) : max(0, skipped + limit - place)]
        place += len(times)
        complete = place <= skipped + limit
        page.append(_result(line, shown, complete=complete))
    token = None if complete else _token(skipped + limit)
    return {"MetricDataResults": page, "NextToken": token, "Messages": []}


def _result(line: Line, times: Sequence[int], *, complete: bool) -> dict[str, Any]:
    return {
        "Id": line.id,
        "Label": line.label,
        "Timestamps": [datetime.fromtimestamp(time, UTC) for time in times],
        "Values": [line.points[time] for time in times],
        "StatusCode": "Complete" if complete else "PartialData",
    }


def _check_queries(queries: Sequence[Mapping[str, Any]]) -> None:
    if len(queries) > _PAGE:
        raise ValidationError(f"The collection MetricDataQueries must not have a size greater than {_PAGE}.")
    ids = [str(query["Id"]) for query in queries]
    for number, query in enumerate(queries, 1):
        where = f"MetricDataQueries.member.{number}"
        if not _ID.fullmatch(query["Id"]):
            raise ValidationError(
                f"The value {query['Id']} for parameter {where}.Id is not matching ^[a-z][a-zA-Z0-9_]*$."
            )
        if ids.count(query["Id"]) > 1:
            raise ValidationError("The values for parameter id in MetricDataQueries are not unique.")
        if stat := query.get("MetricStat"):
            _check_period(int(stat["Period"]), f"{where}.MetricStat.Period")
            _check_statistic(stat["Stat"], f"{where}.MetricStat.Stat")
        elif "Expression" not in query:
            raise ValidationError(f"The parameter {where}.MetricStat is required.\n")


def _check_period(period: int, where: str) -> None:
    if period not in (1, 5, 10, 20, 30) and (period < 60 or period % 60):
        raise InvalidParameterValue(
            f"The parameter {where} must be 1, 5, 10, 20, 30, or a multiple of 60; it is {period}."
        )


def _check_statistic(name: str, where: str) -> None:
    try:
        percentile(name)
    except ValueError:
        raise InvalidParameterValue(f"The value {name} for parameter {where} is not supported.") from None


def _window(history: MetricHistory, asked: Request) -> Window:
    start, end = _seconds(asked.params["StartTime"]), _seconds(asked.params["EndTime"])
    if start >= end:
        raise ValidationError("The parameter StartTime must be less than the parameter EndTime.")
    return Window(history, asked.account, asked.region, start, end)


def _seconds(time: datetime) -> float:
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(f"from:{offset}".encode()).decode()


def _offset(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token).decode().removeprefix("from:"))
    except ValueError:
        raise InvalidParameterValue("The value for parameter NextToken is invalid.") from None


def metric_statistics(history: MetricHistory, asked: Request) -> dict[str, Any]:
    """The answer of GetMetricStatistics; its points have no order, as on AWS."""
    params = asked.params
    names = [*(params.get("Statistics") or ()), *(params.get("ExtendedStatistics") or ())]
    if not names:
        raise InvalidParameterCombination("Must specify either Statistics or ExtendedStatistics")
    for name in names:
        _check_statistic(name, "Statistics")
    period = int(params["Period"])
    _check_period(period, "Period")
    window = _window(history, asked)
    count = int((window.end - window.start) // period)
    if count > _MOST_STATISTICS:
        raise InvalidParameterCombination(
            f"You have requested up to {count:,} datapoints, which exceeds the limit of {_MOST_STATISTICS:,}. You "
            "may reduce the datapoints requested by increasing Period, or decreasing the time range."
        )
    key = metric_key(params, window)
    found = {name: window.read(key, name, period, params.get("Unit")) for name in names}
    plain = params.get("Statistics") or ()
    points = []
    for time in sorted(found[names[0]], key=lambda time: (time * 2_654_435_761) % 2**32):
        point: dict[str, Any] = {"Timestamp": datetime.fromtimestamp(time, UTC), "Unit": history.unit(key)}
        point |= {name: found[name][time] for name in plain}
        extended = {name: found[name][time] for name in names if name not in plain}
        points.append(point | ({"ExtendedStatistics": extended} if extended else {}))
    return {"Label": params["MetricName"], "Datapoints": points}


def metric_list(history: MetricHistory, asked: Request) -> dict[str, Any]:
    """The answer of ListMetrics: each metric once, 500 a page."""
    params = asked.params
    since = _seconds(datetime.now(UTC)) - 3 * HOUR if params.get("RecentlyActive") else 0
    found = sorted(
        (key.namespace, key.metric, sorted(key.dimensions))
        for key in history.known()
        if (key.account, key.region) == (asked.account, asked.region)
        and params.get("Namespace") in (None, key.namespace)
        and params.get("MetricName") in (None, key.metric)
        and all(_has(key, wanted) for wanted in params.get("Dimensions") or ())
        and history.last(key) >= since
    )
    skipped = _offset(params.get("NextToken"))
    metrics = [
        {
            "Namespace": namespace,
            "MetricName": metric,
            "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions],
        }
        for namespace, metric, dimensions in found[skipped : skipped + _PAGE]
    ]
    more = len(found) > skipped + _PAGE
    return {"Metrics": metrics, "NextToken": _token(skipped + _PAGE) if more else None}


def _has(key: SeriesKey, wanted: Mapping[str, str]) -> bool:
    return any(name == wanted["Name"] and wanted.get("Value") in (None, value) for name, value in key.dimensions)


def put(history: MetricHistory, asked: Request) -> None:
    """Store what PutMetricData brings: a value, values with counts, or a statistic set."""
    for datum in asked.params["MetricData"]:
        dimensions = {item["Name"]: item["Value"] for item in datum.get("Dimensions") or ()}
        key = series_key(asked.account, asked.region, asked.params["Namespace"], datum["MetricName"], dimensions)
        at = _seconds(datum.get("Timestamp") or datetime.now(UTC))
        history.put(key, at, _samples(datum), datum.get("Unit") or "None")


def _samples(datum: Mapping[str, Any]) -> list[Sample]:
    if values := datum.get("Values"):
        counts = datum.get("Counts") or [1] * len(values)
        return [(float(value), float(count)) for value, count in zip(values, counts, strict=True)]
    if not (given := datum.get("StatisticValues")):
        return [(float(datum.get("Value", 0)), 1.0)]
    low, high = float(given["Minimum"]), float(given["Maximum"])
    total, count = float(given["Sum"]), float(given["SampleCount"])
    if count <= 2:
        return [(total / count, count)] if count else []
    return [(low, 1.0), (high, 1.0), ((total - low - high) / (count - 2), count - 2)]
