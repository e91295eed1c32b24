"""What applications write into their logs: one voice for each kind of program.

A voice makes the messages of one thing that happened: the moment, its chance and, if it went wrong, what the
program says then. The messages of one call are events of their own, a stack trace is one event.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Final

LineMaker = Callable[[Random, datetime, str | None], list[str]]

_PATHS: Final = ("/", "/api/maps", "/api/maps/4711", "/api/users/me", "/api/items?page=2", "/login", "/health")
_METHODS: Final = ("GET", "GET", "GET", "POST", "PUT", "DELETE")
_AGENTS: Final = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1",
    "ELB-HealthChecker/2.0",
)
_JOBS: Final = ("render-tile", "import-shape", "send-digest", "resize-image", "export-report")
_STATEMENTS: Final = (
    "SELECT id, name, price FROM products WHERE category_id = $1 ORDER BY created_at DESC LIMIT 50",
    "UPDATE sessions SET seen_at = now() WHERE id = $1",
    "INSERT INTO orders (user_id, total) VALUES ($1, $2) RETURNING id",
)


def _address(chance: Random) -> str:
    return f"203.0.113.{chance.randrange(2, 250)}"


def _private(chance: Random) -> str:
    return f"10.0.{chance.randrange(1, 4)}.{chance.randrange(4, 250)}"


def request_id(chance: Random) -> str:
    """An id as AWS gives requests."""
    digits = f"{chance.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _took(chance: Random, middle: float = 40.0) -> float:
    return round(middle * chance.lognormvariate(0, 0.7), 2)


def nginx(chance: Random, at: datetime, wrong: str | None) -> list[str]:
    """An access line in the combined format; what is wrong shows as 502, with the error line beside it."""
    method, path, client = chance.choice(_METHODS), chance.choice(_PATHS), _address(chance)
    status = 502 if wrong else chance.choices((200, 201, 304, 404), (88, 4, 6, 2))[0]
    line = (
        f'{client} - - [{at:%d/%b/%Y:%H:%M:%S +0000}] "{method} {path} HTTP/1.1" {status} '
        f'{0 if status == 304 else chance.randrange(180, 48_000)} "-" "{chance.choice(_AGENTS)}"'
    )
    if not wrong:
        return [line]
    number = chance.randrange(20, 90)
    request = f'client: {client}, server: _, request: "{method} {path} HTTP/1.1"'
    return [f"{at:%Y/%m/%d %H:%M:%S} [error] {number}#{number}: *{chance.randrange(9999)} {wrong}, {request}", line]


def node(chance: Random, at: datetime, wrong: str | None) -> list[str]:
    """A JSON line as pino writes them."""
    method, path = chance.choice(_METHODS), chance.choice(_PATHS)
    line: dict[str, object] = {
        "level": "error" if wrong else "info",
        "time": int(at.timestamp() * 1000),
        "pid": 17,
        "hostname": "ip-10-0-1-23",
        "req": {"id": request_id(chance)[:8], "method": method, "url": path, "remoteAddress": _address(chance)},
        "res": {"statusCode": 500 if wrong else chance.choices((200, 201, 404), (92, 6, 2))[0]},
        "responseTime": _took(chance, 900 if wrong else 40),
    }
    if wrong:
        stack = (
            f"Error: {wrong}\n    at handle (/app/dist/routes.js:118:11)\n    at process.processTicks (node:internal)"
        )
        line["err"] = {"type": "Error", "message": wrong, "stack": stack}
    line["msg"] = "request errored" if wrong else "request completed"
    return [json.dumps(line, separators=(",", ":"))]


def java(chance: Random, at: datetime, wrong: str | None) -> list[str]:
    """A line of logback; a stack trace when something is wrong."""
    stamp = f"{at:%Y-%m-%d %H:%M:%S},{at.microsecond // 1000:03d}"
    worker, job = f"worker-{chance.randrange(1, 5)}", chance.choice(_JOBS)
    if not wrong:
        return [f"{stamp} INFO  [{worker}] c.e.jobs.Runner - Job {job} done in {_took(chance, 400):.0f} ms"]
    trace = (
        "\tat com.example.jobs.TileRenderer.render(TileRenderer.java:214)\n"
        "\tat com.example.jobs.Runner.run(Runner.java:88)\n"
        "\tat java.base/java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1144)\n"
        "\tat java.base/java.lang.Thread.run(Thread.java:1583)"
    )
    cause = wrong if ":" in wrong else f"java.lang.IllegalStateException: {wrong}"
    return [f"{stamp} ERROR [{worker}] c.e.jobs.Runner - Job {job} failed\n{cause}\n{trace}"]


def python(chance: Random, at: datetime, wrong: str | None) -> list[str]:
    """A line of a Python worker; a traceback when something is wrong."""
    stamp = f"{at:%Y-%m-%d %H:%M:%S},{at.microsecond // 1000:03d}"
    job, number = chance.choice(_JOBS), chance.randrange(10_000)
    if not wrong:
        return [f"{stamp} INFO worker.tasks {job}[{number}] finished in {_took(chance, 1200) / 1000:.3f}s"]
    cause = wrong if ":" in wrong else f"RuntimeError: {wrong}"
    return [
        f"{stamp} ERROR worker.tasks {job}[{number}] failed\n"
        "Traceback (most recent call last):\n"
        '  File "/app/worker/tasks.py", line 142, in run\n    result = task.execute(payload)\n'
        '  File "/app/worker/handlers.py", line 57, in execute\n    return self.client.send(payload, timeout=5)\n'
        f"{cause}"
    ]


def function(chance: Random, at: datetime, wrong: str | None) -> list[str]:
    """One invocation of a Lambda function: START, what it says, END, REPORT; at times with a cold start."""
    call, stamp = request_id(chance), f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
    took = _took(chance, 82)
    cold = chance.random() < 0.04
    lines = ["INIT_START Runtime Version: nodejs:20.v55\tRuntime Version ARN: arn:aws:lambda:::runtime:0a4b"]
    lines = [*(lines if cold else []), f"START RequestId: {call} Version: $LATEST"]
    if wrong and "timed out" in wrong:
        took = 30_000.0
        lines.append(f"{stamp} {call} {wrong}")
    elif wrong:
        said: dict[str, object] = {
            "errorType": "Error",
            "errorMessage": wrong,
            "stack": [f"Error: {wrong}", "    at handler (/var/task/index.mjs:41:13)"],
        }
        lines.append(f"{stamp}\t{call}\tERROR\tInvoke Error \t{json.dumps(said, separators=(',', ':'))}")
    elif chance.random() < 0.5:
        said = {"route": chance.choice(_PATHS), "user": chance.randrange(5000), "ms": took}
        lines.append(f"{stamp}\t{call}\tINFO\t{json.dumps(said)}")
    report = (
        f"REPORT RequestId: {call}\tDuration: {took:.2f} ms\tBilled Duration: {int(took) + 1} ms\t"
        f"Memory Size: 256 MB\tMax Memory Used: {chance.randrange(84, 140)} MB\t"
    )
    init = f"Init Duration: {chance.uniform(180, 640):.2f} ms\t" if cold else ""
    return [*lines, f"END RequestId: {call}", report + init]


def beanstalk(chance: Random, at: datetime, wrong: str | None) -> list[str]:
    """A line of nodejs.log on an instance of Elastic Beanstalk."""
    head = f"{at:%b %d %H:%M:%S} ip-172-31-20-5 web[3210]: "
    if wrong:
        return [
            f"{head}Error: {wrong}\n    at Client._handleError (/var/app/current/node_modules/pg/lib/client.js:345:19)"
        ]
    status = chance.choices((200, 304, 404), (90, 8, 2))[0]
    path, size = chance.choice(_PATHS), chance.randrange(90, 9000)
    return [f"{head}{chance.choice(_METHODS)} {path} {status} {_took(chance):.3f} ms - {size}"]


def postgres(chance: Random, at: datetime, wrong: str | None) -> list[str]:
    """A line of PostgreSQL as RDS exports them: slow statements, connections, errors."""
    number = chance.randrange(900, 32_000)
    head = f"{at:%Y-%m-%d %H:%M:%S} UTC:{_private(chance)}({chance.randrange(30_000, 61_000)}):app@main:[{number}]:"
    if wrong:
        return [f"{head}{wrong if ':  ' in wrong else f'ERROR:  {wrong}'}"]
    if chance.random() < 0.4:
        return [f"{head}LOG:  connection authorized: user=app database=main SSL enabled (protocol=TLSv1.3)"]
    return [f"{head}LOG:  duration: {_took(chance, 600):.3f} ms  statement: {chance.choice(_STATEMENTS)}"]


LINE_MAKERS: Final[dict[str, LineMaker]] = {
    "beanstalk": beanstalk,
    "java": java,
    "lambda": function,
    "nginx": nginx,
    "node": node,
    "postgres": postgres,
    "python": python,
}

ORDINARY_TROUBLE: Final[dict[str, str]] = {
    "beanstalk": "connect ETIMEDOUT 10.0.3.12:5432",
    "java": "java.net.SocketTimeoutException: Read timed out",
    "lambda": "ConditionalCheckFailedException: The conditional request failed",
    "nginx": "upstream prematurely closed connection while reading response header from upstream",
    "node": "connect ECONNREFUSED 10.0.2.31:6379",
    "postgres": 'duplicate key value violates unique constraint "users_email_key"',
    "python": "requests.exceptions.ReadTimeout: HTTPSConnectionPool(host='api.example.com', port=443)",
}
"""What goes wrong now and then in each kind of program, even on a good day."""
