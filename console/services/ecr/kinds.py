"""Amazon ECR: repositories, and how a stack names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from console.inventory.found import FoundResource, item
from console.inventory.listing import listed, listing
from console.naming.resource_kind import ResourceKind
from console.stack.part import Name, Part, Region

if TYPE_CHECKING:
    from console.aws.call import Aws

REPOSITORY: Final = ResourceKind(
    "ECR repository",
    "ecr",
    r"repository/(?P<name>[a-z0-9._/-]+)",
    "repository/NAME",
    r"(?![0-9]{12}\.dkr[.-])[a-z0-9._/-]+",
    many="ECR repositories",
    hint="repo|ecr|image",
)


class Repository(Part, frozen=True):
    """An ECR repository."""

    section = "ecr"
    health_service = "ECR"

    repository: Annotated[Name, REPOSITORY]
    region: Region | None = None


@listing(REPOSITORY, Repository, "ecr:DescribeRepositories")
async def repositories(aws: Aws) -> list[FoundResource]:
    """Each repository of the region."""
    found = await listed(aws, "ecr", "describe_repositories", "repositories")
    return [
        item(Repository(repository=name), name, f"ecr:repository/{name}", each["repositoryUri"])
        for each in found
        if (name := each["repositoryName"])
    ]
