"""Moments are read as botocore reads them, in whatever form AWS writes them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from botocore.utils import parse_timestamp

from console.aws.call import Aws
from console.aws.timestamps import parse_moment

FORMS = [
    "2026-11-20T10:45:00Z",
    "2026-11-20T10:45:00.123Z",
    "2026-11-20T10:45:00.123456+0000",
    "2026-11-20T12:45:00+02:00",
    "20261120T104500Z",
    "Fri, 20 Nov 2026 10:45:00 GMT",
    "2026-11-20T10:45:00",
    "1795171500",
    1795171500,
    1795171500.5,
    -1,
]


@pytest.mark.parametrize("value", FORMS)
def test_a_moment_is_the_one_that_botocore_reads(value: object) -> None:
    assert parse_moment(value) == parse_timestamp(value)


def test_the_last_moment_of_all_is_read_in_any_zone() -> None:
    """East of Greenwich botocore itself cannot."""
    assert parse_moment(253402300799) == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("value", ["", "soon", "2026-13-40T00:00:00Z", None])
def test_what_is_no_moment_is_refused_as_botocore_refuses_it(value: object) -> None:
    with pytest.raises((ValueError, RuntimeError, TypeError)) as theirs:
        parse_timestamp(value)
    with pytest.raises(type(theirs.value)):
        parse_moment(value)


async def test_the_answers_of_aws_hold_moments_in_utc(aws: Aws) -> None:
    answer = await aws.call("sts", "get_session_token", expect="Credentials")
    assert answer["Credentials"]["Expiration"].tzinfo is UTC
    assert answer["Credentials"]["Expiration"] > datetime.now(UTC)
