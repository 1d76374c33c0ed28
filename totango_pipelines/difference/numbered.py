"""The rows of a run, numbered: those held open from before, then those that were just read."""

from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from totango_pipelines.difference.identity import Identity
from totango_pipelines.errors import HeldOpenError
from totango_pipelines.quoting import comma, literal
from totango_pipelines.staging import parquet_batches

MOST_HELD = 100_000
"""More rows than this are no leftovers: something is wrong with the source (semantics.md 1)."""

NUMBERED = "numbered"
_BATCH_ROWS = 8_192


def number_rows(
    engine: duckdb.DuckDBPyConnection, identity: Identity, source: Path, held: Path | None
) -> int:
    """The view `numbered`: `c0`, `c1`, … and `_row`; how many of its rows were held open.

    A held-open row gives way to a row of its key that was just read; where it has no key, one copy
    gives way to each identical row.

    Raises:
        HeldOpenError: the source's columns are not what they were when rows were held open.
    """
    read = f"SELECT * REPLACE (_row + 1 AS _row) FROM {_file(identity, source)}"
    kept = 0
    if held is not None:
        _check_columns(source, held)
        engine.execute(f"CREATE OR REPLACE TEMP VIEW just_read AS {read}")
        still_open = f"CREATE OR REPLACE TEMP TABLE still_open AS {_still_open(identity, held)}"
        engine.execute(still_open)
        kept = int(engine.execute("SELECT count(*) FROM still_open").fetchall()[0][0])
        shifted = f"SELECT * REPLACE (_row + {kept} AS _row) FROM just_read"
        read = f"SELECT * FROM still_open UNION ALL {shifted}"
    engine.execute(f"CREATE OR REPLACE TEMP VIEW {NUMBERED} AS {read}")
    return kept


def write_held(
    engine: duckdb.DuckDBPyConnection, identity: Identity, source: Path, rows: str, into: Path
) -> int:
    """Write the rows of `numbered` whose numbers stand in the relation `rows`; how many.

    Raises:
        HeldOpenError: there are more than MOST_HELD.
    """
    wanted = f"FROM {NUMBERED} SEMI JOIN {rows} USING (_row)"
    count = int(engine.execute(f"SELECT count(*) {wanted}").fetchall()[0][0])
    if count > MOST_HELD:
        msg = (
            f"{count} rows could not be delivered and would be held open, more than {MOST_HELD:,}. "
            "Nothing was written. Mend the source or the query, or take settings.cursor_column out."
        )
        raise HeldOpenError(msg)
    schema = pq.read_schema(source)
    cells = engine.sql(f"SELECT {comma(identity.cells)} {wanted} ORDER BY _row")
    with parquet_batches(into, schema) as write:
        for batch in cells.to_arrow_reader(_BATCH_ROWS):
            write(batch.rename_columns(schema.names).cast(schema))
    return count


def _file(identity: Identity, path: Path) -> str:
    # A column alias list names columns by position, whatever they are called in the file.
    names = comma([*identity.cells, "_row"])
    return f"read_parquet({literal(str(path))}, file_row_number = true) AS t({names})"


def _still_open(identity: Identity, held: Path) -> str:
    cells = comma(identity.cells)
    before = (
        f"SELECT *, {identity.source_key} AS k, {identity.whole_row} AS h "
        f"FROM {_file(identity, held)}"
    )
    copies = f"SELECT *, row_number() OVER (PARTITION BY h, k IS NULL ORDER BY _row) AS nth FROM ({before})"
    return (
        f"WITH read_again AS (SELECT {identity.source_key} AS k, {identity.whole_row} AS h "
        "FROM just_read), keys AS (SELECT DISTINCT k FROM read_again WHERE k IS NOT NULL), "
        "same AS (SELECT h, count(*) AS n FROM read_again GROUP BY h) "
        f"SELECT {cells}, row_number() OVER (ORDER BY _row) AS _row FROM ({copies}) "
        "LEFT JOIN keys USING (k) LEFT JOIN same USING (h) "
        "WHERE CASE WHEN k IS NULL THEN nth > coalesce(n, 0) ELSE keys.k IS NULL END"
    )


def _check_columns(source: Path, held: Path) -> None:
    now, before = pq.read_schema(source), pq.read_schema(held)
    if not now.equals(before):
        changed = [
            field.name
            for field in now
            if field.name not in before.names or before.field(field.name).type != field.type
        ]
        msg = (
            f"the columns {', '.join(changed) or 'of the query'} have another type than when rows "
            "were held open. Run once with --mode full: it reads everything and forgets them."
        )
        raise HeldOpenError(msg)
