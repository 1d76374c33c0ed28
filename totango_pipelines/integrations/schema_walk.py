"""Find the part of a JSON schema that describes one place of the data."""

from typing import Any

from totango_pipelines.integrations.key_paths import KeyPath

_Schema = dict[str, Any]


def schema_at(schema: _Schema, path: KeyPath, data: Any) -> _Schema:  # noqa: ANN401 - YAML
    """The schema of the value at `path`, with the union member that the data chooses.

    An empty schema where the path leads nowhere.
    """
    current = _resolved(schema, schema, data)
    for step in path:
        if isinstance(step, int):
            child = current.get("items", {})
            data = data[step] if isinstance(data, list) and step < len(data) else None
        else:
            child = current.get("properties", {}).get(step) or current.get(
                "additionalProperties", {}
            )
            data = data.get(step) if isinstance(data, dict) else None
        if not isinstance(child, dict):
            return {}
        # A description beside a reference belongs to the key, and says more than the type's.
        own = {"description": child["description"]} if "description" in child else {}
        current = {**_resolved(schema, child, data), **own}
    return current


def known_keys(schema: _Schema) -> tuple[str, ...]:
    """The keys that a mapping of this schema can have."""
    return tuple(schema.get("properties", ()))


def _resolved(root: _Schema, node: _Schema, data: Any) -> _Schema:  # noqa: ANN401 - YAML
    """Follow references and choose among the members of a union."""
    while True:
        options = node.get("oneOf") or node.get("anyOf")
        if "$ref" in node:
            node = root["$defs"][node["$ref"].rpartition("/")[2]]
        elif "discriminator" in node:
            chosen = _chosen(node, data)
            if chosen is None:
                return node
            node = {"$ref": chosen}
        elif options:
            node = next((each for each in options if _fits(root, each, data)), options[0])
        else:
            return node


def _chosen(node: _Schema, data: Any) -> str | None:  # noqa: ANN401 - YAML
    tag = data.get(node["discriminator"]["propertyName"]) if isinstance(data, dict) else None
    mapping = node["discriminator"].get("mapping", {})
    return mapping.get(tag) if isinstance(tag, str) else None


def _fits(root: _Schema, option: _Schema, data: Any) -> bool:  # noqa: ANN401 - YAML
    if "discriminator" in option:
        return isinstance(data, dict)
    while "$ref" in option:
        option = root["$defs"][option["$ref"].rpartition("/")[2]]
    wanted = {dict: "object", list: "array", type(None): "null"}.get(type(data))
    return wanted is not None and option.get("type") == wanted
