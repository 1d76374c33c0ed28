"""The one sensor: upstream events and saved versions start runs, each exactly once."""

import dagster as dg
import pytest

from totango_pipelines.orchestration.dispatcher import Cursor, build_dispatcher, has_settled
from totango_pipelines.orchestration.project_watch import ProjectWatch
from totango_pipelines.orchestration.run_desk import origin_of

COMPANIES = """\
id: {name}
name: Companies
connection: crm
object: accounts
query: SELECT id, name FROM company
mapping:
  - {{attribute: account_id, column: id}}
{more}
"""
ORDERS, PEOPLE = "wh/orders", "wh/people"
BOTH = f"upstream: [{ORDERS}, {PEOPLE}]\nupstream_settle: 10s"


class Scene:
    """A project beside Dagster's instance, a clock, and ticks of the dispatcher."""

    def __init__(self, bench, instance):
        self.bench, self.instance = bench, instance
        self.built = {}
        self.now = 1_800_000_000.0
        self.cursor = None
        (bench.folder / "integrations" / "companies.yaml").unlink()

    def declare(self, more, name="companies"):
        self.bench.declare(COMPANIES.format(name=name, more=more))

    def finished(self, *keys):
        """These assets are materialized now, as an ETL of somebody else does."""
        for key in keys:
            event = dg.AssetMaterialization(dg.AssetKey(key.split("/")))
            self.instance.report_runless_asset_event(event)
        found = self.instance.get_asset_records([dg.AssetKey(key.split("/")) for key in keys])
        self.now = max(r.asset_entry.last_materialization_record.timestamp for r in found)

    def tick(self, *, after=0.0, launch=True):
        """The tags of the runs that a tick starts."""
        self.now += after
        jobs = self.jobs()
        sensor = build_dispatcher(ProjectWatch(self.bench.folder), jobs, lambda: self.now)
        with dg.build_sensor_context(self.instance, self.cursor) as context:
            result = sensor.evaluate_tick(context)
        self.cursor = result.cursor
        self.said = result.skip_message
        for request in result.run_requests if launch else ():
            self.instance.create_run_for_job(
                jobs[request.job_name],
                tags=request.tags,
                status=dg.DagsterRunStatus.SUCCESS,
            )
        return [
            (request.job_name, request.tags["totango/trigger"]) for request in result.run_requests
        ]

    def jobs(self):
        """Built once: a job does not change with what starts it."""
        for name in set(self.names()) - set(self.built):
            self.built[name] = self.bench.definitions().resolve_job_def(name)
        return self.built

    def names(self):
        return sorted(path.stem for path in (self.bench.folder / "integrations").glob("*.yaml"))


@pytest.fixture
def scene(bench):
    return Scene(bench, bench.instance)


UPSTREAM = [("companies", "upstream")]


def test_what_was_there_before_the_integration_starts_nothing(scene):
    scene.finished(ORDERS)
    scene.declare(BOTH)
    assert scene.tick(after=100) == []
    assert scene.said == "nothing new"


def test_one_run_for_all_events_that_settle_together(scene):
    scene.declare(BOTH)
    assert scene.tick() == []
    scene.finished(ORDERS, ORDERS, PEOPLE)
    assert scene.tick(after=5) == []
    assert scene.said == "waits for upstream to settle: companies"
    assert scene.tick(after=6) == UPSTREAM
    assert scene.tick(after=100) == []


@pytest.mark.parametrize(
    ("newest", "since", "settled"),
    [(95, 95, False), (90, 90, True), (95, 10, False), (99, 0, True)],
)
def test_an_upstream_that_never_rests_is_waited_for_ten_settle_times(newest, since, settled):
    assert has_settled(100, newest=newest, since=since, settle=10) is settled


def test_all_waits_until_each_of_them_is_newer_than_the_last_run(scene):
    scene.declare(f"{BOTH}\nupstream_when: all")
    scene.tick()
    scene.finished(ORDERS)
    assert scene.tick(after=60) == []
    scene.finished(PEOPLE)
    assert scene.tick(after=60) == UPSTREAM
    scene.finished(PEOPLE)
    assert scene.tick(after=60) == []
    scene.finished(ORDERS)
    assert scene.tick(after=60) == UPSTREAM


@pytest.mark.parametrize("lost", [None, "", "{}", "no json", '{"upstream": 3}'])
def test_a_lost_cursor_neither_loses_nor_repeats_anything(scene, lost):
    scene.declare(BOTH)
    scene.tick()
    scene.finished(ORDERS)
    assert scene.tick(after=60) == UPSTREAM
    scene.cursor = lost
    assert scene.tick(after=60) == []
    scene.finished(PEOPLE)
    scene.cursor = lost
    assert scene.tick(after=60) == UPSTREAM


def test_an_event_before_the_first_run_survives_a_lost_cursor(scene):
    scene.declare(BOTH)
    scene.tick()
    scene.finished(ORDERS)
    scene.cursor = None
    assert scene.tick(after=60) == UPSTREAM


def test_another_integrations_upsert_is_an_upstream_like_any_other(scene):
    scene.declare("upstream: [first/upsert]", name="second")
    scene.declare("", name="first")
    scene.tick()
    scene.finished("first/upsert")
    assert scene.tick(after=60) == [("second", "upstream")]


def test_a_disabled_integration_starts_nothing_and_catches_up_when_enabled(scene):
    off = f'{BOTH}\nschedule: {{cadence: daily, at: "06:00", enabled: false, sync_on_save: true}}'
    scene.declare(off)
    scene.tick()
    scene.finished(ORDERS)
    assert scene.tick(after=60) == []
    scene.declare(off.replace("enabled: false, sync_on_save: true", "enabled: true"))
    assert scene.tick(after=60) == UPSTREAM


@pytest.mark.parametrize(
    "schedule", ['{cadence: daily, at: "06:00", sync_on_save: true}', "{cadence: one_time}"]
)
def test_a_saved_version_runs_once_also_after_a_restart(scene, schedule):
    scene.declare(f"schedule: {schedule}")
    assert scene.tick() == [("companies", "save")]
    assert scene.tick() == []
    scene.cursor = None
    assert scene.tick() == []
    scene.declare(f"schedule: {schedule}\ndescription: saved again")
    assert scene.tick() == [("companies", "save")]
    assert scene.tick() == []


def test_without_sync_on_save_a_saved_version_starts_nothing(scene):
    scene.declare('schedule: {cadence: daily, at: "06:00"}')
    assert scene.tick() == []


def test_a_tick_that_died_before_its_cursor_was_kept_asks_for_the_same_run(scene):
    scene.declare(BOTH)
    scene.tick()
    scene.finished(ORDERS)
    before = scene.cursor
    scene.tick(after=60, launch=False)
    scene.cursor = before
    sensor = build_dispatcher(
        ProjectWatch(scene.bench.folder),
        scene.jobs(),
        lambda: scene.now,
    )
    keys = []
    for _ in range(2):
        with dg.build_sensor_context(scene.instance, before) as context:
            keys += [each.run_key for each in sensor.evaluate_tick(context).run_requests]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_an_event_joins_a_run_that_waits_and_is_not_told_again(scene):
    scene.declare(BOTH)
    scene.tick()
    waiting = scene.instance.create_run_for_job(
        scene.jobs()["companies"],
        tags={"totango/integration": "companies"},
        status=dg.DagsterRunStatus.QUEUED,
        remote_job_origin=origin_of("companies"),
    )
    scene.finished(ORDERS)
    assert scene.tick(after=60) == []
    assert waiting.run_id in scene.said
    scene.cursor = None
    assert scene.tick(after=60) == []


def test_a_file_with_errors_takes_no_other_with_it(scene):
    scene.declare("schedule: {cadence: one_time}", name="good")
    scene.bench.declare("id: broken\n")
    scene.names = lambda: ["good"]
    assert scene.tick() == [("good", "save")]


def test_a_cursor_reads_back_as_it_was_written():
    cursor = Cursor({"a": 3}, {"a": "v"}, {"b": 1.5})
    assert Cursor.read(cursor.text()) == cursor
