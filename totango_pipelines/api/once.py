"""Work that is done once however often it is asked for with one Idempotency-Key."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response

from totango_pipelines.api.guard import Call
from totango_pipelines.errors import RequestRefusedError, UserError
from totango_pipelines.operations.requests import Answer, Claim, KeyTrouble, claim, keep, release
from totango_pipelines.operations.store import OperationsStore

HEADER: Final = "Idempotency-Key"
KEY_PATTERN: Final = r"^[\x21-\x7e]([\x20-\x7e]{0,253}[\x21-\x7e])?$"
REPLAYED: Final = "Idempotent-Replayed"
_KEPT_HEADERS: Final = ("content-type", "location")
_TROUBLES: Final = {
    KeyTrouble.IN_USE: "Try again in a second with the same key to hear its answer.",
    KeyTrouble.REUSED: "A key stands for one request for 24 hours. Take a new key for this one.",
}


def idempotency_key(headers: Headers) -> str | None:
    """The request's key; None where it has none.

    Raises:
        RequestRefusedError: bad_idempotency_key.
    """
    given = headers.getlist(HEADER)
    if not given:
        return None
    if len(given) > 1 or not re.fullmatch(KEY_PATTERN, given[0]):
        detail = f"{HEADER} is 1 to 255 printable ASCII characters, once. A UUID is a good one."
        raise RequestRefusedError("bad_idempotency_key", detail)
    return given[0]


class Once:
    """Gives the first answer again; what is under way in this process is never taken over."""

    def __init__(
        self, store: OperationsStore, clock: Callable[[], datetime], new_id: Callable[[], str]
    ) -> None:
        self._store, self._clock, self._new_id = store, clock, new_id
        self._under_way: dict[tuple[str, str], str] = {}
        self._lock = Lock()

    def answer(
        self,
        call: Call,
        *,
        token_id: str,
        key: str | None,
        fingerprint: str,
        work: Callable[[str | None], Response],
    ) -> Response:
        """The answer of `work`, done now or before; a UserError of it is an answer too.

        `work` gets a name for what it does, None without a key. It gets the same name again where
        a process died over it, and must then find what was done.

        Raises:
            RequestRefusedError: the key stands for another request, or that one is under way.
        """
        if key is None:
            return _worked(call, lambda: work(None))
        with self._alone(token_id, key, fingerprint):
            wanted = Claim(token_id, key, self._new_id(), work=self._new_id())
            found = claim(self._store, wanted, fingerprint=fingerprint, now=self._clock())
            if isinstance(found, KeyTrouble):
                raise _trouble(found)
            if isinstance(found, Answer):
                call.outcome = "replayed"
                headers = {**found.headers, REPLAYED: "true"}
                return Response(found.body.encode(), found.status, headers)
            return self._kept(found, call, lambda: work(found.work))

    @contextmanager
    def _alone(self, token_id: str, key: str, fingerprint: str) -> Iterator[None]:
        with self._lock:
            other = self._under_way.get((token_id, key))
            if other is not None:
                same = other == fingerprint
                raise _trouble(KeyTrouble.IN_USE if same else KeyTrouble.REUSED)
            self._under_way[token_id, key] = fingerprint
        try:
            yield
        finally:
            with self._lock:
                del self._under_way[token_id, key]

    def _kept(self, claimed: Claim, call: Call, work: Callable[[], Response]) -> Response:
        try:
            response = _worked(call, work)
        except BaseException:
            release(self._store, claimed)
            raise
        headers = {
            name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers
        }
        body = bytes(response.body).decode()
        keep(self._store, claimed, Answer(response.status_code, body, headers))
        return response


def _worked(call: Call, work: Callable[[], Response]) -> Response:
    try:
        return work()
    except UserError as error:
        return call.answer_to(error)


def _trouble(trouble: KeyTrouble) -> RequestRefusedError:
    headers = {"Retry-After": "1"} if trouble is KeyTrouble.IN_USE else {}
    return RequestRefusedError(trouble, _TROUBLES[trouble], headers=headers)
