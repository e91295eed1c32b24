"""The AWS profiles of this user."""

from __future__ import annotations

from console.aws.background import undisturbed
from console.text import Clean, clean


def profiles() -> list[Clean]:
    """The names of the profiles in the AWS config and credentials files. Imports botocore: call it in a thread."""
    with undisturbed():
        from botocore.session import Session

        return [clean(name) for name in Session().available_profiles]
