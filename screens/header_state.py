"""What the header tells of the desk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from console.desk.desk import Desk
from widgets.header import HeaderState


def header_state(desk: Desk) -> HeaderState:
    """What the header tells of the desk."""
    stack = desk.stack
    if stack is None:
        return HeaderState(stack=f"{len(desk.stacks)} stacks" if desk.stacks else "Groundskeeper", environment="all")
    target, connection = desk.target(stack), desk.connection(stack)
    simulated = desk.workspace is not None and desk.workspace.demo is not None
    armed = desk.write_state.seconds_left(stack)
    endpoint = (connection.aws.reached if connection else target).endpoint if target else ""
    return HeaderState(
        stack=stack.name,
        environment=stack.environment,
        standing=stack.standing,
        account=connection.identity.account if connection else stack.account or "",
        region=(target.region or "") if target else "",
        identity=connection.identity.name if connection else "",
        endpoint=endpoint.partition("://")[2].rstrip("/"),
        simulated=simulated,
        read_only=desk.write_state.refusal(stack) is not None,
        armed_until=datetime.now(UTC) + timedelta(seconds=armed) if armed else None,
        calls_per_minute=desk.meter.per_minute,
        dollars_per_hour=desk.meter.dollars_per_hour,
        watches=desk.changes.watches if desk.changes else 0,
        unknown=desk.changes.unknown if desk.changes else 0,
        credentials_until=connection.expires if connection else None,
    )
