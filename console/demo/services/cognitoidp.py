"""Amazon Cognito: who signed in when and from where."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final

from moto.cognitoidp.responses import CognitoIdpResponse

from console.demo.services.shapes import Request, add
from console.demo.shapes import seed_of

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = ("cognito-idp: admin_list_user_auth_events",)

_PLACES: Final = (("Nairobi", "Kenya"), ("Lisbon", "Portugal"), ("Osaka", "Japan"), ("Bogota", "Colombia"))
_MOST: Final = 60


def install(world: World) -> None:
    """Add sign-ins; those of a user are always the same, but for their age."""

    def admin_list_user_auth_events(request: Request) -> dict[str, Any]:
        backend = world.backend("cognito-idp", request.region, request.account)
        user = backend.admin_get_user(request.params["UserPoolId"], request.params["Username"])
        chance = Random(seed_of(user.id))  # noqa: S311 - a story, not a secret
        count = 0 if user.status in ("UNCONFIRMED", "FORCE_CHANGE_PASSWORD") else chance.randrange(2, 12)
        moments = sorted((world.started - timedelta(hours=chance.uniform(0, 700)) for _ in range(count)), reverse=True)
        events = [_event(chance, moment, number) for number, moment in enumerate(moments)]
        return {"AuthEvents": events[: int(request.params.get("MaxResults") or _MOST)]}

    add(CognitoIdpResponse, "AdminListUserAuthEvents", admin_list_user_auth_events)


def _event(chance: Random, moment: Any, number: int) -> dict[str, Any]:
    city, country = chance.choice(_PLACES)
    failed = chance.random() < 0.15
    return {
        "EventId": f"{chance.getrandbits(128):032x}",
        "EventType": "SignIn",
        "CreationDate": moment,
        "EventResponse": "Fail" if failed else "Pass",
        "EventRisk": {"RiskDecision": "NoRisk", "CompromisedCredentialsDetected": False},
        "ChallengeResponses": [{"ChallengeName": "Password", "ChallengeResponse": "Failure" if failed else "Success"}],
        "EventContextData": {"IpAddress": f"192.0.2.{(number * 37) % 250 + 1}", "City": city, "Country": country},
    }
