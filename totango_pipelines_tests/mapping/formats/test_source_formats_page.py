import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from totango_pipelines.catalog.attributes import Attribute, DataType
from totango_pipelines_tests.mapping.formats.format_scene import read_cells

PAGE = Path(__file__).resolve().parents[3] / "docs" / "source-formats.md"
NO_FORMAT = "\u2013"
CELL = re.compile(r"(?<!\\)\|")


def examples():
    """(zone, attribute type, format, cell, what it becomes) of every example row of the page."""
    for line in PAGE.read_text().splitlines():
        if not line.startswith("|"):
            continue
        columns = [each.strip().replace("\\|", "|") for each in CELL.split(line)[1:-1]]
        zone = columns.pop(0).strip("`") if len(columns) == 5 else "UTC"
        if len(columns) == 4 and columns[0] in set(DataType):
            kind, source_format, cell, becomes = columns
            written = None if source_format == NO_FORMAT else source_format[1:-1]
            yield zone, kind, written, cell[1:-1], becomes


def shown(value):
    if isinstance(value, tuple):
        return f"`{shown(value[0])[1:-1]}` `{value[1]}`"
    if isinstance(value, datetime):
        text = value.strftime("%Y-%m-%dT%H:%M:%S")
        return f"`{text}.{value.microsecond // 1000:03}Z`" if value.microsecond else f"`{text}Z`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, float):
        return f"`{value:.15g}`"
    if isinstance(value, str):
        return f"`{value.removeprefix('!')}`"
    assert isinstance(value, date | Decimal | int)
    return f"`{value}`"


def test_the_page_has_examples_of_every_type_that_takes_a_format():
    assert {kind for _, kind, *_ in examples()} == {
        *("date", "timestamp", "number", "currency", "whole_number"),
        *("boolean", "tag", "multi_list"),
    }


@pytest.mark.parametrize(("zone", "kind", "source_format", "cell", "becomes"), [*examples()])
def test_the_page_tells_the_truth(zone, kind, source_format, cell, becomes):
    attribute = Attribute("An attribute", DataType(kind))

    assert [shown(value) for value in read_cells(attribute, [cell], source_format, zone=zone)] == [
        becomes
    ]
