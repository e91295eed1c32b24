"""CloudFront distributions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from console.demo.parts.place import StackPlace


def distribution(
    place: StackPlace,
    distribution_id: str,
    domain: str,
    origin: str,
    *,
    comment: str,
    modified: datetime,
    port: int = 80,
) -> None:
    """A distribution with an id and a domain of our choice, and one origin."""
    cloudfront = place.world.backend("cloudfront", "aws", place.account)
    made, _, _ = cloudfront.create_distribution(_config(place, origin, comment, port), place.tag_list)
    del cloudfront.distributions[made.id]
    tags = cloudfront.tagger.get_tag_dict_for_resource(made.arn)
    made.id = made.distribution_id = distribution_id
    made.arn = f"arn:aws:cloudfront::{place.account}:distribution/{distribution_id}"
    made.domain_name = domain
    made.last_modified_time = modified
    cloudfront.distributions[distribution_id] = made
    cloudfront.tagger.tag_resource(made.arn, [{"Key": key, "Value": value} for key, value in tags.items()])


def _config(place: StackPlace, origin: str, comment: str, port: int) -> dict[str, Any]:
    return {
        "CallerReference": f"terraform-{place.project}",
        "Aliases": {"Quantity": 0},
        "DefaultRootObject": "",
        "Origins": {"Quantity": 1, "Items": [_origin(origin, port)]},
        "OriginGroups": {"Quantity": 0},
        "DefaultCacheBehavior": {
            "TargetOriginId": "frontend",
            "TrustedSigners": {"Enabled": False, "Quantity": 0},
            "TrustedKeyGroups": {"Enabled": False, "Quantity": 0},
            "ViewerProtocolPolicy": "redirect-to-https",
            "AllowedMethods": {
                "Quantity": 2,
                "Items": ["HEAD", "GET"],
                "CachedMethods": {"Quantity": 2, "Items": ["HEAD", "GET"]},
            },
            "SmoothStreaming": False,
            "Compress": True,
            "LambdaFunctionAssociations": {"Quantity": 0},
            "FunctionAssociations": {"Quantity": 0},
            "FieldLevelEncryptionId": "",
            "ForwardedValues": {"QueryString": True, "Cookies": {"Forward": "all"}, "Headers": {"Quantity": 0}},
            "MinTTL": 0,
            "DefaultTTL": 60,
            "MaxTTL": 86_400,
        },
        "CacheBehaviors": {"Quantity": 0},
        "CustomErrorResponses": {"Quantity": 0},
        "Comment": comment,
        "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""},
        "PriceClass": "PriceClass_100",
        "Enabled": True,
        "ViewerCertificate": {"CloudFrontDefaultCertificate": True, "MinimumProtocolVersion": "TLSv1"},
        "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
        "WebACLId": "",
        "HttpVersion": "http2and3",
        "IsIPV6Enabled": True,
    }


def _origin(domain: str, port: int) -> dict[str, Any]:
    return {
        "Id": "frontend",
        "DomainName": domain,
        "OriginPath": "",
        "CustomHeaders": {"Quantity": 0},
        "CustomOriginConfig": {
            "HTTPPort": port,
            "HTTPSPort": 443,
            "OriginProtocolPolicy": "http-only",
            "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]},
            "OriginReadTimeout": 30,
            "OriginKeepaliveTimeout": 5,
        },
        "ConnectionAttempts": 3,
        "ConnectionTimeout": 10,
        "OriginShield": {"Enabled": False},
    }
