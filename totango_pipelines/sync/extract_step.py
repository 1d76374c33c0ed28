"""The extract step: the query's rows, staged."""

from totango_pipelines.errors import NotSupportedYetError
from totango_pipelines.extract.query import CheckedQuery, check_query
from totango_pipelines.extract.reading import Extract, extract_rows
from totango_pipelines.sync.wiring import RunContext


def checked_query(context: RunContext) -> CheckedQuery:
    """The integration's query, after the guard."""
    return check_query(context.integration.query, dialect=context.dialect)


def run_extract(context: RunContext) -> Extract:
    """Take the integration's lease and stage all rows of its query.

    Raises:
        NotSupportedYetError: this version cannot write the object.
        QueryRefusedError, SourceUnavailableError, HubUnavailableError: as their steps say.
    """
    require_supported(context)
    context.remove_parts()
    query = checked_query(context)
    open_run = context.hub().begin_run(context.run)
    facts = {
        "run_id": context.run.run_id,
        "mode": context.run.mode,
        "run_seq": open_run.run_seq,
        "epoch": open_run.epoch,
        "integration_version": context.declared.version,
    }
    return extract_rows(context.source(), query, context.folder, facts)


def require_supported(context: RunContext) -> None:
    """Say plainly what this version cannot do, before anything is read."""
    integration = context.integration
    if not context.catalog.object(integration.object).supported:
        supported = [name for name, each in context.catalog.objects.items() if each.supported]
        msg = (
            f"{integration.id} fills {integration.object}, which this version declares, validates "
            f"and previews but cannot write yet. It writes: {', '.join(supported)}."
        )
        raise NotSupportedYetError(msg)
    if context.run.mode == "rebuild_mapping":
        msg = (
            "mode rebuild_mapping forgets the matches of source records, and this version does "
            "no matching yet. Use mode full: it delivers every row again."
        )
        raise NotSupportedYetError(msg)
