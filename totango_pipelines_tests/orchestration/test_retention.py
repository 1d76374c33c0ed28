"""Old files and records go, and nothing that is still needed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from totango_pipelines.integrations.retention import Retention
from totango_pipelines.orchestration.resources import TotangoResource
from totango_pipelines.orchestration.retention import (
    Cleaning,
    PastRun,
    StoredFiles,
    needed,
    outdated,
    superfluous,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def past(run_id, days, **others):
    run = PastRun(run_id, "companies", NOW - timedelta(days), False, False, None, ())
    return replace(run, **others)


def files(run_id, days, size=1):
    return StoredFiles(run_id, NOW - timedelta(days), size)


def test_files_older_than_declared_go():
    stored = [files("a", 31), files("b", 29)]
    assert [each.run_id for each in superfluous(stored, Retention(), frozenset(), NOW)] == ["a"]


def test_of_too_many_bytes_the_oldest_go():
    stored = [files(name, days, 400_000_000) for name, days in (("a", 3), ("b", 2), ("c", 1))]
    gone = superfluous(stored, Retention(size="1GB"), frozenset(), NOW)
    assert [each.run_id for each in gone] == ["a"]


def test_what_is_needed_stays_however_old_or_large():
    runs = [
        past("newest", 100),
        past("open", 200, is_open=True, ancestors=("parent",)),
        past("rejects", 300, has_rejects=True),
        past("older rejects", 301, has_rejects=True),
        past("saved", 302, version="v"),
        past("parent", 400),
        past("old", 500),
    ]
    kept = needed(runs)
    assert kept == {"newest", "open", "parent", "rejects", "saved"}
    stored = [files(run.run_id, 500, 10**12) for run in runs]
    gone = superfluous(stored, Retention(files="1d", size="1MB"), kept, NOW)
    assert {each.run_id for each in gone} == {"older rejects", "old"}
    assert [run.run_id for run in outdated(runs, Retention(), kept, NOW, None)] == ["old"]


@given(
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 2000)), max_size=20),
    st.integers(1, 3000),
    st.sets(st.integers(0, 19)),
)
def test_what_stays_is_young_and_small_enough_unless_it_is_needed(runs, megabytes, kept):
    stored = [files(str(i), days, size * 10**6) for i, (days, size) in enumerate(runs)]
    names = frozenset(map(str, kept))
    gone = superfluous(stored, Retention(size=f"{megabytes}MB"), names, NOW)
    stays = [each for each in stored if each not in gone]
    assert not {each.run_id for each in gone} & names
    free = [each for each in stays if each.run_id not in names]
    assert all(NOW - each.at <= timedelta(days=30) for each in free)
    if not names:
        assert sum(each.size for each in stays) <= megabytes * 10**6


@pytest.fixture
def old(bench):
    """Three runs; the first two ended long ago by the clock of the cleaning."""
    return [bench.run(mode="full").run_id for _ in range(3)]


def clean(bench, *, days, dry_run=False):
    resource = TotangoResource(bench.folder, bench.environment.home)
    now = datetime.now(UTC) + timedelta(days)
    return Cleaning(bench.instance, resource, now, dry_run=dry_run).clean()


def folders(bench):
    return sorted(path.name for path in (bench.folder / ".totango/runs/companies").iterdir())


def test_old_files_go_and_the_newest_run_keeps_its_own(bench, old):
    told = clean(bench, days=31)
    assert told["runs_without_files"] == 2
    assert told["records"] == 0
    assert told["bytes"] > 0
    assert folders(bench) == [old[2]]
    assert bench.instance.get_run_by_id(old[0]) is not None
    assert bench.run().success


def test_old_records_go_too_and_the_counts_of_newer_ones_stay(bench, old):
    assert clean(bench, days=401)["records"] == 2
    assert bench.instance.get_run_by_id(old[0]) is None
    assert bench.instance.get_run_by_id(old[2]) is not None
    assert bench.metadata("upsert")["rows_read"].value == 3


def test_a_dry_run_only_tells(bench, old):
    assert clean(bench, days=401, dry_run=True)["records"] == 2
    assert len(folders(bench)) == 3
    assert bench.instance.get_run_by_id(old[0]) is not None


def test_an_integration_declares_how_long_its_own_are_kept(bench, old):
    file = bench.folder / "integrations" / "companies.yaml"
    file.write_text(file.read_text() + "retention: {files: 90d}\n")
    assert clean(bench, days=31)["runs_without_files"] == 0


def test_files_of_an_integration_that_is_declared_no_more_go_as_well(bench, old):
    (bench.folder / "integrations" / "companies.yaml").unlink()
    assert clean(bench, days=31)["runs_without_files"] == 2


def test_runs_of_other_peoples_jobs_are_left_alone(bench, old):
    bench.instance.add_run(dg.DagsterRun("their_etl", "theirs", status=dg.DagsterRunStatus.SUCCESS))
    bench.instance.add_run(
        dg.DagsterRun("run_integrations", "ours", status=dg.DagsterRunStatus.SUCCESS)
    )
    clean(bench, days=1000)
    assert bench.instance.get_run_by_id("theirs") is not None
    assert bench.instance.get_run_by_id("ours") is None


def test_while_a_file_cannot_be_read_nothing_of_its_integration_goes(bench, old):
    file = bench.folder / "integrations" / "companies.yaml"
    file.write_text(file.read_text() + "retention: {files: for ever}\n")
    told = clean(bench, days=1000)
    assert told["integrations_left_out"] == 1
    assert (told["records"], told["runs_without_files"]) == (0, 0)


def test_a_stray_folder_keeps_nothing_from_being_cleaned(bench, old):
    (bench.folder / ".totango/runs/lost+found/x").mkdir(parents=True)
    (bench.folder / ".totango/runs/companies/a b").mkdir()
    assert clean(bench, days=31)["runs_without_files"] == 2


def test_the_job_runs_and_says_what_went(bench, old):
    job = bench.definitions().resolve_job_def("remove_old_runs")
    assert job.execute_in_process(instance=bench.instance).success
    assert len(folders(bench)) == 3
