"""Amazon ECS: what is said of one service, in the words of whatever makes its deployments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from console.readings.numbers import DAY, epoch
from console.readings.source import Finding, Level
from console.services.ecs.operations import Restart
from console.services.ecs.rollout import (
    BY_OTHERS,
    COMPLETED,
    FAILED,
    GRADUAL,
    controller,
    failure_of,
    is_rollback,
    is_steady,
    primary,
    strategy,
    task_sets,
    wanted,
)
from console.text import Clean, clean

NAME: Final = "ecs.services"
NAMELESS: Final = "a service whose name was not told"

_BACK: Final = "rolling back to deployment "
_THRESHOLD: Final = Clean("running >= desired")


def name_of(service: dict[str, Any]) -> Clean:
    """The name of a service, of its ARN where nothing else tells it."""
    return clean(service.get("serviceName") or last(service.get("serviceArn", "")) or NAMELESS)


def last(arn: str) -> str:
    """The name at the end of an ARN."""
    return arn.rpartition("/")[2]


def is_missing(service: dict[str, Any]) -> bool:
    """Whether a service does not exist: never, or no more."""
    return service.get("status") in ("MISSING", "INACTIVE")


def judge_service(service: dict[str, Any], now: float, recent: float = DAY) -> Iterator[Finding]:
    """The verdicts on one service as DescribeServices tells of it, at `now` in epoch seconds.

    A deployment that was rolled back is told for `recent` seconds.
    """
    name, status = name_of(service), service.get("status")
    if told := _not_active(service):
        yield told
        return
    if status is None:
        what = Clean("Whether it is active was not told." if "reason" not in service else "ECS did not tell of it.")
        yield Finding(NAME, name, Level.UNKNOWN, what, clean(service.get("reason", "unknown")), Clean("ACTIVE"))
    if "reason" in service:
        return
    trouble = list(_deployment(service, now, recent))
    yield from trouble
    yield from _counts(service, quiet=any(finding.level is Level.CRIT for finding in trouble))


def _not_active(service: dict[str, Any]) -> Finding | None:
    """The verdict on a service that is not there, or not for long; None of one that is to stay."""
    status = service.get("status")
    if status not in ("MISSING", "INACTIVE", "DRAINING"):
        return None
    level, what = Level.CRIT, "The service does not exist in this cluster. Check its name in the stack file."
    if status == "INACTIVE":
        what = "The service was deleted. Take it out of the stack file, or create it again."
    elif status == "DRAINING":
        level, what = Level.WARN, "The service is being deleted; its tasks are stopping."
    return Finding(NAME, name_of(service), level, Clean(what), clean(status), Clean("ACTIVE"))


def _deployment(service: dict[str, Any], now: float, recent: float) -> Iterator[Finding]:
    """What is wrong with the deployments of a service that ECS makes."""
    name, newest = name_of(service), primary(service)
    for one in service.get("deployments", ()):
        why = failure_of(service, one)
        if why and (one is newest or is_rollback(newest)):
            yield Finding(
                NAME, name, Level.CRIT, clean(why), _counted(service), Clean("COMPLETED"), since=one.get("updatedAt")
            )
            return
    state, failed = newest.get("rolloutState"), newest.get("failedTasks")
    if newest and state is None and strategy(service) not in GRADUAL and not _is_classic(service):
        what = Clean("Whether its newest deployment failed was not told.")
        yield Finding(NAME, name, Level.UNKNOWN, what, _counted(service), Clean("COMPLETED"))
    elif state == "IN_PROGRESS" and failed:
        more = "" if _breaks(service) else " No circuit breaker is on, so ECS goes on trying."
        what = Clean(f"{failed} tasks of the deployment in progress failed in a row.{more}")
        yield Finding(NAME, name, Level.WARN, what, _counted(service), Clean("0 failed"), since=newest.get("createdAt"))
    elif back := _taken_back(service, now, recent):
        yield back


def _taken_back(service: dict[str, Any], now: float, recent: float) -> Finding | None:
    """That the last deployment was rolled back not long ago, which only events tell by then; None where it was not."""
    newest = primary(service).get("id")
    for event in service.get("events", ()):
        at, text = event.get("createdAt"), str(event.get("message", ""))
        if not any(end in text for end in (_BACK, COMPLETED, FAILED)):
            continue
        if not newest or newest not in text or (at is not None and now - epoch(at) > recent):
            return None
        if _BACK in text:
            what = clean(f"The last deployment failed and was rolled back: {_why(service)}")
            return Finding(NAME, name_of(service), Level.WARN, what, _counted(service), Clean("COMPLETED"), since=at)
    return None


def _why(service: dict[str, Any]) -> str:
    failed = (str(event.get("message", "")).partition(f"{FAILED}: ")[2] for event in service.get("events", ()))
    return next(filter(None, failed), "AWS gave no reason.")


def _is_classic(service: dict[str, Any]) -> bool:
    """Whether it is behind a Classic Load Balancer, where ECS tells no rolloutState."""
    return any(one.get("loadBalancerName") for one in service.get("loadBalancers", ()))


def _breaks(service: dict[str, Any]) -> bool:
    return bool(service.get("deploymentConfiguration", {}).get("deploymentCircuitBreaker", {}).get("enable"))


def _counts(service: dict[str, Any], *, quiet: bool) -> Iterator[Finding]:
    """Whether a service runs what it should; `quiet` leaves out that it does, where something worse is told."""
    name = name_of(service)
    if missing := [key for key in ("desiredCount", "runningCount") if key not in service]:
        what = clean(f"Whether it runs enough tasks is not known: {' and '.join(missing)} was not told.")
        yield Finding(NAME, name, Level.UNKNOWN, what, Clean("unknown"), _THRESHOLD)
        return
    if unset := _without_task_sets(service):
        yield unset
        return
    desired, running, going = wanted(service), service["runningCount"], in_progress(service)
    if running < desired:
        text = "No task is running." if running == 0 else "Fewer tasks run than desired."
        level = Level.CRIT if running == 0 else Level.WARN
        yield Finding(NAME, name, level, clean(f"{text} {going}".strip()), _counted(service), _THRESHOLD, fix(service))
    elif not quiet:
        yield Finding(NAME, name, Level.OK, clean(_well(service, going)), _counted(service), _THRESHOLD)


def _without_task_sets(service: dict[str, Any]) -> Finding | None:
    """The verdict on a service that has no task set though it needs one, or of whose task sets ECS did not tell."""
    other, desired = BY_OTHERS.get(controller(service)), service["desiredCount"]
    if other is None or not desired or task_sets(service):
        return None
    level, what = Level.UNKNOWN, "Its task sets were not told."
    if "taskSets" in service:
        level, what = Level.WARN, f"It has no task set: nothing runs until {other} makes one."
    return Finding(NAME, name_of(service), level, Clean(what), _counted(service), _THRESHOLD)


def _well(service: dict[str, Any], going: str) -> str:
    desired = service["desiredCount"]
    if service.get("schedulingStrategy") == "DAEMON":
        return going or ("Runs on every instance that it may use." if desired else "No instance is there to run on.")
    return "Scaled to 0." if desired == 0 else going or "Runs as many tasks as desired."


def in_progress(service: dict[str, Any]) -> str:
    """What is under way with a service's deployment, as a sentence; empty where nothing is."""
    other = BY_OTHERS.get(controller(service))
    if other:
        kept = task_sets(service)
        moving = len(kept) > 1 or not all(map(is_steady, kept))
        return f"A deployment by {other} is in progress." if moving else ""
    if primary(service).get("rolloutState") != "IN_PROGRESS":
        return ""
    kind = GRADUAL.get(strategy(service))
    return f"A {kind} deployment is in progress." if kind else "A deployment is in progress."


def fix(service: dict[str, Any]) -> Restart | None:
    """A restart, where it is not refused and nothing else is under way that may help; else None."""
    known = service.get("status") == "ACTIVE" and service.get("clusterArn") and name_of(service) != NAMELESS
    if not known or controller(service) in BY_OTHERS or in_progress(service) or not service["desiredCount"]:
        return None
    return Restart(name_of(service), last(service["clusterArn"]))


def _counted(service: dict[str, Any]) -> Clean:
    running, pending = service.get("runningCount", "unknown"), service.get("pendingCount")
    desired = wanted(service) if "desiredCount" in service else "unknown"
    return clean(f"{running} of {desired} running" + (f", {pending} pending" if pending else ""))
