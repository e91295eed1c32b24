"""Gift Tracker: an API with functions, tables, pictures and users, in an account of its own.

Wrong at the start: the function for pictures may not write to its bucket and fails, so that the API answers
too many 5xx; one runtime is deprecated; GiftTracker-Events has no point-in-time recovery.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from console.demo import log_traffic
from console.demo.credentials import GIFT_ACCOUNT
from console.demo.parts import access, functions, gateway, storage, users, watch
from console.demo.parts.place import StackPlace
from console.demo.stacks import gift_tracker_life
from console.demo.stacks.gift_tracker_life import API, BUCKET, CLIENT, KINDS, POOL, TABLES
from console.demo.world import World

_RUNTIMES: Final = {"contacts": "nodejs18.x"}


def build(world: World) -> Iterator[None]:
    """Build the stack; requests are served at each yield."""
    place = StackPlace(world, "gift-tracker", "prod", "us-east-1", GIFT_ACCOUNT)
    world.faults.add(gift_tracker_life.DENIED)
    _tables(place)
    yield
    _pictures(place)
    yield
    pool = users.user_pool(
        place,
        POOL,
        "gift-tracker-users",
        client="gift-tracker-web",
        client_id=CLIENT,
        callbacks=["https://gifts.example.com/callback"],
    )
    users.people(place, pool, 90, "gifts.example.com")
    yield
    arns = _functions(place)
    gateway.rest_api(place, API, "gift-tracker-api", "prod", arns, pool_arn=pool.arn, rate=50.0)
    topic = watch.topic(place, "gift-tracker-alerts", "gifts@example.com")
    gift_tracker_life.define(place)
    gift_tracker_life.alarms(place, topic)
    yield
    log_traffic.start(world, gift_tracker_life.log_specs(place))
    gift_tracker_life.start(place)


def _tables(place: StackPlace) -> None:
    chance = place.world.random
    for kind, name in TABLES.items():
        indexes = {} if kind == "users" else {"userIdIndex": "userId"}
        storage.table(
            place, name, f"{kind[:-1]}Id", created=place.ago(days=390), indexes=indexes, recovery=kind != "events"
        )
        storage.items(
            place,
            name,
            (
                {
                    f"{kind[:-1]}Id": f"{kind[:-1]}-{number:05d}",
                    "userId" if indexes else "email": f"user-{chance.randrange(90):04d}",
                    "title": f"{kind[:-1]} number {number}",
                    "price": chance.randrange(5, 400),
                    "createdAt": place.ago(days=chance.uniform(0, 380)).isoformat(timespec="seconds"),
                }
                for number in range({"users": 90, "gifts": 640, "contacts": 410, "events": 150}[kind])
            ),
        )
        nights = [*place.months(4, 12), *place.nights(4, *range(4 if kind == "events" else 0, 36))]
        storage.backups(place, name, {f"backup-{night:%Y%m%d}": night for night in nights})


def _pictures(place: StackPlace) -> None:
    storage.bucket(place, BUCKET, versions=False)
    rule = {
        "ID": "archive-and-expire",
        "Filter": {"Prefix": ""},
        "Status": "Enabled",
        "Transition": [{"Days": "30", "StorageClass": "STANDARD_IA"}],
        "Expiration": {"Days": "365"},
    }
    place.world.backend("s3", "aws", place.account).put_bucket_lifecycle_configuration(BUCKET, [rule])
    chance = place.world.random
    for number in range(180):
        age = chance.uniform(0, 300)
        storage.put(
            place,
            BUCKET,
            f"gifts/gift-{number:05d}.jpg",
            place.ago(days=age),
            size=int(chance.lognormvariate(10, 0.8)),
            storage="STANDARD_IA" if age > 30 else "STANDARD",
        )


def _functions(place: StackPlace) -> dict[str, str]:
    """The functions with their log groups; gives the ARN of each by the path that leads to it."""
    access.user(place, "gift-tracker-deploy", 130)
    arns = {}
    for kind in KINDS:
        name = f"gift-tracker-{kind}"
        arns[kind] = functions.function(
            place,
            name,
            _RUNTIMES.get(kind, "nodejs22.x"),
            memory=256,
            timeout=10,
            modified=place.ago(days=25),
            environment={"TABLE": TABLES.get(kind, ""), "BUCKET": BUCKET, "STAGE": "prod"},
        )
        watch.log_group(place, f"/aws/lambda/{name}", days=90)
    return arns
