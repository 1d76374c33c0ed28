"""A new integration from choices: which lines it gets, which formats, and what is said."""

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from totango_pipelines.errors import Problem, Severity
from totango_pipelines.integrations.file_text import new_text
from totango_pipelines.integrations.integration import MappingLine
from totango_pipelines.integrations.project import load_project
from totango_pipelines.integrations.text_edits import ChangeLine
from totango_pipelines.mapping.automap.automap import Proposal
from totango_pipelines.mapping.formats.detection import Detection, Reading
from totango_pipelines.sync.drafts import (
    Choices,
    FormatFinding,
    changed_lines,
    draft_document,
    formats_for,
    name_of,
    refused_lines,
    ticked_lines,
    with_formats,
    without_lines,
    zone_problem,
)
from totango_pipelines.sync.environment import Environment
from totango_pipelines.sync.query_sample import sample_query
from totango_pipelines.sync.validation import validate_sample
from totango_pipelines.sync.wiring import RunContext
from totango_pipelines.upsert.delivery import RunIdentity

KEY = {"attribute": "account_id", "column": "id"}
TIER = {"attribute": "Tier", "column": "plan"}
DUE = {"attribute": "Contract Renewal Date", "column": "due"}
TWO_WAYS = Detection(
    None,
    (Reading("MM/DD/YYYY", "01/02/2026", "2026-01-02"), Reading("DD/MM/YYYY", "…", "2026-02-01")),
    "Which one is meant?",
)


def proposal(column, attribute, *, ticked=True):
    return Proposal(column, attribute, 0.9, "same name", ticked, None)


def finding(attribute, detection, *, is_key=False):
    return FormatFinding(attribute, "due", is_key, detection)


def test_only_what_is_ticked_becomes_a_line():
    proposals = [
        proposal("id", "account_id"),
        proposal("plan", "Tier", ticked=False),
        proposal("x", None, ticked=False),
    ]
    assert ticked_lines(proposals) == (KEY,)


def test_what_somebody_asks_for_goes_before_what_automap_ticked():
    changes = [
        ChangeLine("tier", {"expression": "upper(plan)", "note": "why"}),
        ChangeLine("Status", {"constant": "Paying"}),
    ]
    assert changed_lines([KEY, TIER], changes) == (
        KEY,
        {"attribute": "Tier", "expression": "upper(plan)", "note": "why"},
        {"attribute": "Status", "constant": "Paying"},
    )


def test_a_column_that_somebody_maps_once_more_keeps_its_proposed_attribute():
    again = ChangeLine("Tier", {"column": "id"})
    assert changed_lines([KEY], [again]) == (KEY, {"attribute": "Tier", "column": "id"})
    segment = ChangeLine("Segment", {"column": "plan", "new": {"type": "text"}})
    assert changed_lines([KEY, TIER], [segment])[:2] == (KEY, TIER)


def test_an_option_that_is_taken_back_goes():
    assert changed_lines([{**TIER, "note": "x"}], [ChangeLine("Tier", {"note": None})]) == (TIER,)
    assert without_lines([KEY, TIER], ["tier", "Nothing"]) == (KEY,)


def test_a_format_that_nothing_speaks_against_is_taken():
    lines, said = with_formats([KEY, DUE], [finding(DUE["attribute"], Detection("D MMM YYYY"))])
    assert lines == (KEY, {**DUE, "source_format": "D MMM YYYY"})
    assert said == ()
    lines, said = with_formats([DUE], [finding(DUE["attribute"], Detection(None))])
    assert (lines, said) == ((DUE,), ())


def test_a_column_with_two_readings_is_left_unmapped_and_that_is_said():
    lines, said = with_formats([KEY, DUE], [finding(DUE["attribute"], TWO_WAYS)])
    assert lines == (KEY,)
    [text] = said
    name = "Contract Renewal Date"
    assert text == (
        f'due is left unmapped: Which one is meant? To map it: --map "{name}=due" with '
        f'--format "{name}=MM/DD/YYYY" or --format "{name}=DD/MM/YYYY".'
    )


@pytest.mark.parametrize(
    ("is_key", "kept"), [(True, ()), (False, ["contract renewal date"])], ids=["key", "asked for"]
)
def test_a_key_and_what_somebody_asked_for_stay_with_their_question(is_key, kept):
    name = DUE["attribute"]
    found = [finding(name, TWO_WAYS, is_key=is_key)]
    first, second = (f'--format "{name}={each}"' for each in ("MM/DD/YYYY", "DD/MM/YYYY"))
    assert with_formats([DUE], found, kept) == (
        (DUE,),
        (f"{name}: Which one is meant? To choose: {first} or {second}.",),
    )


def test_a_column_with_a_few_unreadable_cells_stays_for_the_run_to_reject_them():
    detection = Detection(None, (), "No known notation reads every cell.")
    lines, said = with_formats([DUE], [finding(DUE["attribute"], detection)])
    assert lines == (DUE,)
    assert said == ("Contract Renewal Date: No known notation reads every cell.",)


def test_lines_that_the_rows_refuse_are_found_by_their_place():
    mapping = [MappingLine(**KEY), MappingLine(**TIER), MappingLine(**DUE)]
    errors = [
        Problem("f", 1, "mapping[0].column", "C", "is wrong.", ""),
        Problem("f", 2, "mapping[1]", "C", "refuses all.", ""),
        Problem("f", 2, "mapping[1]", "D", "second.", ""),
        Problem("f", 3, "mapping[2]", "C", "some.", "", Severity.WARNING),
        Problem("f", 4, "settings", "C", "is wrong.", ""),
    ]
    assert refused_lines(errors, mapping, ["Account ID"]) == {"Tier": errors[1]}


def test_a_document_has_the_ids_name_unless_another_is_given():
    choices = Choices("crm_accounts", "crm", "accounts", "SELECT 1", lines=(KEY,))
    assert draft_document(choices)["name"] == "Crm accounts"
    assert draft_document(replace(choices, name="CRM"))["name"] == "CRM"
    assert new_text(draft_document(choices)) == (
        "id: crm_accounts\nname: Crm accounts\nconnection: crm\nobject: accounts\n\n"
        "query: |\n  SELECT 1\n\nmapping:\n  - {attribute: account_id, column: id}\n"
    )
    assert name_of("CSM__email ") == "CSM email"


def test_a_zone_is_judged_as_the_loader_does():
    assert zone_problem("Europe/Berlin") is None
    assert "Did you mean Europe/Berlin?" in zone_problem("Europe/Berln")


@pytest.fixture
def scene(tmp_path):
    """A warehouse of three rows, and what its query returns."""
    with duckdb.connect(tmp_path / "crm.duckdb") as session:
        session.execute(
            "CREATE TABLE t AS SELECT * FROM (VALUES "
            "('a1', 'Gold', '1 Feb 2026', '01/02/2026', DATE '2026-01-01'), "
            "('a2', 'Gold', '13 Mar 2026', '02/03/2026', DATE '2026-01-01'), "
            "('a3', 'Tin', '4 Apr 2026', '03/04/2026', DATE '2026-01-01')) "
            "AS v(id, plan, since, due, day)"
        )
    (tmp_path / "connections.yaml").write_text(
        "connections: {crm: {type: duckdb, path: crm.duckdb}}\n"
    )
    (tmp_path / "integrations").mkdir()
    project = load_project(tmp_path)
    environment = Environment.of({}, tmp_path)
    sample = sample_query(environment, project, connection="crm", query="SELECT * FROM t")
    return environment, project, sample


def test_formats_are_detected_for_the_text_columns_of_typed_attributes(scene):
    _, project, sample = scene
    lines = [
        KEY,
        TIER,
        {"attribute": "Create Date", "column": "since"},
        DUE,
        {"attribute": "Went Live", "column": "due", "new": {"type": "date"}},
        {"attribute": "Day", "column": "day", "new": {"type": "date"}},
        {"attribute": "Given", "column": "due", "source_format": "X", "new": {"type": "date"}},
        {"attribute": "Made", "expression": "1", "new": {"type": "number"}},
    ]
    findings = formats_for(project, sample, lines, connection="crm", object_name="accounts")
    found = {each.attribute: each for each in findings}
    assert set(found) == {"Create Date", "Contract Renewal Date", "Went Live"}
    assert found["Create Date"].detection.source_format == "D MMM YYYY"
    assert len(found["Went Live"].detection.readings) == 2
    assert not found["Went Live"].is_key


def test_a_format_that_somebody_confirmed_settles_what_the_samples_leave_open(scene, tmp_path):
    _, _, sample = scene

    def remembered(*formats):
        for number, source_format in enumerate(formats):
            line = {**DUE, "source_format": source_format}
            choices = Choices(f"x{number}", "crm", "accounts", "SELECT 1", lines=(KEY, line))
            text = new_text(draft_document(choices))
            (tmp_path / "integrations" / f"x{number}.yaml").write_text(text)
        project = load_project(tmp_path)
        return formats_for(project, sample, [DUE], connection="crm", object_name="accounts")

    findings = remembered("DD/MM/YYYY")
    assert with_formats([DUE], findings) == (
        ({**DUE, "source_format": "DD/MM/YYYY"},),
        ("Contract Renewal Date: due is read as DD/MM/YYYY, as in x0.",),
    )
    [finding] = remembered("DD/MM/YYYY", "MM/DD/YYYY")
    assert finding.settled is None
    [finding] = remembered("YYYY-MM-DD", "YYYY-MM-DD")
    assert finding.settled is None


def test_a_sample_is_validated_without_asking_the_source_again(scene, tmp_path):
    environment, _, sample = scene
    Path(tmp_path / "crm.duckdb").unlink()
    lines = (KEY, {"attribute": "Create Date", "column": "since"}, {**TIER, "column": "plann"})
    choices = Choices("x", "crm", "accounts", "SELECT * FROM t", lines=lines)

    def validated(choices):
        text = new_text(draft_document(choices)).encode()
        project = load_project(tmp_path, {"integrations/x.yaml": text})
        run = RunIdentity("preview", "x", "accounts", "crm", "incremental", "manual")
        context = RunContext(environment, project, project.integrations["x"], run)
        return validate_sample(context, sample)

    found = validated(choices).problems
    assert ("UNKNOWN_COLUMN", 12) in [(each.code, each.line) for each in found]
    assert {each.path for each in found} == {"mapping[1]", "mapping[2].column"}
    [problem] = validated(replace(choices, lines=lines[:2])).problems
    assert (problem.path, problem.severity) == ("mapping[1]", Severity.ERROR)
    live = validated(replace(choices, lines=(KEY, TIER)))
    assert live.problems == ()
    assert [cell.mapped for cell in live.effect.columns[1].cells] == ["Gold", "Gold", "Tin"]
