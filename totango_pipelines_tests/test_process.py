"""How a process that lives for seconds begins and ends."""

import gc
import os
import subprocess
import sys

from totango_pipelines.process import collect_rarely, one_blas_thread


def ended(code, **options):
    program = f"import atexit, sys\nfrom totango_pipelines.process import leave\n{code}"
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, **options
    )


def test_leaving_does_what_was_registered_and_writes_what_was_printed():
    end = ended("atexit.register(lambda: print('registered'))\nprint('printed')\nleave(3)")
    assert (end.returncode, end.stdout, end.stderr) == (3, "printed\nregistered\n", "")


def test_leaving_waits_for_no_thread():
    wait = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()"
    assert ended(f"{wait}\nleave(0)", timeout=30).returncode == 0


def test_output_that_nobody_reads_is_no_success():
    reader, writer = os.pipe()
    os.close(reader)
    try:
        program = "from totango_pipelines.process import leave; print('x'); leave(0)"
        buffered = {**os.environ, "PYTHONUNBUFFERED": ""}
        end = subprocess.run(
            [sys.executable, "-c", program], stdout=writer, env=buffered, check=False
        )
    finally:
        os.close(writer)
    assert end.returncode == 120


def test_numpy_starts_no_threads_and_other_processes_may():
    before = os.environ.get("OPENBLAS_NUM_THREADS")
    with one_blas_thread():
        assert os.environ["OPENBLAS_NUM_THREADS"] == (before or "1")
    assert os.environ.get("OPENBLAS_NUM_THREADS") == before


def test_a_number_of_threads_that_somebody_chose_stays(monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "4")
    with one_blas_thread():
        assert os.environ["OPENBLAS_NUM_THREADS"] == "4"
    assert os.environ["OPENBLAS_NUM_THREADS"] == "4"


def test_garbage_is_looked_for_rarely_but_still():
    before = gc.get_threshold()
    try:
        gc.set_threshold(700, 10)
        collect_rarely()
        assert gc.isenabled()
        assert gc.get_threshold()[0] > 700
    finally:
        gc.set_threshold(*before)
