"""AWS Lambda: what an account may use, and updates that take a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.awslambda.responses import LambdaResponse

from console.demo.services.shapes import Request, add, refuse, replace

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = (
    "lambda: get_account_settings",
    "lambda: an update is InProgress for some seconds, takes no other meanwhile, and makes a new revision",
    "lambda: more memory or time than a function may have, and concurrency that the others need, are refused",
)

CONCURRENCY = 1000
"""Concurrent executions of an account and region by default (Lambda quotas)."""

_UNRESERVED = 100
_MOST = {"MemorySize": 10_240, "Timeout": 900}

_UPDATE_SECONDS = 8


def install(world: World) -> None:
    """Add account settings, and time to updates."""

    def get_account_settings(request: Request) -> dict[str, Any]:
        backend = world.backend("lambda", request.region, request.account)
        functions = backend.list_functions("ALL")
        return {
            "AccountLimit": {
                "TotalCodeSize": 80_530_636_800,
                "CodeSizeUnzipped": 262_144_000,
                "CodeSizeZipped": 52_428_800,
                "ConcurrentExecutions": CONCURRENCY,
                "UnreservedConcurrentExecutions": CONCURRENCY - _reserved(backend),
            },
            "AccountUsage": {
                "TotalCodeSize": sum(int(function.code_size) for function in functions),
                "FunctionCount": len(functions),
            },
        }

    add(LambdaResponse, "GetAccountSettings", get_account_settings)
    _replace_updates(world)
    _replace_concurrency()


def _reserved(backend: LambdaBackend, but: str = "") -> int:
    """What functions have reserved, each once: it holds for all versions of one together."""
    functions = {function.function_name: function for function in backend.list_functions()}
    return sum(int(function.reserved_concurrency or 0) for name, function in functions.items() if name != but)


def _replace_concurrency() -> None:
    def put(backend: LambdaBackend, function_name: str, reserved_concurrency: str) -> str:
        name = backend.get_function(function_name).function_name
        left = CONCURRENCY - _reserved(backend, name) - int(reserved_concurrency)
        if int(reserved_concurrency) and left < _UNRESERVED:
            what = "Specified ReservedConcurrentExecutions for function decreases account's "
            what += f"UnreservedConcurrentExecution below its minimum value of [{_UNRESERVED}]."
            raise refuse("InvalidParameterValueException", what)
        given: str = original(backend, function_name, reserved_concurrency)
        return given

    original = replace(LambdaBackend, "put_function_concurrency", put)


def _validate(body: dict[str, Any]) -> None:
    for member, most in _MOST.items():
        if (given := body.get(member) or 0) > most:
            at = member[0].lower() + member[1:]
            what = f"1 validation error detected: Value '{given}' at '{at}' failed to satisfy constraint: "
            raise refuse("ValidationException", f"{what}Member must have value less than or equal to {most}")


def _revision(world: World, function: LambdaFunction) -> str:
    """The revision that a change names, so that nobody else's is overwritten."""
    revision: str = vars(function).setdefault("revision", world.uuid())
    return revision


def _replace_updates(world: World) -> None:
    def get_configuration(function: LambdaFunction, on_create: bool = False) -> dict[str, Any]:
        answer: dict[str, Any] = configuration(function, on_create) | {"RevisionId": _revision(world, function)}
        if "updating" in vars(function):
            answer |= {
                "LastUpdateStatus": "InProgress",
                "LastUpdateStatusReason": "The function is being created.",
                "LastUpdateStatusReasonCode": "Creating",
            }
        return answer

    def updating(original: Any) -> Any:
        def update(function: LambdaFunction, spec: dict[str, Any]) -> Any:
            original(function, spec)
            vars(function).update(updating=True, revision=world.uuid())

            def end() -> None:
                vars(function).pop("updating", None)
                vars(function)["revision"] = world.uuid()

            world.after(_UPDATE_SECONDS, end)
            return function.get_configuration()

        return update

    def guarded(original: Any) -> Any:
        def update(backend: LambdaBackend, name: str, qualifier: str, body: dict[str, Any]) -> Any:
            _validate(body)
            function = backend.get_function(name, qualifier)
            if "updating" in vars(function):
                arn = function.function_arn
                what = f"The operation cannot be performed at this time. An update is in progress for resource: {arn}"
                raise refuse("ResourceConflictException", what)
            if body.get("RevisionId") not in (None, _revision(world, function)):
                what = "The Revision Id provided does not match the latest Revision Id. "
                what += "Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
                raise refuse("PreconditionFailedException", what)
            return original(backend, name, qualifier, body)

        return update

    configuration = replace(LambdaFunction, "get_configuration", get_configuration)
    for name in ("update_configuration", "update_function_code"):
        replace(LambdaFunction, name, updating(vars(LambdaFunction)[name]))
    for name in ("update_function_configuration", "update_function_code"):
        replace(LambdaBackend, name, guarded(vars(LambdaBackend)[name]))
