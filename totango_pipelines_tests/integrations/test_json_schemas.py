"""The JSON schemas that editors read."""

from totango_pipelines.integrations.integration import ObjectName
from totango_pipelines.integrations.json_schemas import SCHEMA_FOLDER, schemas, texts, write


def test_the_committed_schemas_are_current():
    committed = {path.name: path.read_text() for path in SCHEMA_FOLDER.glob("*.schema.json")}
    assert committed == texts(), "run `python -m totango_pipelines.integrations.json_schemas`"


def test_the_schemas_can_be_written_anywhere(tmp_path):
    write(tmp_path / "new")
    assert {path.name for path in (tmp_path / "new").iterdir()} == set(texts())


def test_an_editor_learns_the_objects_and_what_every_key_is_for():
    schema = schemas()["integration"]
    assert schema["$defs"]["ObjectName"]["enum"] == [each.value for each in ObjectName]
    assert all("description" in key for key in schema["properties"].values())
    assert schema["additionalProperties"] is False
