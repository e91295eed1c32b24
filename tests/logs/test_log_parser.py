"""The fast parser of FilterLogEvents gives what the strict one of all answers gives."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from botocore.loaders import create_loader
from botocore.model import ServiceModel
from botocore.parsers import ResponseParserError
from hypothesis import given
from hypothesis import strategies as st

from console.aws import log_parser
from console.aws.answer_types import make_strict
from console.aws.log_parser import LogParserFactory
from console.problems import Suspect

MODEL = ServiceModel(create_loader().load_service_model("logs", "service-2"))
SHAPE = MODEL.operation_model("FilterLogEvents").output_shape
HEADERS = {"x-amzn-RequestId": "r-1", "Content-Type": "application/x-amz-json-1.1"}

texts = st.text(max_size=40)
times = st.integers(0, 2**53)
events = st.fixed_dictionaries(
    {},
    optional={"logStreamName": texts, "timestamp": times, "message": texts, "ingestionTime": times, "eventId": texts},
)
answers = st.fixed_dictionaries(
    {"events": st.lists(events, max_size=5)},
    optional={
        "searchedLogStreams": st.lists(
            st.fixed_dictionaries({}, optional={"logStreamName": texts, "searchedCompletely": st.booleans()}),
            max_size=3,
        ),
        "nextToken": st.none() | texts,
        "added later": st.integers(),
    },
)


async def parsed(parser: Any, body: bytes, status: int = 200, shape: Any = SHAPE) -> Any:
    """What a parser makes of an answer, or the error that it raises."""
    response = {"status_code": status, "headers": _Headers(HEADERS), "body": body, "context": {}}
    try:
        return await parser.parse(response, shape)
    except (ResponseParserError, Suspect) as error:
        return str(error)


def ours() -> Any:
    return LogParserFactory().create_parser("json")


class _Headers(dict[str, str]):
    """Headers whose case does not matter, as aiohttp's."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__({name.lower(): value for name, value in headers.items()})


async def both(body: bytes, status: int = 200, shape: Any = SHAPE) -> tuple[Any, Any]:
    return (
        await parsed(ours(), body, status, shape),
        await parsed(make_strict("json"), body, status, shape),
    )


@given(answers, st.booleans())
async def test_a_true_answer(answer: dict[str, Any], escaped: bool) -> None:
    fast, stock = await both(json.dumps(answer, ensure_ascii=escaped).encode("utf-8"))
    assert fast == stock
    assert fast["ResponseMetadata"]["RequestId"] == "r-1"
    assert fast["events"] == answer["events"]


def _page(message: object) -> bytes:
    return json.dumps({"events": [{"message": message, "eventId": "1", "logStreamName": "s", "timestamp": 5}]}).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"null", b"[]", b'"text"', b"{", b"<html>", b'{"events": null}', b'{"events": []}',
        _page("\ud800"), _page("\x00\x1b[31m\u202e"), _page("x")[:-4], b'{"message": "\xff\xfe"}',
        b'{"events": []} and more', _page(None), _page(5), _page(["m"]), _page({"m": 1}),
        b'{"events": [], "nextToken": 5}', b'{"events": [null]}', b'{"events": ["text"]}', b'{"events": [[]]}',
        b'{"events": [{"message": "m", "eventId": "1", "logStreamName": ["s"], "timestamp": 5}]}',
        b'{"events": [{"message": "m", "eventId": "1", "logStreamName": "s", "timestamp": "5"}]}',
        b'{"events": [{"message": "m", "eventId": "1", "logStreamName": "s", "timestamp": 5.5}]}',
        b'{"events": [{"message": "m", "eventId": "1", "logStreamName": "s", "timestamp": 5.0}]}',
    ],
)  # fmt: skip
async def test_whatever_else_comes_with_status_200(body: bytes) -> None:
    fast, stock = await both(body)
    assert fast == stock


@pytest.mark.parametrize("status", [400, 403, 500, 503])
async def test_errors(status: int) -> None:
    fast, stock = await both(b'{"__type": "ThrottlingException", "message": "Rate exceeded", "events": []}', status)
    assert fast == stock
    assert fast["Error"]["Code"] == "ThrottlingException"


async def test_answers_of_other_operations() -> None:
    body = orjson.dumps({"logGroups": [{"logGroupName": "/a", "storedBytes": 5}], "events": [], "nextToken": "t"})
    fast, stock = await both(body, shape=MODEL.operation_model("DescribeLogGroups").output_shape)
    assert fast == stock and fast["logGroups"][0]["storedBytes"] == 5


async def test_it_does_read_the_pages_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the stock parser asked to walk through the events, nothing would be gained."""
    seen: list[bytes] = []
    stock = make_strict("json")

    async def noted(response: dict[str, Any], shape: Any) -> Any:
        seen.append(response["body"])
        return await type(stock).parse(stock, response, shape)

    monkeypatch.setattr(stock, "parse", noted)
    monkeypatch.setattr(log_parser, "make_strict", lambda protocol: stock)
    assert (await parsed(ours(), _page("m")))["events"][0]["message"] == "m"
    assert seen == [b"{}"]
