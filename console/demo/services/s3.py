"""Amazon S3: Intelligent-Tiering configurations, which moto takes for a wish to create a bucket."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from moto.s3.responses import S3Response

from console.demo.services.shapes import replace

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = ("s3: put, get, list and delete bucket intelligent tiering configurations",)

_QUERY: Final = "intelligent-tiering"
_NAMESPACE: Final = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
_MISSING: Final = (
    "<Error><Code>NoSuchConfiguration</Code><Message>The specified configuration does not exist.</Message></Error>"
)


def install(world: World) -> None:
    """Keep the configurations of a bucket as they were put."""
    del world

    def put(self: S3Response, request: Any, bucket_name: str, querystring: dict[str, Any]) -> Any:
        if _QUERY not in querystring:
            return original_put(self, request, bucket_name, querystring)
        body = self.body.decode() if isinstance(self.body, bytes) else self.body
        _kept(self, bucket_name)[querystring["id"][0]] = re.sub(r"^<\?xml[^>]*\?>\s*", "", body)
        return 200, {}, ""

    def get(self: S3Response, bucket_name: str, querystring: dict[str, Any]) -> Any:
        if _QUERY not in querystring:
            return original_get(self, bucket_name, querystring)
        kept = _kept(self, bucket_name)
        if "id" not in querystring:
            listed = "".join(kept.values())
            answer = f"<ListBucketIntelligentTieringConfigurationsOutput {_NAMESPACE}><IsTruncated>false</IsTruncated>"
            return 200, {}, f"{answer}{listed}</ListBucketIntelligentTieringConfigurationsOutput>"
        found = kept.get(querystring["id"][0])
        return (200, {}, found) if found else (404, {}, _MISSING)

    def delete(self: S3Response, bucket_name: str, querystring: dict[str, Any]) -> Any:
        if _QUERY not in querystring:
            return original_delete(self, bucket_name, querystring)
        _kept(self, bucket_name).pop(querystring["id"][0], None)
        return 204, {}, ""

    original_put = replace(S3Response, "_bucket_response_put", put)
    original_get = replace(S3Response, "_bucket_response_get", get)
    original_delete = replace(S3Response, "_bucket_response_delete", delete)


def _kept(response: S3Response, bucket_name: str) -> dict[str, str]:
    """The configurations of a bucket by id; raises what moto raises if there is no such bucket."""
    bucket = response.backend.get_bucket(bucket_name)
    kept: dict[str, str] = vars(bucket).setdefault("intelligent_tiering", {})
    return kept
