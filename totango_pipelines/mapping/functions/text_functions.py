"""The functions of texts and patterns."""

from totango_pipelines.mapping.functions.allowed import (
    Category,
    Constant,
    Entry,
    Function,
    Growth,
)

_T, _R = Category.TEXT, Category.REGEX
_PATTERN, _WORDS = Constant.PATTERN, Constant.TEXT
_CAPITALS = (
    "array_to_string(list_transform(string_split(lower({0}), ' '), "
    "lambda w: upper(w[1]) || w[2:]), ' ')"
)

TEXT_FUNCTIONS = (
    Function(_T, "lower(text)", "In small letters.", "lower('Ada')", "ada", (1, 1), Growth.FOLDED),
    Function(_T, "upper(text)", "In capitals.", "upper('Ada')", "ADA", (1, 1), Growth.FOLDED),
    Function(
        *(
            _T,
            "initcap(text)",
            "The first letter of every word in capitals, the rest in small ones.",
        ),
        *("initcap('ada KING')", "Ada King"),
        (1, 1),
        Growth.FOLDED,
        sql=_CAPITALS,
    ),
    Function(
        *(_T, "trim(text[, characters])", "Without spaces, or these characters, around it."),
        *("trim('  Ada ')", "Ada"),
        (1, 2),
        Growth.SAME,
    ),
    Function(
        *(_T, "ltrim(text[, characters])", "Without spaces, or these characters, before it."),
        *("ltrim('007', '0')", "7"),
        (1, 2),
        Growth.SAME,
    ),
    Function(
        *(_T, "rtrim(text[, characters])", "Without spaces, or these characters, behind it."),
        *("rtrim('acme.', '.')", "acme"),
        (1, 2),
        Growth.SAME,
    ),
    Function(
        *(_T, "left(text, count)", "Its first characters; a negative count leaves out the last."),
        *("left('Lovelace', 4)", "Love"),
        (2, 2),
        Growth.SAME,
    ),
    Function(
        *(_T, "right(text, count)", "Its last characters; a negative count leaves out the first."),
        *("right('000' || 42, 3)", "042"),
        (2, 2),
        Growth.SAME,
    ),
    Function(
        *(_T, "substr(text, start[, count])", "Characters from a position on; the first is 1."),
        *("substr('ACME-0042', 6, 4)", "0042"),
        (2, 3),
        Growth.SAME,
        aliases=("substring",),
    ),
    Function(
        *(_T, "length(text)", "How many characters it has.", "length('Ada')", "3"),
        (1, 1),
        aliases=("len", "char_length"),
    ),
    Function(
        *(_T, "replace(text, what, by)", "Every occurrence replaced; both are constants."),
        *("replace('1 234', ' ', '')", "1234"),
        (3, 3),
        Growth.REPLACED,
        constants={1: _WORDS, 2: _WORDS},
    ),
    Function(
        *(_T, "translate(text, from, to)", "Characters replaced one by one; both are constants."),
        *("translate('a-b_c', '-_', '  ')", "a b c"),
        (3, 3),
        Growth.TRANSLATED,
        constants={1: _WORDS, 2: _WORDS},
    ),
    Function(
        *(_T, "split_part(text, separator, number)", "One part of it, counted from 1; else ''."),
        *("split_part('ada@acme.com', '@', 2)", "acme.com"),
        (3, 3),
        Growth.SAME,
    ),
    Function(
        *(_T, "starts_with(text, piece)", "Whether it starts so."),
        *("starts_with('ACME-1', 'ACME')", "true"),
        (2, 2),
    ),
    Function(
        *(_T, "ends_with(text, piece)", "Whether it ends so."),
        *("ends_with('ada@acme.com', '.com')", "true"),
        (2, 2),
    ),
    Function(
        *(_T, "contains(text, piece)", "Whether the piece is in it."),
        *("contains('ada@acme.com', '@')", "true"),
        (2, 2),
    ),
    Function(
        *(_T, "strpos(text, piece)", "Where the piece starts, counted from 1; 0: nowhere."),
        *("strpos('ada@acme.com', '@')", "4"),
        (2, 2),
        aliases=("instr",),
    ),
    Function(
        _T, "reverse(text)", "From back to front.", "reverse('abc')", "cba", (1, 1), Growth.SAME
    ),
    Function(
        *(_T, "concat(value, …)", "All of them as one text; a null adds nothing (|| gives null)."),
        *("concat('a', NULL, 1)", "a1"),
        (1, None),
        Growth.SUM,
    ),
    Function(
        *(_T, "concat_ws(separator, value, …)", "The same with a separator between; no nulls."),
        *("concat_ws(', ', 'Paris', NULL, 'FR')", "Paris, FR"),
        (2, None),
        Growth.JOINED,
        constants={0: _WORDS},
    ),
    Function(
        *(_T, "strip_accents(text)", "Letters without their accents."),
        *("strip_accents('Zoë')", "Zoe"),
        (1, 1),
        Growth.FOLDED,
    ),
    Function(
        *(_T, "chr(number)", "The character of this code, e.g. 10 for a line break."),
        *("chr(65)", "A"),
        (1, 1),
        constants={0: Constant.NUMBER},
        probe="chr({0})",
    ),
    Function(
        *(_T, "md5(text)", "Its MD5, e.g. a key of fixed length; no secret."),
        *("md5('ada')", "8c8d357b5e872bbacd45197626bd5759"),
        (1, 1),
    ),
    Function(
        *(_T, "sha256(text)", "Its SHA-256."),
        *("left(sha256('ada'), 8)", "fdee430d"),
        (1, 1),
    ),
)
"""Texts."""

REGEX_FUNCTIONS = (
    Function(
        *(_R, "regexp_matches(text, pattern[, options])", "Whether the pattern is found in it."),
        *("regexp_matches('ACME-42', '[0-9]+$')", "true"),
        (2, 3),
        constants={1: _PATTERN, 2: _WORDS},
        probe="regexp_matches('', {rest})",
    ),
    Function(
        *(_R, "regexp_full_match(text, pattern[, options])", "Whether all of it is the pattern."),
        *("regexp_full_match('ACME-42', '[A-Z]+-[0-9]+')", "true"),
        (2, 3),
        constants={1: _PATTERN, 2: _WORDS},
        probe="regexp_full_match('', {rest})",
    ),
    Function(
        *(
            _R,
            "regexp_extract(text, pattern[, group[, options]])",
            "What it found, or one group; ''.",
        ),
        *("regexp_extract('ACME-42', '([A-Z]+)-([0-9]+)', 2)", "42"),
        (2, 4),
        Growth.SAME,
        constants={1: _PATTERN, 2: Constant.NUMBER, 3: _WORDS},
        probe="regexp_extract('', {rest})",
    ),
    Function(
        *(_R, "regexp_replace(text, pattern, by[, options])", "The first place, all with 'g'."),
        *(r"regexp_replace('+33 (0)1', '[^0-9]', '', 'g')", "3301"),
        (3, 4),
        Growth.REGEX_REPLACED,
        constants={1: _PATTERN, 2: _WORDS, 3: _WORDS},
        probe="regexp_replace('', {rest})",
    ),
)
"""Patterns (RE2): they take time in proportion to the text, whatever the pattern."""

TEXT_FORMS = (
    Entry(_T, "a || b", "Both as one text; null when one of them is.", "'A' || 1", "A1"),
    Entry(
        *(_T, "text [NOT] LIKE pattern", "% is any text, _ any character; ILIKE ignores case."),
        *("'Acme Inc' ILIKE 'acme%'", "true"),
    ),
)
"""What is written with operators."""
