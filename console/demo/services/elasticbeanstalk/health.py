"""What enhanced health tells of an Elastic Beanstalk environment and its instances."""

from __future__ import annotations

from typing import Any, Final

from console.demo.services.elasticbeanstalk.environment import LivingEnvironment, Trouble

_REQUESTS: Final = 140
"""Requests in the ten seconds that enhanced health looks back, of a busy environment."""

_LATENCY: Final = {
    "P999": 1.9,
    "P99": 0.62,
    "P95": 0.24,
    "P90": 0.15,
    "P85": 0.11,
    "P75": 0.074,
    "P50": 0.031,
    "P10": 0.008,
}
_WORDS: Final = ("NoData", "Unknown", "Pending", "Ok", "Info", "Warning", "Degraded", "Severe")


def of_environment(environment: LivingEnvironment) -> dict[str, Any]:
    """The answer of DescribeEnvironmentHealth."""
    trouble = environment.trouble
    counts = dict.fromkeys(_WORDS, 0)
    counts[trouble.health.replace(" ", "")] = len(environment.instances)
    return {
        "EnvironmentName": environment.environment_name,
        "HealthStatus": trouble.health,
        "Status": environment.status,
        "Color": environment.health,
        "Causes": list(trouble.causes),
        "ApplicationMetrics": _requests(environment, trouble, len(environment.instances)),
        "InstancesHealth": counts,
        "RefreshedAt": environment.world.now(),
    }


def of_instance(environment: LivingEnvironment, instance: Any) -> dict[str, Any]:
    """One entry of DescribeInstancesHealth."""
    trouble = environment.trouble
    busy = 18 + environment.world.random.random() * 9 + 40 * trouble.failing
    return {
        "InstanceId": instance.id,
        "HealthStatus": trouble.health,
        "Color": environment.health,
        "Causes": list(trouble.causes),
        "LaunchedAt": instance.launch_time,
        "ApplicationMetrics": _requests(environment, trouble, 1),
        "System": {
            "CPUUtilization": {
                "User": round(busy, 1),
                "Nice": 0.0,
                "System": 3.1,
                "Idle": round(96.4 - busy, 1),
                "IOWait": 0.5,
                "IRQ": 0.0,
                "SoftIRQ": 0.0,
            },
            "LoadAverage": [round(busy / 50, 2), round(busy / 55, 2)],
        },
        "Deployment": {
            "VersionLabel": environment.version_label or "",
            "DeploymentId": environment.deployment,
            "Status": "Deployed",
            "DeploymentTime": environment.deployed_at,
        },
        "AvailabilityZone": instance.availability_zone,
        "InstanceType": instance.instance_type,
    }


def _requests(environment: LivingEnvironment, trouble: Trouble, instances: int) -> dict[str, Any]:
    total = environment.world.random.randrange(_REQUESTS // 2, _REQUESTS) * instances
    failed = round(total * trouble.failing)
    moved, missing = total // 25, total // 60
    return {
        "Duration": 10,
        "RequestCount": total,
        "StatusCodes": {
            "Status2xx": total - failed - moved - missing,
            "Status3xx": moved,
            "Status4xx": missing,
            "Status5xx": failed,
        },
        "Latency": {name: round(value * trouble.slower, 3) for name, value in _LATENCY.items()},
    }
