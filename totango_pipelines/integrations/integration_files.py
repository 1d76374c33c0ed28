"""Read the files of `integrations/`: each by itself, valid or with its problems."""

import errno
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from totango_pipelines.errors import Problem
from totango_pipelines.integrations.integration import Integration
from totango_pipelines.integrations.problems_from_pydantic import Rejected, checked
from totango_pipelines.integrations.strict_yaml import LARGEST_FILE, ParsedYaml, parse_yaml

FOLDER: Final = "integrations"
_FOLDER_MISSING: Final = "FOLDER_MISSING"
_INTEGRATION: Final = TypeAdapter(Integration)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One file of the folder; `integration` is None where its form is wrong."""

    file: str
    content: bytes
    parsed: ParsedYaml
    integration: Integration | None
    problems: tuple[Problem, ...]


def candidates_in(
    project: Path, drafts: Mapping[str, bytes]
) -> tuple[tuple[Candidate, ...], tuple[Problem, ...]]:
    """Every `*.yaml` of the folder in the order of the names, and problems of the folder.

    `drafts` stand beside, or in the place of, the files of the same name.
    """
    paths, problems = _paths_in(project / FOLDER)
    if drafts:
        problems = tuple(each for each in problems if each.code != _FOLDER_MISSING)
    declared = {f"{FOLDER}/{path.name}": path for path in paths if path.suffix == ".yaml"}
    found = [
        _parsed(file, drafts[file]) if file in drafts else _candidate(file, declared[file])
        for file in sorted({*declared, *drafts})
    ]
    return tuple(found), (
        *problems,
        *(
            _rename(path)
            for path in paths
            if path.suffix.lower() in (".yml", ".yaml") and path.suffix != ".yaml"
        ),
    )


def _paths_in(folder: Path) -> tuple[list[Path], tuple[Problem, ...]]:
    if not folder.is_dir():
        seen, remedy = (
            "is not a folder.",
            "Create it; each integration is one file <id>.yaml in it.",
        )
        return [], (Problem(FOLDER, None, "", _FOLDER_MISSING, seen, remedy),)
    # Hidden files are what editors leave behind.
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith(".")), ()
    except OSError as error:
        return [], (unreadable(FOLDER, error),)


def read_limited(path: Path) -> bytes:
    """The file's bytes, at most one more than is allowed; OSError if it cannot be read."""
    # Opening a pipe would wait forever.
    if not path.is_file():
        raise OSError(errno.EINVAL, "it is not a file")
    with path.open("rb") as file:
        return file.read(LARGEST_FILE + 1)


def unreadable(file: str, error: OSError) -> Problem:
    """The file is there, but cannot be read."""
    seen = f"cannot be read: {error.strerror or 'the system refuses'}."
    return Problem(file, None, "", "FILE_UNREADABLE", seen, "Check what it is and who may read it.")


def same_ids(candidates: Iterable[Candidate]) -> Iterator[tuple[str, Problem]]:
    """The files whose id another file has too; the one that is named by the id is left alone."""
    by_id: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        declared = _declared_id(candidate)
        if declared is not None:
            by_id.setdefault(declared, []).append(candidate)
    for identifier, sharing in by_id.items():
        for candidate in sharing if len(sharing) > 1 else ():
            if candidate.file == f"{FOLDER}/{identifier}.yaml":
                continue
            others = ", ".join(each.file for each in sharing if each is not candidate)
            seen = f"{identifier!r} is also the id of {others}."
            remedy = "Give every integration an id of its own."
            yield candidate.file, candidate.parsed.problem(("id",), "DUPLICATE_ID", seen, remedy)


def _candidate(file: str, path: Path) -> Candidate:
    try:
        content = read_limited(path)
    except OSError as error:
        return Candidate(
            file, b"", ParsedYaml(file, None, {}, ()), None, (unreadable(file, error),)
        )
    return _parsed(file, content)


def _parsed(file: str, content: bytes) -> Candidate:
    parsed = parse_yaml(content, file)
    problems = list(parsed.problems)
    integration = None
    if parsed.data is None and not problems:
        problems.append(Problem(file, None, "", "EMPTY_FILE", "is empty.", "Fill or delete it."))
    elif parsed.data is not None:
        found = checked(_INTEGRATION, parsed.data, parsed)
        if isinstance(found, Rejected):
            problems += found.problems
        else:
            integration = found
    problems += _id_differs(parsed)
    return Candidate(file, content, parsed, integration, tuple(problems))


def _id_differs(parsed: ParsedYaml) -> Iterator[Problem]:
    declared = parsed.data.get("id") if isinstance(parsed.data, dict) else None
    name = parsed.file.removeprefix(f"{FOLDER}/")
    stem = name.removesuffix(".yaml")
    if isinstance(declared, str) and declared != stem:
        yield parsed.problem(
            ("id",),
            "ID_DIFFERS",
            f"{declared[:63]!r} differs from the file's name {name!r}.",
            f"Write `id: {stem}`, or rename the file.",
        )


def _declared_id(candidate: Candidate) -> str | None:
    data = candidate.parsed.data
    declared = data.get("id") if isinstance(data, dict) else None
    return declared if isinstance(declared, str) else None


def _rename(path: Path) -> Problem:
    remedy = f"Rename it to {path.stem}.yaml."
    seen = "does not end in .yaml and is not loaded."
    return Problem(f"{FOLDER}/{path.name}", None, "", "FILE_EXTENSION", seen, remedy)
