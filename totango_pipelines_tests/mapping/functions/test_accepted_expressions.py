"""What an expression yields, over a row of every kind, an empty, an extreme and a null one."""

import pytest

from totango_pipelines.mapping.columns import Kind, SourceColumn
from totango_pipelines_tests.mapping.functions.expression_scene import (
    COLUMNS,
    FAILED,
    accepted,
    engine_with_rows,
    evaluated,
)


@pytest.fixture(scope="module")
def engine():
    with engine_with_rows() as opened:
        yield opened


FIRST_ROW = [
    ("id", "1"),
    ("name", "Ada"),
    ("NAME", "Ada"),
    ('"name"', "Ada"),
    ("amount", "10.50"),
    ("amount * 2", "21.00"),
    ("price", "2.5000"),
    ("rate", "1.5"),
    ("small + 1", "8"),
    ('"order" || "we""ird" || größe', "owg"),
    ('"A" || "a"', "Aa"),
    ('"case" || "null"', "cn"),
    ("'it''s'", "it's"),
    ("12.50", "12.50"),
    ("TRUE", "true"),
    ("run_time", "2026-03-31 12:00:00+00"),
    ("integration_id", "crm_accounts"),
    ("INTEGRATION_ID || ':' || id", "crm_accounts:1"),
    ("1 + 2 * 3 - 4", "3"),
    ("(1 + 2) * 3", "9"),
    ("- - 3", "3"),
    ("+id", "1"),
    ("7 // 2 + 7 % 2", "4"),
    ("7 / 2", "3.5"),
    ("NOT active OR id = 1", "true"),
    ("id BETWEEN 0 AND 2 AND name LIKE 'A%'", "true"),
    ("id NOT BETWEEN 2 AND 3", "true"),
    ("name NOT ILIKE 'a_a'", "false"),
    ("name IN ('Ada', 'Bob')", "true"),
    ("name NOT IN ('Ada', 'Bob')", "false"),
    ("name IS NULL", "false"),
    ("name IS NOT NULL", "true"),
    ("active IS TRUE", "true"),
    ("active IS NOT FALSE", "true"),
    ("name IS DISTINCT FROM NULL", "true"),
    ("id == 1", "true"),
    ("id != 1", "false"),
    ("CASE WHEN id > 5 THEN 'many' WHEN id = 1 THEN 'one' ELSE 'few' END", "one"),
    ("CASE name WHEN 'Ada' THEN 1 END", "1"),
    ("CASE name WHEN 'Bob' THEN 1 END", None),
    ("if(active, 'yes', 'no')", "yes"),
    ("IIF(id = 2, 'yes', 'no')", "no"),
    ("coalesce(NULL, name, 'nobody')", "Ada"),
    ("ifnull(nullif(name, 'Ada'), 'nobody')", "nobody"),
    ("nvl(NULL, 1)", "1"),
    ("lookup(name, 'Bob', 'B', 'Ada', 'A')", "A"),
    ("lookup(name, 'Bob', 'B')", None),
    ("lookup(name, 'Bob', 'B', 'other')", "other"),
    ("lookup(id, 1, 'one', 2, 'two', 'many')", "one"),
    ("concat(name, NULL, id)", "Ada1"),
    ("concat_ws('/', name, NULL, id)", "Ada/1"),
    ("name || NULL", None),
    ("initcap('ada  o''neil-KING')", "Ada  O'neil-king"),
    ("right('000' || id, 3)", "001"),
    ("split_part('a;b', ';', 2) || split_part('a;b', ';', 9)", "b"),
    ("regexp_extract('ACME-42', '([A-Z]+)-([0-9]+)', 2)", "42"),
    ("regexp_replace('a1b2', '[0-9]', '', 'g')", "ab"),
    ("regexp_matches(name, '^a', 'i')", "true"),
    ("regexp_extract('x {1} y', '\\{[0-9]\\}')", "{1}"),
    ("CAST('12.345' AS DECIMAL(9,2))", "12.35"),
    ("'12'::INTEGER::VARCHAR || '!'", "12!"),
    ("CAST(NULL AS DOUBLE PRECISION)", None),
    ("TRY_CAST('n/a' AS DATE)", None),
    ("CAST(at AS TIMESTAMP WITH TIME ZONE)", "2026-03-31 14:05:09+00"),
    ("try_strptime(name, '%Y')", None),
    ("strptime('31.03.2026', '%d.%m.%Y')::DATE", "2026-03-31"),
    ("strftime(day, '%d/%m/%y')", "31/03/26"),
    ("date_trunc('quarter', day)::date", "2026-01-01"),
    ("extract(YEAR FROM seen)", "2026"),
    ("date_diff('day', DATE '2026-03-01', day)", "30"),
    ("day + INTERVAL 1 MONTH", "2026-04-30 00:00:00"),
    ("day - INTERVAL '1 day 2 hours'", "2026-03-29 22:00:00"),
    ("day + INTERVAL (id) DAY", "2026-04-01 00:00:00"),
    ("date_add(day, to_days(1))", "2026-04-01 00:00:00"),
    ("day - DATE '2026-03-01'", "30"),
    ("at AT TIME ZONE 'Europe/Paris'", "2026-03-31 16:05:09"),
    ("seen AT TIME ZONE 'Europe/Paris'", "2026-03-31 12:05:09+00"),
    ("timezone('America/New_York', at)", "2026-03-31 10:05:09"),
    ("make_date(2026, 2, 28)", "2026-02-28"),
    ("last_day(day)", "2026-03-31"),
    ("epoch(to_timestamp(86400))", "86400.0"),
    ("date_diff('hour', seen, run_time)", "-2"),
    ("greatest(id, small, 3)", "7"),
    ("round(price / 3, 2)", "0.83"),
    ("power(2, 3)", "8.0"),
    ("json_extract_string('{\"a\": {\"b\": 1}}', '$.a.b')", "1"),
    ("length(sha256(name))", "64"),
]


@pytest.mark.parametrize(("text", "value"), FIRST_ROW, ids=[text for text, _ in FIRST_ROW])
def test_the_value_of_the_first_row(engine, text, value):
    assert evaluated(engine, accepted(text))[0] == value


EVERY_ROW = [
    ("1 / id", ["1.0", FAILED, "1.0842021724855044e-19", None]),
    ("10 // id", ["10", FAILED, "0", None]),
    ("10 % id", ["0", FAILED, "10", None]),
    ("mod(10, id)", ["0", FAILED, "10", None]),
    ("rate / rate", ["1.0", FAILED, "1.0", None]),
    ("rate % rate", ["0.0", FAILED, "0.0", None]),
    ("price / 0", [FAILED, FAILED, FAILED, None]),
    ("sqrt(id - 1)", ["0.0", FAILED, "3037000499.97605", None]),
    ("round(ln(id), 1)", ["0.0", FAILED, "43.7", None]),
    ("id + 1", ["2", "1", FAILED, None]),
    ("id * id", ["1", "0", FAILED, None]),
    ("small + small", ["14", "0", FAILED, None]),
    ("price * 100000", ["250000.0000", "0.0000", FAILED, None]),
    ("amount", ["10.50", None, FAILED, None]),
    ("coalesce(amount, 0)", ["10.50", "0.00", FAILED, "0.00"]),
    ("CAST(name AS INTEGER)", [FAILED, FAILED, FAILED, None]),
    ("TRY_CAST(name AS INTEGER)", [None, None, None, None]),
    ("CAST(rate AS INTEGER)", ["2", "0", FAILED, None]),
    ("strptime(name, '%Y-%m-%d')", [FAILED, FAILED, FAILED, None]),
    ("CASE WHEN name = 'Ada' THEN 1 ELSE CAST(name AS INTEGER) END", ["1", FAILED, FAILED, None]),
    ("CASE WHEN id <> 0 THEN 10 // id END", ["10", None, "0", None]),
    ("if(id = 0, 0, 10 / id)", ["10.0", "0.0", "1.0842021724855044e-18", None]),
    ("coalesce(id, CAST(name AS BIGINT))", ["1", "0", "9223372036854775807", None]),
    ("coalesce(nullif(id, 1), CAST(name AS BIGINT))", [FAILED, "0", "9223372036854775807", None]),
    ("10 / nullif(id, 0)", ["10.0", None, "1.0842021724855044e-18", None]),
    ("lookup(id, 0, CAST(name AS BIGINT), 5)", ["5", FAILED, "5", "5"]),
    ("nullif(CAST(nullif(name, 'Ada') AS INTEGER), 0)", [None, FAILED, FAILED, None]),
    ("CAST(name AS INTEGER) IS NULL", [FAILED, FAILED, FAILED, "true"]),
    ("day + INTERVAL 300000 YEAR", [FAILED, FAILED, FAILED, None]),
    ("make_date(small, 2, 30)", [FAILED, FAILED, FAILED, None]),
    ("json_extract_string(name, '$.a')", [FAILED, FAILED, FAILED, None]),
    ("substr(name, id, id)", ["A", "", FAILED, None]),
    ("name = CAST(id AS VARCHAR)", ["false", "false", "false", None]),
]


@pytest.mark.parametrize(("text", "values"), EVERY_ROW, ids=[text for text, _ in EVERY_ROW])
def test_a_row_that_cannot_be_computed_fails_alone(engine, text, values):
    assert evaluated(engine, accepted(text)) == values


KINDS = [
    ("name", Kind.TEXT),
    ("id", Kind.INTEGER),
    ("rate", Kind.FLOAT),
    ("amount", Kind.DECIMAL),
    ("active", Kind.BOOLEAN),
    ("day", Kind.DATE),
    ("seen", Kind.TIMESTAMP),
    ("at", Kind.INSTANT),
    ("NULL", None),
    ("INTERVAL 1 DAY", None),
    ("seen - seen", None),
    ("9" * 38, Kind.INTEGER),
]


@pytest.mark.parametrize(("text", "kind"), KINDS, ids=[text for text, _ in KINDS])
def test_the_result_says_how_the_mapping_reads_it(text, kind):
    assert accepted(text).kind is kind


def test_an_expression_says_which_columns_it_reads_in_reading_order():
    read = accepted("coalesce(name, 'x' || id, \"NAME\")").columns
    assert [column.name for column in read] == ["name", "id"]
    assert accepted("run_time").columns == ()


def test_a_source_column_goes_before_a_value_of_the_run():
    column = SourceColumn("Run_Time", "string", "VARCHAR")
    assert accepted("run_time", [column]).kind is Kind.TEXT
    assert accepted("run_time", [column]).columns == (column,)


NUMBERS = [
    (("string", "numeric(10,2)"), "DECIMAL(10,2)"),
    (("string", "NUMERIC"), "DECIMAL(38,10)"),
    (("string", "numeric(60,5)"), "DECIMAL(38,10)"),
    (("string", "numeric(5,-2)"), "DECIMAL(38,10)"),
    (("string", "numeric(5)"), "DECIMAL(5,0)"),
    (("decimal128(20, 3)", "DECIMAL(20,3)"), "DECIMAL(20,3)"),
    (("uint64", "UBIGINT"), "UBIGINT"),
    (("int16", "SMALLINT"), "SMALLINT"),
    (("float", "FLOAT"), "FLOAT"),
    (("list<item: string>", "VARCHAR[]"), "VARCHAR"),
]


@pytest.mark.parametrize(("types", "name"), NUMBERS)
def test_a_column_has_the_type_that_its_source_says(types, name):
    assert accepted("x", [SourceColumn("x", *types)]).type_name == name


@pytest.mark.parametrize("name", ["numeric_grade", "decimals", "numericals(3)", "numeric[]"])
def test_a_type_that_only_begins_like_an_exact_number_is_text(name):
    assert SourceColumn("x", "string", name).kind is Kind.TEXT


@pytest.mark.parametrize("name", ["numeric", "DECIMAL", "numeric(14,2)", "decimal (5)"])
def test_an_exact_number_is_known_by_its_word(name):
    assert SourceColumn("x", "string", name).kind is Kind.DECIMAL_TEXT


EXACT = [
    ("12.5", "12.5000000000"),
    ("-1.0000000001", "-1.0000000001"),
    ("1.00000000010000", "1.0000000001"),
    ("1.00000000009", FAILED),
    ("-0.12345678901", FAILED),
    ("1e-10", "0.0000000001"),
    ("1.5E3", "1500.0000000000"),
    ("1e-11", FAILED),
    ("1.00000000009e0", FAILED),
    ("NaN", FAILED),
    ("9" * 29, FAILED),
    ("n/a", FAILED),
    (" ", None),
]


@pytest.mark.parametrize(("cell", "value"), EXACT)
def test_a_number_of_unknown_digits_is_read_exactly_or_its_row_fails(cell, value):
    column = SourceColumn("x", "string", "NUMERIC")
    with engine_with_rows() as engine:
        engine.execute(f"CREATE OR REPLACE TEMP VIEW extract AS SELECT '{cell}' AS c0")
        assert evaluated(engine, accepted("x", [column])) == [value]
        lenient = accepted("coalesce(TRY_CAST('1' AS INTEGER) + x, 0)", [column])
        failed = evaluated(engine, lenient) == [FAILED]
    assert failed is (value == FAILED)


def test_the_longest_list_that_fits_is_quick_to_check_and_to_compute(engine):
    pairs = ",".join(f"'k{n}',{n}" for n in range(300))
    checked = accepted(f"lookup(name,{pairs},-1)")
    assert evaluated(engine, checked)[0] == "-1"


def test_the_scene_has_a_column_of_every_kind():
    assert {column.kind for column in COLUMNS} == set(Kind)
