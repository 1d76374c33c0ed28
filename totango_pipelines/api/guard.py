"""Around every call: its body's size, the audit, the access log and the last word on errors."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from totango_pipelines.api.problems import PROBLEMS, problem, refusal_of
from totango_pipelines.errors import RequestRefusedError
from totango_pipelines.operations import audit
from totango_pipelines.operations.store import OperationsStore
from totango_pipelines.operations.tokens import Token, without_secrets

BODY_LIMIT: Final = 64 * 1024
"""Bytes of a body (ours)."""
_READ_AND_DROPPED: Final = 1024 * 1024
_BODY_SECONDS: Final = 30
_SHOWN_PATH: Final = 200
_FAULT: Final = 500
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_ACCESS: Final = logging.getLogger("totango_pipelines.api.access")
_LOG: Final = logging.getLogger("totango_pipelines.api")


@dataclass(slots=True)
class Call:
    """What is known of a call; whoever learns more writes it here.

    `action` says what is audited: a reading call only where it names one.
    """

    method: str
    path: str
    address: str
    action: str | None
    body: bytes = b""
    who: str = "unknown"
    token: Token | None = None
    subject: str = ""
    outcome: str = ""
    details: dict[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, scope: Scope) -> "Call":
        """The call as it came in."""
        method, client = scope["method"], scope.get("client")
        # Still percent-encoded, and without the query: nothing in it can break a line of the log.
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        path = without_secrets(raw.decode("ascii", "replace"))[:_SHOWN_PATH]
        action = None if method in _READING else f"{method} {path}"
        return cls(method, path, client[0] if client else "unknown", action)

    def answer_to(self, error: Exception) -> Response:
        """The problem document for an error; our own faults go to the log in full."""
        refusal = refusal_of(error)
        self.outcome = refusal.code
        if PROBLEMS[refusal.code][0] >= _FAULT:
            _LOG.error("%s %s failed", self.method, self.path, exc_info=error)
        return problem(refusal, self.path)


def call_of(request: Request) -> Call:
    """The call that this request belongs to."""
    call: Call = request.state.call
    return call


class Guard:
    """ASGI middleware: reads the body before, and records the answer after, the application."""

    def __init__(
        self, app: ASGIApp, *, store: OperationsStore, clock: Callable[[], datetime]
    ) -> None:
        self._app, self._store, self._clock = app, store, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        call = Call.of(scope)
        scope["state"] = {**scope.get("state", {}), "call": call}
        answering = _Answering(self, call, scope, receive, send)
        try:
            call.body = await _whole_body(receive)
            await self._app(scope, _again(call.body, receive), answering.send)
        except Exception as error:
            if answering.status is not None:
                # Too late for another answer: the server breaks the connection off.
                raise
            await call.answer_to(error)(scope, receive, answering.send)
        finally:
            shown = (call.address, call.method, call.path, answering.status or "-", call.who)
            _ACCESS.info('%s "%s %s" %s %s', *shown)

    async def record(self, call: Call, status: int) -> None:
        """Write the call into the audit, where somebody changes something or tried to.

        Who has no token changes nothing, and could fill the audit: the access log has those.
        """
        if call.action is not None and call.token is not None:
            await run_in_threadpool(self._record, call, call.action, status)

    def _record(self, call: Call, action: str, status: int) -> None:
        audit.record(
            self._store,
            at=self._clock(),
            who=call.who,
            action=action,
            subject=call.subject or call.path,
            outcome=call.outcome or str(status),
            details={"status": status, "address": call.address, **call.details},
        )


class _Answering:
    """Sends the answer once the audit has it; without the audit no change is confirmed."""

    def __init__(
        self, guard: Guard, call: Call, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._guard, self._call = guard, call
        self._scope, self._receive, self._send = scope, receive, send
        self.status: int | None = None
        self._is_replaced = False

    async def send(self, message: Message) -> None:
        if self._is_replaced:
            return
        if message["type"] == "http.response.start":
            try:
                await self._guard.record(self._call, message["status"])
            except Exception as error:  # noqa: BLE001 - answer_to logs it
                self._is_replaced = True
                await self._call.answer_to(error)(self._scope, self._receive, self._start)
                return
        await self._start(message)

    async def _start(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Cache-Control"] = "no-store"
        await self._send(message)


async def _whole_body(receive: Receive) -> bytes:
    """The body, read to its end so that the client hears the answer; a huge one is cut off."""
    parts: list[bytes] = []
    size, more = 0, True
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            while more and size <= _READ_AND_DROPPED:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise RequestRefusedError("bad_request", "The body ended before its end.")
                more = message.get("more_body", False)
                size += len(message.get("body", b""))
                if size <= BODY_LIMIT:
                    parts.append(message.get("body", b""))
    except TimeoutError as error:
        msg = f"The whole body must arrive within {_BODY_SECONDS} seconds."
        raise RequestRefusedError("too_slow", msg) from error
    if size > BODY_LIMIT:
        msg = f"A body has at most {BODY_LIMIT} bytes. Send less."
        raise RequestRefusedError("too_large", msg)
    return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """The body once more for the application, then whatever else the client does."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def given() -> Message:
        return messages.pop() if messages else await receive()

    return given
