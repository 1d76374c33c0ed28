import random
from datetime import UTC, datetime, timedelta

import pytest

from totango_pipelines.catalog.attributes import Attribute, DataType, KeyFolding
from totango_pipelines.mapping.columns import Kind
from totango_pipelines.mapping.formats.detection import Detection, Reading, detect_format
from totango_pipelines.mapping.formats.source_format import format_problem
from totango_pipelines_tests.mapping.formats.format_scene import (
    COLOURS,
    DATE,
    EUROS,
    FLAG,
    ITEMS,
    MONEY,
    NUMBER,
    TAG,
    TIME,
    WHOLE,
    read_cells,
)

# How Python writes a moment -> the format that detection has to find.
WRITTEN = {
    "%d/%m/%Y": "DD/MM/YYYY",
    "%m/%d/%Y": "MM/DD/YYYY",
    "%Y/%m/%d": "YYYY/MM/DD",
    "%d.%m.%Y": "DD.MM.YYYY",
    "%d-%m-%Y": "DD-MM-YYYY",
    "%-d/%-m/%Y": "D/M/YYYY",
    "%-m/%-d/%Y": "M/D/YYYY",
    "%d %b %Y": "DD MMM YYYY",
    "%d-%b-%y": "DD-MMM-YY",
    "%B %-d, %Y": "MMMM D, YYYY",
    "%Y%m%d": "YYYYMMDD",
    "%d%m%Y": "DDMMYYYY",
    "%a, %d %b %Y": "ddd, DD MMM YYYY",
}
CLOCKS = {
    "": "",
    " %H:%M": " hh:mm",
    " %H:%M:%S": " hh:mm:ss",
    "T%H:%M:%SZ": "Thh:mm:ssZ",
    " %I:%M %p": " hh:mm a",
}


def moments(count, seed, *, days=28):
    numbers = random.Random(seed)
    return [
        datetime(
            numbers.randint(1970, 2060),
            numbers.randint(1, 12),
            numbers.randint(1, days),
            tzinfo=UTC,
        )
        + timedelta(seconds=numbers.randrange(86_400))
        for _ in range(count)
    ]


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("date", WRITTEN)
def test_a_column_of_dates_is_recognised(date, clock):
    samples = [each.strftime(date + clock) for each in moments(200, seed=1)]

    assert detect_format(TIME, samples).source_format == WRITTEN[date] + CLOCKS[clock]


@pytest.mark.parametrize("size", [1, 3, 30])
@pytest.mark.parametrize("date", WRITTEN)
def test_few_dates_are_recognised_or_asked_about_but_never_misread(date, size):
    for seed in range(2):
        there = moments(size, seed)
        samples = [each.strftime(date) for each in there]

        found = detect_format(DATE, samples)

        if found.question is None:
            assert read_cells(DATE, samples, found.source_format) == [each.date() for each in there]
        else:
            assert WRITTEN[date] in [each.source_format for each in found.readings]


@pytest.mark.parametrize(
    "date", ["%d/%m/%Y", "%m/%d/%Y", "%-d.%-m.%Y", "%d-%m-%y", "%d%m%Y", "%m%d%Y"]
)
def test_days_up_to_twelve_are_a_question(date):
    samples = [each.strftime(date) for each in moments(50, seed=3, days=12)]

    found = detect_format(DATE, samples)

    assert found.source_format is None
    assert len(found.readings) >= 2
    assert len({each.value for each in found.readings}) == len(found.readings)
    assert found.question is not None
    assert found.readings[0].sample in found.question
    assert all(each.value in found.question for each in found.readings)


def test_a_question_shows_an_example_and_its_value_under_each_reading():
    assert detect_format(DATE, ["03/03/2026", "03/04/2026"]) == Detection(
        None,
        (
            Reading("DD/MM/YYYY", "03/04/2026", "2026-04-03"),
            Reading("MM/DD/YYYY", "03/04/2026", "2026-03-04"),
        ),
        "Renewal can be read in 2 ways: '03/04/2026' is 2026-04-03 with 'DD/MM/YYYY'; "
        "2026-03-04 with 'MM/DD/YYYY'. Which one is meant? Set source_format.",
    )


PROPOSED = [
    (DATE, ["2026-01-02", "2026-12-31 10:00"], None),
    (TIME, ["2026-01-31T10:00:00Z", "2026-01-31"], None),
    (TIME, ["1767225600", "1769853600"], "epoch seconds"),
    (TIME, ["1767225600125"], "epoch milliseconds"),
    (TIME, ["1767225600125999"], "epoch microseconds"),
    (DATE, ["45000", "46053.5"], "excel serial"),
    (TIME, ["20260131102233"], "YYYYMMDDhhmmss"),
    (TIME, ["31-JAN-26 10.00.00.125999999 PM"], "DD-MMM-YY hh.mm.ss.SSSSSSSSS a"),
    (DATE, ["03/03/2026"], "DD/MM/YYYY"),
    (NUMBER, ["12", "-7.5", "1e3"], None),
    (NUMBER, ["1,234.50", "7"], "0,000.00"),
    (NUMBER, ["1.234,50", "7"], "0.000,00"),
    (NUMBER, ["1.234.567"], "0.000,00"),
    (NUMBER, ["1,5"], "0000,00"),
    (NUMBER, ["1 234,5"], "0 000,00"),
    (NUMBER, ["1\u202f234.5"], "0 000.00"),
    (NUMBER, ["1\u2019234.5"], "0'000.00"),
    (NUMBER, ["12,34,567.5"], "0,00,000.00"),
    (NUMBER, ["(5)", "7"], "0,000.00"),
    (WHOLE, ["12%", "5 %"], "0,000.00%"),
    (MONEY, ["\u20ac1.234,50", "-5 \u20ac"], "\u20ac0.000,00"),
    (MONEY, ["$5", "$1,234.50"], "$0,000.00"),
    (EUROS, ["\u20ac1.234,50", "5 EUR"], "0.000,00"),
    (FLAG, ["yes", "N", "1"], None),
    (FLAG, ["ja", "Nein"], "ja|j/nein|n"),
    (FLAG, ["active"], "active/inactive"),
    (TAG, ["1", "0"], "true|yes|t|y|1|on/false|no|f|n|0|off"),
    (ITEMS, ["red;blue", "red"], None),
    (ITEMS, ["red", "blue"], None),
    (COLOURS, ["red, blue"], ","),
    (COLOURS, ['["red"]'], "json"),
    (COLOURS, ["red|blue", "green"], "|"),
]


@pytest.mark.parametrize(("attribute", "samples", "source_format"), PROPOSED)
def test_what_can_be_read_in_one_way_is_proposed(attribute, samples, source_format):
    found = detect_format(attribute, samples)

    assert (found.source_format, found.question) == (source_format, None)
    assert [each.source_format for each in found.readings] == [source_format]
    if source_format is not None:
        assert format_problem(source_format, attribute, Kind.TEXT) is None


ASKED = [
    (DATE, ["01-02-03"], {"DD-MM-YY", "MM-DD-YY", "YY-MM-DD"}),
    (TIME, ["1/2/2026 10:00 PM"], {"D/M/YYYY hh:mm a", "M/D/YYYY hh:mm a"}),
    (NUMBER, ["1.234", "5.678"], {None, "0.000,00"}),
    (NUMBER, ["1,234"], {"0,000.00", "0000,00"}),
    (NUMBER, ["12%"], {"0,000.00%", "0,000.00% as fraction"}),
    (MONEY, ["$1,234"], {"$0,000.00", "$0000,00"}),
    (WHOLE, ["2.000"], {None, "0.000,00"}),
    (ITEMS, ["red, blue"], {None, ","}),
    (ITEMS, ['["red"]'], {None, "json"}),
]


@pytest.mark.parametrize(("attribute", "samples", "formats"), ASKED)
def test_what_can_be_read_in_several_ways_is_asked(attribute, samples, formats):
    found = detect_format(attribute, samples)

    assert found.source_format is None
    assert {each.source_format for each in found.readings} == formats
    assert found.question is not None
    assert f"{len(formats)} ways" in found.question


SECRET = [
    (DATE, ["Jane Doe 1", "soon", "31/01/2026", "2026-01-31"]),
    (DATE, ["2020104"]),
    (DATE, ["31/02/2026"]),
    (DATE, ["31/01/2026", "01/31/2026"]),
    (NUMBER, ["12", "many"]),
    (MONEY, ["$5", "\u00a35"]),
    (EUROS, ["$5"]),
    (FLAG, ["gold", "silver"]),
    (COLOURS, ["pink"]),
]


@pytest.mark.parametrize(("attribute", "samples"), SECRET)
def test_what_cannot_be_read_is_asked_about_in_shapes_and_never_shown(attribute, samples):
    found = detect_format(attribute, samples)

    assert found.source_format is None
    assert found.readings == ()
    assert found.question is not None
    assert not [each for each in samples if each in found.question]
    assert "No known notation reads every sampled cell" in found.question


def test_the_nearest_reading_and_the_shapes_that_it_fails_on_are_told():
    samples = [*(f"{day:02}/01/2026" for day in range(1, 30)), "Jan 5th", "tbd-2027"]

    question = detect_format(DATE, samples).question

    assert question is not None
    assert "'DD/MM/YYYY', which fails on 2 of 31. Those look like 'Aaa 9aa', 'aaa-9999'" in question


@pytest.mark.parametrize(
    "attribute",
    [
        Attribute("Name"),
        Attribute("Tier", DataType.LIST),
        Attribute("CRM Id", DataType.FOREIGN_KEY),
        Attribute("date", DataType.DATE, key=KeyFolding.DAY),
        Attribute("account_id", key=KeyFolding.ACCOUNT_ID),
    ],
)
def test_what_takes_no_format_is_not_asked_about(attribute):
    assert detect_format(attribute, ["31/01/2026"]) == Detection(None)


def test_blank_samples_say_nothing():
    assert detect_format(DATE, ["", " ", "\u00a0"]) == Detection(None)
    assert detect_format(DATE, []) == Detection(None)
    assert detect_format(DATE, ["", "31/01/2026"]).source_format == "DD/MM/YYYY"


def test_a_time_that_the_zone_skips_is_no_reading():
    samples = ["29/03/2026 02:30:00"]

    assert detect_format(TIME, samples).source_format == "DD/MM/YYYY hh:mm:ss"
    assert detect_format(TIME, samples, timezone="Europe/Berlin").question is not None


def test_a_mixed_column_is_not_guessed():
    both = [each.strftime("%d/%m/%Y") for each in moments(100, seed=5)]
    both += [each.strftime("%m/%d/%Y") for each in moments(100, seed=6)]

    found = detect_format(DATE, both)

    assert found.source_format is None
    assert found.question is not None
