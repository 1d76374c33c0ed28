"""A mapping, resolved against the catalogue and the columns of the preview."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from totango_pipelines.catalog.attributes import Attribute, DataType, normalised_name
from totango_pipelines.catalog.catalog import Catalog, nearest
from totango_pipelines.errors import Problem, Severity
from totango_pipelines.integrations.integration import Blank, Integration, MappingLine, OnError
from totango_pipelines.mapping.columns import RESERVED_COLUMNS, Kind, SourceColumn
from totango_pipelines.mapping.conversions import Conversion, conversion_for, instant_of
from totango_pipelines.quoting import literal

_COLUMNS_SHOWN = 20
_LARGEST_HUGEINT = 2**127 - 1


@dataclass(frozen=True, slots=True)
class MappedAttribute:
    """One line of the mapping, ready to run.

    `column` is the column of the extract it reads (None: a constant). `blank_clears`: a blank cell
    empties the attribute. `nulls_bad_cells`: a cell that cannot be converted counts as blank.
    """

    attribute: Attribute
    column: str | None
    conversion: Conversion
    blank_clears: bool
    nulls_bad_cells: bool

    @property
    def may_be_silent(self) -> bool:
        """Whether a null of it may have to be kept apart from a null that clears."""
        return self.blank_clears and self.nulls_bad_cells


@dataclass(frozen=True, slots=True)
class MappingPlan:
    """Everything a run needs to map rows; `recency` is (column, kind) or None."""

    attributes: tuple[MappedAttribute, ...]
    columns: tuple[SourceColumn, ...]
    recency: SourceColumn | None

    @property
    def keys(self) -> tuple[MappedAttribute, ...]:
        """The mapped key attributes."""
        return tuple(mapped for mapped in self.attributes if mapped.attribute.key is not None)


def silent_column(attribute: Attribute) -> str:
    """Says that a null stands for a bad cell, which keeps, and not for a blank that clears."""
    return f"_silent_{attribute.column}"


def validate_mapping(
    integration: Integration, catalog: Catalog, columns: Sequence[SourceColumn]
) -> tuple[Problem, ...]:
    """Every reason why the mapping does not fit these columns of the preview."""
    problems = list(_column_problems(integration, columns))
    for index, line in enumerate(integration.mapping):
        problems += _line_problems(integration, catalog, columns, index=index, line=line)
    problems += _setting_problems(integration, columns)
    return tuple(problems)


def plan_mapping(
    integration: Integration, catalog: Catalog, columns: Sequence[SourceColumn]
) -> MappingPlan:
    """The plan of a mapping that `validate_mapping` found no error in."""
    by_name = {column.name: column for column in columns}
    mapped = []
    for line in integration.mapping:
        attribute = catalog.attribute(integration.object, line.attribute)
        conversion = _conversion(line, attribute, by_name) if attribute else None
        if attribute is None or conversion is None:
            msg = f"the mapping of {line.attribute} was not validated"
            raise AssertionError(msg)
        mapped.append(
            MappedAttribute(
                attribute=attribute,
                column=line.column,
                conversion=conversion,
                blank_clears=line.blank is Blank.CLEAR and attribute.key is None,
                nulls_bad_cells=line.on_error is OnError.NULL_VALUE and attribute.key is None,
            )
        )
    recency = integration.settings.recency_column
    return MappingPlan(tuple(mapped), tuple(columns), by_name[recency] if recency else None)


def _problem(integration: Integration, path: str, code: str, problem: str, remedy: str) -> Problem:
    return Problem(f"integrations/{integration.id}.yaml", None, path, code, problem, remedy)


def _column_problems(
    integration: Integration, columns: Sequence[SourceColumn]
) -> Iterator[Problem]:
    for column in columns:
        if column.name.lower() in RESERVED_COLUMNS:
            yield _problem(
                integration,
                "query",
                "COLUMN_RESERVED",
                f"returns a column {column.name!r}, a name that the staged files use themselves.",
                "Rename it in the query with AS.",
            )


def _line_problems(
    integration: Integration,
    catalog: Catalog,
    columns: Sequence[SourceColumn],
    *,
    index: int,
    line: MappingLine,
) -> Iterator[Problem]:
    path = f"mapping[{index}]"
    by_name = {column.name: column for column in columns}
    for part, value in (("expression", line.expression), ("source_format", line.source_format)):
        if value is not None:
            yield _problem(
                integration,
                f"{path}.{part}",
                "NOT_SUPPORTED_YET",
                f"uses {part}, which this version does not run yet.",
                "Do the conversion in the query and map its column.",
            )
    if line.column is not None and line.column not in by_name:
        yield _unknown_column(integration, f"{path}.column", line.column, columns)
        return
    attribute = catalog.attribute(integration.object, line.attribute)
    if attribute is None or line.expression is not None:
        return  # an unknown attribute is a problem of the file, found when it was loaded
    yield from _type_problems(integration, path, line, attribute, by_name)


def _type_problems(
    integration: Integration,
    path: str,
    line: MappingLine,
    attribute: Attribute,
    by_name: dict[str, SourceColumn],
) -> Iterator[Problem]:
    claims_a_key = attribute.data_type is DataType.FOREIGN_KEY and integration.object == "accounts"
    if attribute.data_type is DataType.MULTI_LIST or claims_a_key:
        yield _problem(
            integration,
            f"{path}.attribute",
            "NOT_SUPPORTED_YET",
            f"{attribute.name} is of type {attribute.data_type}, which this version cannot write yet.",
            "Leave this line out for now.",
        )
    elif _conversion(line, attribute, by_name) is None:
        seen = (
            line.origin
            if line.column is None
            else (f"column {line.column} ({by_name[line.column].source_type})")
        )
        yield _problem(
            integration,
            path,
            "TYPE_MISMATCH",
            f"maps {seen} to {attribute.name}, but no such value is ever a {attribute.data_type}.",
            f"Cast the column in the query to something that reads as a {attribute.data_type}.",
        )


def _setting_problems(
    integration: Integration, columns: Sequence[SourceColumn]
) -> Iterator[Problem]:
    by_name = {column.name: column for column in columns}
    settings = integration.settings
    for setting in ("recency_column", "cursor_column", "source_id_column"):
        column = getattr(settings, setting)
        if column is not None and column not in by_name:
            yield _unknown_column(integration, f"settings.{setting}", column, columns)
    recency = by_name.get(settings.recency_column or "")
    if recency is not None and instant_of("c", recency.kind) is None:
        yield replace(
            _problem(
                integration,
                "settings.recency_column",
                "TYPE_MISMATCH",
                f"is column {recency.name} ({recency.source_type}), which never holds a time: "
                "every row would be rejected.",
                "Cast the column to a timestamp in the query, or name another one.",
            ),
            severity=Severity.WARNING,
        )
    asked = {
        "source_id_column": settings.source_id_column is not None,
        "match_on": normalised_name(settings.match_on) != normalised_name("account_id"),
    }
    for setting in (name for name, is_asked in asked.items() if is_asked):
        yield _problem(
            integration,
            f"settings.{setting}",
            "NOT_SUPPORTED_YET",
            "asks for matching, which this version does not do yet.",
            "Remove the setting and map account_id.",
        )


def _unknown_column(
    integration: Integration, path: str, column: str, columns: Sequence[SourceColumn]
) -> Problem:
    names = [known.name for known in columns]
    meant = " or ".join(repr(name) for name in nearest(column, names))
    shown = ", ".join(names[:_COLUMNS_SHOWN]) + (", …" if len(names) > _COLUMNS_SHOWN else "")
    hint = f"Did you mean {meant}?" if meant else f"It returns: {shown}."
    return _problem(
        integration,
        path,
        "UNKNOWN_COLUMN",
        f"names column {column!r}, which the query does not return.",
        f"{hint} Mend the query or the mapping.",
    )


def _conversion(
    line: MappingLine, attribute: Attribute, by_name: dict[str, SourceColumn]
) -> Conversion | None:
    """The conversion of a line's origin; expressions join here when they are supported."""
    if line.column is not None:
        column = by_name[line.column]
        return conversion_for(attribute, _cell_name(column, by_name), column.kind)
    return conversion_for(attribute, *_constant(line.constant))


def _cell_name(column: SourceColumn, by_name: dict[str, SourceColumn]) -> str:
    """`c<position>`: DuckDB folds case, so the extract's columns are read by position."""
    return f"c{list(by_name).index(column.name)}"


def _constant(value: str | float | bool | None) -> tuple[str, Kind]:
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), Kind.BOOLEAN
    if isinstance(value, int) and abs(value) <= _LARGEST_HUGEINT:
        return f"CAST({value} AS HUGEINT)", Kind.INTEGER
    if isinstance(value, float):
        return f"CAST({literal(repr(value))} AS DOUBLE)", Kind.FLOAT
    text = " || chr(0) || ".join(literal(part) for part in str(value).split("\0"))
    return f"CAST(({text}) AS VARCHAR)", Kind.TEXT
