"""What the credential chain raises, in sentences."""

from __future__ import annotations

from typing import Any, Final

from console.problems.problem import Problem, ProblemKind, ended
from console.text import Clean, clean

# What the credential chain raises (each seen; the table of credential cases), with the sentence that it deserves.
LOGIN: Final[dict[str, tuple[str, str]]] = {
    "NoCredentialsError": (
        "No AWS credentials were found.",
        "Set AWS_PROFILE or pass --profile, or sign in with: aws configure sso. To try without an account: --demo.",
    ),
    "PartialCredentialsError": (
        "The AWS credentials are incomplete.",
        "Give both the access key id and the secret access key.",
    ),
    "ProfileNotFound": (
        "",
        "List the profiles with: aws configure list-profiles, and pass one with --profile.",
    ),
    "SSOTokenLoadError": (
        "Nobody has signed in to this SSO profile yet.",
        "Sign in: aws sso login --profile {profile}.",
    ),
    "TokenRetrievalError": (
        "The SSO sign-in has expired.",
        "Sign in again: aws sso login --profile {profile}.",
    ),
    "UnauthorizedSSOTokenError": (
        "The SSO sign-in has expired.",
        "Sign in again: aws sso login --profile {profile}.",
    ),
    "InvalidConfigError": (
        "",
        "Mend the profile in the AWS config file (often source_profile names one that is absent).",
    ),
    "ConfigParseError": ("", "Mend the AWS config file where it says."),
    "CredentialRetrievalError": ("", "Find out why there: the profile or the environment names it for credentials."),
    "JSONDecodeError": (
        "The profile's credential_process printed something that is not JSON.",
        "Run its command by hand: it must print Version, AccessKeyId and SecretAccessKey as JSON.",
    ),
    "MFARequired": ("", "Type its next code when asked: each serves once."),
    "LoginSessionUnsupported": (
        "",
        "Keep `aws login`, and let another profile take its credentials: credential_process = aws configure "
        "export-credentials --profile {profile} --format process.",
    ),
    "SsoRoleMissing": ("", "Add them to the profile, or choose them with: aws configure sso --profile {profile}."),
    "SsoRoleRefused": (
        "",
        "Ask for that role in IAM Identity Center, or choose another one: aws configure sso --profile {profile}.",
    ),
    "TokenFileUnreadable": (
        "",
        "What runs this writes it (EKS, a CI job): mend it there, or where AWS_WEB_IDENTITY_TOKEN_FILE or the "
        "profile's web_identity_token_file names it.",
    ),
    "CredentialProcessTimeout": (
        "The profile's credential_process did not answer within 15 s and was ended.",
        "Run its command by hand; it may be waiting for input.",
    ),
}
SETTINGS: Final[dict[str, tuple[str, str]]] = {
    "NoRegionError": ("No AWS region is set.", "Pass --region, set AWS_REGION, or name it in the stack file."),
    "InvalidRegionError": ("", "Mend it where it is set: --region, AWS_REGION, the stack file or the AWS config file."),
    "BundleUnreadable": (
        "",
        "Nothing was sent. Mend AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE or ca_bundle in the profile, whichever names it.",
    ),
}
"""What is raised where a setting cannot be: in which sentence (none: its own), and where to mend it."""

_PROCESS_HINT: Final = "Run its command by hand to see why."


def from_chain(error: BaseException, name: str, profile: str) -> Problem:
    """The problem of an exception of `LOGIN`, by the name of its class there."""
    what, hint = LOGIN[name]
    told: dict[str, Any] = getattr(error, "kwargs", {})
    if told.get("provider") == "custom-process":
        what, hint = f"The profile's credential_process failed: {told.get('error_msg')}.", _PROCESS_HINT
    return Problem(
        ProblemKind.LOGIN,
        clean(what or ended(str(error) or name), limit=400),
        clean(hint.format(profile=getattr(error, "profile", "") or profile or "PROFILE")),
        Clean(name),
        about=clean(getattr(error, "serial", "")),
    )


def lost_login(reason: str, profile: str, place: str, code: Clean) -> Problem:
    """That AWS does not accept the credentials, for a reason that is a sentence."""
    return Problem(
        ProblemKind.LOGIN,
        clean(f"AWS does not accept the credentials{place}: {reason}", limit=300),
        clean(f"Sign in again (aws sso login --profile {profile or 'PROFILE'}), or renew the keys."),
        code,
    )
