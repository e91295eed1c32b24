"""Logs Insights: a query over log groups, what it would cost, its results as a table or as curves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import TextArea

from console.desk.desk import Desk
from console.logs.insights.query import Estimate, InsightsQuery, QueryResults, ask, estimate
from console.logs.insights.saved import SavedQuery, keep
from console.logs.kinds import LogGroup
from console.logs.ranges import time_range
from console.moments import MomentProblem
from console.problems import Failure, Problem
from console.stack.stack import Stack
from console.text import clean
from screens.base import ConsoleScreen
from screens.copy_and_save import copy, save
from screens.insights.results import InsightsResults
from screens.insights.words import QueryRun, run_words, warning
from widgets.log.heading import LogHeading


class InsightsScreen(ConsoleScreen):
    """A query of Logs Insights: u takes a saved one, e edits it, R runs it; what it scans and costs is told first."""

    NAME = "logs"
    DEFAULT_CSS = """
    InsightsScreen {
        & > TextArea { height: auto; min-height: 3; max-height: 30%; border: none; padding: 0 1; background: $surface; }
        & > TextArea:focus { border: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "queries", "Saved queries"),
        Binding("e", "edit", "Edit"),
        Binding("R,ctrl+r", "run", "Run", key_display="R"),
        Binding("s", "stop", "Stop"),
        Binding("b", "range", "Range"),
        Binding("p", "groups", "Groups"),
        Binding("m", "plot", "Plot"),
        Binding("K", "keep", "Keep"),
        Binding("y", "copy", "Copy the row", show=False),
        Binding("o", "save", "Save", show=False),
        Binding("escape", "back", "To the results, then back", show=False, priority=True),
    ]

    def __init__(self, desk: Desk, stack: Stack, groups: tuple[LogGroup, ...]) -> None:
        super().__init__(desk)
        self._stack = stack
        self._groups = groups
        self._range = "1h"
        self._run = QueryRun()
        self._heading = LogHeading()
        self._query = TextArea(soft_wrap=True, show_line_numbers=False, tab_behavior="focus")
        self._results = InsightsResults()

    def body(self) -> Iterable[Widget]:
        """What is asked of what, the query, the results."""
        yield self._heading
        yield self._query
        yield self._results

    def stacks(self) -> tuple[Stack, ...]:
        """The one whose groups are asked."""
        return (self._stack,)

    def selected_stack(self) -> Stack:
        """The one whose groups are asked."""
        return self._stack

    def on_mount(self) -> None:
        """Begin with the choice of a query."""
        self._results.give_keys()
        self._tell()
        self.action_queries()

    def _tell(self, **changes: object) -> None:
        """Say how it goes."""
        self._run = self._run.changed(**changes)
        words = run_words(self._run, self._groups, self._range)
        problems = (str(self._run.problem),) if self._run.problem else ()
        self._heading.show("Logs Insights", words, problems, focused=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A plot is offered where there are curves, stopping while a query runs (called by Textual)."""
        if action == "plot":
            return self._results.plottable
        return action != "stop" or self._run.running

    # What is asked

    def action_queries(self) -> None:
        """Take a saved query."""
        from screens.modals.log_queries import LogQueriesModal

        def chosen(query: SavedQuery | None) -> None:
            if query is not None:
                self._query.text = query.text
                self.action_run()

        self.app.push_screen(LogQueriesModal(), chosen)

    def action_edit(self) -> None:
        """Edit the query."""
        self._query.focus()

    def action_range(self) -> None:
        """Ask for the range of time."""
        from screens.modals.log_ask import LogLineModal

        def chosen(text: str | None) -> None:
            if text:
                self._range = text
                self._tell()

        hint = "Such as 1h, 24h, 7d; 14:05 to 14:20; 19 Nov 14:05 to 19 Nov 15:00."
        self.app.push_screen(LogLineModal("Range", hint, self._range, _wrong_range), chosen)

    def action_groups(self) -> None:
        """Choose which log groups are asked."""
        from screens.modals.log_groups import LogGroupsModal

        def chosen(groups: tuple[LogGroup, ...] | None) -> None:
            if groups:
                self._groups = groups
                self._tell()

        self.app.push_screen(LogGroupsModal(self.desk, self._stack, self._groups), chosen)

    def action_keep(self) -> None:
        """Keep the query as one of one's own."""
        from screens.modals.log_ask import LogLineModal

        def chosen(name: str | None) -> None:
            if name:
                self._keep(name)

        self.app.push_screen(LogLineModal("Keep this query", "Its name: small letters, digits and -."), chosen)

    @work(group="keep")
    async def _keep(self, name: str) -> None:
        try:
            path = await asyncio.to_thread(keep, name, self._query.text)
        except (ValueError, OSError) as error:
            self.notify(str(clean(error)), severity="warning", markup=False)
        else:
            self.notify(f"Kept in {path}", markup=False)

    # Its run

    def action_run(self) -> None:
        """Run the query; a scan that may be large is asked about first."""
        if self._query.text.strip():
            self._ask()
        else:
            self.notify("There is no query yet: u takes a saved one, e edits.", markup=False)

    @work(group="ask", exclusive=True)
    async def _ask(self) -> None:
        from screens.modals.log_ask import LogScanModal

        try:
            start, end = time_range(self._range, datetime.now(UTC))
        except MomentProblem as told:  # what was a range when it was typed may be none a day later
            self.notify(f"Range {self._range}: {told} Next: b.", severity="warning", markup=False)
            return
        until = end.timestamp() if end else time.time()
        question = InsightsQuery(self._groups, self._query.text, int(start.timestamp()), int(until))
        self._tell(running=True, sent=False, problem=None, scan=None, estimate=None, stopped=False)
        self.refresh_bindings()
        problem: Problem | None = None
        try:
            aws = await self.desk.tails().aws(self._stack)
            expected: Estimate = await estimate(aws, question)
            self._tell(estimate=expected)
            if expected.large and not await self.app.push_screen_wait(LogScanModal(warning(expected))):
                self._tell(stopped=True)
                return
            self._tell(sent=True)
            answer = await ask(aws, question, self._so_far)
            self._tell(scan=answer.scan, rows=len(answer.rows))
            await self._results.show(answer)
        except Failure as failure:
            problem = failure.problem
        except asyncio.CancelledError:
            self._tell(stopped=True)
            raise
        finally:
            self._tell(running=False, problem=problem)
            self.refresh_bindings()

    def _so_far(self, answer: QueryResults) -> None:
        self._tell(scan=answer.scan)

    def action_stop(self) -> None:
        """Stop the query; AWS is told."""
        self.workers.cancel_group(self, "ask")

    # What is shown

    def action_plot(self) -> None:
        """Show curves, or the table."""
        self._results.turn()

    def action_copy(self) -> None:
        """Copy the row under the cursor."""
        if self._results.row is not None:
            copy(self.app, self._results.row)

    @work(group="save")
    async def action_save(self) -> None:
        """Save the results to a file."""
        await save(self.app, f"insights-{self._stack.name}", self._results.text)

    async def action_back(self) -> None:
        """Leave the editor, then the screen."""
        if self._query.has_focus:
            self._results.give_keys()
        else:
            await self.app.pop_screen()


def _wrong_range(text: str) -> str:
    try:
        time_range(text, datetime.now(UTC))
    except MomentProblem as problem:
        return str(problem)
    return ""
