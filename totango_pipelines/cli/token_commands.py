"""`token create`, `token list` and `token revoke`: who may call the Trigger API."""

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.moments import moment_after
from totango_pipelines.cli.operations_file import audited, existing_store, operations_store
from totango_pipelines.cli.output import iso, make_table, moment, print_json, print_sentences
from totango_pipelines.cli.session import (
    AsJson,
    Session,
    complete_ids,
    ids_by_file,
    read_environment,
    session_of,
    unknown_integration,
)
from totango_pipelines.operations.roles import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from totango_pipelines.operations.tokens import Token

token_commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def _complete_tokens(ctx: typer.Context, incomplete: str) -> list[str]:
    """The tokens that can be revoked."""
    store = existing_store(read_environment(ctx.find_root().params.get("project")))
    known = () if store is None else door.operations("tokens").list_tokens(store)
    ids = [token.id for token in known if token.revoked_at is None]
    return [each for each in ids if each.startswith(incomplete)]


@token_commands.callback()
def tokens() -> None:
    """Tokens of the Trigger API: made once, kept as hashes, revoked by id.

    Example: totango-pipelines token create airflow --role operator --expires 90d
    """


@token_commands.command("create", short_help="Make a token; it is shown once.")
def create_token(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who uses it, for lists and logs.")],
    *,
    role: Annotated[
        Role,
        typer.Option(
            help="viewer reads; operator also starts runs and downloads; "
            "admin also rebuilds the mapping."
        ),
    ],
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            help="An integration that it is for, again for each; without it, all.",
            autocompletion=complete_ids,
        ),
    ] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="DURATION", help="How long it is good for, e.g. 90d.")
    ] = None,
    signed: Annotated[
        bool,
        typer.Option(
            "--signed", help="Its requests for runs must be signed too (Standard Webhooks)."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a token and show it, once: only its hash is kept.

    Standard output has the token alone (with --signed, the signing secret below it). To rotate a
    token: create a second one, give it to whoever calls, then revoke the first.

    Example: totango-pipelines token create airflow --role operator --only crm_accounts
    """
    session, now = session_of(ctx), datetime.now(UTC)
    expires_at = moment_after(expires, "--expires", now)
    integrations = _declared(session, only or ())
    token, text = door.operations("tokens").create(
        operations_store(session.environment),
        name=name,
        role=role,
        integrations=integrations or None,
        expires_at=expires_at,
        now=now,
        signed=signed,
    )
    details = {name: value for name, value in _as_json(token).items() if name in _AUDITED}
    audited(session, action="token.create", subject=token.id, outcome="created", details=details)
    if as_json:
        print_json({**_as_json(token), "token": text, "signing_secret": token.signing_secret})
        return
    sys.stdout.write("".join(f"{secret}\n" for secret in (text, token.signing_secret) if secret))
    _say_created(session, token)


def _declared(session: Session, only: "Sequence[str]") -> tuple[str, ...]:
    """The integrations that a token is for; a mistyped one would silently open nothing."""
    if not only:
        return ()
    project = session.project()
    known = ids_by_file(project).values()
    for each in only:
        if each not in known:
            raise unknown_integration(project, each)
    return tuple(dict.fromkeys(only))


def _say_created(session: Session, token: "Token") -> None:
    until = f" until {moment(token.expires_at)}" if token.expires_at else ""
    said = [
        f"Token {token.id} ({token.name}): {token.role} for {_scope(token)}{until}.",
        "It is not shown again. Keep it as TOTANGO_TOKEN where the calls are made.",
        f"To rotate it: create another, switch, then `{session.program} token revoke {token.id}`.",
    ]
    if token.signed:
        said.insert(2, "The second line is the signing secret; the API's /docs say how to sign.")
    print_sentences(session.err, said)


@token_commands.command("list", short_help="The tokens ever made, never their secrets.")
def list_tokens(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """List every token ever made, the oldest first; no secret is shown.

    Example: totango-pipelines token list
    """
    session, now = session_of(ctx), datetime.now(UTC)
    store = existing_store(session.environment)
    found = () if store is None else door.operations("tokens").list_tokens(store)
    if as_json:
        print_json([{**_as_json(token), "state": _state(token, now)} for token in found])
        return
    if not found:
        said = (
            f"There is no token. `{session.program} token create NAME --role operator` makes one."
        )
        print_sentences(session.out, [said])
        return
    table = make_table("id", "name", "role", "for", "state", "used (UTC)", whole=["id"])
    for token in found:
        used = f"{token.last_used_at:%Y-%m-%d %H:%M}" if token.last_used_at else "never"
        signed = " (signed)" if token.signed else ""
        table.add_row(
            token.id, token.name, f"{token.role}{signed}", _scope(token), _said(token, now), used
        )
    session.out.print(table)


@token_commands.command("revoke", short_help="Refuse a token from now on.")
def revoke_token(
    ctx: typer.Context,
    token_id: Annotated[
        str,
        typer.Argument(
            metavar="TOKEN_ID", help="Its id, as listed.", autocompletion=_complete_tokens
        ),
    ],
) -> None:
    """Refuse a token from now on; it cannot be taken back.

    To rotate one: `token create` a second one, give it to whoever calls, then revoke the first.

    Example: totango-pipelines token revoke 5f2c9a01b7de
    """
    session, now = session_of(ctx), datetime.now(UTC)
    revoke = door.operations("tokens").revoke
    token: Token = revoke(operations_store(session.environment), token_id, now=now)
    is_new = token.revoked_at == now
    audited(
        session,
        action="token.revoke",
        subject=token.id,
        outcome="revoked" if is_new else "revoked before",
        details={"name": token.name},
    )
    when = "is revoked: it" if is_new else f"was revoked at {moment(token.revoked_at)} already; it"
    print_sentences(session.out, [f"Token {token.id} ({token.name}) {when} opens nothing."])


_AUDITED = ("name", "role", "integrations", "expires_at", "signed")


def _as_json(token: "Token") -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "role": str(token.role),
        "integrations": None if token.integrations is None else list(token.integrations),
        "signed": token.signed,
        "created_at": iso(token.created_at),
        "expires_at": iso(token.expires_at),
        "revoked_at": iso(token.revoked_at),
        "last_used_at": iso(token.last_used_at),
    }


def _scope(token: "Token") -> str:
    return "all" if token.integrations is None else ", ".join(token.integrations)


def _state(token: "Token", now: datetime) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "live" if token.is_live(now) else "expired"


def _said(token: "Token", now: datetime) -> str:
    """The state, with its day."""
    state = _state(token, now)
    day = {"revoked": token.revoked_at, "expired": token.expires_at}.get(state)
    if day is not None:
        return f"{state} {day:%Y-%m-%d}"
    return f"{state} until {token.expires_at:%Y-%m-%d}" if token.expires_at else state
