"""Reading a hub outside any run: plain questions, answered as rows."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import psycopg

from totango_pipelines.errors import HubUnavailableError
from totango_pipelines.upsert.duckdb_hub import DuckdbHub
from totango_pipelines.upsert.postgres_hub import PostgresHub
from totango_pipelines.upsert.target import UpsertTarget

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class HubReader:
    """Answers SQL that both engines understand, with `?` for values."""

    ask: Callable[[str, Sequence[Any]], list[Row]]

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """The rows of a statement, by column name."""
        return self.ask(sql, values)

    def tables(self) -> frozenset[str]:
        """The names of the hub's tables."""
        rows = self.rows(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
        )
        return frozenset(str(row["table_name"]) for row in rows)


@contextmanager
def reading(target: UpsertTarget) -> Iterator[HubReader]:
    """Read a hub as it stands; nothing can be written.

    Raises:
        HubUnavailableError: there is no hub yet, it is locked, or it cannot be reached.
    """
    if isinstance(target, DuckdbHub):
        if not target.path.exists():
            msg = f"there is no hub at {target.path} yet: the first run of an integration makes it."
            raise HubUnavailableError(msg)
        with target.read() as file:
            yield HubReader(lambda sql, values: _named(file.execute(sql, list(values))))
    elif isinstance(target, PostgresHub):
        with target.read() as connection:

            def ask(sql: str, values: Sequence[Any]) -> list[Row]:
                return _named(connection.execute(sql.replace("?", "%s"), list(values)))

            yield HubReader(ask)


def _named(cursor: "duckdb.DuckDBPyConnection | psycopg.Cursor[Any]") -> list[Row]:
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
