"""How expressions are evaluated: an engine's settings under which nothing is silently wrong."""

import duckdb


def prepare_engine(engine: duckdb.DuckDBPyConnection) -> None:
    """Set an engine up for `TRY(struct_pack(v := <sql>))` over checked expressions.

    Division by zero, sqrt(-1) and ln(0) then fail for their row; DuckDB's own way is inf and NaN.
    Common subexpressions are computed each for itself: DuckDB 2.0 lifts them out of TRY, and one
    bad cell would then stop the whole run.

    Raises:
        duckdb.Error: the engine's settings are locked, or it does not know these.
    """
    engine.execute("SET TimeZone = 'UTC'")
    engine.execute("SET ieee_floating_point_ops = false")
    engine.execute("SET disabled_optimizers = 'common_subexpressions'")
