import uuid
from dataclasses import replace

import duckdb
import pytest
from psycopg.conninfo import conninfo_to_dict

from totango_pipelines.errors import MappingInvalidError, Problem
from totango_pipelines.integrations.project import load_project
from totango_pipelines.staging import StagedFile
from totango_pipelines.sync.environment import Environment
from totango_pipelines.sync.extract_step import run_extract
from totango_pipelines.sync.mapping_step import run_mapping
from totango_pipelines.sync.preview_step import run_preview
from totango_pipelines.sync.validation import located, validate_live, validate_offline
from totango_pipelines.sync.wiring import RunContext
from totango_pipelines.upsert.delivery import RunIdentity

CONNECTIONS = "connections: {crm: {type: duckdb, path: crm.duckdb}}\n"
INTEGRATION = """\
id: crm_accounts
name: CRM accounts
connection: crm
object: accounts
query: |
  {query}
mapping:
  - {{attribute: account_id, column: id}}
  - attribute: account_name
    column: {column}
"""


@pytest.fixture
def context(tmp_path):
    with duckdb.connect(tmp_path / "crm.duckdb") as session:
        session.execute("CREATE TABLE accounts AS SELECT 'a1' AS id, 'Acme' AS name, 1.50 AS arr")

    def declare(query="SELECT id, name, arr FROM accounts", column="name") -> RunContext:
        (tmp_path / "integrations").mkdir(exist_ok=True)
        (tmp_path / "connections.yaml").write_text(CONNECTIONS)
        file = tmp_path / "integrations" / "crm_accounts.yaml"
        file.write_text(INTEGRATION.format(query=query, column=column))
        project = load_project(tmp_path)
        assert [str(each) for each in project.problems] == []
        run = RunIdentity("run-1", "crm_accounts", "accounts", "crm", "full", "manual")
        declared = project.integrations["crm_accounts"]
        return RunContext(Environment.of({}, tmp_path), project, declared, run)

    return declare


def test_an_integration_that_fits_has_no_problem_and_a_preview(context):
    found = validate_live(context())

    assert found.problems == ()
    assert found.preview.rows == (("a1", "Acme", "1.50"),)
    assert [each.source_type for each in found.preview.columns] == [
        *("VARCHAR", "VARCHAR", "DECIMAL(3,2)"),
    ]
    assert [(each.attribute, each.cells[0].mapped) for each in found.effect.columns] == [
        ("account_id", "a1"),
        ("account_name", "Acme"),
    ]
    assert validate_offline(context()) == ()


def test_a_refused_login_is_a_problem_of_the_integrations_connection(context, postgres_url):
    declared = context()
    login = conninfo_to_dict(postgres_url)
    url = (
        f"postgresql://nobody_{uuid.uuid4().hex}@{login['host']}:{login['port']}/{login['dbname']}"
    )
    folder = declared.project.folder
    (folder / "connections.yaml").write_text(
        "connections: {crm: {type: postgres, url: {env: U}}}\n"
    )
    environment = Environment.of({"U": url}, folder)
    (problem,) = validate_live(
        replace(declared, environment=environment, project=load_project(folder))
    ).problems
    assert (problem.code, problem.path) == ("LOGIN_REFUSED", "connection")


def test_a_problem_of_the_mapping_names_the_file_and_the_line(context):
    found = validate_live(context(column="nmae"))

    assert [str(each) for each in found.problems] == [
        (
            "integrations/crm_accounts.yaml:10 mapping[1].column names column 'nmae', which the query "
            "does not return. Did you mean 'name'? Mend the query or the mapping."
        )
    ]
    assert found.preview is not None
    assert [(each.attribute, each.line) for each in found.effect.columns] == [("account_id", 0)]


MIXED = """\
id: crm_accounts
name: CRM accounts
connection: crm
object: accounts
query: SELECT id, name, arr FROM accounts
mapping:
  - {attribute: account_id, column: idd}
  - {attribute: account_name, expression: uper(name)}
  - {attribute: Contract Value, column: arr}
  - {attribute: Status, column: name}
  - {attribute: Create Date, column: name, source_format: DD/NN/YYYY}
  - {attribute: Contract Start Date, column: name}
"""


def test_lines_that_fit_are_shown_beside_the_problems_of_the_others(context, monkeypatch):
    monkeypatch.setattr(f"{__name__}.INTEGRATION", MIXED.replace("{", "{{").replace("}", "}}"))
    found = validate_live(context())

    assert [(each.path, each.code, each.line) for each in found.problems] == [
        ("mapping[0].column", "UNKNOWN_COLUMN", 7),
        ("mapping[1].expression", "UNKNOWN_FUNCTION", 8),
        ("mapping[4].source_format", "SOURCE_FORMAT", 11),
        ("mapping[5]", "FORMAT", 12),
    ]
    assert [(each.line, each.cells[0].mapped) for each in found.effect.columns] == [
        *((2, "1.5"), (3, "Acme"), (5, None)),
    ]


@pytest.mark.parametrize(
    "line",
    ["{attribute: Contract Value, column: arr}", "{attribute: Create Date, constant: 2026-01-31}"],
)
def test_one_line_that_fits_is_shown_without_the_key(context, monkeypatch, line):
    head = MIXED.partition("mapping:\n")[0]
    key = "{attribute: account_id, column: idd}"
    text = f"{head}mapping:\n  - {line}\n  - {key}\nsettings: {{recency_column: nowhere}}\n"
    monkeypatch.setattr(f"{__name__}.INTEGRATION", text.replace("{", "{{").replace("}", "}}"))
    found = validate_live(context())

    assert [each.path for each in found.problems] == [
        *("mapping[1].column", "settings.recency_column"),
    ]
    assert [each.line for each in found.effect.columns] == [0]


def test_a_mapping_without_a_line_that_fits_shows_no_rows(context):
    found = validate_live(context(query="SELECT 1 AS one"))

    assert [each.code for each in found.problems] == ["UNKNOWN_COLUMN", "UNKNOWN_COLUMN"]
    assert found.preview is not None
    assert found.effect is None


def test_expressions_and_formats_are_checked_offline_with_the_same_words(context, monkeypatch):
    monkeypatch.setattr(f"{__name__}.INTEGRATION", MIXED.replace("{", "{{").replace("}", "}}"))
    offline = validate_offline(context())

    assert [each.code for each in offline] == ["UNKNOWN_FUNCTION", "SOURCE_FORMAT"]
    assert set(offline) < set(validate_live(context()).problems)


def test_a_query_that_writes_is_refused_also_offline(context):
    broken = context(query="DROP TABLE accounts")

    (offline,) = validate_offline(broken)
    found = validate_live(broken)
    (live,) = found.problems

    assert offline == live
    assert (live.file, live.line, live.path, live.code) == (
        *("integrations/crm_accounts.yaml", 5, "query", "QUERY_REFUSED"),
    )
    assert found.preview is None


def test_a_query_that_the_source_cannot_run_is_a_problem_of_its_text(context):
    (problem,) = validate_live(context(query="SELECT nothing FROM nowhere")).problems

    assert (problem.line, problem.code) == (5, "QUERY_REFUSED")


def test_a_source_that_cannot_be_reached_is_a_problem_of_this_integration(context, tmp_path):
    unreachable = context()
    (tmp_path / "crm.duckdb").unlink()

    (problem,) = validate_live(unreachable).problems

    assert (problem.file, problem.line) == ("integrations/crm_accounts.yaml", 3)
    assert (problem.path, problem.code) == ("connection", "SOURCE_UNAVAILABLE")
    assert validate_offline(unreachable) == ()


def test_located_keeps_what_a_problem_says(context):
    problem = Problem("", None, "mapping[0].attribute", "CODE", "is odd.", "Mend it.")

    (found,) = located(context().declared, [problem])

    assert found == replace(problem, file="integrations/crm_accounts.yaml", line=8)


def test_a_mapping_that_does_not_fit_maps_nothing(context):
    run = context(column="nmae")
    run_extract(run)
    run_preview(run)

    with pytest.raises(MappingInvalidError, match="Did you mean 'name'"):
        run_mapping(run)

    assert not run.folder.has(StagedFile.MAPPED)


def test_a_mapped_run_leaves_its_three_files_and_no_spill(context):
    run = context()
    run_extract(run)
    run_preview(run)

    result = run_mapping(run)

    assert (result.rows.accepted, result.within_limits) == (1, True)
    for file, rows in ((StagedFile.SOURCE, 1), (StagedFile.MAPPED, 1), (StagedFile.REJECTS, 0)):
        assert run.folder.verified(file)[1].rows == rows
    assert not list(run.folder.path.glob("*.part"))


def test_what_starts_runs_and_tells_of_them_is_no_problem(context, tmp_path, monkeypatch):
    (tmp_path / "notifications.yaml").write_text("targets: {data-oncall: {url: {env: ONCALL}}}\n")
    extra = (
        "settings: {{cursor_column: id}}\nupstream: [warehouse/accounts]\nnotify: [data-oncall]\n"
        'schedule: {{cadence: daily, at: "06:00", sync_on_save: true}}\n'
    )
    monkeypatch.setattr(f"{__name__}.INTEGRATION", INTEGRATION + extra)
    assert validate_offline(context()) == ()
    assert validate_live(context()).problems == ()


@pytest.mark.parametrize(
    ("values", "severities"),
    [
        (("31.01.2026", "1.2.2026", ""), ["warning"]),
        (("31.01.2026", "28.02.2026", "31.12.2026", None), ["error"]),
        (("31.01.2026", "2026-02-28", "31.12.2026"), ["warning"]),
        (("2026-01-31", None, ""), []),
    ],
)
def test_a_line_that_can_take_none_of_its_cells_is_an_error(context, values, severities):
    cells = ", ".join("(NULL)" if value is None else f"('{value}')" for value in values)
    run = context(f"SELECT 'a' AS id, day AS name FROM (VALUES {cells}) AS t(day)")
    integration = run.integration
    day = integration.mapping[1].model_copy(update={"attribute": "Contract Renewal Date"})
    changed = integration.model_copy(update={"mapping": (integration.mapping[0], day)})
    run = replace(run, declared=replace(run.declared, integration=changed))

    found = validate_live(run).problems

    assert [str(each.severity) for each in found] == severities
    assert {each.code for each in found} <= {"FORMAT"}
