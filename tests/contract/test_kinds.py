"""Every kind of resource: told apart by its name, found in an account, documented, and led to from the menu."""

from __future__ import annotations

import re
from typing import Any, get_args

import msgspec
import pytest

from console.inventory.listing import Listing
from console.naming.resource_kind import ResourceKind
from console.operations.operation import Operation
from console.operations.parameters import parameters
from console.services.kinds import KINDS, LISTING_PERMISSIONS, LISTINGS, SECTIONS
from console.services.operations import OPERATIONS, operations_for
from console.stack.names import named_keys
from console.stack.part import Part
from console.stack.stack import Stack
from console.stack_files.schema import StackFile
from screens.modals.actions import Subject, actions_on
from tests.paths import ROOT

NOT_LISTED = {
    "ECS cluster": "with its services",
    "ECS task": "tasks come and go; ecs.tasks reads those of the services",
    "REST API": "with its stages",
    "DynamoDB account": "there is one",
    "Elastic Beanstalk application": "with its environments",
    "EKS node group": "eks.cluster reads those of the clusters",
    "Terraform state": "no service knows of it",
    "CloudWatch alarm": "by a prefix",
    "composite alarm": "by a prefix",
    "prefix of CloudWatch alarms": "all alarms have the empty one",
    "Application metric": "which metrics are the application's own, only people know",
    "URL": "only people know it",
    "AWS Health event": "no stack is made of it",
    "GuardDuty detector": "no stack is made of it",
    "GuardDuty finding": "no stack is made of it",
}
"""Kinds that an account is not searched for, and why not."""

DOCS = (ROOT / "docs" / "stack-files.md").read_text(encoding="utf-8")


def test_a_kind_has_one_name() -> None:
    made = [value for module in _modules() for value in vars(module).values() if isinstance(value, ResourceKind)]
    assert sorted({id(kind) for kind in made}) == sorted(id(kind) for kind in KINDS.values())


def _modules() -> list[Any]:
    from console.services import kinds

    return list(kinds._MODULES)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_kind_is_looked_for_or_says_why_not(kind: ResourceKind) -> None:
    listed = [listing for listing in LISTINGS if listing.kind is kind]
    assert len(listed) + (kind.name in NOT_LISTED) == 1


def test_a_kind_that_is_not_looked_for_is_there() -> None:
    assert set(NOT_LISTED) <= set(KINDS)


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: listing.kind.name)
def test_what_is_listed_can_be_told_from_the_rest_and_stands_in_a_stack_file(listing: Listing) -> None:
    assert listing.kind.hint, "which of two resources of one name is meant?"
    assert SECTIONS[listing.part.section] is listing.part
    assert listing.permissions
    assert set(listing.permissions) <= set(LISTING_PERMISSIONS)


@pytest.mark.parametrize(("section", "part"), SECTIONS.items(), ids=SECTIONS)
def test_every_section_says_what_it_is_and_which_resources_it_names(section: str, part: type[Part]) -> None:
    assert (part.__doc__ or "").strip().split("\n")[0].endswith(".")
    assert part.section == section
    named = set(named_keys(part).values())
    assert named <= set(KINDS.values())
    assert "region" not in _keys(part) or part.health_service, "AWS Health is asked about what is in a region"


def _keys(part: type[msgspec.Struct]) -> tuple[str, ...]:
    return tuple(field.encode_name for field in msgspec.structs.fields(part))


def _structs() -> list[tuple[str, type[msgspec.Struct]]]:
    """A stack file, and every struct in it, with the place of each."""
    found: list[tuple[str, type[msgspec.Struct]]] = [("", StackFile)]
    for field in msgspec.structs.fields(StackFile):
        for part in (field.type, *get_args(field.type)):
            if isinstance(part, type) and issubclass(part, msgspec.Struct):
                found.append((f"{field.encode_name}.", part))
    return found


@pytest.mark.parametrize("place", [f"{at}{key}" for at, part in _structs() for key in _keys(part)])
def test_every_key_of_a_stack_file_is_documented(place: str) -> None:
    key = place.rpartition(".")[2]
    assert re.search(rf"`{key}`|^{key} = |^\[+{key}[].]", DOCS, re.MULTILINE)


@pytest.mark.parametrize("kind", OPERATIONS.values(), ids=lambda kind: kind.name)
def test_the_menu_offers_an_operation_on_what_it_names_first(kind: type[Operation]) -> None:
    first = parameters(kind)[0].field
    assert first.kind is None or KINDS[first.kind.name] is first.kind
    if first.kind is not None and not first.new:
        offered = actions_on(Subject(Stack(name="s"), "x", first.kind))  # type: ignore[arg-type]
        assert kind in [action.kind for action in offered]
        assert kind in operations_for(first.kind)
