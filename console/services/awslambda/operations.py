"""Changes to AWS Lambda functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Final

from console.operations.fields import count
from console.operations.operation import Danger, NoUndo, Observed, Operation, Resource, TookEffect
from console.operations.plan import Effect, Plan
from console.operations.steps import Call, Step, Wait, Waited
from console.problems import Failure, ProblemKind
from console.services.awslambda.fields import NONE, ReservedConcurrency
from console.services.awslambda.kinds import FunctionName
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

LEAST_UNRESERVED: Final = 100
"""Concurrent executions that AWS keeps for all functions that reserve none (PutFunctionConcurrency)."""

LEAST_OF_ALL: Final = 10
"""What AWS was seen to keep for them in accounts that it holds below the default quota; in some it was 50."""

QUOTA: Final = 1000
"""Concurrent executions of an account and region by default (Lambda quotas)."""

COMMON: Final = {"memory": 10_240, "timeout": 900}
"""What AWS gives to any function (Lambda quotas). Its service model has more for some, as on managed instances."""

GATEWAY_SECONDS: Final = 29
"""Seconds for which API Gateway waits for a function, unless its quota was raised (API Gateway quotas)."""

_CONCURRENCY: Final = frozenset({"put_function_concurrency", "delete_function_concurrency"})


@dataclass(frozen=True)
class Resize(Operation):
    """Set the memory, the timeout and the reserved concurrency of a Lambda function. What is left out stays.

    More memory is more CPU, and costs more a millisecond. Reserved concurrency is taken from what all other functions
    of the account and region share; with 0 the function is not run at all. Aliases and versions keep what they have,
    but for the concurrency, which holds for all of them together. AWS refuses less concurrency than is provisioned.
    """

    name = "lambda.resize"
    screen = "scaling"
    at_once = True
    permissions = (
        "lambda:GetAccountSettings",
        "lambda:GetFunctionConcurrency",
        "lambda:GetFunctionConfiguration",
        "lambda:UpdateFunctionConfiguration",
    )
    dependent = ("lambda:PutFunctionConcurrency", "lambda:DeleteFunctionConcurrency")

    function: Annotated[FunctionName, "the function"]
    memory: Annotated[int | None, count(128, 32_768), "its memory in MB"] = None
    timeout: Annotated[int | None, count(1, 5_400), "after how many seconds an invocation is ended"] = None
    concurrency: Annotated[
        ReservedConcurrency | None, "how many invocations may run at once, reserved for it; none reserves nothing"
    ] = None

    async def observe(self, aws: Aws) -> Observed:
        """Read the function's configuration and its concurrency, and what the account has left to reserve."""
        config = await self._configuration(aws)
        free, limit, unread = await _unreserved(aws)
        return Observed(
            state={
                "memory": config["MemorySize"],
                "timeout": config["Timeout"],
                "concurrency": await self._reserved(aws),
            },
            context={
                "revision": config["RevisionId"],
                "status": config.get("State", "unknown"),
                "update": config.get("LastUpdateStatus", "unknown"),
                "free": free,
                "limit": limit,
                "unread": unread,
                "snapstart": config.get("SnapStart", {}).get("ApplyOn") == "PublishedVersions",
            },
            targets=(Resource(self.function, config["FunctionArn"]),),
        )

    def refuse(self, now: Observed) -> str | None:
        """Why it cannot be set now."""
        name = clean(self.function)
        if (self.memory, self.timeout, self.concurrency) == (None, None, None):
            return "Nothing is to be set. Next: give the memory, the timeout or the concurrency."
        configures = not _MEMBERS.keys().isdisjoint(self._changed(now))
        if configures and now.context["update"] == "InProgress":
            return f"{name} is being updated. Next: wait until that is done; its concurrency can be set meanwhile."
        if now.context["status"] == "Deleting" or (configures and now.context["status"] in ("Pending", "Failed")):
            return f"{name} is {clean(now.context['status'])}, and takes no change. Next: see its findings."
        left, limit = self._left(now), now.context["limit"]
        least = LEAST_UNRESERVED if limit is not None and limit >= QUOTA else LEAST_OF_ALL
        if left is not None and left < least and self._more(now) > 0:
            return (
                f"It would leave {left} concurrent executions to all functions that reserve none, and AWS keeps "
                f"{least} for them. Next: reserve less, or ask AWS for more (Service Quotas)."
            )
        return None

    def plan(self, now: Observed) -> Plan:
        """A call for memory and timeout, a wait until the function is updated, then a call for the concurrency.

        While it is updated a function takes no other change (ResourceConflictException).
        """
        changed = self._changed(now)
        steps: list[Step] = []
        if members := {_MEMBERS[key]: changed[key] for key in changed if key in _MEMBERS}:
            params = {"FunctionName": self.function, **members, "RevisionId": now.context["revision"]}
            title = "Set " + " and ".join(key for key in changed if key in _MEMBERS)
            steps += [
                Call("lambda", "update_function_configuration", params, "FunctionArn", title=title),
                Wait(
                    *("lambda", "get_function_configuration", {"FunctionName": self.function}, "FunctionArn"),
                    judge=updated,
                    waiter="function_updated",
                    title="Wait until the function is updated",
                    at_most=600.0,
                ),
            ]
        steps += [self._reserve()] if "concurrency" in changed else []
        return Plan(
            steps=tuple(steps),
            effects=tuple(
                Effect(Clean(_LABELS[key]), _words(key, now.state[key]), _words(key, value))
                for key, value in changed.items()
            ),
            warnings=tuple(self._warnings(now, changed)),
            cost=_cost(now.state["memory"], changed),
            takes=Clean("seconds; about a minute in a VPC") if steps else Clean(""),
        )

    def danger_of(self, now: Observed, stack: Stack) -> Danger:
        """With a concurrency of 0 nothing is run any more."""
        del stack
        return Danger.DESTROY if self._changed(now).get("concurrency") == "0" else Danger.CHANGE

    async def verify(self, aws: Aws, before: Observed) -> bool:
        """The function has what was set."""
        del before
        config = await self._configuration(aws)
        return self._holds(config) and self.concurrency in (None, await self._reserved(aws))

    async def happened(self, aws: Aws, before: Observed, intent: str) -> TookEffect:
        """Whether the concurrency, or the rest, is as that step sets it."""
        del before
        if intent in _CONCURRENCY:
            done = await self._reserved(aws) == self.concurrency
        else:
            done = self._holds(await self._configuration(aws))
        return TookEffect.YES if done else TookEffect.NO

    def undo(self, before: Observed) -> Operation | NoUndo:
        """What was changed as it was; what was not reserved before is not reserved again."""
        changed = self._changed(before)
        if not changed:
            return NoUndo("Nothing was changed.")
        former: dict[str, Any] = {key: before.state[key] if key in changed else None for key in _LABELS}
        return replace(self, **former)

    async def _configuration(self, aws: Aws) -> dict[str, Any]:
        return await aws.call("lambda", "get_function_configuration", expect="FunctionArn", FunctionName=self.function)

    async def _reserved(self, aws: Aws) -> str:
        """What is reserved; AWS answers with nothing where nothing is."""
        answer = await aws.call("lambda", "get_function_concurrency", expect=None, FunctionName=self.function)
        return str(answer.get("ReservedConcurrentExecutions", NONE))

    def _reserve(self) -> Call:
        if self.concurrency == NONE:
            params: dict[str, Any] = {"FunctionName": self.function}
            return Call("lambda", "delete_function_concurrency", params, title="Reserve no concurrency")
        params = {"FunctionName": self.function, "ReservedConcurrentExecutions": int(self.concurrency or 0)}
        key = "ReservedConcurrentExecutions"
        return Call("lambda", "put_function_concurrency", params, key, title=f"Reserve {self.concurrency}")

    def _changed(self, now: Observed) -> dict[str, Any]:
        wanted = {"memory": self.memory, "timeout": self.timeout, "concurrency": self.concurrency}
        return {key: value for key, value in wanted.items() if value is not None and value != now.state[key]}

    def _holds(self, config: dict[str, Any]) -> bool:
        return self.memory in (None, config["MemorySize"]) and self.timeout in (None, config["Timeout"])

    def _more(self, now: Observed) -> int:
        """How much more would be reserved than is now."""
        return _number(self.concurrency or now.state["concurrency"]) - _number(now.state["concurrency"])

    def _left(self, now: Observed) -> int | None:
        """What would be left to all functions that reserve none; None where that is not known."""
        free: int | None = now.context["free"]
        return None if free is None else free - self._more(now)

    def _warnings(self, now: Observed, changed: dict[str, Any]) -> Iterator[Clean]:
        if "concurrency" in changed:
            yield from self._of_concurrency(now, changed["concurrency"])
        if any(changed.get(key, 0) > most for key, most in COMMON.items()):
            yield Clean(
                "More than 10,240 MB or 900 s AWS gives only to some, as on managed instances. It refuses others."
            )
        if now.context["snapstart"] and not _MEMBERS.keys().isdisjoint(changed):
            yield Clean("SnapStart runs published versions, which keep what they have until another one is published.")
        if changed.get("timeout", 0) > GATEWAY_SECONDS:
            yield clean(f"Behind API Gateway an answer is waited for {GATEWAY_SECONDS} s, whatever the timeout is.")
        if changed.get("timeout", 0) > now.state["timeout"]:
            yield Clean("A queue that invokes it needs a longer visibility timeout, or messages are processed twice.")
        if changed.get("timeout", now.state["timeout"]) < now.state["timeout"]:
            yield Clean("Invocations that take longer than that are ended from now on.")

    def _of_concurrency(self, now: Observed, wanted: str) -> Iterator[Clean]:
        former, left = now.state["concurrency"], self._left(now)
        if wanted == "0":
            yield Clean(
                "It is not run any more: callers are refused, and asynchronous events go at once, without a retry, to "
                "its dead-letter queue or failure destination; where it has none they are lost."
            )
            return
        if now.context["unread"]:
            yield clean(f"What is left to the other functions is not known: {now.context['unread']}", limit=300)
        if self._more(now) > 0 and left is not None:
            yield clean(f"All other functions of the account and region share the {left} that are left.")
            if left < LEAST_UNRESERVED:
                yield clean(f"AWS may refuse that: it keeps up to {LEAST_UNRESERVED} for them, less in some accounts.")
        if wanted != NONE and (former == NONE or int(wanted) < int(former)):
            yield clean(f"More than {wanted} invocations at once are throttled from now on.")


_MEMBERS: Final = {"memory": "MemorySize", "timeout": "Timeout"}
_LABELS: Final = {"memory": "memory", "timeout": "timeout", "concurrency": "reserved concurrency"}
_UNITS: Final = {"memory": " MB", "timeout": " s", "concurrency": ""}


def updated(answer: dict[str, Any]) -> Waited:
    """Whether an update has ended, as GetFunctionConfiguration tells."""
    status = answer["LastUpdateStatus"]
    failed = ""
    if status == "Failed":
        code = answer.get("LastUpdateStatusReasonCode", "no code")
        failed = f"The update failed: {answer.get('LastUpdateStatusReason', 'no reason given')} ({code})"
    return Waited(status == "Successful", clean(f"Update {status}"), failed=clean(failed))


async def _unreserved(aws: Aws) -> tuple[int | None, int | None, str]:
    """What the account has for functions that reserve none, and for all; else why not: it can be set without."""
    try:
        answer = await aws.call("lambda", "get_account_settings", expect="AccountLimit")
    except Failure as failure:
        if failure.problem.kind is not ProblemKind.DENIED:
            raise
        return None, None, str(failure.problem)
    limit = answer["AccountLimit"]
    free = limit.get("UnreservedConcurrentExecutions")
    return free, limit.get("ConcurrentExecutions"), "AWS did not tell it." if free is None else ""


def _number(concurrency: str) -> int:
    return 0 if concurrency == NONE else int(concurrency)


def _words(key: str, value: Any) -> Clean:
    return clean(f"{value}{_UNITS[key]}")


def _cost(memory: int, changed: dict[str, Any]) -> Clean:
    """How the price of a millisecond changes, which is by memory (AWS Lambda pricing)."""
    if "memory" not in changed:
        return Clean("")
    return clean(f"a millisecond costs {changed['memory'] / memory:.3g} times as much; more CPU may make it fewer")
