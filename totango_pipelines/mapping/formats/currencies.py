"""The signs and codes of the main currencies (a small table of our own, after ISO 4217)."""

from typing import Final

SIGNS: Final = {
    "AED": ("Dh",),
    "ARS": ("$", "AR$"),
    "AUD": ("$", "A$", "AU$"),
    "BGN": ("лв",),
    "BRL": ("R$",),
    "CAD": ("$", "C$", "CA$"),
    "CHF": ("Fr", "SFr"),
    "CLP": ("$", "CL$"),
    "CNY": ("¥", "CN¥", "元"),
    "COP": ("$", "COL$"),
    "CRC": ("₡",),
    "CZK": ("Kč",),
    "DKK": ("kr",),
    "EGP": ("E£", "£"),
    "EUR": ("€",),
    "GBP": ("£", "UK£"),
    "GEL": ("₾",),
    "GHS": ("₵", "GH₵"),
    "HKD": ("$", "HK$"),
    "HUF": ("Ft",),
    "IDR": ("Rp",),
    "ILS": ("₪",),
    "INR": ("₹", "Rs"),
    "ISK": ("kr",),
    "JPY": ("¥", "JP¥", "円"),
    "KRW": ("₩",),
    "KZT": ("₸",),
    "MXN": ("$", "MX$"),
    "MYR": ("RM",),
    "NGN": ("₦",),
    "NOK": ("kr",),
    "NZD": ("$", "NZ$"),
    "PEN": ("S/",),
    "PHP": ("₱",),
    "PKR": ("₨", "Rs"),
    "PLN": ("zł",),
    "PYG": ("₲",),
    "RON": ("lei",),
    "RUB": ("₽",),
    "SEK": ("kr",),
    "SGD": ("$", "S$"),
    "THB": ("฿",),
    "TRY": ("₺",),
    "TWD": ("$", "NT$"),
    "UAH": ("₴",),
    "USD": ("$", "US$"),
    "UYU": ("$U",),
    "VND": ("₫",),
    "ZAR": ("R",),
}
"""Code -> the signs that an amount in it may carry; a sign may be shared by several."""

_CODE_LETTERS = 3


def is_code(text: str) -> bool:
    """Whether it is written as a currency's code is: three capital letters."""
    return len(text) == _CODE_LETTERS and text.isascii() and text.isalpha() and text.isupper()


def is_sign(text: str) -> bool:
    """Whether it is a sign or a code that can stand beside an amount."""
    return is_code(text) or any(text in signs for signs in SIGNS.values())


def codes_of(sign: str) -> tuple[str, ...]:
    """The codes that a sign or a code may mean."""
    if is_code(sign):
        return (sign,)
    return tuple(code for code, signs in SIGNS.items() if sign in signs)


def signs_of(code: str) -> tuple[str, ...]:
    """A currency's code and its signs."""
    return (code, *SIGNS.get(code, ()))
