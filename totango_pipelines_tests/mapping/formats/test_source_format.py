import pytest

from totango_pipelines.catalog.attributes import Attribute, DataType, KeyFolding
from totango_pipelines.mapping.columns import Kind
from totango_pipelines.mapping.conversions import conversion_for
from totango_pipelines.mapping.formats.currencies import SIGNS
from totango_pipelines.mapping.formats.source_format import FormatProblem, format_problem
from totango_pipelines.mapping.messages import describe
from totango_pipelines_tests.mapping.formats.format_scene import (
    COLOURS,
    DATE,
    DOLLARS,
    EUROS,
    FLAG,
    ITEMS,
    MONEY,
    NUMBER,
    TAG,
    TIME,
    WHOLE,
)

TEXT = Attribute("Name")
KEY = Attribute("account_id", key=KeyFolding.ACCOUNT_ID)
DAY_KEY = Attribute("date", DataType.DATE, key=KeyFolding.DAY)
STREAM_TIME = Attribute("timestamp", DataType.TIMESTAMP, key=KeyFolding.INSTANT)
EXTERNAL = Attribute("CRM Id", DataType.FOREIGN_KEY)

# What is wrong, and the words that the message has to hold.
WRONG = [
    (DATE, "YYYY-mm-DD", ["minutes (mm) but no month", "Did you mean MM?"]),
    (TIME, "DD/MM/YYYY hh:MM:ss", ["the month twice (MM and MM)", "Did you mean mm?"]),
    (DATE, "YYYY-MM", ["no place for the day", "add DD"]),
    (DATE, "hh:mm", ["no place for the year, the month and the day", "YYYY, MM and DD"]),
    (DATE, "DD/DD/YYYY", ["the day twice (DD and DD)", "no place for the month"]),
    (DATE, "YYYY-MM-DD YY", ["the year twice (YYYY and YY)"]),
    (TIME, "YYYY-MM-DD mm", ["the minutes but no place for the hour", "Add hh"]),
    (TIME, "YYYY-MM-DD hh:ss", ["the seconds but no place for the minutes"]),
    (TIME, "YYYY-MM-DD hh:mm.SSS", ["the fraction of a second but no place for the seconds"]),
    (TIME, "YYYY-MM-DD a", ["AM or PM but no place for the hour"]),
    (DATE, "YYYYMD", ["where M ends and D begins", "Put a mark between them"]),
    (DATE, "D'1'.MM.YYYY", ["where D ends and 1 begins"]),
    (TIME, "YYYY-MM-DD hh:mm:ssZ'x'", ["goes on after the offset Z", "stands last"]),
    (DATE, "YYYYY-MM-DD", ["'YYYYY'", "Did you mean YYYY?"]),
    (DATE, "YYYY-MMMMM-DD", ["'MMMMM'", "Did you mean MMMM?"]),
    (DATE, "DDD.MM.YYYY", ["'DDD'", "Did you mean DD?"]),
    (TIME, "YYYY-MM-DD hh:m", ["'m'", "Did you mean mm?"]),
    (TIME, "YYYY-MM-DD hh:mm:s", ["'s'", "Did you mean ss?"]),
    (TIME, "YYYY-MM-DD hh:mm:ssXXXX", ["'XXXX'", "Did you mean XXX?"]),
    (DATE, "QQ YYYY-MM-DD", ["'QQ'", "stands for no part"]),
    (DATE, "DD.MM.2026", ["the digit '2'"]),
    (DATE, "DD.MM.YYYY'", ['"\'" without its partner']),
    (DATE, "[Week DD.MM.YYYY", ["'[' without its partner"]),
    (DATE, "%d/%m/%Q", ["'%Q'", "not supported", "%d"]),
    (DATE, "%Y-%j", ["'%j'", "not supported"]),
    (DATE, "%d/%m", ["no place for the year"]),
    (DATE, "%d/%m/%Y %", ["'%'", "not supported"]),
    (TIME, "%d/%m/%Y %I:%M", ["without AM or PM", "Add %p"]),
    (DATE, "epoch secs", ["Did you mean 'epoch seconds'?"]),
    (DATE, "unix", ["epoch seconds, epoch milliseconds"]),
    (DATE, "soon", ["'s'", "'oo'", "'n'"]),
    (NUMBER, "1,234.56", ["no model of a number", "Write the digits as 0", "0,000.00"]),
    (NUMBER, "#,##0.00", ["no model of a number", "Write the digits as 0"]),
    (NUMBER, "YYYY-MM-DD", ["no model of a number", "not a date"]),
    (NUMBER, "0,00.0", ["no model of a number"]),
    (NUMBER, "0.000.00", ["no model of a number"]),
    (NUMBER, "0,000", ["thousands or decimals", "0,000.00 or 0000,000"]),
    (NUMBER, "0.000", ["thousands or decimals", "0.000,00 or 0000.000"]),
    (NUMBER, "0.00 as fraction", ["without a percent sign"]),
    (NUMBER, "$0,000.00", ["the currency $, but Seats is a number"]),
    (NUMBER, "0,000.00 pcs", ["'pcs'", "no currency"]),
    (WHOLE, "0.00% as fraction", ["whole number", "without `as fraction`"]),
    (MONEY, "0.00%", ["percent sign, but MRR is an amount"]),
    (EUROS, "$0,000.00", ["is in $, but MRR is declared in EUR", "never converted"]),
    (EUROS, "0,000.00 USD", ["is in USD, but MRR is declared in EUR"]),
    (DOLLARS, "€0.000,00", ["is in €, but MRR is declared in USD"]),
    (MONEY, "0,000.00 Taler", ["'Taler'"]),
    (FLAG, "ja", ["no slash"]),
    (FLAG, "ja/nein/egal", ["more than one slash"]),
    (FLAG, "ja|/nein", ["an empty word"]),
    (FLAG, "/nein", ["an empty word"]),
    (FLAG, "ja|X/x", ["'X' for yes and for no"]),
    (ITEMS, "and", ["no separator"]),
    (ITEMS, "----", ["no separator"]),
    (ITEMS, "x", ["no separator"]),
    (TEXT, "0,000.00", ["a text is taken as it is written"]),
    (Attribute("Tier", DataType.LIST), ",", ["a list is taken as it is written"]),
    (KEY, "YYYY", ["key attribute account_id", "no source format"]),
    (DAY_KEY, "DD.MM.YYYY", ["key attribute date"]),
    (EXTERNAL, "x", ["keys take no source format"]),
]


@pytest.mark.parametrize(("attribute", "text", "words"), WRONG)
def test_a_wrong_format_is_explained(attribute, text, words):
    found = format_problem(text, attribute, Kind.TEXT)

    assert isinstance(found, FormatProblem)
    said = f"{found.problem} {found.remedy}"
    assert [each for each in words if each not in said] == [], said
    assert found.problem.endswith("."), found.problem
    assert found.remedy.endswith((".", "?")), found.remedy


RIGHT = [
    *((TIME, text) for text in ["YYYY-MM-DDThh:mm:ssZ", "YYYY-MM-DDThh:mm:ssXXX", "excel serial"]),
    *((TIME, text) for text in ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss", "EPOCH  Seconds"]),
    *(
        (DATE, text)
        for text in ["DD 'o''clock' MM YYYY", "D[.]M[.]YY", "%F", "%d %B %y", " YYYYMMDD "]
    ),
    *(
        (NUMBER, text)
        for text in ["0", "0.00", "0000,0", "0 000", "0\u202f000,00", "0\u2019000.00"]
    ),
    *((NUMBER, text) for text in ["0,000.00 %", "0% as fraction", "0,00,000.00"]),
    *(
        (MONEY, text)
        for text in ["$0,000.00", "0.000,00 €", "EUR 0.000,00", "0,000.00 XYZ", "kr 0"]
    ),
    *((EUROS, text) for text in ["0.000,00", "€0.000,00", "EUR0.000,00", "0,000.00"]),
    (DOLLARS, "US$0,000.00"),
    (Attribute("MRR", DataType.CURRENCY, currency="CAD"), "$0,000.00"),
    *((FLAG, text) for text in ["ja/nein", " ja | j / nein ", "1/2"]),
    *((TAG, text) for text in ["active/inactive"]),
    *((ITEMS, text) for text in [",", "|", "||", ", ", " ", "\n", "JSON", "\\", "-+-"]),
    *((COLOURS, text) for text in [";", "."]),
    (STREAM_TIME, "DD.MM.YYYY hh:mm"),
]


@pytest.mark.parametrize(("attribute", "text"), RIGHT)
def test_a_right_format_has_no_problem_and_a_conversion(attribute, text):
    assert format_problem(text, attribute, Kind.TEXT) is None
    assert conversion_for(attribute, "c", Kind.TEXT, source_format=text) is not None


NUMERIC = [Kind.INTEGER, Kind.FLOAT, Kind.DECIMAL, Kind.DECIMAL_TEXT]


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.TEXT])
def test_a_typed_column_takes_only_what_numbers_can_be(kind):
    takes_counts = format_problem("epoch seconds", TIME, kind) is None
    takes_digits = format_problem("YYYYMMDD", DATE, kind) is None
    takes_words = format_problem("1/2", FLAG, kind) is None
    wrong = [
        format_problem("DD.MM.YYYY", DATE, kind),
        format_problem("0,000.00", NUMBER, kind),
        format_problem(",", ITEMS, kind),
    ]

    assert takes_counts == takes_digits == (kind in NUMERIC)
    assert takes_words == (kind is Kind.INTEGER)
    assert all(wrong), wrong


def test_everything_wrong_is_said_at_once():
    found = format_problem("YYYYY-QQ-DDD", DATE, Kind.TEXT)

    assert found is not None
    assert all(each in found.problem for each in ("'YYYYY'", "'QQ'", "'DDD'"))


def test_an_invalid_format_makes_no_conversion():
    with pytest.raises(ValueError, match="no place for the day"):
        conversion_for(DATE, "c", Kind.TEXT, source_format="YYYY-MM")


def test_no_currency_sign_can_be_taken_for_a_part_of_the_number():
    for signs in SIGNS.values():
        for sign in signs:
            assert not set(sign) & set("0123456789.,'-()% \u2019\u2212"), sign


@pytest.mark.parametrize("attribute", [DATE, TIME, NUMBER, WHOLE, MONEY, FLAG, ITEMS])
def test_a_reject_names_the_format_that_was_expected(attribute):
    problem, remedy = describe("FORMAT", attribute, "THE FORMAT")

    assert "THE FORMAT" in problem + remedy
    assert "THE FORMAT" not in "".join(describe("FORMAT", attribute))


def test_a_foreign_sign_is_told_to_be_another_currency():
    assert "another currency's sign" in describe("FORMAT", EUROS, "€0.000,00")[1]
    assert "'ja/nein'" in describe("TAG_VALUE", TAG, "ja/nein")[0]
    assert "red, green, blue" in describe("VALUE_NOT_ALLOWED", COLOURS, ",")[1]
