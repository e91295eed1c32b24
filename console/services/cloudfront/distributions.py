"""Amazon CloudFront: distributions, their origins, errors and cache."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from console.aws.metrics import Metric
from console.readings.each import each
from console.readings.gauge import not_told, shown, summed
from console.readings.numbers import busy_span, recent, size, span, stamp, total, weighted
from console.readings.source import Detail, Finding, Level, Report, Series, check
from console.services.cloudfront.kinds import DISTRIBUTION, Distribution
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws
    from console.aws.metrics import Points

_METRICS: Final = {
    "Requests": ("Requests", "Sum", ""),
    "BytesDownloaded": ("Bytes downloaded", "Sum", "bytes"),
    "4xxErrorRate": ("4xx errors", "Average", "%"),
    "5xxErrorRate": ("5xx errors", "Average", "%"),
    "TotalErrorRate": ("All errors", "Average", "%"),
    "CacheHitRate": ("Cache hit rate", "Average", "%"),
}
_ERRORS: Final = {
    "4xxErrorRate": ("errors_4xx_warn", None),
    "5xxErrorRate": (None, "errors_5xx_crit"),
    "TotalErrorRate": ("errors_warn", None),
}
"""The thresholds of each rate: the one to warn above, and the critical one."""


@check(
    "cloudfront.distribution",
    period=60,
    permissions=("cloudfront:GetDistribution", "cloudwatch:GetMetricData"),
    wants=lambda stack: stack.of(Distribution),
    thresholds={
        "errors_4xx_warn": 1,
        "errors_warn": 0.1,
        "errors_5xx_crit": 5,
        "hit_rate_warn": 70,
        "hit_rate_target": 80,
    },
    price=0.06,
)
async def distributions(aws: Aws, stack: Stack) -> Report:
    """CloudFront distributions are enabled, serve without errors and from their cache.

    Rates are those of the last 15 minutes (of the hour where there were fewer than 100 requests), weighted by
    requests: a warning above 1 % of 4xx and 0.1 % of all errors,
    critical above 5 % of 5xx; a warning below a cache hit rate of 70 % (the target is 80 %) and without
    compression. The cache hit rate exists only where additional metrics are on. The price is that of one
    distribution.
    """
    limits = distributions.limits(stack)
    return await each(
        distributions.name, stack.of(Distribution), _label, lambda wanted: _distribution(aws, wanted, limits)
    )


def _label(wanted: Distribution) -> str:
    return wanted.name or wanted.id


async def _distribution(aws: Aws, wanted: Distribution, limits: Mapping[str, float]) -> Report:
    answer = await aws.call("cloudfront", "get_distribution", expect="Distribution", Id=wanted.id)
    # CloudFront's numbers live in one region of the partition, under a dimension of their own.
    home = await aws.region("cloudfront")
    dimensions = (("DistributionId", wanted.id), ("Region", "Global"))
    asked = [Metric("AWS/CloudFront", name, dimensions, stat, region=home) for name, (_, stat, _) in _METRICS.items()]
    points = dict(zip(_METRICS, await aws.metrics.points(asked), strict=True))
    distribution, name, now = answer["Distribution"], clean(_label(wanted)), time.time()
    config = distribution["DistributionConfig"]
    return Report(
        (*judge_distribution(name, distribution), *judge_traffic(name, points, limits, now)),
        (
            Detail(
                resource=name,
                kind=DISTRIBUTION,
                arn=clean(distribution.get("ARN", "")),
                facts=tuple(fact for fact in _facts(distribution, config, points, now) if fact[1]),
                series=tuple(_series(points, limits)),
                related=tuple(clean(origin["DomainName"]) for origin in config["Origins"].get("Items", ())),
            ),
        ),
    )


def judge_distribution(name: Clean, distribution: dict[str, Any]) -> Iterator[Finding]:
    """The verdicts on a distribution as GetDistribution tells of it."""
    config, status = distribution["DistributionConfig"], clean(distribution["Status"])
    if not config["Enabled"]:
        what = Clean("The distribution is disabled: it answers nobody.")
        yield Finding(distributions.name, name, Level.CRIT, what, Clean("disabled"), Clean("enabled"))
    else:
        what = Clean("Enabled." if status == "Deployed" else "Enabled; a change is on its way to the edge locations.")
        yield Finding(distributions.name, name, Level.OK, what, status, Clean("Deployed"))
    compress = config["DefaultCacheBehavior"].get("Compress")
    if compress is None:
        what = Clean("Whether it compresses was not told.")
        yield Finding(distributions.name, name, Level.UNKNOWN, what, Clean("unknown"), Clean("on"))
    elif not compress:
        what = Clean("Compression is off: text is sent three to ten times larger than needed.")
        yield Finding(distributions.name, name, Level.WARN, what, Clean("off"), Clean("on"))


def judge_traffic(
    name: Clean, points: Mapping[str, Points], limits: Mapping[str, float], now: float
) -> Iterator[Finding]:
    """The verdicts on the traffic of late at `now`, in epoch seconds."""
    if missing := not_told(distributions.name, name, "Requests", points["Requests"]):
        yield missing
        return
    length = busy_span(points["Requests"], now)
    requests = recent(points["Requests"], now, length)
    count = total(requests, now)
    if not count:
        what = Clean("No request in the last hour, so there are no rates to judge.")
        yield Finding(distributions.name, name, Level.OK, what, Clean("0 requests"))
        return
    for metric, (warn, crit) in _ERRORS.items():
        label, threshold = _METRICS[metric][0], limits[warn or crit or ""]
        if missing := not_told(distributions.name, name, label, points[metric]):
            yield missing
            continue
        rate = weighted(points[metric], requests)
        if rate is None:
            what, value = Clean(f"{label}: CloudWatch has requests, but not this rate."), Clean("no data")
            yield Finding(distributions.name, name, Level.UNKNOWN, what, value, Clean(f"<= {threshold:g} %"))
            continue
        level = Level.OK if rate <= threshold else Level.CRIT if crit else Level.WARN
        what = Clean(f"{label} of {shown(count)} requests in the last {span(length)}.")
        yield Finding(distributions.name, name, level, what, shown(rate, "%"), Clean(f"<= {threshold:g} %"))
    yield _judge_hits(name, points["CacheHitRate"], requests, limits)


def _judge_hits(name: Clean, rates: Points, requests: Points, limits: Mapping[str, float]) -> Finding:
    threshold = Clean(f">= {limits['hit_rate_warn']:g} %")
    if missing := not_told(distributions.name, name, "Cache hit rate", rates, threshold=threshold):
        return missing
    rate = weighted(rates, requests)
    if rate is None:
        what = Clean("Cache hit rate: not available, since additional metrics are off for this distribution.")
        return Finding(distributions.name, name, Level.OK, what, Clean("off"), threshold)
    if rate < limits["hit_rate_warn"]:
        what = Clean("The cache hit rate is low: most requests reach the origin.")
        return Finding(distributions.name, name, Level.WARN, what, shown(rate, "%"), threshold)
    target = limits["hit_rate_target"]
    what = Clean("Cache hit rate." if rate >= target else f"Cache hit rate, below the target of {target:g} %.")
    return Finding(distributions.name, name, Level.OK, what, shown(rate, "%"), threshold)


def _series(points: Mapping[str, Points], limits: Mapping[str, float]) -> Iterator[Series]:
    for metric, (label, _, unit) in _METRICS.items():
        warn, crit = _ERRORS.get(metric, (None, None))
        warn = "hit_rate_warn" if metric == "CacheHitRate" else warn
        yield Series(
            Clean(label),
            unit,
            300,
            points[metric],
            limits[warn] if warn else None,
            limits[crit] if crit else None,
        )


def _facts(
    distribution: dict[str, Any], config: dict[str, Any], points: Mapping[str, Points], now: float
) -> Iterator[tuple[str, Clean]]:
    behaviour = config["DefaultCacheBehavior"]
    yield "Id", clean(distribution["Id"])
    yield "Status", clean(distribution["Status"])
    yield "Enabled", Clean("yes" if config["Enabled"] else "no")
    yield "Domain", clean(distribution["DomainName"])
    for alias in config.get("Aliases", {}).get("Items", ()):
        yield "Alias", clean(alias)
    for origin in config["Origins"].get("Items", ()):
        yield f"Origin {clean(origin['Id'])}", clean(f"{origin['DomainName']}{origin.get('OriginPath', '')}")
    yield "Last modified", stamp(distribution["LastModifiedTime"])
    yield "Compression", Clean({True: "on", False: "off"}.get(behaviour.get("Compress"), "unknown"))
    yield "Viewer protocol", clean(behaviour.get("ViewerProtocolPolicy", ""))
    yield "Default root object", clean(config.get("DefaultRootObject", ""))
    yield "Price class", clean(config.get("PriceClass", ""))
    yield "Invalidations running", clean(distribution.get("InProgressInvalidationBatches", 0))
    yield "Requests, last hour", summed(points["Requests"], now)
    yield "Sent, last hour", summed(points["BytesDownloaded"], now, size)
