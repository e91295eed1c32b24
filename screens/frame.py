"""What the header tells of the desk."""

from __future__ import annotations

from console.desk import Desk
from widgets.header import HeaderState


def header_state(desk: Desk) -> HeaderState:
    """What the header tells of the desk."""
    stack, meter = desk.stack, desk.meter
    if stack is None:
        return HeaderState(stack=f"{len(desk.stacks)} stacks" if desk.stacks else "Groundskeeper", environment="all")
    target, connection = desk.target(stack), desk.connection(stack)
    simulated = desk.workspace is not None and desk.workspace.demo is not None
    endpoint = (target.endpoint_url or "") if target else ""
    return HeaderState(
        stack=stack.name,
        environment=stack.environment,
        production=stack.production,
        account=connection.identity.account if connection else stack.account or "",
        region=(target.region or "") if target else "",
        identity=connection.identity.name if connection else "",
        endpoint=endpoint.partition("://")[2].rstrip("/"),
        simulated=simulated,
        read_only=True,
        calls_per_minute=meter.per_minute if meter else 0,
        dollars_per_hour=meter.dollars_per_hour if meter else 0.0,
        credentials_until=connection.expires if connection else None,
    )
