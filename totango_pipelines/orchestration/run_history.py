"""Past runs, read from Dagster's run log."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Final

import dagster as dg

from totango_pipelines.errors import UnknownNameError
from totango_pipelines.history import RunRecord, RunStatus
from totango_pipelines.orchestration.asset_keys import (
    BY_TAG,
    INTEGRATION_TAG,
    MODE_TAG,
    OUTCOME_TAG,
    SHOWN_COUNTS,
    TRIGGER_TAG,
)
from totango_pipelines.orchestration.run_requests import PARTITION_TAG, RANGE_TAGS, UNDER_WAY

_PAGE: Final = 200
_SHOWN_MATCHES: Final = 3
_STEP_SEPARATOR: Final = "__"

_DAGSTER_STATUSES: Final[Mapping[RunStatus, tuple[dg.DagsterRunStatus, ...]]] = {
    RunStatus.SUCCEEDED: (dg.DagsterRunStatus.SUCCESS,),
    RunStatus.SUCCEEDED_WITH_REJECTS: (dg.DagsterRunStatus.SUCCESS,),
    RunStatus.FAILED: (dg.DagsterRunStatus.FAILURE,),
    RunStatus.RUNNING: (
        dg.DagsterRunStatus.STARTING,
        dg.DagsterRunStatus.STARTED,
        dg.DagsterRunStatus.CANCELING,
    ),
    RunStatus.QUEUED: (
        dg.DagsterRunStatus.QUEUED,
        dg.DagsterRunStatus.NOT_STARTED,
        dg.DagsterRunStatus.MANAGED,
    ),
    RunStatus.CANCELED: (dg.DagsterRunStatus.CANCELED,),
}
_OUR_STATUS: Final = {
    theirs: ours
    for ours, several in _DAGSTER_STATUSES.items()
    for theirs in several
    if ours is not RunStatus.SUCCEEDED_WITH_REJECTS
}


@dataclass(frozen=True, slots=True)
class RunFailure:
    """Why a run failed: the step, the message for people and the exit code of errors.py."""

    step: str | None
    message: str
    exit_code: int


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """Which runs are wanted; None: any. `since` and `until` bound the time of the request (UTC)."""

    status: RunStatus | str | None = None
    mode: str | None = None
    trigger: str | None = None
    since: datetime | None = None
    until: datetime | None = None


_ANY_RUN: Final = HistoryFilter()


def read_history(
    instance: dg.DagsterInstance,
    integration: str | None,
    wanted: HistoryFilter = _ANY_RUN,
    *,
    limit: int = 20,
) -> tuple[RunRecord, ...]:
    """The newest runs first, of one integration or of all (None), with counts and errors."""
    status = None if wanted.status is None else RunStatus(wanted.status)
    found = (
        record for record in _records(instance, integration, wanted) if _fits(record, integration)
    )
    fitting = (record for record in found if status is None or record.status is status)
    return tuple(_with_details(instance, record) for record in islice(fitting, limit))


def last_runs(instance: dg.DagsterInstance, integrations: Iterable[str]) -> dict[str, RunRecord]:
    """The newest run of each integration that has one, without counts and errors."""
    page = instance.get_run_records(limit=_PAGE)
    found: dict[str, RunRecord] = {}
    for each in page:
        record = _record(each)
        found.setdefault(record.integration, record)
    wanted = set(integrations)
    # What the newest runs do not tell is asked for one by one, unless they are all there are.
    for integration in wanted - set(found) if len(page) == _PAGE else ():
        for record in islice(_records(instance, integration, _ANY_RUN), 1):
            found[integration] = record
    return {name: record for name, record in found.items() if name in wanted}


def changed_integrations(instance: dg.DagsterInstance, since: datetime) -> set[str]:
    """The integrations of which a run changed since then, or is under way."""
    changed = instance.get_runs(dg.RunsFilter(updated_after=since))
    under_way = instance.get_runs(dg.RunsFilter(statuses=list(UNDER_WAY)))
    return {
        run.tags[INTEGRATION_TAG] for run in (*changed, *under_way) if INTEGRATION_TAG in run.tags
    }


def light_records(
    instance: dg.DagsterInstance, integration: str, limit: int
) -> tuple[RunRecord, ...]:
    """The newest runs with what their tags tell: no event is read but of the newest failure."""
    found = []
    is_told = False
    for each in instance.get_run_records(
        dg.RunsFilter(tags={INTEGRATION_TAG: integration}), limit=limit
    ):
        record, tags = _record(each), each.dagster_run.tags
        if OUTCOME_TAG in tags:
            told = {name: tags.get(f"totango/{name}", "") for name in SHOWN_COUNTS}
            counts = {name: int(text) for name, text in told.items() if text.isdecimal()}
            record = replace(record, counts=counts)
        if record.status is RunStatus.FAILED and not is_told:
            is_told = True
            record = replace(record, error=run_failure(instance, record.run_id).message)
        found.append(record)
    return tuple(found)


def find_run(instance: dg.DagsterInstance, run_id_or_prefix: str) -> RunRecord:
    """The run with this id, or the only one whose id begins so.

    Raises:
        UnknownNameError: there is none, or more than one.
    """
    ids = [run_id_or_prefix]
    records = instance.get_run_records(dg.RunsFilter(run_ids=ids))
    if not records:
        ids = [each for each in instance.get_run_ids() if each.startswith(run_id_or_prefix)]
        if len(ids) > 1:
            shown = ", ".join(ids[:_SHOWN_MATCHES])
            msg = f"{run_id_or_prefix!r} begins {len(ids)} runs ({shown}, …). Give more of the id."
            raise UnknownNameError(msg)
        records = instance.get_run_records(dg.RunsFilter(run_ids=ids)) if ids else []
    if not records or INTEGRATION_TAG not in records[0].dagster_run.tags:
        msg = (
            f"there is no run {run_id_or_prefix!r}. "
            "`totango-pipelines history ID` lists the runs of an integration."
        )
        raise UnknownNameError(msg)
    return _with_details(instance, _record(records[0]))


def run_counts(instance: dg.DagsterInstance, run_id: str) -> dict[str, int]:
    """What the run counted: at the upsert, else at the mapping, else nothing."""
    entries = instance.get_records_for_run(
        run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION
    ).records
    counted: dict[str, dict[str, int]] = {}
    for entry in entries:
        event = entry.event_log_entry.dagster_event
        if event is not None and event.step_key:
            counted[step_of(event.step_key)] = whole_numbers(
                event.step_materialization_data.materialization.metadata
            )
    return counted.get("upsert") or counted.get("mapped") or {}


def whole_numbers(metadata: Mapping[str, dg.MetadataValue]) -> dict[str, int]:
    """The metadata that are our counts: whole numbers under a name without a slash."""
    return {
        name: value.value
        for name, value in metadata.items()
        if isinstance(value, dg.IntMetadataValue) and value.value is not None and "/" not in name
    }


def step_of(step_key: str) -> str:
    """`crm_accounts__mapped` -> `mapped`."""
    return step_key.rpartition(_STEP_SEPARATOR)[2]


def run_failure(instance: dg.DagsterInstance, run_id: str) -> RunFailure:
    """Why a failed run failed, in one message; Dagster's wrapping and stack traces left out."""
    types = {
        dg.DagsterEventType.STEP_FAILURE,
        dg.DagsterEventType.ASSET_CHECK_EVALUATION,
        dg.DagsterEventType.RUN_FAILURE,
    }
    entries = instance.get_records_for_run(run_id, of_type=types).records
    events = [entry.event_log_entry.dagster_event for entry in entries]
    check = refused = broken = None
    for event in events:
        if event is None:
            continue
        if event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            check = check or _failed_check(event)
        elif event.event_type is dg.DagsterEventType.STEP_FAILURE:
            refused = refused or _refused(event)
            broken = broken or _broken(event)
        else:
            broken = broken or _stopped(event)
    # A blocking check fails its step with Dagster's words; the check's own say what to do.
    return refused or check or broken or RunFailure(None, "the run failed without saying why.", 3)


def _refused(event: dg.DagsterEvent) -> RunFailure | None:
    """A step that failed with a message of ours."""
    data = event.step_failure_data.user_failure_data
    if data is None or not data.description:
        return None
    code = data.metadata.get("exit_code")
    exit_code = code.value if isinstance(code, dg.IntMetadataValue) and code.value else 3
    return RunFailure(step_of(event.step_key or ""), data.description, exit_code)


def _failed_check(event: dg.DagsterEvent) -> RunFailure | None:
    """A check that stopped the run; only a wrong count is the system's fault."""
    evaluation = event.asset_check_evaluation_data
    if evaluation.passed or evaluation.severity is not dg.AssetCheckSeverity.ERROR:
        return None
    message = evaluation.description or f"the check {evaluation.check_name} failed."
    exit_code = 3 if evaluation.check_name == "counts_identity" else 1
    return RunFailure(step_of(event.step_key or ""), message, exit_code)


def _broken(event: dg.DagsterEvent) -> RunFailure:
    """A step that failed in a way that nobody foresaw."""
    error = event.step_failure_data.error
    names = {each.cls_name for each in (error, error and error.cause) if each}
    step = step_of(event.step_key or "")
    if names & {"KeyboardInterrupt", "DagsterExecutionInterruptedError"}:
        return RunFailure(step, "the run was interrupted before it ended.", 3)
    kind = (error.cause or error).cls_name if error else "an unknown error"
    return RunFailure(step, f"unexpected {kind}; the run log in Dagster has the details.", 3)


def _stopped(event: dg.DagsterEvent) -> RunFailure:
    """The run as a whole failed, outside its steps."""
    # A run that somebody reports as failed from outside has a message, and nothing else.
    if event.event_specific_data is None:
        return RunFailure(None, event.message or "the run was ended from outside.", 3)
    reason = event.job_failure_data.failure_reason
    if reason is not None and reason.value == "UNEXPECTED_TERMINATION":
        return RunFailure(None, "the run was interrupted before it ended.", 3)
    return RunFailure(None, "the run failed outside its steps; see the run log in Dagster.", 3)


def _records(
    instance: dg.DagsterInstance, integration: str | None, given: HistoryFilter
) -> Iterator[RunRecord]:
    """Runs, newest first, page by page, filtered as far as the run log can."""
    status = None if given.status is None else RunStatus(given.status)
    asked = {INTEGRATION_TAG: integration, MODE_TAG: given.mode, TRIGGER_TAG: given.trigger}
    tags = {name: value for name, value in asked.items() if value is not None}
    if status is RunStatus.SUCCEEDED_WITH_REJECTS:
        tags[OUTCOME_TAG] = status.value
    wanted = dg.RunsFilter(
        tags=tags,
        statuses=_DAGSTER_STATUSES[status] if status else None,
        # Dagster drops the zone of what it is given.
        created_after=given.since and given.since.astimezone(UTC),
        created_before=given.until and given.until.astimezone(UTC),
    )
    cursor: str | None = None
    while True:
        page = instance.get_run_records(wanted, limit=_PAGE, cursor=cursor)
        yield from (_record(each) for each in page)
        if len(page) < _PAGE:
            return
        cursor = page[-1].dagster_run.run_id


def _fits(record: RunRecord, integration: str | None) -> bool:
    """Whether it is a run of an integration at all."""
    return bool(record.integration) and integration in (None, record.integration)


def _record(each: dg.RunRecord) -> RunRecord:
    run = each.dagster_run
    status: RunStatus = _OUR_STATUS[run.status]
    rejects = run.tags.get(OUTCOME_TAG) == RunStatus.SUCCEEDED_WITH_REJECTS
    if status is RunStatus.SUCCEEDED and rejects:
        status = RunStatus.SUCCEEDED_WITH_REJECTS
    return RunRecord(
        run_id=run.run_id,
        integration=run.tags.get(INTEGRATION_TAG, ""),
        status=status,
        mode=run.tags.get(MODE_TAG, "incremental"),
        trigger=run.tags.get(TRIGGER_TAG, "manual"),
        started_at=_moment(each.start_time),
        ended_at=_moment(each.end_time),
        requested_by=run.tags.get(BY_TAG),
        queued_at=each.create_timestamp.replace(tzinfo=UTC),
        partition=_partition(run.tags),
    )


def _partition(tags: Mapping[str, str]) -> str | None:
    """The window, or the range of windows, that a run was for."""
    first, last = (tags.get(name) for name in RANGE_TAGS)
    # A backfill of Dagster tags a single window as a range that begins and ends there.
    if first is None or last is None or first == last:
        return first or tags.get(PARTITION_TAG)
    return f"{first}...{last}"


def _with_details(instance: dg.DagsterInstance, record: RunRecord) -> RunRecord:
    failed = record.status is RunStatus.FAILED
    return replace(
        record,
        counts=run_counts(instance, record.run_id),
        error=run_failure(instance, record.run_id).message if failed else None,
    )


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
