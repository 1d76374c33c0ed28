"""One run of dlt in its own environment: a view of one DuckDB file is merged into another file.

python dlt_duckdb.py --source FILE --target FILE --view NAME --state FOLDER
"""

from dlt_merge import CHUNK_ROWS, arguments, merge  # isort: skip - it configures dlt

from collections.abc import Iterator

import dlt
import duckdb
import pyarrow as pa


@dlt.resource
def rows(file: str, view: str) -> Iterator[pa.RecordBatch]:
    with duckdb.connect(file, read_only=True) as source:
        yield from source.sql(f"FROM {view}").to_arrow_reader(CHUNK_ROWS)


def main() -> None:
    options = arguments(__doc__).parse_args()
    target = dlt.destinations.duckdb(credentials=options.target)
    read = rows(options.source, options.view)
    merge(read, target, "parquet", options.state, options.strategy)


if __name__ == "__main__":
    main()
