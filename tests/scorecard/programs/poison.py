"""Puts hostile strings into the answers of AWS, after botocore has read them and before anything of ours has."""

from __future__ import annotations

import random
from typing import Any

from aiobotocore.client import AioBaseClient
from botocore.model import ListShape, Shape, StructureShape

from tests.hostile import HOSTILE

SHARE = 0.3
"""How many of an answer's strings are poisoned."""

HUGE = "x" * 1_000_000
"""One object for all, and in a few places of an answer only: making it is not what is measured."""

HUGE_SHARE = 0.05
TAGS = 5_000

_KEPT = ("token", "marker", "requestid", "statuscode", "headers")
"""Members that a further call is made with."""


class Poison:
    """Hostile strings by a seed: `used` are those that have gone into answers."""

    def __init__(self, seed: str, huge: bool = False) -> None:
        self._chance = random.Random(seed)
        self._turn = 0
        self._huge = huge
        self.used: set[str] = set()

    def into(self, value: Any, shape: Shape | None) -> Any:
        """The answer with some of its strings made hostile; what the model says to be an enum stays."""
        if isinstance(value, dict) and isinstance(shape, StructureShape):
            return {
                name: one if name.lower().endswith(_KEPT) else self.into(one, shape.members.get(name))
                for name, one in value.items()
            }
        if isinstance(value, dict) and shape is not None:
            return {name: self.into(one, shape.value) for name, one in value.items()}
        if isinstance(value, list) and isinstance(shape, ListShape):
            many = [self.into(one, shape.member) for one in value]
            return many * TAGS if self._huge and "tag" in shape.name.lower() else many
        if isinstance(value, str) and shape is not None and not getattr(shape, "enum", None):
            return self._text(value)
        return value

    def _text(self, value: str) -> str:
        if self._chance.random() > (HUGE_SHARE if self._huge else SHARE):
            return value
        if self._huge:
            return HUGE
        self._turn += 1
        hostile = HOSTILE[self._turn % len(HOSTILE)].text
        self.used.add(hostile)
        return value + hostile if self._chance.random() < 0.7 else hostile


def install(seed: str) -> Poison:
    """Poison every answer from now on; ``huge`` as a seed makes lines of 1 MB and 5,000 tags instead."""
    poison = Poison(seed, huge=seed == "huge")
    call = AioBaseClient._make_api_call

    async def poisoned(self: Any, operation_name: str, api_params: Any) -> Any:
        answer = await call(self, operation_name, api_params)
        if operation_name == "GetCallerIdentity":  # the account must be the stack's, or nothing more is asked
            return answer
        shape = self.meta.service_model.operation_model(operation_name).output_shape
        kept = {"ResponseMetadata": answer["ResponseMetadata"]}
        return {**poison.into({k: v for k, v in answer.items() if k != "ResponseMetadata"}, shape), **kept}

    AioBaseClient._make_api_call = poisoned
    return poison
