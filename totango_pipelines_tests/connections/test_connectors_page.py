"""What is written about connectors is what the code declares."""

import pytest
import yaml
from pydantic import TypeAdapter

from totango_pipelines.connections.connectors import CONNECTORS
from totango_pipelines.connections.page import PAGE, readme_rows, text, write
from totango_pipelines.integrations.connection import ConnectionDeclaration
from totango_pipelines_tests.conftest import REPOSITORY


def test_the_committed_page_is_what_the_connectors_say():
    assert PAGE.read_text(encoding="utf-8") == text(), "make docs"


def test_the_readme_has_a_line_for_every_connector():
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert readme_rows() in readme


@pytest.mark.parametrize("connector", sorted(CONNECTORS))
def test_the_example_of_a_connector_is_a_connection_of_its_type(connector):
    ((_, example),) = yaml.safe_load(CONNECTORS[connector].example).items()
    assert TypeAdapter(ConnectionDeclaration).validate_python(example).type == connector


def test_writing_the_page_makes_its_folder(tmp_path):
    write(tmp_path / "docs" / "connectors.md")
    assert (tmp_path / "docs" / "connectors.md").read_text(encoding="utf-8") == text()


@pytest.mark.parametrize(
    "field",
    ["tables.NAME.path` (required)", "tables.NAME.format`", "tables.NAME.delimiter`", "s3.region`"],
)
def test_the_fields_inside_a_field_are_told(field):
    assert f"| `{field} |" in text()
