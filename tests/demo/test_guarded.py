"""The demo server lets nobody in: no page in a browser, nobody at moto's controls, and it reaches nothing itself."""

from __future__ import annotations

import http.client
import io
import json
import os
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from console.demo import request_guard, sandbox
from console.demo.record import ASKING

if TYPE_CHECKING:
    from tests.conftest import DemoServer

SIGNED = "AWS4-HMAC-SHA256 Credential=AKIADEMO123456789012/20260101/us-east-1/{}/aws4_request"
OURS = f"{ASKING[0]}: {ASKING[1]}"


def raw(demo: DemoServer, request: str | bytes, *, end: bool = False) -> tuple[int, bytes]:
    """Send bytes as they are, and read the answer; `end` says that no more will come."""
    where = urlsplit(demo.url)
    port = str(where.port)
    data = request if isinstance(request, bytes) else request.replace("PORT", port).replace("\n", "\r\n").encode()
    with socket.create_connection((where.hostname, where.port), timeout=20) as line:
        line.sendall(data)
        if end:
            line.shutdown(socket.SHUT_WR)
        answer = http.client.HTTPResponse(line, method=data.split()[0].decode())
        answer.begin()
        with closing(answer):
            return answer.status, answer.read()


def get(demo: DemoServer, path: str, *headers: str, host: str = "127.0.0.1:PORT", method: str = "GET") -> int:
    lines = [f"{method} {path} HTTP/1.1", *([f"Host: {host}"] if host else []), *headers]
    return raw(demo, "\n".join(lines) + "\n\n")[0]


@pytest.mark.parametrize("host", ["127.0.0.1:PORT", "localhost:PORT", "LocalHost:PORT", "a-bucket.localhost:PORT"])
def test_its_own_names_are_answered(demo: DemoServer, host: str) -> None:
    assert get(demo, "/groundskeeper/ping", OURS, host=host) == 200


@pytest.mark.parametrize(
    "host",
    [
        *("", "127.0.0.1", "localhost", "localhost:80", "127.0.0.1:PORT0", "evil.example", "evil.example:PORT"),
        *("127.0.0.1.nip.io:PORT", "localhost.evil.example:PORT", "evil.example@127.0.0.1:PORT", "[::1]:PORT"),
        *("0.0.0.0:PORT", "127.0.0.2:PORT", "s3.amazonaws.com", "127.0.0.1:PORT\nHost: 127.0.0.1:PORT"),
        *("127.0.0.1:PORT\nHost: evil.example", "127.0.0.1:PORT,evil.example", "evillocalhost:PORT"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/groundskeeper/ping", "/groundskeeper/site/expo/"])
def test_another_name_for_it_is_turned_away(demo: DemoServer, host: str, path: str) -> None:
    """A page whose name was made to lead here (DNS rebinding) is of the same origin, but its Host tells."""
    assert get(demo, path, OURS, host=host) == 421


def test_a_request_without_host_of_the_first_http_is_turned_away(demo: DemoServer) -> None:
    assert raw(demo, "GET /groundskeeper/ping HTTP/1.0\n\n")[0] == 421


@pytest.mark.parametrize(
    "header",
    [
        *("Origin: https://evil.example", "Origin: null", "Origin: http://127.0.0.1:1", "Origin: http://localhost"),
        *("Origin: https://127.0.0.1:PORT", "Origin: http://127.0.0.1:PORT\nOrigin: http://evil.example"),
        *("Referer: https://evil.example/127.0.0.1:PORT", "Referer: http://[", "Sec-Fetch-Site: cross-site"),
        *("Sec-Fetch-Site: same-site", "Origin:"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/groundskeeper/ping", "/groundskeeper/scenario/outage", "/a-bucket/key"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_a_page_of_another_site_cannot_drive_it(demo: DemoServer, header: str, path: str, method: str) -> None:
    assert get(demo, path, header, OURS, "Content-Length: 0", method=method) == 403


@pytest.mark.parametrize("line", ["Foo Bar: x", "Transfer-Encoding : chunked", "nonsense"])
def test_a_line_that_is_no_header_hides_none_behind_it(demo: DemoServer, line: str) -> None:
    """Python's parser ends the headers there, and would not see whose page asks."""
    assert get(demo, "/groundskeeper/ping", line, "Origin: https://evil.example", OURS) in (400, 403)
    assert get(demo, "/groundskeeper/ping", OURS, line, "Origin: https://evil.example") == 400


@pytest.mark.parametrize(
    "header", ["Origin: http://127.0.0.1:PORT", "Referer: http://localhost:PORT/x", "Sec-Fetch-Site: same-origin"]
)
def test_its_own_site_may_ask(demo: DemoServer, header: str) -> None:
    assert get(demo, "/groundskeeper/ping", header, OURS) == 200


@pytest.mark.parametrize("what", ["ping", "ready/expo", "lifeline", "scenario/outage", "nothing", ""])
def test_its_controls_answer_only_to_who_means_it(demo: DemoServer, what: str) -> None:
    """An old browser gives a picture's GET no header that tells whose it is; it cannot add one of ours either."""
    assert get(demo, f"/groundskeeper/{what}") == 403
    assert get(demo, f"/groundskeeper/{what}", f"{ASKING[0]}: 2") == 403
    assert get(demo, f"//groundskeeper/../Groundskeeper/{what}") == 403
    assert get(demo, f"/groundskeeper/site/../{what}") in (403, 404)


def test_the_sites_that_checks_look_at_need_no_header(demo: DemoServer) -> None:
    demo.wait_ready("expo")
    assert get(demo, "/groundskeeper/site/expo/") == 200


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"])
@pytest.mark.parametrize(
    "path",
    [
        *(
            "/moto-api/",
            "/moto-api",
            "/moto-api/reset",
            "//moto-api/reset",
            "/./moto-api/reset",
            "/x/../moto-api/reset",
        ),
        *(
            "/%6doto-api/reset",
            "/%256doto-api/reset",
            "/moto%2dapi/reset",
            "/MOTO-API/reset",
            "/x/%2e%2e/moto-api/seed",
        ),
        *("/x%2f..%2fmoto-api/data.json", "/\\moto-api/reset", "/moto-api;a=b/reset", "/moto-api?x", "/moto-apis"),
        "/favicon.ico",
    ],
)
def test_motos_controls_are_shut(demo: DemoServer, path: str, method: str) -> None:
    assert get(demo, path, "Content-Length: 0", method=method) == 403


@pytest.mark.parametrize("service", ["moto_api", "motoapi.amazonaws.com", "motoapi"])
@pytest.mark.parametrize("path", ["/", "/reset", "/x/moto-api/reset"])
def test_no_signature_leads_to_motos_controls(demo: DemoServer, service: str, path: str) -> None:
    assert get(demo, path, f"Authorization: {SIGNED.format(service)}", "Content-Length: 0", method="POST") in (403, 501)
    demo.wait_ready("expo")
    assert demo.client("s3").list_buckets()["Buckets"]


OPENED = """
from console.demo.application import create_app
for path in ("/moto-api/", "/moto-api/reset", "/moto-api/data.json"):
    client = create_app("moto_api").test_client()
    print(client.get(path).status_code, client.post(path).status_code)
"""


def test_behind_the_door_motos_controls_are_not_there_either() -> None:
    done = subprocess.run([sys.executable, "-c", OPENED], capture_output=True, text=True, timeout=60)
    assert done.stdout == "501 501\n" * 3, done.stderr


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("CONNECT example.com:443 HTTP/1.1", 405),
        ("GET http://127.0.0.1:PORT/moto-api/reset HTTP/1.1", 400),
        ("GET http://example.com/ HTTP/1.1", 400),
        ("OPTIONS * HTTP/1.1", 405),
        ("OPTIONS / HTTP/1.1", 405),
        ("TRACE / HTTP/1.1", 405),
        ("GET example.com HTTP/1.1", 400),
    ],
)
def test_it_is_no_proxy(demo: DemoServer, line: str, status: int) -> None:
    assert raw(demo, f"{line}\nHost: 127.0.0.1:PORT\n\n")[0] == status


POST = "POST / HTTP/1.1\nHost: 127.0.0.1:PORT\n"


@pytest.mark.parametrize(
    ("rest", "status"),
    [
        ("Content-Length: -1\n\n", 400),
        ("Content-Length: x\n\n", 400),
        ("Content-Length: 1\nContent-Length: 2\n\n", 400),
        ("Content-Length: 5\nTransfer-Encoding: chunked\n\n0\n\n", 400),
        ("Transfer-Encoding: gzip\n\n", 400),
        ("Transfer-Encoding: chunked\n\nzz\n", 400),
        ("Transfer-Encoding: chunked\n\n-5\n", 400),
        (f"Content-Length: {'9' * 5000}\n\n", 400),
        (f"Content-Length: {request_guard.MOST + 1}\n\n", 413),
        (f"Transfer-Encoding: chunked\n\n{request_guard.MOST + 1:x}\n", 413),
        (f"Expect: 100-continue\nContent-Length: {request_guard.MOST + 1}\n\n", 413),
        ("\n".join(f"X-{number}: 1" for number in range(200)) + "\n\n", 431),
        (f"X: {'x' * 70_000}\n\n", 431),
    ],
)
def test_bodies_and_headers_beyond_measure_are_turned_away_unread(demo: DemoServer, rest: str, status: int) -> None:
    assert raw(demo, POST + rest)[0] == status


@pytest.mark.parametrize("rest", ["Content-Length: 90\n\nAction=", "Transfer-Encoding: chunked\n\nff\nAction="])
def test_a_request_that_is_cut_off_is_not_carried_out(demo: DemoServer, rest: str) -> None:
    status, why = raw(demo, POST + rest, end=True)
    assert (status, json.loads(why)) == (400, {"message": request_guard.BROKEN.why})


def test_what_it_says_names_the_endpoint_to_use(demo: DemoServer) -> None:
    status, why = raw(demo, "GET / HTTP/1.1\nHost: evil.example\n\n")
    assert status == 421 and f"{demo.url} only. Next: use that endpoint URL." in json.loads(why)["message"]


def test_a_port_that_clients_leave_out_of_host() -> None:
    headers = http.client.HTTPMessage()
    headers["Host"] = "localhost"
    assert request_guard.refusal("GET", "/", headers, 80) is None
    assert request_guard.refusal("GET", "/", headers, 8080) is not None


# What the server's process may do.


@contextmanager
def listener() -> Iterator[tuple[socket.socket, threading.Event]]:
    """A port at which the test waits for somebody to come."""
    came = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as opened:

        def wait() -> None:
            while True:
                try:
                    opened.accept()[0].close()
                except OSError:
                    return
                came.set()

        thread = threading.Thread(target=wait)
        thread.start()
        try:
            yield opened, came
        finally:
            opened.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.fixture
def server(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[DemoServer]:
    """A server that is started from another folder, with all the environment of an operator."""
    (tmp_path / "operator").mkdir()
    for name, value in {
        "AWS_SECRET_ACCESS_KEY": "tulips4me",
        "AWS_PROFILE": "prod",
        "HTTPS_PROXY": "http://proxy.invalid:3128",
        "https_proxy": "http://proxy.invalid:3128",
        "DOCKER_HOST": "tcp://127.0.0.1:1",
        "MOTO_LAMBDA_DATA_DIR": "/tmp/elsewhere",
        "SSH_AUTH_SOCK": "/tmp/agent",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path / "operator")
    with request.getfixturevalue("serving")(tmp_path) as found:
        yield found


def test_its_process_keeps_nothing_of_the_operators(server: DemoServer, tmp_path: Path) -> None:
    proc = Path(f"/proc/{server.record.pid}")
    if not proc.exists():
        pytest.skip("needs /proc")
    work = server.record.folder / "work"
    assert (proc / "cwd").readlink() == work
    assert work.stat().st_mode & 0o777 == 0o700
    assert "Umask:\t0077" in (proc / "status").read_text()
    server.wait_ready("mra-mines")
    server.client("s3").put_object(Bucket="mra-mines-map-output-staging", Key="big", Body=b"x" * 12_000_000)
    places = [path.readlink() for path in (proc / "fd").iterdir() if path.is_symlink()]
    assert any(place.is_relative_to(work) for place in places)  # where the object lies
    assert all(path.stat().st_mode & 0o077 == 0 for path in server.record.folder.rglob("*"))
    assert list((tmp_path / "operator").iterdir()) == []


def test_a_server_that_a_console_starts_is_given_little(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    given = {
        **dict.fromkeys(("AWS_PROFILE", "AWS_SECRET_ACCESS_KEY", "HTTP_PROXY", "all_proxy", "DOCKER_HOST"), "x"),
        **dict.fromkeys(("MOTO_PORT", "SSH_AUTH_SOCK", "XDG_RUNTIME_DIR", "MY_PASSWORD", "NO_PROXY"), "x"),
        **{
            "HOME": "/home/u",
            "PATH": "/bin",
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": f"lib{os.pathsep}{os.pathsep}/opt/lib",
        },
    }
    found = sandbox.environment(given)
    assert {name: value for name, value in found.items() if value == "x"} == {}
    assert {"HOME", "PATH", "LC_ALL", "GROUNDSKEEPER_STATE_DIR", "GROUNDSKEEPER_RUNTIME_DIR"} <= set(found)
    assert {name for name in found if name.startswith("AWS_")} == {
        *("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_EC2_METADATA_DISABLED"),
    }
    assert found["PYTHONPATH"].split(os.pathsep)[-2:] == [str(tmp_path / "lib"), "/opt/lib"]
    assert "" not in found["PYTHONPATH"].split(os.pathsep)


SHUT_IN = """
import os, socket, subprocess, sys
from console.demo import sandbox
sandbox.shut_in()
port = int(sys.argv[1])
def tried(what):
    try:
        what()
    except OSError as error:
        return type(error) is PermissionError
    except ImportError:
        return True
    return False
def use_docker():
    import docker
    docker.DockerClient(base_url=f"tcp://127.0.0.1:{port}").ping()
def ask():
    import urllib.request
    urllib.request.urlopen(f"http://127.0.0.1:{port}/").read()
for what in (
    lambda: socket.create_connection(("127.0.0.1", port)),
    lambda: socket.socket(socket.AF_UNIX).connect("/var/run/docker.sock"),
    lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"", ("127.0.0.1", port)),
    lambda: socket.getaddrinfo("example.com", 443),
    lambda: socket.gethostbyname("example.com"),
    lambda: subprocess.run(["true"]),
    lambda: os.system("true"),
    lambda: os.popen("true"),
    lambda: os.execv("/bin/true", ["true"]),
    lambda: os.posix_spawn("/bin/true", ["true"], {}),
    use_docker,
):
    assert tried(what), what
try:
    ask()
except OSError as error:
    assert isinstance(error.reason, PermissionError)
socket.create_server(("127.0.0.1", 0)).close()
print("shut in")
"""


def test_a_process_that_is_shut_in_reaches_nothing_and_starts_nothing() -> None:
    with listener() as (opened, came):
        command = [sys.executable, "-W", "ignore", "-c", SHUT_IN, str(opened.getsockname()[1])]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.stdout == "shut in\n", done.stderr
    assert not came.is_set()


def test_what_is_published_leaves_nothing(demo: DemoServer) -> None:
    """moto posts to the endpoint of a subscription."""
    sns = demo.client("sns")
    topic = sns.create_topic(Name="outside")["TopicArn"]
    with listener() as (opened, came):
        endpoint = f"http://127.0.0.1:{opened.getsockname()[1]}/"
        sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint)
        with pytest.raises(ClientError):
            sns.publish(TopicArn=topic, Message="hello")
    assert not came.is_set()
    sns.delete_topic(TopicArn=topic)


def archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("index.js", "exports.handler = async () => 1;")
    return made.getvalue()


def test_a_function_succeeds_without_being_run(demo: DemoServer) -> None:
    functions = demo.client("lambda")
    name = functions.list_functions()["Functions"][0]["FunctionName"]
    answer = functions.invoke(FunctionName=name, Payload=b'{"a": 1}')
    assert (answer["StatusCode"], answer.get("FunctionError"), answer["Payload"].read()) == (200, None, b"null")
    with pytest.raises(ClientError, match="ResourceNotFound"):
        functions.invoke(FunctionName="absent")


def test_a_function_that_an_event_invokes_is_not_run_either(demo: DemoServer) -> None:
    functions, sns = demo.client("lambda"), demo.client("sns")
    arn = functions.list_functions()["Functions"][0]["FunctionArn"]
    topic = sns.create_topic(Name="to-a-function")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
    assert sns.publish(TopicArn=topic, Message="hello")["MessageId"]
    sns.delete_topic(TopicArn=topic)


def test_a_job_succeeds_without_being_run(demo: DemoServer) -> None:
    batch, iam = demo.client("batch"), demo.client("iam")
    role = iam.list_roles()["Roles"][0]["Arn"]
    environment = batch.create_compute_environment(
        computeEnvironmentName="jobs", type="UNMANAGED", state="ENABLED", serviceRole=role
    )["computeEnvironmentArn"]
    order = [{"order": 1, "computeEnvironment": environment}]
    queue = batch.create_job_queue(jobQueueName="jobs", state="ENABLED", priority=1, computeEnvironmentOrder=order)
    image = {"image": "busybox", "vcpus": 1, "memory": 4, "command": ["true"]}
    job = batch.register_job_definition(jobDefinitionName="job", type="container", containerProperties=image)
    made = batch.submit_job(jobName="j", jobQueue=queue["jobQueueArn"], jobDefinition=job["jobDefinitionArn"])
    assert batch.describe_jobs(jobs=[made["jobId"]])["jobs"][0]["status"] == "SUCCEEDED"
