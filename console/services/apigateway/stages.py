"""Amazon API Gateway: stages of REST APIs, their traffic, errors, latency and throttling."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from console.aws.metric_answer import Unanswered
from console.aws.metrics import Metric, Points
from console.problems import Failure, Problem, ProblemKind
from console.readings.concurrently import concurrently
from console.readings.each import each, once
from console.readings.gauge import UNKNOWN, Gauge, judge_all, newest, not_told, read, series_of, shown
from console.readings.numbers import bad_since, busy_span, percent, recent, span, stamp, total
from console.readings.source import Detail, Event, Finding, Level, Report, check
from console.services.apigateway.kinds import STAGE, RestApi
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

Answer = Mapping[str, Any]

PEAK_OVER: Final = 900.0
"""Seconds before now in which the busiest minute is compared with the throttle."""


@check(
    "apigateway.traffic",
    period=60,
    permissions=("apigateway:GET", "cloudwatch:GetMetricData"),
    wants=lambda stack: stack.of(RestApi),
    thresholds={"errors_5xx_warn": 1, "errors_5xx_crit": 5, "latency_warn_ms": 1000, "throttle_warn": 80},
    price=0.06,
)
async def stages(aws: Aws, stack: Stack) -> Report:
    """Stages of REST APIs answer without errors, fast, and below their throttle.

    Of the last 15 minutes (of the hour where there were fewer than 100 requests) more than 1 % of answers with
    5xx are a warning, more than 5 % critical. A mean or 95th-percentile latency over a second is a warning, and
    so is a busiest minute above 80 % of the stage's throttle; a stage that is throttled to 0 is critical.
    CloudWatch counts throttled requests (429) among the 4xx. The price is that of one stage.
    """
    limits = stages.limits(stack)
    return await each(stages.name, stack.of(RestApi), _label, lambda named: _stage(aws, named, limits))


async def _stage(aws: Aws, named: RestApi, limits: Mapping[str, float]) -> Report:
    region = named.region
    api = choose(named.api, await aws.items("apigateway", "get_rest_apis", "items", region=region))
    stage = await aws.call(
        "apigateway",
        "get_stage",
        expect="stageName",
        region=region,
        restApiId=api["id"],
        stageName=named.stage,
    )
    gauges = gauges_of(api.get("name", ""), named, limits)
    (requests, fives, fours, *latencies), deployment = await concurrently(
        read(aws, gauges) if "name" in api else _nameless(gauges),
        _deployment(aws, api["id"], stage.get("deploymentId"), region),
    )
    points = [requests, percent(fives, requests), percent(fours, requests), *latencies]
    name, now = clean(_label(named)), time.time()
    findings = (
        judge_throttle(name, stage, requests, limits["throttle_warn"], now),
        judge_errors(name, requests, fives, limits, now),
        *judge_all(stages.name, name, gauges[3:], latencies, now),
    )
    where = await aws.region("apigateway", region)
    detail = Detail(
        resource=name,
        kind=STAGE,
        arn=clean(f"arn:{aws.partition}:apigateway:{where}::/restapis/{api['id']}/stages/{named.stage}"),
        facts=(*_facts(api, stage, deployment), *newest(gauges, points, now)),
        events=tuple(_events(stage, deployment)),
        series=series_of(gauges, points),
        logs=tuple(_log_groups(api["id"], stage)),
    )
    return Report(findings, (detail,))


async def _nameless(gauges: Sequence[Gauge]) -> list[Points]:
    """The points of an API whose name was not told: CloudWatch knows it by nothing else."""
    return [Unanswered(Problem(ProblemKind.SUSPECT, Clean("The name of the API was not told."))) for _ in gauges]


async def _deployment(aws: Aws, api: str, deployment: str | None, region: str | None) -> Answer:
    """The deployment of a stage; empty where the stage names none."""
    if not deployment:
        return {}
    asked = {"region": region, "restApiId": api, "deploymentId": deployment}
    return await aws.call("apigateway", "get_deployment", expect="id", **asked)


def choose(wanted: str, apis: Sequence[Answer]) -> Answer:
    """The API with this id, else the one with this name. Raises `Failure` where there is none, or several."""
    known = once((api for api in apis if "id" in api), lambda api: api["id"])
    found = [api for api in known if api["id"] == wanted] or [api for api in known if api.get("name") == wanted]
    if len(found) == 1:
        return found[0]
    if not found and len(known) < len(apis):
        raise Failure(Problem(ProblemKind.SUSPECT, clean(f"The id of a REST API was not told; it may be {wanted}.")))
    if not found:
        hint = Clean("Check the id or name in the stack file, the region and the account.")
        raise Failure(Problem(ProblemKind.NOT_FOUND, clean(f"No REST API is called {wanted}."), hint))
    ids = ", ".join(api["id"] for api in found)
    raise Failure(
        Problem(ProblemKind.INVALID, clean(f"{len(found)} REST APIs have this name."), clean(f"Give an id: {ids}."))
    )


def gauges_of(api: str, named: RestApi, limits: Mapping[str, float]) -> tuple[Gauge, ...]:
    """The numbers of a stage: requests, 5XX and 4XX by the minute, then latencies.

    CloudWatch knows an API by its name.
    """
    dimensions = (("ApiName", api), ("Stage", named.stage))

    def metric(name: str, stat: str, period: int = 300) -> Metric:
        return Metric("AWS/ApiGateway", name, dimensions, stat, period, region=named.region)

    slow, idle = limits["latency_warn_ms"], "no request."
    warn, crit = limits["errors_5xx_warn"], limits["errors_5xx_crit"]
    return (
        Gauge(metric("Count", "Sum", 60), "Requests", "/min"),
        Gauge(metric("5XXError", "Sum", 60), "5XX", "%", warn, crit),
        Gauge(metric("4XXError", "Sum", 60), "4XX, throttled ones too", "%"),
        Gauge(metric("Latency", "Average"), "Latency, mean", "ms", slow, idle=idle),
        Gauge(metric("Latency", "p95"), "Latency, p95", "ms", slow, idle=idle),
        Gauge(metric("IntegrationLatency", "Average"), "Latency behind the API, mean", "ms"),
    )


def judge_errors(name: Clean, requests: Points, fives: Points, limits: Mapping[str, float], now: float) -> Finding:
    """The verdict on the share of answers with 5xx, given requests and 5xx of each minute."""
    warn, crit = limits["errors_5xx_warn"], limits["errors_5xx_crit"]
    threshold = Clean(f"warn > {warn:g} %, crit > {crit:g} %")
    if missing := not_told(stages.name, name, "Answers with 5xx", requests, fives, threshold=threshold):
        return missing
    length = busy_span(requests, now)
    count = total(requests, now, length)
    if not count:
        what = Clean("No request in the last hour, so there is nothing to judge.")
        return Finding(stages.name, name, Level.OK, what, Clean("0 requests"), threshold)
    rate = 100 * (total(fives, now, length) or 0.0) / count
    level = Level.CRIT if rate > crit else Level.WARN if rate > warn else Level.OK
    what = Clean(f"Answers with 5xx of {shown(count)} requests in the last {span(length)}.")
    since = bad_since(percent(fives, requests), lambda value: value > warn) if level else None
    return Finding(stages.name, name, level, what, shown(rate, "%"), threshold, since=since)


def judge_throttle(name: Clean, stage: Answer, requests: Points, warn: float, now: float) -> Finding:
    """The verdict on the busiest of the last minutes, given the requests of each, beside the stage's throttle."""
    rate, _ = throttle_of(stage)
    peak = max((value for _, value in recent(requests, now, PEAK_OVER)), default=0.0) / 60
    value = UNKNOWN if isinstance(requests, Unanswered) else Clean(f"{shown(peak)} requests/s at most")
    if rate is None:
        return Finding(stages.name, name, Level.OK, Clean("Throttled as the account is."), value, Clean("none set"))
    threshold = Clean(f"warn > {warn:g} % of {shown(rate)}/s")
    if rate == 0:
        what = "The stage is throttled to 0: every request is refused with 429. Restore its throttle."
        return Finding(stages.name, name, Level.CRIT, Clean(what), value, threshold)
    if missing := not_told(stages.name, name, "Requests", requests, threshold=threshold):
        return missing
    level = Level.WARN if peak > rate * warn / 100 else Level.OK
    what = "Requests come near the throttle: some may be refused with 429." if level else "Well below the throttle."
    return Finding(stages.name, name, level, Clean(what), value, threshold)


def throttle_of(stage: Answer) -> tuple[float | None, int | None]:
    """Requests per second, and at once, that the stage lets through to all methods; None where it sets none."""
    settings = stage.get("methodSettings", {}).get("*/*", {})
    rate, burst = settings.get("throttlingRateLimit"), settings.get("throttlingBurstLimit")
    # API Gateway tells a limit that was never set as absent or as -1.
    return (None if rate is None or rate < 0 else float(rate), None if burst is None or burst < 0 else int(burst))


def _facts(api: Answer, stage: Answer, deployment: Answer) -> Iterator[tuple[str, Clean]]:
    rate, burst = throttle_of(stage)
    yield "API", clean(f"{api.get('name', 'unknown')} ({api['id']})")
    yield "Stage", clean(stage["stageName"])
    yield "Deployment", clean(stage.get("deploymentId", "unknown"))
    if deployment.get("createdDate"):
        yield "Deployed", stamp(deployment["createdDate"])
    if deployment.get("description"):
        yield "Description", clean(deployment["description"])
    yield "Throttle", Clean("the account's" if rate is None else f"{shown(rate)}/s, {burst or 0:,} at once")
    yield "Cache", clean(stage.get("cacheClusterStatus", "off") if stage.get("cacheClusterEnabled") else "off")
    yield "X-Ray tracing", Clean("on" if stage.get("tracingEnabled") else "off")
    if stage.get("webAclArn"):
        yield "WAF", clean(stage["webAclArn"])


def _events(stage: Answer, deployment: Answer) -> Iterator[Event]:
    if stage.get("lastUpdatedDate"):
        yield Event(stage["lastUpdatedDate"], Clean("The stage was changed."))
    if deployment.get("createdDate"):
        yield Event(deployment["createdDate"], clean(f"Deployment {deployment['id']} was made."))


def _log_groups(api: str, stage: Answer) -> Iterator[Clean]:
    settings = stage.get("methodSettings", {}).get("*/*", {})
    if settings.get("loggingLevel", "OFF") != "OFF":
        yield clean(f"API-Gateway-Execution-Logs_{api}/{stage['stageName']}")
    access = stage.get("accessLogSettings", {}).get("destinationArn", "")
    if ":log-group:" in access:
        yield clean(access.partition(":log-group:")[2].removesuffix(":*"))


def _label(named: RestApi) -> str:
    return f"{named.api}/{named.stage}"
