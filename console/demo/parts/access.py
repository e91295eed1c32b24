"""IAM roles and users."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from console.demo.parts.place import StackPlace, naive


def role(place: StackPlace, name: str, service: str, policy: Mapping[str, object] | None = None) -> str:
    """A role that a service such as ``lambda`` may assume, with an inline policy; gives its ARN."""
    iam = place.world.backend("iam", "aws", place.account)
    trust = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
    tags = place.tag_list
    made = iam.create_role(name, _document(trust), "/", None, f"{service} of {place.project}", tags, "3600")
    made.create_date = naive(place.ago(days=400))
    if policy:
        iam.put_role_policy(name, "access", _document(policy))
    return str(made.arn)


def user(place: StackPlace, name: str, *key_ages: int) -> None:
    """A user of the account with access keys of so many days of age."""
    iam = place.world.backend("iam", "aws", place.account)
    made = iam.create_user("us-east-1", name, tags=place.tag_list)
    made.create_date = _dated(place, 500)
    for age in key_ages:
        iam.create_access_key(name).create_date = _dated(place, age)


def _dated(place: StackPlace, days: int) -> datetime:
    return naive(place.ago(days=days))


def _document(statement: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
