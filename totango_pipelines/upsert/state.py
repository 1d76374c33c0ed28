"""What an integration remembers from one run to the next; it moves by the commit alone."""

from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, field, fields
from enum import StrEnum
from pathlib import Path

PIECE_BYTES = 4 << 20


class StateFile(StrEnum):
    """The Parquet files that the hub keeps for an integration."""

    BASELINE = "baseline"
    RECENT = "recent"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class IntegrationState:
    """What the last committed run of an integration left (semantics.md 1).

    `fingerprint` is that of the declaration that the run went by, `content_hash` names the function
    that the baseline's contents were hashed with. `cursor` is the largest value committed of
    `cursor_column`, as text.
    """

    fingerprint: str
    content_hash: str
    cursor_column: str | None = None
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class NextState:
    """A state to commit with a run, and its new files.

    Those that are `kept` stay as the hub has them; a file that is neither new nor kept is gone.
    """

    state: IntegrationState
    files: Mapping[StateFile, Path] = field(default_factory=dict)
    kept: frozenset[StateFile] = frozenset()


STATE_COLUMNS = tuple(each.name for each in fields(IntegrationState))

FORGET_STATE = "DELETE FROM _states WHERE integration = ?"
FORGET_FILE = "DELETE FROM _state_files WHERE integration = ? AND name = ?"
RELEASE = (
    FORGET_STATE,
    "DELETE FROM _state_files WHERE integration = ?",
    "DELETE FROM _matches WHERE integration = ?",
    "DELETE FROM _released WHERE integration = ?",
    "UPDATE _meta SET value = value + 1 WHERE name = 'run_seq'",
    "INSERT INTO _released SELECT CAST(? AS VARCHAR), value FROM _meta WHERE name = 'run_seq'",
    # A run that is under way can no longer commit.
    "UPDATE _leases SET epoch = epoch + 1 WHERE integration = ?",
)
"""What deleting an integration does to the hub, with `?` for the integration (semantics.md 5)."""


def state_row(integration: str, run_id: str, state: NextState) -> list[str | None]:
    """The row of `_states`."""
    return [integration, run_id, *astuple(state.state)]


def files_to_forget(integration: str, state: NextState) -> list[tuple[str, str]]:
    """What `FORGET_FILE` takes, for each file that does not stay."""
    return [(integration, name.value) for name in StateFile if name not in state.kept]


def file_rows(integration: str, state: NextState) -> Iterator[tuple[str, str, int, bytes]]:
    """The rows of `_state_files`, a piece at a time."""
    for name, path in state.files.items():
        with path.open("rb") as file:
            for piece, data in enumerate(iter(lambda: file.read(PIECE_BYTES), b"")):
                yield integration, name.value, piece, data


def state_path(folder: Path, name: StateFile) -> Path:
    """Where a file of the state is put."""
    return folder / f"{name}.parquet"


def write_pieces(folder: Path, name: StateFile, pieces: Iterator[tuple[bytes]]) -> None:
    """Put a file together again; without pieces there is none."""
    first = next(pieces, None)
    path = state_path(folder, name)
    if first is None:
        path.unlink(missing_ok=True)
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(first[0])
        file.writelines(data for (data,) in pieces)
