"""What a failed call proves; and that what changes something is sent exactly once."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import botocore.exceptions as raised
import pytest

from console.aws.call import Aws
from console.aws.meter import Meter
from console.aws.proof import Proof, proof_of
from console.aws.target import Target
from console.problems import Failure, classify
from tests.faults import Fault, FaultProxy

REGION = "eu-west-1"


async def failure_of(url: str, service: str = "ssm", operation: str = "put_parameter", **params: Any) -> Failure:
    aws = Aws(Target(region=REGION, endpoint_url=url), Meter(), writes=True, timeout=0.3)
    given = params or {"Name": "a", "Value": "b", "Type": "String"}
    try:
        with pytest.raises(Failure) as caught:
            await aws.call(service, operation, expect="Version", **given)
        return caught.value
    finally:
        await aws.close()


@pytest.mark.parametrize(
    ("fault", "proof"),
    [
        (Fault.THROTTLED, Proof.NOTHING_RAN),
        (Fault.DENIED, Proof.REFUSED),
        (Fault.EXPIRED, Proof.REFUSED),
        (Fault.SKEW, Proof.REFUSED),
        (Fault.SERVER_ERROR, Proof.NONE),
        (Fault.HTML_503, Proof.NONE),
        (Fault.RESET, Proof.NONE),
        (Fault.CLOSE, Proof.NONE),
        (Fault.WITHHELD, Proof.NONE),
        (Fault.STALL, Proof.NONE),
        (Fault.HALF_BODY, Proof.NONE),
        (Fault.CUT_200, Proof.NONE),
        (Fault.BAD_JSON, Proof.NONE),
        (Fault.HTML_200, Proof.NONE),
        (Fault.EMPTY_200, Proof.NONE),
    ],
    ids=lambda value: value.name.lower(),
)
async def test_each_fault_proves_what_it_proves_and_is_met_once(
    moto_url: str, seed: Callable[[str], Any], fault: Fault, proof: Proof
) -> None:
    with FaultProxy(moto_url) as proxy:
        proxy.always(fault)
        assert proof_of(await failure_of(proxy.url)) is proof
        assert len([seen for seen in proxy.seen if seen.service != "sts"]) == 1


async def test_a_put_is_not_sent_again_below_botocore_either(moto_url: str, seed: Callable[[str], Any]) -> None:
    """aiohttp sends a PUT or DELETE again by itself when the connection breaks."""
    seed("s3").create_bucket(Bucket="gate", CreateBucketConfiguration={"LocationConstraint": REGION})
    with FaultProxy(moto_url) as proxy:
        for fault in (Fault.WITHHELD, Fault.RESET):
            proxy.seen.clear()
            proxy.always(fault)
            failure = await failure_of(proxy.url, "s3", "put_object", Bucket="gate", Key="a", Body=b"x")
            assert proof_of(failure) is Proof.NONE
            assert [seen.method for seen in proxy.seen] == ["PUT"]


async def test_refused_or_unknown_names_prove_that_nothing_ran(seed: Callable[[str], Any]) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    assert proof_of(await failure_of(f"http://127.0.0.1:{port}")) is Proof.NOTHING_RAN
    assert proof_of(await failure_of("http://no-such-host.invalid")) is Proof.NOTHING_RAN


async def test_a_connection_that_breaks_while_sending_proves_nothing(seed: Callable[[str], Any]) -> None:
    """botocore has one name for this and for a refused connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            connection, _ = server.accept()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        failure = await failure_of(f"http://127.0.0.1:{server.getsockname()[1]}")
        thread.join()
    assert proof_of(failure) is Proof.NONE


async def test_wrong_parameters_are_refused_before_anything_is_sent(moto_url: str, seed: Callable[[str], Any]) -> None:
    with FaultProxy(moto_url) as proxy:
        assert proof_of(await failure_of(proxy.url, Name=7)) is Proof.REFUSED
        assert proxy.seen == []


async def test_missing_credentials_are_refused_before_anything_is_sent(
    moto_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert proof_of(await failure_of(moto_url)) is Proof.REFUSED


@pytest.mark.parametrize(
    ("error", "proof"),
    [
        (raised.ConnectTimeoutError(endpoint_url="https://x"), Proof.NOTHING_RAN),
        (raised.ProxyConnectionError(proxy_url="http://x"), Proof.NOTHING_RAN),
        (raised.SSLError(endpoint_url="https://x", error="untrusted"), Proof.REFUSED),
        (raised.ReadTimeoutError(endpoint_url="https://x"), Proof.NONE),
        (raised.ClientError({"Error": {"Code": "OperationAbortedException"}}, "X"), Proof.NOTHING_RAN),
        (raised.ClientError({"Error": {"Code": "TransactionInProgressException"},
                             "ResponseMetadata": {"HTTPStatusCode": 400}}, "X"), Proof.REFUSED),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value.value,
)  # fmt: skip
def test_what_never_left_or_was_turned_away_did_not_run(error: Exception, proof: Proof) -> None:
    failure = Failure(classify(error, changing=True))
    failure.__cause__ = error
    assert proof_of(failure) is proof
