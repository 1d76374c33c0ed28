"""What the runs of dlt share: the fastest settings that trials found, and a merge by key."""

import argparse
import os

# dlt reads these while it is imported.
os.environ |= {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "DATA_WRITER__DISABLE_COMPRESSION": "true",
    "LOAD__WORKERS": "4",
    "LOAD__DELETE_COMPLETED_JOBS": "true",
}
# dlt wants a password where the server wants none.
os.environ.setdefault("DESTINATION__POSTGRES__CREDENTIALS__PASSWORD", "none")

import dlt
from dlt.common.destination import Destination
from dlt.extract import DltResource

KEY = "account_id"
CHUNK_ROWS = 100_000


def arguments(about: str) -> argparse.ArgumentParser:
    """What every run is told."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--source", required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--view", required=True)
    parser.add_argument("--state", required=True, help="the folder that dlt keeps between runs")
    parser.add_argument("--strategy", default="delete-insert", choices=["delete-insert", "upsert"])
    return parser


def merge(
    rows: DltResource, destination: Destination, file_format: str, state: str, strategy: str
) -> None:
    """Merge the rows into the table `accounts` of the schema `public`."""
    rows = rows.with_name("accounts")
    rows.apply_hints(
        table_name="accounts",
        primary_key=KEY,
        write_disposition={"disposition": "merge", "strategy": strategy},
    )
    pipeline = dlt.pipeline(
        "benchmark", pipelines_dir=state, destination=destination, dataset_name="public"
    )
    pipeline.run(rows, loader_file_format=file_format)
