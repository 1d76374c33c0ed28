"""One run of dlt in its own environment: a view of one PostgreSQL database is merged into another.

python dlt_postgres.py --source URL --target URL --view NAME --state FOLDER [--cursor COLUMN]
"""

from dlt_merge import CHUNK_ROWS, arguments, merge  # isort: skip - it configures dlt

import dlt
from dlt.sources.sql_database import sql_table


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--cursor", help="read only rows above the largest value seen")
    parser.add_argument("--backend", default="connectorx", choices=["connectorx", "pyarrow"])
    parser.add_argument("--format", default="csv", choices=["csv", "parquet"])
    options = parser.parse_args()
    connectorx = {"conn": options.source, "return_type": "arrow_stream"}
    above = dlt.sources.incremental(options.cursor, range_start="open") if options.cursor else None
    rows = sql_table(
        # SQLAlchemy 2.1 takes plain postgresql:// for psycopg 3, which dlt does not install.
        credentials=options.source.replace("postgresql://", "postgresql+psycopg2://"),
        table=options.view,
        chunk_size=CHUNK_ROWS,
        backend=options.backend,
        backend_kwargs=connectorx if options.backend == "connectorx" else None,
        reflection_level="full_with_precision",
        incremental=above,
    )
    target = dlt.destinations.postgres(credentials=options.target)
    merge(rows, target, options.format, options.state, options.strategy)


if __name__ == "__main__":
    main()
