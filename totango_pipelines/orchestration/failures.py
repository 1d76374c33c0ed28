"""What a step's error becomes in Dagster: a clear failure, or another try."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import dagster as dg

from totango_pipelines.errors import RetriableError, TotangoPipelinesError
from totango_pipelines.orchestration.asset_keys import OUTCOME_TAG, SHOWN_COUNTS

MAX_RETRIES = 3
FIRST_WAIT = 2.0
"""Seconds before the second try; each further wait is twice as long."""


@contextmanager
def reported(
    context: dg.AssetExecutionContext, *, first_wait: float = FIRST_WAIT
) -> Iterator[None]:
    """Report our errors in their own words; try again only where that may help.

    Causes are cut off: a driver's message can quote a row or a password, and Dagster would keep it
    for ever. Of an unexpected error the places in the code are kept, and no message.
    """
    try:
        yield
    except (dg.Failure, dg.RetryRequested):
        raise
    except RetriableError as error:
        if context.retry_number < MAX_RETRIES:
            wait = first_wait * 2**context.retry_number
            context.log.warning("%s Trying again in %g s.", error, wait)
            raise dg.RetryRequested(MAX_RETRIES, wait) from None
        raise _failed(context, _in_our_words(error)) from None
    except TotangoPipelinesError as error:
        raise _failed(context, _in_our_words(error)) from None
    except Exception as error:  # noqa: BLE001 - whatever it is, its message must not be stored
        raise _failed(context, _without_message(error)) from None


def tag_outcome(context: dg.AssetExecutionContext, outcome: str) -> None:
    """Make the outcome searchable in the Runs page; a re-execution inherits its parent's tags."""
    context.instance.add_run_tags(context.run.run_id, {OUTCOME_TAG: outcome})


def tag_counts(context: dg.AssetExecutionContext, counts: Any) -> None:  # noqa: ANN401 - heavy type
    """Make the counts that people look for show in the Runs page.

    Also those that are zero: a run that is executed again inherits the tags of its parent.
    """
    tags = {f"totango/{name}": str(getattr(counts, name)) for name in SHOWN_COUNTS}
    context.instance.add_run_tags(context.run.run_id, tags)


def _failed(context: dg.AssetExecutionContext, failure: dg.Failure) -> dg.Failure:
    # If the run log is gone too, its error must not be told together with the cause.
    with suppress(Exception):
        tag_outcome(context, "failed")
    return failure


def _in_our_words(error: TotangoPipelinesError) -> dg.Failure:
    return dg.Failure(
        description=str(error),
        metadata={"exit_code": error.exit_code, "error": type(error).__name__},
        allow_retries=False,
    )


def _without_message(error: Exception) -> dg.Failure:
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return dg.Failure(
        description=(
            f"unexpected {type(error).__name__}: a defect of totango_pipelines. Its message is "
            "withheld because it may quote data; the places in the code are in the metadata."
        ),
        metadata={"exit_code": 3, "places": dg.MetadataValue.json(places)},
        allow_retries=False,
    )
