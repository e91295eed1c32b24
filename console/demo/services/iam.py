"""AWS IAM: what a policy would allow, and when services were last used."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from moto.iam.responses import IamResponse

from console.demo.services.shapes import Request, add, refuse

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = ("iam: simulate_principal_policy, simulate_custom_policy, service last accessed details",)

_SERVICES: Final = (("Amazon S3", "s3", 2), ("AWS Lambda", "lambda", 1), ("Amazon DynamoDB", "dynamodb", 1))
_NEVER: Final = (("AWS Glue", "glue"), ("Amazon Redshift", "redshift"))


def install(world: World) -> None:
    """Add the simulator and the last-accessed details."""

    def simulate_principal(request: Request) -> dict[str, Any]:
        iam = world.backend("iam", "aws", request.account)
        arn = request.params["PolicySourceArn"]
        found = [one for one in (*iam.roles.values(), *iam.users.values()) if one.arn == arn]
        if not found:
            raise refuse("NoSuchEntity", f"{arn} cannot be found.")
        inline = found[0].policies
        documents = [*(inline.values() if isinstance(inline, dict) else inline)]
        documents += [policy.document for policy in found[0].managed_policies.values()]
        return _simulated(request, (*documents, *(request.params.get("PolicyInputList") or ())))

    def simulate_custom(request: Request) -> dict[str, Any]:
        return _simulated(request, request.params["PolicyInputList"])

    def generate(request: Request) -> dict[str, Any]:
        return {"JobId": world.uuid()}

    def details(request: Request) -> dict[str, Any]:
        used = [
            {
                "ServiceName": name,
                "ServiceNamespace": namespace,
                "LastAuthenticated": world.started - timedelta(days=days),
                "TotalAuthenticatedEntities": 1,
            }
            for name, namespace, days in _SERVICES
        ]
        never = [{"ServiceName": n, "ServiceNamespace": s, "TotalAuthenticatedEntities": 0} for n, s in _NEVER]
        times = dict.fromkeys(("JobCreationDate", "JobCompletionDate"), world.now())
        return {"JobStatus": "COMPLETED", "ServicesLastAccessed": [*used, *never], "IsTruncated": False, **times}

    add(IamResponse, "SimulatePrincipalPolicy", simulate_principal)
    add(IamResponse, "SimulateCustomPolicy", simulate_custom)
    add(IamResponse, "GenerateServiceLastAccessedDetails", generate)
    add(IamResponse, "GetServiceLastAccessedDetails", details)


def _simulated(request: Request, documents: Iterable[Any]) -> dict[str, Any]:
    statements = [statement for document in documents for statement in _statements(document)]
    resources = request.params.get("ResourceArns") or ["*"]
    results = [
        {
            "EvalActionName": action,
            "EvalResourceName": resource,
            "EvalDecision": _decision(statements, action, resource),
            "MatchedStatements": [],
            "MissingContextValues": [],
        }
        for action in request.params["ActionNames"]
        for resource in resources
    ]
    return {"EvaluationResults": results, "IsTruncated": False}


def _statements(document: Any) -> Iterator[Mapping[str, Any]]:
    text = document.get("policy_document", "{}") if isinstance(document, dict) else str(document)
    found = json.loads(unquote(text)).get("Statement", [])
    yield from found if isinstance(found, list) else [found]


def _decision(statements: Iterable[Mapping[str, Any]], action: str, resource: str) -> str:
    """Deny wins over allow; conditions are not looked at."""
    effects = {
        statement["Effect"]
        for statement in statements
        if _matches(statement.get("Action"), action) and _matches(statement.get("Resource"), resource)
    }
    return "explicitDeny" if "Deny" in effects else "allowed" if "Allow" in effects else "implicitDeny"


def _matches(patterns: Any, value: str) -> bool:
    listed = patterns if isinstance(patterns, list) else [patterns or ""]
    return any(fnmatch.fnmatchcase(value.lower(), str(pattern).lower()) for pattern in listed)
