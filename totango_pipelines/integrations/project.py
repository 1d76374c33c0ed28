"""Load a project folder: every declared file, with every problem of every file.

Nothing here opens a connection, and no bad file raises or hides another one.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from totango_pipelines.catalog.catalog import Catalog
from totango_pipelines.errors import Problem, errors_among
from totango_pipelines.integrations.catalog_file import catalog_from
from totango_pipelines.integrations.connection import ConnectionDeclaration
from totango_pipelines.integrations.connections_file import Connections, connections_from
from totango_pipelines.integrations.integration import Integration
from totango_pipelines.integrations.integration_files import (
    Candidate,
    candidates_in,
    read_limited,
    same_ids,
    unreadable,
)
from totango_pipelines.integrations.key_paths import KeyPath
from totango_pipelines.integrations.notifications_file import (
    NO_NOTIFICATIONS,
    Notifications,
    notifications_from,
)
from totango_pipelines.integrations.rules import Surroundings, broken_rules, new_attributes
from totango_pipelines.integrations.shared_attributes import shared_attributes
from totango_pipelines.integrations.strict_yaml import ParsedYaml, parse_yaml

CONNECTIONS_FILE: Final = "connections.yaml"
CATALOG_FILE: Final = "catalog.yaml"
NOTIFICATIONS_FILE: Final = "notifications.yaml"
_NO_DRAFTS: Final[Mapping[str, bytes]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class DeclaredIntegration:
    """A valid integration, its file (relative to the project) and that file's version.

    `version` is the SHA-256 of the file's bytes, in hexadecimal.
    """

    integration: Integration
    file: str
    version: str
    parsed: ParsedYaml

    def line(self, path: KeyPath) -> int:
        """The line of a key path, e.g. `("mapping", 2, "column")`; the nearest one around it."""
        return self.parsed.line(path)


@dataclass(frozen=True, slots=True)
class Project:
    """A project folder as it is declared, and everything that is wrong with it.

    `integrations` are the valid ones by id. `catalog` knows the company's attributes and those
    that a mapping adds. `notifications` are empty without their file. `problems` are the errors and warnings of all files; `invalid_files` are
    the integration files that are not loaded, each with its problems.
    """

    folder: Path
    integrations: Mapping[str, DeclaredIntegration]
    connections: Mapping[str, ConnectionDeclaration]
    catalog: Catalog
    problems: tuple[Problem, ...]
    invalid_files: Mapping[str, tuple[Problem, ...]]
    notifications: Notifications = NO_NOTIFICATIONS


def load_project(folder: Path, drafts: Mapping[str, bytes] = _NO_DRAFTS) -> Project:
    """Read `catalog.yaml`, `connections.yaml`, `notifications.yaml` and `integrations/*.yaml`.

    `drafts` are contents that are not written yet, by file (`integrations/<id>.yaml`): each stands
    in the place of what the folder has, so that every rule judges it before it touches the disk.
    """
    if not folder.is_dir():
        missing = Problem(
            folder.name or str(folder),
            None,
            "",
            "PROJECT_MISSING",
            "is not a folder.",
            "Set TOTANGO_PROJECT to the folder that holds connections.yaml and integrations/.",
        )
        return Project(folder, {}, {}, Catalog.standard(), (missing,), {})
    catalog, catalog_problems = _catalog(folder)
    connections = _connections(folder)
    candidates, folder_problems = candidates_in(folder, drafts)
    catalog, conflicts = _with_new_attributes(catalog, candidates)
    notifications = _notifications(folder, candidates)
    around = Surroundings(
        catalog,
        frozenset(connections.valid),
        connections.broken,
        connections.readable,
        notifications.names,
    )
    problems_by_file = {
        each.file: _in_order((*each.problems, *conflicts[each.file], *_rules(each, around)))
        for each in candidates
    }
    for file, problem in (*same_ids(candidates), *shared_attributes(candidates, catalog)):
        problems_by_file[file] = _in_order((*problems_by_file[file], problem))
    return Project(
        folder=folder,
        integrations=_valid(candidates, problems_by_file),
        connections=connections.valid,
        catalog=catalog,
        problems=(
            *catalog_problems,
            *connections.problems,
            *notifications.problems,
            *folder_problems,
            *(problem for problems in problems_by_file.values() for problem in problems),
        ),
        invalid_files={
            file: problems for file, problems in problems_by_file.items() if errors_among(problems)
        },
        notifications=notifications,
    )


def _catalog(folder: Path) -> tuple[Catalog, tuple[Problem, ...]]:
    path = folder / CATALOG_FILE
    if not path.exists():
        return Catalog.standard(), ()
    try:
        content = read_limited(path)
    except OSError as error:
        return Catalog.standard(), (unreadable(CATALOG_FILE, error),)
    return catalog_from(parse_yaml(content, CATALOG_FILE))


def _connections(folder: Path) -> Connections:
    path = folder / CONNECTIONS_FILE
    if not path.exists():
        missing = Problem(
            CONNECTIONS_FILE,
            None,
            "",
            "CONNECTIONS_MISSING",
            "does not exist.",
            "Create it: `connections: {crm: {type: postgres, url: {env: CRM_URL}}}`.",
        )
        return Connections({}, frozenset(), (missing,), readable=False)
    try:
        content = read_limited(path)
    except OSError as error:
        return Connections({}, frozenset(), (unreadable(CONNECTIONS_FILE, error),), readable=False)
    return connections_from(parse_yaml(content, CONNECTIONS_FILE))


def _notifications(folder: Path, candidates: Iterable[Candidate]) -> Notifications:
    path = folder / NOTIFICATIONS_FILE
    if not path.exists():
        return NO_NOTIFICATIONS
    try:
        content = read_limited(path)
    except OSError as error:
        problem = unreadable(NOTIFICATIONS_FILE, error)
        return replace(NO_NOTIFICATIONS, problems=(problem,), readable=False)
    # A file with problems is an integration too: its rules are no mistake.
    ids = {Path(each.file).stem for each in candidates}
    return notifications_from(parse_yaml(content, NOTIFICATIONS_FILE), ids)


def _with_new_attributes(
    catalog: Catalog, candidates: Iterable[Candidate]
) -> tuple[Catalog, dict[str, list[Problem]]]:
    """The catalogue with every `new:` attribute; the first file that adds one settles its type.

    Also files with other problems count, so that mending one never breaks another.
    """
    problems: dict[str, list[Problem]] = {}
    for candidate in candidates:
        found = problems.setdefault(candidate.file, [])
        if candidate.integration is None:
            continue
        for path, attribute in new_attributes(candidate.integration):
            catalog, conflicts = catalog.with_attributes(
                candidate.integration.object.value, (attribute,)
            )
            found += [
                candidate.parsed.problem(
                    path,
                    each.code,
                    f"{each.problem}.",
                    f"Take `new` out to use {each.existing!r} as it is, or choose another name."
                    if each.existing
                    else each.remedy,
                )
                for each in conflicts
            ]
    return catalog, problems


def _rules(candidate: Candidate, around: Surroundings) -> tuple[Problem, ...]:
    if candidate.integration is None:
        return ()
    return broken_rules(candidate.integration, candidate.parsed, around)


def _valid(
    candidates: Iterable[Candidate], problems_by_file: Mapping[str, tuple[Problem, ...]]
) -> dict[str, DeclaredIntegration]:
    return {
        each.integration.id: DeclaredIntegration(
            each.integration,
            each.file,
            hashlib.sha256(each.content).hexdigest(),
            each.parsed,
        )
        for each in sorted(candidates, key=lambda candidate: candidate.file)
        if each.integration is not None and not errors_among(problems_by_file[each.file])
    }


def _in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: problem.line or 0))
