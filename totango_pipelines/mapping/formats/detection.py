"""Which source format do these samples have? It is proposed only when nothing else is possible."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from totango_pipelines.catalog.attributes import Attribute, DataType
from totango_pipelines.engine import Config
from totango_pipelines.mapping.columns import Kind
from totango_pipelines.mapping.formats.candidates import candidates
from totango_pipelines.mapping.formats.cell_reading import conversion_for
from totango_pipelines.mapping.formats.conversion import HUB_TYPES, WHITE_SPACE, over
from totango_pipelines.mapping.formats.source_format import format_problem
from totango_pipelines.mapping.shapes import shape_of
from totango_pipelines.quoting import comma

_SHAPES_SHOWN = 3
_SAMPLE_CHARACTERS = 60
_UNTYPED = frozenset([DataType.TEXT, DataType.LIST, DataType.FOREIGN_KEY])
_ENGINE: Config = {
    "threads": 1,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
_Values = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a source format (None: plain, without one) reads an example cell."""

    source_format: str | None
    sample: str
    value: str


@dataclass(frozen=True, slots=True)
class Detection:
    """What the samples say: the format to set (None: none is needed), or a question.

    `readings` are the possible ones; with a question there are several, or none that fits.
    """

    source_format: str | None
    readings: tuple[Reading, ...] = ()
    question: str | None = None


def detect_format(
    attribute: Attribute, samples: Sequence[str], *, timezone: str = "UTC"
) -> Detection:
    """The format that reads every sample, if no other reading gives any of them another value.

    The samples are texts of one column; blank ones say nothing. The cells are read by the very
    conversions of a run. Detection never guesses: several readings, or none, are a question.
    """
    cells = list(dict.fromkeys(cell for cell in samples if cell.strip(WHITE_SPACE)))
    is_key = attribute.folding is not None and attribute.data_type is not DataType.TIMESTAMP
    if not cells or is_key or attribute.data_type in _UNTYPED:
        return Detection(None)
    tried = candidates(attribute, [cell.strip(WHITE_SPACE) for cell in cells])
    valid = [each for each in tried if format_problem(each, attribute, Kind.TEXT) is None]
    formats = [None, *valid]
    read = _read(attribute, cells, formats, timezone)
    possible = {
        source_format: values
        for source_format, values, bad in zip(formats, *read, strict=True)
        if not bad
    }
    if not possible:
        worst = dict(zip(formats, read[1], strict=True))
        return Detection(None, (), _nothing_fits(attribute, cells, worst))
    distinct: dict[_Values, str | None] = {}
    for source_format, values in possible.items():
        distinct.setdefault(values, source_format)
    readings = _readings(cells, distinct)
    if len(distinct) == 1:
        return Detection(readings[0].source_format, readings)
    return Detection(None, readings, _which(attribute, readings))


def _read(
    attribute: Attribute, cells: list[str], formats: Sequence[str | None], timezone: str
) -> tuple[list[_Values], list[list[int]]]:
    """For each format the values of all cells, and the positions of those that it refuses."""
    prepared, converted, final = [], [], []
    for index, source_format in enumerate(formats):
        conversion = conversion_for(
            attribute, "c0", Kind.TEXT, source_format=source_format, timezone=timezone
        )
        if conversion is None:
            msg = f"text never becomes a {attribute.data_type}"
            raise AssertionError(msg)
        x, v = f"x{index}", f"v{index}"
        prepared.append(f"{conversion.cell} AS {x}")
        converted.append(f"{over(conversion.value, x)} AS {v}")
        failed = [f"coalesce({over(each, x, v)}, FALSE)" for _, each in conversion.failures]
        final.append(f"CAST(CAST({v} AS {HUB_TYPES[attribute.data_type]}) AS VARCHAR)")
        final.append(" OR ".join(failed))
    select = (
        f"SELECT {comma(final)} FROM (SELECT *, {comma(converted)} FROM ("
        f"SELECT *, {comma(prepared)} FROM (SELECT rowid, c0 FROM samples))) ORDER BY rowid"
    )
    with duckdb.connect(":memory:", config=_ENGINE) as engine:
        engine.execute("SET TimeZone = 'UTC'")
        # A parameter, not an Arrow table: the first registered table costs a second.
        engine.execute("CREATE TABLE samples AS SELECT unnest($1::VARCHAR[]) AS c0", [cells])
        columns = list(zip(*engine.execute(select).fetchall(), strict=True))
    values = [tuple(_shown(value) for value in column) for column in columns[::2]]
    bad = [
        [position for position, failed in enumerate(column) if failed] for column in columns[1::2]
    ]
    return values, bad


def _shown(value: str | None) -> str | None:
    """A value as people write it: an instant with its T and Z."""
    return None if value is None else re.sub(r"^(\S+) (\S+)\+00$", r"\1T\2Z", value)


def _readings(cells: Sequence[str], distinct: dict[_Values, str | None]) -> tuple[Reading, ...]:
    """Each reading on the first cell that they disagree about most."""
    differing = [len({values[position] for values in distinct}) for position in range(len(cells))]
    example = differing.index(max(differing))
    return tuple(
        Reading(source_format, cells[example], values[example] or "nothing")
        for values, source_format in distinct.items()
    )


def _which(attribute: Attribute, readings: Sequence[Reading]) -> str:
    sample = readings[0].sample[:_SAMPLE_CHARACTERS]
    ways = "; ".join(f"{reading.value} {_with(reading.source_format)}" for reading in readings)
    plain = any(reading.source_format is None for reading in readings)
    remedy = "Set source_format, or leave it out for the first." if plain else "Set source_format."
    return (
        f"{attribute.name} can be read in {len(readings)} ways: {sample!r} is {ways}. "
        f"Which one is meant? {remedy}"
    )


def _with(source_format: str | None) -> str:
    return "without a format" if source_format is None else f"with {source_format!r}"


def _nothing_fits(
    attribute: Attribute, cells: Sequence[str], refused: dict[str | None, list[int]]
) -> str:
    """Shapes, not cells: a question may travel further than the data."""
    best = min(refused, key=lambda each: len(refused[each]))
    unread = refused[best]
    seen = "They look like"
    near = ""
    if len(unread) * 2 < len(cells):
        near = (
            f" Nearest is the reading {_with(best)}, which fails on {len(unread)} of {len(cells)}."
        )
        seen = "Those look like"
    shapes = Counter(shape_of(cells[position]) for position in unread)
    shown = ", ".join(repr(shape) for shape, _ in shapes.most_common(_SHAPES_SHOWN))
    return (
        f"No known notation reads every sampled cell of {attribute.name}.{near} {seen} {shown} "
        "(9 a digit, a or A a letter). Set source_format, or convert them in the query."
    )
