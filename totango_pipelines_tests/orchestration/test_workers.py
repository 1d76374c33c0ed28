"""Runs whose process is gone are ended; others are left alone."""

import os
import socket
import subprocess
import sys

import dagster as dg
import pytest

from totango_pipelines.history import RunStatus
from totango_pipelines.orchestration.run_desk import origin_of
from totango_pipelines.orchestration.run_history import find_run
from totango_pipelines.orchestration.run_turns import alone_at_work, wait_for_turn
from totango_pipelines.orchestration.workers import (
    end_abandoned,
    interrupt,
    is_gone,
    is_sibling,
    this_worker,
    worker_of,
)


def run_of(instance, worker, status=dg.DagsterRunStatus.STARTED, run_id="run-1"):
    tags = {"totango/integration": "companies", "totango/worker": worker}
    origin = origin_of("companies")
    run = dg.DagsterRun("companies", run_id, status=status, tags=tags, remote_job_origin=origin)
    instance.add_run(run)


def dead_worker(run_id="run-1"):
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait(30)
    return " ".join((run_id, str(process.pid), "1@12345678", os.uname().nodename))


def test_this_process_is_there():
    assert not is_gone(this_worker("run-1"))


def test_a_process_that_ended_is_gone():
    assert is_gone(dead_worker())


def test_another_process_with_the_same_id_is_not_taken_for_it():
    _, process, _, host = this_worker("run-1").split(" ", 3)
    assert is_gone(f"run-1 {process} 1000000000.00 {host}")


def test_of_another_machine_nobody_can_tell():
    assert not is_gone("run-1 999999 1000000000.00 some-other-host")


@pytest.mark.skipif(sys.platform != "linux" or os.getppid() == 1, reason="Linux, and a parent")
def test_a_sibling_has_the_same_parent_and_is_found_by_its_socket(tmp_path):
    with socket.socket(socket.AF_UNIX) as own:
        own.bind(str(tmp_path / "own"))
        own.listen()
        assert is_sibling(str(tmp_path / "own"))
    assert not is_sibling(str(tmp_path / "own"))
    listens = "import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); print(flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", listens, str(tmp_path / "child")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        assert not is_sibling(str(tmp_path / "child"))
        child.stdin.close()


def test_only_the_worker_itself_is_interrupted():
    code = """
import signal, time
# Whoever is started in the background may ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    print(flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    raise SystemExit(3)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        worker = worker_of("run-1", process.pid)
        _, pid, started, host = worker.split(" ", 3)
        assert not interrupt(f"run-1 {pid} 1@12345678 {host}")
        assert not interrupt(f"run-1 {pid} {started} some-other-host")
        assert interrupt(worker)
        assert process.wait(30) == 3
    assert not interrupt(worker)


def test_a_run_whose_process_is_gone_is_ended_and_says_what_to_do(bench):
    run_of(bench.instance, dead_worker())
    assert end_abandoned(bench.instance) == ["run-1"]
    record = find_run(bench.instance, "run-1")
    assert record.status is RunStatus.FAILED
    assert "process that carried this run out is gone" in record.error
    assert "Run the integration again" in record.error
    assert end_abandoned(bench.instance) == []


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.SUCCESS])
def test_a_run_that_waits_or_has_ended_is_left_alone(bench, status):
    run_of(bench.instance, dead_worker(), status)
    assert end_abandoned(bench.instance) == []


def test_a_run_that_inherited_the_tag_of_its_parent_is_left_alone(bench):
    run_of(bench.instance, dead_worker("the-parent"))
    assert end_abandoned(bench.instance) == []


def test_a_run_in_this_process_does_not_wait_for_a_ghost(bench):
    run_of(bench.instance, dead_worker())
    waited = []
    with alone_at_work(bench.instance, bench.environment.home, "companies", waited.append):
        assert waited == []
    assert find_run(bench.instance, "run-1").status is RunStatus.FAILED


def test_a_run_in_this_process_waits_for_the_one_under_way_and_says_for_which(bench):
    run_of(bench.instance, this_worker("run-1"))
    waited = []

    def told(run_id):
        waited.append(run_id)
        bench.instance.report_run_failed(bench.instance.get_run_by_id(run_id), "ended")

    with alone_at_work(bench.instance, bench.environment.home, "companies", told):
        assert waited == ["run-1"]


def test_a_run_waits_for_an_older_one_and_for_one_that_has_its_turn(bench):
    instance = bench.instance
    run_of(instance, this_worker("older"), run_id="older")
    run_of(instance, this_worker("own"), run_id="own")
    run_of(instance, this_worker("younger"), run_id="younger")
    run_of(instance, this_worker("inherits"), run_id="inherits")
    instance.add_run_tags("younger", {"totango/turn.companies": "younger"})
    instance.add_run_tags("inherits", {"totango/turn.companies": "younger"})
    waited = []

    def told(run_id):
        waited.append(run_id)
        instance.report_run_failed(instance.get_run_by_id(run_id), "ended")

    wait_for_turn(instance, "own", "companies", told)
    assert sorted(waited) == ["older", "younger"]
    assert instance.get_run_by_id("own").tags["totango/turn.companies"] == "own"
    wait_for_turn(instance, "own", "another_one", waited.append)


def test_a_run_made_of_assets_is_known_by_its_selection(bench):
    made = dg.DagsterRun(
        "__ASSET_JOB",
        "made",
        status=dg.DagsterRunStatus.STARTING,
        asset_selection=frozenset({dg.AssetKey(["companies", "extract"])}),
    )
    bench.instance.add_run(made)
    run_of(bench.instance, this_worker("own"), run_id="own")
    waited = []

    def told(run_id):
        waited.append(run_id)
        bench.instance.report_run_failed(bench.instance.get_run_by_id(run_id), "ended")

    wait_for_turn(bench.instance, "own", "companies", told)
    assert waited == ["made"]


def test_a_run_tells_which_process_carries_it_out(bench):
    result = bench.run()
    worker = bench.tags(result.run_id)["totango/worker"]
    assert worker == this_worker(result.run_id)
