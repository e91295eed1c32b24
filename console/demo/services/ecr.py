"""Amazon ECR: which images were deleted is told for untagged ones too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.ecr.models import ECRBackend

from console.demo.services.shapes import replace

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = ("ecr: batch_delete_image names the untagged images that it deleted",)


def install(world: World) -> None:
    """Complete the answer of BatchDeleteImage."""
    del world

    def batch_delete_image(
        backend: ECRBackend, repository_name: str, registry_id: str | None = None, image_ids: Any = None
    ) -> dict[str, Any]:
        repository = backend.repositories.get(repository_name)
        untagged = (
            {image.get_image_digest() for image in repository.images if not image.image_tags} if repository else set()
        )
        answer: dict[str, Any] = delete(backend, repository_name, registry_id, image_ids)
        asked = [one["imageDigest"] for one in image_ids or () if one.get("imageDigest") in untagged]
        answer["imageIds"] += [{"imageDigest": digest} for digest in asked]
        return answer

    delete = replace(ECRBackend, "batch_delete_image", batch_delete_image)
