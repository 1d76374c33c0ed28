from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from totango_pipelines.connections.plain_values import plain_value, plain_values

MOMENT = datetime(2026, 1, 31, 12, 30, 0, 5, tzinfo=UTC).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("given", "arrow_type"),
    [
        ([MOMENT.replace(tzinfo=UTC), None], pa.timestamp("us", tz="UTC")),
        ([MOMENT, None], pa.timestamp("us")),
        ([date(2026, 1, 31)], pa.date32()),
        ([Decimal("1.50"), None], pa.decimal128(9, 2)),
        (["a", None], pa.string()),
        ([], pa.timestamp("us", tz="UTC")),
    ],
)
def test_values_are_pythons_own(given, arrow_type):
    array = pa.array(given, arrow_type)
    assert plain_values(array) == given
    assert plain_values(pa.chunked_array([array])) == given
    top = plain_value(pc.max(array))
    assert top == max((value for value in given if value is not None), default=None)
