"""The job that runs many integrations at once."""

import dagster as dg
import pytest

from totango_pipelines.orchestration.instance import open_instance
from totango_pipelines.orchestration.run_requests import WAITING, open_runs

OTHER = """\
id: {name}
name: Others
connection: crm
object: accounts
query: SELECT id, name FROM company
mapping:
  - {{attribute: account_id, column: id}}
tags: [finance]
"""


@pytest.fixture
def requested(bench):
    """Runs the job with a config; the modes of the runs in the queue, by integration."""
    for name in ("invoices", "orders"):
        bench.declare(OTHER.format(name=name))

    def run(**config):
        with open_instance(bench.environment) as instance:
            job = bench.definitions().resolve_job_def("run_integrations")
            result = job.execute_in_process(
                instance=instance,
                run_config={"ops": {"request_runs": {"config": config}}},
                raise_on_error=False,
            )
            names = ("companies", "invoices", "orders")
            waiting = {name: open_runs(instance, name, WAITING) for name in names}
            modes = {name: runs[0].tags["totango/mode"] for name, runs in waiting.items() if runs}
            failures = [
                each.step_failure_data.user_failure_data.description
                for each in result.all_events
                if each.event_type is dg.DagsterEventType.STEP_FAILURE
            ]
            return modes, failures

    return run


def test_by_id_and_by_tag_each_once(requested):
    modes, failures = requested(integrations=["companies", "orders"], tags=["finance"], mode="full")
    assert failures == []
    assert modes == {"companies": "full", "orders": "full", "invoices": "full"}


@pytest.mark.parametrize("tag", ["all", "object:accounts", "connection:crm"])
def test_every_integration_has_tags_of_its_own(requested, tag):
    modes, _ = requested(tags=[tag])
    assert set(modes) == {"companies", "invoices", "orders"}
    assert set(modes.values()) == {"incremental"}


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({}, "nothing was chosen"),
        ({"integrations": ["orders", "nobody"]}, "nothing is called nobody"),
        ({"tags": ["finance", "marketing"]}, "nothing is called marketing"),
    ],
)
def test_a_word_that_nothing_has_stops_all_of_it(requested, config, said):
    modes, (failure,) = requested(**config)
    assert modes == {}
    assert said in failure
    assert "Ids: companies, invoices, orders." in failure
