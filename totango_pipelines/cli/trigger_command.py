"""`trigger`: the call that asks the Trigger API for a run, ready to paste."""

import json
import re
import shlex
import uuid
from typing import Annotated

import typer

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.history_commands import Mode
from totango_pipelines.cli.output import print_json, print_lines
from totango_pipelines.cli.run_command import RunMode, Windows
from totango_pipelines.cli.serve_command import HOST, PORT, web_address
from totango_pipelines.cli.session import (
    AsJson,
    IntegrationId,
    declared_integration,
    session_of,
)

_BEARER = "Bearer $TOTANGO_TOKEN"
_NEW_KEY = "$(uuidgen 2>/dev/null || cat /proc/sys/kernel/random/uuid)"
# Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, with the decoded secret.
_SIGNING = f"""\
id="msg_{_NEW_KEY}"; at="$(date +%s)"
secret="$(printf %s "${{TOTANGO_SIGNING_SECRET#whsec_}}" | openssl base64 -d -A |
  od -An -v -tx1 | tr -d ' \\n')"
signature="$(printf %s "$id.$at.$body" |
  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$secret" -binary | openssl base64 -A)"
""".splitlines()
_SIGNATURE = (
    '  -H "webhook-id: $id" -H "webhook-timestamp: $at" \\',
    '  -H "webhook-signature: v1,$signature" \\',
)
_CURL = "curl --silent --show-error --fail-with-body --retry 3"


def trigger(
    ctx: typer.Context,
    integration: IntegrationId,
    *,
    mode: RunMode = Mode.INCREMENTAL,
    partition: Windows = None,
    url: Annotated[
        str, typer.Option(metavar="URL", help="Where `serve` listens, as the caller sees it.")
    ] = f"http://{HOST}:{PORT}",
    key: Annotated[
        str | None,
        typer.Option(
            metavar="KEY",
            help="The Idempotency-Key: the same key starts one run, however often it is sent, for "
            "24 hours. Without it, a new one each time.",
        ),
    ] = None,
    signed: Annotated[
        bool,
        typer.Option(
            "--signed", help="Sign it, as a token of `token create --signed` needs (openssl)."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print the call that asks the Trigger API for a run, ready to paste; nothing is sent.

    The token comes from $TOTANGO_TOKEN; `token create` makes one. What is printed is a script for
    any POSIX shell with curl 7.76 or newer. --json gives method, url, headers and body instead.
    With --signed the secret comes from $TOTANGO_SIGNING_SECRET.

    Example: totango-pipelines trigger crm_accounts --mode full --url https://hub.example.com
    """
    session = session_of(ctx)
    base = web_address(url, "--url")
    _check_key(key)
    if signed and as_json:
        hint = "a signature needs the secret and the time of the call: take one of the two."
        raise typer.BadParameter(hint, param_hint="--signed, --json")
    declared_integration(session.project(), integration)
    shapes = door.api("shapes")
    address = f"{base}{shapes.runs_path(integration)}"
    body = {"mode": mode.value} | ({"partition": partition} if partition else {})
    if as_json:
        headers = {
            "Authorization": _BEARER,
            "Idempotency-Key": key or str(uuid.uuid4()),
            "Content-Type": "application/json",
        }
        print_json({"method": "POST", "url": address, "headers": headers, "body": body})
        return
    print_lines(session.out, _asking(integration, address, json.dumps(body), key, signed=signed))
    print_lines(session.out, ["", *_looking(f"{base}{shapes.BASE}/runs/")])


def _check_key(key: str | None) -> None:
    if key is not None and not re.fullmatch(door.api("once").KEY_PATTERN, key):
        hint = "a key is 1 to 255 printable ASCII characters; a UUID is a good one."
        raise typer.BadParameter(hint, param_hint="--key")


def _asking(
    integration: str, address: str, body: str, key: str | None, *, signed: bool
) -> list[str]:
    header = f'"Idempotency-Key: {_NEW_KEY}"'
    if key is not None:
        header = shlex.quote(f"Idempotency-Key: {key}")
    return [
        f"# Asks for a run of {integration}; the answer has its run_id.",
        *([f"body={shlex.quote(body)}", *_SIGNING] if signed else []),
        f"{_CURL} -X POST {shlex.quote(address)} \\",
        f'  -H "Authorization: {_BEARER}" \\',
        f"  -H {header} \\",
        "  -H 'Content-Type: application/json' \\",
        *(_SIGNATURE if signed else ()),
        '  -d "$body"' if signed else f"  -d {shlex.quote(body)}",
    ]


def _looking(runs: str) -> list[str]:
    return [
        "# Where the run stands; set RUN_ID to that run_id first.",
        f'{_CURL} {shlex.quote(runs)}"$RUN_ID" \\',
        f'  -H "Authorization: {_BEARER}"',
    ]
