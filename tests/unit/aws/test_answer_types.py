"""An answer whose values are of other types than the service model tells is refused, and no fault of the console's."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from aiobotocore.parsers import PROTOCOL_PARSERS
from botocore.loaders import create_loader
from botocore.model import ServiceModel
from botocore.parsers import ResponseParserError

from console.aws.answer_types import make_strict
from console.problems import ProblemKind, Suspect, classify

_LOADER = create_loader()


async def parsed(service: str, operation: str, body: object, status: int = 200) -> Any:
    """What is made of an answer of a service: JSON of an object, XML as it is given."""
    model = ServiceModel(_LOADER.load_service_model(service, "service-2"))
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = {"status_code": status, "headers": {"x-amzn-requestid": "r"}, "body": content, "context": {}}
    return await make_strict(model.protocol).parse(response, model.operation_model(operation).output_shape)


def _service(**members: object) -> dict[str, Any]:
    return {"services": [{"serviceName": "web", "runningCount": 2, "createdAt": 1.7e9, **members}]}


async def test_a_true_answer_is_as_botocore_has_it() -> None:
    service = (await parsed("ecs", "DescribeServices", _service(desiredCount=2.0)))["services"][0]
    assert service["serviceName"] == "web" and service["runningCount"] == 2
    assert isinstance(service["desiredCount"], int) and isinstance(service["createdAt"], datetime)


@pytest.mark.parametrize(
    "members",
    [
        {"runningCount": "2.5"}, {"runningCount": "two"}, {"runningCount": 2.5}, {"runningCount": True},
        {"runningCount": [2]},
        {"runningCount": 10**30}, {"runningCount": 1e300}, {"runningCount": float("nan")}, {"serviceName": True},
        {"serviceName": ["web"]}, {"events": "none"}, {"events": {"a": 1}}, {"events": [None]}, {"events": 5},
        {"loadBalancers": ["text"]}, {"deploymentController": []}, {"createdAt": "yesterday"}, {"createdAt": [1]},
        {"createdAt": 1e300}, {"enableExecuteCommand": "no"},
    ],
    ids=repr,
)  # fmt: skip
async def test_json_of_other_types_is_not_an_answer(members: dict[str, object]) -> None:
    with pytest.raises((Suspect, ResponseParserError)) as caught:
        await parsed("ecs", "DescribeServices", _service(**members))
    assert classify(caught.value).kind is ProblemKind.SUSPECT


@pytest.mark.parametrize(
    ("members", "meant"),
    [
        ({"runningCount": "2"}, {"runningCount": 2}),
        ({"runningCount": 2.0}, {"runningCount": 2}),
        ({"serviceName": 5}, {"serviceName": "5"}),
        ({"enableExecuteCommand": "False"}, {"enableExecuteCommand": False}),
    ],
    ids=repr,
)
async def test_what_a_value_of_another_type_can_only_mean_is_taken_for_it(
    members: dict[str, object], meant: dict[str, object]
) -> None:
    (service,) = (await parsed("ecs", "DescribeServices", _service(**members)))["services"]
    assert {name: service[name] for name in meant} == meant


@pytest.mark.parametrize("arns", ["arn:aws:ecs:eu-west-1:1:cluster/a", {"a": "b"}], ids=repr)
async def test_the_letters_of_a_text_are_no_list(arns: object) -> None:
    with pytest.raises(Suspect, match="not a list"):
        await parsed("ecs", "ListClusters", {"clusterArns": arns})


@pytest.mark.parametrize("body", [[], None, "text", 5], ids=repr)
async def test_json_that_is_no_object_is_not_an_answer(body: object) -> None:
    for service, operation in (("ecs", "ListClusters"), ("eks", "ListClusters")):
        with pytest.raises((Suspect, ResponseParserError)):
            await parsed(service, operation, body)


@pytest.mark.parametrize("value", ["nan", "inf", "much", "", "9" * 400])
async def test_xml_with_a_number_that_is_none_is_not_an_answer(value: str) -> None:
    body = (
        "<GetMetricDataResponse><GetMetricDataResult><MetricDataResults><member><Id>m</Id><Values>"
        f"<member>{value}</member></Values></member></MetricDataResults></GetMetricDataResult></GetMetricDataResponse>"
    )
    with pytest.raises((Suspect, ResponseParserError)):
        await parsed("cloudwatch", "GetMetricData", body.encode())


async def test_a_text_in_place_of_a_list_is_no_empty_one_in_xml() -> None:
    body = (
        "<DescribeAlarmsResponse><DescribeAlarmsResult><MetricAlarms>none</MetricAlarms></DescribeAlarmsResult>"
        "</DescribeAlarmsResponse>"
    )
    with pytest.raises(Suspect, match="MetricAlarms is not a list"):
        await parsed("cloudwatch", "DescribeAlarms", body.encode())
    assert (await parsed("cloudwatch", "DescribeAlarms", body.replace("none", " ").encode()))["MetricAlarms"] == []


UNREADABLE = [[], None, 5, {"__type": 5}, {"__type": ["A"]}]


@pytest.mark.parametrize("body", UNREADABLE, ids=repr)
async def test_an_error_that_cannot_be_read_keeps_its_status(body: object) -> None:
    told = await parsed("ecs", "ListClusters", body, 503)
    assert told["ResponseMetadata"]["HTTPStatusCode"] == 503
    assert told["Error"]["Code"] == "503" and isinstance(told["Error"]["Message"], str)


@pytest.mark.parametrize("body", UNREADABLE, ids=repr)
async def test_a_refusal_that_cannot_be_read_is_not_taken_for_aws_s(body: object) -> None:
    with pytest.raises(ResponseParserError):
        await parsed("ecs", "ListClusters", body, 403)


@pytest.mark.parametrize("message", [None, ["a"], 5], ids=repr)
async def test_an_error_whose_reason_is_no_text_keeps_its_code(message: object) -> None:
    told = await parsed("ecs", "ListClusters", {"__type": "AccessDeniedException", "message": message}, 400)
    assert told["Error"] == {"Code": "AccessDeniedException", "Message": ""}


async def test_xml_that_ends_early_keeps_its_status() -> None:
    told = await parsed("cloudwatch", "GetMetricData", b"<ErrorResponse><Error>", 503)
    assert told["Error"]["Code"] == "503"


@pytest.mark.parametrize("protocol", sorted(PROTOCOL_PARSERS))
def test_every_protocol_has_a_strict_parser_that_reads_events_strictly(protocol: str) -> None:
    parser = make_strict(protocol)
    assert isinstance(parser, PROTOCOL_PARSERS[protocol])
    inner = type(parser).EVENT_STREAM_PARSER_CLS
    assert inner is None or inner is not PROTOCOL_PARSERS[protocol].EVENT_STREAM_PARSER_CLS
