"""Elastic Beanstalk environments that live: instances, settings, health with causes, and updates that take time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from moto.elasticbeanstalk.models import Environment

from console.demo.services.shapes import Request, refuse

if TYPE_CHECKING:
    from console.demo.world import World

PLATFORM: Final = "64bit Amazon Linux 2023 v6.6.0 running Node.js 20"
ASG: Final = "aws:autoscaling:asg"
LAUNCH: Final = "aws:autoscaling:launchconfiguration"
VARIABLES: Final = "aws:elasticbeanstalk:application:environment"
EVENTS_KEPT: Final = 1000

DEFAULTS: Final[Mapping[tuple[str, str], str]] = {
    (ASG, "MinSize"): "1",
    (ASG, "MaxSize"): "4",
    (LAUNCH, "InstanceType"): "t3.small",
    ("aws:autoscaling:trigger", "MeasureName"): "CPUUtilization",
    ("aws:autoscaling:trigger", "UpperThreshold"): "70",
    ("aws:autoscaling:trigger", "LowerThreshold"): "20",
    ("aws:elasticbeanstalk:environment", "EnvironmentType"): "LoadBalanced",
    ("aws:elasticbeanstalk:environment", "LoadBalancerType"): "application",
    ("aws:elasticbeanstalk:healthreporting:system", "SystemType"): "enhanced",
    ("aws:elasticbeanstalk:command", "DeploymentPolicy"): "Rolling",
    ("aws:elasticbeanstalk:command", "BatchSize"): "50",
    ("aws:elasticbeanstalk:cloudwatch:logs", "StreamLogs"): "true",
    ("aws:elasticbeanstalk:cloudwatch:logs", "RetentionInDays"): "30",
    ("aws:elasticbeanstalk:managedactions", "ManagedActionsEnabled"): "false",
}
"""Settings that an environment has when nobody chose others."""

_COLOURS: Final = {"Ok": "Green", "Info": "Green", "Warning": "Yellow", "Degraded": "Red", "Severe": "Red"}


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a fault of the world does to an environment: its health, the causes, the share of 5xx, slowness."""

    health: str
    causes: tuple[str, ...]
    failing: float = 0.0
    slower: float = 1.0


class LivingEnvironment(Environment):
    """An environment of moto's with everything that moto leaves out."""

    world: World

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.environment_id = f"e-{self.world.random.getrandbits(50):010x}"[:12]
        self.solution_stack_name = kwargs.get("solution_stack_name") or PLATFORM
        self.version_label: Any = None
        self.description = ""
        self.settings = dict(DEFAULTS)
        self.events: list[dict[str, Any]] = []
        self.instances: list[Any] = []
        self.troubles: dict[str, Trouble] = {}
        self.deployed_at = self.world.now()
        self.deployment = 1
        self.cname = f"{self.environment_name}.{self.region}.elasticbeanstalk.com"
        self.endpoint_url = f"awseb-{self.environment_id}-1234567890.{self.region}.elb.amazonaws.com"

    @property
    def platform_arn(self) -> str:
        """The platform's ARN, made of the name of the solution stack."""
        system, _, running = self.solution_stack_name.partition(" running ")
        version = system.split(" v")[-1]
        return (
            f"arn:aws:elasticbeanstalk:{self.region}::platform/{running} running on {system.split(' v')[0]}/{version}"
        )

    @property
    def trouble(self) -> Trouble:
        """The worst that is wrong at present."""
        if self.status == "Updating":
            return Trouble("Info", ("Environment update is in progress.",))
        if not self.instances:
            return Trouble("No Data", ("There are no instances.",))
        found = [trouble for fault, trouble in self.troubles.items() if fault in self.world.faults]
        return max(found, key=lambda trouble: trouble.failing, default=Trouble("Ok", ()))

    @property
    def health(self) -> str:
        """The colour."""
        return _COLOURS.get(self.trouble.health, "Grey")

    @health.setter
    def health(self, value: str) -> None:
        """Ignore what moto sets when it makes an environment."""

    @property
    def health_status(self) -> str:
        """The word for the health, as enhanced health tells it."""
        return self.trouble.health

    @health_status.setter
    def health_status(self, value: str) -> None:
        """Ignore what moto sets when it makes an environment."""

    def tell(self, message: str, severity: str = "INFO", at: datetime | None = None) -> None:
        """Add an event, newest first."""
        event = {
            "EventDate": at or self.world.now(),
            "Message": message,
            "ApplicationName": self.application_name,
            "EnvironmentName": self.environment_name,
            "Severity": severity,
        }
        if self.version_label:
            event["VersionLabel"] = self.version_label
        self.events.insert(0, event)
        del self.events[EVENTS_KEPT:]

    def fit(self) -> None:
        """Have as many instances as MinSize and MaxSize want, by launching and terminating real ones."""
        ec2 = self.world.backend("ec2", self.region, self.application.account_id)
        least, most = (int(self.settings[ASG, name]) for name in ("MinSize", "MaxSize"))
        wanted = min(max(len(self.instances), least), most)
        if len(self.instances) > wanted:
            ec2.terminate_instances([instance.id for instance in self.instances[wanted:]])
            del self.instances[wanted:]
        while len(self.instances) < wanted:
            self.instances.append(self._launch(ec2))

    def change(self, message: str, seconds: float, settle: Callable[[], None]) -> None:
        """Be Updating for a while, then `settle`; raises a refusal while another change goes on."""
        if self.status != "Ready":
            raise refuse(
                "InvalidParameterValue",
                f"Environment named {self.environment_name} is in an invalid state for this operation. Must be Ready.",
            )
        self.status = "Updating"
        self.abortable_operation_in_progress = True
        self.date_updated = self.world.now()
        self.tell("Environment update is starting.")
        self.tell(message)

        def done() -> None:
            settle()
            self.status = "Ready"
            self.abortable_operation_in_progress = False
            self.date_updated = self.world.now()
            self.tell("Environment update completed successfully.")

        self.world.after(seconds, done)

    def _launch(self, ec2: Any) -> Any:
        name = self.environment_name
        tags = {"Name": name, "elasticbeanstalk:environment-name": name, **self.tags}
        reservation = ec2.run_instances(
            "ami-12c6146b",
            1,
            None,
            [],
            instance_type=self.settings[LAUNCH, "InstanceType"],
            is_instance_type_default=False,
            tags={"instance": tags},
            instance_initiated_shutdown_behavior="terminate",
        )
        instance = reservation.instances[0]
        instance.add_tags(tags)
        return instance


def environments(request: Request) -> list[LivingEnvironment]:
    """Every environment of an account in a region."""
    backend = LivingEnvironment.world.backend("elasticbeanstalk", request.region, request.account)
    return [found for found in backend.describe_environments() if isinstance(found, LivingEnvironment)]


def named(request: Request) -> LivingEnvironment:
    """The environment that a request names; raises a refusal if there is none."""
    name, identity = request.params.get("EnvironmentName"), request.params.get("EnvironmentId")
    for found in environments(request):
        if name == found.environment_name or (identity and identity == found.environment_id):
            return found
    raise refuse("InvalidParameterValue", f"No Environment found for EnvironmentName = '{name or identity}'.")
