"""The keys of the demo: worth nothing anywhere else, but known to its IAM and STS as somebody's."""

from __future__ import annotations

import json
from typing import Final

from console.demo.world import ACCOUNT, World

GIFT_ACCOUNT: Final = "147997144209"
"""The account of gift-tracker, which the demo enters by an assumed role."""

_OPERATOR: Final = "operator"
_SECRET: Final = "worth-nothing-outside-of-the-demo"  # noqa: S105
_DURATION: Final = 12 * 3600


def install(world: World) -> None:
    """Make the operator: a user of the main account, and a role assumed in the account of gift-tracker."""
    iam = world.backend("iam", "aws", ACCOUNT)
    iam.create_user("us-east-1", _OPERATOR, tags=[])
    key = iam.create_access_key(_OPERATOR)
    del iam.access_keys[key.access_key_id]
    key.access_key_id = access_key(ACCOUNT)
    iam.access_keys[key.access_key_id] = key

    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
    there = world.backend("iam", "aws", GIFT_ACCOUNT)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = there.create_role(_OPERATOR, policy, "/", None, "Operators of gift-tracker", [], str(_DURATION))
    sts = world.backend("sts", "aws", GIFT_ACCOUNT)
    assumed = sts.assume_role("us-east-1", _OPERATOR, role.arn, None, _DURATION, None)
    del there.access_keys[assumed.access_key_id]
    assumed.access_key_id = assumed.access_key.access_key_id = access_key(GIFT_ACCOUNT)
    there.access_keys[assumed.access_key_id] = assumed.access_key


def access_key(account: str) -> str:
    """The access key id with which the demo enters an account."""
    return f"{'AKIA' if account == ACCOUNT else 'ASIA'}DEMO{account}"


def section(profile: str, account: str) -> str:
    """The section of a credentials file by which a profile enters an account."""
    lines = [f"[{profile}]", f"aws_access_key_id = {access_key(account)}", f"aws_secret_access_key = {_SECRET}"]
    if account != ACCOUNT:
        lines.append("aws_session_token = demo-session")
    return "\n".join(lines) + "\n"
