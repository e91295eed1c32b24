"""Amazon CloudFront: changes and invalidations take time, and an ETag that is out of date is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.cloudfront import models
from moto.cloudfront.models import CloudFrontBackend as Backend
from moto.cloudfront.models import Distribution, Invalidation, random_id

from console.demo.services.shapes import refuse, replace

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = (
    "cloudfront: an invalidation is InProgress for a minute, a changed distribution for three",
    "cloudfront: an IfMatch that is not the newest ETag is refused with PreconditionFailed",
)

_INVALIDATION_SECONDS = 60
_DEPLOY_SECONDS = 180


class LivingDistribution(Distribution):
    """A distribution whose status follows the clock and not how often it was described."""

    status = "Deployed"
    world: World
    last_modified_time: Any

    def touch(self) -> None:
        """Be changed: a new ETag, and some minutes until every edge has it."""
        self.etag = random_id()
        self.last_modified_time = self.world.now()
        self.status = "InProgress"
        etag = self.etag

        def deployed() -> None:
            if self.etag == etag:
                self.status = "Deployed"

        self.world.after(_DEPLOY_SECONDS, deployed)


def install(world: World) -> None:
    """Put time and ETags into moto's CloudFront."""
    LivingDistribution.world = world
    replace(models, "Distribution", LivingDistribution)
    _replace_changes()
    _replace_invalidations(world)


def _replace_changes() -> None:
    def update_distribution(backend: Backend, dist_config: dict[str, Any], _id: str, if_match: str) -> Any:
        _match(backend, _id, if_match)
        distribution, location, _ = update(backend, dist_config, _id, if_match)
        distribution.touch()
        return distribution, location, distribution.etag

    def delete_distribution(backend: Backend, distribution_id: str, if_match: str) -> None:
        _match(backend, distribution_id, if_match)
        found = backend.distributions.get(distribution_id)
        if found and vars(found.distribution_config)["Enabled"]:
            raise refuse("DistributionNotDisabled", "The distribution you are trying to delete has not been disabled.")
        delete(backend, distribution_id, if_match)

    update = replace(Backend, "update_distribution", update_distribution)
    delete = replace(Backend, "delete_distribution", delete_distribution)


def _match(backend: Backend, distribution_id: str, if_match: str | None) -> None:
    found = backend.distributions.get(distribution_id)
    if found and if_match and found.etag != if_match:
        raise refuse("PreconditionFailed", "The precondition in one or more of the request fields evaluated to false.")


def _replace_invalidations(world: World) -> None:
    def create_invalidation(backend: Backend, dist_id: str, paths: list[str], caller_ref: str) -> Invalidation:
        known = [i for i in backend.invalidations.get(dist_id, []) if i.caller_ref == caller_ref]
        if known:
            return known[0]
        invalidation: Invalidation = create(backend, dist_id, paths, caller_ref)
        invalidation.status = "InProgress"
        distribution = invalidation.distribution
        distribution.in_progress_invalidation_batches += 1
        # CloudFront lists the newest first.
        backend.invalidations[dist_id].insert(0, backend.invalidations[dist_id].pop())

        def complete() -> None:
            invalidation.status = "Completed"
            distribution.in_progress_invalidation_batches -= 1

        world.after(_INVALIDATION_SECONDS, complete)
        return invalidation

    create = replace(Backend, "create_invalidation", create_invalidation)
