"""The connectors, each as data: what `type` may be in connections.yaml, and what that means here.

Nothing here imports a driver: an optional one is imported when a connection of its type is opened.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from totango_pipelines.integrations.connection import (
    ConnectionDeclaration,
    DuckdbConnection,
    MysqlConnection,
    PostgresConnection,
    SqliteConnection,
)
from totango_pipelines.integrations.declared import Declared
from totango_pipelines.integrations.files_connection import FilesConnection
from totango_pipelines.integrations.warehouse_connections import (
    AthenaConnection,
    BigqueryConnection,
    ClickhouseConnection,
    DatabricksConnection,
    OracleConnection,
    RedshiftConnection,
    SnowflakeConnection,
    SqlserverConnection,
    TrinoConnection,
)

PACKAGE: Final = "totango-pipelines"


class Fidelity(StrEnum):
    """How near to the real thing the tests of a connector are."""

    REAL = "real"
    EMULATOR = "real client, emulator"
    PROTOCOL = "real client, a server of the same protocol"
    CANNED = "real client, answers written down"
    COMPILED = "compiled only"


@dataclass(frozen=True, slots=True)
class Connector:
    """One kind of warehouse."""

    model: type[Declared]
    """The fields that it takes."""
    type: str
    """In connections.yaml."""
    example: str
    """An entry of connections.yaml."""
    label: str
    dialect: str
    """The name that sqlglot knows its SQL by."""
    opener: str
    """The module of this package that opens it."""
    fidelity: Fidelity
    tested: str
    """What the tests run it against."""
    read_only: str
    """What keeps a query from writing, beside the guard."""
    timeout: str
    """What stops a query that takes too long."""
    arrow: str
    """How its rows become Arrow."""
    quote: str = '"'
    """Around a name; doubled inside (SQL Server closes its [ with ])."""
    folds: str = "none"
    """What becomes of a name without quotes: lower, upper or none (the case is kept)."""
    with_clause: bool = True
    """Whether a query may begin with WITH."""
    drivers: tuple[str, ...] = ()
    """Modules of its driver."""
    extra: str | None = None
    """The optional dependencies that bring the driver; None: it is always there."""

    @property
    def install(self) -> str:
        """The command that brings the driver."""
        return f"pip install '{PACKAGE}[{self.extra}]'" if self.extra else ""


_DRIVER_BATCHES = "rows of the driver, 10,000 at a time"
_ENGINE_AND_CANCEL = "the engine's own, and a cancel from here 10 s later"
_ROLE_ONLY = "the login's rights; the statement is parsed again before it is sent"

_ALL: Final = (
    Connector(
        type="postgres",
        example="crm: {type: postgres, url: {env: CRM_URL}}",
        label="PostgreSQL",
        dialect="postgres",
        model=PostgresConnection,
        opener="open_postgres",
        fidelity=Fidelity.REAL,
        tested="PostgreSQL 15 and 18",
        read_only="default_transaction_read_only; only what stands in a subquery is run",
        timeout="statement_timeout, lock_timeout",
        arrow="COPY",
        folds="lower",
        drivers=("psycopg",),
    ),
    Connector(
        type="mysql",
        example="shop: {type: mysql, host: db, database: shop, user: etl, password: {env: "
        "SHOP_PW}}",
        label="MySQL, MariaDB",
        dialect="mysql",
        model=MysqlConnection,
        opener="open_mysql",
        fidelity=Fidelity.REAL,
        tested="MariaDB 10.11",
        read_only="SET TRANSACTION READ ONLY",
        timeout="max_statement_time, max_execution_time, lock_wait_timeout",
        arrow="an unbuffered cursor, columns parsed by Arrow",
        quote="`",
        drivers=("pymysql",),
    ),
    Connector(
        type="duckdb",
        example="demo: {type: duckdb, path: demo/warehouse.duckdb}",
        label="DuckDB",
        dialect="duckdb",
        model=DuckdbConnection,
        opener="duckdb_file",
        fidelity=Fidelity.REAL,
        tested="DuckDB 2.0",
        read_only="the file is opened for reading; no access outside it",
        timeout="interrupted from here",
        arrow="the engine's own",
        drivers=("duckdb",),
    ),
    Connector(
        type="sqlite",
        example="old: {type: sqlite, path: old.sqlite}",
        label="SQLite",
        dialect="sqlite",
        model=SqliteConnection,
        opener="sqlite_file",
        fidelity=Fidelity.REAL,
        tested="Python's own SQLite",
        read_only="mode=ro and an authorizer",
        timeout="interrupted from here",
        arrow=_DRIVER_BATCHES.replace("10,000", "65,536"),
        drivers=("sqlite3",),
    ),
    Connector(
        type="files",
        example="drop: {type: files, tables: {orders: {path: data/orders-*.csv}}}",
        label="CSV and Parquet files, on disk or in S3",
        dialect="duckdb",
        model=FilesConnection,
        opener="files_source",
        fidelity=Fidelity.REAL,
        tested="files on disk; S3 as moto serves it",
        read_only="the engine sees the declared tables and no file",
        timeout="interrupted from here",
        arrow="Arrow datasets, queried by DuckDB",
        drivers=("duckdb", "pyarrow"),
    ),
    Connector(
        type="snowflake",
        example="sf: {type: snowflake, account: acme-eu1, user: etl, private_key_file: "
        "keys/etl.p8, warehouse: S}",
        label="Snowflake",
        dialect="snowflake",
        model=SnowflakeConnection,
        opener="wires.snowflake",
        fidelity=Fidelity.EMULATOR,
        tested="fakesnow (password); a key file as far as its arguments",
        read_only=_ROLE_ONLY,
        timeout="STATEMENT_TIMEOUT_IN_SECONDS, and a cancel from here 10 s later",
        arrow="the engine's own, in chunks",
        folds="upper",
        drivers=("snowflake.connector",),
        extra="snowflake",
    ),
    Connector(
        type="bigquery",
        example="bq: {type: bigquery, project: acme, dataset: crm, credentials_file: keys/bq.json}",
        label="BigQuery",
        dialect="bigquery",
        model=BigqueryConnection,
        opener="wires.bigquery",
        fidelity=Fidelity.EMULATOR,
        tested="bqemulator",
        read_only="a dry run must call it a SELECT",
        timeout="the job's own, and a cancel from here 10 s later",
        arrow="pages over REST",
        quote="`",
        drivers=("google.cloud.bigquery",),
        extra="bigquery",
    ),
    Connector(
        type="redshift",
        example="rs: {type: redshift, host: acme.eu-1.redshift.amazonaws.com, database: crm, "
        "user: etl, password: {env: RS_PW}}",
        label="Amazon Redshift",
        dialect="redshift",
        model=RedshiftConnection,
        opener="wires.redshift",
        fidelity=Fidelity.PROTOCOL,
        tested="PostgreSQL, behind a proxy that mends the start packet",
        read_only="BEGIN READ ONLY; only what a cursor can be declared for is run",
        timeout="statement_timeout, and a cancel from here 10 s later",
        arrow="a cursor of the server, 1,000 rows at a time",
        folds="lower",
        drivers=("redshift_connector",),
        extra="redshift",
    ),
    Connector(
        type="databricks",
        example="lake: {type: databricks, host: dbc-1.cloud.databricks.com, http_path: "
        "/sql/1.0/warehouses/a, token: {env: DBX}}",
        label="Databricks",
        dialect="databricks",
        model=DatabricksConnection,
        opener="wires.databricks",
        fidelity=Fidelity.COMPILED,
        tested="arguments, types, dialect",
        read_only=_ROLE_ONLY,
        timeout=_ENGINE_AND_CANCEL,
        arrow="the engine's own, 65,536 rows at a time",
        quote="`",
        drivers=("databricks.sql",),
        extra="databricks",
    ),
    Connector(
        type="sqlserver",
        example="erp: {type: sqlserver, host: erp, database: erp, user: etl, password: {env: "
        "ERP_PW}}",
        label="SQL Server, Azure SQL",
        dialect="tsql",
        model=SqlserverConnection,
        opener="wires.sqlserver",
        fidelity=Fidelity.COMPILED,
        tested="arguments, dialect",
        read_only="a transaction that is never committed; ApplicationIntent=ReadOnly",
        timeout="the driver's, LOCK_TIMEOUT",
        arrow="the driver's own, 65,536 rows at a time",
        quote="[",
        drivers=("mssql_python",),
        extra="sqlserver",
    ),
    Connector(
        type="oracle",
        example="ora: {type: oracle, host: ora, database: CRM, user: etl, password: {env: ORA_PW}}",
        label="Oracle",
        dialect="oracle",
        model=OracleConnection,
        opener="wires.oracle",
        fidelity=Fidelity.COMPILED,
        tested="arguments, types, dialect",
        read_only="SET TRANSACTION READ ONLY",
        timeout="the driver's call_timeout, and a cancel from here 10 s later",
        arrow=_DRIVER_BATCHES,
        folds="upper",
        drivers=("oracledb",),
        extra="oracle",
    ),
    Connector(
        type="trino",
        example="hive: {type: trino, host: trino, database: hive, schema: crm, user: etl, "
        "password: {env: TRINO_PW}}",
        label="Trino",
        dialect="trino",
        model=TrinoConnection,
        opener="wires.trino",
        fidelity=Fidelity.CANNED,
        tested="pages, errors and cancels as Trino's protocol has them",
        read_only=_ROLE_ONLY,
        timeout="query_max_run_time, and a cancel from here 10 s later",
        arrow=_DRIVER_BATCHES,
        folds="lower",
        drivers=("trino",),
        extra="trino",
    ),
    Connector(
        type="athena",
        example="ath: {type: athena, region: eu-central-1, work_group: primary, database: crm}",
        label="Amazon Athena",
        dialect="athena",
        model=AthenaConnection,
        opener="wires.athena",
        fidelity=Fidelity.CANNED,
        tested="an answer as moto hands it out",
        read_only=_ROLE_ONLY,
        timeout="a cancel from here",
        arrow=_DRIVER_BATCHES,
        folds="lower",
        drivers=("pyathena",),
        extra="athena",
    ),
    Connector(
        type="clickhouse",
        example="ch: {type: clickhouse, host: ch, database: crm, user: etl, password: {env: "
        "CH_PW}}",
        label="ClickHouse",
        dialect="clickhouse",
        model=ClickhouseConnection,
        opener="wires.clickhouse",
        fidelity=Fidelity.COMPILED,
        tested="arguments, types, dialect",
        read_only="the engine's setting readonly",
        timeout="max_execution_time, and a closed connection 10 s later",
        arrow="blocks of the engine, as rows of the driver",
        drivers=("clickhouse_connect",),
        extra="clickhouse",
    ),
)

CONNECTORS: Final[Mapping[str, Connector]] = MappingProxyType({each.type: each for each in _ALL})
"""Every connector by its type."""


def connector_of(declaration: ConnectionDeclaration) -> Connector:
    """The connector of a declared connection."""
    return CONNECTORS[declaration.type]
