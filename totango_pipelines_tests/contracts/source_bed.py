"""What the contract suite of sources runs against: an engine, data in it, how it writes SQL."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from totango_pipelines.connections.parameters import Parameters
from totango_pipelines.connections.source import Source

SECRET = "hunter2-canary"
ROWS_OF_MANY = 150_000


@dataclass
class Bed:
    """A source under test, the same data behind it and how its engine writes SQL."""

    source: Any
    run: Callable[[str], Any]
    unreachable: Source
    quote: str = '"'
    endless: str = ""
    kill: Callable[[], None] | None = None
    exact_decimal: pa.DataType = field(default_factory=pa.string)
    text_type: str = "text"
    bytes_sql: str = "x'00ff'"
    bytes_shown: str = "\\x00ff"
    bad_cast: str | None = None
    upper: bool = False
    """A name without quotes comes back in upper case."""
    integers: tuple[bytes, ...] = (b"integer", b"int")
    prices: tuple[bytes, ...] = (b"numeric(10,2)", b"decimal(10,2)")
    null_type: pa.DataType = field(default_factory=pa.string)
    typed_times: bool = True
    own_clock: bool = True
    """Asking for the time reaches the source."""
    stands_in: bool = False
    """An emulator: it runs every query to its end, and has limits of its own."""

    def table(self, sql: str, parameters: Parameters = (), limit: int | None = None) -> pa.Table:
        with self.source.batches(sql, parameters, limit=limit) as reader:
            table = reader.read_all()
        # As the tests wrote the names.
        return (
            table.rename_columns([name.lower() for name in table.column_names])
            if self.upper
            else table
        )

    def named(self, sql: str) -> pa.Table:
        with self.source.batches(sql) as reader:
            return reader.read_all()

    def name(self, name: str) -> str:
        return self.quote + name.replace(self.quote, self.quote * 2) + self.quote


CREATE = """CREATE TABLE things (id integer, name {text}, price numeric(10,2), day {day},
    moment {moment}, score double precision)"""
INSERT = """INSERT INTO things VALUES
    (1, 'Zoë 😀', 0.10, '2024-02-29', '2024-02-29 23:59:59.123456', 0.1),
    (2, '', 12345678.99, '1970-01-01', '1970-01-01 00:00:00', -1.5),
    (3, 'line
break, "quotes" and ''more''', 0, '2999-12-31', '2999-12-31 00:00:00', 1e300),
    (NULL, NULL, NULL, NULL, NULL, NULL)"""
MANY = f"""WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS_OF_MANY})
    SELECT i FROM n"""


def read_to_the_end(source, sql):
    with source.batches(sql) as reader:
        for _ in reader:
            pass


def fill(run, *, text="text", day="date", moment="timestamp"):
    run(CREATE.format(text=text, day=day, moment=moment))
    run(INSERT)
    run("CREATE TABLE many (i integer)")
