"""What a token may do: three roles, each including the one before."""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """Viewer reads; operator also starts runs and downloads; admin also rebuilds the mapping."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    def includes(self, other: "Role") -> bool:
        """Whether this role may do all that the other may."""
        return _ORDER.index(self) >= _ORDER.index(other)


_ORDER: Final = (Role.VIEWER, Role.OPERATOR, Role.ADMIN)


class Permission(StrEnum):
    """Everything that somebody can do: what is not listed here, nobody may."""

    READ = "read"
    ASK_FOR_RUN = "ask_for_run"
    DOWNLOAD = "download"
    REBUILD_MAPPING = "rebuild_mapping"


NEEDED_ROLE: Final = {
    Permission.READ: Role.VIEWER,
    Permission.ASK_FOR_RUN: Role.OPERATOR,
    Permission.DOWNLOAD: Role.OPERATOR,
    Permission.REBUILD_MAPPING: Role.ADMIN,
}
"""The one table of permissions."""
