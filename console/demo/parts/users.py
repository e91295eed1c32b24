"""Cognito user pools full of people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from console.demo.parts.place import StackPlace, naive

_FIRST: Final = (
    "Ada Amara Anders Bea Carlo Chipo Dana Edgar Elif Farid Grace Hana Ines Jonas Kofi Lena Maya Nils Olga Pavel "
    "Rosa Samir Tariq Uma Vera Wanda Yusuf Zoe"
).split()
_LAST: Final = (
    "Abebe Banda Cruz Demir Eriksen Fischer Garcia Haddad Ivanova Jensen Kaya Lindqvist Moreau Ncube Okafor Petrov "
    "Quinn Rossi Silva Tanaka Usman Vargas Weber Yilmaz Zhou"
).split()

STATUSES: Final = (
    *("CONFIRMED",) * 14,
    *("FORCE_CHANGE_PASSWORD",) * 3,
    *("UNCONFIRMED",) * 2,
    "RESET_REQUIRED",
)
"""How users are spread over the statuses that Cognito knows."""


def user_pool(
    place: StackPlace, pool_id: str, name: str, *, client: str, callbacks: Sequence[str], client_id: str | None = None
) -> Any:
    """A pool with an id of our choice, where people sign in by e-mail, and one app client."""
    cognito = place.backend("cognito-idp")
    pool = cognito.create_user_pool(
        name,
        {
            "UsernameAttributes": ["email"],
            "AutoVerifiedAttributes": ["email"],
            "MfaConfiguration": "OPTIONAL",
            "UserPoolTags": place.tags,
        },
    )
    del cognito.user_pools[pool.id]
    pool.id = pool_id
    pool.arn = place.arn("cognito-idp", f"userpool/{pool_id}")
    pool.creation_date = pool.last_modified_date = naive(place.ago(days=420))
    cognito.user_pools[pool_id] = pool
    made = cognito.create_user_pool_client(
        pool_id,
        generate_secret=False,
        extended_config={
            "ClientName": client,
            "CallbackURLs": list(callbacks),
            "LogoutURLs": [url.rsplit("/", 1)[0] for url in callbacks],
            "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": ["openid", "email", "profile"],
            "AllowedOAuthFlowsUserPoolClient": True,
            "SupportedIdentityProviders": ["COGNITO"],
        },
    )
    if client_id:
        del pool.clients[made.id]
        made.id = client_id
        pool.clients[client_id] = made
    cognito.create_user_pool_domain(pool_id, f"{place.project}-{place.environment}")
    return pool


def people(place: StackPlace, pool: Any, count: int, domain: str = "example.com") -> None:
    """Add users of every status, one in twelve of them disabled, of ages up to a year."""
    cognito = place.backend("cognito-idp")
    chance = place.world.random
    for number in range(count):
        first, last = _FIRST[number % len(_FIRST)], _LAST[number % len(_LAST)]
        email = f"{first}.{last}@{domain}".lower()
        status = STATUSES[number % len(STATUSES)]
        attributes = {"email": email, "email_verified": str(status != "UNCONFIRMED").lower(), "name": f"{first} {last}"}
        pairs = [{"Name": key, "Value": value} for key, value in attributes.items()]
        user = cognito.admin_create_user(pool.id, email, "SUPPRESS", "Temporary-1234", pairs)
        user.status = status
        user.enabled = number % 12 != 7
        created = place.ago(days=chance.uniform(1, 360))
        user.create_date = naive(created)
        user.last_modified_date = naive(created + (place.world.now() - created) * chance.random())
