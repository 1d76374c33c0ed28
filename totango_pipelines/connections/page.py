"""docs/connectors.md, written from the declarations: `python -m` this module writes it again."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from totango_pipelines.connections.connectors import CONNECTORS, Connector
from totango_pipelines.integrations.connection_fields import FromEnvironment

PAGE: Final = Path(__file__).parents[2] / "docs" / "connectors.md"

_HEAD: Final = """# Connectors
Written from the code by `make docs`; do not edit. A connection is an entry of `connections.yaml`; its `type` names the
connector. A secret is only ever `{env: NAME}`: the name of an environment variable. Paths are relative to the project
folder. `totango-pipelines check-connection NAME` tries a connection step by step: its declaration, the login, the clock,
what its user may write, one query, and each table of files. Give a connection a user of its own that can only read.

A driver that is an extra is installed by the command in its line; without it, a connection of that type says so.

| type | for | driver | tested against | how real |
|---|---|---|---|---|
{rows}

*real*: the engine itself. *real client, emulator*: the vendor's own driver against something that behaves like the
engine; what the emulator does otherwise, the tests skip with a reason. *real client, a server of the same protocol*:
Redshift's driver against PostgreSQL. *real client, answers written down*: the driver read answers that a test wrote, no
engine made them. *compiled only*: arguments, types, errors and SQL are checked against the driver's
and the dialect's rules, and no server was there to ask. Run `check-connection` before you rely on one of those.

## What every connector does
- Values arrive exactly: decimals as decimals or as text, never as floats; times with microseconds, those with a zone in
  UTC; JSON, lists and maps as JSON or the engine's own text; bytes as hex text (`\\\\x00ff`).
- A date or number that no column of a type can carry stops the extract with the column's name, never its value.
- Rows come in batches: memory does not grow with the answer. Leaving early cancels the query.
- A lost connection is tried again by the run's retries; a wrong query, a refused login and a faulty file are not.
- A message about a value is shown without it: quoted text and numbers are cut, or a fixed sentence stands in its place.
- In a driver's own words a secret is masked, if it has at least 4 characters: a shorter one would mask ordinary words.
- A query may begin with `WITH` everywhere. `statement_timeout` is 30m unless the connection says otherwise.
"""


def text() -> str:
    """The page."""
    rows = "\n".join(_row(connector) for connector in CONNECTORS.values())
    chapters = "\n".join(_chapter(connector) for connector in CONNECTORS.values())
    return _HEAD.replace("{rows}", rows).replace("\\\\x", "\\x") + "\n" + chapters


def write(page: Path = PAGE) -> None:
    """Write it; the committed page must equal this."""
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text(), encoding="utf-8")


def readme_rows() -> str:
    """The table of the README."""
    head = "| connector | `type` | driver | tested |\n|---|---|---|---|\n"
    return head + "\n".join(
        f"| {each.label} | `{each.type}` | {_driver(each)} | {each.fidelity}: {each.tested} |"
        for each in CONNECTORS.values()
    )


def _driver(connector: Connector) -> str:
    return f"extra `{connector.extra}`" if connector.extra else "included"


def _row(connector: Connector) -> str:
    driver = f"`{connector.install}`" if connector.extra else "included"
    return (
        f"| `{connector.type}` | {connector.label} | {driver} | {connector.tested} | "
        f"{connector.fidelity} |"
    )


def _chapter(connector: Connector) -> str:
    folds = {
        "none": "keep their case",
        "lower": "come in lower case",
        "upper": "come in upper case",
    }[connector.folds]
    means = (
        f"Only reads: {connector.read_only}. Stopped by: {connector.timeout}. Rows: "
        f"{connector.arrow}. Names without quotes {folds}."
    )
    lines = [
        f"## {connector.label}",
        f"```yaml\n{connector.example}\n```",
        means,
        "",
        "| field | |",
        "|---|---|",
        *_fields(connector),
        "",
    ]
    return "\n".join(lines)


def _fields(connector: Connector) -> Iterator[str]:
    schema: dict[str, Any] = connector.model.model_json_schema()
    return _rows_of(schema, schema.get("$defs", {}), "")


def _rows_of(schema: Mapping[str, Any], models: Mapping[str, Any], inside: str) -> Iterator[str]:
    required = set(schema.get("required", ()))
    for name, described in schema["properties"].items():
        if name != "type":
            needed = " (required)" if name in required else ""
            yield f"| `{inside}{name}`{needed} | {described.get('description', '')} |"
            yield from _nested(described, models, f"{inside}{name}")


def _nested(described: Mapping[str, Any], models: Mapping[str, Any], name: str) -> Iterator[str]:
    """The fields of a field, but of `env`, which every secret has."""
    named = list(described.get("patternProperties", {}).values())
    candidates = named or described.get("anyOf", [described])
    below = f"{name}.NAME." if named else f"{name}."
    for reference in (each["$ref"] for each in candidates if "$ref" in each):
        model = reference.rpartition("/")[2]
        if model != FromEnvironment.__name__:
            yield from _rows_of(models[model], models, below)


if __name__ == "__main__":
    write()
