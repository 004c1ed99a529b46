"""Numbers as a language writes them: 13.7 in English, 13,7 in Russian.

Signs and separators are those of the Unicode CLDR, as Babel has them; a minus is a minus sign,
not a hyphen. A number that is missing is a dash.
"""

from __future__ import annotations

import datetime
import math
from typing import Any

import pandas as pd
from babel.dates import format_date
from babel.numbers import get_decimal_symbol, get_group_symbol

from emergence.i18n import CHARTS, check_language, plural, translated

MISSING = "–"
_GROUPED_FROM = 10_000
_DIGITS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_UNBROKEN = "\N{NO-BREAK SPACE}"


def _localised(text: str, lang: str) -> str:
    """A number as Python writes it (1234.5), with the language's own signs."""
    check_language(lang)
    return text.replace("-", "−").replace(".", get_decimal_symbol(lang))


def number(value: float, lang: str, digits: int = 1) -> str:
    """Return a number with a fixed number of decimals: 13.7."""
    return MISSING if pd.isna(value) else _localised(f"{value:z.{digits}f}", lang)


def signed(value: float, lang: str, digits: int = 1) -> str:
    """Return a difference with its sign: +13.7, −2.0."""
    return MISSING if pd.isna(value) else _localised(f"{value:+z.{digits}f}", lang)


def significant(value: float, lang: str, digits: int = 6) -> str:
    """Return a number with at most so many significant digits and no zeros at the end: 0.05."""
    return MISSING if pd.isna(value) else _localised(f"{value:.{digits}g}", lang)


def whole(value: float, lang: str) -> str:
    """Return a whole number, its digits in threes from five digits on: 9999, 10,000."""
    if pd.isna(value):
        return MISSING
    rounded = round(value)
    text = f"{rounded:,}" if abs(rounded) >= _GROUPED_FROM else str(rounded)
    return text.replace("-", "−").replace(",", get_group_symbol(lang))


def percent(share: float, lang: str, digits: int = 1) -> str:
    """Return a share as per cent, unbroken."""
    return MISSING if pd.isna(share) else f"{number(100 * share, lang, digits)}{_UNBROKEN}%"


def date(day: str, lang: str) -> str:
    """Return a day, given as 2026-01-31, in words: January 31, 2026."""
    check_language(lang)
    return format_date(datetime.date.fromisoformat(day), format="long", locale=lang)


def scientific(value: float, lang: str, digits: int = 1) -> str:
    """Return a number as 8.4·10²² for texts, tooltips and tables."""
    if pd.isna(value):
        return MISSING
    if value == 0:
        return "0"
    exponent = math.floor(math.log10(abs(value)) + 1e-9)
    mantissa = round(value / 10**exponent, digits)
    if abs(mantissa) >= 10:
        mantissa, exponent = mantissa / 10, exponent + 1
    power = f"10{str(exponent).translate(_DIGITS)}"
    return power if mantissa == 1 else f"{significant(mantissa, lang)}·{power}"


def billions(params: float, lang: str) -> str:
    """Return a number of parameters in billions or millions: 70B, 125M."""
    if pd.isna(params):
        return MISSING
    if params >= 1e9:
        text = translated("{count}B", lang, CHARTS)
        return text.format(count=significant(params / 1e9, lang, 3))
    return translated("{count}M", lang, CHARTS).format(count=significant(params / 1e6, lang, 3))


class Count(int):
    """A whole number that knows its language, for `str.format`.

    `{n}` writes the number, `{n:model|models}` the form of a word that stands with it (one form
    for each of `i18n.plural_categories`), any other format what Python makes of it.
    """

    lang: str

    def __new__(cls, value: Any, lang: str) -> Count:
        """Make a count of anything that is a whole number; ValueError for what is none."""
        if int(value) != value:
            raise ValueError(f"found {value!r}, expected a whole number")
        check_language(lang)
        made = super().__new__(cls, value)
        made.lang = lang
        return made

    def __format__(self, forms: str) -> str:
        if "|" in forms:
            return plural(int(self), forms.split("|"), self.lang)
        return int(self).__format__(forms) if forms else whole(int(self), self.lang)

    def __str__(self) -> str:
        return whole(int(self), self.lang)

    def __reduce__(self) -> tuple[type[Count], tuple[int, str]]:
        return Count, (int(self), self.lang)


def vega_locale(lang: str) -> dict[str, dict[str, Any]]:
    """Return the signs of numbers as Vega's `config.locale` takes them."""
    signs = {
        "decimal": get_decimal_symbol(lang),
        "thousands": get_group_symbol(lang),
        "grouping": [3],
        "currency": ["", ""],
        "percent": f"{_UNBROKEN}%",
        "minus": "−",
    }
    return {"number": signs}
