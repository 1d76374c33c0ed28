r"""Arrow as drivers hand it over, as the Arrow that this project stages: see source.py."""

import pyarrow as pa
import pyarrow.compute as pc

from totango_pipelines.connections import source
from totango_pipelines.connections.cell_arrays import cell_text

_CARRIED = (
    (pa.types.is_boolean, pa.bool_()),
    (pa.types.is_uint64, pa.decimal128(20, 0)),
    (pa.types.is_integer, pa.int64()),
    (pa.types.is_floating, pa.float64()),
    (pa.types.is_date, pa.date32()),
)


def carried(given: pa.DataType) -> pa.DataType:
    """The type that values of `given` are staged in; text, where Arrow has none that is exact."""
    if pa.types.is_dictionary(given):
        return carried(given.value_type)
    if pa.types.is_timestamp(given):
        return source.UTC_TIMESTAMP if given.tz else source.TIMESTAMP
    if pa.types.is_decimal128(given):
        return given if given.scale >= 0 else pa.string()
    return next((wanted for holds, wanted in _CARRIED if holds(given)), pa.string())


def exact(values: pa.Array, wanted: pa.DataType) -> pa.Array:
    """The same values in the wanted type.

    Raises:
        pa.ArrowException: a value does not fit, such as a time with nanoseconds.
    """
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    given = values.type
    if given == wanted:
        return values
    if pa.types.is_string(wanted):
        return _text(values)
    if pa.types.is_floating(wanted) and pa.types.is_float32(given):
        # By way of text, so that 0.1 stays 0.1 and does not become 0.10000000149011612.
        return values.cast(pa.string()).cast(wanted)
    if pa.types.is_timestamp(given) and pa.types.is_timestamp(wanted):
        # Further digits are cut, as the engines' own casts to microseconds do.
        cut = pc.floor_temporal(values, unit="microsecond") if given.unit == "ns" else values
        cut = cut.cast(pa.timestamp("us", tz=given.tz))
        if wanted.tz and not given.tz:
            return pc.assume_timezone(cut, "UTC")
        return cut.cast(wanted)
    return values.cast(wanted)


def _text(values: pa.Array) -> pa.Array:
    given = values.type
    if isinstance(given, pa.ExtensionType):
        return _text(values.storage)
    if pa.types.is_string(given) or pa.types.is_large_string(given) or pa.types.is_null(given):
        return values.cast(pa.string())
    # A map comes as pairs; as a mapping its JSON is what the engine shows.
    as_mapping = {"maps_as_pydicts": "strict"} if pa.types.is_nested(given) else {}
    return pa.array([cell_text(v) for v in values.to_pylist(**as_mapping)], pa.string())
