"""The functions of numbers."""

from totango_pipelines.mapping.functions.allowed import Category, Entry, Function, Growth

_N = Category.NUMBER

NUMBER_FUNCTIONS = (
    Function(_N, "abs(number)", "Without its sign.", "abs(-3.5)", "3.5", (1, 1)),
    Function(
        *(_N, "round(number[, decimals])", "Rounded, halves away from zero."),
        *("round(2.345, 2)", "2.35"),
        (1, 2),
    ),
    Function(_N, "floor(number)", "The next whole number below.", "floor(-2.5)", "-3", (1, 1)),
    Function(
        *(_N, "ceil(number)", "The next whole number above.", "ceil(2.1)", "3"),
        (1, 1),
        aliases=("ceiling",),
    ),
    Function(_N, "trunc(number)", "Without its decimals.", "trunc(-2.7)", "-2", (1, 1)),
    Function(_N, "sign(number)", "-1, 0 or 1.", "sign(-8)", "-1", (1, 1)),
    Function(
        *(_N, "mod(a, b)", "The remainder of a / b; b = 0 rejects the row."),
        *("mod(17, 5)", "2"),
        (2, 2),
    ),
    Function(
        *(_N, "power(a, b)", "a to the power of b.", "power(2, 10)", "1024.0"),
        (2, 2),
        aliases=("pow",),
    ),
    Function(
        *(_N, "sqrt(number)", "The square root; a negative number rejects the row."),
        *("sqrt(9)", "3.0"),
        (1, 1),
    ),
    Function(
        *(_N, "ln(number)", "The natural logarithm; zero and less reject the row."),
        *("round(ln(10), 4)", "2.3026"),
        (1, 1),
    ),
    Function(
        *(_N, "log10(number)", "The logarithm to base 10; zero and less reject the row."),
        *("log10(1000)", "3.0"),
        (1, 1),
    ),
    Function(_N, "exp(number)", "e to the power of it.", "round(exp(1), 4)", "2.7183", (1, 1)),
    Function(
        *(_N, "greatest(a, b, …)", "The greatest of them; nulls do not count."),
        *("greatest(3, 7, NULL)", "7"),
        (1, None),
        Growth.WIDEST,
    ),
    Function(
        *(_N, "least(a, b, …)", "The least of them; nulls do not count."),
        *("least(DATE '2026-01-31', DATE '2025-12-01')", "2025-12-01"),
        (1, None),
        Growth.WIDEST,
    ),
)
"""Numbers; greatest and least take texts and dates, too."""

NUMBER_FORMS = (
    Entry(
        _N, "a + b, a - b, a * b", "Arithmetic; a result too large rejects the row.", "2 * 3", "6"
    ),
    Entry(_N, "a / b", "Division with decimals; b = 0 rejects the row.", "7 / 2", "3.5"),
    Entry(_N, "a // b", "Whole division; b = 0 rejects the row.", "7 // 2", "3"),
    Entry(_N, "a % b", "The remainder; b = 0 rejects the row.", "7 % 2", "1"),
)
"""What is written with operators."""
