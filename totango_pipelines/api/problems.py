"""Refusals as problem documents (RFC 9457): every one has a code that programs can rely on."""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from totango_pipelines.errors import (
    RequestRefusedError,
    RetriableError,
    UnknownNameError,
    UserError,
)
from totango_pipelines.operations.tokens import without_secrets

MEDIA_TYPE: Final = "application/problem+json"
RETRY_SECONDS: Final = 5

PROBLEMS: Final[Mapping[str, tuple[int, str]]] = {
    "bad_request": (400, "The request cannot be understood"),
    "bad_json": (400, "The body is not JSON"),
    "bad_idempotency_key": (400, "The Idempotency-Key cannot be used"),
    "unauthorized": (401, "A live token is needed"),
    "signature_missing": (401, "The token needs signed requests"),
    "signature_wrong": (401, "The signature does not fit"),
    "signature_expired": (401, "The signature's time is too far from now"),
    "signature_used": (401, "The signed request was sent before"),
    "forbidden": (403, "The token's role does not include this"),
    "not_found": (404, "There is no such thing"),
    "method_not_allowed": (405, "The address does not take this method"),
    "too_slow": (408, "The body did not arrive in time"),
    "idempotency_key_in_use": (409, "The first request with this key is still under way"),
    "too_large": (413, "The body is too large"),
    "unsupported_media_type": (415, "The body is not application/json"),
    "invalid": (422, "Fields of the request are wrong"),
    "idempotency_key_reused": (422, "The Idempotency-Key was used for another request"),
    "refused": (422, "The request cannot be carried out"),
    "too_many_requests": (429, "Too many requests"),
    "internal": (500, "Something is wrong on our side"),
    "unavailable": (503, "Not available for the moment"),
}
"""Status and title by code."""

_CODE_OF_STATUS: Final = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}
_DETAILS: Final = {
    "not_found": "Nothing that the token may see has this address. GET /api/v1/integrations "
    "lists the integrations; /docs shows the addresses.",
    "method_not_allowed": "The Allow header lists the methods; /docs shows what they do.",
    "bad_request": "See /docs for what this address takes.",
    "too_large": "Send less.",
}


def refusal_of(error: Exception) -> RequestRefusedError:
    """What a client is told of an error: never what is inside the system.

    A message of a UserError is written for people; all others stay in the log.
    """
    told = RequestRefusedError("internal", "The server's log says more. Tell its operator.")
    match error:
        case RequestRefusedError():
            told = error
        case RequestValidationError():
            told = invalid(error.errors())
        case HTTPException():
            code = _CODE_OF_STATUS.get(error.status_code, "bad_request")
            told = RequestRefusedError(code, _DETAILS[code], headers=error.headers)
        case UnknownNameError():
            told = RequestRefusedError("not_found", _DETAILS["not_found"])
        case UserError():
            told = RequestRefusedError("refused", str(error))
        case RetriableError():
            again = {"Retry-After": str(RETRY_SECONDS)}
            detail = f"Something that this needs is busy. Try again in {RETRY_SECONDS} seconds."
            told = RequestRefusedError("unavailable", detail, headers=again)
    return told


def invalid(found: Sequence[Mapping[str, object]]) -> RequestRefusedError:
    """Every field at fault, from pydantic's errors; what was sent is not repeated."""
    errors = [{"field": _path(each["loc"]), "problem": str(each["msg"])} for each in found]
    detail = "Mend the fields that `errors` names; /docs shows what they take."
    return RequestRefusedError("invalid", detail, errors=errors)


def problem(refusal: RequestRefusedError, instance: str) -> Response:
    """The refusal as an answer to the request for the path `instance`."""
    status, title = PROBLEMS[refusal.code]
    content: dict[str, object] = {
        "type": f"/docs#{refusal.code}",
        "title": title,
        "status": status,
        "detail": refusal.detail,
        "instance": instance,
        "code": refusal.code,
    }
    if refusal.errors:
        content["errors"] = refusal.errors
    # Whatever a client put in a wrong place, a token is not sent back.
    body = without_secrets(json.dumps(content, ensure_ascii=False))
    # A lone half of a character cannot be sent.
    sent = body.encode(errors="replace")
    return Response(sent, status, refusal.headers, MEDIA_TYPE)


def _path(location: object) -> str:
    parts = location if isinstance(location, tuple | list) else [location]
    return ".".join(str(part)[:100] for part in parts)
