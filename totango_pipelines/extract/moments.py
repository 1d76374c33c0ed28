"""How a moment gets into a query: bound where the source binds, else as a literal of ours.

Never as somebody's text.
"""

from datetime import UTC, date, datetime

from sqlglot import exp

WITHOUT_ZONES = ("mysql", "sqlite")
"""Engines that compare a time with a plain literal; MySQL would round a cast one up."""

_ALWAYS_TYPED = ("tsql", "oracle", "trino", "athena", "clickhouse")
"""Engines that compare no column with a text: they refuse, or go by a setting of the session."""

_COMPARISONS = (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.EQ, exp.NEQ, exp.Between)
_ORACLE_TIME = "YYYY-MM-DD HH24:MI:SS.FF6"


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
    zone, one without (PostgreSQL then goes by the moment's own clock), or a date. BigQuery reads a
    text without a zone as UTC, and one without a time as a date, too; where a text is never
    compared with a column, the moment has its type.
    """
    if dialect in WITHOUT_ZONES:
        return exp.Literal.string(moment.replace(tzinfo=None).isoformat(sep=" "))
    if dialect in _ALWAYS_TYPED or not isinstance(beside, _COMPARISONS):
        return time_literal(moment, dialect)
    if dialect == "bigquery":
        plain = moment.astimezone(UTC).replace(tzinfo=None)
        return exp.Literal.string(plain.isoformat(sep=" ").removesuffix(" 00:00:00"))
    return exp.Literal.string(moment.isoformat(sep=" "))


def time_literal(value: date, dialect: str) -> exp.Expr:
    """A date, a time, or a time with a zone (a datetime is a date to Python), with its type."""
    if dialect == "oracle":
        return _of_oracle(value)
    if dialect == "clickhouse":
        return _of_clickhouse(value)
    if not isinstance(value, datetime):
        text, kind = value.isoformat(), "DATE"
    elif value.tzinfo is None:
        text, kind = value.isoformat(sep=" "), "TIMESTAMP"
    else:
        text, kind = value.isoformat(sep=" "), "TIMESTAMPTZ"
    if dialect in ("trino", "athena") and kind != "DATE":
        # Without digits it would be a time in whole milliseconds.
        kind = "TIMESTAMP(6) WITH TIME ZONE" if kind == "TIMESTAMPTZ" else "TIMESTAMP(6)"
        return exp.cast(exp.Literal.string(text), exp.DataType.build(kind, dialect="trino"))
    literal = exp.Literal.string(text)
    return literal if dialect in WITHOUT_ZONES else exp.cast(literal, kind)


def _of_oracle(value: date) -> exp.Expr:
    # A cast would go by the session's own formats.
    if not isinstance(value, datetime):
        return _call("TO_DATE", value.isoformat(), "YYYY-MM-DD")
    if value.tzinfo is None:
        return _call("TO_TIMESTAMP", _with_micros(value), _ORACLE_TIME)
    text = f"{_with_micros(value.astimezone(UTC))} +00:00"
    return _call("TO_TIMESTAMP_TZ", text, f"{_ORACLE_TIME} TZH:TZM")


def _of_clickhouse(value: date) -> exp.Expr:
    if not isinstance(value, datetime):
        return _call("toDate32", value.isoformat())
    utc = value.astimezone(UTC) if value.tzinfo else value
    name, text, digits, zone = "toDateTime64", _with_micros(utc), 6, "UTC"
    return exp.Anonymous(
        this=name,
        expressions=[
            exp.Literal.string(text),
            exp.Literal.number(digits),
            exp.Literal.string(zone),
        ],
    )


def _with_micros(value: datetime) -> str:
    return value.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")


def _call(name: str, *texts: str) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=[exp.Literal.string(text) for text in texts])
