"""A new integration from choices: the mapping that automap and people agree on, and its document.

Everything here is a function of its arguments; who asks for the choices, and how, is not known.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from totango_pipelines.catalog.attributes import Attribute, DataType, KeyFolding, normalised_name
from totango_pipelines.catalog.catalog import custom_attribute
from totango_pipelines.errors import Problem, Severity
from totango_pipelines.integrations.integration import MappingLine
from totango_pipelines.integrations.project import Project
from totango_pipelines.integrations.text_edits import ORIGINS, ChangeLine
from totango_pipelines.integrations.time_zone import TimeZone
from totango_pipelines.mapping.automap.automap import Proposal
from totango_pipelines.mapping.columns import Kind
from totango_pipelines.mapping.formats.detection import Detection, detect_format
from totango_pipelines.sync.query_sample import QuerySample

Line = Mapping[str, Any]
"""A mapping line as plain data: attribute, origin and options."""

_ZONE: Final = TypeAdapter(TimeZone)
_MAPPING_LINE: Final = re.compile(r"mapping\[(\d+)\]")
_HAVE_FORMATS: Final = frozenset(
    {
        *(DataType.DATE, DataType.TIMESTAMP, DataType.NUMBER, DataType.CURRENCY),
        *(DataType.WHOLE_NUMBER, DataType.BOOLEAN, DataType.MULTI_LIST),
    }
)


@dataclass(frozen=True, slots=True)
class Choices:
    """What somebody chose for a new integration; `lines` is the mapping, in any order."""

    identifier: str
    connection: str
    object_name: str
    query: str
    name: str = ""
    description: str = ""
    collection: str | None = None
    lines: tuple[Line, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    schedule: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class RememberedFormat:
    """The format that another integration, `where`, has for the same column and attribute."""

    source_format: str
    where: str


@dataclass(frozen=True, slots=True)
class FormatFinding:
    """What the samples of a text column say about the format of the attribute it is mapped to."""

    attribute: str
    column: str
    is_key: bool
    detection: Detection
    remembered: RememberedFormat | None = None

    @property
    def settled(self) -> str | None:
        """The format to set without asking: the only one, or the one that somebody confirmed."""
        if self.detection.question is None:
            return self.detection.source_format
        return None if self.remembered is None else self.remembered.source_format


def draft_document(choices: Choices) -> dict[str, Any]:
    """The plain data of the integration's file; a name that was not given is made of the id."""
    return {
        "id": choices.identifier,
        "name": choices.name or name_of(choices.identifier),
        "description": choices.description,
        "connection": choices.connection,
        "object": choices.object_name,
        "collection": choices.collection,
        "query": choices.query,
        "mapping": [dict(line) for line in choices.lines],
        "settings": dict(choices.settings),
        "schedule": None if choices.schedule is None else dict(choices.schedule),
    }


def name_of(identifier: str) -> str:
    """`crm_accounts` -> `Crm accounts`; a column's name becomes an attribute's in the same way."""
    words = " ".join(identifier.replace("_", " ").split())
    return words[:1].upper() + words[1:]


def ticked_lines(proposals: Iterable[Proposal]) -> tuple[Line, ...]:
    """A line for each proposal that is taken unless somebody objects."""
    return tuple(
        {"attribute": each.attribute, "column": each.column}
        for each in proposals
        if each.attribute is not None and each.ticked
    )


def changed_lines(lines: Sequence[Line], changes: Iterable[ChangeLine]) -> tuple[Line, ...]:
    """The lines with what somebody asked for; an origin replaces the one that is there.

    One column may serve several attributes, so no other line goes.
    """
    kept = {normalised_name(str(line["attribute"])): dict(line) for line in lines}
    for change in changes:
        name = normalised_name(change.attribute)
        line = kept.get(name, {"attribute": change.attribute})
        if any(change.values.get(origin) is not None for origin in ORIGINS):
            line = {key: value for key, value in line.items() if key not in ORIGINS}
        merged = {**line, **change.values}
        kept[name] = {key: value for key, value in merged.items() if value is not None}
    return tuple(kept.values())


def formats_for(
    project: Project,
    sample: QuerySample,
    lines: Iterable[Line],
    *,
    connection: str,
    object_name: str,
    timezone: str = "UTC",
) -> tuple[FormatFinding, ...]:
    """What detection says of each text column whose attribute is read by a format.

    Lines that have a source format already, and those of keys that take none, are left out.
    """
    texts = {column.name for column in sample.columns if column.kind is Kind.TEXT}
    confirmed = _confirmed_formats(project, connection, object_name)
    found = []
    for line in lines:
        attribute = _attribute(project, object_name, line)
        column = line.get("column")
        if attribute is None or column not in texts or "source_format" in line:
            continue
        takes_none = attribute.folding not in (None, KeyFolding.INSTANT)
        if attribute.data_type not in _HAVE_FORMATS or takes_none:
            continue
        detection = detect_format(attribute, sample.texts(column), timezone=timezone)
        is_key = attribute.key is not None or attribute.always_required
        remembered = confirmed.get((column, normalised_name(attribute.name)))
        possible = {reading.source_format for reading in detection.readings}
        if possible and remembered is not None and remembered.source_format not in possible:
            remembered = None
        name = str(line["attribute"])
        found.append(FormatFinding(name, column, is_key, detection, remembered))
    return tuple(found)


def with_formats(
    lines: Iterable[Line], findings: Iterable[FormatFinding], kept: Iterable[str] = ()
) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """The lines with the formats that nothing speaks against, and what is to be said.

    A column that could be read in several ways is left unmapped: a guess would be a wrong value
    that nobody sees. Keys, and the attributes in `kept`, stay, and their question is said; so does
    a column with cells that nothing reads, which a run rejects one by one.
    """
    by_attribute = {each.attribute: each for each in findings}
    asked_for = {normalised_name(name) for name in kept}
    written: list[Line] = []
    said: list[str] = []
    for line in lines:
        finding = by_attribute.get(str(line["attribute"]))
        if finding is None:
            written.append(line)
            continue
        detection = finding.detection
        if detection.question is None or finding.settled is not None:
            written.append(_formatted(line, finding.settled))
            said += remembered_sentence(finding)
            continue
        stays = finding.is_key or normalised_name(finding.attribute) in asked_for
        if stays or not detection.readings:
            written.append(line)
            said.append(question_sentence(finding))
        else:
            formats = [each.source_format for each in detection.readings]
            question = detection.question
            said.append(left_out(finding.attribute, finding.column, question, formats))
    return tuple(written), tuple(said)


def remembered_sentence(finding: FormatFinding) -> tuple[str, ...]:
    """What to say where the samples alone would not have settled the format."""
    if finding.detection.question is None or finding.remembered is None:
        return ()
    source_format, where = finding.remembered.source_format, finding.remembered.where
    return (f"{finding.attribute}: {finding.column} is read as {source_format}, as in {where}.",)


def read_as_sentence(finding: FormatFinding) -> str:
    """What to say of a format that nothing speaks against."""
    return f"{finding.attribute}: {finding.column} is read as {finding.settled}."


def question_sentence(finding: FormatFinding) -> str:
    """The question that the samples leave open, and the options that answer it."""
    said = f"{finding.attribute}: {finding.detection.question}"
    formats = [each.source_format for each in finding.detection.readings]
    if not formats:
        return said
    return f"{said} To choose: {_format_options(finding.attribute, formats)}."


def left_out(attribute: str, column: str, why: str, formats: Sequence[str | None] = (None,)) -> str:
    """What to say of a column that is not mapped after all, and how to map it."""
    how = f'--map "{attribute}={column}" with {_format_options(attribute, formats)}'
    return f"{column} is left unmapped: {why} To map it: {how}."


def _format_options(attribute: str, formats: Sequence[str | None]) -> str:
    """The options that choose one of the formats; the plain reading takes no option."""
    named = [each for each in formats if each is not None] or ["FORMAT"]
    return " or ".join(f'--format "{attribute}={each}"' for each in named)


def refused_lines(
    problems: Iterable[Problem], mapping: Sequence[MappingLine], spared: Iterable[str]
) -> dict[str, Problem]:
    """The attributes whose line has an error of its own, each with the first one.

    The `spared` ones, keys and what somebody asked for, are not among them.
    """
    names = {normalised_name(name) for name in spared}
    found: dict[str, Problem] = {}
    for problem in problems:
        step = _MAPPING_LINE.match(problem.path)
        if step is None or problem.severity is not Severity.ERROR:
            continue
        attribute = mapping[int(step[1])].attribute
        if normalised_name(attribute) not in names:
            found.setdefault(attribute, problem)
    return found


def without_lines(lines: Iterable[Line], attributes: Iterable[str]) -> tuple[Line, ...]:
    """The lines but for those of these attributes; one that has none is fine."""
    gone = {normalised_name(name) for name in attributes}
    return tuple(line for line in lines if normalised_name(str(line["attribute"])) not in gone)


def _formatted(line: Line, source_format: str | None) -> Line:
    return line if source_format is None else {**line, "source_format": source_format}


def _confirmed_formats(
    project: Project, connection: str, object_name: str
) -> dict[tuple[str, str], RememberedFormat]:
    """The formats of the valid integrations of this connection and object, unless they differ."""
    found: dict[tuple[str, str], RememberedFormat] = {}
    differ = set()
    for name, declared in project.integrations.items():
        integration = declared.integration
        if (integration.connection, integration.object) != (connection, object_name):
            continue
        for line in integration.mapping:
            if line.column is None or line.source_format is None:
                continue
            place = (line.column, normalised_name(line.attribute))
            known = found.setdefault(place, RememberedFormat(line.source_format, name))
            if known.source_format != line.source_format:
                differ.add(place)
    return {place: known for place, known in found.items() if place not in differ}


def zone_problem(name: str) -> str | None:
    """Why the name is not that of a time zone; None: it is one."""
    try:
        _ZONE.validate_python(name)
    except ValidationError as error:
        return str(error.errors()[0]["ctx"]["error"])
    return None


def _attribute(project: Project, object_name: str, line: Line) -> Attribute | None:
    name, new = str(line["attribute"]), line.get("new")
    known = project.catalog.attribute(object_name, name)
    if known is None and new is not None and new.get("type") in set(DataType):
        return custom_attribute(object_name, name, DataType(new["type"]))
    return known
