"""`catalog.yaml`: what this company's Totango has beyond the standard (contract.md)."""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError, model_validator

from totango_pipelines.catalog.attributes import Attribute, DataType
from totango_pipelines.catalog.catalog import Catalog, custom_attribute
from totango_pipelines.catalog.standard import COLLECTION_TYPE_LENGTH
from totango_pipelines.errors import Problem
from totango_pipelines.integrations.declared import (
    CurrencyCode,
    Declared,
    NonBlank,
    RuleBrokenError,
)
from totango_pipelines.integrations.integration import ObjectName
from totango_pipelines.integrations.key_paths import KeyPath, path_text
from totango_pipelines.integrations.problems_from_pydantic import Rejected, checked
from totango_pipelines.integrations.strict_yaml import ParsedYaml

CollectionType = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=COLLECTION_TYPE_LENGTH),
]


class CatalogAttribute(Declared):
    """An attribute that the company added to an object."""

    name: NonBlank = Field(description="The attribute's API name, e.g. `Support Level`.")
    type: Literal[
        "text", "number", "currency", "date", "boolean", "list", "multi_list", "foreign_key"
    ] = Field(description="What the attribute holds.")
    values: Annotated[tuple[NonBlank, ...], Field(strict=False)] = Field(
        default=(), description="The values of a list; without them, any value."
    )
    currency: CurrencyCode | None = Field(
        default=None, description="ISO 4217 code, for type currency."
    )

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        if self.values and self.type not in ("list", "multi_list"):
            raise RuleBrokenError(
                f"is only for the types list and multi_list, not for {self.type}.",
                "Take it out, or change the type.",
                key="values",
            )
        if self.currency is not None and self.type != "currency":
            raise RuleBrokenError(
                f"is only for the type currency, not for {self.type}.",
                "Take it out, or change the type.",
                key="currency",
            )
        return self


class CatalogFile(Declared):
    """`catalog.yaml`: attributes, collection types and roles beyond the standard ones."""

    attributes: dict[
        Annotated[ObjectName, Field(strict=False)],
        Annotated[tuple[CatalogAttribute, ...], Field(strict=False)],
    ] = Field(default={}, description="The company's attributes by object.")
    collections: Annotated[tuple[CollectionType, ...], Field(strict=False)] = Field(
        default=(), description="The collection types."
    )
    roles: Annotated[tuple[NonBlank, ...], Field(strict=False)] = Field(
        default=(), description="The account roles."
    )


_CATALOG_FILE: Final = TypeAdapter(CatalogFile)


def catalog_from(parsed: ParsedYaml) -> tuple[Catalog, tuple[Problem, ...]]:
    """The company's catalogue and every problem; a wrong line takes no other line with it."""
    problems = list(parsed.problems)
    data = {} if parsed.data is None else parsed.data
    declared = checked(_CATALOG_FILE, data, parsed)
    if isinstance(declared, Rejected):
        problems += declared.problems
        declared = _what_is_left(data, declared.paths)
    catalog = Catalog.standard().with_names(declared.collections, declared.roles)
    for object_name, attributes in declared.attributes.items():
        catalog, found = _with(catalog, object_name.value, attributes, parsed)
        problems += found
    return catalog, tuple(problems)


def _with(
    catalog: Catalog, object_name: str, declared: tuple[CatalogAttribute, ...], parsed: ParsedYaml
) -> tuple[Catalog, list[Problem]]:
    catalog, conflicts = catalog.with_attributes(
        object_name, [_attribute(object_name, each) for each in declared]
    )
    problems = []
    for conflict in conflicts:
        path = _path_of(object_name, conflict.attribute.name, parsed)
        problems.append(
            Problem(
                parsed.file,
                parsed.line(path),
                path_text(path),
                conflict.code,
                f"{conflict.problem}.",
                conflict.remedy,
            )
        )
    return catalog, problems


def _path_of(object_name: str, attribute_name: str, parsed: ParsedYaml) -> KeyPath:
    """Where the file declares the attribute: the last line of that name."""
    base: KeyPath = ("attributes", object_name)
    found = base
    for index, item in enumerate(parsed.data["attributes"][object_name]):
        name = item.get("name") if isinstance(item, dict) else None
        if isinstance(name, str) and name.strip() == attribute_name:
            found = (*base, index)
    return found


def _attribute(object_name: str, declared: CatalogAttribute) -> Attribute:
    return custom_attribute(
        object_name,
        declared.name,
        DataType(declared.type),
        values=declared.values,
        currency=declared.currency,
    )


def _what_is_left(data: Any, wrong: tuple[KeyPath, ...]) -> CatalogFile:  # noqa: ANN401 - YAML
    """The file without the items that have a problem."""
    if not isinstance(data, dict):
        return CatalogFile()
    kept = {
        "attributes": {
            name: [
                item
                for index, item in enumerate(items)
                if not any(path[:3] == ("attributes", name, index) for path in wrong)
            ]
            for name, items in _mapping(data.get("attributes")).items()
            if isinstance(items, list) and ("attributes", name) not in wrong
        },
        **{
            key: [
                item
                for index, item in enumerate(data.get(key) or ())
                if not any(path[:2] == (key, index) for path in wrong)
            ]
            for key in ("collections", "roles")
            if isinstance(data.get(key), list)
        },
    }
    try:
        return CatalogFile.model_validate(kept)
    except ValidationError:
        return CatalogFile()


def _mapping(value: Any) -> dict[str, Any]:  # noqa: ANN401 - YAML
    return value if isinstance(value, dict) else {}
