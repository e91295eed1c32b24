"""Every request of a REST service is known by its operation, as those of the other protocols are."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSRequest
from botocore.config import Config

from tests.rest_names import named

SERVICES = ("s3", "lambda", "cloudfront", "eks", "apigateway", "backup", "efs", "route53", "guardduty")


class Sent(Exception):
    """What would have been sent."""

    def __init__(self, request: AWSRequest) -> None:
        self.copies = "x-amz-copy-source" in request.headers
        self.method, self.path = request.method, request.url.partition("://")[2].partition("/")[2]


def value_of(shape: Any) -> Any:
    """The least that a required member may be."""
    match shape.type_name:
        case "structure":
            return {name: value_of(shape.members[name]) for name in shape.required_members}
        case "list":
            return [value_of(shape.member)]
        case "map":
            return {}
        case "string":
            return (shape.enum or ["a" * max(1, shape.metadata.get("min", 1))])[0]
        case "blob":
            return b""
        case "boolean":
            return False
        case "timestamp":
            return 0
        case _:
            return max(1, shape.metadata.get("min", 1))


@pytest.mark.parametrize("service", SERVICES)
def test_each_operation_of_a_rest_service_is_known_by_what_is_sent(service: str) -> None:
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "eu-west-1"}
    client = boto3.client(service, endpoint_url="http://127.0.0.1:9", config=Config(parameter_validation=False), **keys)

    def stop(request: AWSRequest, **_: Any) -> None:
        raise Sent(request)

    client.meta.events.register("request-created", stop)
    model, wrong = client.meta.service_model, {}
    for method, name in client.meta.method_to_api_mapping.items():
        shape = model.operation_model(name).input_shape
        with pytest.raises(Sent) as sent:
            getattr(client, method)(**(value_of(shape) if shape else {}))
        found = named(model.signing_name, sent.value.method, f"/{sent.value.path}", copies=sent.value.copies)
        if found != name and not model.operation_model(name).deprecated:
            wrong[name] = found
    assert wrong == ALIKE.get(service, {})


ALIKE = {"s3": {"ListDirectoryBuckets": "ListBuckets"}}
"""Operations that only headers or bodies tell apart, and for what they are taken."""


def test_what_is_no_operation_has_no_name() -> None:
    assert named("lambda", "GET", "/nowhere") == named("nothing", "GET", "/") == ""
