"""The fast parser of FilterLogEvents gives what botocore's gives."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from aiobotocore.parsers import AioResponseParserFactory
from botocore.loaders import create_loader
from botocore.model import ServiceModel
from hypothesis import given
from hypothesis import strategies as st

from console.aws.log_parser import LogParserFactory

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


async def parsed(factory: Any, body: bytes, status: int = 200, shape: Any = SHAPE) -> Any:
    """What a parser makes of an answer, or the error that it raises."""
    response = {"status_code": status, "headers": _Headers(HEADERS), "body": body, "context": {}}
    try:
        return await factory.create_parser("json").parse(response, shape)
    except (ValueError, AttributeError) as error:
        return type(error)


class _Headers(dict[str, str]):
    """Headers whose case does not matter, as aiohttp's."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__({name.lower(): value for name, value in headers.items()})


async def both(body: bytes, status: int = 200, shape: Any = SHAPE) -> tuple[Any, Any]:
    return (
        await parsed(LogParserFactory(), body, status, shape),
        await parsed(AioResponseParserFactory(), body, status, shape),
    )


@given(answers, st.booleans())
async def test_a_true_answer(answer: dict[str, Any], escaped: bool) -> None:
    ours, stock = await both(json.dumps(answer, ensure_ascii=escaped).encode("utf-8"))
    assert ours == stock
    assert ours["ResponseMetadata"]["RequestId"] == "r-1"
    assert ours["events"] == answer["events"]


def _page(message: str) -> bytes:
    return json.dumps({"events": [{"message": message, "eventId": "1", "timestamp": 5}]}).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"null", b"[]", b'"text"', b"{", b"<html>", b'{"events": null}', b'{"events": []}',
        _page("\ud800"), _page("\x00\x1b[31m\u202e"), _page("x")[:-4], b'{"message": "\xff\xfe"}',
        b'{"events": []} and more',
    ],
)  # fmt: skip
async def test_whatever_else_comes_with_status_200(body: bytes) -> None:
    ours, stock = await both(body)
    assert ours == stock


@pytest.mark.parametrize("status", [400, 403, 500, 503])
async def test_errors(status: int) -> None:
    ours, stock = await both(b'{"__type": "ThrottlingException", "message": "Rate exceeded", "events": []}', status)
    assert ours == stock
    assert ours["Error"]["Code"] == "ThrottlingException"


async def test_answers_of_other_operations() -> None:
    body = orjson.dumps({"logGroups": [{"logGroupName": "/a", "storedBytes": 5}], "events": [], "nextToken": "t"})
    ours, stock = await both(body, shape=MODEL.operation_model("DescribeLogGroups").output_shape)
    assert ours == stock and ours["logGroups"][0]["storedBytes"] == 5


async def test_it_does_read_the_pages_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the stock parser asked to walk through the events, nothing would be gained."""
    seen: list[bytes] = []
    stock = AioResponseParserFactory().create_parser("json")

    async def noted(response: dict[str, Any], shape: Any) -> Any:
        seen.append(response["body"])
        return await type(stock).parse(stock, response, shape)

    monkeypatch.setattr(stock, "parse", noted)
    monkeypatch.setattr(AioResponseParserFactory, "create_parser", lambda self, protocol: stock)
    assert (await parsed(LogParserFactory(), _page("m")))["events"][0]["message"] == "m"
    assert seen == [b"{}"]
