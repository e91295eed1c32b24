"""Log groups, alarms and the topics that alarms go to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from console.demo.log_traffic import Spec
from console.demo.parts.place import StackPlace


def log_group(place: StackPlace, name: str, *, days: int | None = 30) -> None:
    """A log group; `days` None keeps events for ever."""
    logs = place.backend("logs")
    logs.create_log_group(name, place.tags)
    if days:
        logs.put_retention_policy(name, days)


def voice(
    place: StackPlace,
    group: str,
    kind: str,
    per_minute: float,
    *,
    streams: Sequence[str] = (),
    troubles: Mapping[str, Sequence[str]] | None = None,
    past_bytes: int = 2_000_000_000,
) -> Spec:
    """How a log group of the stack speaks; see `Spec`."""
    troubles = troubles or {}
    return Spec(group, kind, place.account, place.region, per_minute, tuple(streams), troubles, past_bytes)


def topic(place: StackPlace, name: str, *emails: str) -> str:
    """An SNS topic and who is told; gives its ARN."""
    sns = place.backend("sns")
    arn = str(sns.create_topic(name, tags=place.tags).arn)
    for email in emails:
        sns.subscribe(arn, email, "email")
    return arn


def alarm(
    place: StackPlace,
    name: str,
    description: str,
    metric: tuple[str, str],
    dimensions: Mapping[str, str],
    threshold: float,
    *,
    statistic: str = "Average",
    comparison: str = "GreaterThanThreshold",
    period: int = 300,
    periods: int = 2,
    missing: str = "missing",
    topic_arn: str | None = None,
) -> None:
    """An alarm on a metric given as (namespace, name); it is judged by itself as time passes."""
    namespace, metric_name = metric
    place.backend("cloudwatch").put_metric_alarm(
        name=name,
        namespace=namespace,
        metric_name=metric_name,
        comparison_operator=comparison,
        evaluation_periods=periods,
        period=period,
        threshold=threshold,
        statistic=statistic,
        description=description,
        dimensions=[_dimension(key, value) for key, value in dimensions.items()],
        alarm_actions=[topic_arn] if topic_arn else [],
        ok_actions=[topic_arn] if topic_arn else [],
        treat_missing_data=missing,
        tags=place.tag_list,
    )


def _dimension(name: str, value: str) -> dict[str, str]:
    return {"Name": name, "Value": value}
