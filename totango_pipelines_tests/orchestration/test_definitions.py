import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from totango_pipelines.orchestration.instance import open_instance

REPOSITORY = Path(__file__).resolve().parents[2]
HEAVY = ("pandas", "polars", "pandera", "duckdb", "pyarrow", "sqlalchemy")

# In a process of its own, so that nothing that another test imported counts.
LOADING = """
import sys
import time
import dagster
import sqlglot
began = time.process_time()
from totango_pipelines.definitions import defs
defs.get_repository_def().get_all_jobs()
print(time.process_time() - began)
print(len(defs.jobs) - 2)  # without run_integrations and remove_old_runs
print(*[name for name in {heavy!r} if name in sys.modules])
"""

GENERATED = """\
id: job_{number}
name: Job {number}
connection: crm
object: accounts
query: |
  SELECT c.id, c.name, s.seats AS seats, upper(c.country) AS country
  FROM company AS c LEFT JOIN seats_{number} AS s ON s.id = c.id
mapping:
  - {{attribute: account_id, column: id}}
  - {{attribute: account_name, column: name}}
  - {{attribute: Seats, column: seats}}
  - {{attribute: Country, column: country}}
schedule: {{cadence: daily, at: "06:00", timezone: Europe/Berlin}}
"""


def environment_of(bench):
    return {**os.environ, "TOTANGO_PROJECT": str(bench.folder), "PYTHONWARNINGS": "ignore"}


def load(bench):
    """CPU seconds, number of jobs and heavy modules of loading the project in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", LOADING.format(heavy=HEAVY)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env=environment_of(bench),
        cwd=REPOSITORY,
    )
    seconds, jobs, heavy = done.stdout.split("\n")[:3]
    return float(seconds), int(jobs), heavy.split()


def generate(bench, numbers):
    for number in numbers:
        bench.declare(GENERATED.format(number=number))


def schedules(bench):
    """Those of the integrations."""
    return [each for each in bench.definitions().schedules if each.job_name != "remove_old_runs"]


def test_loading_imports_nothing_heavy(bench):
    _, jobs, heavy = load(bench)
    assert jobs == 1
    assert heavy == []


def test_loading_time_grows_with_the_number_of_integrations_and_not_with_its_square(bench):
    (bench.folder / "integrations" / "companies.yaml").unlink()
    generate(bench, range(50))
    few, jobs, _ = load(bench)
    assert jobs == 50
    generate(bench, range(50, 200))
    many, jobs, _ = load(bench)
    assert jobs == 200
    # Four times as many: linear is 4, quadratic is 16.
    assert many < few * 8


@pytest.mark.parametrize(
    ("declared", "crons", "zone", "status"),
    [
        ("{cadence: minutes, every: 15}", ["*/15 * * * *"], "UTC", "RUNNING"),
        ("{cadence: hourly, minute: 5}", ["5 * * * *"], "UTC", "RUNNING"),
        (
            '{cadence: workdays, at: "07:30", timezone: Europe/London}',
            ["30 7 * * 1-5"],
            "Europe/London",
            "RUNNING",
        ),
        (
            '{cadence: monthly, day: 30, at: "21:00", timezone: America/New_York}',
            ["0 21 30 1,3-12 *", "0 21 L 2 *"],
            "America/New_York",
            "RUNNING",
        ),
        ('{cadence: daily, at: "06:00", enabled: false}', ["0 6 * * *"], "UTC", "STOPPED"),
    ],
)
def test_a_cadence_is_a_schedule(bench, declared, crons, zone, status):
    file = bench.folder / "integrations" / "companies.yaml"
    file.write_text(file.read_text() + f"schedule: {declared}\n")
    (schedule,) = schedules(bench)
    assert schedule.name == "companies__schedule"
    assert schedule.job_name == "companies"
    assert list(schedule.cron_schedule) == crons
    assert schedule.execution_timezone == zone
    assert schedule.default_status is dg.DefaultScheduleStatus[status]


@pytest.mark.parametrize("more", ["", "schedule: {cadence: one_time, sync_on_save: true}\n"])
def test_what_runs_by_hand_or_once_has_no_schedule(bench, more):
    file = bench.folder / "integrations" / "companies.yaml"
    file.write_text(file.read_text() + more)
    assert schedules(bench) == []


def test_a_run_of_the_schedule_says_so_in_its_tags(bench):
    file = bench.folder / "integrations" / "companies.yaml"
    file.write_text(file.read_text() + "schedule: {cadence: hourly}\n")
    (schedule,) = schedules(bench)
    now = datetime.now(UTC)
    with (
        open_instance(bench.environment) as instance,
        dg.build_schedule_context(instance, scheduled_execution_time=now) as context,
    ):
        (request,) = schedule.evaluate_tick(context).run_requests
    assert request.tags["totango/trigger"] == "schedule"


def test_an_integration_called_like_the_schedule_of_another_one_loads(bench):
    file = bench.folder / "integrations" / "companies.yaml"
    text = file.read_text()
    file.write_text(text + "schedule: {cadence: hourly}\n")
    bench.declare(text.replace("id: companies", "id: companies__schedule"))
    dg.Definitions.validate_loadable(bench.definitions())


def test_dagster_validates_the_workspace(bench):
    bench.declare("id: broken\n")
    done = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate", "-w", "workspace.yaml"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=environment_of(bench),
        cwd=REPOSITORY,
    )
    assert done.returncode == 0, done.stderr
