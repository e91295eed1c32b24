"""Every exception of the AWS libraries becomes a sentence with the next step."""

import json
import ssl
from datetime import UTC, datetime
from typing import Any

import botocore.exceptions as raised
import pytest
from aiohttp import ClientPayloadError

from console.problems import ONCE, Failure, Problem, ProblemKind, Suspect, classify
from console.text import Clean


def client_error(code: str, message: str = "no", status: int = 400, headers: dict[str, str] | None = None) -> Exception:
    response: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": headers or {}},
    }
    return raised.ClientError(response, "DescribeServices")


CHAIN = [
    (raised.NoCredentialsError(), "No AWS credentials were found."),
    (raised.PartialCredentialsError(provider="env", cred_var="secret"), "incomplete"),
    (raised.ProfileNotFound(profile="shop"), "shop"),
    (raised.SSOTokenLoadError(error_msg="x"), "Nobody has signed in"),
    (raised.TokenRetrievalError(provider="sso", error_msg="x"), "expired"),
    (raised.UnauthorizedSSOTokenError(), "expired"),
    (raised.InvalidConfigError(error_msg="source_profile"), "source_profile"),
    (raised.CredentialRetrievalError(provider="custom-process", error_msg=""), "credential_process failed"),
    (json.JSONDecodeError("Expecting value", "junk", 0), "not JSON"),
    (RuntimeError("Credentials were refreshed, but the refreshed credentials are still expired."), "already expired"),
    (client_error("ExpiredToken"), "does not accept"),
    (client_error("ExpiredTokenException"), "does not accept"),
    (client_error("RequestExpired"), "does not accept"),
    (client_error("UnrecognizedClientException"), "does not accept"),
    (client_error("InvalidClientTokenId", status=403), "does not accept"),
    (client_error("InvalidToken", "The provided token is malformed or otherwise invalid."), "does not accept"),
]


@pytest.mark.parametrize(("error", "says"), CHAIN, ids=lambda value: type(value).__name__)
def test_each_credential_case_has_its_own_sentence_and_a_next_step(error: Exception, says: str) -> None:
    problem = classify(error, profile="shop")
    assert problem.kind is ProblemKind.LOGIN
    assert says in problem.what
    assert problem.what.endswith(".")
    assert problem.hint


@pytest.mark.parametrize(("once", "says"), [(False, "Shown values are older."), (True, "Ask again.")])
def test_a_list_that_never_ends_is_told_as_an_answer_that_is_not_to_be_believed(once: bool, says: str) -> None:
    error = raised.PaginationError(message="The same next token was received twice: t")
    before = ONCE.set(once)
    problem = classify(error, where="ecs, eu-west-1")
    ONCE.reset(before)
    assert problem.kind is ProblemKind.SUSPECT and says in problem.hint
    assert problem.what == (
        "The list did not end: the token of its next page was that of the page before (ecs, eu-west-1)."
    )


def test_a_region_that_botocore_will_not_have_is_a_setting_to_mend() -> None:
    problem = classify(raised.InvalidRegionError(region_name="eu west"))
    assert problem.kind is ProblemKind.INVALID and "'eu west'" in problem.what and "AWS_REGION" in problem.hint


def test_a_name_that_aws_would_never_take_is_sought_in_the_stack_file() -> None:
    problem = classify(raised.ParamValidationError(report='Invalid bucket name "b[/]":\nno'), where="s3")
    assert "stack file" in problem.hint and "\u240a" not in problem.what


KINDS = [
    (client_error("ThrottlingException"), ProblemKind.THROTTLED),
    (client_error("Throttling", status=400), ProblemKind.THROTTLED),
    (client_error("TooManyRequestsException", status=429), ProblemKind.THROTTLED),
    (client_error("SlowDown", status=503), ProblemKind.THROTTLED),
    (client_error("LimitExceededException", "Rate exceeded"), ProblemKind.THROTTLED),
    (
        client_error("LimitExceededException", "Account maximum query concurrency limit of [30] reached"),
        ProblemKind.THROTTLED,
    ),
    (client_error("LimitExceededException", "Cannot exceed quota for generated keys"), ProblemKind.INVALID),
    (client_error("ResourceNotFoundException"), ProblemKind.NOT_FOUND),
    (client_error("NoSuchBucket", status=404), ProblemKind.NOT_FOUND),
    (client_error("DBInstanceNotFound", status=404), ProblemKind.NOT_FOUND),
    (client_error("PreconditionFailed", status=412), ProblemKind.CONFLICT),
    (client_error("Unheard", status=412), ProblemKind.CONFLICT),
    (client_error("Unheard", status=409), ProblemKind.CONFLICT),
    (client_error("Unheard", status=429), ProblemKind.THROTTLED),
    (client_error("ConcurrentModificationException"), ProblemKind.CONFLICT),
    (client_error("ConcurrentUpdateException"), ProblemKind.CONFLICT),
    (client_error("InvalidDBClusterStateFault"), ProblemKind.CONFLICT),
    (client_error("OperationAbortedException"), ProblemKind.CONFLICT),
    (client_error("TransactionInProgressException"), ProblemKind.CONFLICT),
    (client_error("KMSAccessDeniedException", status=502), ProblemKind.DENIED),
    (client_error("InternalFailure", status=500), ProblemKind.NETWORK),
    (client_error("Unheard", status=503), ProblemKind.NETWORK),
    (client_error("SubscriptionRequiredException"), ProblemKind.UNAVAILABLE),
    (client_error("NotSignedUp", status=403), ProblemKind.UNAVAILABLE),
    (client_error("PendingVerification"), ProblemKind.UNAVAILABLE),
    (
        client_error("AuthFailure", "AWS was not able to validate the provided access credentials", 401),
        ProblemKind.LOGIN,
    ),
    (client_error("AuthFailure", "Not authorized for images: [ami-1]", 403), ProblemKind.DENIED),
    (raised.EventStreamError({"Error": {"Code": "SessionStreamingException"}}, "StartLiveTail"), ProblemKind.NETWORK),
    (client_error("ValidationException"), ProblemKind.INVALID),
    (raised.NoRegionError(), ProblemKind.INVALID),
    (raised.EndpointConnectionError(endpoint_url="http://127.0.0.1:1"), ProblemKind.NETWORK),
    (raised.ReadTimeoutError(endpoint_url="http://127.0.0.1:1"), ProblemKind.NETWORK),
    (ClientPayloadError("cut"), ProblemKind.NETWORK),
    (ConnectionResetError("reset"), ProblemKind.NETWORK),
    (TimeoutError(), ProblemKind.NETWORK),
    (raised.ClientError({"Error": {"Code": "500", "Message": "<!doctype html>"}}, "X"), ProblemKind.NETWORK),
    (
        raised.ClientError({"ResponseMetadata": {"HTTPStatusCode": 503}, "head": {"title": "x"}}, "X"),
        ProblemKind.NETWORK,
    ),
    (
        raised.ClientError({"Error": {"Code": ""}, "ResponseMetadata": {"HTTPStatusCode": 404}}, "X"),
        ProblemKind.NOT_FOUND,
    ),
    (Suspect("The answer lacks 'services'."), ProblemKind.SUSPECT),
    (KeyError("services"), ProblemKind.BUG),
    (ValueError("odd"), ProblemKind.BUG),
]


@pytest.mark.parametrize(("error", "kind"), KINDS, ids=lambda value: str(value)[:40])
def test_kind(error: Exception, kind: ProblemKind) -> None:
    assert classify(error).kind is kind


def test_access_denied_names_the_permission_that_aws_names_else_the_one_that_was_needed() -> None:
    told = "User: arn:aws:iam::1:user/x is not authorized to perform: ecs:ListServices on resource: *"
    assert classify(client_error("AccessDeniedException", told), permission="ecs:DescribeServices").permission == (
        "ecs:ListServices"
    )
    problem = classify(client_error("AccessDenied", "Access Denied", 403), permission="s3:ListBucket")
    assert (problem.kind, problem.permission) == (ProblemKind.DENIED, "s3:ListBucket")
    assert "s3:ListBucket" in problem.what


USER = "User: arn:aws:sts::1:assumed-role/Dev/jo is not authorized to perform: ecs:UpdateService on resource: web"
DENIALS = [
    (f"{USER} because no identity-based policy allows the ecs:UpdateService action",
     "because no identity-based policy allows", "statement GroundskeeperEcs of: groundskeeper policy."),
    (USER, "Access denied: ecs:UpdateService.", "statement GroundskeeperEcs of: groundskeeper policy."),
    (f"{USER} with an explicit deny in a service control policy: arn:aws:organizations::9:policy/o-x/p-x",
     "with an explicit deny in a service control policy: arn:aws:organizations::9:policy/o-x/p-x.",
     "Adding a permission does not help"),
    (f"{USER} because no resource-based policy allows the ecs:UpdateService action",
     "because no resource-based policy allows", "The resource-based policy must allow it, too"),
    ("User: x is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::1:role/ops",
     "Access denied: sts:AssumeRole.", "trust policy"),
    ("User not enabled for cost explorer access", "not enabled for cost explorer", "must be switched on"),
    (f"{USER} because no permissions boundary allows the ecs:UpdateService action",
     "because no permissions boundary allows", "The permissions boundary must allow it, too"),
    ("The specified KMS key does not exist or is not allowed to be used with LogGroup 'x'",
     "The specified KMS key does not exist", "Ask whoever keeps the KMS key"),
    ("You are not authorized to perform this operation. Encoded authorization failure message: 4wCC0xZ",
     "Access denied: ecs:UpdateService.", "statement GroundskeeperEcs of: groundskeeper policy."),
    ("Access Denied", "Access denied: ecs:UpdateService.", "statement GroundskeeperEcs of: groundskeeper policy."),
]  # fmt: skip


@pytest.mark.parametrize(("message", "what", "hint"), DENIALS)
def test_a_denial_keeps_the_reason_of_aws_and_names_what_helps(message: str, what: str, hint: str) -> None:
    problem = classify(client_error("AccessDeniedException", message), permission="ecs:UpdateService", changing=True)
    assert what in problem.what
    assert hint in problem.hint
    assert "--read-only" not in problem.hint
    assert "4wCC0xZ" not in problem.what


def test_a_read_that_was_denied_names_the_policy_for_looking() -> None:
    problem = classify(client_error("AccessDenied", USER), permission="ecs:DescribeServices")
    assert problem.hint.endswith("of: groundskeeper policy --read-only.")


@pytest.mark.parametrize(("error", "kind"), KINDS, ids=lambda value: str(value)[:40])
def test_of_a_change_nothing_is_promised_to_be_tried_again(error: Exception, kind: ProblemKind) -> None:
    problem = classify(error, changing=True)
    assert problem.kind is kind
    for promise in ("will be tried", "will be asked", "Asked less often", "Shown values", "--read-only"):
        assert promise not in str(problem)


@pytest.mark.parametrize("code", ["PreconditionFailed", "WAFOptimisticLockException", "OptimisticLockException"])
def test_the_locks_of_aws_say_that_someone_else_changed_it(code: str) -> None:
    problem = classify(client_error(code, "The version is another."), changing=True)
    assert problem.kind is ProblemKind.CONFLICT
    assert problem.what.startswith("Someone else changed it at the same moment")
    assert "The version is another." in problem.what


def test_a_certificate_that_is_not_trusted_is_told_as_that() -> None:
    distrusted = ssl.SSLCertVerificationError(1, "certificate verify failed")
    distrusted.verify_message = "self-signed certificate"
    for error in (distrusted, raised.SSLError(endpoint_url="https://sts.amazonaws.com", error=distrusted)):
        problem = classify(error, where="sts, eu-west-1")
        assert problem.kind is ProblemKind.NETWORK
        assert problem.what.endswith("is not trusted (sts, eu-west-1): self-signed certificate.")
        assert "AWS_CA_BUNDLE" in problem.hint


@pytest.mark.parametrize(
    ("date", "says"),
    [
        ("Thu, 01 Jan 2026 11:50:00 GMT", "600 s ahead of AWS's"),
        ("Thu, 01 Jan 2026 12:10:00 GMT", "600 s behind AWS's"),
        ("Thu, 01 Jan 2026 12:00:01 GMT", "the secret access key may be wrong"),
        ("yesterday", "clock may be wrong"),
    ],
)
def test_clock_skew_is_told_in_seconds(date: str, says: str) -> None:
    error = client_error("InvalidSignatureException", "Signature expired", 403, {"date": date})
    problem = classify(error, now=datetime(2026, 1, 1, 12, tzinfo=UTC))
    assert problem.kind is ProblemKind.SKEW
    assert says in problem.what


@pytest.mark.parametrize("code", ["AuthFailure", "RequestExpired"])
def test_of_what_ec2_says_of_credentials_and_of_a_wrong_clock_alike_the_date_tells_which(code: str) -> None:
    """EC2 answers AuthFailure where the clock is wrong (aws-sdk-java, "AWS EC2 clock skew error detection problem")."""
    headers = {"date": "Thu, 01 Jan 2026 12:00:00 GMT"}
    error = client_error(code, "AWS was not able to validate the provided access credentials", 401, headers)
    late = classify(error, now=datetime(2026, 1, 1, 12, 7, tzinfo=UTC))
    assert (late.kind, late.what) == (ProblemKind.SKEW, "This machine's clock is 420 s ahead of AWS's.")
    assert classify(error, now=datetime(2026, 1, 1, 12, 4, tzinfo=UTC)).kind is ProblemKind.LOGIN


def test_an_sts_that_is_off_in_a_region_says_where_it_is_switched_on() -> None:
    """RegionDisabledException in AssumeRole's service model: the account's administrator activates STS there."""
    problem = classify(client_error("RegionDisabledException", "STS is not activated in this region", 403))
    assert problem.kind is ProblemKind.UNAVAILABLE and "activate STS there" in problem.hint


def test_an_html_page_is_not_shown_as_a_message() -> None:
    assert "<" not in classify(client_error("502", "<html><body>gateway</body></html>", 502)).what


def test_a_page_that_the_parser_of_xml_took_apart_is_told_as_one() -> None:
    parsed = {"ResponseMetadata": {"HTTPStatusCode": 503}, "head": {"title": "Sign in"}}
    problem = classify(raised.ClientError(parsed, "ListMetrics"), where="cloudwatch, eu-west-1")
    assert problem.what == "503 (cloudwatch, eu-west-1): an HTML page instead of an answer."


def test_a_failure_keeps_its_problem_and_control_characters_stay_out() -> None:
    problem = Problem(ProblemKind.DENIED, Clean("No."))
    assert classify(Failure(problem)) is problem
    assert "\x1b" not in str(classify(client_error("X\x1b[2J", "\x1b]0;title\x07")))


@pytest.mark.parametrize(
    "error",
    [
        client_error("ServiceUnavailable", status=503),
        client_error("ThrottlingException"),
        raised.EndpointConnectionError(endpoint_url="https://x"),
        ClientPayloadError("cut"),
        Suspect("The answer lacks 'events'."),
    ],
)
def test_a_command_that_asks_once_promises_nothing(error: Exception) -> None:
    assert "again" in str(classify(error)) or "until it passes" in str(classify(error))
    once = ONCE.set(True)
    try:
        told = str(classify(error))
    finally:
        ONCE.reset(once)
    assert "will be" not in told and "until it passes" not in told and "again" in told
