"""API operations and the IAM actions that they need; which operations only read."""

from __future__ import annotations

import re
from typing import Final

# Where the IAM prefix is not the name that botocore knows the service by.
_PREFIX: Final = {
    "apigateway": "apigateway",
    "application-autoscaling": "application-autoscaling",
    "budgets": "budgets",
    "cognito-idp": "cognito-idp",
    "docdb": "rds",
    "elbv2": "elasticloadbalancing",
    "efs": "elasticfilesystem",
    "resourcegroupstaggingapi": "tag",
    "service-quotas": "servicequotas",
}
# Where the IAM action is not the name of the API operation (Service Authorization Reference).
_ALIAS: Final = {
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjects": "s3:ListBucket",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:CopyObject": "s3:PutObject",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketCors": "s3:GetBucketCORS",
    "s3:PutBucketCors": "s3:PutBucketCORS",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:PutBucketReplication": "s3:PutReplicationConfiguration",
    "s3:ListBucketMetricsConfigurations": "s3:GetMetricsConfiguration",
    "s3:PutBucketMetricsConfiguration": "s3:PutMetricsConfiguration",
    "ce:GetCostAndUsage": "ce:GetCostAndUsage",
}
_APIGATEWAY: Final = re.compile(r"^(Get|Create|Put|Update|Delete)")
_APIGATEWAY_VERB: Final = {
    "Get": "GET",
    "Create": "POST",
    "Put": "PUT",
    "Update": "PATCH",
    "Delete": "DELETE",
}
_READS: Final = re.compile(
    r"^(AdminGet|AdminList|Describe|List|Get|BatchGet|Head|Filter|Lookup|Search|Query|Scan|Simulate|Select|Check)"
)
# Reads that AWS shapes like writes; design.md names them.
_READS_SHAPED_LIKE_WRITES: Final = frozenset(
    {
        "logs:StartQuery",
        "logs:StopQuery",
        "logs:StartLiveTail",
        "elasticbeanstalk:RequestEnvironmentInfo",
        "elasticbeanstalk:RetrieveEnvironmentInfo",
        "iam:GenerateCredentialReport",
        "iam:GenerateServiceLastAccessedDetails",
    }
)


def iam_action(service: str, operation: str) -> str:
    """The IAM action that an API operation needs, such as ``s3:ListBucket`` for S3's ListObjectsV2.

    `service` is botocore's name, `operation` the API's own (``DescribeServices``).
    """
    if service == "apigateway" and (verb := _APIGATEWAY.match(operation)):
        return f"apigateway:{_APIGATEWAY_VERB[verb.group(1)]}"
    name = f"{_PREFIX.get(service, service)}:{operation}"
    return _ALIAS.get(name, name)


def is_read(service: str, operation: str) -> bool:
    """Whether an API operation changes nothing. What is not known to be a read is taken for a write."""
    return bool(_READS.match(operation)) or f"{service}:{operation}" in _READS_SHAPED_LIKE_WRITES
