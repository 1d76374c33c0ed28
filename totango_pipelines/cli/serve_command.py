"""`serve`: the Trigger API, until Ctrl-C or a polite kill."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

import typer

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.operations_file import existing_store, operations_store
from totango_pipelines.cli.output import print_sentences
from totango_pipelines.cli.session import Session, session_of

HOST, PORT = "127.0.0.1", 8780


def serve_api(
    ctx: typer.Context,
    *,
    host: Annotated[
        str, typer.Option(help="The address to listen on; another one only once there is a token.")
    ] = HOST,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = PORT,
    dagster_url: Annotated[
        str | None,
        typer.Option("--dagster-url", metavar="URL", help="Where Dagster's pages are, for links."),
    ] = None,
) -> None:
    """Serve the Trigger API until Ctrl-C: others start runs and read how they went.

    A run that is asked for waits in Dagster's queue, so Dagster's daemon must be up as well. TLS is
    for a proxy in front.

    Example: totango-pipelines serve --port 8780 --dagster-url http://127.0.0.1:3000
    """
    session = session_of(ctx)
    links = None if dagster_url is None else web_address(dagster_url, "--dagster-url")
    session.project()
    serving = door.api("serving")
    serving.check_door(operations_store(session.environment), host, datetime.now(UTC))
    _say_where(session, f"http://{f'[{host}]' if ':' in host else host}:{port}")
    with _polite_kill(), door.orchestration("run_desk").open_desk(session.environment) as desk:
        serving.serve(session.environment, desk, host=host, port=port, dagster_url=links)


def web_address(text: str, option: str) -> str:
    """A base URL without its last slash.

    Raises:
        BadParameter: it is no http(s) URL, or it holds a password, a query or a fragment.
    """
    try:
        parts = urlsplit(text)
        is_base = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_base = False
    if not is_base or "@" in text or "?" in text or "#" in text or not text.isprintable():
        hint = "give a URL such as http://127.0.0.1:8780, without a password or a query."
        raise typer.BadParameter(hint, param_hint=option)
    return text.rstrip("/")


def _say_where(session: Session, url: str) -> None:
    said = [f"Trigger API on {url} (Ctrl-C stops it)", f"  docs   {url}/docs"]
    if not _somebody_has_a_token(session):
        command = f"{session.program} token create NAME --role operator"
        said.append(f"  There is no token yet, so nobody can call it. Make one: `{command}`")
    print_sentences(session.out, said)


def _somebody_has_a_token(session: Session) -> bool:
    store = existing_store(session.environment)
    now = datetime.now(UTC)
    tokens = () if store is None else door.operations("tokens").list_tokens(store)
    return any(token.is_live(now) for token in tokens)


@contextmanager
def _polite_kill() -> Iterator[None]:
    """SIGTERM ends the server as Ctrl-C does: requests are answered, and the exit code is 0."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
