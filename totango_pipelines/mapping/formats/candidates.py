"""The source formats that detection tries, narrowed down to those that the samples resemble."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from totango_pipelines.catalog.attributes import Attribute, DataType
from totango_pipelines.mapping.formats.currencies import codes_of, is_sign
from totango_pipelines.mapping.formats.multi_lists import JSON
from totango_pipelines.mapping.formats.notation import Counted
from totango_pipelines.mapping.formats.number_patterns import MODELS
from totango_pipelines.mapping.formats.time_letters import parts_in_letters

_ORDERS = (
    *("DD MM YYYY", "MM DD YYYY", "YYYY MM DD", "D M YYYY", "M D YYYY", "YYYY M D"),
    *("DD MM YY", "MM DD YY", "YY MM DD", "D M YY", "M D YY", "YY M D"),
    *("DD MMM YYYY", "DD MMM YY", "D MMM YYYY", "D MMM YY", "YYYY MMM DD"),
)
_MARKS = ("/", "-", ".", " ")
_DATES = (
    *(order.replace(" ", mark) for mark in _MARKS for order in _ORDERS),
    *("YYYYMMDD", "DDMMYYYY", "MMDDYYYY", "YYMMDD", "DDMMYY", "MMDDYY", "DDMMMYYYY"),
    *("DD MMMM YYYY", "D MMMM YYYY", "D. MMMM YYYY", "MMMM D, YYYY", "MMMM D YYYY"),
    *("MMM D, YYYY", "MMM DD, YYYY", "MMM D YYYY", "MMMM DD, YYYY"),
    *("ddd, DD MMM YYYY", "ddd, D MMM YYYY", "ddd, MMM D, YYYY", "dddd, MMMM D, YYYY"),
)
_CLOCKS = (
    *("hh:mm:ss", "hh:mm", "h:mm:ss", "h:mm", "hhmmss", "hhmm", "hh.mm.ss", "hh.mm"),
    *("hh:mm:ss.SSS", "hh:mm:ss.SSSSSS", "hh:mm:ss:SSS", "hh:mm:ss,SSS", "hh:mm:ss.S"),
    *("hh:mm:ss.SSSSSSSSS", "hh:mm:ss.SSSSSSS", "hh:mm:ss.SS", "hhmmssSSS"),
    *("hh:mm:ss a", "hh:mm a", "h:mm:ss a", "h:mm a", "hh:mm:ssa", "hh:mma", "h:mma"),
    *("hh.mm.ss a", "hh.mm.ss.SSSSSSSSS a"),
)
_TIMES = (
    "",
    *(
        f"{before}{clock}{offset}"
        for clock in _CLOCKS
        for before in (" ", "T", "", ", ")
        for offset in ("", "Z", " Z")
        if before or ":" not in clock
    ),
)
_COUNTED = {
    Counted.EPOCH_SECONDS: re.compile(r"[0-9]{10}(\.[0-9]{1,6})?"),
    Counted.EPOCH_MILLISECONDS: re.compile(r"[0-9]{13}"),
    Counted.EPOCH_MICROSECONDS: re.compile(r"[0-9]{16}"),
    Counted.EXCEL_SERIAL: re.compile(r"[2-6][0-9]{4}(\.[0-9]+)?"),
}
"""What detection takes for a count: times from 2001 to 2286, days from 1954 to 2091 (ours)."""

_WORDS = (
    *("ja|j/nein|n", "oui|o/non|n", "sí|si|s/no|n", "sim|s/não|nao|n", "sì|si|s/no|n"),
    *("tak|t/nie|n", "ano/ne", "ja/nej", "kyllä/ei", "igen/nem", "da/nu"),
    *("true|yes|t|y|1|on/false|no|f|n|0|off", "active/inactive", "enabled/disabled"),
    *("aktiv/inaktiv", "checked/unchecked", "vrai/faux", "wahr/falsch", "1|-1/0"),
)
_SEPARATORS = (",", "|", "/", "||")
_LOOKED_AT = 25
_BARE_NUMBER = re.compile(r"[\d\s.,'\u2019()+\-\u2212%]+")


def candidates(attribute: Attribute, samples: Sequence[str]) -> tuple[str, ...]:
    """The formats worth trying on these trimmed samples, the strictest first; not the plain one."""
    if attribute.data_type in {DataType.DATE, DataType.TIMESTAMP}:
        return (*_time_patterns(samples), *_counts(samples))
    if attribute.data_type in {DataType.NUMBER, DataType.WHOLE_NUMBER, DataType.CURRENCY}:
        return tuple(_numbers(attribute, samples))
    if attribute.data_type in {DataType.BOOLEAN, DataType.TAG}:
        return _WORDS
    seen = [mark for mark in _SEPARATORS if any(mark in sample for sample in samples)]
    is_json = all(sample.startswith("[") for sample in samples)
    return (*seen, JSON) if is_json else tuple(seen)


def _counts(samples: Sequence[str]) -> Iterator[str]:
    for counted, shape in _COUNTED.items():
        if all(shape.fullmatch(sample) for sample in samples):
            yield counted.value


def _time_patterns(samples: Sequence[str]) -> list[str]:
    """The dates with their times that the first samples look like, from end to end."""
    fitting: dict[str, None] | None = None
    for sample in samples[:_LOOKED_AT]:
        found = dict.fromkeys(_patterns_of(sample))
        fitting = found if fitting is None else {each: None for each in fitting if each in found}
    return list(fitting or ())


def _patterns_of(sample: str) -> Iterator[str]:
    for date in _DATES:
        start = _regex(date).match(sample)
        if start is None:
            continue
        rest = sample[start.end() :]
        for time in _TIMES:
            if (not time and not rest) or (time and rest and _regex(time).fullmatch(rest)):
                yield date + time


@lru_cache(maxsize=512)
def _regex(pattern: str) -> re.Pattern[str]:
    parts, problems = parts_in_letters(pattern)
    if problems:
        msg = f"the candidate {pattern} is no pattern"
        raise AssertionError(msg)
    return re.compile("".join(part.regex for part in parts))


def _numbers(attribute: Attribute, samples: Sequence[str]) -> Iterator[str]:
    usual = "0,000.00", "0000,00", "0.000,00"
    models = dict.fromkeys((*usual, *MODELS, "0 000.00"))
    if any("%" in sample for sample in samples):
        for model in models:
            yield f"{model}%"
            if attribute.data_type is DataType.NUMBER:
                yield f"{model}% as fraction"
        return
    sign = _common_sign(attribute, samples)
    yield from (f"{sign}{model}" for model in models)


def _common_sign(attribute: Attribute, samples: Sequence[str]) -> str:
    """The currency that the samples are in, if they say so and the attribute does not."""
    if attribute.data_type is not DataType.CURRENCY or attribute.currency is not None:
        return ""
    beside = {_BARE_NUMBER.sub("", sample) for sample in samples} - {""}
    signs = [sign for sign in sorted(beside) if is_sign(sign)]
    if not signs or len(signs) < len(beside):
        return ""
    # € beside EUR is one currency, and € says so; $ beside £ is none.
    return next((sign for sign in signs if all(_same(sign, other) for other in signs)), "")


def _same(sign: str, other: str) -> bool:
    return sign == other or (len(codes_of(sign)) == 1 and codes_of(sign)[0] in codes_of(other))
