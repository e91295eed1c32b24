"""What we add to moto fits botocore's models, and moto is still what ours was written for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from console.demo.services import shapes

if TYPE_CHECKING:
    from tests.conftest import DemoServer

DIGESTS = Path(__file__).with_name("moto_digests.txt")
PROGRAM = """
import hashlib, inspect
from console.demo import services
from console.demo.world import World
services.install(World())
for one in services.shapes.REPLACED:
    code = one.original.fget if isinstance(one.original, property) else one.original
    digest = hashlib.sha256(inspect.getsource(code).encode()).hexdigest()[:12]
    print(f"{one.owner.__name__}.{one.name} {digest}")
for one in services.shapes.ADDED:
    print(f"added {one.service}.{one.operation}")
"""

EVENT = "arn:aws:health:eu-west-1::event/EC2/A/A_1"
FORECAST = {"TimePeriod": {"Start": "2026-12-01", "End": "2026-12-31"}, "Granularity": "MONTHLY"}
POLICY = '{"Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}'
EXPO = {"EnvironmentName": "expo-project-prod-env"}
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "application-autoscaling.DescribeScalingActivities": ("personal-journal", {"ServiceNamespace": "ecs"}),
    "backup.ListBackupJobs": ("operations", {"ByState": "FAILED"}),
    "backup.ListRecoveryPointsByBackupVault": ("operations", {"BackupVaultName": "efs-backup-vault"}),
    "ce.GetAnomalies": ("mra-mines", {"DateInterval": {"StartDate": "2026-01-01"}}),
    "ce.GetCostForecast": ("mra-mines", FORECAST | {"Metric": "UNBLENDED_COST"}),
    "ce.GetReservationPurchaseRecommendation": ("operations", {"Service": "Amazon Elastic Compute Cloud - Compute"}),
    "ce.GetRightsizingRecommendation": ("operations", {"Service": "AmazonEC2"}),
    "ce.GetUsageForecast": ("mra-mines", FORECAST | {"Metric": "USAGE_QUANTITY"}),
    "cloudtrail.LookupEvents": ("personal-journal", {}),
    "config.DescribeComplianceByConfigRule": ("operations", {}),
    "config.GetComplianceDetailsByConfigRule": ("operations", {"ConfigRuleName": "encrypted-volumes"}),
    "config.GetComplianceSummaryByConfigRule": ("operations", {}),
    "cognito-idp.AdminListUserAuthEvents": (
        "mra-mines",
        {"UserPoolId": "eu-west-1_Xk4mRa7Qz", "Username": "ada.abebe@example.com"},
    ),
    "dlm.GetLifecyclePolicies": ("operations", {}),
    "dynamodb.DescribeTableReplicaAutoScaling": ("mra-mines", {"TableName": "maps"}),
    "dynamodb.DescribeContributorInsights": ("mra-mines", {"TableName": "maps"}),
    "elasticbeanstalk.CreateApplicationVersion": (
        "expo",
        {"ApplicationName": "expo-project", "VersionLabel": "test-1"},
    ),
    "elasticbeanstalk.CreateConfigurationTemplate": (
        "expo",
        {"ApplicationName": "expo-project", "TemplateName": "test"},
    ),
    "elasticbeanstalk.CreateStorageLocation": ("expo", {}),
    "elasticbeanstalk.DeleteConfigurationTemplate": (
        "expo",
        {"ApplicationName": "expo-project", "TemplateName": "test"},
    ),
    "elasticbeanstalk.DescribeApplicationVersions": ("expo", {"ApplicationName": "expo-project"}),
    "elasticbeanstalk.DescribeConfigurationSettings": ("expo", EXPO | {"ApplicationName": "expo-project"}),
    "elasticbeanstalk.DescribeEnvironmentHealth": ("expo", EXPO | {"AttributeNames": ["All"]}),
    "elasticbeanstalk.DescribeEnvironmentResources": ("expo", EXPO),
    "elasticbeanstalk.DescribeEvents": ("expo", EXPO),
    "elasticbeanstalk.DescribeInstancesHealth": ("expo", EXPO | {"AttributeNames": ["All"]}),
    "elasticbeanstalk.RequestEnvironmentInfo": ("expo", EXPO | {"InfoType": "tail"}),
    "elasticbeanstalk.RetrieveEnvironmentInfo": ("expo", EXPO | {"InfoType": "tail"}),
    "guardduty.GetFindings": ("personal-journal", {"FindingIds": ["0" * 32]}),
    "guardduty.ListThreatIntelSets": ("operations", {}),
    "guardduty.ListFindings": ("personal-journal", {}),
    "guardduty.ArchiveFindings": ("personal-journal", {"FindingIds": ["0" * 32]}),
    "guardduty.UnarchiveFindings": ("personal-journal", {"FindingIds": ["0" * 32]}),
    "health.DescribeAffectedEntities": ("mra-mines", {"filter": {"eventArns": [EVENT]}}),
    "health.DescribeEventDetails": ("mra-mines", {"eventArns": [EVENT]}),
    "health.DescribeEvents": ("mra-mines", {"filter": {"eventTypeCategories": ["issue"]}}),
    "iam.GenerateServiceLastAccessedDetails": ("mra-mines", {"Arn": "arn:aws:iam::123456789012:user/operator"}),
    "iam.GetServiceLastAccessedDetails": ("mra-mines", {"JobId": "0" * 36}),
    "iam.SimulateCustomPolicy": ("mra-mines", {"PolicyInputList": [POLICY], "ActionNames": ["s3:GetObject"]}),
    "iam.SimulatePrincipalPolicy": (
        "mra-mines",
        {"PolicySourceArn": "arn:aws:iam::123456789012:role/prod-eks-role", "ActionNames": ["s3:GetObject"]},
    ),
    "lambda.GetAccountSettings": ("mra-mines", {}),
    "rds.DescribeDBEngineVersions": ("operations", {"Engine": "mysql", "EngineVersion": "8.0.35"}),
    "rum.ListAppMonitors": ("mra-mines", {}),
    "service-quotas.ListServiceQuotas": ("mra-mines", {"ServiceCode": "lambda"}),
    "ssm.DescribeInstanceInformation": ("operations", {}),
    "ssm.DescribeInstancePatchStates": ("operations", {"InstanceIds": ["i-00000000"]}),
    "ssm.ListCommandInvocations": ("operations", {}),
}
"""Every operation that we add, with arguments that it answers; those of CloudWatch have tests of their own."""


ELSEWHERE = {
    *(f"dlm.{verb}LifecyclePolicy" for verb in ("Create", "Get", "Update", "Delete")),
    *(f"elasticbeanstalk.{name}" for name in ("RebuildEnvironment", "RestartAppServer", "UpdateEnvironment")),
    *(f"guardduty.{verb}ThreatIntelSet" for verb in ("Create", "Get", "Delete")),
    *(f"rum.{verb}AppMonitor" for verb in ("Create", "Get", "Delete")),
    "pi.GetResourceMetrics",
}
"""Operations that are tried where their effect is looked at."""


@pytest.fixture(scope="module")
def installed() -> list[str]:
    """What installing them changed in moto, from a process of its own: it changes moto for good."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_moto_is_what_it_was_when_ours_was_written(installed: list[str]) -> None:
    """Where a digest differs after an upgrade of moto, read moto's new code: ours may be needless, or wrong."""
    found = [line for line in installed if not line.startswith("added ")]
    assert found == DIGESTS.read_text().splitlines(), f"once looked at, put these into {DIGESTS.name}"


def test_every_operation_that_we_add_is_tried(installed: list[str]) -> None:
    added = {line.removeprefix("added ") for line in installed if line.startswith("added ")}
    assert {name for name in added if not name.startswith(("logs.", "cloudwatch."))} == set(CALLS) | ELSEWHERE


@pytest.mark.parametrize("name", CALLS)
def test_what_we_add_fits_the_model(demo: DemoServer, name: str) -> None:
    """The server checks each of its answers against botocore's model and answers 500 for one that does not fit."""
    from botocore import xform_name

    service, _, operation = name.partition(".")
    stack, arguments = CALLS[name]
    client = demo.client(service, stack)
    if service == "guardduty":
        arguments |= {"DetectorId": client.list_detectors()["DetectorIds"][0]}
    answer = getattr(client, xform_name(operation))(**arguments)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ({"ContributorInsightsStatus": 7}, "Invalid type for parameter ContributorInsightsStatus"),
        ({"Nonsense": "x"}, "Unknown parameter in input"),
        ({"TableName": "maps"}, ""),
    ],
)
def test_an_answer_that_does_not_fit_is_noticed(answer: dict[str, Any], problem: str) -> None:
    found = shapes.problems("dynamodb", "DescribeContributorInsights", answer)
    assert problem in found and bool(problem) == bool(found)
