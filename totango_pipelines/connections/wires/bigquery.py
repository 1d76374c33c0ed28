"""BigQuery, by Google's client over REST.

A dry run, which costs nothing, tells before the query runs whether it is a SELECT: a session of
BigQuery cannot be made read-only.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from google.api_core.exceptions import GoogleAPICallError, GoogleAPIError
from google.auth.exceptions import GoogleAuthError, TransportError
from google.cloud import bigquery
from google.cloud.bigquery.retry import DEFAULT_RETRY
from google.oauth2 import service_account

from totango_pipelines.connections import source
from totango_pipelines.connections.driver_source import Answer, Column, Failure, Session, Wire
from totango_pipelines.errors import QueryRefusedError

_SCOPES = ("https://www.googleapis.com/auth/bigquery",)
_PATIENCE = 60.0
"""Seconds for which a request that fails in passing is made again."""
_BAD_REQUEST = 400
_BAD_LOGIN = 401
_BUSY = 429
_SERVER = 500
# Analysis says where in the query; what only running it can find says a value.
_PLACE = re.compile(r" at \[\d+:\d+\]$")
_QUOTES_A_VALUE = re.compile(
    r"^(Bad |Could not |Failed to |Unable to |Cannot (parse|convert|cast|read)"
    r"|Invalid [\w ]+(:|value|literal|string)|Error (while|when|in) )",
    re.IGNORECASE,
)
_ABOUT_DATA = re.compile(
    r"overflow|division by zero|out of (range|bounds)|too (large|long)|not a valid|parse|convert"
    r"|\bcast|Invalid |must be |produced more than one|exceeds ",
    re.IGNORECASE,
)
_NUMERIC = (38, 9)
_ARROW_OF = {
    **dict.fromkeys(("INTEGER", "INT64"), pa.int64()),
    **dict.fromkeys(("FLOAT", "FLOAT64"), pa.float64()),
    **dict.fromkeys(("BOOLEAN", "BOOL"), pa.bool_()),
    "DATE": pa.date32(),
    "DATETIME": source.TIMESTAMP,
    "TIMESTAMP": source.UTC_TIMESTAMP,
}


def client_of(values: Mapping[str, Any]) -> bigquery.Client:
    """The client of a declared project; nothing is connected yet."""
    return bigquery.Client(
        project=values["project"],
        credentials=values.get("google_credentials"),
        location=values.get("location"),
        client_options={"api_endpoint": values["endpoint"]} if "endpoint" in values else None,
    )


def login_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with their key as the client's credentials.

    Raises:
        ValueError: the key is not one of a service account, in JSON.
    """
    key = values.get("credentials")
    if key is None and "credentials_file" in values:
        key = Path(values["credentials_file"]).read_text(encoding="utf-8")
    if key is None:
        return dict(values)
    info = json.loads(key)
    if not isinstance(info, dict):
        message = "the key is not an object of JSON"
        raise ValueError(message)
    made = service_account.Credentials.from_service_account_info(info, scopes=_SCOPES)
    return {**values, "google_credentials": made}


def wire(values: Mapping[str, Any]) -> Wire:
    """The wire of a declared project; see login_of."""
    login = login_of(values)
    return Wire(
        connect=lambda seconds: _session(login, seconds),
        errors=(GoogleAPIError, GoogleAuthError),
        means=_means,
        now="SELECT CURRENT_TIMESTAMP() AS now",
        said=_said,
    )


def _session(values: Mapping[str, Any], seconds: float) -> Session:
    client = client_of(values)
    started: list[bigquery.QueryJob] = []

    def ask(sql: str) -> Answer:
        _refuse_anything_but_a_select(client, values, sql)
        job = client.query(sql, job_config=_config(values, seconds), **_patient(values))
        started.append(job)
        rows = job.result(page_size=source.BATCH_ROWS, retry=_patient(values)["retry"])
        return Answer(
            [_column(described) for described in rows.schema],
            rows.to_arrow_iterable(max_queue_size=1),
        )

    def cancel() -> None:
        for job in started:
            job.cancel()

    return Session(ask, cancel, client.close)


def _patient(values: Mapping[str, Any]) -> dict[str, Any]:
    seconds = float(values.get("patience", _PATIENCE))
    # A job that fails is not run again: the extract as a whole is retried.
    return {
        "retry": DEFAULT_RETRY.with_timeout(seconds),
        "job_retry": None,
        "timeout": seconds,
    }


def _config(values: Mapping[str, Any], seconds: float) -> bigquery.QueryJobConfig:
    config = bigquery.QueryJobConfig(
        use_legacy_sql=False,
        job_timeout_ms=int(seconds * 1000),
        labels={"by": "totango_pipelines"},
    )
    if "dataset" in values:
        config.default_dataset = bigquery.DatasetReference(values["project"], values["dataset"])
    if "maximum_bytes_billed" in values:
        config.maximum_bytes_billed = int(values["maximum_bytes_billed"])
    return config


def _refuse_anything_but_a_select(
    client: bigquery.Client, values: Mapping[str, Any], sql: str
) -> None:
    config = _config(values, _PATIENCE)
    config.dry_run = True
    kind = client.query(sql, job_config=config, **_patient(values)).statement_type
    if kind != "SELECT":
        message = f"BigQuery takes the query for {kind}, and only a SELECT is run. Remove the rest."
        raise QueryRefusedError(message)


def _column(described: bigquery.SchemaField) -> Column:
    kind = str(described.field_type)
    if described.mode == "REPEATED":
        return Column(described.name, f"ARRAY<{kind}>", pa.string())
    if kind == "NUMERIC":
        precision = described.precision or _NUMERIC[0]
        scale = described.scale if described.precision else _NUMERIC[1]
        decimal = pa.decimal128(int(precision), int(scale or 0))
        return Column(described.name, f"NUMERIC({decimal.precision},{decimal.scale})", decimal)
    return Column(described.name, kind, _ARROW_OF.get(kind, pa.string()))


def _means(error: Exception) -> Failure:
    if isinstance(error, GoogleAuthError) and not isinstance(error, TransportError):
        return Failure.UNREACHABLE if error.retryable else Failure.LOGIN
    if not isinstance(error, GoogleAPICallError):
        return Failure.UNREACHABLE
    reasons = {str(each.get("reason")) for each in error.errors if isinstance(each, dict)}
    if reasons & {"timeout", "stopped"} or "timed out" in error.message:
        return Failure.TIMEOUT
    code = error.code or _SERVER
    if code == _BAD_LOGIN:
        return Failure.LOGIN
    if code == _BUSY or code >= _SERVER or reasons & {"rateLimitExceeded"}:
        return Failure.UNREACHABLE
    return (
        Failure.DATA if code == _BAD_REQUEST and _quotes_a_value(_said(error)) else Failure.REFUSED
    )


def _quotes_a_value(said: str) -> bool:
    if _QUOTES_A_VALUE.search(said):
        return True
    return _PLACE.search(said) is None and _ABOUT_DATA.search(said) is not None


def _said(error: Exception) -> str:
    if not isinstance(error, GoogleAPICallError):
        return str(error)
    first = error.errors[0] if error.errors else {}
    return str(first.get("message") or error.message)
