"""Elastic Beanstalk application versions, saved configurations, settings, and logs on request."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from moto.elasticbeanstalk.responses import EBResponse

from console.demo.services.elasticbeanstalk.environment import LivingEnvironment, named
from console.demo.services.shapes import Request, add, refuse

if TYPE_CHECKING:
    from console.demo.world import World

Settings = Mapping[tuple[str, str], str]
_INFO_SECONDS: Final = 10
_LINES: Final = 100


def versions_of(application: Any) -> dict[str, dict[str, Any]]:
    """The versions of an application by label, oldest first; to be added to."""
    found: dict[str, dict[str, Any]] = vars(application).setdefault("versions", {})
    return found


def version(environment: LivingEnvironment, label: str) -> dict[str, Any]:
    """A version of an environment's application; raises a refusal if there is none."""
    found = versions_of(_application(environment)).get(label)
    if found is None:
        raise refuse("InvalidParameterValue", f"No Application Version named '{label}' found.")
    return found


def template(environment: LivingEnvironment, name: str) -> Settings:
    """A saved configuration; raises a refusal if there is none."""
    found: Settings | None = _templates(_application(environment)).get(name)
    if found is None:
        raise refuse("InvalidParameterValue", f"No Configuration Template named '{name}' found.")
    return found


def install(world: World) -> None:
    """Add versions, saved configurations, settings and logs on request."""
    _add_versions(world)
    _add_settings(world)
    _add_logs(world)


def _application(environment: LivingEnvironment) -> Any:
    backend = environment.world.backend("elasticbeanstalk", environment.region, environment.application.account_id)
    return backend.applications[environment.application_name]


def _templates(application: Any) -> dict[str, dict[tuple[str, str], str]]:
    found: dict[str, dict[tuple[str, str], str]] = vars(application).setdefault("templates", {})
    return found


def _add_versions(world: World) -> None:
    def create_application_version(request: Request) -> dict[str, Any]:
        application = _named_application(world, request)
        label, bundle = request.params["VersionLabel"], request.params.get("SourceBundle") or {}
        if label in versions_of(application):
            raise refuse("InvalidParameterValue", f"Application Version {label} already exists.")
        if bundle:
            s3 = world.backend("s3", "aws", request.account)
            if bundle["S3Bucket"] not in s3.buckets or not s3.head_object(bundle["S3Bucket"], bundle["S3Key"]):
                raise refuse("InvalidParameterCombination", "Unable to download from S3 location.")
        made = record(world, application, label, bundle, request.params.get("Description", ""))
        return {"ApplicationVersion": made}

    def describe_application_versions(request: Request) -> dict[str, Any]:
        backend = world.backend("elasticbeanstalk", request.region, request.account)
        name, labels = request.params.get("ApplicationName"), request.params.get("VersionLabels")
        found = [
            made
            for application in backend.applications.values()
            if name in (None, application.application_name)
            for made in reversed(versions_of(application).values())
            if not labels or made["VersionLabel"] in labels
        ]
        return {"ApplicationVersions": found[: int(request.params.get("MaxRecords") or 1000)]}

    def create_storage_location(request: Request) -> dict[str, Any]:
        name = f"elasticbeanstalk-{request.region}-{request.account}"
        s3 = world.backend("s3", "aws", request.account)
        if name not in s3.buckets:
            s3.create_bucket(name, request.region)
        return {"S3Bucket": name}

    add(EBResponse, "CreateApplicationVersion", create_application_version)
    add(EBResponse, "DescribeApplicationVersions", describe_application_versions)
    add(EBResponse, "CreateStorageLocation", create_storage_location)


def record(world: World, application: Any, label: str, bundle: Mapping[str, str], description: str) -> dict[str, Any]:
    """Add a version to an application, created now; gives it as DescribeApplicationVersions tells it."""
    made: dict[str, Any] = {
        "ApplicationVersionArn": (
            f"arn:aws:elasticbeanstalk:{application.region}:{application.account_id}:"
            f"applicationversion/{application.application_name}/{label}"
        ),
        "ApplicationName": application.application_name,
        "VersionLabel": label,
        "Description": description,
        "DateCreated": world.now(),
        "DateUpdated": world.now(),
        "Status": "UNPROCESSED",
        **({"SourceBundle": dict(bundle)} if bundle else {}),
    }
    versions_of(application)[label] = made
    return made


def _named_application(world: World, request: Request) -> Any:
    backend = world.backend("elasticbeanstalk", request.region, request.account)
    name = request.params["ApplicationName"]
    if name not in backend.applications:
        raise refuse("InvalidParameterValue", f"No Application named '{name}' found.")
    return backend.applications[name]


def _add_settings(world: World) -> None:
    def describe_configuration_settings(request: Request) -> dict[str, Any]:
        application = _named_application(world, request)
        base: dict[str, Any] = {"ApplicationName": application.application_name}
        if name := request.params.get("TemplateName"):
            settings: Settings | None = _templates(application).get(name)
            if settings is None:
                raise refuse("InvalidParameterValue", f"No Configuration Template named '{name}' found.")
            base |= {"TemplateName": name}
        else:
            environment = named(request)
            settings = environment.settings
            base |= {
                "EnvironmentName": environment.environment_name,
                "SolutionStackName": environment.solution_stack_name,
                "PlatformArn": environment.platform_arn,
                "DeploymentStatus": "deployed" if environment.status == "Ready" else "pending",
                "DateCreated": environment.date_created,
                "DateUpdated": environment.date_updated,
            }
        return {"ConfigurationSettings": [base | {"OptionSettings": _options(settings)}]}

    def create_configuration_template(request: Request) -> dict[str, Any]:
        application, name = _named_application(world, request), request.params["TemplateName"]
        if name in _templates(application):
            raise refuse("InvalidParameterValue", f"Configuration Template {name} already exists.")
        settings: dict[tuple[str, str], str] = {}
        if request.params.get("EnvironmentId"):
            settings = dict(named(request).settings)
        _templates(application)[name] = settings
        return {"ApplicationName": application.application_name, "TemplateName": name}

    def delete_configuration_template(request: Request) -> dict[str, Any]:
        _templates(_named_application(world, request)).pop(request.params["TemplateName"], None)
        return {}

    add(EBResponse, "DescribeConfigurationSettings", describe_configuration_settings)
    add(EBResponse, "CreateConfigurationTemplate", create_configuration_template)
    add(EBResponse, "DeleteConfigurationTemplate", delete_configuration_template)


def _options(settings: Settings) -> list[dict[str, str]]:
    return [
        {"Namespace": namespace, "OptionName": option, "Value": value}
        for (namespace, option), value in sorted(settings.items())
    ]


def _add_logs(world: World) -> None:
    asked: dict[tuple[str, str], datetime] = {}

    def request_environment_info(request: Request) -> dict[str, Any]:
        asked[named(request).environment_id, request.params["InfoType"]] = world.now()
        return {}

    def retrieve_environment_info(request: Request) -> dict[str, Any]:
        environment, kind = named(request), request.params["InfoType"]
        when = asked.get((environment.environment_id, kind))
        if when is None or (world.now() - when).total_seconds() < world.real(_INFO_SECONDS):
            return {"EnvironmentInfo": []}
        return {
            "EnvironmentInfo": [
                {
                    "InfoType": kind,
                    "Ec2InstanceId": instance.id,
                    "SampleTimestamp": when,
                    "Message": world.publish(f"logs/{instance.id}-{kind}", _log_of(environment, kind)),
                }
                for instance in environment.instances
            ]
        }

    add(EBResponse, "RequestEnvironmentInfo", request_environment_info)
    add(EBResponse, "RetrieveEnvironmentInfo", retrieve_environment_info)


def _log_of(environment: LivingEnvironment, kind: str) -> bytes:
    """The newest hundred lines of the environment's application log; for a bundle as a ZIP file."""
    logs = environment.world.backend("logs", environment.region, environment.application.account_id)
    group = logs.groups.get(f"/aws/elasticbeanstalk/{environment.environment_name}/var/log/nodejs/nodejs.log")
    events = [event for stream in group.streams.values() for event in stream.events] if group else []
    newest = sorted(events, key=lambda event: event.timestamp)[-_LINES:]
    text = "\n".join(["-------- /var/log/nodejs/nodejs.log", *(event.message for event in newest), ""]).encode()
    if kind == "tail":
        return text
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("var/log/nodejs/nodejs.log", text)
    return buffer.getvalue()
