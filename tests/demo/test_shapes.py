"""What we add to moto fits botocore's models, and moto is still what ours was written for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from console.demo.gaps import shapes

if TYPE_CHECKING:
    from tests.conftest import DemoServer

DIGESTS = Path(__file__).with_name("moto_digests.txt")
PROGRAM = """
import hashlib, inspect
from console.demo import gaps
from console.demo.world import World
gaps.install(World())
for one in gaps.shapes.REPLACED:
    code = one.original.fget if isinstance(one.original, property) else one.original
    digest = hashlib.sha256(inspect.getsource(code).encode()).hexdigest()[:12]
    print(f"{one.owner.__name__}.{one.name} {digest}")
for one in gaps.shapes.ADDED:
    print(f"added {one.service}.{one.operation}")
"""

CALLS: dict[str, dict[str, Any]] = {
    "dynamodb.DescribeContributorInsights": {"TableName": "maps"},
    "health.DescribeAffectedEntities": {"filter": {"eventArns": ["arn:aws:health:eu-west-1::event/EC2/A/A_1"]}},
    "health.DescribeEventDetails": {"eventArns": ["arn:aws:health:eu-west-1::event/EC2/A/A_1"]},
    "health.DescribeEvents": {"filter": {"eventTypeCategories": ["issue"]}},
    "lambda.GetAccountSettings": {},
}
"""Every operation that we add, with arguments that it answers; those of CloudWatch have tests of their own."""


@pytest.fixture(scope="module")
def installed() -> list[str]:
    """What installing the gaps changed in moto, from a process of its own: it changes moto for good."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_moto_is_what_it_was_when_ours_was_written(installed: list[str]) -> None:
    """Where a digest differs after an upgrade of moto, read moto's new code: ours may be needless, or wrong."""
    found = [line for line in installed if not line.startswith("added ")]
    assert found == DIGESTS.read_text().splitlines(), f"once looked at, put these into {DIGESTS.name}"


def test_every_operation_that_we_add_is_tried(installed: list[str]) -> None:
    added = {line.removeprefix("added ") for line in installed if line.startswith("added ")}
    assert {name for name in added if not name.startswith(("logs.", "cloudwatch."))} == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_what_we_add_fits_the_model(demo: DemoServer, name: str) -> None:
    """The server checks each of its answers against botocore's model and answers 500 for one that does not fit."""
    from botocore import xform_name

    service, _, operation = name.partition(".")
    answer = getattr(demo.client(service), xform_name(operation))(**CALLS[name])
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ({"ContributorInsightsStatus": 7}, "Invalid type for parameter ContributorInsightsStatus"),
        ({"Nonsense": "x"}, "Unknown parameter in input"),
        ({"TableName": "maps"}, ""),
    ],
)
def test_an_answer_that_does_not_fit_is_noticed(answer: dict[str, Any], problem: str) -> None:
    found = shapes.problems("dynamodb", "DescribeContributorInsights", answer)
    assert problem in found and bool(problem) == bool(found)
