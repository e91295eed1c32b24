"""What the tests take for a change: each write of AWS's own models, whatever protocol its service speaks."""

from __future__ import annotations

import re

import botocore.session
import pytest

from tests.faults import Seen
from tests.mutations import READS, changes

_READS = re.compile(r"(Describe|Filter|Get|List)")
_SHAPED_LIKE_WRITES = {
    "elasticbeanstalk:RequestEnvironmentInfo", "elasticbeanstalk:RetrieveEnvironmentInfo", "logs:StartLiveTail",
    "logs:StartQuery", "logs:StopQuery",
}  # fmt: skip
SERVICES = (
    "apigateway application-autoscaling backup cloudfront cloudwatch cognito-idp dynamodb ec2 ecr ecs eks guardduty "
    "elasticbeanstalk elbv2 health lambda logs rds resourcegroupstaggingapi route53 s3 sns ssm sts"
).split()


def test_every_service_that_is_read_is_tried() -> None:
    session = botocore.session.get_session()
    assert set(READS) <= {session.get_service_model(service).signing_name for service in SERVICES} | set(SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_not_named_as_a_read_is_a_change(service: str) -> None:
    model = botocore.session.get_session().get_service_model(service)
    signed, rest = model.signing_name, model.metadata["protocol"].startswith("rest")
    known = set(READS.get(signed, ()))
    assert known <= set(model.operation_names), "it names what AWS has"
    for name in model.operation_names:
        http = model.operation_model(name).http
        seen = Seen(signed, "eu-west-1", "rest" if rest else "json", name, http["method"], "/")
        is_read = name in known or (rest and http["method"] in ("GET", "HEAD"))
        assert changes(seen) is not is_read, name


def test_what_is_named_as_a_read_is_named_like_one() -> None:
    names = {f"{service}:{name}" for service, names in READS.items() for name in names}
    assert {name for name in names if not _READS.match(name.partition(":")[2])} == _SHAPED_LIKE_WRITES
