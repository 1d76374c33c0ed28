"""How a cell is written, without what it says: for places that many may read."""

_CHARACTERS = 40


def shape_of(cell: str) -> str:
    """`Ada 42` -> `Aaa 99`: letters and digits are masked, marks stay; at most 40 characters."""
    shown = "".join(_masked(character) for character in cell[:_CHARACTERS])
    return shown if len(cell) <= _CHARACTERS else f"{shown}…"


def _masked(character: str) -> str:
    if character.isdecimal():
        return "9"
    if character.isalnum():
        return "A" if character.isupper() else "a"
    return character
