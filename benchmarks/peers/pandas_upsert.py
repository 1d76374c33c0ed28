"""One run of pandas and SQLAlchemy in their own environment: read in chunks, INSERT … ON CONFLICT.

python pandas_upsert.py --source URL --target URL --view NAME [--cursor COLUMN]
"""

import argparse

import pandas as pd
from sqlalchemy import MetaData, Table, create_engine, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert

KEY = "account_id"
CHUNK_ROWS = 50_000


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--view", required=True)
    parser.add_argument("--cursor", help="read only rows above the target's largest value")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    urls = [
        url.replace("postgresql://", "postgresql+psycopg2://")
        for url in (options.source, options.target)
    ]
    source, target = (create_engine(url) for url in urls)
    view = Table(options.view, MetaData(), autoload_with=source)
    accounts = Table("accounts", MetaData(), autoload_with=target)
    query = select(view)
    streaming = source.execution_options(stream_results=True, max_row_buffer=CHUNK_ROWS)
    with streaming.connect() as read, target.begin() as write:
        if options.cursor:
            seen = write.scalar(select(func.max(accounts.c[options.cursor])))
            query = query.where(view.c[options.cursor] > seen)
        # Without coerce_float=False an amount would become a float.
        for chunk in pd.read_sql(query, read, chunksize=CHUNK_ROWS, coerce_float=False):
            rows = chunk.astype(object).where(chunk.notna(), None).to_dict("records")
            write.execute(upsert_into(accounts), rows)


def upsert_into(accounts: Table):  # noqa: ANN201
    added = insert(accounts)
    values = [column.name for column in accounts.columns if column.name != KEY]
    before = tuple_(*(accounts.c[name] for name in values))
    after = tuple_(*(added.excluded[name] for name in values))
    return added.on_conflict_do_update(
        index_elements=[KEY],
        set_={name: added.excluded[name] for name in values},
        where=before.is_distinct_from(after),
    )


if __name__ == "__main__":
    main()
