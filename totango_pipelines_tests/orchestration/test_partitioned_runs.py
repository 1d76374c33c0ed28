"""Partitioned integrations in Dagster: windows, ranges, and what a run without a window takes."""

from datetime import UTC, datetime

import dagster as dg
import pytest

from totango_pipelines.integrations.project import load_project
from totango_pipelines.orchestration.partitions import pending_tags, pending_window
from totango_pipelines.orchestration.run_desk import RunDesk

QUIET = {"console": {"config": {"log_level": "CRITICAL"}}}

CLICKS = """\
id: clicks
name: Clicks
connection: lake
object: usage
query: SELECT * FROM clicks WHERE at >= :window_start AND at < :window_end
mapping:
  - {attribute: account_id, column: id}
  - {attribute: user_id, column: who}
  - {attribute: module, constant: web}
  - {attribute: action, constant: click}
  - {attribute: timestamp, column: at}
partition: {by: day, start: "2026-01-01"}
"""
FIRST, LAST = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"


@pytest.fixture
def clicks(bench):
    bench.declare(CLICKS)
    bench.lake(
        "CREATE TABLE clicks AS SELECT 'a' AS id, 'u' || i AS who, "
        "TIMESTAMPTZ '2026-01-01 12:00:00+00' + to_days(i::INT) AS at FROM range(5) AS t(i)"
    )
    job = bench.definitions().resolve_job_def("clicks")

    def run(**how):
        result = job.execute_in_process(
            instance=bench.instance, run_config={"loggers": QUIET}, raise_on_error=False, **how
        )
        assert result.success
        return bench.metadata("upsert", "clicks")["rows_read"].value

    return run


def filled(bench):
    return bench.instance.get_materialized_partitions(dg.AssetKey(["clicks", "upsert"]))


def test_a_window_is_one_partition(bench, clicks):
    assert clicks(partition_key="2026-01-02") == 1
    assert bench.hub("SELECT user_id FROM usage") == [("u1",)]
    assert filled(bench) == {"2026-01-02"}


def test_a_range_is_one_run_that_fills_each_of_its_windows(bench, clicks):
    assert clicks(tags={FIRST: "2026-01-02", LAST: "2026-01-04"}) == 3
    assert filled(bench) == {"2026-01-02", "2026-01-03", "2026-01-04"}


def test_history_names_the_window_or_the_windows_of_a_run(bench, clicks):
    for first, last in (("2026-01-02", "2026-01-04"), ("2026-01-05", "2026-01-05")):
        clicks(tags={FIRST: first, LAST: last, "totango/integration": "clicks"})
    runs = RunDesk(bench.environment, bench.instance).history("clicks", limit=5)
    assert {run.partition for run in runs} == {"2026-01-02...2026-01-04", "2026-01-05"}


def test_windows_again_and_in_any_order_give_each_row_once(bench, clicks):
    for key in ("2026-01-03", "2026-01-01", "2026-01-03"):
        clicks(partition_key=key)
    assert bench.hub("SELECT count(*) FROM usage") == [(2,)]


def test_after_an_outage_one_run_covers_the_gap(bench, clicks):
    integration = load_project(bench.folder).integrations["clicks"].integration
    clicks(partition_key="2026-01-02")
    now = datetime(2026, 1, 6, 7, tzinfo=UTC)
    tags = pending_tags(bench.instance, integration, now)
    assert tags == {FIRST: "2026-01-03", LAST: "2026-01-05"}
    window = pending_window(bench.instance, integration, now)
    assert window.start.isoformat() == "2026-01-03T00:00:00+00:00"
    assert window.end.isoformat() == "2026-01-06T00:00:00+00:00"
    clicks(tags=tags)
    # Nothing ended since: the newest window once more.
    assert pending_tags(bench.instance, integration, now) == {"dagster/partition": "2026-01-05"}


def test_before_the_first_window_has_ended_there_is_none(bench, clicks):
    integration = load_project(bench.folder).integrations["clicks"].integration
    assert pending_tags(bench.instance, integration, datetime(2026, 1, 1, 7, tzinfo=UTC)) == {}


def test_the_windows_are_in_the_manifest_of_the_extract(bench, clicks):
    clicks(partition_key="2026-01-02")
    manifest = next((bench.folder / ".totango/runs/clicks").glob("*/source.manifest.json"))
    assert '"window_start": "2026-01-02T00:00:00+00:00"' in manifest.read_text()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("object: usage", "object: accounts"), "is for activities in time"),
        (("at < :window_end", "at < now()"), "does not use :window_end"),
        (('start: "2026-01-01"', 'start: "2026-02-30"'), "no day of the calendar"),
        (("by: day", "by: week"), "by"),
        (('by: day, start: "2026-01-01"', 'by: month, start: "2026-01-15"'), "first of a month"),
        (("partition:", "settings: {cursor_column: at}\npartition:"), "both say which rows"),
        (('partition: {by: day, start: "2026-01-01"}', ""), "has no partition"),
    ],
)
def test_a_partition_that_cannot_be_is_told_with_its_remedy(bench, change, said):
    bench.declare(CLICKS.replace(*change))
    project = load_project(bench.folder)
    if "clicks" not in project.integrations:
        assert said in " ".join(map(str, project.problems))
        return
    # Only the guard reads the query.
    bench.lake("CREATE TABLE clicks AS SELECT 'a' AS id, 'u' AS who, now() AS at")
    result = bench.run("clicks")
    assert not result.success
    (event,) = [each for each in result.all_events if each.event_type_value == "STEP_FAILURE"]
    assert said in event.step_failure_data.user_failure_data.description
