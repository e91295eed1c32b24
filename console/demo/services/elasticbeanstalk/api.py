"""AWS Elastic Beanstalk: health, events, versions, settings, and the operations that change an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from moto.core.responses import ActionResult
from moto.elasticbeanstalk import models
from moto.elasticbeanstalk.responses import EBResponse

from console.demo.services.elasticbeanstalk import health, versions
from console.demo.services.elasticbeanstalk.environment import LivingEnvironment, environments, named
from console.demo.services.shapes import Request, add, replace

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = (
    "elasticbeanstalk: environments with real values, instances, health with causes, events, settings",
    "elasticbeanstalk: versions, saved configurations, updates, restarts, rebuilds and logs on request",
)

UPDATE_SECONDS: Final = 120
RESTART_SECONDS: Final = 45
REBUILD_SECONDS: Final = 420


def install(world: World) -> None:
    """Put living environments into moto's Elastic Beanstalk, and the operations that it lacks."""
    LivingEnvironment.world = world
    replace(models, "Environment", LivingEnvironment)
    replace(EBResponse, "describe_environments", _describe_environments)
    _add_reads(world)
    _add_changes(world)
    versions.install(world)


def described(environment: LivingEnvironment) -> dict[str, Any]:
    """An environment as the answers of changes tell it."""
    return {
        "EnvironmentName": environment.environment_name,
        "EnvironmentId": environment.environment_id,
        "EnvironmentArn": environment.environment_arn,
        "ApplicationName": environment.application_name,
        "SolutionStackName": environment.solution_stack_name,
        "PlatformArn": environment.platform_arn,
        "EndpointURL": environment.endpoint_url,
        "CNAME": environment.cname,
        "DateCreated": environment.date_created,
        "DateUpdated": environment.date_updated,
        "Status": environment.status,
        "AbortableOperationInProgress": environment.abortable_operation_in_progress,
        "Health": environment.health,
        "HealthStatus": environment.health_status.replace(" ", ""),
        "Tier": environment.tier,
        **({"VersionLabel": environment.version_label} if environment.version_label else {}),
    }


def _describe_environments(self: EBResponse) -> ActionResult:
    found = self.elasticbeanstalk_backend.describe_environments()
    names, ids = self._get_param("EnvironmentNames", []), self._get_param("EnvironmentIds", [])
    application, version = self._get_param("ApplicationName"), self._get_param("VersionLabel")
    kept = [
        described(one)
        for one in found
        if isinstance(one, LivingEnvironment)
        and (not names or one.environment_name in names)
        and (not ids or one.environment_id in ids)
        and application in (None, one.application_name)
        and version in (None, one.version_label)
    ]
    return ActionResult({"Environments": kept})


def _add_reads(world: World) -> None:
    def describe_environment_health(request: Request) -> dict[str, Any]:
        answer = health.of_environment(named(request))
        asked = set(request.params.get("AttributeNames") or ())
        return (
            answer
            if not asked or "All" in asked
            else {k: v for k, v in answer.items() if k in asked | {"EnvironmentName"}}
        )

    def describe_instances_health(request: Request) -> dict[str, Any]:
        environment = named(request)
        listed = [health.of_instance(environment, instance) for instance in environment.instances]
        return {"InstanceHealthList": listed, "RefreshedAt": world.now()}

    def describe_events(request: Request) -> dict[str, Any]:
        asked = request.params
        found = [event for environment in environments(request) for event in environment.events]
        ranks = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
        least = ranks.index(asked.get("Severity") or "TRACE")
        kept = [
            event
            for event in found
            if all(asked.get(name) in (None, event.get(name)) for name in ("EnvironmentName", "ApplicationName"))
            and ranks.index(event["Severity"]) >= least
            and (not asked.get("StartTime") or event["EventDate"].timestamp() >= asked["StartTime"].timestamp())
            and (not asked.get("EndTime") or event["EventDate"].timestamp() < asked["EndTime"].timestamp())
        ]
        kept.sort(key=lambda event: event["EventDate"], reverse=True)
        return {"Events": kept[: int(asked.get("MaxRecords") or 1000)]}

    def describe_environment_resources(request: Request) -> dict[str, Any]:
        environment = named(request)
        base = f"awseb-{environment.environment_id}-stack"
        return {
            "EnvironmentResources": {
                "EnvironmentName": environment.environment_name,
                "AutoScalingGroups": [{"Name": f"{base}-AWSEBAutoScalingGroup-1A2B3C"}],
                "Instances": [{"Id": instance.id} for instance in environment.instances],
                "LaunchConfigurations": [],
                "LaunchTemplates": [{"Id": "lt-0a1b2c3d4e5f60718"}],
                "LoadBalancers": [{"Name": environment.endpoint_url.split(".")[0]}],
                "Triggers": [],
                "Queues": [],
            }
        }

    for operation, give in (
        ("DescribeEnvironmentHealth", describe_environment_health),
        ("DescribeInstancesHealth", describe_instances_health),
        ("DescribeEvents", describe_events),
        ("DescribeEnvironmentResources", describe_environment_resources),
    ):
        add(EBResponse, operation, give)


def _add_changes(world: World) -> None:
    def update_environment(request: Request) -> dict[str, Any]:
        return _update(named(request), request)

    def restart_app_server(request: Request) -> dict[str, Any]:
        environment = named(request)
        settle = "Restarted application server on all ec2 instances."
        environment.change("Restarting application server.", RESTART_SECONDS, lambda: environment.tell(settle))
        return {}

    def rebuild_environment(request: Request) -> dict[str, Any]:
        environment = named(request)
        ec2 = world.backend("ec2", request.region, request.account)

        def settle() -> None:
            ec2.terminate_instances([instance.id for instance in environment.instances])
            environment.instances.clear()
            environment.fit()
            environment.tell("Rebuilt the environment's resources.")

        environment.change("Rebuilding environment's resources.", REBUILD_SECONDS, settle)
        return {}

    for operation, give in (
        ("UpdateEnvironment", update_environment),
        ("RestartAppServer", restart_app_server),
        ("RebuildEnvironment", rebuild_environment),
    ):
        add(EBResponse, operation, give)


def _update(environment: LivingEnvironment, request: Request) -> dict[str, Any]:
    """Begin a deployment of a version, a change of settings, or both."""
    params = request.params
    label = params.get("VersionLabel")
    settings = dict(environment.settings)
    if label:
        versions.version(environment, label)
    if template := params.get("TemplateName"):
        settings = dict(versions.template(environment, template))
    for option in params.get("OptionsToRemove") or ():
        settings.pop((option["Namespace"], option["OptionName"]), None)
    for option in params.get("OptionSettings") or ():
        settings[option["Namespace"], option["OptionName"]] = option.get("Value", "")

    def settle() -> None:
        environment.settings = settings
        environment.fit()
        if label:
            environment.version_label = label
            environment.deployed_at = environment.world.now()
            environment.deployment += 1
            environment.tell("New application version was deployed to running EC2 instances.")
        else:
            environment.tell("Successfully deployed new configuration to environment.")

    doing = (
        "Deploying new version to instance(s)."
        if label
        else f"Updating environment {environment.environment_name}'s configuration settings."
    )
    environment.change(doing, UPDATE_SECONDS, settle)
    return described(environment)
