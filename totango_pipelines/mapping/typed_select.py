"""The one SELECT that types every cell of an extract and says which conversions failed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from totango_pipelines.mapping.columns import SourceColumn
from totango_pipelines.mapping.conversions import (
    HUB_TYPES,
    Conversion,
    instant_of,
    over,
    unless_blank,
)
from totango_pipelines.mapping.messages import (
    CURSOR_NULL_TEXT,
    FROM_THE_FUTURE,
    RECENCY_TEXTS,
    doubt_texts,
)
from totango_pipelines.mapping.origins import cell_of
from totango_pipelines.mapping.plan import MappedAttribute, MappingPlan, silent_column
from totango_pipelines.mapping.rejects import Check, check_of
from totango_pipelines.quoting import comma, literal, quoted

FUTURE_TOLERANCE = timedelta(minutes=5)
"""A row that claims to be newer than this is taken as new as the extract (semantics.md 2)."""

MASK_PREFIX = "_mask"
DOUBT_PREFIX = "_doubt"
CHECKS_OF_A_MASK = 62
"""A mask is a BIGINT, read as a sum of powers of two."""


@dataclass(slots=True)
class TypedSelect:
    """The statement over the view `extract`, and what its own columns mean.

    `kept` are columns of the view to pass on. `checks` stand behind the bits of the masks, in
    order; `doubts` behind the columns `_doubt<n>`: what to say of one accepted row and of many.
    """

    plan: MappingPlan
    kept: tuple[str, ...] = ()
    checks: list[Check] = field(default_factory=list)
    doubts: list[tuple[str, str]] = field(default_factory=list)
    _prepared: list[str] = field(default_factory=list)
    _converted: list[str] = field(default_factory=list)
    _final: list[str] = field(default_factory=list)
    _bits: list[str] = field(default_factory=list)
    _doubtful: list[str] = field(default_factory=list)

    def sql(self) -> str:
        """The statement; to be asked for once."""
        for index, mapped in enumerate(self.plan.attributes):
            self._add(mapped, f"x{index}", f"v{index}")
        as_of = f"TIMESTAMPTZ {literal(self.plan.extracted_at.isoformat())}"
        if self.plan.recency is not None:
            as_of = self._add_recency(self.plan.recency, as_of)
        if self.plan.cursor is not None:
            self._add_cursor(self.plan.cursor)
        flags = [f"{condition} AS {DOUBT_PREFIX}{i}" for i, condition in enumerate(self._doubtful)]
        own = [f"{as_of} AS _as_of", *self._final, *flags, *_masks(self._bits)]
        return (
            f"SELECT {comma(['_row', *self.kept, *own])} FROM ("
            f"SELECT *, {comma(self._converted)} FROM ("
            f"SELECT *, {comma(self._prepared)} FROM extract))"
        )

    def _add(self, mapped: MappedAttribute, x: str, c: str) -> None:
        conversion = mapped.conversion
        self._prepared.append(f"{conversion.cell} AS {x}")
        self._converted.append(f"{over(conversion.value, x)} AS {c}")
        failures = [
            (code, f"{x} IS NOT NULL AND ({over(condition, x, c)})")
            for code, condition in conversion.failures
        ]
        if mapped.origin.evaluated is not None:
            failures.insert(0, ("EXPRESSION", f"{mapped.origin.evaluated} IS NULL"))
        if not mapped.nulls_bad_cells:
            self._bits += [condition for _, condition in failures]
            self.checks += [check_of(mapped, code) for code, _ in failures]
        for code, condition in conversion.doubts:
            self.doubts.append(doubt_texts(code, mapped.attribute))
            self._doubtful.append(_is_true(over(condition, x, c)))
        self._final += _final_columns(mapped, x, c, [condition for _, condition in failures])

    def _add_recency(self, recency: SourceColumn, extracted_at: str) -> str:
        """How the recency column becomes the row's as_of (semantics.md 2)."""
        raw = cell_of(recency, self.plan.columns)
        never = Conversion(raw, "NULL::TIMESTAMPTZ", (("FORMAT", "TRUE"),))
        conversion = instant_of(raw, recency.kind, self.plan.timezone) or never
        self._prepared.append(f"{conversion.cell} AS xr")
        self._converted.append(f"{over(conversion.value, 'xr')} AS vr")
        texts = RECENCY_TEXTS.items()
        self.checks += [Check(recency.name, "", code, *said) for code, said in texts]
        failed = " OR ".join(
            _is_true(over(condition, "xr", "vr")) for _, condition in conversion.failures
        )
        self._bits += ["xr IS NULL", f"xr IS NOT NULL AND ({failed})"]
        latest = (self.plan.extracted_at + FUTURE_TOLERANCE).isoformat()
        is_future = f"vr > TIMESTAMPTZ {literal(latest)}"
        self.doubts.append(FROM_THE_FUTURE)
        self._doubtful.append(_is_true(is_future))
        return f"CASE WHEN {is_future} THEN {extracted_at} ELSE vr END"

    def _add_cursor(self, cursor: SourceColumn) -> None:
        """A row without a cursor would be passed over by every later window (semantics.md 1)."""
        cell = unless_blank(cell_of(cursor, self.plan.columns), cursor.kind)
        self._prepared.append(f"({cell}) IS NULL AS no_cursor")
        self.checks.append(Check(cursor.name, "", "CURSOR_NULL", *CURSOR_NULL_TEXT))
        self._bits.append("no_cursor")


def _is_true(condition: str) -> str:
    return f"coalesce({condition}, FALSE)"


def _final_columns(
    mapped: MappedAttribute, x: str, c: str, failures: Sequence[str]
) -> Iterator[str]:
    attribute = mapped.attribute
    hub_type = HUB_TYPES[attribute.data_type]
    failed = " OR ".join(_is_true(condition) for condition in failures)
    cases = []
    if failed and mapped.nulls_bad_cells:
        cases.append(f"WHEN {failed} THEN {_value_of(mapped.bad_is, hub_type)}")
    if attribute.blank_is is not None:
        cases.append(f"WHEN {x} IS NULL THEN {_value_of(attribute.blank_is, hub_type)}")
    value = f"CASE {' '.join(cases)} ELSE {c} END" if cases else c
    yield f"CAST({value} AS {hub_type}) AS {quoted(attribute.column)}"
    if mapped.may_be_silent:
        yield f"{failed or 'FALSE'} AS {quoted(silent_column(attribute))}"


def _value_of(text: str | None, hub_type: str) -> str:
    return "NULL" if text is None else f"CAST({literal(text)} AS {hub_type})"


def _masks(conditions: Sequence[str]) -> Iterator[str]:
    for start in range(0, len(conditions), CHECKS_OF_A_MASK):
        terms = (
            f"CASE WHEN {condition} THEN {1 << bit}::BIGINT ELSE 0 END"
            for bit, condition in enumerate(conditions[start : start + CHECKS_OF_A_MASK])
        )
        yield f"{' + '.join(terms)} AS {MASK_PREFIX}{start // CHECKS_OF_A_MASK}"
