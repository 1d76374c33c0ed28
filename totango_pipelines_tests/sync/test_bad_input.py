"""What a source or a hub may do to a run, and what the run does then."""

import threading

import pytest

from totango_pipelines.errors import HubSchemaError, StagedFileError
from totango_pipelines.staging import StagedFile
from totango_pipelines.sync.extract_step import run_extract
from totango_pipelines.sync.mapping_step import run_mapping
from totango_pipelines.sync.preview_step import run_preview
from totango_pipelines.sync.upsert_step import run_upsert
from totango_pipelines_tests.sync.run_scene import moment

MAPPING = {"account_id": "id", "Tier": "tier"}


def test_two_runs_add_the_same_new_attribute_at_once(scene):
    for name in ("one", "two"):
        mapping = {"account_id": "id", "Shoe Size": {"column": "size", "new": {"type": "number"}}}
        scene.declare(name, "accounts", mapping)
        scene.source(name, [{"id": name, "size": "42"}])
    contexts = [scene.context(name, f"run-of-{name}") for name in ("one", "two")]
    for context in contexts:
        run_extract(context)
        run_preview(context)
        run_mapping(context)
    failed = []

    def upsert(context):
        try:
            run_upsert(context)
        except Exception as error:  # noqa: BLE001 - a thread's error is its test's
            failed.append(error)

    threads = [threading.Thread(target=upsert, args=(context,)) for context in contexts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failed == []
    assert scene.query("SELECT shoe_size FROM accounts") == [(42.0,), (42.0,)]


def test_an_attribute_whose_type_changes_is_refused_and_nothing_is_written(scene):
    size = {"account_id": "id", "Size": {"column": "size", "new": {"type": "number"}}}
    scene.declare("crm", "accounts", size)
    scene.run("crm", [{"id": "a", "size": "42"}])
    scene.declare("crm", "accounts", size | {"Size": {"column": "size", "new": {"type": "text"}}})
    with pytest.raises(HubSchemaError, match=r"accounts\.size is DOUBLE, but the attribute is now"):
        scene.run("crm", [{"id": "a", "size": "XL"}])
    assert scene.query("SELECT size FROM accounts") == [(42.0,)]


def test_many_rows_of_one_key_are_one_record(scene):
    scene.declare("crm", "accounts", MAPPING, recency_column="updated_at")
    scene.source("crm", [{"id": "a", "tier": "x", "updated_at": moment(0)}])
    scene.declare(
        "crm",
        "accounts",
        MAPPING,
        recency_column="updated_at",
        query="SELECT 'a' AS id, CAST(i AS VARCHAR) AS tier, "
        "TIMESTAMP '2020-01-01' + to_seconds(CAST(i AS BIGINT)) AS updated_at FROM range(300000) t(i)",
    )
    counts = scene.run("crm")
    assert counts == {"rows_read": 300_000, "created": 1, "duplicates": 299_999}
    assert scene.query("SELECT tier FROM accounts") == [("299999",)]


def test_a_recency_in_the_future_is_taken_as_of_now_and_told(scene):
    scene.declare("crm", "accounts", MAPPING, recency_column="updated_at")
    scene.run("crm", [{"id": "a", "tier": "x", "updated_at": moment(2_000_000_000)}])
    scene.run("crm", [{"id": "a", "tier": "y", "updated_at": moment(2_000_000_001)}])
    assert scene.query("SELECT tier FROM accounts") == [("y",)]
    assert scene.query(
        "SELECT count(*) FROM accounts WHERE _as_of > now() + INTERVAL '1 hour'"
    ) == [(0,)]


@pytest.mark.parametrize(
    ("file", "reader"),
    [
        (StagedFile.SOURCE, run_mapping),
        (StagedFile.BASELINE, run_mapping),
        (StagedFile.MAPPED, run_upsert),
        (StagedFile.BASELINE, run_upsert),
    ],
)
def test_a_staged_file_that_was_altered_is_refused(scene, file, reader):
    scene.declare("crm", "accounts", MAPPING)
    scene.run("crm", [{"id": "a", "tier": "x"}])
    scene.source("crm", [{"id": "a", "tier": "y"}])
    context = scene.context("crm", "run-2")
    run_extract(context)
    run_preview(context)
    if reader is run_upsert:
        run_mapping(context)
    path = context.folder.parquet(file)
    content = path.read_bytes()
    path.write_bytes(content[:-20] + bytes(20))
    with pytest.raises(StagedFileError, match="truncated or altered"):
        reader(context)
    assert scene.query("SELECT tier FROM accounts") == [("x",)]


def test_an_empty_extract_succeeds_and_leaves_everything(scene):
    scene.declare("crm", "accounts", MAPPING)
    scene.run("crm", [{"id": "a", "tier": "x"}])
    assert scene.run("crm", []) == {"absent": 1}
    assert scene.query("SELECT count(*) FROM accounts") == [(1,)]
