"""The real clients of Trino and Athena, with answers that were written down."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import requests
from moto.server import ThreadedMotoServer

from totango_pipelines.connections.driver_source import DriverSource
from totango_pipelines.connections.wires import athena
from totango_pipelines.connections.wires import trino as trino_wire
from totango_pipelines.errors import QueryRefusedError, SourceUnavailableError
from totango_pipelines_tests.emulators.canned_trino import CannedTrino, serving

MOMENT = datetime(2024, 2, 29, 23, 59, 59, 123000, tzinfo=UTC)
EXACT = {
    "id": 1,
    "price": Decimal("0.10"),
    "name": "Zoë",
    "day": date(2024, 2, 29),
    "moment": MOMENT.replace(tzinfo=None),
    "zoned": MOMENT,
    "score": 0.1,
    "bytes": "\\x00ff",
    "ok": True,
    "void": None,
}
TRINO_COLUMNS = [
    ("id", "bigint", ()),
    ("price", "decimal", (10, 2)),
    ("name", "varchar", (20,)),
    ("day", "date", ()),
    ("moment", "timestamp", (3,)),
    ("zoned", "timestamp with time zone", (3,)),
    ("score", "double", ()),
    ("bytes", "varbinary", ()),
    ("ok", "boolean", ()),
    ("void", "varchar", (1,)),
]
TRINO_ROW = [
    *(1, "0.10", "Zoë", "2024-02-29", "2024-02-29 23:59:59.123"),
    *("2024-02-29 23:59:59.123 UTC", 0.1, "AP8=", True, None),
]


def trino(canned, seconds=30.0):
    values = {"host": "127.0.0.1", "port": canned.port, "user": "u", "tls": False}
    return DriverSource("hive", "trino", trino_wire.wire(values), seconds)


def test_values_of_trino_arrive_exactly_page_after_page():
    pages = [[TRINO_ROW], [], [TRINO_ROW, TRINO_ROW]]
    with (
        serving(CannedTrino(TRINO_COLUMNS, pages)) as canned,
        trino(canned).batches("SELECT * FROM t", limit=5) as reader,
    ):
        table = reader.read_all()
    assert table.to_pylist() == [EXACT] * 3
    assert canned.asked == ["SELECT * FROM t LIMIT 5"]
    assert table.schema.field("price").metadata[b"source_type"] == b"decimal(10,2)"


def test_an_empty_answer_of_trino_has_its_columns():
    with (
        serving(CannedTrino(TRINO_COLUMNS, [])) as canned,
        trino(canned).batches("SELECT * FROM t") as reader,
    ):
        assert reader.schema.names == [name for name, *_ in TRINO_COLUMNS]
        assert list(reader) == []


def test_trino_is_asked_to_stop_when_its_time_is_up():
    endless = CannedTrino([("i", "bigint", ())], [[[1]]], endless=True)
    with (
        serving(endless) as canned,
        pytest.raises(QueryRefusedError, match=r"statement_timeout of 0\.3 s"),
        trino(canned, 0.3).batches("SELECT i FROM t") as reader,
    ):
        reader.read_all()
    assert canned.cancelled.is_set()


def test_trino_is_asked_to_stop_when_the_reader_leaves():
    rows = [[number] for number in range(10_000)]
    endless = CannedTrino([("i", "bigint", ())], [rows, rows], endless=True)
    with serving(endless) as canned, trino(canned).batches("SELECT i FROM t") as reader:
        assert reader.read_next_batch().num_rows == 10_000
    assert canned.cancelled.is_set()


def test_what_trino_refuses_is_refused_in_its_words():
    error = {
        "message": "line 1:8: Column 'nope' cannot be resolved",
        "errorName": "COLUMN_NOT_FOUND",
        "errorType": "USER_ERROR",
        "errorCode": 47,
    }
    with (
        serving(CannedTrino([], [], error=error)) as canned,
        pytest.raises(QueryRefusedError, match="Column 'nope' cannot be resolved"),
        trino(canned).batches("SELECT nope FROM t"),
    ):
        pass


def test_a_trino_that_goes_away_can_be_asked_again():
    with serving(CannedTrino(TRINO_COLUMNS, [[TRINO_ROW]])) as canned:
        source = trino(canned)
    with (
        pytest.raises(SourceUnavailableError, match="connection 'hive'"),
        source.batches("SELECT 1"),
    ):
        pass


ATHENA_COLUMNS = [
    *(("id", "bigint", 19, 0), ("price", "decimal", 10, 2), ("name", "varchar", 0, 0)),
    *(("day", "date", 0, 0), ("moment", "timestamp", 3, 0)),
    *(("zoned", "timestamp with time zone", 3, 0), ("score", "double", 17, 0)),
    *(("bytes", "varbinary", 0, 0), ("ok", "boolean", 0, 0), ("void", "varchar", 0, 0)),
    *(("list", "array", 0, 0), ("document", "json", 0, 0)),
]
ATHENA_ROW = [
    *("1", "0.10", "Zoë", "2024-02-29", "2024-02-29 23:59:59.123"),
    *("2024-02-29 23:59:59.123 UTC", "0.1", "00 ff", "true", None),
    *("[1, 2]", '{"a": 1.10}'),
]


def athena_answer():
    described = [
        {
            "CatalogName": "c",
            "SchemaName": "s",
            "TableName": "t",
            "Name": name,
            "Label": name,
            "Type": kind,
            "Precision": precision,
            "Scale": scale,
            "Nullable": "UNKNOWN",
            "CaseSensitive": False,
        }
        for name, kind, precision, scale in ATHENA_COLUMNS
    ]
    rows = [[name for name, *_ in ATHENA_COLUMNS], ATHENA_ROW]
    cells = [
        {"Data": [{} if cell is None else {"VarCharValue": cell} for cell in row]} for row in rows
    ]
    return {"rows": cells, "column_info": described}


@pytest.fixture
def athena_source():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        answers = {"results": [athena_answer()]}
        path = f"{endpoint}/moto-api/static/athena/query-results"
        requests.post(path, json=answers, timeout=10).raise_for_status()
        values = {
            "region": "us-east-1",
            "work_group": "primary",
            "s3_staging_dir": "s3://b/",
            "database": "crm",
            "access_key_id": "k",
            "secret_access_key": "s",
            "endpoint_url": endpoint,
        }
        yield DriverSource("ath", "athena", athena.wire(values), 30.0)
    finally:
        server.stop()


def test_values_of_athena_arrive_exactly(athena_source):
    with athena_source.batches("SELECT * FROM t") as reader:
        (row,) = reader.read_all().to_pylist()
    assert row == {**EXACT, "list": "[1, 2]", "document": '{"a": 1.10}'}
