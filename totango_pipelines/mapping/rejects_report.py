"""The rejects of a run, readable: by column and code, with counts and examples."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from totango_pipelines.mapping.shapes import shape_of
from totango_pipelines.quoting import literal

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class RejectExample:
    """A refused cell: its row in the extract (1-based) and its value (None: null)."""

    row: int
    value: str | None


@dataclass(frozen=True, slots=True)
class RejectShape:
    """A refused cell without what it says of a person: its row and the value's shape."""

    row: int
    shape: str


@dataclass(frozen=True, slots=True)
class RejectLine:
    """How many rows an attribute lost to one code, why, what to do, and the first examples.

    `column` names what it reads of the extract (None: a constant).
    """

    column: str | None
    attribute: str
    code: str
    rows: int
    problem: str
    remedy: str
    examples: tuple[RejectExample, ...]

    @property
    def shapes(self) -> tuple[RejectShape, ...]:
        """The examples, for places that many may read."""
        return tuple(
            RejectShape(each.row, "null" if each.value is None else shape_of(each.value))
            for each in self.examples
        )


def rejects_report(file: Path) -> tuple[RejectLine, ...]:
    """The report of a rejects file, the most frequent first."""
    with duckdb.connect() as engine:
        lines = engine.execute(
            "SELECT _column, _attribute, _code, count(*) AS rows, any_value(_problem), "
            f"any_value(_remedy), arg_min(struct_pack(r := _row, v := _value), _row, {EXAMPLES}) "
            f"FROM read_parquet({literal(str(file))}) GROUP BY ALL "
            "ORDER BY rows DESC, _attribute, _code, _column"
        ).fetchall()
    return tuple(
        RejectLine(
            *(column, attribute, code, rows, problem, remedy),
            tuple(RejectExample(each["r"], each["v"]) for each in examples),
        )
        for column, attribute, code, rows, problem, remedy, examples in lines
    )
