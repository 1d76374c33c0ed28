"""JSON schemas of the four declared files, for editors: `python -m` this module writes them."""

import json
from pathlib import Path
from typing import Any, Final

from totango_pipelines.integrations.catalog_file import CatalogFile
from totango_pipelines.integrations.connection import ConnectionsFile
from totango_pipelines.integrations.declared import Declared
from totango_pipelines.integrations.integration import Integration
from totango_pipelines.integrations.notifications_file import NotificationsFile

SCHEMA_FOLDER: Final = Path(__file__).parents[2] / "schemas"

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_MODELS: Final[dict[str, tuple[type[Declared], str]]] = {
    "integration": (Integration, "Totango pipelines: an integration (integrations/<id>.yaml)"),
    "connections": (ConnectionsFile, "Totango pipelines: connections.yaml"),
    "catalog": (CatalogFile, "Totango pipelines: catalog.yaml"),
    "notifications": (NotificationsFile, "Totango pipelines: notifications.yaml"),
}


def schemas() -> dict[str, dict[str, Any]]:
    """The schema of each declared file by its name: integration, connections, catalog, notifications."""
    return {
        name: {"$schema": _DIALECT, **model.model_json_schema(), "title": title}
        for name, (model, title) in _MODELS.items()
    }


def texts() -> dict[str, str]:
    """The files to write, by their name: `<name>.schema.json`."""
    return {
        f"{name}.schema.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for name, schema in schemas().items()
    }


def write(folder: Path = SCHEMA_FOLDER) -> None:
    """Write all of them; the committed files must equal these."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
