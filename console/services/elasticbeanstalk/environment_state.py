"""What AWS answers about one Elastic Beanstalk environment, with enhanced health or without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from console.problems import Failure, Problem, ProblemKind
from console.readings.concurrently import concurrently
from console.services.elasticbeanstalk.kinds import BeanstalkEnvironment
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

Answer = Mapping[str, Any]

EVENTS: Final = 20
"""The newest events that are asked for."""


@dataclass(frozen=True, slots=True)
class EnvironmentState:
    """All answers about one environment; `health` is empty where only basic health is on."""

    environment: Answer
    health: Answer
    instances: Sequence[Answer]
    events: Sequence[Answer]


async def state_of(aws: Aws, named: BeanstalkEnvironment) -> EnvironmentState:
    """Ask everything about one environment. Raises `Failure`, also where there is none of this name."""
    # First alone: all other questions are refused, in words of their own, where there is no such environment.
    found = await aws.items(
        "elasticbeanstalk",
        "describe_environments",
        "Environments",
        region=named.region,
        ApplicationName=named.application,
        EnvironmentNames=[named.environment],
        IncludeDeleted=False,
    )
    if not found:
        hint = Clean("Check its name and its application's in the stack file, the region and the account.")
        raise Failure(Problem(ProblemKind.NOT_FOUND, clean(f"No environment is called {named.environment}."), hint))
    health, instances, events = await concurrently(
        _enhanced(aws, named),
        _instances(aws, named),
        aws.call(
            "elasticbeanstalk",
            "describe_events",
            expect="Events",
            region=named.region,
            EnvironmentName=named.environment,
            MaxRecords=EVENTS,
        ),
    )
    return EnvironmentState(found[0], health, instances, events["Events"])


async def _enhanced(aws: Aws, named: BeanstalkEnvironment) -> Answer:
    """Enhanced health; empty where it is off, for AWS refuses the question then."""
    try:
        return await aws.call(
            "elasticbeanstalk",
            "describe_environment_health",
            expect="EnvironmentName",
            region=named.region,
            EnvironmentName=named.environment,
            AttributeNames=["All"],
        )
    except Failure as failure:
        if failure.problem.kind is ProblemKind.INVALID:
            return {}
        raise


async def _instances(aws: Aws, named: BeanstalkEnvironment) -> list[Answer]:
    """The instances with their health; only their ids where enhanced health is off."""
    asked = {"region": named.region, "EnvironmentName": named.environment}
    found: list[Answer] = []
    token: dict[str, str] = {}
    try:
        while True:
            answer = await aws.call(
                "elasticbeanstalk",
                "describe_instances_health",
                expect="InstanceHealthList",
                AttributeNames=["All"],
                **asked,
                **token,
            )
            found += answer["InstanceHealthList"]
            if not answer.get("NextToken"):
                return found
            token = {"NextToken": answer["NextToken"]}
    except Failure as failure:
        if failure.problem.kind is not ProblemKind.INVALID:
            raise
    resources = await aws.call(
        "elasticbeanstalk", "describe_environment_resources", expect="EnvironmentResources", **asked
    )
    return [{"InstanceId": one["Id"]} for one in resources["EnvironmentResources"].get("Instances", ()) if "Id" in one]
