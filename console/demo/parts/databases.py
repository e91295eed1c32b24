"""RDS instances and DocumentDB clusters with a past of backups."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from console.demo.parts.network import Network
from console.demo.parts.place import StackPlace, naive
from console.demo.services.rds.engines import family_of


def subnet_group(place: StackPlace, where: Network, name: str) -> None:
    """A group of subnets for databases."""
    ec2 = place.backend("ec2")
    subnets = [ec2.get_subnet(subnet) for subnet in where.subnets]
    place.backend("rds").create_subnet_group(name, f"Databases of {place.project}", subnets, place.tag_list)


def instance(
    place: StackPlace,
    name: str,
    engine: str,
    version: str,
    *,
    kind: str,
    storage: int,
    subnets: str,
    retention: int = 7,
    parameters: Mapping[str, str] | None = None,
    multi_az: bool = False,
    database: str = "app",
) -> Any:
    """An available RDS instance; `parameters` are set in a parameter group of its own."""
    rds = place.backend("rds")
    group = f"{name}-params"
    rds.create_db_parameter_group(
        {
            "db_parameter_group_name": group,
            "db_parameter_group_family": family_of(engine, version),
            "description": f"Parameters of {name}",
            "tags": place.tag_list,
        }
    )
    changed = [
        {"ParameterName": key, "ParameterValue": value, "ApplyMethod": "immediate", "ApplyType": "dynamic"}
        for key, value in (parameters or {}).items()
    ]
    rds.modify_db_parameter_group(group, changed)
    made = rds.create_db_instance(
        {
            "db_instance_identifier": name,
            "db_instance_class": kind,
            "engine": engine,
            "engine_version": version,
            "allocated_storage": storage,
            "storage_type": "gp3",
            "storage_encrypted": True,
            "db_name": database,
            "master_username": "app",
            "master_user_password": "demo-only-password",
            "backup_retention_period": retention,
            "preferred_backup_window": "03:00-04:00",
            "preferred_maintenance_window": "sun:04:30-sun:05:30",
            "db_subnet_group_name": subnets,
            "db_parameter_group_name": group,
            "multi_az": multi_az,
            "tags": place.tag_list,
            "deletion_protection": place.environment in ("prod", "production"),
        }
    )
    made.status = "available"
    made.created = made.instance_create_time = naive(place.ago(days=410))
    return made


def snapshot(place: StackPlace, database: str, name: str, taken: datetime, *, automated: bool = False) -> None:
    """A snapshot of an instance as if taken at a moment."""
    rds = place.backend("rds")
    made = rds.create_db_snapshot(database, name, "automated" if automated else "manual")
    made.status, made.percent_progress = "available", 100
    made.created = made.original_snapshot_create_time = naive(taken)
    rds.databases[database].status = "available"


def forget_first_snapshot(place: StackPlace) -> None:
    """Drop the snapshots that moto takes of whatever has just been made."""
    rds = place.backend("rds")
    for shelf in (rds.database_snapshots, rds.cluster_snapshots):
        for name in [name for name, one in shelf.items() if one.snapshot_type == "automated"]:
            del shelf[name]


def docdb_cluster(place: StackPlace, name: str, *, subnets: str, instances: int, retention: int) -> Any:
    """An available DocumentDB cluster with its instances."""
    rds = place.backend("rds")
    made = rds.create_db_cluster(
        {
            "db_cluster_identifier": name,
            "engine": "docdb",
            "engine_version": "5.0.0",
            "master_username": "journal",
            "master_user_password": "demo-only-password",
            "backup_retention_period": retention,
            "db_subnet_group_name": subnets,
            "preferred_backup_window": "02:00-03:00",
            "storage_encrypted": True,
            "tags": place.tag_list,
        }
    )
    made.status = "available"
    made.created = made.cluster_create_time = naive(place.ago(days=380))
    made.earliest_restorable_time = naive(place.ago(days=retention))
    for number in range(1, instances + 1):
        member = rds.create_db_instance(
            {
                "db_instance_identifier": f"{name}-{number}",
                "db_instance_class": "db.t3.medium",
                "engine": "docdb",
                "db_cluster_identifier": name,
                "availability_zone": f"{place.region}{'ab'[number % 2]}",
                "tags": place.tag_list,
            }
        )
        member.status = "available"
    return made


def cluster_snapshot(place: StackPlace, cluster: str, name: str, taken: datetime, *, automated: bool = False) -> None:
    """A snapshot of a cluster as if taken at a moment."""
    made = place.backend("rds").create_db_cluster_snapshot(cluster, name, "automated" if automated else "manual")
    made.status, made.percent_progress = "available", 100
    made.created = naive(taken)
