"""How a moment gets into a query: bound where the source binds, else as a literal of ours.

Never as somebody's text.
"""

from datetime import datetime

from sqlglot import exp

WITHOUT_ZONES = ("mysql", "sqlite")
"""Engines that compare a time with a plain literal; MySQL would round a cast one up."""

_COMPARISONS = (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.EQ, exp.NEQ, exp.Between)


def moment_value(moment: datetime, dialect: str) -> str:
    """A moment with a time zone for a place of a query, of an engine of BINDING.

    A text, which the engine reads as what the column beside it is: SQLite has no times, and to
    DuckDB a typed one would make a column without a zone depend on the session's.
    """
    if dialect in WITHOUT_ZONES:
        moment = moment.replace(tzinfo=None)
    return moment.isoformat(sep=" ")


def moment_place(name: str, dialect: str, *, beside: exp.Expr | None = None) -> exp.Expr:
    """The place that a moment_value is bound to: typed where no column says what it is."""
    place = exp.Placeholder(this=name)
    if dialect in WITHOUT_ZONES or isinstance(beside, _COMPARISONS):
        return place
    return exp.cast(place, "TIMESTAMPTZ")


def moment_literal(moment: datetime, dialect: str, *, beside: exp.Expr | None = None) -> exp.Expr:
    """A moment with a time zone, as the engine takes it; `beside` is the node it stands in.

    Beside a column it is a bare text, which the engine reads as what the column is: a time with a
    zone, one without (PostgreSQL then goes by the moment's own clock), or a date.
    """
    if dialect in WITHOUT_ZONES:
        return exp.Literal.string(moment.replace(tzinfo=None).isoformat(sep=" "))
    text = exp.Literal.string(moment.isoformat(sep=" "))
    return text if isinstance(beside, _COMPARISONS) else exp.cast(text, "TIMESTAMPTZ")
