"""Random histories on PostgreSQL; see machine.py."""

import uuid
from collections.abc import Iterator

import psycopg
import pytest

from totango_pipelines_tests.model.machine import PARTS, OnPostgres, explore


@pytest.fixture
def postgres_database(postgres_server_url) -> Iterator[str]:
    """A database whose URL may take options: each history has a schema of its own."""
    with psycopg.connect(postgres_server_url, autocommit=True) as connection:
        name = f"model_{uuid.uuid4().hex}"
        connection.execute(f"CREATE DATABASE {name}")
        host, port, user = connection.info.host, connection.info.port, connection.info.user
        password = f":{connection.info.password}" if connection.info.password else ""
        yield f"postgresql://{user}{password}@{host}:{port}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.timeout(0)
@pytest.mark.parametrize("part", range(PARTS))
def test_the_hub_holds_what_the_model_holds_after_any_history(postgres_database, part):
    OnPostgres.database = postgres_database
    explore(OnPostgres)
