"""What watches over an account: GuardDuty, CloudTrail, AWS Config, AWS Backup, secrets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from console.demo.parts.place import StackPlace
from console.demo.services import backup, cloudtrail, config, guardduty


def detector(place: StackPlace) -> str:
    """A GuardDuty detector that is on; gives its id. There is at most one in a region."""
    guard = place.backend("guardduty")
    for known in guard.detectors:
        return str(known)
    return str(
        guard.create_detector(
            enable=True, finding_publishing_frequency="FIFTEEN_MINUTES", data_sources={}, tags=place.tags, features=[]
        )
    )


def finding(
    place: StackPlace,
    detector_id: str,
    kind: str,
    title: str,
    severity: float,
    resource: Mapping[str, Any],
    *,
    seen: datetime,
    count: int = 1,
) -> None:
    """A GuardDuty finding of a resource, as GetFindings tells of it."""
    identity = f"{place.world.random.getrandbits(128):032x}"
    arn = place.arn("guardduty", f"detector/{detector_id}/finding/{identity}")
    when = f"{seen:%Y-%m-%dT%H:%M:%S.000Z}"
    place.world.things[guardduty.KIND, place.account, place.region].append(
        {
            "AccountId": place.account,
            "Arn": arn,
            "CreatedAt": when,
            "Description": f"{title} Look at who did it and whether it was meant.",
            "Id": identity,
            "Partition": "aws",
            "Region": place.region,
            "Resource": dict(resource),
            "SchemaVersion": "2.0",
            "Service": {
                "Archived": False,
                "Count": count,
                "DetectorId": detector_id,
                "EventFirstSeen": when,
                "EventLastSeen": when,
                "ResourceRole": "TARGET",
                "ServiceName": "guardduty",
            },
            "Severity": severity,
            "Title": title,
            "Type": kind,
            "UpdatedAt": when,
        }
    )


def trail(place: StackPlace, name: str, bucket: str) -> None:
    """A CloudTrail trail that is logging."""
    trails = place.backend("cloudtrail")
    trails.create_trail(
        name,
        bucket,
        s3_key_prefix="",
        sns_topic_name="",
        is_global=True,
        is_multi_region=True,
        log_validation=True,
        is_org_trail=False,
        cw_log_group_arn="",
        cw_role_arn="",
        kms_key_id="",
        tags_list=place.tag_list,
    )
    trails.start_logging(name)


def event(
    place: StackPlace, name: str, source: str, user: str, at: datetime, resources: Mapping[str, str], address: str
) -> None:
    """Something that somebody changed in the past, as CloudTrail tells of it."""
    key = f"AKIA{user.upper().replace('-', '')[:12]:X<16}"
    cloudtrail.note(
        place.world, place.account, place.region, source, name, key, resources, at=at, user=user, address=address
    )


def rule(
    place: StackPlace, name: str, identifier: str, resource_type: str, *bad: str, good: tuple[str, ...] = ()
) -> None:
    """An AWS Config rule, with the resources that do not comply and those that do."""
    source = {"Owner": "AWS", "SourceIdentifier": identifier}
    place.backend("config").put_config_rule({"ConfigRuleName": name, "Source": source})
    results = place.world.things[config.KIND, place.account, place.region]
    for compliance, ids in (("NON_COMPLIANT", bad), ("COMPLIANT", good)):
        results += [{"rule": name, "type": resource_type, "id": one, "compliance": compliance} for one in ids]


def vault(place: StackPlace, name: str, plan: str) -> None:
    """An AWS Backup vault, and a plan that fills it each night."""
    made = place.backend("backup")
    made.create_backup_vault(name, place.tags, None, name)
    rules = [{"RuleName": "nightly", "TargetBackupVaultName": name, "ScheduleExpression": "cron(0 2 * * ? *)"}]
    made.create_backup_plan({"BackupPlanName": plan, "Rules": rules}, place.tags, plan)


def recovery_point(
    place: StackPlace,
    vault_name: str,
    resource_arn: str,
    kind: str,
    taken: datetime,
    size: int,
    state: str = "COMPLETED",
) -> None:
    """A recovery point in a vault with the job that made it; where the job's state is FAILED only the job."""
    world = place.world
    job = {
        "AccountId": place.account,
        "BackupJobId": f"{world.random.getrandbits(128):032x}",
        "BackupVaultName": vault_name,
        "BackupVaultArn": place.arn("backup", f"backup-vault:{vault_name}"),
        "ResourceArn": resource_arn,
        "ResourceType": kind,
        "CreationDate": taken,
        "CompletionDate": taken,
        "State": state,
        "PercentDone": "100.0" if state == "COMPLETED" else "0.0",
        "BackupSizeInBytes": size if state == "COMPLETED" else 0,
        "IamRoleArn": place.role("backup"),
        "IsParent": False,
    }
    if state != "COMPLETED":
        job["StatusMessage"] = "IAM role is not authorized to back up the resource."
        job["MessageCategory"] = "AccessDenied"
    world.things[backup.JOBS, place.account, place.region].append(job)
    if state == "COMPLETED":
        same = ("BackupVaultName", "BackupVaultArn", "ResourceArn", "ResourceType", "CreationDate", "CompletionDate")
        point = {name: job[name] for name in (*same, "BackupSizeInBytes", "IamRoleArn")}
        arn = place.arn("backup", f"recovery-point:{world.random.getrandbits(128):032x}")
        world.things[backup.POINTS, place.account, place.region].append(
            point | {"RecoveryPointArn": arn, "Status": "COMPLETED", "IsEncrypted": True}
        )


def secret(place: StackPlace, name: str, changed: datetime) -> None:
    """A secret, last changed at a moment."""
    secrets = place.backend("secretsmanager")
    secrets.create_secret(
        name=name,
        secret_string="demo",  # noqa: S106
        secret_binary=None,
        description=f"Secret of {place.project}",
        tags=place.tag_list,
        kms_key_id=None,
        client_request_token=None,
        replica_regions=[],
        force_overwrite=False,
    )
    made = secrets.secrets[name]
    made.created_date = made.last_changed_date = int(changed.timestamp())
