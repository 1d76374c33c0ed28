"""The connectors as data: complete, light to import, and honest about what they need."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import sqlglot
from pydantic import TypeAdapter
from sqlglot import exp

from totango_pipelines.connections.bounding import bounded_query, filtered_query
from totango_pipelines.connections.connectors import CONNECTORS
from totango_pipelines.connections.opening import open_source
from totango_pipelines.connections.source import double_quoted
from totango_pipelines.errors import DeclarationError
from totango_pipelines.extract.query import check_query
from totango_pipelines.integrations.connection import ConnectionDeclaration
from totango_pipelines_tests.conftest import REPOSITORY
from totango_pipelines_tests.connections.declared_connections import DECLARED

WITH = "WITH recent AS (SELECT id, name FROM crm.accounts) SELECT id, name FROM recent ORDER BY id"


def opened(connector, folder, environment=None, **more):
    declared = TypeAdapter(ConnectionDeclaration)
    return open_source(
        declared.validate_python({**DECLARED[connector], **more}),
        name="crm",
        project_folder=folder,
        environment=environment or {"SECRET": "s3cret-canary"},
    )


def test_there_is_a_connector_for_every_type_that_a_file_may_name():
    schema = TypeAdapter(ConnectionDeclaration).json_schema()
    named = set(schema["discriminator"]["mapping"]) - {"mariadb"}
    assert named == set(CONNECTORS) == set(DECLARED)


def test_every_extra_stands_in_the_projects_metadata():
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    declared = tomllib.loads(text)["project"]["optional-dependencies"]
    assert set(declared) == {each.extra for each in CONNECTORS.values() if each.extra}


def test_naming_the_connectors_imports_no_driver():
    drivers = sorted({driver for each in CONNECTORS.values() for driver in each.drivers})
    code = (
        "import sys, totango_pipelines.connections.connectors;"
        f"print([name for name in {drivers} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("connector", sorted(CONNECTORS))
def test_a_declared_connection_opens_and_connects_to_nothing(connector, tmp_path):
    source = opened(connector, tmp_path)
    assert source.dialect == CONNECTORS[connector].dialect
    assert "canary" not in repr(source)


@pytest.mark.parametrize(
    "connector", sorted(name for name, each in CONNECTORS.items() if each.extra)
)
def test_a_missing_driver_is_told_with_the_command_that_brings_it(connector, tmp_path, monkeypatch):
    (driver,) = CONNECTORS[connector].drivers
    monkeypatch.setitem(sys.modules, driver, None)
    with pytest.raises(DeclarationError) as failure:
        opened(connector, tmp_path)
    (problem,) = failure.value.problems
    assert (problem.code, problem.path) == ("DRIVER_MISSING", "connections.crm.type")
    assert problem.remedy == f"Install it: pip install 'totango-pipelines[{connector}]'"


@pytest.mark.parametrize("connector", sorted(CONNECTORS))
def test_every_dialect_takes_with_and_bounds_and_filters_it(connector):
    dialect = CONNECTORS[connector].dialect
    assert CONNECTORS[connector].with_clause
    checked = check_query(WITH, dialect=dialect)
    bounded = sqlglot.parse_one(bounded_query(checked.sql, dialect, 10), dialect=dialect)
    assert (bounded.args.get("limit") or bounded.args.get("fetch")) is not None
    name = exp.column(exp.to_identifier('I"d', quoted=True), table="w")
    filtered = filtered_query(checked.sql, dialect, name.is_(exp.null()))
    tree = sqlglot.parse_one(filtered, dialect=dialect)
    assert [column.name for column in tree.find(exp.Where).find_all(exp.Column)] == ['I"d']


def test_the_quote_of_a_connector_is_that_of_its_dialect():
    for connector in CONNECTORS.values():
        written = exp.to_identifier("two words", quoted=True).sql(dialect=connector.dialect)
        assert written[0] == connector.quote
    assert double_quoted("a") == '"a"'


def test_a_key_file_that_is_not_there_is_a_problem_of_its_key(tmp_path):
    declared = {**DECLARED["snowflake"], "private_key_file": "keys/me.p8"}
    declared.pop("password")
    connection = TypeAdapter(ConnectionDeclaration).validate_python(declared)
    with pytest.raises(DeclarationError, match=r"connections\.crm\.private_key_file"):
        open_source(connection, name="crm", project_folder=tmp_path, environment={})


@pytest.mark.parametrize("key", ["no JSON canary", '["canary"]', '{"private_key": "canary"}'])
def test_a_key_that_cannot_be_read_is_never_shown(key, tmp_path):
    with pytest.raises(DeclarationError) as failure:
        opened("bigquery", tmp_path, {"SECRET": key}, credentials={"env": "SECRET"})
    assert failure.value.problems[0].code == "LOGIN_INVALID"
    assert "canary" not in str(failure.value)


@pytest.mark.parametrize("connector", ["redshift", "sqlserver", "oracle", "trino", "clickhouse"])
def test_a_url_that_cannot_be_read_is_never_shown(connector, tmp_path):
    declared = {"type": connector, "url": {"env": "SECRET"}}
    connection = TypeAdapter(ConnectionDeclaration).validate_python(declared)
    for url in ("canary", "x://u:canary@h:port/d", "x:///canary"):
        with pytest.raises(DeclarationError) as failure:
            open_source(
                connection, name="crm", project_folder=Path("/p"), environment={"SECRET": url}
            )
        assert failure.value.problems[0].code == "URL_INVALID"
        assert "canary" not in str(failure.value)
