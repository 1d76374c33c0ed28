"""Where a value stands inside a YAML file: `("mapping", 2, "column")` is `mapping[2].column`."""

import re
from typing import Final

KeyPath = tuple[str | int, ...]

_LONGEST_KEY: Final = 60
_SECRET_KEY: Final = re.compile(
    r"passw|pwd|secret|token|credential|url|dsn|api.?key", re.IGNORECASE
)
_PLAIN_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_ -]*")


def path_text(path: KeyPath) -> str:
    """The path as people read it; list positions count from 0."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{shown_key(step)}" if text else shown_key(step)
    return text


def shown_key(key: str) -> str:
    """A key in a message: an unusual one quoted, a long one cut."""
    cut = key if len(key) <= _LONGEST_KEY else f"{key[:_LONGEST_KEY]}…"
    return cut if _PLAIN_KEY.fullmatch(cut) else repr(cut)


def may_be_secret(path: KeyPath) -> bool:
    """Whether what stands there may be a secret, which no message quotes."""
    return any(isinstance(step, str) and _SECRET_KEY.search(step) for step in path)
