"""What a stack is: one application in one environment, account and region, and the names of its resources."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta, Struct

from console.naming import resources as names
from console.stack.standing import NO_ENVIRONMENT, Standing, standing_of, why_guarded
from console.text import Clean, clean

AccountId = Annotated[str, Meta(pattern=r"^[0-9]{12}\Z", description="twelve digits")]
Region = Annotated[str, Meta(pattern=r"^[a-z]{2,4}(-[a-z]+)+-[0-9]+\Z", description="an AWS region such as eu-west-1")]
StackName = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]*\Z", description="lower case letters, digits and . _ -")]
Environment = Annotated[
    str, Meta(pattern=r"^[!-~][ -~]{0,63}\Z", description="at most 64 plain characters, since it is typed")
]
Url = Annotated[str, Meta(pattern=r"^https?://", description="a URL that begins with http:// or https://")]
KeyValue = Annotated[str, Meta(pattern=r"^[^=]+=.*$", description="KEY=VALUE")]
Name = Annotated[str, Meta(min_length=1, max_length=512)]
Days = Annotated[int, Meta(ge=0, le=36_500)]


class Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A table of a stack file; keys that it does not know are refused."""


class EcsCluster(Part, frozen=True):
    """An ECS cluster and the services in it that belong to the stack (none named: all)."""

    cluster: Annotated[Name, names.ECS_CLUSTER]
    services: tuple[Annotated[Name, names.ECS_SERVICE], ...] = ()
    region: Region | None = None


class Distribution(Part, frozen=True):
    """A CloudFront distribution."""

    id: Annotated[Name, names.DISTRIBUTION]
    name: Name | None = None


class LoadBalancer(Part, frozen=True):
    """An Application Load Balancer by name."""

    load_balancer: Annotated[Name, names.LOAD_BALANCER]
    region: Region | None = None


class RestApi(Part, frozen=True):
    """An API Gateway REST API by id or name, and its stage."""

    api: Annotated[Name, names.REST_API]
    stage: Name = "prod"
    region: Region | None = None


class Function(Part, frozen=True):
    """A Lambda function."""

    function: Annotated[Name, names.FUNCTION]
    region: Region | None = None


class Table(Part, frozen=True):
    """A DynamoDB table."""

    table: Annotated[Name, names.TABLE]
    region: Region | None = None


class DbInstance(Part, frozen=True):
    """An RDS instance; `max_connections` where the parameter group does not tell it."""

    instance: Annotated[Name, names.DB_INSTANCE]
    max_connections: Annotated[int, Meta(gt=0)] | None = None
    region: Region | None = None


class DbCluster(Part, frozen=True):
    """A DocumentDB cluster."""

    cluster: Annotated[Name, names.DB_CLUSTER]
    region: Region | None = None


class BeanstalkEnvironment(Part, frozen=True):
    """An Elastic Beanstalk environment; `expects` are the variables that it must have."""

    application: Annotated[Name, names.APPLICATION]
    environment: Annotated[Name, names.ENVIRONMENT]
    expects: tuple[Name, ...] = ()
    region: Region | None = None


class EksCluster(Part, frozen=True):
    """An EKS cluster."""

    cluster: Annotated[Name, names.EKS_CLUSTER]
    region: Region | None = None


class Bucket(Part, frozen=True):
    """An S3 bucket; `public` says that it is meant to be, as a site bucket is."""

    bucket: Annotated[Name, names.BUCKET]
    public: bool = False
    region: Region | None = None


class UserPool(Part, frozen=True):
    """A Cognito user pool."""

    user_pool: Annotated[Name, names.USER_POOL]
    region: Region | None = None


class Repository(Part, frozen=True):
    """An ECR repository."""

    repository: Annotated[Name, names.REPOSITORY]
    region: Region | None = None


class LogGroup(Part, frozen=True):
    """A CloudWatch log group; `errors` is the filter pattern that finds its errors."""

    group: Annotated[Name, names.LOG_GROUP]
    errors: Name = "?ERROR ?Error ?Exception"
    region: Region | None = None


class Instances(Part, frozen=True):
    """EC2 instances, by id or by tag (``tag = "Project=expo"``); `host` is for ssh."""

    instance: Annotated[Name, names.INSTANCE] | None = None
    tag: KeyValue | None = None
    host: Name | None = None
    region: Region | None = None


class Topic(Part, frozen=True):
    """An SNS topic by ARN, for alarms and messages."""

    topic: Annotated[Name, names.TOPIC]
    region: Region | None = None


class StateFile(Part, frozen=True):
    """Where Terraform keeps the stack's state: a local file, or an S3 object ``s3://bucket/key``."""

    location: Annotated[Name, names.STATE]
    backups: Annotated[Name, names.STATE] | None = None


class Alarms(Part, frozen=True):
    """Which CloudWatch alarms belong to the stack: by name prefix; an empty prefix means all."""

    prefixes: tuple[Annotated[str, names.ALARM_PREFIX], ...] = ()


class Endpoint(Part, frozen=True):
    """A URL that is asked, and the status that it should answer."""

    url: Url
    name: Name | None = None
    expect: Annotated[int, Meta(ge=100, le=599)] = 200


class ApplicationMetric(Part, frozen=True):
    """A custom metric of the application, and the values at which to warn and to alarm."""

    namespace: Name
    metric: Name
    statistic: Literal["Sum", "Average", "Maximum", "Minimum", "SampleCount"] = "Sum"
    dimensions: dict[str, str] = {}
    warn: float | None = None
    crit: float | None = None
    period: Annotated[int, Meta(ge=60, multiple_of=60)] = 300


class BackupPolicy(Part, frozen=True):
    """How old the newest backup may be, whether point-in-time recovery is required, and what is kept."""

    max_age_hours: Annotated[float, Meta(gt=0)] = 26
    point_in_time: bool = True
    daily_days: Days = 35
    monthly_days: Days = 365


class Contact(Part, frozen=True):
    """A person or team, with the tier at which they are called."""

    name: Name
    tier: Annotated[int, Meta(ge=1, le=9)] = 1
    role: str = ""
    email: str = ""
    phone: str = ""


class Checklists(Part, frozen=True):
    """What is ticked by hand, besides the checks that run themselves."""

    daily: tuple[Name, ...] = ()
    weekly: tuple[Name, ...] = ()
    monthly: tuple[Name, ...] = ()
    quarterly: tuple[Name, ...] = ()
    annual: tuple[Name, ...] = ()


class Stack(Part, frozen=True):
    """One application in one environment, account and region. `skip` names checks that are not made of it.

    `production` is None where nobody has said whether it is.
    """

    described: ClassVar[bool] = True
    """Whether a stack file says what it is."""

    name: StackName
    title: str = ""
    environment: Environment = NO_ENVIRONMENT
    production: bool | None = None
    account: AccountId | None = None
    region: Region | None = None
    profile: Name | None = None
    endpoint_url: Url | None = None

    ecs: tuple[EcsCluster, ...] = ()
    cloudfront: tuple[Distribution, ...] = ()
    alb: tuple[LoadBalancer, ...] = ()
    apigateway: tuple[RestApi, ...] = ()
    functions: tuple[Function, ...] = msgspec.field(default=(), name="lambda")
    dynamodb: tuple[Table, ...] = ()
    rds: tuple[DbInstance, ...] = ()
    docdb: tuple[DbCluster, ...] = ()
    beanstalk: tuple[BeanstalkEnvironment, ...] = ()
    eks: tuple[EksCluster, ...] = ()
    s3: tuple[Bucket, ...] = ()
    cognito: tuple[UserPool, ...] = ()
    ecr: tuple[Repository, ...] = ()
    logs: tuple[LogGroup, ...] = ()
    ec2: tuple[Instances, ...] = ()
    sns: tuple[Topic, ...] = ()
    terraform: StateFile | None = None
    alarms: Alarms = Alarms()
    endpoints: tuple[Endpoint, ...] = ()
    metrics: tuple[ApplicationMetric, ...] = ()

    skip: tuple[Name, ...] = ()
    thresholds: dict[str, dict[str, float]] = {}
    backup: BackupPolicy = BackupPolicy()
    tags: dict[str, str] = {}
    contacts: tuple[Contact, ...] = ()
    checklists: Checklists = Checklists()
    commands: dict[str, str] = {}
    links: dict[str, str] = {}

    @property
    def label(self) -> Clean:
        """The title for people, or the name where there is none."""
        return clean(self.title or self.name)

    @property
    def standing(self) -> Standing:
        """What is known of its being production."""
        return standing_of(self.production, self.environment, self.name)

    @property
    def guarded(self) -> bool:
        """Whether it starts read-only and asks more before a change: all that is not said to be harmless."""
        return self.standing is not Standing.HARMLESS

    @property
    def guard(self) -> Clean:
        """Why it starts read-only, as a clause; empty where it does not."""
        return why_guarded(self.production, self.environment, self.name, described=self.described)

    @property
    def nature(self) -> Clean:
        """The environment, and what is known of its being production, for people."""
        said = {Standing.PRODUCTION: ", PRODUCTION", Standing.HARMLESS: ""}
        return clean(f"{self.environment}{said.get(self.standing, f', production {self.standing}')}")
