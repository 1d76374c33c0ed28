"""Whether a mapping fits the columns of the preview; every reason why it does not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from totango_pipelines.catalog.attributes import Attribute, DataType
from totango_pipelines.catalog.catalog import Catalog, nearest
from totango_pipelines.errors import Problem, Severity
from totango_pipelines.integrations.integration import Integration, MappingLine
from totango_pipelines.mapping.columns import RESERVED_COLUMNS, Kind, SourceColumn
from totango_pipelines.mapping.conversions import NUMBERS, instant_of
from totango_pipelines.mapping.formats.source_format import format_problem
from totango_pipelines.mapping.functions.expression import ExpressionProblem, check_text
from totango_pipelines.mapping.origins import Origin, checked_expression, origin_of
from totango_pipelines.mapping.plan import line_conversion

_COLUMNS_SHOWN = 20
_EXAMPLE_FUNCTIONS = {
    DataType.DATE: "strptime(…, '%d.%m.%Y') or CAST(… AS DATE)",
    DataType.TIMESTAMP: "strptime(…, '%d.%m.%Y %H:%M') or CAST(… AS TIMESTAMP)",
    DataType.NUMBER: "CAST(… AS DOUBLE)",
    DataType.CURRENCY: "CAST(… AS DECIMAL(18,4))",
    DataType.WHOLE_NUMBER: "CAST(… AS BIGINT)",
    DataType.BOOLEAN: "a comparison, e.g. … = 'active'",
    DataType.TAG: "a comparison, e.g. … = 'active'",
}

_DURATION = "a duration such as 10m or 1d"
_LAGS = (
    (frozenset([Kind.DATE, Kind.TIMESTAMP, Kind.INSTANT]), _DURATION),
    (NUMBERS, "a number such as 100"),
)


def validate_mapping(
    integration: Integration, catalog: Catalog, columns: Sequence[SourceColumn]
) -> tuple[Problem, ...]:
    """Every reason why the mapping does not fit these columns of the preview."""
    return tuple(_Validation(integration, catalog, tuple(columns)).problems())


def validate_texts(integration: Integration, catalog: Catalog) -> tuple[Problem, ...]:
    """Every reason why the mapping fits no columns: its expressions' and formats' own texts.

    `validate_mapping` finds the same, and says it with the same codes and places.
    """
    return tuple(_Validation(integration, catalog, ()).problems_of_texts())


@dataclass(frozen=True, slots=True)
class _Validation:
    integration: Integration
    catalog: Catalog
    columns: tuple[SourceColumn, ...]

    def problems(self) -> Iterator[Problem]:
        yield from self._reserved_columns()
        for index, line in enumerate(self.integration.mapping):
            yield from self._line(f"mapping[{index}]", index, line)
        yield from self._settings()

    def problems_of_texts(self) -> Iterator[Problem]:
        for index, line in enumerate(self.integration.mapping):
            path = f"mapping[{index}]"
            if line.expression is not None:
                yield from self._of_expression(path, check_text(line.expression))
            attribute = self.catalog.attribute(self.integration.object, line.attribute)
            if attribute is not None:
                yield from self._source_format(path, line, attribute, Kind.TEXT)

    def _of_expression(self, path: str, found: Sequence[ExpressionProblem]) -> Iterator[Problem]:
        for each in found:
            yield self._problem(f"{path}.expression", each.code, each.problem, each.remedy)

    def _source_format(
        self, path: str, line: MappingLine, attribute: Attribute, kind: Kind
    ) -> Iterator[Problem]:
        wrong = line.source_format and format_problem(line.source_format, attribute, kind)
        if wrong:
            where = f"{path}.source_format"
            yield self._problem(where, "SOURCE_FORMAT", wrong.problem, wrong.remedy)

    def _problem(self, path: str, code: str, problem: str, remedy: str) -> Problem:
        file = f"integrations/{self.integration.id}.yaml"
        return Problem(file, None, path, code, problem, remedy)

    def _reserved_columns(self) -> Iterator[Problem]:
        for column in self.columns:
            if column.name.lower() in RESERVED_COLUMNS:
                yield self._problem(
                    "query",
                    "COLUMN_RESERVED",
                    f"returns a column {column.name!r}, a name that the staged files use themselves.",
                    "Rename it in the query with AS.",
                )

    def _line(self, path: str, index: int, line: MappingLine) -> Iterator[Problem]:
        origin = origin_of(line, index, self.columns)
        if origin is None:
            yield from self._unresolved(path, line)
            return
        attribute = self.catalog.attribute(self.integration.object, line.attribute)
        if attribute is None:
            return  # a problem of the file, found when it was loaded
        kind = origin.kind
        wrong = () if kind is None else tuple(self._source_format(path, line, attribute, kind))
        yield from wrong
        if wrong:
            return
        if line_conversion(line, attribute, origin, self.integration.settings.timezone) is None:
            yield self._type_mismatch(path, line, attribute, origin)

    def _unresolved(self, path: str, line: MappingLine) -> Iterator[Problem]:
        if line.column is not None:
            yield self._unknown_column(f"{path}.column", line.column)
            return
        found = checked_expression(line.expression or "", self.columns)
        if isinstance(found, tuple):
            yield from self._of_expression(path, found)

    def _type_mismatch(
        self, path: str, line: MappingLine, attribute: Attribute, origin: Origin
    ) -> Problem:
        wanted = attribute.data_type
        if line.expression is not None:
            example = _EXAMPLE_FUNCTIONS.get(wanted, "CAST(… AS VARCHAR)")
            return self._problem(
                f"{path}.expression",
                "TYPE_MISMATCH",
                f"yields {origin.type_name}, which {attribute.name} (a {wanted}) never takes.",
                f"Wrap it, e.g. in {example}.",
            )
        seen = line.origin if line.column is None else f"{line.origin} ({origin.type_name})"
        return self._problem(
            path,
            "TYPE_MISMATCH",
            f"maps {seen} to {attribute.name}, but no such value is ever a {wanted}.",
            f"Cast the column in the query to something that reads as a {wanted}.",
        )

    def _settings(self) -> Iterator[Problem]:
        by_name: dict[str | None, SourceColumn] = {each.name: each for each in self.columns}
        settings = self.integration.settings
        for setting in ("recency_column", "cursor_column", "source_id_column"):
            column = getattr(settings, setting)
            if column is not None and column not in by_name:
                yield self._unknown_column(f"settings.{setting}", column)
        recency = by_name.get(settings.recency_column)
        if recency is not None and instant_of("c", recency.kind) is None:
            yield Problem(
                f"integrations/{self.integration.id}.yaml",
                None,
                "settings.recency_column",
                "TYPE_MISMATCH",
                f"is column {recency.name} ({recency.source_type}), which never holds a time: "
                "every row would be rejected.",
                "Cast the column to a timestamp in the query, or name another one.",
                Severity.WARNING,
            )
        cursor = by_name.get(settings.cursor_column)
        if cursor is not None:
            yield from self._cursor(cursor)

    def _cursor(self, cursor: SourceColumn) -> Iterator[Problem]:
        """Texts are left to the extract: they do only where the source compares them by bytes."""
        column = f"{cursor.name} ({cursor.source_type})"
        if not cursor.has_order:
            yield self._problem(
                "settings.cursor_column",
                "TYPE_MISMATCH",
                f"is column {column}, whose values have no order to resume from.",
                "Name a column of numbers, dates or times, or cast it to one in the query.",
            )
            return
        lag = self.integration.settings.cursor_lag
        wanted = next((word for kinds, word in _LAGS if cursor.kind in kinds), None)
        fits = wanted is not None and isinstance(lag, str) == (wanted == _DURATION)
        if lag and not fits:
            remedy = f"Write {wanted}." if wanted else "Take it out, or cast the column to a time."
            yield self._problem(
                "settings.cursor_lag",
                "TYPE_MISMATCH",
                f"is {lag!r}, which cannot be taken off the cursor column {column}.",
                remedy,
            )

    def _unknown_column(self, path: str, column: str) -> Problem:
        names = [known.name for known in self.columns]
        meant = " or ".join(repr(name) for name in nearest(column, names))
        more = ", …" if len(names) > _COLUMNS_SHOWN else ""
        shown = ", ".join(names[:_COLUMNS_SHOWN]) + more
        hint = f"Did you mean {meant}?" if meant else f"It returns: {shown}."
        return self._problem(
            path,
            "UNKNOWN_COLUMN",
            f"names column {column!r}, which the query does not return.",
            f"{hint} Mend the query or the mapping.",
        )
