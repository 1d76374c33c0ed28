"""The one SELECT that types every cell of an extract and says which conversions failed."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from totango_pipelines.mapping.columns import SourceColumn
from totango_pipelines.mapping.conversions import HUB_TYPES, Conversion, instant_of, over
from totango_pipelines.mapping.judge import CHECKS_OF_A_MASK, FUTURE_COLUMN, MASK_PREFIX
from totango_pipelines.mapping.messages import RECENCY_TEXTS
from totango_pipelines.mapping.plan import MappedAttribute, MappingPlan, silent_column
from totango_pipelines.mapping.rejects import Check, check_of
from totango_pipelines.quoting import comma, literal, quoted

FUTURE_TOLERANCE = timedelta(minutes=5)
"""A row that claims to be newer than this is taken as new as the extract (semantics.md 2)."""


def typed_select(plan: MappingPlan, extracted_at: datetime) -> tuple[str, list[Check]]:
    """The statement over the view `extract`, and the checks behind the bits of its masks."""
    checks: list[Check] = []
    prepared: list[str] = []
    converted: list[str] = []
    final: list[str] = []
    bits: list[str] = []
    for index, mapped in enumerate(plan.attributes):
        x, c, conversion = f"x{index}", f"v{index}", mapped.conversion
        prepared.append(f"{conversion.cell} AS {x}")
        converted.append(f"{over(conversion.value, x)} AS {c}")
        failures = [
            (code, f"{x} IS NOT NULL AND ({over(condition, x, c)})")
            for code, condition in conversion.failures
        ]
        if not mapped.nulls_bad_cells:
            bits += [condition for _, condition in failures]
            checks += [check_of(mapped, code) for code, _ in failures]
        final += _final_columns(mapped, c, [condition for _, condition in failures])
    as_of = f"TIMESTAMPTZ {literal(extracted_at.isoformat())}"
    is_future = "FALSE"
    if plan.recency is not None:
        conversion = _recency(plan, plan.recency)
        prepared.append(f"{conversion.cell} AS xr")
        converted.append(f"{over(conversion.value, 'xr')} AS vr")
        is_future = f"vr > TIMESTAMPTZ {literal((extracted_at + FUTURE_TOLERANCE).isoformat())}"
        as_of = f"CASE WHEN {is_future} THEN {as_of} ELSE vr END"
        checks += [
            Check(plan.recency.name, "", code, *texts) for code, texts in RECENCY_TEXTS.items()
        ]
        bits += ["xr IS NULL", f"xr IS NOT NULL AND ({_any(conversion, 'xr', 'vr')})"]
    own = [f"{as_of} AS _as_of", *final, f"{is_future} AS {FUTURE_COLUMN}", *_masks(bits)]
    return (
        f"SELECT _row, {comma(own)} FROM ("
        f"SELECT *, {comma(converted)} FROM ("
        f"SELECT *, {comma(prepared)} FROM extract))"
    ), checks


def _final_columns(mapped: MappedAttribute, c: str, failures: Sequence[str]) -> Iterator[str]:
    attribute = mapped.attribute
    failed = " OR ".join(f"coalesce({condition}, FALSE)" for condition in failures)
    value = f"CASE WHEN {failed} THEN NULL ELSE {c} END" if failed and mapped.nulls_bad_cells else c
    yield f"CAST({value} AS {HUB_TYPES[attribute.data_type]}) AS {quoted(attribute.column)}"
    if mapped.may_be_silent:
        yield f"{failed or 'FALSE'} AS {quoted(silent_column(attribute))}"


def _masks(conditions: Sequence[str]) -> Iterator[str]:
    for start in range(0, len(conditions), CHECKS_OF_A_MASK):
        terms = (
            f"CASE WHEN {condition} THEN {1 << bit}::BIGINT ELSE 0 END"
            for bit, condition in enumerate(conditions[start : start + CHECKS_OF_A_MASK])
        )
        yield f"{' + '.join(terms)} AS {MASK_PREFIX}{start // CHECKS_OF_A_MASK}"


def _recency(plan: MappingPlan, recency: SourceColumn) -> Conversion:
    """How the recency column becomes the row's as_of (semantics.md 2)."""
    raw = f"c{plan.columns.index(recency)}"
    never = Conversion(raw, "NULL::TIMESTAMPTZ", (("FORMAT", "TRUE"),))
    return instant_of(raw, recency.kind) or never


def _any(conversion: Conversion, x: str, c: str) -> str:
    return " OR ".join(
        f"coalesce({over(condition, x, c)}, FALSE)" for _, condition in conversion.failures
    )
