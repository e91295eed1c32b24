"""Every widget with made-up data, to be looked at: ``python tests/pilot/widgets/gallery.py [THEME]``.

Keys 1 to 4 change the picture, T the theme, P between a production stack and another, q ends it.
"""

from __future__ import annotations

import math
import random
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

import themes
from console.problems import Problem, ProblemKind
from console.readings.source import Detail, Event, Finding, Level, Reading, Series
from console.services.ecs.kinds import SERVICE
from console.stack.standing import Standing
from console.text import clean
from widgets.banner import Banner
from widgets.detail import DetailView
from widgets.filter_bar import FilterBar
from widgets.footer import Footer
from widgets.header import Header, HeaderState
from widgets.level import level_cell, tally
from widgets.mode_bar import Mode, ModeBar
from widgets.panel import Panel
from widgets.plot.plot import Plot
from widgets.plot.sparkline import sparkline
from widgets.table.layout import Column
from widgets.table.table import Table
from widgets.terminal.frame_rate import FrameRateScreen

NOW = datetime(2026, 11, 20, 14, 5, 12, tzinfo=UTC)
MODES = (
    Mode("1", "Health", Level.CRIT), Mode("2", "Logs"), Mode("3", "Users"), Mode("4", "Backups", Level.WARN),
    Mode("5", "Scaling"), Mode("6", "Emergencies"), Mode("7", "Deploy"), Mode("0", "Journal"),
)  # fmt: skip


def series(label: str, unit: str, base: float, swing: float, **limits: float) -> Series:
    """A day of a metric that was not measured between 08:20 and 10:00."""
    chance = random.Random(label)
    end = NOW.timestamp()
    points = tuple(
        (end - 300 * back, max(0.0, base + swing * math.sin(back / 30) + chance.gauss(0, swing / 8)))
        for back in range(287, -1, -1)
        if not 49 < back < 69
    )
    return Series(clean(label), unit, 300, points, limits.get("warn"), limits.get("crit"))


CPU = series("CPUUtilization", "Percent", 52, 33, warn=80, crit=90)
MEMORY = series("MemoryUtilization", "Percent", 58, 6, warn=80, crit=90)
REQUESTS = series("RequestCount", "Count", 12_400, 8_000)
LATENCY = series("TargetResponseTime", "Seconds", 0.42, 0.2, warn=1, crit=2)
FREE = series("FreeStorageSpace", "Bytes", 14e9, 4e9, warn=10e9, crit=5e9)

FINDINGS = (
    ("ecs.services", "mra-mines-frontend-staging", Level.CRIT, "No task is running.", "0", "2 desired", CPU),
    ("ecs.services", "mra-mines-processor-staging", Level.OK, "All tasks are running.", "2 of 2", "", MEMORY),
    ("alb.traffic", "journal-alb-production", Level.WARN, "Responses are slow.", "1.2 s", "1 s", LATENCY),
    ("rds.instances", "expo-postgres", Level.OK, "Room for 14 days.", "13.1 GiB", "10 GiB", FREE),
    ("cognito.pool", "日本語-user-pool", Level.OK, "1,204 users.", "1,204", "", REQUESTS),
    ("cloudfront.distribution", "E2QWRUHAPOMQZL", Level.UNKNOWN, "Additional metrics are off.", "", "", None),
    ("dynamodb.tables", "maps", Level.OK, "Point-in-time recovery is on.", "on", "", REQUESTS),
    ("backup.freshness", "gift-tracker-users", Level.WARN, "The newest backup is old.", "31 h", "26 h", None),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A finding and its metric."""

    finding: Finding
    series: Series | None


ROWS = tuple(
    Row(Finding(source, clean(resource), level, clean(what), clean(value), clean(limit)), metric)
    for source, resource, level, what, value, limit, metric in FINDINGS
)
COLUMNS: tuple[Column[Row], ...] = (
    Column("level", "Level", lambda row: level_cell(row.finding.level), 9, sort=lambda row: -row.finding.level),
    Column("resource", "Resource", lambda row: row.finding.resource, 26, share=2, most=40),
    Column("what", "What", lambda row: row.finding.what, 24, share=3, most=60),
    Column("value", "Value", lambda row: row.finding.value, 9, align="right"),
    Column("limit", "Limit", lambda row: row.finding.threshold, 10, align="right", hide=2),
    Column("trend", "24 h", lambda row: sparkline(row.series, 16) if row.series else "", 16, hide=1),
    Column("check", "Check", lambda row: row.finding.source, 18, hide=3),
)
DETAIL = Detail(
    clean("mra-mines-frontend-staging"),
    SERVICE,
    clean("arn:aws:ecs:eu-west-1:123456789012:service/mra-mines-cluster-staging/mra-mines-frontend-staging"),
    (
        ("Status", clean("ACTIVE")),
        ("Running / pending / desired", clean("0 / 1 / 2")),
        ("Rollout", clean("FAILED: tasks failed to start")),
        ("Task definition", clean("mra-mines-frontend-staging:41")),
        ("Load balancer", clean("targetgroup/mra-mines-frontend/50dc6c495c0c9188, port 3000, no healthy target")),
    ),
    (
        Event(NOW - timedelta(minutes=2), clean("was unable to place a task because no container instance met all "
              "of its requirements. The closest matching container-instance has insufficient memory available."),
              Level.WARN),
        Event(NOW - timedelta(hours=3), clean("has reached a steady state.")),
        Event(NOW - timedelta(days=2), clean("registered 1 targets in target-group mra-mines-frontend")),
    ),
    (CPU, MEMORY),
    (clean("mra-mines-cluster-staging"), clean("mra-mines-alb-staging")),
    (clean("/ecs/mra-mines-frontend-staging"),),
)  # fmt: skip


def state(*, production: bool) -> HeaderState:
    """A header of a production stack, armed, or of another, read-only."""
    return HeaderState(
        stack="operations" if production else "mra-mines",
        environment="production" if production else "staging",
        standing=Standing.PRODUCTION if production else Standing.HARMLESS,
        account="123456789012",
        region="us-east-1" if production else "eu-west-1",
        identity="assumed-role/operator/marvin",
        endpoint="" if production else "127.0.0.1:5000",
        simulated=not production,
        read_only=not production,
        armed_until=NOW + timedelta(minutes=29, seconds=10) if production else None,
        calls_per_minute=142,
        dollars_per_hour=0.11,
        credentials_until=NOW + timedelta(minutes=52),
        watches=1,
        unknown=2 if production else 0,
    )


class Page(FrameRateScreen[None]):
    """A page of the gallery, between header and footer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("a", "app.bell", "Actions"),
        Binding("l", "app.bell", "Logs"),
        Binding("r", "app.bell", "Refresh"),
        Binding("t", "app.bell", "Time"),
        Binding("y", "app.bell", "Copy"),
        Binding("o", "app.bell", "Save"),
        Binding("S", "app.bell", "Stack"),
        Binding("W", "app.bell", "Arm writing"),
    ]

    def compose(self) -> ComposeResult:
        """Header, modes, body, filter, keys."""
        yield Header(state(production=False), now=lambda: NOW)
        yield ModeBar(MODES, "1")
        yield Banner()
        yield from self.body()
        yield FilterBar()
        yield Footer()

    def body(self) -> list[Widget]:
        """What the page shows."""
        return []

    def action_filter(self) -> None:
        """Open the filter."""
        self.query_one(FilterBar).open()

    def on_filter_bar_changed(self, event: FilterBar.Changed) -> None:
        """Filter every table."""
        for table in self.query(Table):
            table.set_filter(event.text)

    def on_filter_bar_kept(self) -> None:
        """Give the keys back to the table."""
        self.query(Table).focus()

    def on_table_counts_changed(self, event: Table.CountsChanged) -> None:
        """Say the counts in the bar."""
        self.query_one(FilterBar).note(str(event.counts))


class HealthPage(Page):
    """A table over a detail, and a panel that has a problem."""

    DEFAULT_CSS = (
        "HealthPage #lower { height: 1fr; } HealthPage #left { width: 3fr; } HealthPage #right { width: 2fr; }"
    )

    def body(self) -> list[Widget]:
        """Two panels above, two beneath."""
        table = Table(COLUMNS, lambda row: (row.finding.source, row.finding.resource), fixed=2)
        users = Table(COLUMNS[1:4], lambda row: row.finding.resource, empty="No users.")
        self.findings = Panel("Health", table, period=60, fill=table.set_rows, now=lambda: NOW)
        self.users = Panel("Users", users, period=60, fill=users.set_rows, now=lambda: NOW, id="right")
        detail = DetailView(zone=UTC, now=lambda: NOW)
        self.detail = Panel("Detail", detail, now=lambda: NOW, id="left")
        detail.show(DETAIL, [row.finding for row in ROWS[:1]])
        return [self.findings, Horizontal(self.detail, self.users, id="lower")]

    def on_mount(self) -> None:
        """Fill the panels."""
        self.findings.show(Reading(ROWS, NOW - timedelta(seconds=24)))
        self.findings.note(tally(row.finding.level for row in ROWS))
        problem = Problem(
            ProblemKind.THROTTLED,
            clean("Cognito answered TooManyRequestsException to ListUsers."),
            clean("Wait a little."),
        )
        self.users.show(Reading(ROWS[:3], NOW - timedelta(minutes=4), problem, next_at=NOW + timedelta(seconds=40)))


class DetailPage(Page):
    """A detail over the whole screen."""

    def body(self) -> list[Widget]:
        """The detail."""
        view = DetailView(zone=UTC, now=lambda: NOW)
        view.show(DETAIL, [row.finding for row in ROWS[:3]])
        return [view]


class PlotPage(Page):
    """Two plots."""

    def body(self) -> list[Widget]:
        """One of one series, one of two."""
        self.one, self.two = Plot(UTC), Plot(UTC)
        return [Vertical(Panel("Storage", self.one), Panel("Utilisation", self.two))]

    def on_mount(self) -> None:
        """Show the series."""
        self.one.show([FREE])
        self.two.show([CPU, MEMORY])


class TablePage(Page):
    """A long table with marks, and a banner."""

    def body(self) -> list[Widget]:
        """The table."""
        return [Panel("Findings", Table(COLUMNS, lambda row: row.finding.resource))]

    def on_mount(self) -> None:
        """Fill it."""
        table = self.query_one(Table)
        rows = [
            Row(Finding(f.source, clean(f"{f.resource}-{number}"), f.level, f.what, f.value, f.threshold), row.series)
            for number in range(40)
            for row in ROWS
            for f in (row.finding,)
        ]
        table.set_rows(rows, total=5_000)
        table.set_sort("level")
        table.model.marks |= {rows[0].finding.resource, rows[8].finding.resource}
        self.query_one(Panel).note(str(table.counts))
        self.query_one(Banner).say(
            Level.CRIT,
            "The credentials of profile mra-mines have expired.",
            "Next: run aws sso login in another terminal.",
        )


class Gallery(App[None]):
    """The pages, with the themes of the project."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "page('health')", show=False),
        Binding("2", "page('detail')", show=False),
        Binding("3", "page('plot')", show=False),
        Binding("4", "page('table')", show=False),
        Binding("T", "next_theme", show=False),
        Binding("P", "production", show=False),
        Binding("q", "quit", "Back"),
    ]
    SCREENS: ClassVar = {"health": HealthPage, "detail": DetailPage, "plot": PlotPage, "table": TablePage}

    def __init__(self, theme: str = themes.DEFAULT) -> None:
        super().__init__()
        for known in themes.load_all():
            self.register_theme(known)
        self.theme = theme
        self.production = False

    def on_mount(self) -> None:
        """Begin with health."""
        self.push_screen("health")

    def action_page(self, name: str) -> None:
        """Go to a page."""
        self.switch_screen(name)

    def action_next_theme(self) -> None:
        """Take the next theme."""
        names = themes.names()
        self.theme = names[(names.index(self.theme) + 1) % len(names)]

    def action_production(self) -> None:
        """Show the header of a production stack, or of another."""
        self.production = not self.production
        self.screen.query_one(Header).show(state(production=self.production))


if __name__ == "__main__":
    Gallery(*sys.argv[1:2]).run()
