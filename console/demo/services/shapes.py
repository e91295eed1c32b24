"""How an answer is added to moto: under which operation, and true to botocore's own model of the service."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from botocore.model import OperationModel
from botocore.validate import ParamValidator
from moto.backends import list_of_moto_modules
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import camelcase_to_underscores, get_service_model


class GapError(AssertionError):
    """moto is not as these modules expect it, or an answer of ours does not fit the service's model."""


@dataclass(frozen=True, slots=True)
class Request:
    """What an operation of ours is asked: its parameters as boto3 names them, and where."""

    account: str
    region: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Added:
    """One operation that moto lacks, and the class of moto's to which it was added."""

    service: str
    operation: str
    responses: type[BaseResponse]


@dataclass(frozen=True, slots=True)
class Replaced:
    """One function or class of moto that ours stands in for; `owner` is its class or module."""

    owner: Any
    name: str
    original: Any


ADDED: Final[list[Added]] = []
REPLACED: Final[list[Replaced]] = []

Give = Callable[[Request], Mapping[str, Any]]


@functools.cache
def _operation(service: str, name: str) -> OperationModel:
    return get_service_model(service).operation_model(name)


def problems(service: str, operation: str, answer: Mapping[str, Any]) -> str:
    """What botocore's model finds wrong with an answer; an empty text if it fits.

    Required members, unknown members, types and ranges are looked at.
    """
    shape = _operation(service, operation).output_shape
    if shape is None:
        return "" if not answer else "the operation answers nothing"
    return str(ParamValidator().validate(answer, shape).generate_report())


def add(responses: type[BaseResponse], operation: str, give: Give) -> None:
    """Give moto's response class an operation that it lacks.

    `give` gets the parsed request and gives the answer as a mapping in boto3's names; to refuse, it raises
    `refuse(code, message)`. Each answer is checked against the model before it is sent.
    Raises GapError if moto has the operation by now.
    """
    action = camelcase_to_underscores(operation)
    if hasattr(responses, action):
        raise GapError(f"moto answers {operation} of {responses.__name__} by itself now: take our answer out")
    service = responses().boto3_service_name

    def answer(self: BaseResponse) -> ActionResult:
        if not self.automated_parameter_parsing:
            self.parse_parameters(self.normalized_request)
        params = getattr(self.params, "original_dict", lambda: dict(self.params))()
        given = give(Request(self.current_account, self.region, params))
        if wrong := problems(service, operation, given):
            raise GapError(f"{service}.{operation}: {wrong}")
        return ActionResult(given)

    setattr(responses, action, answer)
    ADDED.append(Added(service, operation, responses))


def replace(owner: Any, name: str, ours: Any) -> Any:
    """Put ours in the place of a function or class of moto's, which is given back for ours to call.

    A test compares moto's own with what it was when ours was written. Raises GapError if it is gone.
    """
    original = vars(owner).get(name)
    if original is None:
        raise GapError(f"moto's {owner.__name__} has no {name} any more: look where it went")
    setattr(owner, name, ours)
    REPLACED.append(Replaced(owner, name, original))
    return original


class Refusal(ServiceException):
    """An error that is answered in the service's own protocol, also where its model does not know the code."""


def refuse(code: str, message: str) -> Refusal:
    """An error as the service would answer it; to be raised."""
    return Refusal(code, message)


OWN: Final[dict[str, type[BaseResponse]]] = {}
"""Services that moto does not know at all, by signing name, with our classes that answer for them."""


def own_service(signing_name: str, responses: type[BaseResponse]) -> None:
    """Answer a service that moto does not know; raises GapError if moto knows it by now."""
    if signing_name in list_of_moto_modules():
        raise GapError(f"moto knows the service {signing_name} by itself now: take ours out")
    OWN[signing_name] = responses
