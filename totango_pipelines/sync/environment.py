"""Where a project and its state are (contract.md, Where things are)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class Environment:
    """The folders, the hub's URL and the variables that connections may name for secrets."""

    project: Path
    home: Path
    hub_url: str
    variables: Mapping[str, str]

    @classmethod
    def of(cls, variables: Mapping[str, str], folder: Path) -> Self:
        """The environment of a process started in `folder` with these variables."""
        project = Path(variables.get("TOTANGO_PROJECT") or folder).expanduser()
        project = project if project.is_absolute() else folder / project
        home = Path(variables.get("TOTANGO_HOME") or project / ".totango").expanduser()
        home = home if home.is_absolute() else folder / home
        home = home.resolve()
        hub_url = variables.get("TOTANGO_HUB_URL") or f"duckdb:///{home / 'hub.duckdb'}"
        return cls(project.resolve(), home, hub_url, variables)

    @property
    def hub_kind(self) -> str:
        """The engine of the hub, as its URL names it."""
        return self.hub_url.split(":", 1)[0].split("+", 1)[0].replace("postgresql", "postgres")
