"""Amazon SNS: a person must confirm an e-mail subscription; in the demo somebody does after a minute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import has_request_context
from moto.sns.models import SNSBackend, Subscription

from console.demo.services.shapes import replace

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = ("sns: a subscription of an e-mail address is pending until it is confirmed, a minute later",)

_PENDING: Final = "PendingConfirmation"
_CONFIRM_SECONDS: Final = 60


def install(world: World) -> None:
    """Let subscriptions wait."""

    def subscribe(backend: SNSBackend, topic_arn: str, endpoint: str, protocol: str) -> Subscription:
        made: Subscription = original(backend, topic_arn, endpoint, protocol)
        if protocol in ("email", "email-json") and has_request_context() and made.arn != _PENDING:
            arn = made.arn
            made.attributes[_PENDING] = True
            made.arn = _PENDING

            def confirm() -> None:
                made.arn = arn
                made.attributes[_PENDING] = False

            world.after(_CONFIRM_SECONDS, confirm)
        return made

    original = replace(SNSBackend, "subscribe", subscribe)
