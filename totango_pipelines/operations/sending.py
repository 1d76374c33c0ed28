"""Send through Apprise: the one module that imports it, which takes a second."""

import logging
import warnings
from collections.abc import Mapping
from datetime import datetime
from typing import Final, Protocol

from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType

from totango_pipelines.errors import NotSentError
from totango_pipelines.integrations.project import Project
from totango_pipelines.operations.outbox import DeliveryReport, deliver
from totango_pipelines.operations.store import OperationsStore

_TELLS_URLS: Final = ("apprise", "urllib3", "requests_oauthlib", "oauthlib")
"""Loggers that write a target's URL, or parts of it that are a secret."""

with warnings.catch_warnings():
    # The first URL loads every service, and some warn; later ones come from several threads.
    warnings.simplefilter("ignore")
    Apprise.instantiate("json://127.0.0.1")


class Send(Protocol):
    """Send one message to the target behind an Apprise URL."""

    def __call__(self, target_url: str, title: str, body: str) -> None:
        """Return once the other side has taken it.

        Raises:
            NotSentError: it has not; the message does not hold the URL.
        """


def send_by_apprise(target_url: str, title: str, body: str) -> None:
    """Send with Apprise, which waits four seconds for a connection and as long for an answer.

    The URL may ask for other times (`?cto=2&rto=10`). Redirects are not followed: they would turn
    the message into a request for some page.

    Raises:
        NotSentError: the URL is none of Apprise's, or the other side has not taken the message.
    """
    _silence()
    service = Apprise.instantiate(target_url.strip(), asset=_asset())
    if service is None:
        msg = (
            "its variable does not hold an Apprise URL. Write one such as mailto://, slack:// or "
            "json://; https://github.com/caronc/apprise lists them."
        )
        raise NotSentError(msg)
    name = str(service.service_name)
    try:
        is_taken = Apprise(servers=service, asset=service.asset).notify(
            body=body, title=title, notify_type=NotifyType.WARNING, body_format=NotifyFormat.TEXT
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, its message may hold the URL
        msg = f"{name} failed ({type(error).__name__}). Check the URL in its variable."
        raise NotSentError(msg) from None
    if not is_taken:
        msg = (
            f"{name} did not take the message. Check the URL in its variable, and whether the "
            "other side can be reached."
        )
        raise NotSentError(msg)


def deliver_due(
    store: OperationsStore,
    project: Project,
    variables: Mapping[str, str],
    now: datetime,
    send: Send = send_by_apprise,
) -> DeliveryReport:
    """Try every notice that is due; what could not be sent is due again later (`deliver`)."""

    def tell(target: str, title: str, body: str) -> None:
        send(_url_of(project, target, variables), title, body)

    return deliver(store, tell, now)


def _url_of(project: Project, name: str, variables: Mapping[str, str]) -> str:
    target = project.notifications.targets.get(name)
    if target is None:
        msg = "notifications.yaml has no valid target of this name. Mend it there."
        raise NotSentError(msg)
    url = variables.get(target.url.env, "")
    if not url.strip():
        msg = f"the environment variable {target.url.env} is not set. Put its Apprise URL there."
        raise NotSentError(msg)
    return url


def _asset() -> AppriseAsset:
    """Nothing is kept on disk, no keys are made, and the message says who sends it."""
    asset = AppriseAsset(storage_mode="memory")
    asset.app_id, asset.app_desc, asset.app_url = "totango-pipelines", "Totango pipelines", ""
    asset.http_redirects = asset.pgp_autogen = asset.pem_autogen = asset.async_mode = False
    return asset


def _silence() -> None:
    # At each call: whoever sets up logging anew would wake them again.
    for name in _TELLS_URLS:
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL + 1)
        logger.propagate = False
