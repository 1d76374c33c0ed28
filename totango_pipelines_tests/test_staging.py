import json
import os
import stat

import pyarrow as pa
import pytest

from totango_pipelines.errors import StagedFileError
from totango_pipelines.staging import RunFolder, StagedFile, Staging

BATCH = pa.record_batch({"id": ["a", "b"], "email": ["ann@example.com", None]})
SOURCE = StagedFile.SOURCE


@pytest.fixture
def folder(tmp_path) -> RunFolder:
    return Staging(tmp_path / "runs").run("crm", "run-1")


def stage(folder, batches=(BATCH,), file=SOURCE):
    with folder.writing(file, BATCH.schema) as sink:
        for batch in batches:
            sink.write(batch)
        sink.facts["mode"] = "full"


def names_in(folder):
    return sorted(path.name for path in folder.path.iterdir())


def test_a_staged_file_is_what_its_manifest_says(folder):
    stage(folder, [BATCH, BATCH])

    path, manifest = folder.verified(SOURCE)

    assert folder.has(SOURCE)
    assert (manifest.rows, manifest.bytes) == (4, path.stat().st_size)
    assert manifest.columns == (("id", "string"), ("email", "string"))
    assert manifest.facts == {"mode": "full"}
    assert names_in(folder) == ["source.manifest.json", "source.parquet"]


def test_the_schema_fingerprint_follows_names_types_and_order(folder):
    stage(folder)
    first = folder.manifest(SOURCE).schema_fingerprint
    stage(folder, [])
    assert folder.manifest(SOURCE).schema_fingerprint == first

    with folder.writing(SOURCE, pa.schema(reversed(list(BATCH.schema)))):
        pass
    assert folder.manifest(SOURCE).schema_fingerprint != first


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_file_whose_writing_fails_is_not_there_and_leaves_nothing(folder, error):
    def failing():
        yield BATCH
        raise error

    with pytest.raises(error):
        stage(folder, failing())

    assert names_in(folder) == []
    assert not folder.has(SOURCE)


def test_a_second_attempt_that_fails_takes_the_first_file_away(folder):
    stage(folder)
    with pytest.raises(ValueError, match="half-way"), folder.writing(SOURCE, BATCH.schema):
        raise ValueError("half-way")

    assert not folder.has(SOURCE)
    with pytest.raises(StagedFileError, match="has no source file"):
        folder.verified(SOURCE)


def test_a_second_attempt_replaces_the_first_file(folder):
    stage(folder)
    stage(folder, [BATCH] * 3)

    assert folder.verified(SOURCE)[1].rows == 6


def truncate(path):
    path.write_bytes(path.read_bytes()[:-1])


def alter(path):
    content = bytearray(path.read_bytes())
    content[10] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (truncate, "truncated or altered"),
        (alter, "truncated or altered"),
        (lambda path: path.unlink(), "is gone"),
        (lambda path: path.write_bytes(b""), "truncated or altered"),
    ],
    ids=["truncated", "altered", "gone", "empty"],
)
def test_a_spoilt_file_is_refused_with_what_to_do(folder, spoil, said):
    stage(folder)
    spoil(folder.parquet(SOURCE))

    with pytest.raises(StagedFileError, match=said) as caught:
        folder.verified(SOURCE)

    assert "Run the integration again." in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"{}", b"\xff\xfe", b'{"columns": 3}', b'{"columns": [["a"]]}'],
)
def test_a_spoilt_manifest_is_refused_without_quoting_it(folder, content):
    stage(folder)
    (folder.path / "source.manifest.json").write_bytes(content)

    with pytest.raises(StagedFileError, match=r"source\.manifest\.json was truncated or altered"):
        folder.verified(SOURCE)


def test_a_file_without_a_manifest_is_not_there(folder):
    stage(folder)
    (folder.path / "source.manifest.json").unlink()

    assert not folder.has(SOURCE)
    with pytest.raises(StagedFileError, match="has no source file"):
        folder.manifest(SOURCE)


@pytest.mark.parametrize("name", ["..", ".", "", "a/b", "/etc", "a\n", "a\x00", "a b", "x" * 65])
def test_names_that_would_leave_the_folder_name_no_run(tmp_path, name):
    staging = Staging(tmp_path)

    for integration, run_id in ((name, "run"), ("crm", name)):
        with pytest.raises(StagedFileError, match="does not name a run"):
            staging.run(integration, run_id)
    assert staging.find_run(name) is None


def test_a_run_is_found_by_its_whole_id_only(folder, tmp_path):
    stage(folder)
    staging = Staging(tmp_path / "runs")

    assert staging.find_run("run-1") == folder
    assert staging.find_run("run") is None
    assert staging.find_run("*") is None
    assert Staging(tmp_path / "nowhere").find_run("run-1") is None
    (tmp_path / "runs" / "other" / "run-1").mkdir(parents=True)
    assert staging.find_run("run-1") is None  # nobody can say which


def test_only_the_owner_may_look_into_a_run(folder):
    before = os.umask(0)
    try:
        stage(folder)
    finally:
        os.umask(before)

    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700


def test_a_folder_that_others_could_read_is_closed_again(folder):
    folder.path.mkdir(parents=True)
    folder.path.chmod(0o755)
    stage(folder)

    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700


def test_a_run_adopts_the_files_of_the_run_that_it_repeats(folder, tmp_path):
    staging = Staging(tmp_path / "runs")
    stage(folder)
    folder.write_json("preview.json", {"rows": ["é"]})
    (folder.path / "mapped.1.part").write_text("half")
    new = staging.run("crm", "run-2")

    staging.adopt("crm", "run-2", "run-1")
    staging.adopt("crm", "run-2", "run-1")

    assert names_in(new) == ["preview.json", "source.manifest.json", "source.parquet"]
    assert new.verified(SOURCE)[1] == folder.verified(SOURCE)[1]
    assert new.read_json("preview.json") == {"rows": ["é"]}
    assert stat.S_IMODE(new.path.stat().st_mode) == 0o700


def test_what_a_run_writes_after_adopting_does_not_change_its_ancestor(folder, tmp_path):
    staging = Staging(tmp_path / "runs")
    stage(folder)
    staging.adopt("crm", "run-2", "run-1")

    stage(staging.run("crm", "run-2"), [BATCH] * 5)

    assert folder.verified(SOURCE)[1].rows == 2


def test_adopting_keeps_what_the_run_already_has(folder, tmp_path):
    staging = Staging(tmp_path / "runs")
    stage(folder)
    stage(staging.run("crm", "run-2"), [BATCH] * 5)

    staging.adopt("crm", "run-2", "run-1")

    assert staging.run("crm", "run-2").verified(SOURCE)[1].rows == 10


def test_the_parts_of_a_killed_attempt_are_removed_and_nothing_else(folder, tmp_path):
    stage(folder)
    (folder.path / "source.99.part").write_text("half")
    (folder.path / "spill.part").mkdir()
    (folder.path / "spill.part" / "rows").write_text("spilt")
    staging = Staging(tmp_path / "runs")

    staging.remove_parts("crm", "run-1")
    staging.remove_parts("crm", "never-ran")

    assert names_in(folder) == ["source.manifest.json", "source.parquet"]


def test_a_small_file_is_missing_or_spoilt_in_words(folder):
    folder.path.mkdir(parents=True)
    with pytest.raises(StagedFileError, match=r"the run has no preview\.json"):
        folder.read_json("preview.json")

    (folder.path / "preview.json").write_text('{"rows": [["ann@example.com')
    with pytest.raises(StagedFileError, match="truncated or altered") as caught:
        folder.read_json("preview.json")
    assert "ann@" not in str(caught.value)


def test_a_small_file_is_written_whole(folder):
    folder.path.mkdir(parents=True)
    folder.write_json("preview.json", {"a": 1})

    with pytest.raises(TypeError):
        folder.write_json("preview.json", {"a": object()})

    assert names_in(folder) == ["preview.json"]
    assert json.loads((folder.path / "preview.json").read_text()) == {"a": 1}
