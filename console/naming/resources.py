"""How AWS's resources are named, and what name an ARN stands for.

Names, not ARNs, make the ids and dimensions that are asked for: ``service/CLUSTER/NAME``, ``TableName``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from console.naming import arn
from console.naming.arn import Arn
from console.naming.partitions import partition_of


@dataclass(frozen=True, slots=True)
class Named:
    """A kind of resource: what people call it, what it may be called, and what its ARN looks like.

    `resource` is the last part of its ARN, a regular expression: its group ``name`` is the name, other groups are
    what the key or parameter of that name beside it must say. `form` is that part for people. An ARN without region
    or account has False for `regional` or `owned`. `short` are forms without ``arn:`` that AWS takes too; `whole`
    says that the ARN itself is the name; `prefix` goes before the name that an ARN stands for.
    """

    word: str
    service: str
    resource: str
    form: str
    pattern: str
    regional: bool = True
    owned: bool = True
    whole: bool = False
    short: str = ""
    prefix: str = ""

    @property
    def example(self) -> str:
        """What its ARN looks like."""
        region, account = "REGION" if self.regional else "", "ACCOUNT" if self.owned else ""
        return f"arn:aws:{self.service}:{region}:{account}:{self.form}"

    @property
    def wanted(self) -> str:
        """What to give, as a sentence."""
        either = "" if self.whole else "its name, or "
        return f"Next: give the {self.word} by {either}its ARN: {self.example}."


@dataclass(frozen=True, slots=True)
class Name:
    """A name that was read; `arn` is what it was read from, `beside` what that says of the keys beside it."""

    text: str
    arn: Arn | None = None
    beside: Mapping[str, str] = field(default_factory=dict)


def read(text: str, kind: Named) -> Name:
    """The name that a text gives, be it a name or an ARN. Raises `ValueError`, whose sentence lacks its subject.

    Whether account and region fit is for `contradiction`.
    """
    if arn.is_arn(text):
        return _from_arn(text, kind)
    if kind.short and ":" in text and (found := re.fullmatch(kind.short, text)):
        region, account = found["region"] or "", found["account"] or ""
        partition = partition_of(region) if region else ""
        return _name(found, Arn(partition, kind.service, region, account, text), kind)
    if kind.whole or not re.fullmatch(kind.pattern, text):
        why = "has spaces around it" if text != text.strip() else f"is no name of the kind {kind.word}"
        raise ValueError(f"{why}. {kind.wanted}")
    return Name(text)


def _from_arn(text: str, kind: Named) -> Name:
    try:
        parts = arn.read(text)
    except ValueError as error:
        raise ValueError(f"{error}. {kind.wanted}") from None
    found = re.fullmatch(kind.resource, parts.resource) if parts.service == kind.service else None
    if found is None:
        raise ValueError(f"is the ARN of something else. {kind.wanted}")
    if (bool(parts.region), bool(parts.account)) != (kind.regional, kind.owned):
        raise ValueError(f"has a region or an account too many or too few. {kind.wanted}")
    return Name(text, parts) if kind.whole else _name(found, parts, kind)


def _name(found: re.Match[str], parts: Arn, kind: Named) -> Name:
    groups = {key: value for key, value in found.groupdict().items() if value and key not in ("region", "account")}
    if "qualifier" in groups:
        raise ValueError(f"names one version or alias of it. {kind.wanted}")
    return Name(f"{kind.prefix}{groups.pop('name')}", parts, groups)


def contradiction(there: Arn, *, account: str | None = None, region: str | None = None) -> str:
    """How an ARN contradicts the account and the region that it should be in, as the end of a sentence.

    Empty where it does not, as far as it and they tell.
    """
    if account and there.account not in ("", account):
        return f"is an ARN of account {there.account}, not {account}"
    if region and there.region not in ("", region):
        return f"is an ARN in {there.region}, not {region}"
    if region and there.partition not in ("", partition_of(region)):
        return f"is an ARN in {there.partition}, not {partition_of(region)}, where {region} is"
    return ""


_ECS: Final = r"[A-Za-z0-9_-]{1,255}"
_DATABASE: Final = r"[A-Za-z0-9-]{1,255}"
_FUNCTION: Final = r"[A-Za-z0-9_-]{1,140}"
_QUALIFIER: Final = rf"(?::(?P<qualifier>\$LATEST|{_FUNCTION}))?"
_ANY: Final = r"[^\s](.*[^\s])?"

ECS_CLUSTER: Final = Named("ECS cluster", "ecs", rf"cluster/(?P<name>{_ECS})", "cluster/NAME", _ECS)
ECS_SERVICE: Final = Named(
    "ECS service", "ecs", rf"service/(?:(?P<cluster>{_ECS})/)?(?P<name>{_ECS})", "service/CLUSTER/NAME", _ECS
)
DISTRIBUTION: Final = Named(
    "CloudFront distribution",
    "cloudfront",
    r"distribution/(?P<name>[A-Za-z0-9]+)",
    "distribution/ID",
    r"[A-Za-z0-9]{1,64}",
    regional=False,
)
LOAD_BALANCER: Final = Named(
    "Application Load Balancer",
    "elasticloadbalancing",
    r"loadbalancer/app/(?P<name>[A-Za-z0-9-]+)/[0-9a-f]+",
    "loadbalancer/app/NAME/ID",
    r"[A-Za-z0-9-]{1,255}",
)
REST_API: Final = Named(
    "REST API",
    "apigateway",
    r"/restapis/(?P<name>[A-Za-z0-9]+)(?:/stages/(?P<stage>[A-Za-z0-9_-]+))?",
    "/restapis/ID",
    _ANY,
    owned=False,
)
FUNCTION: Final = Named(
    "Lambda function",
    "lambda",
    rf"function:(?P<name>{_FUNCTION}){_QUALIFIER}",
    "function:NAME",
    _FUNCTION,
    short=r"(?:(?P<region>[a-z]{2,4}(?:-[a-z]+)+-[0-9]+):)?(?:(?P<account>[0-9]{12}):)?(?:function:)?"
    rf"(?P<name>{_FUNCTION}){_QUALIFIER}",
)
TABLE: Final = Named("DynamoDB table", "dynamodb", r"table/(?P<name>[A-Za-z0-9_.-]+)", "table/NAME", r"[A-Za-z0-9_.-]+")
DB_INSTANCE: Final = Named("RDS instance", "rds", rf"db:(?P<name>{_DATABASE})", "db:NAME", _DATABASE)
DB_CLUSTER: Final = Named("DocumentDB cluster", "rds", rf"cluster:(?P<name>{_DATABASE})", "cluster:NAME", _DATABASE)
APPLICATION: Final = Named(
    "Elastic Beanstalk application",
    "elasticbeanstalk",
    r"application/(?P<name>[^/]+)",
    "application/NAME",
    r"[^\s/](?:[^/]*[^\s/])?",
)
ENVIRONMENT: Final = Named(
    "Elastic Beanstalk environment",
    "elasticbeanstalk",
    r"environment/(?P<application>[^/]+)/(?P<name>[A-Za-z0-9-]+)",
    "environment/APPLICATION/NAME",
    r"[A-Za-z0-9-]+",
)
EKS_CLUSTER: Final = Named("EKS cluster", "eks", r"cluster/(?P<name>[A-Za-z0-9_-]+)", "cluster/NAME", r"[A-Za-z0-9_-]+")
BUCKET: Final = Named(
    "S3 bucket", "s3", r"(?P<name>[A-Za-z0-9._-]+)", "NAME", r"[A-Za-z0-9._-]+", regional=False, owned=False
)
USER_POOL: Final = Named(
    "Cognito user pool", "cognito-idp", r"userpool/(?P<name>[A-Za-z0-9_-]+)", "userpool/ID", r"[A-Za-z0-9_-]+"
)
REPOSITORY: Final = Named(
    "ECR repository",
    "ecr",
    r"repository/(?P<name>[a-z0-9._/-]+)",
    "repository/NAME",
    r"(?![0-9]{12}\.dkr[.-])[a-z0-9._/-]+",
)
LOG_GROUP: Final = Named(
    "log group",
    "logs",
    r"log-group:(?P<name>[A-Za-z0-9_./#-]+)(?::\*)?",
    "log-group:NAME",
    r"[A-Za-z0-9_./#-]{1,512}",
)
INSTANCE: Final = Named("EC2 instance", "ec2", r"instance/(?P<name>[a-z0-9-]+)", "instance/ID", r"[a-z0-9-]+")
TOPIC: Final = Named("SNS topic", "sns", r"(?P<name>[A-Za-z0-9_.-]+)", "NAME", "", whole=True)
ALARM_PREFIX: Final = Named("CloudWatch alarm", "cloudwatch", r"alarm:(?P<name>.+)", "alarm:NAME", r".*")
STATE: Final = Named(
    "state file", "s3", r"(?P<name>[A-Za-z0-9._-]+/.+)", "BUCKET/KEY", _ANY, regional=False, owned=False, prefix="s3://"
)
