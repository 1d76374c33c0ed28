"""The asset checks of an integration: what they ask, and when they stop a run."""

from collections.abc import Iterable
from typing import Any

import dagster as dg

from totango_pipelines.integrations.integration import Settings
from totango_pipelines.orchestration.asset_keys import step_key
from totango_pipelines.orchestration.run_metadata import problems_metadata

NOT_EMPTY = "extract_not_empty"
MAPPING_VALID = "mapping_valid"
REJECTS = "rejects"
KEYS_UNIQUE = "keys_unique"
COUNTS_IDENTITY = "counts_identity"
NO_CONFLICTS = "no_conflicts"

_WARN, _ERROR = dg.AssetCheckSeverity.WARN, dg.AssetCheckSeverity.ERROR

_SPECS = {
    "extract": ((NOT_EMPTY, False, "The query returned at least one row."),),
    "mapped": (
        (MAPPING_VALID, True, "The mapping fits the preview; otherwise nothing is written."),
        (
            REJECTS,
            True,
            "Rejects above reject_allowance and max_reject_ratio stop the run; others only warn.",
        ),
    ),
    "upsert": (
        (KEYS_UNIQUE, False, "No two rows of the extract had the same key."),
        (COUNTS_IDENTITY, True, "Every row read ended as exactly one thing (semantics.md 7)."),
    ),
    "conflicts": (
        (NO_CONFLICTS, False, "No value stood in the way that another integration wrote."),
    ),
}


def check_specs(integration: str, step: str) -> list[dg.AssetCheckSpec]:
    """The checks of one step's asset."""
    key = step_key(integration, step)
    return [
        dg.AssetCheckSpec(name, asset=key, blocking=blocking, description=text)
        for name, blocking, text in _SPECS.get(step, ())
    ]


def not_empty(rows: int) -> dg.AssetCheckResult:
    """An empty extract succeeds, with a warning (semantics.md 1)."""
    return dg.AssetCheckResult(
        check_name=NOT_EMPTY, passed=rows > 0, severity=_WARN, metadata={"rows": rows}
    )


def mapping_valid(integration: str, problems: Iterable[Any]) -> dg.AssetCheckResult:
    """Blocking: an invalid mapping never writes."""
    found = tuple(problems)
    return dg.AssetCheckResult(
        check_name=MAPPING_VALID,
        asset_key=step_key(integration, "mapped"),
        passed=not found,
        severity=_ERROR,
        metadata=problems_metadata(found) if found else {},
        description="\n".join(str(problem) for problem in found) or None,
    )


def rejects(result: Any, limits: Settings) -> dg.AssetCheckResult:  # noqa: ANN401 - MappingResult
    """Blocking above the limits, a warning below."""
    rows = result.rows
    share = f"{rows.rejected} of {rows.rows_read} rows were rejected"
    text = (
        f"{share}."
        if result.within_limits
        else (
            f"{share}, more than reject_allowance ({limits.reject_allowance}) and "
            f"max_reject_ratio ({limits.max_reject_ratio:g}) allow. Nothing was written. Mend the "
            "rows, or raise the limits in settings."
        )
    )
    return dg.AssetCheckResult(
        check_name=REJECTS,
        passed=rows.rejected == 0,
        severity=_WARN if result.within_limits else _ERROR,
        metadata={"rejected": rows.rejected, "rows_read": rows.rows_read},
        description=text if rows.rejected else None,
    )


def keys_unique(result: Any) -> dg.AssetCheckResult:  # noqa: ANN401 - an UpsertResult
    """Rows of one key were merged by recency; a warning, with the first row numbers."""
    duplicates = result.counts.duplicates
    return dg.AssetCheckResult(
        check_name=KEYS_UNIQUE,
        passed=duplicates == 0,
        severity=_WARN,
        metadata={
            "duplicates": duplicates,
            "row_numbers": ", ".join(str(row) for row in result.duplicate_rows),
        },
        description="Rows of one key were merged, the newest value of each attribute winning."
        if duplicates
        else None,
    )


def no_conflicts(result: Any) -> dg.AssetCheckResult:  # noqa: ANN401 - ConflictsShown
    """Listed conflicts are a warning: the stored values stay."""
    return dg.AssetCheckResult(
        check_name=NO_CONFLICTS,
        passed=result.total == 0,
        severity=_WARN,
        metadata={"conflicts": result.total},
        description="The stored values stay. Map each attribute in one integration only, or set "
        "auto_resolve_conflicts: true and the newer value wins."
        if result.total
        else None,
    )


def counts_identity(integration: str, *, broken: str | None = None) -> dg.AssetCheckResult:
    """Blocking, and checked before the commit; `broken` says how the counts do not add up."""
    return dg.AssetCheckResult(
        check_name=COUNTS_IDENTITY,
        asset_key=step_key(integration, "upsert"),
        passed=broken is None,
        severity=_ERROR,
        description=broken,
    )
