"""What a step's error becomes in Dagster: a clear failure, or another try."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from totango_pipelines.errors import RetriableError, TotangoPipelinesError

MAX_RETRIES = 3
_FIRST_WAIT = 2.0


@contextmanager
def reported(context: dg.AssetExecutionContext) -> Iterator[None]:
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
            wait = _FIRST_WAIT * 2**context.retry_number
            context.log.warning("%s Trying again in %g s.", error, wait)
            raise dg.RetryRequested(MAX_RETRIES, wait) from None
        raise _failure(error) from None
    except TotangoPipelinesError as error:
        raise _failure(error) from None
    except Exception as error:  # noqa: BLE001 - whatever it is, its message must not be stored
        frames = traceback.extract_tb(error.__traceback__)
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        raise dg.Failure(
            description=(
                f"unexpected {type(error).__name__}: a defect of totango_pipelines. Its message "
                "is withheld because it may quote data; the places in the code are in the metadata."
            ),
            metadata={"exit_code": 3, "places": dg.MetadataValue.json(places)},
            allow_retries=False,
        ) from None


def _failure(error: TotangoPipelinesError) -> dg.Failure:
    return dg.Failure(
        description=str(error),
        metadata={"exit_code": error.exit_code, "error": type(error).__name__},
        allow_retries=False,
    )
