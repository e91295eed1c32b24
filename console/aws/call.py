"""Calls: the one way in which anything here asks AWS.

Every request, also each page and each retry, waits for its token bucket, is counted by the meter, and is
refused if it would change something and the client is for reading.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import aiohttp
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError
from botocore.parsers import ResponseParserError

from console.aws.actions import iam_action, is_read
from console.aws.limits import SHARED, Limits, TokenBucket
from console.aws.login.profile_faults import OPERATIONS
from console.aws.login.sts_check import WORDLESS, Doubt, Word, hint_where_off
from console.aws.meter import Meter
from console.aws.metrics import Metrics
from console.aws.service_regions import perhaps_not_there
from console.aws.session import CLOSED, Clients
from console.aws.target import Target
from console.naming import partitions
from console.problems import Failure, Problem, ProblemKind, Suspect, classify, lost_login
from console.text import clean

Answer = dict[str, Any]

RAISED: Final = (
    BotoCoreError,
    ClientError,
    ResponseParserError,
    aiohttp.ClientError,
    RuntimeError,
    ValueError,
    OSError,
    TimeoutError,
    Suspect,
)
"""What a call can raise, credential chain and broken answers included (each was seen)."""


class WriteRefused(AssertionError):
    """A call that changes something was made through a client for reading: a fault of the program."""


class Aws:
    """Calls AWS as one target, for reading, or with `writes` for the runner alone.

    `timeout` is how many seconds a reply is waited for, where it is not the usual; `changing` says that what is asked
    serves a change, of which a problem must tell in other words. `refused` says that STS did not accept its
    credentials, which its session would keep; what one service or region refuses is no more than its problem.
    """

    def __init__(
        self,
        target: Target,
        meter: Meter,
        *,
        writes: bool = False,
        timeout: float | None = None,
        changing: bool = False,
        limits: Limits = SHARED,
        account: str = "",
    ) -> None:
        self.target = target
        self.meter = meter
        self.account = account
        self.called: set[str] = set()
        self.refused = False
        self._changing = changing
        self._limits = limits
        self._writes = writes
        self._clients = Clients(target, writes=writes, timeout=timeout)
        self._doubt = Doubt(self._ask_sts)
        self._hooked: set[int] = set()
        self._under_way: set[asyncio.Timeout] = set()
        self.metrics = Metrics(self)

    async def call(
        self, service: str, operation: str, /, *, expect: str | None, region: str | None = None, **params: Any
    ) -> Answer:
        """Make one call and give its answer.

        `service` and `operation` are boto3's names (``"ecs", "describe_services"``); `expect` is the key that
        a true answer always has, None where there is none. Raises `Failure` with the Problem.
        """
        async with self._asking(service, operation, region):
            client = await self._client(service, region)
            answer: Answer = await getattr(client, operation)(**params)
            return _genuine(answer, expect)

    async def pages(
        self, service: str, operation: str, /, *, expect: str, region: str | None = None, **params: Any
    ) -> AsyncIterator[Answer]:
        """Make a call and follow its tokens to the end, a page at a time. Raises `Failure`."""
        client = await self.client(service, region)
        if not client.can_paginate(operation):
            yield await self.call(service, operation, expect=expect, region=region, **params)
            return
        pages = aiter(client.get_paginator(operation).paginate(**params))
        while True:
            async with self._asking(service, operation, region):
                page = await anext(pages, None)
                if page is None:
                    return
                page = _genuine(page, expect)
            yield page

    async def items(
        self, service: str, operation: str, key: str, /, *, region: str | None = None, **params: Any
    ) -> list[Any]:
        """All the items under `key` of every page. Raises `Failure`."""
        found: list[Any] = []
        async for page in self.pages(service, operation, expect=key, region=region, **params):
            found += page[key]
        return found

    async def close(self) -> None:
        """Close every connection; calls that are under way fail."""
        scopes, self._under_way = self._under_way, set()
        for scope in scopes:
            scope.reschedule(asyncio.get_running_loop().time())
        await self._doubt.close()
        await self._clients.close()

    @property
    def expires(self) -> datetime | None:
        """When the present credentials end; None for keys that do not, or before the first call."""
        return self._clients.expires

    @property
    def profile(self) -> str | None:
        """The profile that the credentials are of; None where they come from elsewhere, or before the first call."""
        return self._clients.profile

    @property
    def reached(self) -> Target:
        """The target with the endpoints that the AWS config names besides; they are known from the first call on."""
        return replace(self.target, endpoint_variables=self._clients.endpoint_variables)

    @property
    def partition(self) -> str:
        """The partition in which all of this is: ``aws``, ``aws-cn``."""
        return partitions.partition_of(self._home)

    def vouch(self) -> None:
        """STS has just accepted the credentials in the home region."""
        self._doubt.accepted(self._home)

    async def tls(self, *, web: bool = False) -> ssl.SSLContext:
        """Whom to trust when AWS is asked by a link and not by a client, or any other site with `web`.

        Raises `Failure` for certificate authorities that are configured and cannot be read.
        """
        async with self._asking("tls", "", None):
            return await self._clients.tls(web=web)

    async def client(self, service: str, region: str | None = None) -> Any:
        """The client itself, for waiters, streams and transfers; its requests are counted and guarded alike."""
        async with self._asking(service, "", region):
            return await self._client(service, region)

    async def region(self, service: str = "sts", region: str | None = None) -> str:
        """The region in which a service is asked, also where only the AWS config names it. Raises `Failure`."""
        return str((await self.client(service, region)).meta.region_name or "")

    async def bucket(self, api: str, region: str | None = None) -> TokenBucket | None:
        """The token bucket of an API such as ``logs:FilterLogEvents``; None where it has none. Raises `Failure`."""
        return self._limits.bucket(api, self.account, await self.region(api.partition(":")[0], region))

    @asynccontextmanager
    async def _asking(self, service: str, operation: str, region: str | None) -> AsyncIterator[None]:
        """Explain what goes wrong while something is asked, and end it when the connections are closed.

        A body of which a part has come is otherwise waited for by aiohttp for ever once its connection is closed.
        """
        try:
            async with asyncio.timeout(None) as scope:
                self._under_way.add(scope)
                try:
                    yield
                finally:
                    self._under_way.discard(scope)
        except (asyncio.CancelledError, TimeoutError) as error:
            reason = _closed() if scope.expired() or isinstance(error, asyncio.CancelledError) else error
            raise Failure(self._problem(reason, service, operation, region)) from error
        except KeyError as error:
            raise Failure(self._problem(_foreign(), service, operation, region)) from error
        except RAISED as error:
            raise await self._failure(self._clients.explained(error), service, operation, region) from error

    @property
    def _home(self) -> str:
        """The region whose STS says whether the login is lost."""
        return self._clients.region or partitions.of_name(partitions.FIRST).home

    async def _failure(self, error: Exception, service: str, operation: str, region: str | None) -> Failure:
        """A failure, explained; where a service refuses the credentials, STS is asked whether they are lost."""
        problem = self._problem(error, service, operation, region)
        place = self.target.region_of(service, region or self._home) or self._home
        if problem.kind is ProblemKind.LOGIN and isinstance(error, ClientError):
            if error.operation_name in OPERATIONS:  # the chain's own: no other credentials are there to ask with
                problem = hint_where_off(problem, self._home)
            else:
                reason = str(error.response.get("Error", {}).get("Message") or problem.code)
                problem = await self._doubt.settled(problem, reason, service, place, self._home)
        elif isinstance(error, ClientError) and problem.code in WORDLESS:
            lost = lost_login(str(problem.what), self.target.profile or "", "", problem.code)
            problem = await self._doubt.unexplained(lost, problem, service, place, self._home)
        elif isinstance(error, EndpointConnectionError):
            if own := self.reached.endpoint_origin(service):
                problem = replace(problem, hint=clean(f"{own} {problem.hint}"))
            else:
                problem = perhaps_not_there(problem, service, place)
        self.refused = self.refused or problem.kind is ProblemKind.LOGIN
        return Failure(problem)

    def _problem(self, error: Exception, service: str, operation: str, region: str | None) -> Problem:
        api = "".join(part.capitalize() for part in operation.split("_"))
        api = getattr(error, "operation_name", None) or api
        place = f"{service}, {self.target.region_of(service, region or self._clients.region) or 'no region'}"
        return classify(
            error,
            permission=iam_action(service, api),
            profile=self.target.profile or "",
            where=place,
            changing=self._changing,
        )

    async def _ask_sts(self, region: str) -> Word:
        """Whether STS in a region accepts the credentials; a denial is told to whom it knows."""
        try:
            client = await self._client("sts", region)
            _genuine(await client.get_caller_identity(), "Account")
        except (*RAISED, Failure, KeyError) as error:
            return {ProblemKind.LOGIN: Word.REFUSED, ProblemKind.DENIED: Word.ACCEPTED}.get(
                classify(error).kind, Word.UNKNOWN
            )
        return Word.ACCEPTED

    async def _client(self, service: str, region: str | None) -> Any:
        client = await self._clients.get(service, region)
        if id(client) not in self._hooked:
            self._hooked.add(id(client))

            async def before_send(event_name: str, **_: Any) -> None:
                await self._before_send(service, event_name.rsplit(".", 1)[1], client.meta.region_name)

            def before_call(model: Any, **_: Any) -> None:
                if not self._writes and not is_read(service, model.name):
                    raise WriteRefused(f"{service}:{model.name} through a client for reading")

            client.meta.events.register_first("before-send", before_send)
            client.meta.events.register_first("before-call", before_call)
        return client

    async def _before_send(self, service: str, api: str, region: str) -> None:
        await self._limits.wait(f"{service}:{api}", self.account, region)
        self.called.add(iam_action(service, api))
        self.meter.count(service, api)


def _foreign() -> Suspect:
    """What botocore's parser means by a KeyError: XML that another program wrote, such as a page of HTML."""
    return Suspect("The answer is not one of this API.")


def _closed() -> ConnectionError:
    """What a cancellation means that was not of the caller: the clients were closed while it waited for them.

    Raises the caller's own cancellation.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
    return ConnectionAbortedError(CLOSED)


def _genuine(answer: Answer, expect: str | None) -> Answer:
    """The answer, if it is a true one: a cut or foreign body with status 200 parses as an empty success."""
    if expect is not None and expect not in answer:
        raise Suspect(f"The answer lacks {expect!r}.")
    if not answer.get("ResponseMetadata", {}).get("RequestId"):
        raise Suspect("The answer has no request id.")
    return answer
