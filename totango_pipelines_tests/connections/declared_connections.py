"""One connection of each type, as connections.yaml declares it."""

SECRET = {"env": "SECRET"}
_SERVER = {"host": "db.example.com", "database": "crm", "user": "reader", "password": SECRET}

DECLARED = {
    "postgres": {"type": "postgres", **_SERVER},
    "mysql": {"type": "mysql", **_SERVER},
    "duckdb": {"type": "duckdb", "path": "w.duckdb"},
    "sqlite": {"type": "sqlite", "path": "w.sqlite"},
    "files": {"type": "files", "tables": {"orders": {"path": "data/orders-*.parquet"}}},
    "snowflake": {
        "type": "snowflake",
        "account": "acme-eu1",
        "user": "reader",
        "password": SECRET,
        "role": "READER",
        "warehouse": "SMALL",
        "database": "CRM",
        "schema": "PUBLIC",
    },
    "bigquery": {"type": "bigquery", "project": "acme", "dataset": "crm"},
    "redshift": {"type": "redshift", **_SERVER},
    "databricks": {
        "type": "databricks",
        "host": "dbc-1.cloud.databricks.com",
        "http_path": "/sql/1.0/warehouses/a",
        "token": SECRET,
        "catalog": "main",
        "schema": "crm",
    },
    "sqlserver": {"type": "sqlserver", **_SERVER},
    "oracle": {"type": "oracle", **_SERVER},
    "trino": {"type": "trino", **_SERVER, "schema": "crm"},
    "athena": {
        "type": "athena",
        "region": "eu-central-1",
        "work_group": "primary",
        "database": "crm",
        "access_key_id": SECRET,
        "secret_access_key": SECRET,
    },
    "clickhouse": {"type": "clickhouse", **_SERVER},
}
