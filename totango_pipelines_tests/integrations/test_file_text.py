"""The text of a new file: what a person would have written, and what the loader reads back."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from totango_pipelines.integrations.file_text import document_of, new_text
from totango_pipelines.integrations.integration import Integration
from totango_pipelines.integrations.project import load_project
from totango_pipelines.integrations.yaml_text import UnwritableTextError, inline

DEMO = Path(__file__).resolve().parents[2] / "demo"
CONNECTIONS = "connections:\n  crm: {type: sqlite, path: crm.sqlite}\n"
CATALOG = "attributes:\n  accounts:\n    - {name: Zuora Id, type: foreign_key}\n"
LINE = {"attribute": "account_id", "column": "id"}


def document(*lines, **keys):
    return {
        "id": "x",
        "name": "X",
        "connection": "crm",
        "object": "accounts",
        "query": "SELECT 1",
        "mapping": [LINE, *lines],
        **keys,
    }


def mapping_lines(text):
    return text.partition("mapping:\n")[2].partition("\n\n")[0].splitlines()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("project")
    (made / "integrations").mkdir()
    (made / "connections.yaml").write_text(CONNECTIONS)
    (made / "catalog.yaml").write_text(CATALOG)
    return made


def loaded(folder, text, identifier="x"):
    """What the loader makes of the text, written or not."""
    file = f"integrations/{identifier}.yaml"
    project = load_project(folder, {file: text.encode()})
    assert [str(each) for each in project.problems] == []
    return project.integrations[identifier].integration


@pytest.mark.parametrize("path", sorted((DEMO / "integrations").glob("*.yaml")), ids=str)
def test_the_demos_files_are_what_would_be_written_but_for_their_comments(path):
    integration = load_project(DEMO).integrations[path.stem].integration
    text = path.read_text()
    uncommented = [line.partition(" #")[0] for line in text.splitlines() if line[:1] != "#"]
    written = new_text(document_of(integration)).splitlines()
    # Short lines stay on one line, and a setting that says the default is left out.
    missing = [line for line in uncommented if line not in written]
    short = {"  - attribute: Closed", "    column: closed_on", "    blank: clear"}
    short |= {"  - attribute: Satisfaction", "    column: satisfaction"}
    short |= {"    on_error: null_value", "settings:", "  allow_new: true"}
    assert set(missing) <= short


def test_a_new_file_has_the_contracts_order_and_blank_lines_between_its_parts():
    given = document(
        {"note": "why", "column": "t", "attribute": "Tier", "new": {"type": "text"}},
        schedule={"timezone": "Europe/Berlin", "at": "06:00", "cadence": "daily"},
        settings={"reject_allowance": 5, "allow_new": False},
        notify=["on-call"],
        upstream=["a/b", "c"],
        description="",
    )
    given["mapping"].reverse()
    assert new_text(dict(reversed(given.items()))) == (
        "id: x\nname: X\nconnection: crm\nobject: accounts\n\n"
        "query: |\n  SELECT 1\n\n"
        "mapping:\n"
        "  - {attribute: account_id, column: id}\n"
        "  - {attribute: Tier, column: t, new: {type: text}, note: why}\n\n"
        "settings:\n  allow_new: false\n  reject_allowance: 5\n\n"
        'schedule:\n  cadence: daily\n  at: "06:00"\n  timezone: Europe/Berlin\n\n'
        "upstream: [a/b, c]\nnotify: [on-call]\n"
    )


def test_what_is_as_by_default_is_left_out():
    line = {"attribute": "Tier", "column": "t", "blank": "keep", "on_error": "reject_row"}
    text = new_text(
        document(
            {**line, "note": None, "new": {"type": "text", "currency": None}},
            settings={"allow_new": True, "max_reject_ratio": 0.05},
            schedule={"cadence": "hourly", "minute": 0, "timezone": "UTC", "enabled": True},
        )
    )
    assert "  - {attribute: Tier, column: t, new: {type: text}}\n" in text
    assert "settings" not in text
    assert text.endswith("schedule:\n  cadence: hourly\n")


def test_a_line_that_gets_too_wide_is_written_in_block_style():
    narrow, wide = "n" * 60, "n" * 61
    fits = {"attribute": "Tier", "column": "t", "note": narrow}
    assert len(mapping_lines(new_text(document(fits)))[1]) == 100
    assert mapping_lines(new_text(document({**fits, "note": wide})))[1:] == [
        "  - attribute: Tier",
        "    column: t",
        f"    note: {wide}",
    ]


def test_an_expression_of_several_lines_is_a_block_of_its_own():
    given = {"attribute": "Tier", "expression": "CASE\n  WHEN a THEN 'x'\nEND"}
    lines = mapping_lines(new_text(document(given)))
    assert lines[1:] == [
        "  - attribute: Tier",
        "    expression: |-",
        "      CASE",
        "        WHEN a THEN 'x'",
        "      END",
    ]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain words", "plain words"),
        ("MM/DD/YYYY", "MM/DD/YYYY"),
        ("06:00", '"06:00"'),
        ("21:00", '"21:00"'),
        ("2026-01-31", '"2026-01-31"'),
        ("no", '"no"'),
        ("12", '"12"'),
        ("", '""'),
        ("a, b", '"a, b"'),
        ("a # b", '"a # b"'),
        ("tag##name", '"tag##name"'),
        ("-", '"-"'),
        ("a: b", '"a: b"'),
        ('say "x": y', "'say \"x\": y'"),
        ("it's: so", '"it\'s: so"'),
        ("line\nbreak", '"line\\nbreak"'),
        ("Käse ✓ 日本", "Käse ✓ 日本"),
        ("nul\0", '"nul\\u0000"'),
        ("\ufeffmark", '"\\ufeffmark"'),
        (True, "true"),
        (0.05, "0.05"),
        (["a", "b, c"], '[a, "b, c"]'),
    ],
)
def test_a_value_is_quoted_only_where_it_must_be(value, written):
    assert inline(value, flow=True) == written


def test_a_text_with_a_comma_needs_quotes_only_inside_braces():
    assert inline("a, b", flow=False) == "a, b"


def test_half_a_character_is_refused_in_words():
    with pytest.raises(UnwritableTextError, match="half a character"):
        new_text(document(name="\udc80"))


texts = st.text(
    st.one_of(
        st.sampled_from("aZ09 \n\r\t'\"#:,[]{}|>-&*!%@`?\\=~\0\x85\u2028\ufeffü日😀"),
        st.characters(exclude_categories=["Cs"]),
    ),
    min_size=1,
    max_size=40,
)
origins = st.one_of(
    st.fixed_dictionaries({"column": texts}),
    st.fixed_dictionaries({"expression": texts}),
    st.fixed_dictionaries(
        {
            "constant": st.one_of(
                texts,
                st.booleans(),
                st.integers(-(2**63) + 1, 2**63 - 1),
                st.floats(allow_nan=False, allow_infinity=False),
            )
        }
    ),
)
options = st.fixed_dictionaries(
    {},
    optional={
        "source_format": texts,
        "blank": st.sampled_from(["keep", "clear"]),
        "on_error": st.sampled_from(["reject_row", "null_value"]),
        "note": texts,
    },
)
schedules = st.one_of(
    st.fixed_dictionaries(
        {"cadence": st.just("daily"), "at": st.sampled_from(["06:00", "21:30"])},
        optional={"timezone": st.sampled_from(["UTC", "Europe/Berlin"]), "enabled": st.booleans()},
    ),
    st.fixed_dictionaries(
        {
            "cadence": st.just("monthly"),
            "at": st.just("00:00"),
            "day": st.one_of(st.just("last"), st.integers(1, 31)),
        }
    ),
    st.fixed_dictionaries({"cadence": st.just("minutes"), "every": st.sampled_from([5, 60])}),
)


@st.composite
def integrations(draw):
    """Any integration that the declaration takes; its attributes exist."""
    names = draw(st.lists(st.sampled_from(["account_name", "Tier", "Status"]), unique=True))
    lines = [
        {"attribute": name, **draw(origins), **draw(options)} for name in ["account_id", *names]
    ]
    lines[0].pop("source_format", None)
    drawn = document(
        name=draw(texts),
        description=draw(st.one_of(st.just(""), texts)),
        query=draw(texts),
        settings=draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "allow_new": st.booleans(),
                    "recency_column": texts,
                    "cursor_lag": st.one_of(st.integers(0, 9), st.floats(0, 9), st.just("10m")),
                    "max_reject_ratio": st.floats(0, 1),
                },
            ).map(lambda some: {"cursor_column": "seq", **some} if "cursor_lag" in some else some)
        ),
        upstream=draw(st.lists(texts, max_size=2)),
    )
    drawn["mapping"] = lines
    if draw(st.booleans()):
        drawn["schedule"] = draw(schedules)
    try:
        return Integration.model_validate(drawn)
    except ValidationError:
        return draw(st.nothing())


@given(integrations())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_integration_that_is_written_loads_again_as_itself(folder, integration):
    assert loaded(folder, new_text(document_of(integration))) == integration


@given(integrations())
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_whole_document_says_the_same_as_the_one_without_defaults(folder, integration):
    whole = integration.model_dump(mode="json")
    assert loaded(folder, new_text(whole)) == integration
