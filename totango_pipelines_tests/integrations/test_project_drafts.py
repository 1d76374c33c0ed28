"""A draft is judged by the rules that judge a file, before it touches the disk."""

import pytest

from totango_pipelines.catalog.attributes import DataType
from totango_pipelines.integrations.project import load_project

CONNECTIONS = "connections:\n  crm: {type: sqlite, path: crm.sqlite}\n"
INTEGRATION = """\
id: {id}
name: X
connection: {connection}
object: accounts
query: SELECT 1
mapping:
  - {{attribute: account_id, column: id}}
  - {{attribute: Segment, column: s, new: {{type: {type}}}}}
"""


def text(identifier, connection="crm", kind="text"):
    return INTEGRATION.format(id=identifier, connection=connection, type=kind)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "integrations").mkdir()
    (tmp_path / "connections.yaml").write_text(CONNECTIONS)
    (tmp_path / "integrations" / "b.yaml").write_text(text("b"))
    return tmp_path


def test_a_draft_stands_beside_the_files_and_is_not_written(folder):
    project = load_project(folder, {"integrations/a.yaml": text("a").encode()})
    assert {each.code for each in project.problems} == {"SHARED_ATTRIBUTE"}
    assert list(project.integrations) == ["a", "b"]
    assert project.integrations["a"].file == "integrations/a.yaml"
    assert names(folder / "integrations") == ["b.yaml"]


def test_a_draft_stands_in_the_place_of_its_file(folder):
    project = load_project(folder, {"integrations/b.yaml": text("b", kind="number").encode()})
    assert list(project.integrations) == ["b"]
    assert project.catalog.attribute("accounts", "Segment").data_type is DataType.NUMBER


@pytest.mark.parametrize(
    ("file", "content", "code"),
    [
        ("a", text("other"), "ID_DIFFERS"),
        ("c", text("b"), "DUPLICATE_ID"),
        ("a", text("a", connection="no"), "UNKNOWN_CONNECTION"),
        ("c", text("c", kind="date"), "ATTRIBUTE_TYPE"),
        ("a", "id: [", "YAML_SYNTAX"),
        ("a", "", "EMPTY_FILE"),
    ],
)
def test_a_wrong_draft_has_its_problems_with_their_lines(folder, file, content, code):
    project = load_project(folder, {f"integrations/{file}.yaml": content.encode()})
    assert code in [each.code for each in project.problems]
    assert set(project.invalid_files) == {f"integrations/{file}.yaml"}


def test_a_draft_that_breaks_another_file_shows_it_there(folder):
    project = load_project(folder, {"integrations/a.yaml": text("a", kind="number").encode()})
    assert set(project.invalid_files) == {"integrations/b.yaml"}


def test_the_first_draft_of_a_project_needs_no_folder(tmp_path):
    (tmp_path / "connections.yaml").write_text(CONNECTIONS)
    project = load_project(tmp_path, {"integrations/a.yaml": text("a").encode()})
    assert project.problems == ()
    assert list(project.integrations) == ["a"]
