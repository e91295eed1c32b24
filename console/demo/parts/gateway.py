"""API Gateway REST APIs."""

from __future__ import annotations

from collections.abc import Mapping

from console.demo.parts.place import StackPlace


def rest_api(
    place: StackPlace, api_id: str, name: str, stage: str, routes: Mapping[str, str], *, pool_arn: str, rate: float
) -> str:
    """A deployed API with an id of our choice: each path leads to a function, callers come from a user pool.

    `rate` is how many requests a second the stage admits. Gives the id of the authorizer.
    """
    gateway = place.backend("apigateway")
    made = gateway.create_rest_api(name, f"{name} of {place.project}", tags={"_custom_id_": api_id})
    made.tags = dict(place.tags)
    made.create_date = int(place.ago(days=400).timestamp())
    authorizer = gateway.create_authorizer(
        api_id,
        "cognito",
        "COGNITO_USER_POOLS",
        provider_arns=[pool_arn],
        identity_source="method.request.header.Authorization",
    )
    for path, function in routes.items():
        resource = gateway.create_resource(api_id, made.default.id, path)
        gateway.put_method(api_id, resource.id, "ANY", "COGNITO_USER_POOLS", authorizer_id=authorizer.id)
        uri = f"arn:aws:apigateway:{place.region}:lambda:path/2015-03-31/functions/{function}/invocations"
        gateway.put_integration(api_id, resource.id, "ANY", "AWS_PROXY", uri, integration_method="POST")
    made.create_deployment(stage, "first deployment")
    made.stages[stage].method_settings["*/*"] = {
        "metricsEnabled": True,
        "loggingLevel": "ERROR",
        "throttlingBurstLimit": int(rate * 2),
        "throttlingRateLimit": rate,
        "dataTraceEnabled": False,
        "cachingEnabled": False,
    }
    return str(authorizer.id)
