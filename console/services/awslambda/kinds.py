"""AWS Lambda: functions, and how a stack names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from console.inventory.found import FoundResource, item
from console.inventory.listing import listed, listing
from console.naming.resource_kind import ResourceKind
from console.operations.fields import name_of
from console.stack.part import Name, Part, Region

if TYPE_CHECKING:
    from console.aws.call import Aws

_NAME: Final = r"[A-Za-z0-9_-]{1,64}"
_QUALIFIER: Final = r"(?::(?P<qualifier>\$LATEST(?:\.PUBLISHED)?|[A-Za-z0-9_-]{1,128}))?"

FUNCTION: Final = ResourceKind(
    "Lambda function",
    "lambda",
    rf"function:(?P<name>{_NAME}){_QUALIFIER}",
    "function:NAME",
    _NAME,
    short=r"(?:(?P<region>[a-z]{2,4}(?:-[a-z]+)+-[0-9]+):)?(?:(?P<account>[0-9]{12}):)?(?:function:)?"
    rf"(?P<name>{_NAME}){_QUALIFIER}",
    log_group="/aws/lambda/{}",
    hint="function|lambda",
)

FunctionName = Annotated[str, name_of(FUNCTION)]


class Function(Part, frozen=True):
    """A Lambda function."""

    section = "lambda"
    health_service = "LAMBDA"

    function: Annotated[Name, FUNCTION]
    region: Region | None = None


@listing(FUNCTION, Function, "lambda:ListFunctions")
async def functions(aws: Aws) -> list[FoundResource]:
    """Each function of the region."""
    found = await listed(aws, "lambda", "list_functions", "Functions")
    return [item(Function(function=each["FunctionName"]), each["FunctionName"], each["FunctionArn"]) for each in found]
