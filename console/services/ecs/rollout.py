"""Deployments of Amazon ECS services as DescribeServices tells of them, in the words of each kind.

A deployment is known by its id (``ecs-svc/1234``). With the controllers CODE_DEPLOY and EXTERNAL a service has task
sets and no deployments; only with ECS is there a rolloutState, and not behind a Classic Load Balancer. How many
deployments there are says nothing: old ones linger while their tasks end.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

Told = Mapping[str, Any]

BY_OTHERS: Final = {"CODE_DEPLOY": "CodeDeploy", "EXTERNAL": "an external controller"}
"""Who makes the deployments of a service, by its deployment controller; of any other it is ECS itself."""

GRADUAL: Final = {"BLUE_GREEN": "blue/green", "LINEAR": "linear", "CANARY": "canary"}
"""Strategies of ECS under which old and new tasks run side by side until the bake time is over."""

FAILED: Final = "deployment failed"
COMPLETED: Final = "deployment completed"
"""How ECS tells in its events of the end of a deployment."""

_BACK: Final = "rolling back"


def controller(service: Told) -> str:
    """Who makes its deployments: ECS, CODE_DEPLOY or EXTERNAL."""
    return str(service.get("deploymentController", {}).get("type", "ECS"))


def strategy(service: Told) -> str:
    """How ECS replaces its tasks: ROLLING, BLUE_GREEN, LINEAR or CANARY."""
    return str(service.get("deploymentConfiguration", {}).get("strategy", "ROLLING"))


def bake_minutes(service: Told) -> int:
    """Minutes for which the old tasks of a gradual deployment are kept; 0 where there are none."""
    return int(service.get("deploymentConfiguration", {}).get("bakeTimeInMinutes", 0))


def primary(service: Told) -> dict[str, Any]:
    """The deployment that is to replace all others; empty where it has none. The newest is told first."""
    return next((one for one in service.get("deployments", ()) if one.get("status", "PRIMARY") == "PRIMARY"), {})


def deployment(service: Told, name: str) -> dict[str, Any]:
    """A deployment by its id; empty where ECS tells of it no more."""
    return next((one for one in service.get("deployments", ()) if one.get("id") == name), {})


def started_after(service: Told, known: Iterable[str]) -> dict[str, Any]:
    """The first deployment that was started after those whose ids are known; empty where there is none yet."""
    fresh = [one for one in service.get("deployments", ()) if one.get("id") not in set(known)]
    return fresh[-1] if fresh else {}


def wanted(service: Told) -> int:
    """How many tasks are to run: of task sets what they make of the desired count, each by its scale in percent."""
    desired = int(service["desiredCount"])
    if controller(service) not in BY_OTHERS or "taskSets" not in service:
        return desired
    scales = (one.get("scale", {}).get("value", 100.0) for one in task_sets(service))
    return sum(math.ceil(desired * scale / 100) for scale in scales)


def task_sets(service: Told) -> list[dict[str, Any]]:
    """The task sets that are to stay, of a service whose deployments are not made by ECS."""
    return [one for one in service.get("taskSets", ()) if one.get("status") != "DRAINING"]


def is_steady(task_set: Told) -> bool:
    """Whether a task set runs what it should."""
    return bool(task_set.get("stabilityStatus", "STEADY_STATE") == "STEADY_STATE")


def reason(told: Told) -> str:
    """Why a deployment is where it is, in AWS's own words."""
    return str(told.get("rolloutStateReason") or "AWS gave no reason.")


def is_rollback(told: Told) -> bool:
    """Whether a deployment takes a failed one back."""
    return _BACK in str(told.get("rolloutStateReason", ""))


def failure(service: Told, name: str) -> str:
    """Why the deployment of that id failed, also where ECS tells of it in events alone; empty where it did not."""
    if mine := deployment(service, name):
        return failure_of(service, mine)
    event = told_of(service, name)
    return _failed(service, name, event.partition(f"{FAILED}: ")[2] or event) if FAILED in event else ""


def failure_of(service: Told, mine: Told) -> str:
    """Why a deployment failed, also one that is being taken back; empty where it did not."""
    newest = primary(service)
    if mine.get("rolloutState") == "FAILED":
        return _failed(service, mine.get("id", ""), reason(mine))
    back = mine is not newest and is_rollback(newest)
    return _failed(service, mine.get("id", ""), reason(newest)) if back else ""


def _failed(service: Told, name: str, cause: str) -> str:
    newest = primary(service).get("id", "")
    after = "It was not rolled back, and starts no more tasks." if newest == name else f"{newest} is in its place."
    return f"Deployment {name or 'of unknown id'} failed: {cause.rstrip('.')}. {after}"


def told_of(service: Told, name: str) -> str:
    """The newest event about how a deployment ended; empty where none is kept."""
    messages = (str(event.get("message", "")) for event in service.get("events", ()))
    of_it = (text for text in messages if f"(deployment {name})" in text)
    return next((text for text in of_it if FAILED in text or COMPLETED in text), "")
