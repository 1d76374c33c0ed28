"""Random histories of whole runs: the hub must hold what the reference model holds (semantics.md).

Integrations that share accounts are declared, edited, run, killed, repeated, overtaken, deleted; after
every run counts, rejects, change log, conflicts, cells with their stamps and writers, matches, rows
of usage and the ledger are compared. Each hub has a time to spend: TOTANGO_TEST_HISTORIES says how
many seconds (`make test-deep` gives more), TOTANGO_TEST_SHRINKS=1 makes a failing history small.
"""

import os
import tempfile
import time
import uuid
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from totango_pipelines.difference import baseline
from totango_pipelines.upsert import merge
from totango_pipelines_tests.model.histories import FIRST_ACCOUNTS, KINDS, MODES, TOGETHER
from totango_pipelines_tests.model.killing import AT_THE_LAST
from totango_pipelines_tests.model.shared_engine import shared_engine
from totango_pipelines_tests.model.world import Run, World

SECONDS = float(os.environ.get("TOTANGO_TEST_HISTORIES", "330"))
TIME_IS_GIVEN = "TOTANGO_TEST_HISTORIES" in os.environ
STEPS = 30
PARTS = 10
"""Tests that share the histories of a hub, so that they can run beside each other."""
BATCH = 5 if SECONDS / PARTS > 5 else 3
"""Histories between two looks at the clock; the first of a batch is a trivial one."""
STATEMENTS = st.sampled_from([*range(26), *[AT_THE_LAST] * 13])
# Making a failure small takes minutes: only who looks at one asks for it.
SHRINKS = bool(os.environ.get("TOTANGO_TEST_SHRINKS"))
PHASES = [Phase.generate, *([Phase.shrink] if SHRINKS else [])]


class Histories(RuleBasedStateMachine):
    """One history on one hub; `enough` of them are 300 on both hubs."""

    hub_url = ""
    enough = 100
    examples = 0
    runs = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).examples += 1
        self.at = self.edits = 0
        self.open: Run | None = None
        self.scratch = tempfile.TemporaryDirectory(prefix="history_", ignore_cleanup_errors=True)

    @initialize(names=st.sampled_from(TOGETHER), data=st.data())
    def begin(self, names, data):
        self.names = names
        url = self.fresh_hub(Path(self.scratch.name))
        self.world = World(Path(self.scratch.name) / "project", url)
        for name in names:
            kind = KINDS[name]
            self.world.declare(data.draw(kind.specs), list(kind.columns))
            self.world.edit(name, data.draw(kind.rows))
        # Most of what integrations share are accounts that the first of them made.
        self.world.edit("crm", data.draw(FIRST_ACCOUNTS))
        self.world.end(self.world.begin("crm", "incremental", self.at))

    def fresh_hub(self, folder: Path) -> str:
        raise NotImplementedError

    def _name(self, data) -> str:
        return data.draw(st.sampled_from(self.names))

    def _later(self, data) -> int:
        # Mostly seconds; sometimes the same moment, a day, or back: clocks do that.
        self.at += data.draw(st.sampled_from([0, 1, 1, 1, 10, 86_400, -5]))
        return self.at

    def _begun(self, data, mode: str) -> Run:
        """Mostly of rows that were edited since the last run."""
        name, rows_at_once = self._name(data), data.draw(st.sampled_from([1, 2, 1000, 1000]))
        if data.draw(st.integers(0, 2)):
            self._edit(data, name)
        return self.world.begin(name, mode, self._later(data), rows_at_once)

    def _edit(self, data, name: str) -> None:
        """Cursors grow with time, or windows would soon be empty."""
        self.edits += 1
        rows = data.draw(KINDS[name].rows) if data.draw(st.integers(0, 9)) else []
        self.world.edit(name, [r | {"seq": r["seq"] + self.edits} if r["seq"] else r for r in rows])

    @rule(data=st.data())
    def edit(self, data):
        self._edit(data, self._name(data))

    @rule(data=st.data())
    def change_a_row(self, data):
        name = self._name(data)
        rows = list(self.world.sources[name])
        if rows:
            position = data.draw(st.integers(0, len(rows) - 1))
            column = data.draw(st.sampled_from(sorted(KINDS[name].columns)))
            value = data.draw(KINDS[name].columns[column])
            rows[position] = rows[position] | {column: value}
            self.world.edit(name, rows)

    @rule(data=st.data())
    def declare_again(self, data):
        name = self._name(data)
        if self.open is None or self.open.spec.id != name:
            self.world.declare(data.draw(KINDS[name].specs), list(KINDS[name].columns))

    @rule(data=st.data(), mode=MODES, repeats=st.booleans())
    def run(self, data, mode, repeats):
        type(self).runs += 1
        self.world.end(self._begun(data, mode), repeats=repeats)

    @rule(data=st.data(), mode=MODES)
    def run_and_be_overtaken_by_another(self, data, mode):
        """Both read at the same moment, and the later run commits first."""
        if data.draw(st.booleans()):
            return
        type(self).runs += 2
        slow = self._begun(data, mode)
        other = data.draw(st.sampled_from([name for name in self.names if name != slow.spec.id]))
        self._edit(data, other)
        self.world.end(self.world.begin(other, "full", self.at))
        self.world.end(slow)

    @rule(data=st.data())
    def reload_and_go_on(self, data):
        """What a full run of other rows leaves is where the next incremental one starts."""
        if data.draw(st.booleans()):
            return
        type(self).runs += 2
        name = self._name(data)
        for mode in ("full", "incremental"):
            self._edit(data, name)
            self.world.end(self.world.begin(name, mode, self._later(data)))

    @rule(data=st.data(), mode=MODES, statements=STATEMENTS)
    def run_and_be_abandoned(self, data, mode, statements):
        type(self).runs += 1
        self.world.abandon(self._begun(data, mode), statements)

    @rule(data=st.data(), mode=MODES, statements=STATEMENTS)
    def run_and_die(self, data, mode, statements):
        type(self).runs += 1
        self.world.end(self._begun(data, mode), dies_after=statements)

    @precondition(lambda self: self.open is None)
    @rule(data=st.data(), mode=MODES)
    def begin_a_slow_run(self, data, mode):
        self.open = self._begun(data, mode)

    @precondition(lambda self: self.open is not None)
    @rule()
    def end_the_slow_run(self):
        type(self).runs += 1
        self.world.end(self.open)
        self.open = None

    @rule(data=st.data())
    def delete(self, data):
        if data.draw(st.integers(0, 5)) == 0:
            self.world.delete(self._name(data))

    def teardown(self):
        self.scratch.cleanup()


class OnDuckdb(Histories):
    def fresh_hub(self, folder: Path) -> str:
        return f"duckdb:///{folder / 'hub.duckdb'}"


class OnPostgres(Histories):
    database = ""
    enough = 200

    def fresh_hub(self, folder: Path) -> str:  # noqa: ARG002 - its hub is no file
        self.schema = f"s{uuid.uuid4().hex}"
        with psycopg.connect(self.database, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {self.schema}")
        return f"{self.database}?options=-csearch_path%3D{self.schema}"

    def teardown(self):
        super().teardown()
        if hasattr(self, "schema"):
            with psycopg.connect(self.database, autocommit=True) as connection:
                connection.execute(f"DROP SCHEMA {self.schema} CASCADE")


def explore(machine: type[Histories]) -> None:
    """One part of a hub's histories: as many as its time allows.

    Where nobody gave a time, its share of `enough` will do.
    """
    machine.examples = machine.runs = 0
    with shared_engine(), pytest.MonkeyPatch.context() as patched:
        # Histories have few rows: these limits must matter, too.
        patched.setattr(merge, "UPDATED_ROWS", 3)
        patched.setattr(merge, "CREATED_ROWS", 2)
        patched.setattr(baseline, "RECENT_SHARE", 0.7)
        # No machine dies in a history: nothing is proved by waiting for the disk.
        patched.setattr(os, "fsync", lambda _: None)
        _explore(machine)
    print(f"\n{machine.__name__}: {machine.examples} histories, {machine.runs} runs")


def _explore(machine: type[Histories]) -> None:
    start, count = time.monotonic(), 0
    while time.monotonic() - start < SECONDS / PARTS and (
        TIME_IS_GIVEN or count < machine.enough / PARTS
    ):
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=BATCH,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                phases=PHASES,
                report_multiple_bugs=False,
                suppress_health_check=list(HealthCheck),
            ),
        )
        count += BATCH
