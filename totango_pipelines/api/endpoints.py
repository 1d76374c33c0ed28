"""The addresses of the Trigger API, one method each."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from email.message import Message
from pathlib import Path
from typing import Annotated, Final

from fastapi import Query
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from totango_pipelines.api.access import (
    must_be_allowed,
    must_be_known,
    must_be_seen,
    seen_run,
    token_of,
)
from totango_pipelines.api.desk import Desk
from totango_pipelines.api.guard import Call, call_of
from totango_pipelines.api.once import Once, idempotency_key
from totango_pipelines.api.problems import invalid
from totango_pipelines.api.shapes import (
    AskedRun,
    DeclaredIntegrations,
    DeclaredShape,
    FileFilters,
    FileFormat,
    FileOf,
    Health,
    HistoryFilters,
    Run,
    RunMode,
    RunRequest,
    Runs,
    links_of,
)
from totango_pipelines.api.signatures import verified
from totango_pipelines.errors import RequestRefusedError
from totango_pipelines.operations.requests import use_signed_id
from totango_pipelines.operations.roles import Permission
from totango_pipelines.operations.store import OperationsStore

MEDIA_TYPES: Final = {
    FileFormat.CSV: "text/csv",
    FileFormat.PARQUET: "application/vnd.apache.parquet",
}
_RANGE: Final = frozenset({b"range", b"if-range"})


class SentOnce(FileResponse):
    """A temporary file, whole; it is deleted afterwards, also where the client went away."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it to its end, also where a part of it was asked for."""
        whole = [header for header in scope["headers"] if header[0] not in _RANGE]
        try:
            await super().__call__({**scope, "headers": whole}, receive, send)
        finally:
            Path(self.path).unlink(missing_ok=True)


class Endpoints:
    """Every method runs in a worker thread, after `Access.check`."""

    def __init__(
        self,
        desk: Desk,
        store: OperationsStore,
        once: Once,
        *,
        clock: Callable[[], datetime],
        dagster_url: str | None,
    ) -> None:
        self._desk, self._store, self._once = desk, store, once
        self._clock, self._dagster_url = clock, dagster_url

    def health(self) -> Health:
        """Say that the server answers; no token is needed."""
        return Health()

    def integrations(self, request: Request) -> DeclaredIntegrations:
        """List the integrations that the token may see."""
        call = call_of(request)
        must_be_allowed(call, Permission.READ)
        sees = token_of(call).sees
        found = [each for name, each in self._desk.integrations().items() if sees(name)]
        return DeclaredIntegrations(
            integrations=[DeclaredShape.of(each.integration) for each in found]
        )

    def ask(self, request: Request, integration: str) -> Response:
        """Ask for a run: it starts as soon as the queue allows, whatever the schedule says.

        A request that a waiting run covers joins it. With an Idempotency-Key the same request
        gives the same answer for 24 hours.
        """
        call = call_of(request)
        call.action, call.subject = "run.ask", integration
        call.details["token"] = token_of(call).id
        signed_by = self._check_signature(request, call, integration)
        must_be_seen(call, self._desk, integration)
        must_be_allowed(call, Permission.ASK_FOR_RUN)
        wanted = _run_request(request, call)
        call.details |= {"mode": str(wanted.mode), "partition": wanted.partition, **signed_by}
        if wanted.mode is RunMode.REBUILD_MAPPING:
            must_be_allowed(call, Permission.REBUILD_MAPPING)
        return self._once.answer(
            call,
            token_id=token_of(call).id,
            key=idempotency_key(request.headers),
            fingerprint=_fingerprint(integration, wanted.model_dump_json()),
            work=lambda name: self._ask(call, integration, wanted, name),
        )

    def run(self, request: Request, run_id: str) -> Run:
        """Tell where a run stands, what it counted and what went wrong."""
        call = call_of(request)
        must_be_allowed(call, Permission.READ)
        record = seen_run(call, self._desk, run_id)
        return Run.of(record, links_of(run_id, record.integration, self._dagster_url))

    def history(
        self, request: Request, integration: str, filters: Annotated[HistoryFilters, Query()]
    ) -> Runs:
        """List the runs of an integration, the newest first."""
        call = call_of(request)
        must_be_allowed(call, Permission.READ)
        must_be_known(call, self._desk, integration)
        records = self._desk.history(
            integration,
            status=filters.status,
            mode=filters.mode,
            trigger=filters.trigger,
            since=filters.since,
            until=filters.until,
            limit=filters.limit,
        )
        url = self._dagster_url
        return Runs(
            runs=[Run.of(each, links_of(each.run_id, integration, url)) for each in records]
        )

    def file(
        self,
        request: Request,
        run_id: str,
        what: FileOf,
        filters: Annotated[FileFilters, Query()],
    ) -> Response:
        """Download what a run read, mapped, rejected or left as conflicts."""
        call = call_of(request)
        call.action, call.subject = "file.download", run_id
        call.details |= {"token": token_of(call).id, "what": str(what)}
        record = seen_run(call, self._desk, run_id)
        must_be_allowed(call, Permission.DOWNLOAD)
        call.details["integration"] = record.integration
        kind = filters.format
        path = self._desk.file(record.run_id, what.value, kind.value)
        call.outcome = "sent"
        name = f"{record.integration}-{what}-{record.run_id}.{kind}"
        return SentOnce(path, media_type=MEDIA_TYPES[kind], filename=name)

    def _check_signature(self, request: Request, call: Call, integration: str) -> dict[str, str]:
        secret = token_of(call).signing_secret
        if secret is None:
            return {}
        now = self._clock()
        signed = verified(secret, request.headers, call.body, now)
        key = idempotency_key(request.headers)
        # The signature covers neither the address nor the key: a repetition must bring the same.
        bound = None if key is None else _fingerprint(integration, key, call.body.hex())
        if not use_signed_id(
            self._store,
            token_id=token_of(call).id,
            signed_id=signed.id,
            bound_to=bound,
            now=now,
            until=signed.until,
        ):
            detail = (
                "This webhook-id was used before. Sign a new one; only with the same "
                "Idempotency-Key may a request be sent again."
            )
            raise RequestRefusedError("signature_used", detail)
        return {"signed_id": signed.id}

    def _ask(
        self, call: Call, integration: str, wanted: RunRequest, request_id: str | None
    ) -> Response:
        asked = self._desk.ask(
            integration,
            mode=wanted.mode.value,
            trigger="api",
            requested_by=call.who,
            partition=wanted.partition,
            request_id=request_id,
        )
        call.outcome = "joined" if asked.joined else "queued"
        call.details["run_id"] = asked.run_id
        links = links_of(asked.run_id, integration, self._dagster_url)
        shape = AskedRun(
            run_id=asked.run_id,
            integration=integration,
            mode=wanted.mode,
            joined=asked.joined,
            reason=asked.reason,
            links=links,
        )
        content = shape.model_dump(mode="json", exclude_none=True)
        return JSONResponse(content, 202, {"Location": links.self})


def _run_request(request: Request, call: Call) -> RunRequest:
    if not call.body:
        return RunRequest()
    media_type = Message()
    media_type["content-type"] = request.headers.get("content-type", "")
    if media_type.get_content_type() != "application/json":
        detail = "Send the body with `Content-Type: application/json`, or send none."
        raise RequestRefusedError("unsupported_media_type", detail)
    try:
        given = json.loads(call.body.decode())
    except (ValueError, RecursionError) as error:
        detail = 'The body is not JSON in UTF-8. Send for example `{"mode": "full"}`.'
        raise RequestRefusedError("bad_json", detail) from error
    try:
        return RunRequest.model_validate(given)
    except ValidationError as error:
        raise invalid(error.errors()) from error


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
