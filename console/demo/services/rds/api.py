"""Amazon RDS and DocumentDB: instances, snapshots and changes take their time, and the engine docdb exists."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from moto.rds.models import DBCluster, DBInstance, DBSnapshot, RDSBackend
from moto.rds.utils import ClusterEngine, DbInstanceEngine

from console.demo.services.rds import engines
from console.demo.services.shapes import replace

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = (
    "rds: instances and snapshots take minutes to be made, restored, changed, stopped and started",
    "rds: describe_db_engine_versions, and the engines' own parameters such as max_connections",
    "docdb: the engine docdb, for clusters, instances, snapshots and restores",
)

SNAPSHOT_SECONDS: Final = 90
CREATE_SECONDS: Final = 240
CHANGE_SECONDS: Final = 150
RESTART_SECONDS: Final = 90

_DOCDB_VERSION: Final = "5.0.0"
_DOCDB_PORT: Final = 27017
_SLOW: Final = (
    "allocated_storage",
    "db_instance_class",
    "engine_version",
    "iops",
    "max_allocated_storage",
    "multi_az",
    "storage_type",
)
"""What an instance cannot change in a moment (RDS user guide, "Modifying a DB instance")."""


def install(world: World) -> None:
    """Put time and the engine docdb into moto's RDS."""
    _allow_docdb()
    _replace_making(world)
    _replace_changes(world)
    _replace_snapshots(world)
    engines.install(world)


def _allow_docdb() -> None:
    def with_docdb(names: Callable[..., list[str]]) -> Any:
        return classmethod(lambda kind: [*names.__get__(None, kind)(), "docdb"])

    def defaults(original: Any, docdb: object) -> Any:
        def default(engine: str, **named: Any) -> Any:
            return docdb if engine == "docdb" else original.__func__(engine, **named)

        return staticmethod(default)

    def endpoint(original: property) -> property:
        def address(cluster: DBCluster) -> str:
            found: str = original.__get__(cluster)
            return found.replace(".rds.", ".docdb.") if cluster.engine == "docdb" else found

        return property(address)

    replace(ClusterEngine, "list_cluster_engines", with_docdb(vars(ClusterEngine)["list_cluster_engines"]))
    valid = vars(DbInstanceEngine)["valid_db_instance_engine"]
    replace(DbInstanceEngine, "valid_db_instance_engine", with_docdb(valid))
    for name, value in (
        ("default_engine_version", _DOCDB_VERSION),
        ("default_port", _DOCDB_PORT),
        ("default_allocated_storage", 1),
    ):
        replace(DBCluster, name, defaults(vars(DBCluster)[name], value))
    replace(DBInstance, "default_port", defaults(vars(DBInstance)["default_port"], _DOCDB_PORT))
    for name in ("endpoint", "reader_endpoint"):
        replace(DBCluster, name, endpoint(vars(DBCluster)[name]))


def _become(world: World, thing: Any, now: str, later: str, seconds: float) -> None:
    """Have one status now and another after a while, unless something else has happened meanwhile."""
    thing.status = now

    def arrive() -> None:
        if thing.status == now:
            thing.status = later

    world.after(seconds, arrive)


def _replace_making(world: World) -> None:
    def create_db_instance(backend: RDSBackend, db_kwargs: dict[str, Any]) -> DBInstance:
        database: DBInstance = create(backend, db_kwargs)
        database.dbi_resource_id = f"db-{world.random.getrandbits(128):026X}"[:29]
        _become(world, database, "creating", "available", CREATE_SECONDS)
        return database

    def create_db_cluster(backend: RDSBackend, kwargs: dict[str, Any]) -> DBCluster:
        cluster: DBCluster = create_cluster(backend, kwargs)
        if cluster.engine == "docdb":
            cluster.parameter_group = kwargs.get("db_cluster_parameter_group_name") or "default.docdb5.0"
        _become(world, cluster, "creating", "available", CREATE_SECONDS)
        return cluster

    def restoring(original: Any) -> Any:
        def restore(backend: RDSBackend, *args: Any, **kwargs: Any) -> DBInstance:
            database: DBInstance = original(backend, *args, **kwargs)
            # Protection is not restored (RDS user guide, "Restoring to a DB instance"), moto copies it.
            database.deletion_protection = False
            return database

        return restore

    # moto calls a cluster available the second time that somebody looks.
    status = vars(DBCluster)["status"]
    replace(DBCluster, "status", property(lambda cluster: cluster._status, status.fset))
    for name in ("restore_db_instance_from_db_snapshot", "restore_db_instance_to_point_in_time"):
        replace(RDSBackend, name, restoring(vars(RDSBackend)[name]))
    create = replace(RDSBackend, "create_db_instance", create_db_instance)
    create_cluster = replace(RDSBackend, "create_db_cluster", create_db_cluster)


def _replace_changes(world: World) -> None:
    def modify_db_instance(backend: RDSBackend, db_instance_identifier: str, db_kwargs: Any) -> DBInstance:
        given = dict(db_kwargs)
        slow = {name: given.pop(name) for name in _SLOW if given.get(name) is not None}
        database: DBInstance = modify(backend, db_instance_identifier, given)
        if "enable_performance_insights" in given:
            vars(database)["performance_insights_enabled"] = given["enable_performance_insights"]
        slow = {name: value for name, value in slow.items() if getattr(database, name) != value}
        if slow:
            vars(database)["pending_modified_values"] = slow
        if slow and given.get("apply_immediately"):
            _become(world, database, "modifying", "available", CHANGE_SECONDS)
            world.after(CHANGE_SECONDS, lambda: _apply(database))
        return database

    def _apply(database: DBInstance) -> None:
        for name, value in vars(database).pop("pending_modified_values", {}).items():
            setattr(database, name, value)

    def passing(original: Any, during: str, afterwards: str, seconds: float) -> Any:
        def change(backend: RDSBackend, *args: Any, **kwargs: Any) -> DBInstance:
            database: DBInstance = original(backend, *args, **kwargs)
            _become(world, database, during, afterwards, seconds)
            return database

        return change

    modify = replace(RDSBackend, "modify_db_instance", modify_db_instance)
    for name, during, afterwards, seconds in (
        ("stop_db_instance", "stopping", "stopped", CHANGE_SECONDS),
        ("start_db_instance", "starting", "available", CHANGE_SECONDS),
        ("reboot_db_instance", "rebooting", "available", RESTART_SECONDS),
    ):
        replace(RDSBackend, name, passing(vars(RDSBackend)[name], during, afterwards, seconds))


def _replace_snapshots(world: World) -> None:
    def progress(snapshot: Any) -> None:
        """Go from nothing to all in ten steps."""
        snapshot.status, snapshot.percent_progress = "creating", 0

        def step() -> None:
            snapshot.percent_progress += 10
            if snapshot.percent_progress >= 100:
                snapshot.status = "available"
            else:
                world.after(SNAPSHOT_SECONDS / 10, step)

        world.after(SNAPSHOT_SECONDS / 10, step)

    def create_db_snapshot(backend: RDSBackend, db_instance_identifier: str, *args: Any, **kwargs: Any) -> DBSnapshot:
        snapshot: DBSnapshot = create(backend, db_instance_identifier, *args, **kwargs)
        if snapshot.snapshot_type == "manual":
            progress(snapshot)
            _become(world, backend.databases[db_instance_identifier], "backing-up", "available", SNAPSHOT_SECONDS)
        return snapshot

    def create_db_cluster_snapshot(backend: RDSBackend, *args: Any, **kwargs: Any) -> Any:
        snapshot = create_cluster(backend, *args, **kwargs)
        if snapshot.snapshot_type == "manual":
            progress(snapshot)
        return snapshot

    create = replace(RDSBackend, "create_db_snapshot", create_db_snapshot)
    create_cluster = replace(RDSBackend, "create_db_cluster_snapshot", create_db_cluster_snapshot)
