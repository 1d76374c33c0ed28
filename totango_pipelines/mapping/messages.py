"""What a rejected cell is told: what is wrong, and how to mend it (semantics.md 7)."""

from totango_pipelines.catalog.attributes import Attribute, DataType, KeyFolding

_FORMATS = {
    DataType.NUMBER: ("a plain number", "Write it like 1234.5, without a thousands mark."),
    DataType.CURRENCY: (
        "an amount of at most four decimals",
        "Write it like 1234.56, without a currency sign or thousands mark.",
    ),
    DataType.DATE: ("an ISO date", "Write it as YYYY-MM-DD, e.g. 2026-01-31."),
    DataType.TIMESTAMP: ("an ISO time", "Write it as YYYY-MM-DDThh:mm:ssZ."),
    DataType.BOOLEAN: ("true or false", "Write true or false, yes or no, 1 or 0."),
    DataType.WHOLE_NUMBER: ("a whole number", "Write it with digits only."),
}
_KEY_CHARACTERS = {
    KeyFolding.ACCOUNT_ID: "letters (A-Z, a-z), digits, '_' and '-'",
    KeyFolding.USER_ID: "letters, digits, '_', '-', '@', '.' and '+'",
}


def describe(code: str, attribute: Attribute) -> tuple[str, str]:
    """The problem and the remedy of a reject of this attribute, in words."""
    name = attribute.name
    if code == "FORMAT" and attribute.data_type in _FORMATS:
        wanted, remedy = _FORMATS[attribute.data_type]
        return f"{name} is not {wanted}.", remedy
    characters = _KEY_CHARACTERS.get(attribute.folding) if attribute.folding else None
    allowed = (
        "yes or no" if attribute.data_type is DataType.BOOLEAN else ", ".join(attribute.allowed)
    )
    texts = {
        "FORMAT": (
            f"{name} holds a NUL character, or is NaN or infinity.",
            "Remove it in the query, e.g. with replace() or nullif(): no hub can store it.",
        ),
        "KEY_NULL": (
            f"{name} identifies the record and is empty.",
            "Fill it in the source, or leave such rows out with WHERE.",
        ),
        "KEY_TOO_LONG": (
            f"{name} is longer than {attribute.max_length} characters.",
            "Shorten it in the source.",
        ),
        "KEY_CHARACTERS": (
            f"{name} holds a character that a key cannot have, or is NaN or infinity.",
            f"Use only {characters}." if characters else "Remove the NUL character or the NaN.",
        ),
        "OUT_OF_RANGE": (
            f"{name} is outside what a {attribute.data_type} can hold exactly.",
            "Correct the value, or map it to a text attribute.",
        ),
        "NOT_WHOLE": (f"{name} is not a whole number.", "Round it in the query."),
        "VALUE_TOO_LONG": (
            f"{name} is longer than {attribute.max_length} characters.",
            "Shorten it in the query, e.g. with left() or substr().",
        ),
        "VALUE_NOT_ALLOWED": (
            f"{name} is not one of its known values.",
            f"Use one of: {allowed}; or add the value in catalog.yaml."
            if attribute.data_type is DataType.LIST
            else f"Use {allowed}.",
        ),
        "TAG_VALUE": (
            f"{name} is neither yes nor no.",
            "Write true or yes to add the tag, false or no to remove it.",
        ),
        "REQUIRED_NULL": (
            f"{name} is required for a new record and is empty.",
            "Fill it in the source.",
        ),
        "EXPRESSION": (
            f"the expression of {name} cannot be computed for this row.",
            "Look at what it reads; try_cast() and try_strptime() give null instead.",
        ),
        "KEY_CONTACT_NOT_CONTACT": (
            "a key contact must be a contact.",
            "Set Contact to yes as well, or Key Contact to no.",
        ),
    }
    return texts[code]


RECENCY_TEXTS = {
    "RECENCY_NULL": (
        "the recency column is empty, so nobody knows how new the row is.",
        "Fill it, use coalesce() in the query, or remove settings.recency_column.",
    ),
    "RECENCY_FORMAT": (
        "the recency column does not hold a time.",
        "Write it as YYYY-MM-DDThh:mm:ssZ, or cast it in the query.",
    ),
}

FROM_THE_FUTURE = (
    "row claims to be from the future: taken as of the extract's start.",
    "rows claim to be from the future: taken as of the extract's start.",
)


def doubt_texts(code: str, attribute: Attribute) -> tuple[str, str]:
    """What to say of one accepted row, and of many, whose value is open to doubt."""
    texts = {
        "TIME_TWICE": (
            f"row has a {attribute.name} that occurs twice, as clocks go back: the earlier is taken.",
            f"rows have a {attribute.name} that occurs twice, as clocks go back: the earlier is taken.",
        )
    }
    return texts[code]
