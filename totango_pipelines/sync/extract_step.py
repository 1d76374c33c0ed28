"""The extract step: the query's rows, staged."""

from datetime import UTC

from totango_pipelines.errors import QueryRefusedError
from totango_pipelines.extract.cursor import window
from totango_pipelines.extract.query import NO_PARTITION, CheckedQuery, check_query
from totango_pipelines.extract.reading import Extract, extract_rows
from totango_pipelines.sync.reading import RunReading, reading_of, stage_state
from totango_pipelines.sync.wiring import RunContext


def checked_query(context: RunContext) -> CheckedQuery:
    """The integration's query, after the guard, with the window that the run reads."""
    integration = context.integration
    query = check_query(integration.query, dialect=context.dialect, window=context.reading_window)
    if query.needs_window and integration.partition is None:
        raise QueryRefusedError(NO_PARTITION)
    return query


def run_extract(context: RunContext) -> Extract:
    """Take the integration's lease and stage the rows of its query that the mode asks for.

    Raises:
        QueryRefusedError, SourceUnavailableError, HubUnavailableError: as their steps say.
    """
    context.remove_parts()
    query = checked_query(context)
    # The lease first: whoever had it can no longer commit, so what is read now stays true.
    started = context.hub().begin_run(context.run, context.state_folder)
    source = context.source()
    started_at = source.clock().astimezone(UTC)
    reading = reading_of(context, started.state, started_at)
    stage_state(context, started.state, reading)
    facts = {
        "run_id": context.run.run_id,
        "mode": context.run.mode,
        "run_seq": started.run_seq,
        "epoch": started.epoch,
        "integration_version": context.declared.version,
        **reading.facts(),
        **_window_facts(context),
    }
    return extract_rows(
        source, _windowed(context, query, reading), context.folder, facts, started_at
    )


def _window_facts(context: RunContext) -> dict[str, str]:
    window = context.reading_window
    if window is None:
        return {}
    return {"window_start": window.start.isoformat(), "window_end": window.end.isoformat()}


def _windowed(context: RunContext, query: CheckedQuery, reading: RunReading) -> CheckedQuery:
    settings = context.integration.settings
    if reading.since is None or settings.cursor_column is None:
        return query
    return window(query, settings.cursor_column, reading.since, settings.cursor_lag)
