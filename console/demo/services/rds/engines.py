"""What the engines of RDS bring: their versions with upgrades, and their own parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from moto.core.responses import ActionResult
from moto.rds.exceptions import DBParameterGroupNotFoundError
from moto.rds.responses import RDSResponse

from console.demo.services.shapes import Request, add, replace

if TYPE_CHECKING:
    from console.demo.world import World

VERSIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "postgres": ("14.15", "14.17", "15.8", "15.10", "15.12", "16.6", "16.8", "17.4"),
    "mysql": ("8.0.35", "8.0.36", "8.0.40", "8.0.41", "8.4.4"),
    "docdb": ("4.0.0", "5.0.0"),
}
"""Some versions of each engine, oldest first."""

_POSTGRES: Final = (
    ("max_connections", "LEAST({DBInstanceClassMemory/9531392},5000)", "static", "integer"),
    ("shared_buffers", "{DBInstanceClassMemory/32768}", "static", "integer"),
    ("work_mem", "4096", "dynamic", "integer"),
    ("log_min_duration_statement", "-1", "dynamic", "integer"),
    ("log_statement", "none", "dynamic", "string"),
    ("idle_in_transaction_session_timeout", "86400000", "dynamic", "integer"),
    ("shared_preload_libraries", "pg_stat_statements", "static", "list"),
    ("rds.force_ssl", "1", "dynamic", "boolean"),
)
_MYSQL: Final = (
    ("max_connections", "{DBInstanceClassMemory/12582880}", "dynamic", "integer"),
    ("innodb_buffer_pool_size", "{DBInstanceClassMemory*3/4}", "dynamic", "integer"),
    ("slow_query_log", "0", "dynamic", "boolean"),
    ("long_query_time", "10", "dynamic", "float"),
    ("wait_timeout", "28800", "dynamic", "integer"),
    ("require_secure_transport", "0", "dynamic", "boolean"),
)
PARAMETERS: Final = {"postgres": _POSTGRES, "mysql": _MYSQL}
"""Name, value, how a change applies, type: the engine's own, as default parameter groups show them."""


def install(world: World) -> None:
    """Add versions, and the engines' own parameters to those that somebody set."""

    def describe_db_engine_versions(request: Request) -> dict[str, Any]:
        engine, version = request.params.get("Engine"), request.params.get("EngineVersion")
        return {
            "DBEngineVersions": [
                _version(name, index)
                for name, versions in VERSIONS.items()
                for index, known in enumerate(versions)
                if engine in (None, name) and (version is None or known == version or known.startswith(f"{version}."))
            ]
        }

    def describe_db_parameters(self: RDSResponse) -> ActionResult:
        name = self.params["DBParameterGroupName"]
        groups = self.backend.db_parameter_groups
        if name not in groups and not name.startswith("default."):
            raise DBParameterGroupNotFoundError(name)
        family = groups[name].family if name in groups else name.removeprefix("default.")
        found = {parameter["ParameterName"]: parameter for parameter in _defaults(family)}
        for parameter, changed in groups[name].parameters.items() if name in groups else ():
            found[parameter] = found.get(parameter, {}) | changed | {"Source": "user"}
        source = self.params.get("Source")
        return ActionResult({"Parameters": [p for p in found.values() if source in (None, p.get("Source"))]})

    add(RDSResponse, "DescribeDBEngineVersions", describe_db_engine_versions)
    replace(RDSResponse, "describe_db_parameters", describe_db_parameters)


def family_of(engine: str, version: str) -> str:
    """The parameter group family of an engine's version: ``postgres15``, ``mysql8.0``."""
    parts = version.split(".")
    return engine + (parts[0] if engine == "postgres" else ".".join(parts[:2]))


def _version(engine: str, index: int) -> dict[str, Any]:
    versions = VERSIONS[engine]
    version = versions[index]
    return {
        "Engine": engine,
        "EngineVersion": version,
        "DBParameterGroupFamily": family_of(engine, version),
        "DBEngineDescription": {"postgres": "PostgreSQL", "mysql": "MySQL Community Edition"}.get(engine, engine),
        "DBEngineVersionDescription": f"{engine} {version}",
        "Status": "available",
        "ValidUpgradeTarget": [
            {
                "Engine": engine,
                "EngineVersion": newer,
                "Description": f"{engine} {newer}",
                "AutoUpgrade": False,
                "IsMajorVersionUpgrade": family_of(engine, newer) != family_of(engine, version),
            }
            for newer in versions[index + 1 :]
        ],
    }


def _defaults(family: str | None) -> list[dict[str, Any]]:
    engine = next((name for name in PARAMETERS if (family or "").startswith(name)), "")
    return [
        {
            "ParameterName": name,
            "ParameterValue": value,
            "Description": f"The engine's own {name}.",
            "Source": "engine-default",
            "ApplyType": applies,
            "DataType": kind,
            "IsModifiable": True,
            "ApplyMethod": "pending-reboot" if applies == "static" else "immediate",
        }
        for name, value, applies, kind in PARAMETERS.get(engine, ())
    ]
