"""The hub's own columns and tables (contract.md, Hub); types in DuckDB's words."""

from totango_pipelines.upsert.delivery import COUNT_NAMES, HubColumn, HubTable

SCHEMA_VERSION = 2
"""2: what an integration remembers between runs lives in the hub, and matches sort by bytes."""

STAMP_COLUMNS = (
    HubColumn("_as_of", "TIMESTAMPTZ"),
    HubColumn("_run_seq", "BIGINT"),
    HubColumn("_row_no", "BIGINT"),
    HubColumn("_writer", "VARCHAR"),
)
"""The stamp and writer of a record's cells, as it was created (decision 11)."""

CELLS = HubColumn("_cells", "JSON")
"""The exceptions: {column: {t: as_of in µs, s: run_seq, r: row_no, w: writer}} for each cell whose
stamp or writer differs from the record's. A null cell without an entry was never written."""

RECORD_COLUMNS = (*STAMP_COLUMNS, CELLS)


def columns_of(table: HubTable) -> tuple[HubColumn, ...]:
    """All columns of a table, in order."""
    if table.holds_rows:
        return (*table.attributes, *table.keys, *STAMP_COLUMNS)
    return (*table.keys, *table.attributes, *RECORD_COLUMNS)


def own_table(name: str, columns: tuple[HubColumn, ...]) -> HubTable:
    """One of the own tables below, to read from."""
    return HubTable(name, columns, ())


RUNS = (
    HubColumn("run_id", "VARCHAR"),
    HubColumn("run_seq", "BIGINT"),
    HubColumn("integration", "VARCHAR"),
    HubColumn("object", "VARCHAR"),
    HubColumn("connection", "VARCHAR"),
    HubColumn("mode", "VARCHAR"),
    HubColumn("trigger", "VARCHAR"),
    HubColumn("extracted_at", "TIMESTAMPTZ"),
    HubColumn("committed_at", "TIMESTAMPTZ"),
    *(HubColumn(name, "BIGINT") for name in COUNT_NAMES),
)
CHANGES = (
    HubColumn("run_id", "VARCHAR"),
    HubColumn("integration", "VARCHAR"),
    HubColumn("object", "VARCHAR"),
    HubColumn("key", "VARCHAR"),
    HubColumn("operation", "VARCHAR"),
    HubColumn("before", "JSON"),
)
CONFLICTS = (
    HubColumn("run_id", "VARCHAR"),
    HubColumn("object", "VARCHAR"),
    HubColumn("key", "VARCHAR"),
    HubColumn("attribute", "VARCHAR"),
    HubColumn("stored_value", "VARCHAR"),
    HubColumn("stored_writer", "VARCHAR"),
    HubColumn("stored_as_of", "TIMESTAMPTZ"),
    HubColumn("incoming_value", "VARCHAR"),
    HubColumn("incoming_writer", "VARCHAR"),
    HubColumn("incoming_as_of", "TIMESTAMPTZ"),
)
MATCH_KEYS = (
    HubColumn("connection", "VARCHAR"),
    HubColumn("object", "VARCHAR"),
    HubColumn("key", "VARCHAR"),
)
MATCHES = (
    *MATCH_KEYS,
    HubColumn("source_id", "VARCHAR"),
    HubColumn("integration", "VARCHAR"),
    HubColumn("as_of", "TIMESTAMPTZ"),
    HubColumn("run_seq", "BIGINT"),
    HubColumn("row_no", "BIGINT"),
)
LEASES = (
    HubColumn("integration", "VARCHAR"),
    HubColumn("epoch", "BIGINT"),
    HubColumn("run_id", "VARCHAR"),
    HubColumn("taken_at", "TIMESTAMPTZ"),
)
STATES = (
    HubColumn("integration", "VARCHAR"),
    HubColumn("run_id", "VARCHAR"),
    HubColumn("fingerprint", "VARCHAR"),
    HubColumn("content_hash", "VARCHAR"),
    HubColumn("cursor_column", "VARCHAR"),
    HubColumn("cursor", "VARCHAR"),
)
STATE_FILES = (
    HubColumn("integration", "VARCHAR"),
    HubColumn("name", "VARCHAR"),
    HubColumn("piece", "BIGINT"),
    HubColumn("data", "BLOB"),
)
"""Parquet files in pieces: the baseline and the rows held open, far smaller than as rows."""
RELEASED = (HubColumn("integration", "VARCHAR"), HubColumn("run_seq", "BIGINT"))
"""Cells that a deleted integration wrote up to this run belong to nobody (semantics.md 5)."""
META = (HubColumn("name", "VARCHAR"), HubColumn("value", "BIGINT"))

OWN_TABLES = {
    # One Dagster run can materialize the assets of several integrations.
    "_runs": (RUNS, ("run_id", "integration")),
    "_changes": (CHANGES, ()),
    "_conflicts": (CONFLICTS, ()),
    "_matches": (MATCHES, ("connection", "object", "key")),
    "_leases": (LEASES, ("integration",)),
    "_states": (STATES, ("integration",)),
    "_state_files": (STATE_FILES, ("integration", "name", "piece")),
    "_released": (RELEASED, ("integration",)),
    "_meta": (META, ("name",)),
}
"""Own tables by name: their columns, and the columns of their primary key."""

MIGRATIONS = {1: ("DROP TABLE IF EXISTS _matches",)}
"""What leads from a version to the next one, before missing own tables are created.

Version 1 never wrote a match.
"""

META_ROWS = (("schema_version", SCHEMA_VERSION), ("run_seq", 0))
