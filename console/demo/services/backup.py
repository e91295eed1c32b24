"""AWS Backup: recovery points and the jobs that made them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from moto.backup.responses import BackupResponse

from console.demo.services.shapes import Request, add, refuse

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = ("backup: list_recovery_points_by_backup_vault, list_backup_jobs",)

POINTS: Final = "backup.points"
JOBS: Final = "backup.jobs"
_JOB_FILTERS: Final = {"ByResourceArn": "ResourceArn", "ByState": "State", "ByBackupVaultName": "BackupVaultName"}


def install(world: World) -> None:
    """Add what is in the vaults."""

    def list_recovery_points(request: Request) -> dict[str, Any]:
        vault = request.params["BackupVaultName"]
        if vault not in world.backend("backup", request.region, request.account).vaults:
            raise refuse("ResourceNotFoundException", f"Backup vault {vault} does not exist.")
        points = world.things[POINTS, request.account, request.region]
        found = [point for point in points if point["BackupVaultName"] == vault]
        return {"RecoveryPoints": _chosen(found, request.params, {"ByResourceArn": "ResourceArn"})}

    def list_backup_jobs(request: Request) -> dict[str, Any]:
        jobs = world.things[JOBS, request.account, request.region]
        return {"BackupJobs": _chosen(jobs, request.params, _JOB_FILTERS | {"ByResourceType": "ResourceType"})}

    add(BackupResponse, "ListRecoveryPointsByBackupVault", list_recovery_points)
    add(BackupResponse, "ListBackupJobs", list_backup_jobs)


def _chosen(
    things: list[dict[str, Any]], params: Mapping[str, Any], filters: Mapping[str, str]
) -> list[dict[str, Any]]:
    """What passes the filters, newest first."""
    found = [
        thing for thing in things if all(params.get(by) in (None, thing.get(field)) for by, field in filters.items())
    ]
    return sorted(found, key=lambda thing: thing["CreationDate"], reverse=True)
