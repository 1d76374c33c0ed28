"""Who calls, how often they may, and what they may see."""

import math
import re
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import Request

from totango_pipelines.api.desk import Desk
from totango_pipelines.api.guard import Call, call_of
from totango_pipelines.errors import RequestRefusedError, UnknownNameError
from totango_pipelines.history import RunRecord
from totango_pipelines.operations.roles import NEEDED_ROLE, Permission
from totango_pipelines.operations.store import OperationsStore
from totango_pipelines.operations.tokens import Token, authenticate

_BEARER: Final = re.compile(r"bearer +(\S+)", re.IGNORECASE)
_RUN_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_CHALLENGE: Final = 'Bearer realm="totango-pipelines"'


class Access:
    """Knows callers by their token and counts their calls, in this process."""

    def __init__(
        self,
        store: OperationsStore,
        clock: Callable[[], datetime],
        *,
        rate: int,
        failed_logins: int,
    ) -> None:
        self._store, self._clock = store, clock
        self._rate = RateLimitItemPerMinute(rate, namespace="token")
        self._failed = RateLimitItemPerMinute(failed_logins, namespace="failed_login")
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def check(self, request: Request) -> None:
        """Find the caller, before anything else of the request is looked at.

        A live token is let in however many others failed from the same address: a proxy may stand
        there, and 256 random bits are not guessed.

        Raises:
            RequestRefusedError: unauthorized or too_many_requests.
        """
        call = call_of(request)
        given = request.headers.getlist("authorization")
        found = _BEARER.fullmatch(given[0]) if len(given) == 1 else None
        token = authenticate(self._store, found[1], self._clock()) if found else None
        if token is None:
            self._count(self._failed, call.address, "failed logins from one address")
            challenge = f'{_CHALLENGE}, error="invalid_token"' if given else _CHALLENGE
            raise RequestRefusedError(
                "unauthorized",
                "Send `Authorization: Bearer tp_…` with a token that is not revoked or expired.",
                headers={"WWW-Authenticate": challenge},
            )
        call.token, call.who = token, f"{token.name} (token {token.id})"
        self._count(self._rate, token.id, "requests with one token")

    def _count(self, item: RateLimitItem, of: str, what: str) -> None:
        if self._limiter.hit(item, of):
            return
        free_at = self._limiter.get_window_stats(item, of).reset_time
        seconds = max(1, math.ceil(free_at - time.time()))
        detail = f"At most {item.amount} {what} a minute. Try again in {seconds} s."
        again = {"Retry-After": str(seconds)}
        raise RequestRefusedError("too_many_requests", detail, headers=again)


def token_of(call: Call) -> Token:
    """The token that `Access.check` found."""
    if call.token is None:
        msg = f"{call.method} {call.path} is served without a check of the token"
        raise RuntimeError(msg)
    return call.token


def must_be_allowed(call: Call, permission: Permission) -> None:
    """Refuse what the caller's role does not include.

    Raises:
        RequestRefusedError: forbidden.
    """
    token = token_of(call)
    if not token.may(permission):
        detail = (
            f"{permission} needs the role {NEEDED_ROLE[permission]}; the token's is {token.role}. "
            "Ask an administrator for another token."
        )
        raise RequestRefusedError("forbidden", detail)


def must_be_seen(call: Call, desk: Desk, integration: str) -> None:
    """Refuse an integration that does not exist, or, in the same words, is not the caller's.

    Raises:
        RequestRefusedError: not_found.
    """
    if not token_of(call).sees(integration) or integration not in desk.integrations():
        detail = "There is no such integration. GET /api/v1/integrations lists them."
        raise RequestRefusedError("not_found", detail)


def must_be_known(call: Call, desk: Desk, integration: str) -> None:
    """The same, but one that was deleted counts as long as it has a history.

    Raises:
        RequestRefusedError: not_found.
    """
    if token_of(call).sees(integration) and integration not in desk.integrations():
        every = {"status": None, "mode": None, "trigger": None, "since": None, "until": None}
        if desk.history(integration, **every, limit=1):
            return
    must_be_seen(call, desk, integration)


def seen_run(call: Call, desk: Desk, run_id: str) -> RunRecord:
    """The run, if the caller may see its integration; its whole id is needed.

    Raises:
        RequestRefusedError: not_found, in the same words where there is none and where it is not
            the caller's.
    """
    unknown = RequestRefusedError(
        "not_found", "There is no such run. GET /api/v1/integrations/{id}/runs lists them."
    )
    if not _RUN_ID.fullmatch(run_id):
        raise unknown
    try:
        record = desk.run(run_id)
    except UnknownNameError as error:
        # Its message may tell of other runs.
        raise unknown from error
    if record.run_id != run_id or not token_of(call).sees(record.integration):
        raise unknown
    return record
