"""Whether a hub's tables are what this version writes: added to or refused, never guessed."""

from collections.abc import Mapping, Sequence

from totango_pipelines.errors import HubSchemaError
from totango_pipelines.upsert.delivery import HubColumn
from totango_pipelines.upsert.own_tables import SCHEMA_VERSION


def check_version(rows: Sequence[tuple[int]]) -> None:
    """Refuse a hub that another version of this project laid out.

    Raises:
        HubSchemaError: its schema version is not ours.
    """
    found = rows[0][0] if rows else None
    if found != SCHEMA_VERSION:
        msg = (
            f"the hub has schema version {found}, this version writes {SCHEMA_VERSION}. "
            "Use the version of totango_pipelines that made it, or point TOTANGO_HUB_URL elsewhere."
        )
        raise HubSchemaError(msg)


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
