"""Elastic Beanstalk applications."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from console.demo.parts.place import StackPlace, naive
from console.demo.services.elasticbeanstalk.environment import VARIABLES, LivingEnvironment
from console.demo.services.elasticbeanstalk.versions import record


def application(place: StackPlace, name: str, versions: Mapping[str, datetime]) -> None:
    """An application with versions, given with the moment at which each was made."""
    eb = place.backend("elasticbeanstalk")
    made = eb.create_application(name)
    for label, moment in versions.items():
        bundle = {"S3Bucket": f"elasticbeanstalk-{place.region}-{place.account}", "S3Key": f"{name}/{label}.zip"}
        version = record(place.world, made, label, bundle, f"{name} {label}")
        version |= {"DateCreated": moment, "DateUpdated": moment}


def environment(
    place: StackPlace,
    application_name: str,
    name: str,
    *,
    label: str,
    variables: Mapping[str, str],
    instances: int,
    since: datetime,
) -> LivingEnvironment:
    """A ready environment that has run a version since a moment, with so many instances."""
    eb = place.backend("elasticbeanstalk")
    made: LivingEnvironment = eb.create_environment(
        eb.applications[application_name], name, "", {"elasticbeanstalk:environment-name": name, **place.tags}
    )
    made.settings["aws:autoscaling:asg", "MinSize"] = str(instances)
    for key, value in variables.items():
        made.settings[VARIABLES, key] = value
    made.version_label = label
    made.deployed_at = since
    made.date_created = naive(place.ago(days=400))
    made.date_updated = naive(since)
    made.fit()
    for instance in made.instances:
        instance.launch_time = f"{since:%Y-%m-%dT%H:%M:%S.000Z}"
    made.tell("Environment update is starting.", at=since)
    made.tell("Deploying new version to instance(s).", at=since)
    made.tell("New application version was deployed to running EC2 instances.", at=since)
    made.tell("Environment update completed successfully.", at=since)
    return made
