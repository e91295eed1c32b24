"""Log groups of a large account: how many are listed, how those with known names are asked for, which are not read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from console.aws.limits import Limits
from console.logs.classes import unreadable
from console.logs.groups import MOST_LISTED, describe, list_groups, resolve
from console.logs.kinds import LogGroup
from console.problems import Failure
from console.stack.stack import Stack

BARE = Stack(name="bare")


class Account:
    """Groups in the order of their names, fifty a page; some are of a class of their own."""

    def __init__(self, names: list[str], **classes: str) -> None:
        self.names = sorted(names)
        self.classes = {f"/{name}": group_class for name, group_class in classes.items()}
        self.asked = 0

    def _found(self, prefix: str) -> list[dict[str, str]]:
        names = [name for name in self.names if name.startswith(prefix)]
        return [{"logGroupName": name, "logGroupClass": self.classes.get(name, "STANDARD")} for name in names]

    async def pages(self, *_: Any, **params: Any) -> AsyncIterator[dict[str, Any]]:
        found = self._found(params.get("logGroupNamePrefix", ""))
        for at in range(0, max(1, len(found)), 50):
            self.asked += 1
            yield {"logGroups": found[at : at + 50]}

    async def call(self, *_: Any, **params: Any) -> dict[str, Any]:
        self.asked += 1
        return {"logGroups": self._found(params["logGroupNamePrefix"])[: params.get("limit", 50)]}


async def test_of_a_large_account_no_more_is_listed_than_somebody_reads() -> None:
    account: Any = Account([f"/aws/lambda/{number:05}" for number in range(10_000)])
    assert len(await list_groups(account)) == MOST_LISTED
    assert account.asked == MOST_LISTED / 50
    assert Limits().bucket("logs:DescribeLogGroups", "1", "eu-west-1") is not None, "nor faster than AWS allows"


async def test_a_known_name_is_one_call_however_many_begin_so() -> None:
    account: Any = Account(["/a", *(f"/a/{number}" for number in range(5000)), "/b", "/c-only"])
    found = await describe(account, [LogGroup(group=name) for name in ("/a", "/b", "/c")])
    assert set(found) == {"/a", "/b"} and account.asked == 3


async def test_groups_that_are_not_read_line_by_line_are_told_before_they_are_asked() -> None:
    account: Any = Account(["/rare", "/rare-not", "/gone"], rare="INFREQUENT_ACCESS", gone="DELIVERY")
    with pytest.raises(Failure, match="/rare: It is of class INFREQUENT_ACCESS: only Logs Insights reads it"):
        await resolve(account, ["/rare"], BARE)
    with pytest.raises(Failure, match="neither FilterLogEvents nor Logs Insights"):
        await resolve(account, ["/gone"], BARE)
    assert await resolve(account, ["/rar"], BARE) == (LogGroup(group="/rare-not"),)
    assert unreadable("STANDARD") is unreadable("") is None and "ANOTHER" in str(unreadable("ANOTHER"))
