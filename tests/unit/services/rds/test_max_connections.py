"""How many connections an RDS instance allows."""

from __future__ import annotations

import pytest

from console.services.rds.max_connections import allowed, memory

GIB = 2**30


@pytest.mark.parametrize(
    ("name", "gib"),
    [
        ("db.t3.micro", 1),
        ("db.t4g.small", 2),
        ("db.t3.medium", 4),
        ("db.m5.large", 8),
        ("db.m6gd.xlarge", 16),
        ("db.m7i.24xlarge", 384),
        ("db.r6g.large", 16),
        ("db.r5.4xlarge", 128),
        ("db.r4.large", 15.25),
        ("db.x2g.large", 32),
    ],
)
def test_memory_of_a_class(name: str, gib: float) -> None:
    assert memory(name) == gib * GIB


@pytest.mark.parametrize("name", ["db.serverless", "db.q9.large", "db.t3.enormous", "", "t3.micro"])
def test_memory_of_an_unknown_class(name: str) -> None:
    assert memory(name) is None


@pytest.mark.parametrize(
    ("engine", "size", "parameter", "connections"),
    [
        ("postgres", "db.t3.micro", None, 112),
        ("postgres", "db.r5.24xlarge", None, 5000),
        ("mysql", "db.t3.micro", None, 85),
        ("mariadb", "db.m5.large", None, 341),
        ("postgres", "db.t3.micro", "200", 200),
        ("postgres", "db.unknown", "200", 200),
        ("postgres", "db.t3.micro", "GREATEST({DBInstanceClassMemory/9531392}, 500)", 500),
        ("postgres", "db.m5.large", "{DBInstanceClassMemory/9531392}", 901),
        ("postgres", "db.unknown", None, None),
        ("sqlserver-ex", "db.t3.small", None, None),
        ("aurora-mysql", "db.r5.large", "GREATEST({log(DBInstanceClassMemory/805306368)*45},10)", None),
        ("postgres", "db.t3.micro", "LEAST({DBInstanceClassMemory/9531392},__import__('os'))", None),
    ],
)
def test_allowed(engine: str, size: str, parameter: str | None, connections: int | None) -> None:
    assert allowed(engine, size, parameter) == connections
