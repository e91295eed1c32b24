"""Who the calls are made as: the account, the ARN, and until when the credentials hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from console.aws.call import Aws
from console.problems import OTHER_ACCOUNT, OTHER_REGION, Problem, ProblemKind
from console.text import Clean, clean


@dataclass(frozen=True, slots=True)
class Identity:
    """The caller as STS names it; `expires` is None for keys that do not expire."""

    account: Clean
    arn: Clean
    expires: datetime | None = None

    @property
    def name(self) -> Clean:
        """The last part of the ARN: the user or the role's session."""
        return Clean(self.arn.rpartition(":")[2])


async def who_am_i(aws: Aws) -> Identity:
    """Ask STS who the caller is, and let the token buckets know the account. Raises `Failure`."""
    answer = await aws.call("sts", "get_caller_identity", expect="Account")
    aws.account = str(answer["Account"])
    aws.vouch()
    return Identity(clean(answer["Account"]), clean(answer["Arn"]), aws.expires)


def account_problem(identity: Identity, wanted: str | None) -> Problem | None:
    """The problem when the credentials belong to another account than the stack file's; None when all is well."""
    if wanted is None or identity.account == wanted:
        return None
    return Problem(
        ProblemKind.LOGIN,
        clean(f"These credentials belong to account {identity.account}, but the stack file names {wanted}."),
        Clean("Choose the right profile (--profile, or S in the console), or mend the stack file."),
        OTHER_ACCOUNT,
    )


def region_problem(region: str, told: str) -> Problem | None:
    """The problem when calls go to another region than the ARNs of a stack file say; None when all is well."""
    if region == told:
        return None
    return Problem(
        ProblemKind.INVALID,
        clean(f"Calls would go to {region}, but the stack file names no region, and its ARNs are in {told}."),
        clean(f'Add to the stack file: region = "{told}", or mend its ARNs.'),
        OTHER_REGION,
    )
