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
)

CONCURRENCY = 1000
"""Concurrent executions that a new account may have (Lambda quotas)."""

_UPDATE_SECONDS = 8


def install(world: World) -> None:
    """Add account settings, and time to updates."""

    def get_account_settings(request: Request) -> dict[str, Any]:
        functions = world.backend("lambda", request.region, request.account).list_functions("ALL")
        reserved = sum(int(function.reserved_concurrency or 0) for function in functions)
        return {
            "AccountLimit": {
                "TotalCodeSize": 80_530_636_800,
                "CodeSizeUnzipped": 262_144_000,
                "CodeSizeZipped": 52_428_800,
                "ConcurrentExecutions": CONCURRENCY,
                "UnreservedConcurrentExecutions": CONCURRENCY - reserved,
            },
            "AccountUsage": {
                "TotalCodeSize": sum(int(function.code_size) for function in functions),
                "FunctionCount": len(functions),
            },
        }

    add(LambdaResponse, "GetAccountSettings", get_account_settings)
    _replace_updates(world)


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
            function = backend.get_function(name, qualifier)
            if "updating" in vars(function):
                arn = function.function_arn
                what = f"The operation cannot be performed at this time. An update is in progress for resource: {arn}"
                raise refuse("ResourceConflictException", what)
            if body.get("RevisionId") not in (None, _revision(world, function)):
                what = "The Revision Id provided does not match the latest Revision Id."
                raise refuse("PreconditionFailedException", what)
            return original(backend, name, qualifier, body)

        return update

    configuration = replace(LambdaFunction, "get_configuration", get_configuration)
    for name in ("update_configuration", "update_function_code"):
        replace(LambdaFunction, name, updating(vars(LambdaFunction)[name]))
    for name in ("update_function_configuration", "update_function_code"):
        replace(LambdaBackend, name, guarded(vars(LambdaBackend)[name]))
