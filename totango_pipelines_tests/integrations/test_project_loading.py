"""Loading a project folder: valid files load, and every wrong one says what is wrong, where."""

import hashlib
import os
import random
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from totango_pipelines.catalog.attributes import DataType
from totango_pipelines.errors import Severity
from totango_pipelines.integrations.project import load_project

CONNECTIONS = "connections:\n  crm: {type: postgres, url: {env: CRM_URL}}\n  bad: {type: x}\n"
CATALOG = """\
attributes:
  accounts:
    - {name: Country, type: text}
    - {name: Support Level, type: list, values: [Basic, Premium, no]}
    - {name: Zuora Id, type: foreign_key}
collections: [support_tickets, invoices]
roles: [Success Manager]
"""
NOTIFICATIONS = "targets: {data-oncall: {url: {env: ONCALL_URL}}}\n"
FULL = """\
id: full
name: CRM accounts
description: Accounts from the CRM mirror
connection: crm
object: accounts
query: |
  SELECT id, name, tier, renewal, updated_at FROM accounts WHERE id IS NOT NULL
mapping:
  - {attribute: account_id, column: id}
  - {attribute: account_name, expression: "coalesce(name, id)", note: "no name yet"}
  - {attribute: Contract Renewal Date, column: renewal, source_format: "MM/DD/YYYY"}
  - {attribute: Tier, column: tier, blank: clear, on_error: null_value}
  - {attribute: Segment, constant: mid-market, new: {type: text}}
settings:
  allow_new: true
  auto_resolve_conflicts: false
  recency_column: updated_at
  cursor_column: updated_at
  cursor_lag: 10m
  source_id_column: opp_id
  match_on: account_id
  max_reject_ratio: 0.05
  reject_allowance: 10
schedule:
  cadence: daily
  at: "06:00"
  timezone: Europe/Berlin
  enabled: true
  sync_on_save: true
upstream: [warehouse/public/accounts]
notify: [data-oncall]
"""


def integration(identifier, mapping=(), **keys):
    """The text of an integration: a valid one of accounts unless the keys say otherwise."""
    top = {"name": "X", "connection": "crm", "object": "accounts", "query": "SELECT 1", **keys}
    lines = mapping or ("{attribute: account_id, column: id}",)
    return "\n".join(
        [
            f"id: {identifier}",
            *(f"{key}: {value}" for key, value in top.items()),
            "mapping:",
            *(f"  - {line}" for line in lines),
            "",
        ]
    )


@pytest.fixture
def project(tmp_path):
    """Write the files of a project, then load it."""

    def write_and_load(catalog=CATALOG, connections=CONNECTIONS, notifications=None, **files):
        (tmp_path / "integrations").mkdir(exist_ok=True)
        texts = {"catalog": catalog, "connections": connections, "notifications": notifications}
        for name, text in texts.items():
            if text is not None:
                (tmp_path / f"{name}.yaml").write_text(text)
        for name, text in files.items():
            (tmp_path / "integrations" / f"{name}.yaml").write_text(text)
        return load_project(tmp_path)

    return write_and_load


def found(loaded, identifier="x"):
    """Code and path of the problems of one integration."""
    return [
        (problem.code, problem.path)
        for problem in loaded.problems
        if problem.file == f"integrations/{identifier}.yaml"
    ]


def test_the_integration_of_the_contract_loads(project):
    connections = CONNECTIONS.replace("  bad: {type: x}\n", "")
    loaded = project(full=FULL, connections=connections, notifications=NOTIFICATIONS)
    assert loaded.problems == ()
    assert loaded.invalid_files == {}
    declared = loaded.integrations["full"]
    assert declared.file == "integrations/full.yaml"
    assert declared.version == hashlib.sha256(FULL.encode()).hexdigest()
    assert declared.line(("mapping", 2, "source_format")) == 11
    assert declared.integration.mapping[3].blank.value == "clear"
    assert declared.integration.schedule.describe() == "daily at 06:00 Europe/Berlin"


def test_the_catalogue_knows_the_company_and_what_mappings_add(project):
    catalog = project(full=FULL).catalog
    assert catalog.attribute("accounts", "segment").data_type is DataType.TEXT
    assert catalog.attribute("accounts", "support_level").allowed == ("Basic", "Premium", "no")
    assert catalog.collections == ("support_tickets", "invoices")
    assert catalog.roles == ("Success Manager",)


def test_one_broken_file_hides_no_other(project):
    loaded = project(b="id: [\n", a=integration("a"), c=integration("c"), d="")
    assert list(loaded.integrations) == ["a", "c"]
    assert set(loaded.invalid_files) == {"integrations/b.yaml", "integrations/d.yaml"}


@pytest.mark.parametrize(
    ("text", "code", "path"),
    [
        (integration("x", nmae="y"), "UNKNOWN_KEY", "nmae"),
        (integration("y"), "ID_DIFFERS", "id"),
        (integration("x", name=5), "WRONG_TYPE", "name"),
        (integration("x", name="' '"), "NOT_ALLOWED", "name"),
        (integration("x", object="acounts"), "NOT_ALLOWED", "object"),
        (integration("x", collection="c"), "NOT_ALLOWED", "collection"),
        (integration("x", settings="{allow_new: 'yes'}"), "WRONG_TYPE", "settings.allow_new"),
        (integration("x", settings="{allow: true}"), "UNKNOWN_KEY", "settings.allow"),
        (
            integration("x", settings="{max_reject_ratio: 1.5}"),
            "NOT_ALLOWED",
            "settings.max_reject_ratio",
        ),
        (integration("x", settings="{cursor_lag: soon}"), "NOT_ALLOWED", "settings.cursor_lag"),
        (integration("x", settings="{cursor_lag: [1]}"), "WRONG_TYPE", "settings.cursor_lag"),
        (integration("x", schedule="{cadence: dialy}"), "NOT_ALLOWED", "schedule.cadence"),
        (integration("x", schedule="{at: '06:00'}"), "MISSING_KEY", "schedule.cadence"),
        (integration("x", schedule="{cadence: daily}"), "MISSING_KEY", "schedule.at"),
        (
            integration("x", schedule="{cadence: daily, at: '06:00', tz: UTC}"),
            "UNKNOWN_KEY",
            "schedule.tz",
        ),
        (integration("x", upstream="[1]"), "WRONG_TYPE", "upstream[0]"),
        (integration("x", upstream="a/b"), "WRONG_TYPE", "upstream"),
        (
            integration("x", ["{attribute: account_id, colum: a}"]),
            "UNKNOWN_KEY",
            "mapping[0].colum",
        ),
        (integration("x", ["{attribute: account_id}"]), "MISSING_KEY", "mapping[0]"),
        (
            integration("x", ["{attribute: account_id, column: a, constant: b}"]),
            "NOT_ALLOWED",
            "mapping[0]",
        ),
        (
            integration("x", ["{attribute: account_id, column: a, blank: kep}"]),
            "NOT_ALLOWED",
            "mapping[0].blank",
        ),
        (
            integration("x", ["{attribute: account_id, constant: [1]}"]),
            "WRONG_TYPE",
            "mapping[0].constant",
        ),
        (integration("x", ["account_id"]), "WRONG_TYPE", "mapping[0]"),
        (integration("x", connection="crmm"), "UNKNOWN_CONNECTION", "connection"),
        (integration("x", connection="bad"), "CONNECTION_INVALID", "connection"),
        (integration("x").replace("mapping:", "mapping: []\n_:"), "NOT_ALLOWED", "mapping"),
        ("- a\n", "WRONG_TYPE", ""),
        ("", "EMPTY_FILE", ""),
        ("a: [\n", "YAML_SYNTAX", ""),
    ],
)
def test_a_wrong_file_says_what_is_wrong_and_where(project, text, code, path):
    loaded = project(x=text)
    assert (code, path) in found(loaded)
    assert loaded.integrations == {}
    assert "integrations/x.yaml" in loaded.invalid_files
    for problem in loaded.problems:
        assert problem.remedy
        assert "pydantic" not in str(problem)
        assert "Input should" not in str(problem)


ACCOUNT = "{attribute: account_id, column: id}"


@pytest.mark.parametrize(
    ("lines", "code", "path"),
    [
        (["{attribute: account_name, column: n}"], "KEY_MISSING", "mapping"),
        (
            [ACCOUNT, "{attribute: Tieer, column: t}"],
            "UNKNOWN_ATTRIBUTE",
            "mapping[1].attribute",
        ),
        (
            [ACCOUNT, "{attribute: Tier, column: t, new: {type: text}}"],
            "ATTRIBUTE_TYPE",
            "mapping[1].new",
        ),
        (
            [ACCOUNT, "{attribute: account-name, column: t, new: {type: text}}"],
            "COLUMN_COLLISION",
            "mapping[1].new",
        ),
        (
            [ACCOUNT, "{attribute: Account ID, column: other}"],
            "DUPLICATE_ATTRIBUTE",
            "mapping[1].attribute",
        ),
        (
            [ACCOUNT, "{attribute: tag##a b, column: t}", "{attribute: tag##a-b, column: t}"],
            "COLUMN_COLLISION",
            "mapping[2].attribute",
        ),
        (
            [
                ACCOUNT,
                "{attribute: tag vip, column: t, new: {type: number}}",
                "{attribute: tag##vip, column: t}",
            ],
            "COLUMN_COLLISION",
            "mapping[2].attribute",
        ),
        (
            [ACCOUNT, "{attribute: tag##é, column: t, new: {type: text}}"],
            "COLUMN_NAME",
            "mapping[1].new",
        ),
        (
            ["{attribute: account_id, column: id, source_format: x}"],
            "NOT_ALLOWED",
            "mapping[0].source_format",
        ),
    ],
)
def test_a_mapping_that_breaks_a_rule_says_so(project, lines, code, path):
    loaded = project(x=integration("x", lines))
    assert found(loaded) == [(code, path)]
    assert loaded.integrations == {}


def test_an_unknown_attribute_names_the_nearest_one_and_how_to_add_it(project):
    loaded = project(x=integration("x", [ACCOUNT, "{attribute: acount name, column: n}"]))
    (problem,) = loaded.invalid_files["integrations/x.yaml"]
    assert str(problem) == (
        "integrations/x.yaml:8 mapping[1].attribute 'acount name' is not an attribute of accounts. "
        "Did you mean account_name? "
        "To add it, write `new: {type: text}` (or another type) on this line."
    )


def test_new_is_fine_on_an_attribute_that_exists_with_that_type(project):
    lines = [ACCOUNT, "{attribute: country, column: c, new: {type: text}}"]
    both = project(x=integration("x", lines), y=integration("y", lines))
    assert found(both) == [("SHARED_ATTRIBUTE", "mapping[1].attribute")]


def test_two_integrations_cannot_add_one_attribute_with_two_types(project):
    loaded = project(
        a=integration("a", [ACCOUNT, "{attribute: Size, column: c, new: {type: text}}"]),
        b=integration("b", [ACCOUNT, "{attribute: Size, column: c, new: {type: number}}"]),
        c=integration("c", [ACCOUNT, "{attribute: Size, column: c}"]),
    )
    assert list(loaded.integrations) == ["a", "c"]
    assert ("ATTRIBUTE_TYPE", "mapping[1].new") in found(loaded, "b")


def test_what_new_records_need_is_warned_of_unless_only_known_ones_are_meant(project):
    lines = ["{attribute: email, column: c}", "{attribute: last_name, column: c}"]
    every = integration("x", lines, object="totango_users")
    known = integration("x", lines, object="totango_users", settings="{allow_new: false}")

    (problem,) = [each for each in project(x=every).problems if each.file.endswith("x.yaml")]

    assert (problem.code, problem.severity) == ("REQUIRED_NOT_MAPPED", "warning")
    assert problem.problem == (
        "has no line for first_name, license: rows of new totango_users are rejected."
    )
    assert found(project(x=known)) == []


@pytest.mark.parametrize(
    ("totango_object", "match_on", "lines", "expected"),
    [
        ("users", "Zuora Id", ["zuora_id", "user_id"], []),
        (
            "users",
            "Zuora Id",
            ["zuora_id", "user_id", "account_id"],
            [("NOT_ALLOWED", "mapping[2].attribute")],
        ),
        ("users", "Zuora Id", ["user_id"], [("KEY_MISSING", "mapping")]),
        (
            "users",
            "Zuora",
            ["zuora_id", "user_id"],
            [
                ("NOT_ALLOWED", "mapping[0].attribute"),
                ("KEY_MISSING", "mapping"),
                ("UNKNOWN_ATTRIBUTE", "settings.match_on"),
            ],
        ),
        (
            "users",
            "account_id",
            ["account_id", "user_id", "zuora_id"],
            [("NOT_ALLOWED", "mapping[2].attribute")],
        ),
        (
            "totango_users",
            "Zuora Id",
            ["email", "first_name", "last_name", "license"],
            [("NOT_ALLOWED", "settings.match_on")],
        ),
        ("accounts", "account_id", ["account_id", "zuora_id"], []),
        ("accounts_foreign_keys", "account_id", ["account_id", "zuora_id"], []),
        ("accounts_foreign_keys", "account_id", ["account_id"], [("KEY_MISSING", "mapping")]),
        ("tasks", "Zuora Id", ["task_id", "zuora_id"], []),
        ("usage_aggregations", "account_id", ["account_id", "Reports##Open"], []),
        (
            "usage",
            "account_id",
            ["account_id", "user_id", "action"],
            [("KEY_MISSING", "mapping")],
        ),
        ("collections", "account_id", ["account_id", "collection_id"], []),
        (
            "collections",
            "account_id",
            ["account_id", "collection_id", "tag##x"],
            [("NOT_ALLOWED", "mapping[2].attribute")],
        ),
    ],
)
def test_keys_and_foreign_keys_are_mapped_as_the_object_needs(
    project, totango_object, match_on, lines, expected
):
    keys = {"collection": "support_tickets"} if totango_object == "collections" else {}
    text = integration(
        "x",
        [f"{{attribute: {name}, column: c}}" for name in lines],
        object=totango_object,
        settings=f"{{match_on: {match_on}}}",
        **keys,
    )
    assert sorted(found(project(x=text))) == sorted(expected)


def test_the_activity_streams_timestamp_takes_a_source_format(project):
    lines = [
        f"{{attribute: {name}, column: c}}"
        for name in ("account_id", "user_id", "module", "action")
    ]
    stamp = "{attribute: timestamp, column: c, source_format: 'DD.MM.YYYY hh:mm:ss'}"
    text = integration("x", [*lines, stamp], object="historical_activity_stream")
    assert found(project(x=text)) == []


def test_an_undeclared_collection_is_only_a_warning(project):
    lines = [ACCOUNT, "{attribute: collection_id, column: c}"]
    text = integration("x", lines, object="collections", collection="support_ticket")
    loaded = project(x=text)
    assert found(loaded) == [("UNKNOWN_COLLECTION", "collection")]
    assert loaded.problems[-1].severity is Severity.WARNING
    assert list(loaded.integrations) == ["x"]
    assert found(project(x=text, catalog="{}\n")) == []


def test_two_files_with_one_id_leave_the_one_that_is_named_by_it(project):
    loaded = project(a=integration("a"), b=integration("a"))
    assert list(loaded.integrations) == ["a"]
    assert found(loaded, "b") == [("ID_DIFFERS", "id"), ("DUPLICATE_ID", "id")]


def test_only_yaml_files_of_the_folder_itself_are_read(project, tmp_path):
    folder = tmp_path / "integrations"
    (folder / "below").mkdir(parents=True)
    (folder / "below" / "z.yaml").write_text("a: [")
    (folder / ".#x.yaml").write_text("a: [")
    (folder / "notes.txt").write_text("a: [")
    (folder / "old.yml").write_text(integration("old"))
    (folder / "folder.yaml").mkdir()
    os.mkfifo(folder / "pipe.yaml")
    loaded = project(x=integration("x"))
    assert list(loaded.integrations) == ["x"]
    by_file = {p.file: p.code for p in loaded.problems if p.file.startswith("integrations")}
    assert by_file == {
        "integrations/old.yml": "FILE_EXTENSION",
        "integrations/folder.yaml": "FILE_UNREADABLE",
        "integrations/pipe.yaml": "FILE_UNREADABLE",
    }


def test_what_is_missing_is_said(project, tmp_path):
    assert [p.code for p in load_project(tmp_path / "nowhere").problems] == ["PROJECT_MISSING"]
    codes = [problem.code for problem in load_project(tmp_path).problems]
    assert codes == ["CONNECTIONS_MISSING", "FOLDER_MISSING"]
    loaded = project(x=integration("x"), connections=None)
    assert found(loaded) == [("CONNECTION_INVALID", "connection")]


def test_a_wrong_line_of_the_catalogue_takes_no_other_with_it(project):
    catalog = (
        "attributes:\n  accounts:\n    - {name: Good, type: text}\n    - {name: Bad, type: txt}\n"
        "    - {name: Tier, type: text}\n    - {name: L, type: text, values: [a]}\n"
        "  acounts: [{name: A, type: text}]\n  users: 5\ncollections: [a, 1]\nroles: x\nmore: 1\n"
    )
    loaded = project(catalog=catalog)
    problems = [(p.code, p.path) for p in loaded.problems if p.file == "catalog.yaml"]
    assert sorted(problems) == [
        ("ATTRIBUTE_TYPE", "attributes.accounts[2]"),
        ("NOT_ALLOWED", "attributes.accounts[1].type"),
        ("NOT_ALLOWED", "attributes.accounts[3].values"),
        ("UNKNOWN_KEY", "attributes.acounts"),
        ("UNKNOWN_KEY", "more"),
        ("WRONG_TYPE", "attributes.users"),
        ("WRONG_TYPE", "collections[1]"),
        ("WRONG_TYPE", "roles"),
    ]
    assert loaded.catalog.attribute("accounts", "good") is not None
    assert loaded.catalog.collections == ("a",)


@pytest.mark.parametrize("catalog", ["", "# nothing\n", "- a\n", "a: [\n", None])
def test_an_empty_or_broken_catalogue_leaves_the_standard_one(project, catalog):
    loaded = project(catalog=catalog, x=integration("x"))
    assert list(loaded.integrations) == ["x"]


def test_loading_declarations_imports_no_engine():
    heavy = "{'sqlalchemy', 'duckdb', 'pandas', 'polars', 'pyarrow', 'dagster'}"
    code = (
        "import sys, totango_pipelines.integrations.project\n"
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


WORDS = ["~", "5", "[]", "{}", "'x'", "new:", "mapping:", "&a", "*a", "true", "- ", "  ", "\n", ":"]


@settings(max_examples=150, deadline=None)
@given(chance=st.randoms(use_true_random=False))
def test_no_mutated_project_ever_raises(chance: random.Random, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mutated")
    (folder / "integrations").mkdir()
    files = {
        "connections.yaml": CONNECTIONS,
        "catalog.yaml": CATALOG,
        "integrations/full.yaml": FULL,
    }
    for name, text in files.items():
        tokens = text.replace("{", " { ").replace(",", " , ").split(" ")
        for _ in range(chance.randrange(4)):
            tokens[chance.randrange(len(tokens))] = chance.choice(WORDS)
        (folder / name).write_text(" ".join(tokens))
    loaded = load_project(folder)
    assert set(loaded.integrations) | {"full"} == {"full"}
    assert bool(loaded.integrations) != bool(loaded.invalid_files)
    for problem in loaded.problems:
        assert problem.problem
        assert "Input should" not in problem.problem


@pytest.mark.parametrize("identifier", ["config", "class", "type"])
def test_an_id_that_dagster_keeps_for_itself_is_refused(project, identifier):
    loaded = project(**{identifier: integration(identifier)})
    (problem,) = [each for each in loaded.problems if each.code == "ID_RESERVED"]
    assert (problem.path, problem.line) == ("id", 1)
    assert identifier not in loaded.integrations
