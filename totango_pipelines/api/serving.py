"""Serve the Trigger API: on this machine alone, unless told otherwise and somebody has a token."""

import ipaddress
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

import uvicorn
from fastapi import FastAPI

from totango_pipelines.api.app import REQUESTS_A_MINUTE, make_app
from totango_pipelines.api.desk import Desk
from totango_pipelines.errors import ListeningError
from totango_pipelines.operations.store import OperationsStore, operations_path
from totango_pipelines.operations.tokens import list_tokens
from totango_pipelines.sync.environment import Environment

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8780
_GRACE_SECONDS: Final = 10

_LOGGING: Final[dict[str, Any]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        name: {"handlers": ["stderr"], "level": "INFO", "propagate": False}
        for name in ("uvicorn", "totango_pipelines.api")
    },
}


def utc_now() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def serve(
    environment: Environment,
    desk: Desk,
    *,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    rate: int = REQUESTS_A_MINUTE,
    dagster_url: str | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> None:
    """Serve until interrupted, with one worker process.

    Raises:
        ListeningError: the address is taken, or the host is not this machine alone and there is no
            live token.
    """
    store = OperationsStore(operations_path(environment.home))
    check_door(store, host, clock())
    app = make_app(desk, store, clock=clock, rate=rate, dagster_url=dagster_url)
    with _listener(host, port) as listener, suppress(KeyboardInterrupt):
        uvicorn.Server(server_config(app, _LOGGING)).run([listener])


def check_door(store: OperationsStore, host: str, now: datetime) -> None:
    """Refuse to listen to others while nobody could have a token.

    Raises:
        ListeningError: the host is not this machine alone and there is no live token.
    """
    if _is_this_machine(host) or any(token.is_live(now) for token in list_tokens(store)):
        return
    msg = (
        f"the Trigger API does not listen on {host} while there is no live token: nobody could "
        f"call it, and whoever finds it could try. Make a token first, or listen on {DEFAULT_HOST}."
    )
    raise ListeningError(msg)


def server_config(app: FastAPI, log_config: dict[str, Any] | None = None) -> uvicorn.Config:
    """How the application is served.

    The guard writes the access log, without queries and tokens. What a proxy says of addresses is
    not believed: anybody could say it.
    """
    return uvicorn.Config(
        app,
        workers=1,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=log_config,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        msg = (
            f"the Trigger API cannot listen on {host} port {port}: {error.strerror}. "
            "Choose another port, or an address of this machine."
        )
        raise ListeningError(msg) from error


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
