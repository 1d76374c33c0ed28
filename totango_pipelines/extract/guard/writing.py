"""Writes a tree as the text that an engine gets; what cannot be written as it was meant is refused."""

import re
from functools import cache
from typing import Any

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ErrorLevel, SqlglotError, UnsupportedError
from sqlglot.generator import Generator
from sqlglot.generators.bigquery import BigQueryGenerator
from sqlglot.generators.mysql import MySQLGenerator
from sqlglot.generators.postgres import PostgresGenerator

from totango_pipelines.errors import QueryRefusedError
from totango_pipelines.extract.guard.text import MAX_TOKENS, PARSER_FAILURES, unparsable

# Parts of a tree, each as often as it is written.
MAX_WRITTEN = 5 * MAX_TOKENS
_INFORMATION_SCHEMA = re.compile(r"INFORMATION_SCHEMA\.\w+", re.IGNORECASE)


class _MySQLWriter(MySQLGenerator):
    """MariaDB has no REGEXP_LIKE(), which sqlglot writes for `a REGEXP b`; both have RLIKE.

    TIMESTAMPADD() and UTC_DATE() are written as they were, not as what sqlglot makes of them, and
    words that mean something without quotes get none.
    """

    RESERVED_KEYWORDS = MySQLGenerator.RESERVED_KEYWORDS - {
        *("dual", "utc_date", "utc_time", "utc_timestamp"),
    }

    TRANSFORMS = {  # noqa: RUF012 - the base class's own way
        **MySQLGenerator.TRANSFORMS,
        exp.RegexpLike: lambda self, node: (
            self.function_fallback_sql(node)
            if node.args.get("flag")
            else f"{self.sql(node, 'this')} RLIKE {self.sql(node, 'expression')}"
        ),
        exp.TimestampAdd: lambda self, node: self.func(
            "TIMESTAMPADD", exp.var(node.text("unit")), node.expression, node.this
        ),
        exp.UtcDate: lambda self, _: self.func("UTC_DATE"),
    }


class _PostgresWriter(PostgresGenerator):
    """PostgreSQL has no HEX()."""

    TRANSFORMS = {  # noqa: RUF012 - the base class's own way
        **PostgresGenerator.TRANSFORMS,
        exp.Hex: lambda self, node: self.func("TO_HEX", node.this),
    }


class _BigQueryWriter(BigQueryGenerator):
    """sqlglot quotes INFORMATION_SCHEMA.COLUMNS as one name, and reads that otherwise."""

    def table_parts(self, expression: exp.Table) -> str:
        """The name of a table, with its dots."""
        *owner, last = expression.parts
        if not _INFORMATION_SCHEMA.fullmatch(last.name):
            return super().table_parts(expression)
        return ".".join([*(self.sql(part) for part in owner), last.name])


_WRITERS = {"mysql": _MySQLWriter, "postgres": _PostgresWriter, "bigquery": _BigQueryWriter}


def written(tree: exp.Query, dialect: str) -> str:
    """The tree as text, without comments. The tree may be altered on the way.

    Raises:
        QueryRefusedError: the dialect has no words for a part of it.
    """
    try:
        return _writer(dialect).generate(tree, copy=False)
    except UnsupportedError as error:
        said = str(error).splitlines()[0].rstrip(".")
        raise QueryRefusedError(
            f"the query cannot be written out again for {dialect}: {said}. Write it in a plainer way."
        ) from None
    except (SqlglotError, *PARSER_FAILURES):
        raise unparsable() from None


def _writer(dialect: str) -> Generator:
    return _counting(dialect)(
        dialect=dialect,
        comments=False,
        normalize_functions=False,
        unsupported_level=ErrorLevel.RAISE,
    )


@cache
def _counting(dialect: str) -> type[Generator]:
    """A writer that gives up: some write a part of the tree twice, and its parts four times."""
    base: Any = _WRITERS.get(dialect) or Dialect.get_or_raise(dialect).generator_class

    class Counting(base):  # type: ignore[misc]  # chosen by dialect
        left = MAX_WRITTEN

        def sql(self, *parts: Any, **options: Any) -> Any:  # noqa: ANN401 - passes on whatever it gets
            self.left -= 1
            if self.left < 0:
                raise QueryRefusedError(
                    f"the query is too long when it is written out for {dialect}. Put parts of it "
                    "into a view."
                )
            return super().sql(*parts, **options)

    return Counting
