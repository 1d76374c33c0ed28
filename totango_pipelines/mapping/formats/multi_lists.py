"""Lists in one cell: the items become one text, the same for the same set of items.

The hub holds them separated by `;`: in the order of the attribute's values, or sorted (ours).
"""

import re

from totango_pipelines.catalog.attributes import Attribute
from totango_pipelines.mapping.columns import Kind
from totango_pipelines.mapping.formats.conversion import (
    WHITE_SPACE,
    Conversion,
    X,
    text_of,
    trimmed,
)
from totango_pipelines.mapping.formats.notation import FormatProblem, ListSeparator
from totango_pipelines.quoting import comma, literal

HUB_SEPARATOR = ";"
"""What stands between the items in the hub; no item can hold it."""

JSON = "json"
_LONGEST = 3
_UNREADABLE = f"[{literal(HUB_SEPARATOR)}]"


def list_separator(text: str) -> ListSeparator | tuple[FormatProblem, ...]:
    """The separator as it is written: one to three characters that no word has, or `json`."""
    if text.strip().lower() == JSON:
        return ListSeparator(None)
    separator = text.strip() or text
    if any(character.isalnum() for character in separator) or len(separator) > _LONGEST:
        problem = FormatProblem(
            "is no separator of list items.",
            "Write one to three characters that are neither letters nor digits, e.g. , or |, "
            "or json for a JSON array of texts.",
        )
        return (problem,)
    return ListSeparator(separator)


def multi_list_conversion(
    separator: ListSeparator, attribute: Attribute, raw: str, kind: Kind
) -> Conversion:
    """A list of texts; blank items are dropped, others are trimmed and kept once."""
    joined = f"array_to_string({X}, '')"
    unreadable = f"contains({joined}, chr(0))"
    if separator.text != HUB_SEPARATOR:
        unreadable += f" OR contains({joined}, '{HUB_SEPARATOR}')"
    failures = [("FORMAT", unreadable)]
    kept = f"list_sort(list_distinct({X}))"
    if attribute.allowed and not attribute.unknown_is_warning:
        known = f"[{comma([literal(value) for value in attribute.allowed])}]"
        kept = f"list_filter({known}, lambda item: list_contains({X}, item))"
        outside = f"NOT ({unreadable}) AND NOT list_has_all({known}, {X})"
        failures.append(("VALUE_NOT_ALLOWED", outside))
    value = f"nullif(array_to_string({kept}, '{HUB_SEPARATOR}'), '')"
    return Conversion(
        f"nullif({_items(separator, text_of(raw, kind))}, [])", value, tuple(failures)
    )


def _items(separator: ListSeparator, text: str) -> str:
    if separator.text is not None:
        # Blanks go while it is one text: to trim item by item costs several times more.
        mark, white = re.escape(separator.text), f"[{WHITE_SPACE}]"
        beside = literal(f"{white}{mark}|{mark}{white}")
        around, bare = literal(f"{white}*{mark}{white}*"), literal(separator.text)
        tight = (
            f"CASE WHEN regexp_matches({text}, {beside}) "
            f"THEN regexp_replace({text}, {around}, {_replacement(separator.text)}, 'g') ELSE {text} END"
        )
        return f"list_filter(string_split({trimmed(tight)}, {bare}), lambda item: item <> '')"
    items = f"[{trimmed('item')} FOR item IN {_texts_of_json(text)}]"
    return f"list_filter({items}, lambda item: item IS NOT NULL)"


def _replacement(separator: str) -> str:
    return literal(separator.replace("\\", "\\\\"))


def _texts_of_json(text: str) -> str:
    # Only an array of nothing but texts; a number or an object is no item.
    array, blank = (
        f"json_extract({text}, '$[*]')",
        f"coalesce(trim({text}, {literal(WHITE_SPACE)}), '') = ''",
    )
    texts = f"len(list_filter({array}, lambda each: json_type(each) <> 'VARCHAR')) = 0"
    return (
        f"CASE WHEN json_valid({text}) THEN CASE WHEN json_type({text}) = 'ARRAY' THEN "
        f"CASE WHEN {texts} THEN json_extract_string({text}, '$[*]') ELSE {_UNREADABLE} END "
        f"ELSE {_UNREADABLE} END WHEN {blank} THEN NULL ELSE {_UNREADABLE} END"
    )
