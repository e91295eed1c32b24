"""Where a bucket is: S3 answers for it from everywhere, and CloudWatch has its metrics only there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from console.aws.metric_answer import Points, Unanswered
from console.problems import Problem, ProblemKind
from console.services.s3.kinds import Bucket
from console.text import Clean

if TYPE_CHECKING:
    from console.aws.call import Aws

_NOT_TOLD: Final = Problem(
    ProblemKind.SUSPECT,
    Clean("S3 did not say in which region the bucket is, so CloudWatch may have been asked in another one."),
    Clean("Name its region in the stack file."),
)

_known: Final[WeakKeyDictionary[Aws, dict[str, str]]] = WeakKeyDictionary()


async def region_of(aws: Aws, bucket: Bucket) -> str:
    """The region of a bucket; empty where S3 does not say. It never changes, so it is asked once. Raises `Failure`."""
    known = _known.setdefault(aws, {})
    if bucket.bucket not in known:
        answer = await aws.call("s3", "head_bucket", expect=None, region=bucket.region, Bucket=bucket.bucket)
        if not (told := answer.get("BucketRegion")):
            return ""
        known[bucket.bucket] = told
    return known[bucket.bucket]


def metrics_region(aws: Aws, bucket: Bucket, told: str) -> str | None:
    """The region in which to ask for its metrics; None for the stack's own, where those of others are asked, too."""
    return bucket.region if told in ("", bucket.region or aws.target.region) else told


def placed(points: Points, bucket: Bucket, told: str) -> Points:
    """The points as they are; unanswered where there are none and nobody knows whether it was the right region."""
    return points if points or told or bucket.region else Unanswered(_NOT_TOLD)
