"""Cells that are not what their format says: each is rejected with its code, none is guessed."""

import pytest

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
    read_cells,
)

F, R, W = "!FORMAT", "!OUT_OF_RANGE", "!NOT_WHOLE"
NOISE = [
    *("x", "-", "?", "NULL", "null", "n/a", "N/A", "None", "nan", "NaN", "inf", "-inf", "infinity"),
    *("epoch", "now", "today", "true", "0x1F", "1e5", "1_000", "#REF!", "=1+1", "'", '"', "\\"),
    *("\x00", "1\x00", "%", "%Y", "{x}", "{c}", "$1", "\u0661\u0662", "\U0001f600", "--", "''"),
    *("; DROP TABLE t", "<b>", "0" * 400, "9" * 400, "a" * 3000, "\u200b", "\ufeff1", "1\n2"),
]
# What every date pattern refuses, whatever its letters.
NO_DATES = [*NOISE, "0", "1", "20260231", "2026-02-30", "30/02/2026", "02/30/2026", "2026-13-01"]

CASES = {
    (DATE, "DD/MM/YYYY"): {
        F: [
            *NO_DATES,
            *("2026-01-31", "31-01-2026", "31/01/26", "1/2/2026", "01/2/2026", "31/01/02026"),
            *("31/01/2026x", "x31/01/2026", "31/01/2026 10:00", "31 /01/2026", "31/01/ 2026"),
            *("00/01/2026", "01/00/2026", "32/01/2026", "31/04/2026", "29/02/2025", "01/13/2026"),
            *(
                "01/01/0000",
                "-1/01/2026",
                "+1/01/2026",
                "31//01/2026",
                "31/01/2026/",
                "31/Jan/2026",
            ),
        ]
    },
    (DATE, "YYYYMMDD"): {
        F: [
            *("2020104", "202601311", "2026131", "260131", "20261301", "20260132", "00000101"),
            *("2026 0131", "2026-0131", "20260131.5", "+20260131", "2026013A"),
        ]
    },
    (DATE, "YYYY-MM-DD"): {
        F: [
            *("20-01-02", "0020-1-2", "2026-1-31", "2026-01-31T00:00", "12026-01-31", "2026/01/31"),
            *("2026-01-31Z", "0000-12-31", "2026-02-29", "2026-00-10", "2026-01-00", "2026-01--1"),
        ]
    },
    (DATE, "D.M.YY"): {
        F: ["31.01.2026", "31.1.6", "32.1.26", "1.13.26", "29.2.25", "1.1.", "..26"]
    },
    (DATE, "D MMM YYYY"): {
        F: [
            *("31 Jan. 2026", "31 January 2026", "31 01 2026", "31 Foo 2026", "31 Feb 2026"),
            *("31 J\u00e4n 2026", "31Jan2026", "31 Ja 2026", "31 \u017fep 2026", "1 ma\u0443 2026"),
        ]
    },
    (DATE, "MMMM D, YYYY"): {
        F: ["Jan 31, 2026", "Januar 31, 2026", "January 31 2026", "May 32, 2026"]
    },
    (DATE, "ddd DD.MM.YYYY"): {
        F: ["Sun 31.01.2026", "Xyz 31.01.2026", "31.01.2026", "Sat 31.02.2026"]
    },
    (DATE, "%d/%m/%Y"): {F: [*NO_DATES, "1/2/2026", "31/01/26", "31/01/2026 ."]},
    (TIME, "YYYY-MM-DDThh:mm:ssZ"): {
        F: [
            *("2026-01-31T10:00:00", "2026-01-31T10:00:00z", "2026-01-31T10:00Z", "2026-01-31"),
            *("2026-01-31 10:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T10:60:00Z"),
            *("2026-01-31T10:00:60Z", "2026-01-31T10:00:00+1", "2026-01-31T10:00:00+16:00"),
            *("2026-01-31T10:00:00+05:3", "2026-01-31T10:00:00+05:60", "2026-01-31T10:00:00 Z"),
            *("2026-01-31T10:00:00UTC", "2026-01-31T10:00:00.5Z", "2026-02-30T10:00:00Z"),
        ],
        R: ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"],
    },
    (TIME, "DD.MM.YYYY hh:mm:ss"): {
        F: [
            *NO_DATES,
            *("31.01.2026", "31.01.2026 10:00", "31.01.2026 24:00:00", "31.01.2026 10:60:00"),
            *("31.01.2026 10:00:61", "31.01.2026  10:00:00", "31.01.2026T10:00:00"),
            *("31.01.2026 10:00:00Z", "31.01.2026 10:00:00 PM", "31.01.2026 1:00:00"),
        ]
    },
    (TIME, "MM/DD/YYYY hh:mm:ss:SSS"): {
        F: [
            *("01/31/2026 10:00:00", "01/31/2026 10:00:00:12", "01/31/2026 10:00:00:1234"),
            *("01/31/2026 10:00:00.123", "31/01/2026 10:00:00:123"),
        ]
    },
    (TIME, "M/D/YYYY h:mm a"): {
        F: [
            *("1/31/2026 13:00 PM", "1/31/2026 0:30 AM", "1/31/2026 10:00", "1/31/2026 10:00PM"),
            *("1/31/2026 10:00 XM", "1/31/2026 10:00 p.m.", "1/31/2026 10:00 P"),
        ]
    },
    (TIME, "epoch seconds"): {
        F: ["1.5.2", "1e9", "1,767", "2026-01-31", "12:00", "1767225600s", "- 5"],
        R: ["99999999999999", "-99999999999999", "253402300800", "-62135596801", "9" * 18],
    },
    (TIME, "epoch milliseconds"): {F: ["x1", "1.2.3", "9" * 19], R: ["253402300800000", "9" * 18]},
    (DATE, "excel serial"): {
        F: ["x", "45,000", "45000.5.5", "1e5", "nan", "infinity", "2026-01-31", "$5"],
        R: ["0", "1", "59", "60", "60.99", "-5", "2958466", "9" * 17],
    },
    (NUMBER, "0,000.00"): {
        F: [
            *(each for each in NOISE if each not in {"0" * 400, "9" * 400}),
            *("1,23,4", "12,34", "1,2345", "1234,567", ",123", "1,,234", "1,234,56.7", "0,1"),
            *("1.234.567", "1.234,56", "1 234", "1'234", "- -5", "--5", "-5-", "(5", "5)", "(-5)"),
            *("((5))", "5%", "$5", "\u20ac5", "5 EUR", "1,234.5.", "+-5", ".", "()", "1.2.3"),
        ],
        R: ["9" * 400, "9,007,199,254,740,993", "9007199254740993"],
    },
    (NUMBER, "0.000,00"): {
        F: ["1,234.50", "1.2", "1.23,4", "12.34", "1.2345,6", "1,2,3", "1 234,5", ",", "1..234"]
    },
    (NUMBER, "0 000,00"): {
        F: ["1 23", "12 34,5", "1 2345", "1.234,5", "1\t234", "1  234", "1 234.5"]
    },
    (NUMBER, "0'000.00"): {F: ["1'23", '1"234', "1''234", "'123", "1`234", "1,234.5"]},
    (NUMBER, "0,00,000.00"): {F: ["1,000,000", "1,0,000", "100,000", "1,00,00", "1,00,0000"]},
    (NUMBER, "0000,00"): {F: ["1.234,5", "1234.5", "1 234,5", "1,2,3", "1,2 3"]},
    (NUMBER, "0.00%"): {F: ["12", "%12", "12%%", "12 % %", "12,5%", "12 percent", "%", "$12%"]},
    (NUMBER, "0.00% as fraction"): {F: ["0.12", "12", "%", "x%"]},
    (WHOLE, "0.000,00"): {
        F: ["1,234.0", "x", "1.2", "12%"],
        W: ["1.234,50", "0,5", "-0,1", "1,01"],
        R: ["9.223.372.036.854.775.808", "99999999999999999999"],
    },
    (EUROS, "\u20ac0.000,00"): {
        F: [
            *(
                "$5",
                "5 USD",
                "\u00a35",
                "\u20ac\u20ac5",
                "\u20ac5\u20ac",
                "EUR 5 \u20ac",
                "5 EU",
                "EURO 5",
            ),
            *(
                "\u20ac",
                "EUR",
                "\u20ac-",
                "1,23456",
                "\u20ac 1,234.50",
                "5\u20ac5",
                "\u20ac--5",
                "\u20ac5%",
            ),
        ],
        R: ["100.000.000.000.000", "\u20ac-100000000000000"],
    },
    (DOLLARS, "0,000.00"): {
        F: ["\u20ac5", "CAD 5", "C$5", "5 EUR", "A$5", "\uff045", "R$5", "kr 5"]
    },
    (MONEY, "0,000.00"): {F: ["$5", "5 EUR", "\u20ac5", "1.00005", "1.234,50", "5,5"]},
    (FLAG, "ja|j/nein|n"): {
        F: ["yes", "true", "1", "0", "jaa", "ne", "ja nein", "ja/nein", "j|ja", "\u0458a"]
    },
    (TAG, "active/inactive"): {"!TAG_VALUE": ["yes", "true", "act", "active/", "in active", "1"]},
    (ITEMS, ","): {F: ["a;b", "a,b;", ";", "\x00", "a,\x00"]},
    (ITEMS, None): {F: ["\x00", "a;\x00b"]},
    (ITEMS, "json"): {
        F: [
            *(
                "a",
                "[",
                "]",
                "[a]",
                "['a']",
                '["a"',
                '{"a":"b"}',
                '"a"',
                "1",
                "null",
                "true",
            ),
            *('["a",1]', '["a",null]', '[["a"]]', '[{"a":1}]', "[true]", '["a;b"]', '["\\ud800"]'),
            *('["\\u0000"]', '["a"] ["b"]', '["a"]x', "[" * 2000, '["a\nb"]'),
        ]
    },
    (COLOURS, ","): {
        "!VALUE_NOT_ALLOWED": ["pink", "red,pink", "RED", "red blue", "red|blue", "r"],
        F: ["red;blue", "pink;"],
    },
}


def malformed():
    return sum(len(cells) for by_code in CASES.values() for cells in by_code.values())


@pytest.mark.parametrize(
    ("attribute", "source_format"), CASES, ids=lambda each: getattr(each, "data_type", each)
)
def test_a_malformed_cell_is_rejected_with_its_code(attribute, source_format):
    expected = [
        (cell, code) for code, cells in CASES[attribute, source_format].items() for cell in cells
    ]

    found = read_cells(attribute, [cell for cell, _ in expected], source_format)

    wrong = [
        (cell, code, value)
        for (cell, code), value in zip(expected, found, strict=True)
        if code != value
    ]
    assert wrong == []


def test_there_are_hundreds_of_them():
    assert malformed() >= 300


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe"])
@pytest.mark.parametrize("source_format", [None, "DD.MM.YYYY hh:mm:ss", "YYYYMMDD", "excel serial"])
def test_a_zone_makes_no_cell_readable(zone, source_format):
    assert set(read_cells(TIME, NOISE, source_format, zone=zone)) <= {F, R}
