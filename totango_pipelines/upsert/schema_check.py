"""Whether a hub's tables are what this version writes: added to or refused, never guessed."""

from collections.abc import Mapping, Sequence

from totango_pipelines.errors import HubSchemaError
from totango_pipelines.upsert.delivery import HubColumn
from totango_pipelines.upsert.own_tables import MIGRATIONS, SCHEMA_VERSION


def migrations(rows: Sequence[tuple[int]]) -> tuple[str, ...] | None:
    """What makes a hub of an older version one of ours, before missing tables are created.

    None: it is one already. `rows` hold its schema version.

    Raises:
        HubSchemaError: it is of a newer version, or of none.
    """
    found = rows[0][0] if rows else None
    if found == SCHEMA_VERSION:
        return None
    if found not in MIGRATIONS:
        msg = (
            f"the hub has schema version {found}, this version writes {SCHEMA_VERSION}. "
            "Use the version of totango_pipelines that made it, or point TOTANGO_HUB_URL elsewhere."
        )
        raise HubSchemaError(msg)
    steps = (step for version in range(found, SCHEMA_VERSION) for step in MIGRATIONS[version])
    return (*steps, f"UPDATE _meta SET value = {SCHEMA_VERSION} WHERE name = 'schema_version'")


def check_types(
    table: str, columns: Sequence[HubColumn], found: Mapping[str, str]
) -> list[HubColumn]:
    """The columns that the table lacks; `found` are its types in DuckDB's words.

    Raises:
        HubSchemaError: a column is there with another type.
    """
    missing = []
    for column in columns:
        if column.name not in found:
            missing.append(column)
        elif _plain(found[column.name]) != _plain(column.hub_type):
            msg = (
                f"the hub's column {table}.{column.name} is {found[column.name]}, but the attribute "
                f"is now {column.hub_type}. Change the attribute back, or convert the column in "
                "the hub; a run never converts stored values."
            )
            raise HubSchemaError(msg)
    return missing


def _plain(hub_type: str) -> str:
    name = hub_type.upper().replace(" ", "")
    return {"TIMESTAMPWITHTIMEZONE": "TIMESTAMPTZ"}.get(name, name)
