"""Signed requests in the form of Standard Webhooks: `webhook-id`, `-timestamp`, `-signature`."""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from starlette.datastructures import Headers

from totango_pipelines.errors import RequestRefusedError

TOLERANCE: Final = timedelta(minutes=5)
"""How far a signature's time may be from ours (Standard Webhooks)."""
_NAMES: Final = ("webhook-id", "webhook-timestamp", "webhook-signature")
# No full stop: it separates the id from the rest of what is signed.
_ID: Final = re.compile(r"[\x21-\x2d\x2f-\x7e]{1,255}")
_SECONDS: Final = re.compile(r"[0-9]{1,11}", re.ASCII)
_MOST_SIGNATURES: Final = 10


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed request's id and when its signature is too old."""

    id: str
    until: datetime


def verified(secret: str, headers: Headers, body: bytes, now: datetime) -> Signed:
    """Check the signature of a body with a `whsec_…` secret.

    Raises:
        RequestRefusedError: signature_missing, signature_wrong or signature_expired.
    """
    given = [headers.getlist(name) for name in _NAMES]
    if any(len(values) != 1 for values in given):
        detail = f"The token needs signed requests: send {', '.join(_NAMES)}, once each."
        raise RequestRefusedError("signature_missing", detail)
    identifier, seconds, signatures = (values[0] for values in given)
    if not _ID.fullmatch(identifier) or not _SECONDS.fullmatch(seconds):
        detail = (
            "webhook-id is 1 to 255 printable characters without a full stop, and "
            "webhook-timestamp whole seconds since 1970."
        )
        raise RequestRefusedError("signature_wrong", detail)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{identifier}.{seconds}.".encode() + body
    if not _fits(hmac.digest(key, signed, hashlib.sha256), signatures):
        detail = (
            "None of the signatures in webhook-signature is `v1,` and the base64 of the "
            "HMAC-SHA256 of `id.timestamp.body`, the body byte by byte as sent."
        )
        raise RequestRefusedError("signature_wrong", detail)
    at = datetime.fromtimestamp(int(seconds), UTC)
    if abs(now - at) > TOLERANCE:
        detail = f"webhook-timestamp may be {TOLERANCE.seconds // 60} minutes from now. Sign anew."
        raise RequestRefusedError("signature_expired", detail)
    return Signed(identifier, at + TOLERANCE)


def _fits(expected: bytes, signatures: str) -> bool:
    fits = False
    for each in signatures.split(" ")[:_MOST_SIGNATURES]:
        version, _, encoded = each.partition(",")
        if version == "v1":
            fits |= hmac.compare_digest(expected, _decoded(encoded))
    return fits


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return b""
