"""An Elastic Beanstalk environment and what belongs to it: its instances, load balancer, logs, database, topic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from console.discovery.match import Matcher
from console.discovery.parts import with_logs
from console.inventory.found import FoundResource, Inventory
from console.problems import Failure, Problem, ProblemKind
from console.services.elasticbeanstalk.kinds import BeanstalkEnvironment
from console.stack.found_account import Unlisted
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

_VARIABLES: Final = "aws:elasticbeanstalk:application:environment"
_TELLING: Final = frozenset({_VARIABLES, "aws:elasticbeanstalk:sns:topics"})


class Surroundings(msgspec.Struct, frozen=True):
    """What an environment needs: its resources, the prefixes of its alarms, and what could not be asked."""

    items: tuple[FoundResource, ...]
    alarms: tuple[str, ...]
    unlisted: tuple[Unlisted, ...] = ()


async def surroundings(aws: Aws, inventory: Inventory, environment: str) -> Surroundings:
    """What belongs to an environment. Raises `Failure` where there is no such environment.

    The values of its variables are looked through for addresses, such as the database's, and never kept.
    """
    item = _item(inventory, environment)
    settings, no_settings = await _settings(aws, item)
    resources, no_resources = await _resources(aws, environment)
    matcher = Matcher(inventory)
    found = [each for name in resources for each in matcher.named_by(name, "instance balancer")]
    found += [
        each
        for setting in settings
        if setting["Namespace"] in _TELLING and (value := setting.get("Value"))
        for each in matcher.named_by(value, setting["OptionName"])
        if not isinstance(each.part, BeanstalkEnvironment)
    ]
    variables = sorted(each["OptionName"] for each in settings if each["Namespace"] == _VARIABLES)
    described = FoundResource(msgspec.structs.replace(item.part, expects=tuple(variables)), item.names)
    number = next((name for name in item.names if name.startswith("e-")), environment)
    return Surroundings(
        tuple(dict.fromkeys(with_logs([described, *found], inventory))),
        (f"awseb-{number}", environment),
        tuple(each for each in (no_settings, no_resources) if each),
    )


def _item(inventory: Inventory, environment: str) -> FoundResource:
    there = [each for each in inventory.items if isinstance(each.part, BeanstalkEnvironment)]
    for each in there:
        if each.name == environment:
            return each
    names = ", ".join(each.name for each in there) or "none"
    what = clean(f"There is no Elastic Beanstalk environment {environment} in {inventory.region}. There are: {names}.")
    raise Failure(Problem(ProblemKind.NOT_FOUND, what, Clean("Check the region and the account.")))


async def _settings(aws: Aws, item: FoundResource) -> tuple[list[dict[str, Any]], Unlisted | None]:
    part = item.part
    if not isinstance(part, BeanstalkEnvironment):
        return [], None
    try:
        answer = await aws.call(
            "elasticbeanstalk",
            "describe_configuration_settings",
            expect="ConfigurationSettings",
            ApplicationName=part.application,
            EnvironmentName=part.environment,
        )
    except Failure as failure:
        return [], Unlisted("settings of the environment", failure.problem)
    return [setting for each in answer["ConfigurationSettings"] for setting in each.get("OptionSettings", ())], None


async def _resources(aws: Aws, environment: str) -> tuple[list[str], Unlisted | None]:
    try:
        answer = await aws.call(
            "elasticbeanstalk",
            "describe_environment_resources",
            expect="EnvironmentResources",
            EnvironmentName=environment,
        )
    except Failure as failure:
        return [], Unlisted("resources of the environment", failure.problem)
    there = answer["EnvironmentResources"]
    return [
        *(each["Id"] for each in there.get("Instances", ())),
        *(each["Name"] for each in there.get("LoadBalancers", ())),
    ], None
