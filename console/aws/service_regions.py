"""Where the services answer that have one region for a whole partition, as botocore's data tell."""

from __future__ import annotations

import functools
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from console.naming import partitions
from console.problems import Problem, ProblemKind
from console.text import Clean, clean

if TYPE_CHECKING:
    from botocore.loaders import Loader

GLOBAL: Final = frozenset({"budgets", "ce", "cloudfront", "health", "iam", "route53", "support"})
"""Services that answer in one region of a partition, whatever the stack's (AWS General Reference, endpoints)."""

NOT_THERE: Final = Clean("NotInPartition")
"""The code of the problem that a partition has no such service."""

_SKIP: Final = Clean("Next: take what needs it out of the stack file, or name its checks there under skip.")


@functools.cache
def loader() -> Loader:
    """What reads botocore's data; one for the process, since it keeps what it has read."""
    from botocore.loaders import create_loader

    return create_loader()


def home_of(service: str, region: str) -> str | None:
    """The region in which a service is asked from a region; None where its partition has no such service."""
    return _home(service, partitions.partition_of(region)) if service in GLOBAL else region


def not_a_region(region: str) -> Problem | None:
    """That a text cannot be a region, and where to mend it; None where it can be one."""
    if not (why := partitions.malformed(region)):
        return None
    hint = (
        "Next: mend it where it is set: --region, AWS_REGION, AWS_DEFAULT_REGION, settings.toml or the AWS config file."
    )
    return Problem(ProblemKind.INVALID, clean(f"{region!r} {why}", limit=300), Clean(hint))


def not_offered(service: str, region: str) -> Problem:
    """That a service is not asked, since the partition of the region has none."""
    partition = partitions.partition_of(region)
    return Problem(
        ProblemKind.UNAVAILABLE,
        clean(f"Partition {partition}, where {region} is, has no {service}: it was not asked."),
        _SKIP,
        NOT_THERE,
    )


def perhaps_not_there(problem: Problem, service: str, region: str) -> Problem:
    """The problem that a service's address leads nowhere: why that may be so, as far as botocore knows."""
    if unheard := partitions.unheard(region):
        return replace(problem, hint=clean(f"{unheard} {problem.hint}"))
    partition = partitions.partition_of(region)
    listed = _services(partition)
    if not listed or loader().load_service_model(service, "service-2")["metadata"]["endpointPrefix"] in listed:
        return problem
    what = f"{service} has no address in {region}, and partition {partition} no such service as far as is known."
    return replace(problem, kind=ProblemKind.UNAVAILABLE, what=clean(what), hint=_SKIP, code=NOT_THERE)


def read_ahead() -> None:
    """Read botocore's list of endpoints, which takes some 15 ms the first time: call it in a thread."""
    _services(partitions.FIRST)


def _services(partition: str) -> dict[str, Any]:
    """The services that botocore lists in a partition; none for the newest partitions."""
    endpoints, _ = loader().load_data_with_path("endpoints")  # the very question that a session asks: read once
    return next((one["services"] for one in endpoints["partitions"] if one["partition"] == partition), {})


@functools.cache
def _home(service: str, partition: str) -> str | None:
    known, listed = partitions.of_name(partition), _services(partition)
    if found := listed.get(service):
        return _listed(found, known)
    # Newer partitions stand only in the rules of each service; those of a global one name every partition that has it.
    rules = json.dumps(loader().load_service_model(service, "endpoint-rule-set-1"))
    names = f'"{partition}"' in rules or (not listed and f'"{partitions.FIRST}"' not in rules)
    return known.home if names else None


def _listed(found: dict[str, Any], partition: partitions.Partition) -> str:
    if whole := found.get("partitionEndpoint"):
        return str(found["endpoints"][whole]["credentialScope"]["region"])
    return next((region for region in found["endpoints"] if partition.pattern.fullmatch(region)), partition.home)
