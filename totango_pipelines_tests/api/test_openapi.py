"""Schemathesis calls every address in ways that nobody thought of."""

from itertools import count

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from totango_pipelines.operations.roles import Role

MOST = settings(
    max_examples=30,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
@pytest.mark.parametrize("names", ["any names", "known names"])
def test_no_call_breaks_the_server_or_its_description(serve, mode, names):
    with serve(rate=1_000_000, failed_logins=1_000_000) as served:
        _, text = served.token(Role.ADMIN)
        run_id = served.ask(text).json()["run_id"]
        known = {"integration": "accounts", "run_id": run_id, "what": "mapped"}
        schema = schemathesis.openapi.from_url(f"{served.url}/api/v1/openapi.json")
        operations = [each.ok() for each in schema.get_all_operations()]
        assert len(operations) == 6
        for operation in operations:
            taken = {each.name: known.get(each.name) for each in operation.path_parameters}
            given_names = taken if taken and names == "known names" else None
            call_in_many_ways(operation, mode, given_names, text)
        asked = len(served.desk.asks) > 10
        assert asked == (mode is GenerationMode.POSITIVE and names == "known names")


def call_in_many_ways(operation, mode, names, text):
    places = (operation.query, operation.headers, operation.body)
    if mode is GenerationMode.NEGATIVE and not any(list(place) for place in places):
        # What takes nothing cannot be called wrongly.
        return

    numbers = count()

    @MOST
    @given(operation.as_strategy(generation_mode=mode, path_parameters=names))
    def call(case):
        headers = {"Authorization": f"Bearer {text}"}
        if mode is GenerationMode.POSITIVE and "Idempotency-Key" in (case.headers or {}):
            # The same key for another request is refused by a rule that no schema tells.
            headers["Idempotency-Key"] = str(next(numbers))
        case.call_and_validate(headers=headers, timeout=30)

    call()
