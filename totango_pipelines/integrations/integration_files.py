"""Read the files of `integrations/`: each by itself, valid or with its problems."""

import errno
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from totango_pipelines.errors import Problem
from totango_pipelines.integrations.integration import Integration
from totango_pipelines.integrations.problems_from_pydantic import Rejected, checked
from totango_pipelines.integrations.strict_yaml import LARGEST_FILE, ParsedYaml, parse_yaml

FOLDER: Final = "integrations"
_INTEGRATION: Final = TypeAdapter(Integration)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One file of the folder; `integration` is None where its form is wrong."""

    file: str
    content: bytes
    parsed: ParsedYaml
    integration: Integration | None
    problems: tuple[Problem, ...]


def candidates_in(project: Path) -> tuple[tuple[Candidate, ...], tuple[Problem, ...]]:
    """Every `*.yaml` of the folder in the order of the names, and problems of the folder."""
    folder = project / FOLDER
    if not folder.is_dir():
        seen, remedy = (
            "is not a folder.",
            "Create it; each integration is one file <id>.yaml in it.",
        )
        return (), (Problem(FOLDER, None, "", "FOLDER_MISSING", seen, remedy),)
    # Hidden files are what editors leave behind.
    try:
        paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        return (), (unreadable(FOLDER, error),)
    wrong = [path for path in paths if path.suffix.lower() in (".yml", ".yaml")]
    declared = [path for path in wrong if path.suffix == ".yaml"]
    return (
        tuple(_candidate(path) for path in declared),
        tuple(_rename(path) for path in wrong if path not in declared),
    )


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


def _candidate(path: Path) -> Candidate:
    file = f"{FOLDER}/{path.name}"
    try:
        content = read_limited(path)
    except OSError as error:
        return Candidate(
            file, b"", ParsedYaml(file, None, {}, ()), None, (unreadable(file, error),)
        )
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
    problems += _id_differs(path, parsed)
    return Candidate(file, content, parsed, integration, tuple(problems))


def _id_differs(path: Path, parsed: ParsedYaml) -> Iterator[Problem]:
    declared = parsed.data.get("id") if isinstance(parsed.data, dict) else None
    if isinstance(declared, str) and declared != path.stem:
        yield parsed.problem(
            ("id",),
            "ID_DIFFERS",
            f"{declared[:63]!r} differs from the file's name {path.name!r}.",
            f"Write `id: {path.stem}`, or rename the file.",
        )


def _declared_id(candidate: Candidate) -> str | None:
    data = candidate.parsed.data
    declared = data.get("id") if isinstance(data, dict) else None
    return declared if isinstance(declared, str) else None


def _rename(path: Path) -> Problem:
    remedy = f"Rename it to {path.stem}.yaml."
    seen = "does not end in .yaml and is not loaded."
    return Problem(f"{FOLDER}/{path.name}", None, "", "FILE_EXTENSION", seen, remedy)
