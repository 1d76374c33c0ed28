"""The Trigger API as an application: addresses, their documentation and what guards them."""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Match

from totango_pipelines.api.access import Access
from totango_pipelines.api.desk import Desk
from totango_pipelines.api.endpoints import MEDIA_TYPES, Endpoints
from totango_pipelines.api.guard import Guard, call_of
from totango_pipelines.api.once import HEADER, KEY_PATTERN, REPLAYED, Once
from totango_pipelines.api.page import PAGE_HEADERS, page
from totango_pipelines.api.problems import MEDIA_TYPE, PROBLEMS
from totango_pipelines.api.shapes import BASE, AskedRun, Problem, RunRequest
from totango_pipelines.errors import TotangoPipelinesError
from totango_pipelines.operations.store import OperationsStore

REQUESTS_A_MINUTE: Final = 120
"""With one token (ours)."""
FAILED_LOGINS_A_MINUTE: Final = 10
"""From one address (ours)."""
_OPENAPI: Final = f"{BASE}/openapi.json"
_OPEN: Final = (408, 413, 500, 503)
_READING: Final = (401, 403, 429, *_OPEN)
_REF: Final = "#/components/schemas/"


class TriggerApi(FastAPI):
    """FastAPI that documents problems as what they are."""

    def openapi(self) -> dict[str, Any]:
        """The description of every address, with the shapes of problems."""
        if self.openapi_schema is None:
            schema = super().openapi()
            parts = schema["components"]
            for name in ("HTTPValidationError", "ValidationError"):
                parts["schemas"].pop(name, None)
            for model in (Problem, RunRequest, AskedRun):
                own = model.model_json_schema(ref_template=f"{_REF}{{model}}")
                parts["schemas"] |= own.pop("$defs", {}) | {model.__name__: own}
            parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
            for operation in (each for path in schema["paths"].values() for each in path.values()):
                unused = operation["responses"].get("422", {})
                if "application/json" in unused.get("content", {}):
                    del operation["responses"]["422"]
        return self.openapi_schema or {}


def make_app(
    desk: Desk,
    store: OperationsStore,
    *,
    clock: Callable[[], datetime],
    rate: int = REQUESTS_A_MINUTE,
    failed_logins: int = FAILED_LOGINS_A_MINUTE,
    dagster_url: str | None = None,
    new_id: Callable[[], str] = lambda: secrets.token_hex(16),
) -> FastAPI:
    """The application; `clock` gives the time with its zone, `new_id` an id that none had before.

    `rate` is per token and minute, `failed_logins` per address and minute. `dagster_url` is where
    Dagster's pages are, for links.
    """
    app = TriggerApi(
        title="Totango Pipelines Trigger API",
        version="1",
        description="Start integrations, and read how their runs went.",
        openapi_url=_OPENAPI,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.add_middleware(Guard, store=store, clock=clock)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _refused)
    app.add_exception_handler(TotangoPipelinesError, _refused)
    endpoints = Endpoints(
        desk, store, Once(store, clock, new_id), clock=clock, dagster_url=dagster_url
    )
    access = Access(store, clock, rate=rate, failed_logins=failed_logins)
    _add_addresses(app, endpoints, access)
    shown = page(app.openapi())
    app.add_api_route(
        "/docs",
        lambda: HTMLResponse(shown, headers=PAGE_HEADERS),
        methods=["GET"],
        include_in_schema=False,
    )
    return app


def _add_addresses(app: FastAPI, endpoints: Endpoints, access: Access) -> None:
    def add(
        path: str,
        endpoint: Callable[..., Any],
        *refusals: int,
        method: str = "GET",
        token: bool = True,
        extra: Mapping[str, Any] | None = None,
        answers: Mapping[int | str, dict[str, Any]] | None = None,
        status: int = 200,
        response_class: type[Response] = JSONResponse,
    ) -> None:
        security: dict[str, Any] = {"security": [{"token": []}]} if token else {}
        app.add_api_route(
            f"{BASE}{path}",
            endpoint,
            methods=[method],
            dependencies=[Depends(access.check)] if token else [],
            responses={**(answers or {}), **_documented(refusals)},
            openapi_extra={**security, **(extra or {})},
            status_code=status,
            response_class=response_class,
        )

    runs = "/integrations/{integration}/runs"
    add("/health", endpoints.health, *_OPEN, token=False)
    add("/integrations", endpoints.integrations, *_READING)
    add(runs, endpoints.history, 404, 422, *_READING)
    add(
        runs,
        endpoints.ask,
        *(400, 404, 409, 415, 422, *_READING),
        method="POST",
        extra=_ASKING,
        answers={202: _ASKED},
        status=202,
        response_class=Response,
    )
    add("/runs/{run_id}", endpoints.run, 404, *_READING)
    add(
        "/runs/{run_id}/files/{what}",
        endpoints.file,
        *(404, 422, *_READING),
        answers={200: _FILE},
        response_class=Response,
    )


def _refused(request: Request, error: Exception) -> Response:
    response = call_of(request).answer_to(error)
    if isinstance(error, HTTPException) and "allow" in response.headers:
        # The router names the methods of one of the routes with this path.
        response.headers["allow"] = ", ".join(sorted(_methods(request)))
    return response


def _methods(request: Request) -> set[str]:
    fitting = [
        route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE
    ]
    return {method for route in fitting for method in route.methods or ()}


def _documented(statuses: tuple[int, ...]) -> dict[int | str, dict[str, Any]]:
    content = {MEDIA_TYPE: {"schema": {"$ref": f"{_REF}Problem"}}}
    titles: dict[int | str, list[str]] = {status: [] for status in sorted(statuses)}
    for code, (status, title) in PROBLEMS.items():
        if status in titles:
            titles[status].append(f"{title} (`{code}`).")
    return {
        status: {"description": " ".join(found), "content": content}
        for status, found in titles.items()
    }


def _header(name: str, description: str, pattern: str | None = None) -> dict[str, Any]:
    schema = {"type": "string"} if pattern is None else {"type": "string", "pattern": pattern}
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": schema,
    }


_ASKING: Final = {
    "requestBody": {
        "required": False,
        "content": {"application/json": {"schema": {"$ref": f"{_REF}RunRequest"}}},
    },
    "parameters": [
        _header(HEADER, "The same answer for the same request, for 24 hours.", KEY_PATTERN),
        _header("webhook-id", "For tokens that need signed requests (Standard Webhooks)."),
        _header("webhook-timestamp", "Whole seconds since 1970."),
        _header("webhook-signature", "`v1,` and the base64 of the HMAC-SHA256, several by spaces."),
    ],
}
_ASKED: Final[dict[str, Any]] = {
    "description": "The run waits in the queue.",
    "content": {"application/json": {"schema": {"$ref": f"{_REF}AskedRun"}}},
    "headers": {
        "Location": {"description": "The run.", "schema": {"type": "string"}},
        REPLAYED: {"description": "true: answered before.", "schema": {"type": "string"}},
    },
}
_FILE: Final[dict[str, Any]] = {
    "description": "The file.",
    "content": {
        media_type: {"schema": {"type": "string", "format": "binary"}}
        for media_type in MEDIA_TYPES.values()
    },
}
