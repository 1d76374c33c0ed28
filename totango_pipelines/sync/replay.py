"""A replay: the mapping and the upsert of a past run once more, over the extract that it stored."""

import os
from datetime import datetime

from totango_pipelines.catalog.objects import WriteMode
from totango_pipelines.difference.baseline import Reading
from totango_pipelines.errors import ReplayRefusedError
from totango_pipelines.extract.reading import Extract
from totango_pipelines.integrations.fingerprint import fingerprint
from totango_pipelines.staging import StagedFile, finish_parquet
from totango_pipelines.sync.wiring import RunContext, open_staging

REPLAY_OF = "replay_of"


def run_replay(context: RunContext, past_run: str) -> Extract:
    """Take the integration's lease, and the extract of a past run as this run's own.

    Its rows are as old as they were: what somebody wrote since stays (they are stale). Neither the
    baseline nor the cursor moves, so the next run reads what it would have read anyway.

    Raises:
        ReplayRefusedError: the extract is gone, or rows of usage would be appended once more.
        StagedFileError: the extract was altered.
        HubUnavailableError: as the hub says.
    """
    if context.run.mode != "incremental":
        msg = "a replay takes no mode: it delivers the rows of one extract. Take the mode out."
        raise ReplayRefusedError(msg)
    context.remove_parts()
    folder = open_staging(context.environment).run(context.integration.id, past_run)
    if not folder.has(StagedFile.SOURCE):
        msg = (
            f"run {past_run} of {context.integration.id} has no extract any more: it ended before, "
            "or retention removed it. Run the integration with --mode full instead."
        )
        raise ReplayRefusedError(msg)
    stored, manifest = folder.verified(StagedFile.SOURCE)
    appends = context.catalog.object(context.integration.object).write is WriteMode.APPEND
    now = fingerprint(context.integration)
    if appends and manifest.facts["fingerprint"] != now:
        msg = (
            f"{context.integration.id} was changed since run {past_run}. Its rows of usage would "
            "stand beside those of the old mapping. Run it with --mode full instead."
        )
        raise ReplayRefusedError(msg)
    started = context.hub().begin_run(context.run, context.state_folder)
    facts = {
        **manifest.facts,
        "run_id": context.run.run_id,
        "mode": context.run.mode,
        "run_seq": started.run_seq,
        "epoch": started.epoch,
        "integration_version": context.declared.version,
        "reading": Reading.WINDOW.value,
        "fingerprint": now,
        "cursor": None,
        "removes": False,
        REPLAY_OF: past_run,
    }
    with context.folder.replacing(StagedFile.SOURCE) as (part, done):
        os.link(stored, part)
        finish_parquet(part, done, facts)
    own = context.folder.manifest(StagedFile.SOURCE)
    return Extract(own, datetime.fromisoformat(own.facts["extracted_at"]))
