"""What names a row of the extract, and what its content is, as SQL over its cells.

The cells of the extract are columns `c0`, `c1`, … of the relation that the SQL is put over.
"""

from dataclasses import dataclass

import duckdb

from totango_pipelines.quoting import comma, literal

CONTENT_HASH = f"duckdb {duckdb.__version__}"
"""The engine's hash may change with its version: a baseline of another one is as good as lost."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The cells that a row's key and content are made of, before any mapping (semantics.md 1).

    `keys` has the cells that each key line of the mapping reads; a constant reads none. `is_rows`:
    the object has no keys (usage), and rows are told apart by their content alone, which holds
    `fingerprint`, so that rows of another mapping are other rows.
    """

    columns: int
    keys: tuple[tuple[str, ...], ...]
    content: tuple[str, ...]
    fingerprint: str
    is_rows: bool = False

    @property
    def cells(self) -> list[str]:
        """All cells."""
        return [f"c{position}" for position in range(self.columns)]

    @property
    def source_key(self) -> str:
        """The source's values of the key, as one text; null if a key line reads only blanks."""
        lines = [cells for cells in self.keys if cells]
        if self.is_rows:
            return "CAST(NULL AS VARCHAR)"
        if not lines:
            return "''"
        texts = [_text(cell) for cells in lines for cell in cells]
        blanks = (
            "(" + " AND ".join(f"coalesce(trim({_text(cell)}), '') = ''" for cell in cells) + ")"
            for cells in lines
        )
        key = texts[0] if len(texts) == 1 else f"CAST(to_json([{comma(texts)}]) AS VARCHAR)"
        return f"CASE WHEN {' OR '.join(blanks)} THEN NULL ELSE {key} END"

    @property
    def row_content(self) -> str:
        """A hash of the row's content: 64 bits beside a key, 128 bits where it is the key."""
        if self.is_rows:
            texts = comma([_text(cell) for cell in self.content])
            return f"md5({literal(self.fingerprint)} || CAST(to_json([{texts}]) AS VARCHAR))"
        return f"hash({comma(self.content)})" if self.content else "0::UBIGINT"

    @property
    def whole_row(self) -> str:
        """A hash of all cells."""
        return f"hash({comma(self.cells)})"


def _text(cell: str) -> str:
    return f"CAST({cell} AS VARCHAR)"
