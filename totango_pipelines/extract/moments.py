"""How a moment is written into a query: as a literal of ours, never as somebody's text."""

from datetime import datetime

from sqlglot import exp

WITHOUT_ZONES = ("mysql", "sqlite")
"""Engines that compare a time with a plain literal; MySQL would round a cast one up."""

_COMPARISONS = (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.EQ, exp.NEQ, exp.Between)


def moment_literal(moment: datetime, dialect: str, *, beside: exp.Expr | None = None) -> exp.Expr:
    """A moment with a time zone, as the engine takes it; `beside` is the node it stands in.

    Beside a column it is a bare text, which the engine reads as what the column is: a time with a
    zone, one without (PostgreSQL then goes by the moment's own clock), or a date.
    """
    if dialect in WITHOUT_ZONES:
        return exp.Literal.string(moment.replace(tzinfo=None).isoformat(sep=" "))
    text = exp.Literal.string(moment.isoformat(sep=" "))
    return text if isinstance(beside, _COMPARISONS) else exp.cast(text, "TIMESTAMPTZ")
