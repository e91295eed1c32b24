"""S3 buckets with objects of all ages, and DynamoDB tables with items and backups."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from console.demo.parts.place import StackPlace, naive

_FILLER = bytes(range(256)) * 4096


def bucket(
    place: StackPlace, name: str, *, versions: bool = True, expire_days: int | None = 365, public: bool = False
) -> None:
    """A bucket, encrypted, private unless `public`, with a lifecycle rule that expires old objects."""
    s3 = place.world.backend("s3", "aws", place.account)
    made = s3.create_bucket(name, place.region)
    made.creation_date = place.ago(days=400)
    if versions:
        s3.put_bucket_versioning(name, "Enabled")
    s3.put_bucket_tagging(name, place.tags)
    s3.put_bucket_encryption(name, {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}})
    if not public:
        names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        s3.put_public_access_block(name, dict.fromkeys(names, "true"))
    if expire_days:
        rule = {
            "ID": "expire-old-objects",
            "Filter": {"Prefix": ""},
            "Status": "Enabled",
            "Expiration": {"Days": str(expire_days)},
            "NoncurrentVersionExpiration": {"NoncurrentDays": "30"},
        }
        s3.put_bucket_lifecycle_configuration(name, [rule])


def put(
    place: StackPlace, bucket_name: str, key: str, written: datetime, *, size: int, storage: str = "STANDARD"
) -> None:
    """An object of `size` bytes (at most 1 MiB) as if written at a moment; again for another version."""
    s3 = place.world.backend("s3", "aws", place.account)
    made = s3.put_object(bucket_name, key, _FILLER[:size], storage=storage)
    made.last_modified = naive(written)


def delete(place: StackPlace, bucket_name: str, key: str) -> None:
    """Delete an object; a bucket with versions keeps it behind a delete marker."""
    place.world.backend("s3", "aws", place.account).delete_object(bucket_name, key)


def table(
    place: StackPlace,
    name: str,
    key: str,
    *,
    created: datetime,
    indexes: Mapping[str, str] | None = None,
    sort: str | None = None,
    recovery: bool = True,
    capacity: int | None = None,
) -> None:
    """A DynamoDB table, on demand or with so many units of read and write capacity.

    `indexes` are names of global indexes and the attribute of each.
    """
    indexes = indexes or {}
    keys = [{"AttributeName": key, "KeyType": "HASH"}]
    keys += [{"AttributeName": sort, "KeyType": "RANGE"}] if sort else []
    attributes = dict.fromkeys((key, *((sort,) if sort else ()), *indexes.values()))
    made = place.backend("dynamodb").create_table(
        name=name,
        schema=keys,
        throughput={"ReadCapacityUnits": capacity, "WriteCapacityUnits": capacity} if capacity else None,
        attr=[{"AttributeName": attribute, "AttributeType": "S"} for attribute in attributes],
        global_indexes=[
            {
                "IndexName": index,
                "KeySchema": [{"AttributeName": attribute, "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
            for index, attribute in indexes.items()
        ],
        indexes=[],
        streams=None,
        billing_mode="PROVISIONED" if capacity else "PAY_PER_REQUEST",
        sse_specification=None,
        tags=place.tag_list,
        deletion_protection_enabled=False,
        warm_throughput=None,
    )
    made.created_at = naive(created)
    if recovery:
        place.backend("dynamodb").update_continuous_backups(name, {"PointInTimeRecoveryEnabled": True})
        description = made.continuous_backups["PointInTimeRecoveryDescription"]
        description["EarliestRestorableDateTime"] = place.ago(days=35).timestamp()


def items(place: StackPlace, table_name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Put items of plain values: text, whole numbers, True and False."""
    found = place.backend("dynamodb").get_table(table_name)
    for row in rows:
        found.put_item({name: _typed(value) for name, value in row.items()})


def write(place: StackPlace, table_name: str, row: Mapping[str, Any]) -> None:
    """Put one item as an application does, so that the table's past knows of it."""
    place.backend("dynamodb").put_item(table_name, {name: _typed(value) for name, value in row.items()})


def backups(place: StackPlace, table_name: str, taken: Mapping[str, datetime]) -> None:
    """On-demand backups by name of a table as it is, as if taken at their moments.

    They share one copy of the items: a copy for each would take seconds.
    """
    dynamodb = place.backend("dynamodb")
    first = None
    for name, moment in taken.items():
        if first is None:
            made = first = dynamodb.create_backup(table_name, name)
            del dynamodb.backups[made.arn]
        else:
            made = copy.copy(first)
        made.name, made.status = name, "AVAILABLE"
        made.creation_date_time = naive(moment)
        made.identifier = made._make_identifier()
        dynamodb.backups[made.arn] = made


def _typed(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(value)}
    return {"S": value}
