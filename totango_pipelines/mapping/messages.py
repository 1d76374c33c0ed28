"""What a rejected cell is told: what is wrong, and how to mend it (semantics.md 7)."""

from totango_pipelines.catalog.attributes import Attribute, DataType, KeyFolding

_FORMATS = {
    DataType.NUMBER: (
        "a plain number",
        "Write it like 1234.5, or set source_format, e.g. 0,000.00.",
    ),
    DataType.CURRENCY: (
        "an amount of at most four decimals",
        "Write it like 1234.56, or set source_format, e.g. €0.000,00.",
    ),
    DataType.DATE: (
        "an ISO date",
        "Write it as YYYY-MM-DD, e.g. 2026-01-31, or set source_format.",
    ),
    DataType.TIMESTAMP: (
        "an ISO time, or the zone's clocks skip it",
        "Write it as YYYY-MM-DDThh:mm:ssZ, or set source_format.",
    ),
    DataType.BOOLEAN: (
        "true or false",
        "Write true or false, yes or no, on or off, 1 or 0, or set source_format, e.g. ja/nein.",
    ),
    DataType.WHOLE_NUMBER: ("a whole number", "Write it with digits only."),
    DataType.MULTI_LIST: (
        "a list of items between semicolons",
        "Separate the items with ; and leave NUL characters out.",
    ),
}
_SEPARATE_WORDS = dict.fromkeys(
    (DataType.BOOLEAN, DataType.TAG), "Write one of its words, or add this one to source_format."
)
_KEY_CHARACTERS = {
    KeyFolding.ACCOUNT_ID: "letters (A-Z, a-z), digits, '_' and '-'",
    KeyFolding.USER_ID: "letters, digits, '_', '-', '@', '.' and '+'",
}


def describe(code: str, attribute: Attribute, source_format: str | None = None) -> tuple[str, str]:
    """The problem and the remedy of a reject of this attribute, in words.

    `source_format` is the one that its cells were read with (None: they were read as they are).
    """
    name = attribute.name
    if code == "FORMAT" and attribute.data_type in _FORMATS:
        if source_format is not None:
            return _misread(attribute, source_format)
        wanted, remedy = _FORMATS[attribute.data_type]
        return f"{name} is not {wanted}.", remedy
    if source_format is not None and code in {"TAG_VALUE", "VALUE_NOT_ALLOWED"}:
        words = _SEPARATE_WORDS.get(attribute.data_type)
        if words is not None:
            return f"{name} is none of the words of {source_format!r}.", words
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
            if attribute.data_type in {DataType.LIST, DataType.MULTI_LIST}
            else f"Use {allowed}.",
        ),
        "TAG_VALUE": (
            f"{name} is neither yes nor no.",
            "Write true or yes to add the tag, false or no to remove it.",
        ),
        "REQUIRED_NULL": (
            f"{name} is required{'' if attribute.always_required else ' for a new record'} and is empty.",
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
        "ACCOUNT_CHANGED": (
            f"{name} is another account than the one that the record belongs to.",
            "A record stays with its account: correct the account, or give the record another id.",
        ),
        "ACCOUNT_NOT_FOUND": (
            f"{name} is no account that the hub knows, and this object never creates one.",
            "Load the account first, or correct its id.",
        ),
        "FK_UNMATCHED": (
            f"this {name} belongs to no account, and match_on never creates one.",
            "Load it with an integration of accounts_foreign_keys first, or correct the value.",
        ),
        "USER_NOT_FOUND": (
            f"{name} is no Totango user that the hub knows.",
            "Load the user with an integration of totango_users first, or correct the value.",
        ),
        "USER_AMBIGUOUS": (
            f"several Totango users have this {name}.",
            "Map the e-mail instead: a name may belong to several people.",
        ),
        "ROLE_UNKNOWN": (
            f"{name} is not among the roles of catalog.yaml.",
            "Correct it, or add the role to catalog.yaml.",
        ),
        "SUBJECT_OR_CONTENT": (
            "a touchpoint needs a subject or a content.",
            "Fill one of the two in the source.",
        ),
        "MATCH_CONFLICT": (
            "this record is matched to another source record.",
            "Correct the key or the source id, or set auto_resolve_conflicts: true: the newest wins.",
        ),
        "FK_CONFLICT": (
            f"this {name} belongs to another account, where another integration put it.",
            "Correct one of the two sources, or set auto_resolve_conflicts: true and the newest wins.",
        ),
    }
    return texts[code]


def _misread(attribute: Attribute, source_format: str) -> tuple[str, str]:
    problem = f"{attribute.name} is not written as {source_format!r} says."
    if attribute.data_type in {DataType.DATE, DataType.TIMESTAMP}:
        return problem, (
            f"Write a real date as {source_format!r}, at a time that the clocks do not skip, "
            "or mend source_format."
        )
    if attribute.data_type is DataType.CURRENCY:
        return problem, (
            f"Write at most four decimals as {source_format!r}; an amount with another "
            "currency's sign has to be converted in the query."
        )
    if attribute.data_type is DataType.MULTI_LIST:
        return problem, (
            f"Separate the items as {source_format!r} says; no item can hold ';' or NUL."
        )
    return problem, f"Write it as {source_format!r}, or mend source_format."


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

CURSOR_NULL_TEXT = (
    "the cursor column is empty, so no later run would find the row.",
    "Fill it, use coalesce() in the query, or remove settings.cursor_column.",
)

FROM_THE_FUTURE = (
    "row claims to be from the future: taken as of the extract's start.",
    "rows claim to be from the future: taken as of the extract's start.",
)


def doubt_texts(code: str, attribute: Attribute) -> tuple[str, str]:
    """What to say of one accepted row, and of many, whose value is open to doubt."""
    texts = {
        "TIME_TWICE": (
            f"row has a time of {attribute.name} that occurs twice, as clocks go back: the earlier is taken.",
            f"rows have a time of {attribute.name} that occurs twice, as clocks go back: the earlier is taken.",
        )
    }
    return texts[code]
