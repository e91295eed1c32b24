"""The metrics, alarms, logs and life of Gift Tracker."""

from __future__ import annotations

from typing import Final

from console.demo.log_traffic import Spec
from console.demo.parts import more_numbers, numbers, storage, watch
from console.demo.parts.place import StackPlace
from console.demo.shapes import Daily, During, Level, Noise, Spikes

API: Final = "buaes967sk"
POOL: Final = "us-east-1_b9yk9AeaO"
CLIENT: Final = "7er1ri5q5vkqkrecg0dkvbt724"
BUCKET: Final = "gift-tracker-images-147997144209"
TABLES: Final = {kind: f"GiftTracker-{kind.title()}" for kind in ("users", "gifts", "contacts", "events")}
KINDS: Final = (*TABLES, "images")
DENIED: Final = "gift-tracker.images-denied"
"""The fault: the function for pictures may not write to its bucket."""

FAILING: Final = "gift-tracker.gifts-failing"
"""The fault: a faulty version of the function for gifts."""

_ROLE: Final = "gift-tracker-images-role"
_MESSAGES: Final = (
    "AccessDenied: User: arn:aws:sts::147997144209:assumed-role/gift-tracker-images-role/gift-tracker-images is not "
    "authorized to perform: s3:PutObject on resource: arn:aws:s3:::gift-tracker-images-147997144209/gifts",
)
_FAILURES: Final = (
    "TypeError: Cannot read properties of undefined (reading 'giftId')",
    "Runtime.UserCodeSyntaxError: SyntaxError: Unexpected token '}'",
)


def define(place: StackPlace) -> None:
    """Define every metric of the stack."""
    calls = numbers.traffic(160, "gift-api")
    share = {"users": 0.2, "gifts": 0.4, "contacts": 0.15, "events": 0.15, "images": 0.1}
    for kind, part in share.items():
        failing = calls * part * 0.0005
        if kind == "images":
            failing = During(DENIED, calls * part * 0.21, failing)
        if kind == "gifts":
            failing = During(FAILING, calls * part * 0.97, failing)
        numbers.lambda_function(place, f"gift-tracker-{kind}", calls * part, failing, Level(140) + Noise(25))
    numbers.gauge(place, "AWS/Lambda", "ConcurrentExecutions", {}, Level(9) + Daily(4) + Noise(2), "Count")
    api_failing = During(FAILING, calls * 0.38) + During(DENIED, calls * 0.021, calls * 0.0008)
    more_numbers.rest_api(place, "gift-tracker-api", "prod", calls, api_failing, Level(210) + Daily(40) + Noise(20))
    for kind, name in TABLES.items():
        numbers.table(place, name, calls * share[kind] * 1.5, calls * share[kind] * 0.4, Spikes(4, per_day=6))
    numbers.bucket(place, BUCKET)
    numbers.user_pool(place, POOL, CLIENT, calls * 0.05, failure=0.05)


def alarms(place: StackPlace, topic: str) -> None:
    """The alarms that the guide names: errors over 1 %, throttling over 0."""
    for kind in KINDS:
        watch.alarm(
            place,
            f"gift-tracker-{kind}-errors",
            f"Errors of gift-tracker-{kind}",
            ("AWS/Lambda", "Errors"),
            {"FunctionName": f"gift-tracker-{kind}"},
            0.01,
            topic_arn=topic,
        )
    watch.alarm(
        place,
        "gift-tracker-api-5xx",
        "More than 1% of the answers are 5xx",
        ("AWS/ApiGateway", "5XXError"),
        {"ApiName": "gift-tracker-api", "Stage": "prod"},
        0.01,
        topic_arn=topic,
    )
    for name in TABLES.values():
        watch.alarm(
            place,
            f"gift-tracker-{name}-throttling",
            f"{name} is throttled",
            ("AWS/DynamoDB", "ReadThrottleEvents"),
            {"TableName": name},
            0,
            statistic="Sum",
            missing="notBreaching",
            topic_arn=topic,
        )


def log_specs(place: StackPlace) -> list[Spec]:
    """How each log group speaks."""
    troubles: dict[str, dict[str, tuple[str, ...]]] = {"images": {DENIED: _MESSAGES}, "gifts": {FAILING: _FAILURES}}
    return [
        watch.voice(place, f"/aws/lambda/gift-tracker-{kind}", "lambda", 5, troubles=troubles.get(kind))
        for kind in KINDS
    ]


def start(place: StackPlace) -> None:
    """Gifts are added; pictures can be written again once the function's role was changed."""
    world = place.world
    world.site |= {"gift-tracker/": 200, "gift-tracker/prod/health": 200}
    iam = world.backend("iam", "aws", place.account)
    roles = {role.name: role for role in iam.roles.values()}
    code = place.backend("lambda").get_function("gift-tracker-gifts").code_sha_256
    before = dict(roles[_ROLE].policies)

    def heal() -> None:
        attached = roles[_ROLE].managed_policies
        if dict(roles[_ROLE].policies) != before or attached:
            world.faults.discard(DENIED)
        if FAILING in world.faults and place.backend("lambda").get_function("gift-tracker-gifts").code_sha_256 != code:
            world.faults.discard(FAILING)
            world.site["gift-tracker/prod/health"] = 200

    def work() -> None:
        number = int(world.now().timestamp())
        row = {
            "giftId": f"gift-{number}",
            "userId": f"user-{world.random.randrange(90):04d}",
            "title": f"gift number {number}",
            "price": world.random.randrange(5, 400),
            "createdAt": world.now().isoformat(timespec="seconds"),
        }
        storage.write(place, TABLES["gifts"], row)

    world.every(20, heal)
    world.every(45, work)
