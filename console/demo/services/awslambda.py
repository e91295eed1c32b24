"""AWS Lambda: what an account may use, and updates that take a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.awslambda.models import LambdaFunction
from moto.awslambda.responses import LambdaResponse

from console.demo.services.shapes import Request, add, replace

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = (
    "lambda: get_account_settings",
    "lambda: an update is InProgress for some seconds",
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


def _replace_updates(world: World) -> None:
    def get_configuration(function: LambdaFunction, on_create: bool = False) -> dict[str, Any]:
        answer: dict[str, Any] = configuration(function, on_create)
        if "updating" in vars(function):
            answer |= {
                "LastUpdateStatus": "InProgress",
                "LastUpdateStatusReason": "The function is being created.",
                "LastUpdateStatusReasonCode": "Creating",
            }
        return answer

    def updating(original: Any) -> Any:
        def update(function: LambdaFunction, *args: Any, **kwargs: Any) -> Any:
            original(function, *args, **kwargs)
            vars(function)["updating"] = True
            world.after(_UPDATE_SECONDS, lambda: vars(function).pop("updating", None))
            return function.get_configuration()

        return update

    configuration = replace(LambdaFunction, "get_configuration", get_configuration)
    for name in ("update_configuration", "update_function_code"):
        replace(LambdaFunction, name, updating(vars(LambdaFunction)[name]))
