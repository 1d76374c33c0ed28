"""Reading YAML strictly: YAML 1.2 scalars, lines, and everything that is refused."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from totango_pipelines.errors import Problem
from totango_pipelines.integrations.strict_yaml import parse_yaml

EXAMPLE = """\
id: crm_accounts
name: "CRM accounts"
query: |
  SELECT 1
mapping:
  - {attribute: account_id, column: id}
  - attribute: Tier
    column: tier
schedule: {cadence: daily, at: "06:00"}
"""


def parse(text):
    return parse_yaml(text.encode(), "integrations/x.yaml")


def codes(text):
    return [problem.code for problem in parse(text).problems]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("12:30", "12:30"),
        ("2026-01-31", "2026-01-31"),
        ("1_000", "1_000"),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("-7", -7),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("TRUE", True),
        ("false", False),
        ("~", None),
        ("null", None),
        ("", None),
        ("'5'", "5"),
        ('"true"', "true"),
        ("=", "="),
    ],
)
def test_scalars_are_those_of_yaml_1_2(written, value):
    parsed = parse(f"a: {written}\n")
    assert parsed.problems == ()
    assert parsed.data == {"a": value}
    assert type(parsed.data["a"]) is type(value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: &x 1\n", "YAML_ANCHOR"),
        ("a: 1\nb: *x\n", "YAML_ALIAS"),
        ("a: !!python/object/apply:os.system [x]\n", "YAML_TAG"),
        ("a: !local x\n", "YAML_TAG"),
        ("<<: {a: 1}\n", "YAML_MERGE_KEY"),
        ("a: 1\na: 2\n", "DUPLICATE_KEY"),
        ("1: a\n", "KEY_NOT_TEXT"),
        ("true: a\n", "KEY_NOT_TEXT"),
        ("[a]: b\n", "KEY_NOT_TEXT"),
        ("? {a: b}\n: c\n", "KEY_NOT_TEXT"),
        ("a: 1\n---\nb: 2\n", "YAML_DOCUMENTS"),
        ("%TAG ! tag:x,2000:\n---\na: 1\n", "YAML_DIRECTIVE"),
        ("a: .inf\n", "YAML_NUMBER"),
        ("a: .NaN\n", "YAML_NUMBER"),
        ("a: 1e999\n", "YAML_NUMBER"),
        (f"a: {'9' * 5000}\n", "YAML_NUMBER"),
        ("a: 9223372036854775808\n", "YAML_NUMBER"),
        ("[" * 21, "YAML_DEPTH"),
        ("[" * 60_000, "YAML_DEPTH"),
        ("- " * 30 + "a", "YAML_DEPTH"),
        ("a: [1\n", "YAML_SYNTAX"),
        ("a:\n\tb: 1\n", "YAML_SYNTAX"),
        ("a: b: c\n", "YAML_SYNTAX"),
        ("a: 'x\n", "YAML_SYNTAX"),
        ("a: x\x00y\n", "YAML_CHARACTER"),
        ("a: x\x07y\n", "YAML_CHARACTER"),
        ("a" * 65_537, "FILE_TOO_LARGE"),
    ],
)
def test_what_a_declaration_needs_not_is_refused(text, code):
    assert codes(text) == [code]


def test_bytes_that_are_not_utf_8_are_a_problem_of_their_line():
    parsed = parse_yaml(b"a: 1\nb: \xff\n", "x.yaml")
    assert [(problem.code, problem.line) for problem in parsed.problems] == [("NOT_UTF8", 2)]


def test_a_byte_order_mark_is_fine():
    assert parse_yaml(b"\xef\xbb\xbfa: 1\n", "x.yaml").data == {"a": 1}


def test_all_refusals_are_reported_at_once_with_their_lines():
    parsed = parse("a: &x 1\nb: *x\nb: 2\nc: !t 3\n")
    found = [(problem.code, problem.line, problem.path) for problem in parsed.problems]
    assert found == [
        ("YAML_ANCHOR", 1, "a"),
        ("YAML_ALIAS", 2, "b"),
        ("DUPLICATE_KEY", 3, "b"),
        ("YAML_TAG", 4, "c"),
    ]


def test_the_first_of_two_equal_keys_stays():
    parsed = parse("a: {b: 1}\na: {b: 2, c: 3}\n")
    assert parsed.data == {"a": {"b": 1}}
    assert parsed.line(("a", "b")) == 1


def test_every_path_has_its_line_and_a_missing_one_the_line_around_it():
    parsed = parse(EXAMPLE)
    lines = [
        parsed.line(path)
        for path in [
            ("query",),
            ("mapping",),
            ("mapping", 0, "column"),
            ("mapping", 1),
            ("mapping", 1, "column"),
            ("mapping", 1, "missing"),
            ("missing",),
        ]
    ]
    assert lines == [3, 5, 6, 7, 8, 7, 1]


def test_a_secret_that_looks_like_a_tag_or_an_alias_is_not_quoted():
    parsed = parse("connections:\n  crm: {password: !hunter2 x, url: *hunter2 }\n")
    assert [problem.code for problem in parsed.problems] == ["YAML_TAG", "YAML_ALIAS"]
    assert "hunter2" not in "\n".join(map(str, parsed.problems))


def test_an_empty_file_is_nothing():
    assert parse("").data is None
    assert parse("# only a comment\n").problems == ()


@settings(max_examples=300, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 8))
def test_mutated_yaml_never_raises(chance: random.Random, mutations):
    text = list(EXAMPLE)
    for _ in range(mutations):
        at = chance.randrange(len(text))
        piece = chance.choice(
            [*"&*!|>%@`'\"{}[]:,?-#\t\n\x00 \x85\ufeff", "<<: ", "---\n", "...", "é"]
        )
        text[at : at + chance.randrange(3)] = piece
    parsed = parse("".join(text))
    assert all(isinstance(problem, Problem) for problem in parsed.problems)
    assert parsed.line(("mapping", 0)) >= 1


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_never_raise(content):
    assert isinstance(parse_yaml(content, "x.yaml").problems, tuple)
