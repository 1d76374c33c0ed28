"""Windows of a partitioned integration: any order, again and again, each row once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from totango_pipelines.integrations.partition import Partition, Window, latest_window

QUERY = "SELECT * FROM clicks WHERE happened >= :window_start AND happened < :window_end"
USAGE = {
    "account_id": "id",
    "user_id": "who",
    "module": "m",
    "action": "a",
    "timestamp": "happened",
}
FIRST = datetime(2026, 3, 1, tzinfo=UTC)


def day(number):
    return Window(FIRST + timedelta(number), FIRST + timedelta(number + 1))


def click(number, action="x", hour=10):
    happened = FIRST + timedelta(number, hours=hour)
    return {"id": "a", "who": "u", "m": "m", "a": action, "happened": happened.isoformat()}


@pytest.fixture
def clicks(scene):
    def declare(totango_object="usage", mapping=USAGE):
        scene.declare("clicks", totango_object, mapping, query=QUERY)
        path = scene.folder / "integrations" / "clicks.yaml"
        file = yaml.safe_load(path.read_text())
        file["partition"] = {"by": "day", "start": "2026-03-01"}
        path.write_text(yaml.safe_dump(file, sort_keys=False))

    declare()
    scene.redeclare = declare
    return scene


def run(scene, window, mode="incremental"):
    scene.runs += 1
    context = scene.context("clicks", f"run-{scene.runs}", mode)
    return scene.steps(replace(context, window=window))


def test_a_window_reads_its_own_rows_only(clicks):
    clicks.source("clicks", [click(0), click(1), click(1, hour=23), click(2, hour=0)])

    assert run(clicks, day(1)) == {"rows_read": 2, "created": 2, "stub_accounts": 1}


def test_windows_in_any_order_and_again_give_each_row_once(clicks):
    clicks.source("clicks", [click(0), click(1), click(1), click(2)])
    for number in (2, 0, 1, 1, 2):
        run(clicks, day(number))

    assert clicks.query("SELECT count(*) FROM usage") == [(4,)]
    assert run(clicks, day(1)) == {"rows_read": 2, "unchanged": 2}


def test_a_late_row_comes_when_its_window_is_filled_again(clicks):
    clicks.source("clicks", [click(0), click(1)])
    run(clicks, day(0))
    run(clicks, day(1))
    clicks.source("clicks", [click(0), click(1), click(0, "late")])

    assert run(clicks, day(0)) == {"rows_read": 2, "created": 1, "unchanged": 1}


def test_a_full_run_of_a_window_takes_no_row_of_another_away(clicks):
    clicks.source("clicks", [click(0), click(1)])
    run(clicks, day(0))
    run(clicks, day(1))

    assert run(clicks, day(1), "full") == {"rows_read": 1, "unchanged": 1}
    assert clicks.query("SELECT count(*) FROM usage") == [(2,)]


def test_windows_of_keyed_records_remember_each_other(clicks):
    clicks.redeclare("usage_aggregations", {"account_id": "id", "date": "happened", "M##A": "m"})
    clicks.source("clicks", [{**click(0), "m": "1"}, {**click(1), "m": "2"}])
    run(clicks, day(0))
    run(clicks, day(1))

    assert run(clicks, day(0)) == {"rows_read": 1, "unchanged": 1}
    assert run(clicks, day(1)) == {"rows_read": 1, "unchanged": 1}


def test_a_rejected_row_is_held_open_for_the_next_window(clicks):
    clicks.source("clicks", [{**click(0), "id": None}, click(1)])
    assert run(clicks, day(0)) == {"rows_read": 1, "rejected": 1}

    assert run(clicks, day(1))["rejected"] == 1


@pytest.mark.parametrize(
    ("by", "zone", "now", "start", "end"),
    [
        (
            "day",
            "UTC",
            "2026-03-05T10:00+00:00",
            "2026-03-04T00:00+00:00",
            "2026-03-05T00:00+00:00",
        ),
        (
            *("day", "Europe/Berlin", "2026-03-30T10:00+00:00"),
            *("2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00"),
        ),
        (
            "hour",
            "UTC",
            "2026-03-05T10:30+00:00",
            "2026-03-05T09:00+00:00",
            "2026-03-05T10:00+00:00",
        ),
        (
            *("hour", "Europe/Berlin", "2026-10-25T01:30+00:00"),
            *("2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00"),
        ),
        (
            "month",
            "UTC",
            "2026-05-05T10:30+00:00",
            "2026-04-01T00:00+00:00",
            "2026-05-01T00:00+00:00",
        ),
        (
            "day",
            "UTC",
            "2026-03-01T10:00+00:00",
            "2026-03-01T00:00+00:00",
            "2026-03-02T00:00+00:00",
        ),
    ],
)
def test_the_latest_window_has_ended(by, zone, now, start, end):
    found = latest_window(Partition(by=by, start="2026-03-01"), zone, datetime.fromisoformat(now))
    shown = [moment.isoformat(timespec="minutes") for moment in (found.start, found.end)]
    assert shown == [start, end]
