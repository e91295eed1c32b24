"""Elastic Beanstalk of the embedded AWS: health with causes, and changes that take their time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.deadlines import until

if TYPE_CHECKING:
    from tests.conftest import DemoServer

NAME = {"EnvironmentName": "expo-project-prod-env"}


@pytest.fixture(scope="module")
def eb(demo: DemoServer) -> Any:
    return demo.client("elasticbeanstalk", "expo")


def status(eb: Any) -> str:
    (found,) = eb.describe_environments(EnvironmentNames=[NAME["EnvironmentName"]])["Environments"]
    return str(found["Status"])


def settings(eb: Any) -> dict[tuple[str, str], str]:
    found = eb.describe_configuration_settings(ApplicationName="expo-project", **NAME)["ConfigurationSettings"][0]
    return {(option["Namespace"], option["OptionName"]): option["Value"] for option in found["OptionSettings"]}


def test_a_rollback_cures_the_environment(demo: DemoServer, eb: Any) -> None:
    health = eb.describe_environment_health(AttributeNames=["All"], **NAME)
    assert (health["HealthStatus"], health["Color"]) == ("Degraded", "Red")
    assert health["ApplicationMetrics"]["StatusCodes"]["Status5xx"] > 0
    assert "HTTP 5xx" in health["Causes"][0]
    versions = eb.describe_application_versions(ApplicationName="expo-project")["ApplicationVersions"]
    oldest = versions[-1]["VersionLabel"]
    answer = eb.update_environment(VersionLabel=oldest, **NAME)
    assert answer["Status"] == "Updating"
    with pytest.raises(ClientError, match="invalid state"):
        eb.update_environment(VersionLabel=oldest, **NAME)
    until(lambda: eb.describe_environment_health(AttributeNames=["All"], **NAME)["HealthStatus"] == "Ok")
    assert status(eb) == "Ready"
    messages = [event["Message"] for event in eb.describe_events(**NAME)["Events"][:6]]
    assert "New application version was deployed to running EC2 instances." in messages


def test_scaling_launches_and_terminates_instances(demo: DemoServer, eb: Any) -> None:
    def scale(count: int) -> None:
        until(lambda: status(eb) == "Ready")
        options = [
            {"Namespace": "aws:autoscaling:asg", "OptionName": name, "Value": str(count)}
            for name in ("MinSize", "MaxSize")
        ]
        eb.update_environment(OptionSettings=options, **NAME)
        until(lambda: status(eb) == "Ready")

    def instances() -> list[str]:
        found = eb.describe_environment_resources(**NAME)["EnvironmentResources"]["Instances"]
        return [instance["Id"] for instance in found]

    scale(0)
    assert instances() == []
    assert eb.describe_environment_health(AttributeNames=["All"], **NAME)["Color"] == "Grey"
    scale(2)
    assert settings(eb)["aws:autoscaling:asg", "MaxSize"] == "2"
    listed = eb.describe_instances_health(AttributeNames=["All"], **NAME)["InstanceHealthList"]
    assert [one["InstanceId"] for one in listed] == instances()


def test_logs_come_on_request(demo: DemoServer, eb: Any) -> None:
    import urllib.request

    eb.request_environment_info(InfoType="tail", **NAME)
    until(lambda: bool(eb.retrieve_environment_info(InfoType="tail", **NAME)["EnvironmentInfo"]))
    found = eb.retrieve_environment_info(InfoType="tail", **NAME)["EnvironmentInfo"][0]
    with urllib.request.urlopen(found["Message"], timeout=20) as answer:
        assert answer.read().startswith(b"-------- /var/log/nodejs/nodejs.log")


def test_what_does_not_exist_is_refused(eb: Any) -> None:
    with pytest.raises(ClientError, match="No Environment found"):
        eb.describe_environment_health(EnvironmentName="nope", AttributeNames=["All"])
    with pytest.raises(ClientError, match="No Application Version named 'nope'"):
        eb.update_environment(VersionLabel="nope", **NAME)
