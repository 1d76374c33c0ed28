"""The project's operations.db: opened for a command, and audited under the name of who types."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.session import Session
from totango_pipelines.sync.environment import Environment

if TYPE_CHECKING:
    from totango_pipelines.operations.store import OperationsStore

_NOBODY = "unknown"


def operations_store(environment: Environment) -> "OperationsStore":
    """The file, which is made on its first use."""
    store = door.operations("store")
    opened: OperationsStore = store.OperationsStore(store.operations_path(environment.home))
    return opened


def existing_store(environment: Environment) -> "OperationsStore | None":
    """The file, where there is one: reading never makes it."""
    store = operations_store(environment)
    return store if store.path.exists() else None


def audited(
    session: Session, *, action: str, subject: str, outcome: str, details: Mapping[str, object]
) -> None:
    """Write down what somebody did at this terminal, or tried to."""
    door.operations("audit").record(
        operations_store(session.environment),
        at=datetime.now(UTC),
        who=session.person or _NOBODY,
        action=action,
        subject=subject,
        outcome=outcome,
        details=details,
    )
