"""Files are written whole or not at all, and never over what somebody else wrote."""

import stat

import pytest

from totango_pipelines.integrations.file_writing import (
    ChangedMeanwhileError,
    FileExistsAlreadyError,
    FolderNotWritableError,
    replace_file,
    version_of,
    write_new,
)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def file(tmp_path):
    return tmp_path / "integrations" / "x.yaml"


def test_a_new_file_is_written_whole_and_its_folder_is_made(file):
    write_new(file, b"id: x\n")
    assert file.read_bytes() == b"id: x\n"
    assert names(file.parent) == ["x.yaml"]


def test_a_new_file_never_takes_the_place_of_another(file):
    write_new(file, b"first")
    with pytest.raises(FileExistsAlreadyError, match="exists already"):
        write_new(file, b"second")
    assert file.read_bytes() == b"first"
    assert names(file.parent) == ["x.yaml"]


def test_the_file_that_was_read_is_replaced_and_keeps_its_permissions(file):
    write_new(file, b"first")
    file.chmod(0o640)
    replace_file(file, b"second", version=version_of(b"first"))
    assert file.read_bytes() == b"second"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_what_somebody_else_changed_in_the_meantime_stays(file):
    write_new(file, b"theirs")
    with pytest.raises(ChangedMeanwhileError, match="changed in the meantime"):
        replace_file(file, b"ours", version=version_of(b"first"))
    assert file.read_bytes() == b"theirs"
    file.unlink()
    with pytest.raises(ChangedMeanwhileError):
        replace_file(file, b"ours", version=version_of(b"theirs"))
    assert names(file.parent) == []


def test_a_link_stays_a_link(file, tmp_path):
    write_new(file, b"first")
    link = tmp_path / "link.yaml"
    link.symlink_to(file)
    replace_file(link, b"second", version=version_of(b"first"))
    assert link.is_symlink()
    assert file.read_bytes() == b"second"


def test_a_folder_that_cannot_be_written_is_said_in_words(tmp_path):
    (tmp_path / "integrations").write_text("a file in the folder's place")
    with pytest.raises(FolderNotWritableError, match="cannot be written"):
        write_new(tmp_path / "integrations" / "x.yaml", b"")
