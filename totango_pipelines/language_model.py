"""Asking a language model: any endpoint that speaks OpenAI's chat completions.

Off unless the environment names one:

    TOTANGO_MODEL_URL    https://api.example.com/v1     what stands before /chat/completions
    TOTANGO_MODEL_NAME   the model
    TOTANGO_MODEL_KEY    sent as a bearer token; optional
"""

import asyncio
import ipaddress
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

import httpx

from totango_pipelines.errors import ModelUnavailableError, UserError

URL, NAME, KEY = "TOTANGO_MODEL_URL", "TOTANGO_MODEL_NAME", "TOTANGO_MODEL_KEY"
DEADLINE: Final = 60.0
"""Seconds for the whole answer."""
_MOST_BYTES: Final = 1024 * 1024
_REDIRECTS: Final = 300
_REFUSES: Final = 400
_BUSY: Final = (408, 425, 429)
_FAULT: Final = 500

Message = Mapping[str, str]
"""`role` and `content`."""


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """A model behind an endpoint; nothing is sent before `answer`."""

    url: str
    name: str
    key: str | None = field(default=None, repr=False)
    deadline: float = DEADLINE
    """Seconds."""

    @classmethod
    def of(cls, variables: Mapping[str, str]) -> Self:
        """The model that the environment names.

        Raises:
            UserError: it names none, or a URL that would send the key in the clear.
        """
        url, name = variables.get(URL, ""), variables.get(NAME, "")
        missing = [each for each, value in ((URL, url), (NAME, name)) if not value]
        if missing:
            msg = (
                f"no language model is set up: {' and '.join(missing)} {_is(missing)} not set. "
                f"Name any endpoint that speaks OpenAI's chat completions, and its key in {KEY}."
            )
            raise UserError(msg)
        _check(url)
        return cls(url.rstrip("/"), name, variables.get(KEY) or None)

    def answer(self, messages: Sequence[Message]) -> str:
        """What the model says to the messages; may be empty.

        Raises:
            UserError: the endpoint refuses the request, its key or the model's name.
            ModelUnavailableError: it cannot be reached, is too slow, or answers something else.
        """
        body = {"model": self.name, "messages": [dict(each) for each in messages]}
        status, content = asyncio.run(self._asked(body))
        if status >= _FAULT or status in _BUSY:
            msg = f"the language model answered with HTTP {status}. Try again later."
            raise ModelUnavailableError(msg)
        if _REDIRECTS <= status < _REFUSES:
            msg = f"the language model's endpoint has moved (HTTP {status}). Check {URL}."
            raise UserError(msg)
        if status >= _REFUSES:
            # Its words may repeat the key.
            msg = f"the language model refused the request (HTTP {status}). Check {NAME} and {KEY}."
            raise UserError(msg)
        return _content_of(content)

    async def _asked(self, body: Mapping[str, object]) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        try:
            async with (
                asyncio.timeout(self.deadline),
                # The variables of a proxy hold; a redirect could carry the key elsewhere.
                httpx.AsyncClient(follow_redirects=False, timeout=self.deadline) as client,
                client.stream(
                    "POST", f"{self.url}/chat/completions", json=body, headers=headers
                ) as response,
            ):
                parts, size = [], 0
                async for part in response.aiter_bytes():
                    parts.append(part)
                    size += len(part)
                    if size > _MOST_BYTES:
                        msg = "the language model's answer is longer than 1 MiB. Ask it for less."
                        raise ModelUnavailableError(msg)
                return response.status_code, b"".join(parts)
        except (TimeoutError, httpx.TimeoutException):
            msg = f"the language model did not answer within {self.deadline:g} s. Try again."
            raise ModelUnavailableError(msg) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # Not its text: that may repeat the URL.
            msg = f"the language model cannot be reached ({type(error).__name__}). Check {URL}."
            raise ModelUnavailableError(msg) from None


def _content_of(content: bytes) -> str:
    try:
        told = json.loads(content)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError):
        told = b""
    if told is None:
        return ""
    if not isinstance(told, str):
        msg = f"the endpoint did not answer in the form of OpenAI's chat completions. Check {URL}."
        raise ModelUnavailableError(msg)
    return told


def _check(url: str) -> None:
    # Never quotes the URL: it may hold a password.
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        parts = httpx.URL()
    if parts.scheme not in {"http", "https"} or not parts.host or parts.userinfo or parts.query:
        msg = f"{URL} is no plain URL. Write it like https://api.example.com/v1; the key goes into {KEY}."
        raise UserError(msg)
    if parts.scheme == "http" and not _is_this_machine(parts.host):
        msg = f"{URL} begins with http://, so key and columns would be sent in the clear. Use https://."
        raise UserError(msg)


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"
