"""The stack's own URLs, asked as its users would."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from console.readings.numbers import DAY, epoch, stamp
from console.readings.source import Detail, Finding, Level, Report, check
from console.services.endpoints.kinds import URL, Endpoint
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws


@dataclass(frozen=True, slots=True)
class Response:
    """How a URL answered: status and seconds, or the error; the certificate's end and where it redirects to."""

    status: int = 0
    seconds: float = 0.0
    expires: datetime | None = None
    location: Clean = Clean("")
    error: Clean = Clean("")


@check(
    "endpoint.http",
    period=60,
    permissions=(),
    wants=lambda stack: stack.of(Endpoint),
    thresholds={"latency_warn_ms": 1000, "tls_warn_days": 30, "tls_crit_days": 7},
    overview=True,
)
async def endpoints(aws: Aws, stack: Stack) -> Report:
    """The stack's URLs answer with the status that they should, fast, and with a certificate that holds.

    No answer or another status is critical. No redirect is followed and no body is read: where a redirect is
    right, the stack file expects its status. Asked from this machine, not from AWS.
    """
    from console.services.endpoints import probe

    limits = endpoints.limits(stack)
    answers = await probe.ask((endpoint.url for endpoint in stack.of(Endpoint)), await aws.tls(web=True))
    pairs = list(zip(stack.of(Endpoint), answers, strict=True))
    return Report(
        tuple(found for endpoint, answer in pairs for found in judge_answer(endpoint, answer, limits, time.time())),
        tuple(_detail(endpoint, answer) for endpoint, answer in pairs),
    )


def judge_answer(endpoint: Endpoint, answer: Response, limits: Mapping[str, float], now: float) -> Iterator[Finding]:
    """The verdicts on one answer at `now`, in epoch seconds: its status, its latency, its certificate."""
    name, expected = _name(endpoint), Clean(str(endpoint.expect))
    if answer.error:
        yield Finding(endpoints.name, name, Level.CRIT, answer.error, Clean("no answer"), expected)
        return
    level = Level.OK if answer.status == endpoint.expect else Level.CRIT
    what = "It answers as expected." if level is Level.OK else "It answers with another status than expected."
    if level is Level.CRIT and answer.location:
        what += f" It redirects to {answer.location}."
    yield Finding(endpoints.name, name, level, Clean(what), Clean(str(answer.status)), expected)
    latency, slow = answer.seconds * 1000, limits["latency_warn_ms"]
    level = Level.WARN if latency > slow else Level.OK
    what = "It answers slowly." if level is Level.WARN else "It answers fast enough."
    yield Finding(endpoints.name, name, level, Clean(what), Clean(f"{latency:.0f} ms"), Clean(f"at most {slow:g} ms"))
    if answer.expires is not None:
        yield _judge_certificate(name, answer.expires, limits, now)


def _judge_certificate(name: Clean, expires: datetime, limits: Mapping[str, float], now: float) -> Finding:
    days, warn, crit = (epoch(expires) - now) / DAY, limits["tls_warn_days"], limits["tls_crit_days"]
    level = Level.CRIT if days < crit else Level.WARN if days < warn else Level.OK
    what = "The certificate holds." if level is Level.OK else "The certificate ends soon. Renew it."
    threshold = Clean(f"warn < {warn:g} days, crit < {crit:g} days")
    return Finding(endpoints.name, name, level, Clean(what), Clean(f"{days:.0f} days left"), threshold)


def visible(url: str) -> Clean:
    """A URL as it may be shown: scheme, host and path, without the user, the password and the query's values."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return Clean("an invalid URL")
    place = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else ""
    return clean(place + parts.path + ("?…" if parts.query else ""), limit=500)


def _name(endpoint: Endpoint) -> Clean:
    return clean(endpoint.name) if endpoint.name else visible(endpoint.url)


def _detail(endpoint: Endpoint, answer: Response) -> Detail:
    facts = [("URL", visible(endpoint.url)), ("Expected status", Clean(str(endpoint.expect)))]
    if answer.error:
        facts.append(("Answer", answer.error))
    else:
        facts += [("Status", Clean(str(answer.status))), ("Latency", Clean(f"{answer.seconds * 1000:.0f} ms"))]
    if answer.location:
        facts.append(("Redirects to", answer.location))
    if answer.expires is not None:
        facts.append(("Certificate until", stamp(answer.expires)))
    return Detail(_name(endpoint), URL, facts=tuple(facts))
