"""Why AWS denied something, and what helps."""

from __future__ import annotations

import re
from typing import Final

from console.iam import statement_of
from console.problems.problem import ended

_READING: Final = "groundskeeper policy --read-only"
_CHANGING: Final = "groundskeeper policy"
"""The commands that print what must be allowed for looking, and for changing something, too."""

# How AWS words a denial: IAM user guide, "Troubleshoot access denied error messages".
_REASON: Final = re.compile(r"(?:with an explicit deny|because\b).*", re.DOTALL)
_NO_REASON: Final = re.compile(
    r"not (?:authorized|allowed) to (?:perform|do)|^(?:Access ?Denied|Forbidden|403|You are not authorized to perform "
    r"this operation)\.?$|^[A-Za-z]*(?:Denied|Authoriz|Unauthorized)[A-Za-z]*\.?$",
    re.IGNORECASE,
)
_OTHER_POLICY: Final = re.compile(
    r"no (service control policy|resource control policy|permissions boundary|session policy|vpc endpoint policy|"
    r"resource-based policy|role trust policy)"
)
_ENCODED: Final = re.compile(r"\s*Encoded authorization failure message:.*", re.DOTALL)
NAMED_ACTION: Final = re.compile(r"not authorized to perform:? ([a-z0-9-]+:[A-Za-z0-9*]+)")


def why_denied(message: str) -> str:
    """AWS's own reason for a denial, without who asked for what, which is known; empty where it gives none."""
    told = _ENCODED.sub("", message).strip()
    if found := _REASON.search(told):
        return ended(found.group(0))
    return "" if _NO_REASON.search(told) else told


def remedy(why: str, action: str, *, changing: bool) -> str:
    """What helps against a denial: a permission of one's own does not where another policy is in the way."""
    reason, policy = why.lower(), _CHANGING if changing else _READING
    if "explicit deny" in reason:
        return (
            "Adding a permission does not help: meet what the deny asks for (often MFA, a network or a region), "
            "or ask whoever keeps that policy."
        )
    if "kms" in reason or action.startswith("kms:"):
        return "Ask whoever keeps the KMS key: its key policy, or a kms permission of this role, is what is missing."
    if found := _OTHER_POLICY.search(reason):
        return f"The {found.group(1)} must allow it, too: ask whoever keeps it."
    if action == "sts:AssumeRole":
        return "The role's trust policy must name who signs in, who in turn must be allowed sts:AssumeRole on it."
    if "not enabled" in reason:
        return "It must be switched on in the account, for some services by the account that pays."
    if not action:
        return f"Add the permission. All that are needed: {policy}."
    return f"Add this permission: it stands in the statement {statement_of(action)} of: {policy}."
