"""Asks automap about a few columns of a company with attributes of its own."""

from collections.abc import Mapping, Sequence

from totango_pipelines.catalog.attributes import DataType
from totango_pipelines.catalog.catalog import Catalog, custom_attribute
from totango_pipelines.mapping.automap.automap import (
    ColumnSample,
    Proposal,
    Remembered,
    automap,
)
from totango_pipelines.mapping.columns import Kind

COMPANY = {
    "accounts": {
        "City": DataType.TEXT,
        "Country": DataType.TEXT,
        "Region": DataType.TEXT,
        "Annual Revenue": DataType.CURRENCY,
        "MRR": DataType.CURRENCY,
        "Phone": DataType.TEXT,
        "Plan": DataType.TEXT,
        "Health Score": DataType.NUMBER,
        "Last Activity Date": DataType.DATE,
        "NPS Score": DataType.NUMBER,
    },
    "users": {
        "Email": DataType.TEXT,
        "First Name": DataType.TEXT,
        "Last Name": DataType.TEXT,
        "Title": DataType.TEXT,
        "Phone": DataType.TEXT,
        "Mobile Phone": DataType.TEXT,
        "City": DataType.TEXT,
        "Country": DataType.TEXT,
        "Created Date": DataType.DATE,
        "Last Login Date": DataType.DATE,
        "Language": DataType.TEXT,
        "Time Zone": DataType.TEXT,
        "Unsubscribed": DataType.BOOLEAN,
    },
    "collections": {
        "amount": DataType.CURRENCY,
        "stage": DataType.TEXT,
        "status": DataType.TEXT,
        "type": DataType.TEXT,
        "owner": DataType.TEXT,
        "created_date": DataType.DATE,
        "updated_date": DataType.DATE,
        "close_date": DataType.DATE,
        "description": DataType.TEXT,
        "url": DataType.TEXT,
    },
    "tasks": {
        "created_by": DataType.TEXT,
        "completed_date": DataType.DATE,
        "task_type": DataType.TEXT,
    },
}


def company() -> Catalog:
    """The standard catalogue and the attributes that many companies add."""
    catalog = Catalog.standard()
    for object_name, attributes in COMPANY.items():
        new = [custom_attribute(object_name, name, kind) for name, kind in attributes.items()]
        catalog, conflicts = catalog.with_attributes(object_name, new)
        assert conflicts == ()
    return catalog


def proposed(
    object_name: str,
    *names: str,
    remembered: Sequence[Remembered] = (),
    kind: Kind = Kind.TEXT,
    **samples: Sequence[str],
) -> Mapping[str, Proposal]:
    """What is proposed for columns without samples (`names`) and with them, by column."""
    columns = [ColumnSample(name, ()) for name in names]
    columns += [ColumnSample(name, tuple(cells), kind) for name, cells in samples.items()]
    answers = automap(company(), object_name, columns, remembered)
    assert len(answers) == len(columns)
    return {each.column: each for each in answers}


def attribute(object_name: str, name: str, *samples: str) -> str | None:
    """The attribute of one column, without neighbours."""
    [answer] = automap(company(), object_name, [ColumnSample(name, samples)])
    return answer.attribute
