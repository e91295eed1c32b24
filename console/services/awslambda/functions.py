"""AWS Lambda: functions, their errors, durations and runtimes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from console.aws.metric_answer import Unanswered
from console.aws.metrics import Metric
from console.readings.each import each
from console.readings.gauge import UNKNOWN, not_told, shown
from console.readings.numbers import bad_since, busy_span, percent, recent, span, stamp, total, weighted
from console.readings.source import Detail, Event, Finding, Level, Report, Series, check
from console.services.awslambda.kinds import FUNCTION, Function
from console.services.awslambda.runtimes import DEPRECATED
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws
    from console.aws.metrics import Points

_METRICS: Final = {
    "Invocations": ("Invocations", "Sum", ""),
    "Errors": ("Errors", "Sum", ""),
    "Throttles": ("Throttles", "Sum", ""),
    "Duration": ("Duration", "Average", "ms"),
    "ConcurrentExecutions": ("Concurrent executions", "Maximum", ""),
}


@check(
    "lambda.functions",
    period=60,
    permissions=("lambda:GetFunction", "cloudwatch:GetMetricData"),
    wants=lambda stack: stack.of(Function),
    thresholds={"errors_warn": 1, "errors_crit": 25, "duration_warn": 3000, "throttles_warn": 0, "timeout_share": 80},
    price=0.05,
)
async def functions(aws: Aws, stack: Stack) -> Report:
    """Lambda functions can run, do so without errors, in time and on a supported runtime.

    Of the last 15 minutes (of the hour where there were fewer than 100 invocations): a warning above 1 % of
    errors, critical above 25 %; a warning above 3000 ms or 80 % of the timeout on average. A warning for any
    invocation throttled in the last hour, and for a runtime that AWS has deprecated. A function that cannot run
    or whose update failed is critical. The price is that of one function.
    """
    limits = functions.limits(stack)
    return await each(
        functions.name,
        stack.of(Function),
        lambda wanted: wanted.function,
        lambda wanted: _function(aws, wanted, limits),
    )


async def _function(aws: Aws, wanted: Function, limits: Mapping[str, float]) -> Report:
    answer = await aws.call(
        "lambda", "get_function", expect="Configuration", region=wanted.region, FunctionName=wanted.function
    )
    config = answer["Configuration"]
    dimensions = (("FunctionName", config.get("FunctionName") or wanted.function),)
    asked = [
        Metric("AWS/Lambda", name, dimensions, stat, region=wanted.region) for name, (_, stat, _) in _METRICS.items()
    ]
    points = dict(zip(_METRICS, await aws.metrics.points(asked), strict=True))
    name, now = clean(wanted.function), time.time()
    return Report(
        (*judge_state(name, config, datetime.now(UTC).date()), *judge_runs(name, config, points, limits, now)),
        (
            Detail(
                resource=name,
                kind=FUNCTION,
                arn=clean(config.get("FunctionArn", "")),
                facts=tuple(f for f in _facts(config, answer.get("Concurrency", {}), points, now) if f[1]),
                events=tuple(Event(at, Clean("last modified")) for at in _modified(config)),
                series=tuple(_series(config, points, limits)),
                related=tuple(clean(layer.get("Arn", "")) for layer in config.get("Layers", ())),
                logs=(
                    clean(
                        config.get("LoggingConfig", {}).get("LogGroup") or FUNCTION.log_group.format(wanted.function)
                    ),
                ),
            ),
        ),
    )


def judge_state(name: Clean, config: dict[str, Any], today: date) -> Iterator[Finding]:
    """The verdicts on a function as GetFunction tells of it."""
    state, update = config.get("State", "unknown"), config.get("LastUpdateStatus", "unknown")
    if state == "Failed" or update == "Failed":
        reason = config.get("StateReason") or config.get("LastUpdateStatusReason") or "no reason given"
        what = clean(f"The function {'cannot run' if state == 'Failed' else 'could not be updated'}: {reason}")
        yield Finding(functions.name, name, Level.CRIT, what, clean(state), Clean("Active"))
    elif "unknown" in (state, update):
        what = Clean(f"Its {'state' if state == 'unknown' else 'last update'} was not told.")
        yield Finding(functions.name, name, Level.UNKNOWN, what, clean(state), Clean("Active"))
    else:
        what = Clean("A change is being made." if "InProgress" in update or state == "Pending" else "Ready to run.")
        yield Finding(functions.name, name, Level.OK, what, clean(state), Clean("Active"))
    runtime = config.get("Runtime", "")
    if not runtime and config.get("PackageType") != "Image":
        yield Finding(functions.name, name, Level.UNKNOWN, Clean("Its runtime was not told."), Clean("unknown"))
    end = DEPRECATED.get(runtime)
    if end and end <= today:
        what = Clean(f"The runtime has been deprecated since {end}: it gets no security patches. Choose a newer one.")
        since = datetime(end.year, end.month, end.day, tzinfo=UTC)
        yield Finding(functions.name, name, Level.WARN, what, clean(runtime), Clean("supported"), since=since)


def judge_runs(
    name: Clean, config: dict[str, Any], points: Mapping[str, Points], limits: Mapping[str, float], now: float
) -> Iterator[Finding]:
    """The verdicts on what ran of late at `now`, in epoch seconds."""
    if missing := not_told(functions.name, name, "Invocations", points["Invocations"]):
        yield missing
    else:
        yield from _judge_load(name, config, points, limits, now)
    yield _judge_throttles(name, points["Throttles"], limits, now)


def _judge_load(
    name: Clean, config: dict[str, Any], points: Mapping[str, Points], limits: Mapping[str, float], now: float
) -> Iterator[Finding]:
    length = busy_span(points["Invocations"], now)
    runs = recent(points["Invocations"], now, length)
    if not total(runs, now):
        what = Clean("Not invoked in the last hour, so there is nothing to judge.")
        yield Finding(functions.name, name, Level.OK, what, Clean("0 invocations"))
    else:
        yield _judge_errors(name, points, limits, now, length)
        yield _judge_duration(name, config, points, limits, now, length)


def _judge_throttles(name: Clean, points: Points, limits: Mapping[str, float], now: float) -> Finding:
    threshold = Clean(f"<= {limits['throttles_warn']:g}")
    if missing := not_told(functions.name, name, "Throttles", points, threshold=threshold):
        return missing
    throttled = total(points, now) or 0
    level = Level.WARN if throttled > limits["throttles_warn"] else Level.OK
    what = Clean(
        "Invocations were throttled in the last hour." if throttled else "Nothing was throttled in the last hour."
    )
    since = bad_since(points, lambda value: value > 0) if level else None
    return Finding(functions.name, name, level, what, shown(throttled), threshold, since=since)


def _judge_errors(
    name: Clean, points: Mapping[str, Points], limits: Mapping[str, float], now: float, length: float
) -> Finding:
    threshold = Clean(f"warn > {limits['errors_warn']:g} %, crit > {limits['errors_crit']:g} %")
    if missing := not_told(functions.name, name, "Errors", points["Errors"], threshold=threshold):
        return missing
    runs = total(points["Invocations"], now, length) or 1
    rate = (total(points["Errors"], now, length) or 0) / runs * 100
    level = Level.CRIT if rate > limits["errors_crit"] else Level.WARN if rate > limits["errors_warn"] else Level.OK
    what = Clean(f"Errors of {shown(runs)} invocations in the last {span(length)}.")
    rates = percent(points["Errors"], points["Invocations"])
    since = bad_since(rates, lambda value: value > limits["errors_warn"]) if level else None
    return Finding(functions.name, name, level, what, shown(rate, "%"), threshold, since=since)


def _judge_duration(
    name: Clean,
    config: dict[str, Any],
    points: Mapping[str, Points],
    limits: Mapping[str, float],
    now: float,
    length: float,
) -> Finding:
    limit = _longest(config, limits)
    threshold = Clean(f"<= {limit:g} ms")
    if missing := not_told(functions.name, name, "Duration", points["Duration"], threshold=threshold):
        return missing
    mean = weighted(recent(points["Duration"], now, length), points["Invocations"])
    if mean is None:
        what = Clean("Duration: CloudWatch has invocations, but no durations.")
        return Finding(functions.name, name, Level.UNKNOWN, what, Clean("no data"), threshold)
    level = Level.WARN if mean > limit else Level.OK
    near = limit < limits["duration_warn"]
    what = Clean(
        f"Mean duration in the last {span(length)}" + (f", of a timeout of {config['Timeout']} s." if near else ".")
    )
    since = bad_since(points["Duration"], lambda value: value > limit) if level else None
    return Finding(functions.name, name, level, what, shown(mean, "ms"), threshold, since=since)


def _longest(config: dict[str, Any], limits: Mapping[str, float]) -> float:
    """Milliseconds on average above which to warn: the threshold, or less where the timeout is near."""
    timeout: float = config.get("Timeout", 900) * 1000
    return min(limits["duration_warn"], timeout * limits["timeout_share"] / 100)


def _series(config: dict[str, Any], points: Mapping[str, Points], limits: Mapping[str, float]) -> Iterator[Series]:
    warn = {"Duration": _longest(config, limits), "Throttles": limits["throttles_warn"]}
    for metric, (label, _, unit) in _METRICS.items():
        yield Series(Clean(label), unit, 300, points[metric], warn.get(metric))
    rates = percent(points["Errors"], points["Invocations"])
    yield Series(Clean("Error rate"), "%", 300, rates, limits["errors_warn"], limits["errors_crit"])


def _facts(
    config: dict[str, Any], concurrency: dict[str, Any], points: Mapping[str, Points], now: float
) -> Iterator[tuple[str, Clean]]:
    yield "State", clean(config.get("State", "unknown"))
    yield "Last update", clean(config.get("LastUpdateStatus", "unknown"))
    for at in _modified(config):
        yield "Last modified", stamp(at)
    runtime = config.get("Runtime", "")
    end = DEPRECATED.get(runtime)
    yield "Runtime", clean(runtime or config.get("PackageType", ""))
    yield "Runtime deprecated", clean(end or ("not planned" if runtime else "a container image"))
    yield "Memory", clean(f"{config['MemorySize']} MB" if "MemorySize" in config else "unknown")
    yield "Timeout", clean(f"{config['Timeout']} s" if "Timeout" in config else "unknown")
    yield "Handler", clean(config.get("Handler", ""))
    yield "Code size", shown(config["CodeSize"], "bytes") if "CodeSize" in config else Clean("unknown")
    yield "Version", clean(config.get("Version", ""))
    yield "Role", clean(config.get("Role", ""))
    yield "Reserved concurrency", clean(concurrency.get("ReservedConcurrentExecutions", "none"))
    peak = recent(points["ConcurrentExecutions"], now)
    none = UNKNOWN if isinstance(peak, Unanswered) else Clean("no data")
    yield "Most at once, last hour", shown(max(value for _, value in peak)) if peak else none


def _modified(config: dict[str, Any]) -> tuple[datetime, ...]:
    """When a function was changed, if that is told."""
    # 2026-11-20T08:31:43.270+0000: the one service that gives a time as text.
    try:
        moment = datetime.fromisoformat(config.get("LastModified", ""))
    except ValueError:
        return ()
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC),)
