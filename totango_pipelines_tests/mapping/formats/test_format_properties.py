"""Whatever the cells are: a value or a reject, and what is written by a pattern reads back."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from totango_pipelines.catalog.attributes import DataType
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
    Reject,
    read_cells,
)

FORMATS = [
    *(
        (DATE, text)
        for text in [None, "DD/MM/YYYY", "D.M.YY", "D MMM YYYY", "YYYYMMDD", "%d/%m/%Y"]
    ),
    *((DATE, text) for text in ["excel serial", "epoch milliseconds", "ddd, MMMM D, YYYY"]),
    *((TIME, text) for text in [None, "YYYY-MM-DDThh:mm:ssZ", "M/D/YY h:mm a", "excel serial"]),
    *((TIME, text) for text in ["DD.MM.YYYY hh:mm:ss.SSSSSSSSS", "epoch seconds", "YYYYMMDD"]),
    *((NUMBER, text) for text in [None, "0,000.00", "0.000,00", "0 000,00", "0.00% as fraction"]),
    *((MONEY, text) for text in [None, "0'000.00", "$0,000.00"]),
    *((EUROS, text) for text in ["0.000,00", "0,00,000.00"]),
    *((WHOLE, text) for text in [None, "0,000.00", "0 000"]),
    *((FLAG, text) for text in [None, "ja|j/nein|n"]),
    (TAG, "an/aus"),
    *((ITEMS, text) for text in [None, ",", "||", "json"]),
    (COLOURS, ","),
]
CODES = {"!FORMAT", "!OUT_OF_RANGE", "!NOT_WHOLE", "!VALUE_NOT_ALLOWED", "!TAG_VALUE"}
VALUES = {
    DataType.DATE: date,
    DataType.TIMESTAMP: datetime,
    DataType.NUMBER: float,
    DataType.CURRENCY: Decimal,
    DataType.WHOLE_NUMBER: int,
    DataType.BOOLEAN: bool,
    DataType.TAG: bool,
    DataType.MULTI_LIST: str,
}
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
NEARLY = st.text("0123456789.,:-/+ ()%'$€TZAPMJanFebMarjn;|[]\"\u00a0\u2212\x00", max_size=24)
CELLS = st.lists(st.one_of(st.none(), ANY_TEXT, NEARLY), min_size=20, max_size=60)
DAYS = st.lists(st.dates(date(1, 1, 1), date(9999, 12, 31)), min_size=1, max_size=20)
NEAR_DAYS = st.lists(st.dates(date(1969, 1, 1), date(2068, 12, 31)), min_size=1, max_size=20)


def plain(value):
    """A mapped value as plain text, which reads back without a format."""
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


@pytest.mark.parametrize(
    ("attribute", "source_format"), FORMATS, ids=lambda each: getattr(each, "data_type", each)
)
@settings(max_examples=6, deadline=None, derandomize=True)
@given(cells=CELLS, zone=st.sampled_from(["UTC", "America/Sao_Paulo"]))
def test_any_text_becomes_a_value_or_is_rejected(attribute, source_format, cells, zone):
    found = read_cells(attribute, cells, source_format, zone=zone)

    values = [value[0] if isinstance(value, tuple) else value for value in found]
    kept = [value for value in values if not isinstance(value, Reject)]
    odd = {value for value in values if isinstance(value, Reject)} - CODES
    blank = [cell is None or not cell.strip() for cell in cells]
    assert odd == set()
    assert all(value is None for value, is_blank in zip(values, blank, strict=True) if is_blank)
    assert all(value is None or isinstance(value, VALUES[attribute.data_type]) for value in kept)
    assert read_cells(attribute, [plain(value) for value in kept]) == kept


RENDERED = {
    "DD/MM/YYYY": lambda day: f"{day.day:02}/{day.month:02}/{day.year:04}",
    "D.M.YYYY": lambda day: f"{day.day}.{day.month}.{day.year:04}",
    "YYYYMMDD": lambda day: f"{day.year:04}{day.month:02}{day.day:02}",
    "D MMM YYYY": lambda day: f"{day.day} {day.strftime('%b')} {day.year:04}",
    "MMMM DD, YYYY": lambda day: f"{day.strftime('%B').upper()} {day.day:02}, {day.year:04}",
    "dddd D MMMM YYYY": lambda day: f"{day.strftime('%A %-d %B')} {day.year:04}",
    "%d.%m.%Y": lambda day: f"{day.day:02}.{day.month:02}.{day.year:04}",
}


@pytest.mark.parametrize("source_format", RENDERED)
@settings(max_examples=20, deadline=None, derandomize=True)
@given(days=DAYS)
def test_a_date_that_a_pattern_writes_reads_back(source_format, days):
    written = [RENDERED[source_format](day) for day in days]

    assert read_cells(DATE, written, source_format) == days


@settings(max_examples=20, deadline=None, derandomize=True)
@given(days=NEAR_DAYS)
def test_a_two_digit_year_reads_back_within_its_hundred_years(days):
    assert read_cells(DATE, [day.strftime("%d.%m.%y") for day in days], "DD.MM.YY") == days
    assert read_cells(DATE, [day.strftime("%y%m%d") for day in days], "YYMMDD") == days


@settings(max_examples=20, deadline=None, derandomize=True)
@given(
    moments=st.lists(
        st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)),  # noqa: DTZ001
        min_size=1,
        max_size=20,
    ),
    minutes=st.integers(-14 * 60, 14 * 60),
)
def test_a_time_with_an_offset_reads_back_at_the_millisecond(moments, minutes):
    sign, (hours, rest) = "+-"[minutes < 0], divmod(abs(minutes), 60)
    digits = [f"{each.isoformat(' ', 'microseconds')}" for each in moments]
    written = [f"{each}789{sign}{hours:02}:{rest:02}" for each in digits]

    found = read_cells(TIME, written, "YYYY-MM-DD hh:mm:ss.SSSSSSSSSXXX")

    instants = [each - timedelta(minutes=minutes) for each in moments]
    assert [each.replace(tzinfo=None) for each in found] == [
        each.replace(microsecond=each.microsecond // 1000 * 1000) for each in instants
    ]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    amounts=st.lists(
        st.decimals(-(10**13), 10**13, places=4, allow_nan=False), min_size=1, max_size=20
    ),
    minus=st.sampled_from(["-{}", "({})", "{}-", "\u2212{}", "- {}"]),
    dress=st.sampled_from(["{}", "€{}", "{} €", "{} EUR", "EUR\u00a0{}", " {} "]),
)
def test_an_amount_reads_back_exactly_however_it_is_dressed(amounts, minus, dress):
    def written(amount):
        number = f"{abs(amount):,.4f}".translate(str.maketrans(",.", ".,"))
        return minus.format(dress.strip().format(number)) if amount < 0 else dress.format(number)

    assert read_cells(EUROS, [written(each) for each in amounts], "0.000,00") == amounts


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    numbers=st.lists(
        st.floats(-1e9, 1e9).map(lambda each: round(each, 3)), min_size=1, max_size=20
    ),
    marks=st.sampled_from([",.", ".,", " ,", "'.", "\u202f,", "\u2019."]),
)
def test_a_number_reads_back_whatever_its_marks(numbers, marks):
    table = str.maketrans(",.", marks)

    found = read_cells(
        NUMBER, [f"{each:,.3f}".translate(table) for each in numbers], f"0{marks[0]}000{marks[1]}00"
    )

    assert found == numbers


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(st.lists(st.text("abc \u00a0é-", max_size=4), max_size=6), min_size=1, max_size=10))
def test_the_same_set_of_items_is_the_same_text(lists):
    def joined(items):
        return ";".join(sorted({item.strip() for item in items} - {""}, key=str.encode)) or None

    wanted = [joined(items) for items in lists]
    assert read_cells(ITEMS, ["|".join(items) for items in lists], "|") == wanted
    assert read_cells(ITEMS, [" || ".join(reversed(items)) for items in lists], "||") == wanted
