"""Every IAM action that is asked for exists, by the word of a witness that knows nothing of this project."""

from __future__ import annotations

from datetime import date
from typing import Final

import pytest
from policy_sentry.querying.all import get_all_actions

from console.desk.tasks import Task, tasks

NEWER: Final[dict[str, date]] = {}
"""Actions that AWS has and the witness does not know yet, and the day on which AWS's own page named each."""

KNOWN: Final = frozenset(get_all_actions())


@pytest.mark.parametrize("task", [task for task in tasks() if task.permissions], ids=lambda task: task.name)
def test_every_action_exists(task: Task) -> None:
    assert set(task.permissions) <= KNOWN | set(NEWER)


def test_what_the_witness_has_learnt_is_listed_no_more() -> None:
    assert not KNOWN & set(NEWER)


def test_an_action_that_is_misspelt_is_none() -> None:
    assert "ecs:DescribeService" not in KNOWN
