"""Numbers and counted nouns as each language writes them."""

from __future__ import annotations

import math
import pickle

import pytest
from babel.numbers import parse_decimal
from emergence import formats
from emergence.errors import ParameterError, TranslationError
from emergence.formats import Count
from emergence.i18n import LANGUAGES, plural, plural_categories
from hypothesis import given
from hypothesis import strategies as st

NBSP = "\u00a0"


def test_a_number_has_the_signs_of_its_language() -> None:
    assert formats.number(13.71, "en") == "13.7"
    assert formats.number(13.71, "ru") == "13,7"
    assert formats.number(-2, "en", 0) == "−2"
    assert formats.number(-0.04, "en") == "0.0"
    assert formats.signed(3.25, "ru", 2) == "+3,25"
    assert formats.significant(0.05, "ru") == "0,05"
    assert formats.percent(0.3041, "en") == f"30.4{NBSP}%"
    assert formats.percent(0.3041, "ru") == f"30,4{NBSP}%"
    assert formats.scientific(8.4e22, "en") == "8.4·10²²"
    assert formats.scientific(8.4e22, "ru") == "8,4·10²²"
    assert formats.scientific(9.96e22, "en") == "10²³"
    assert formats.scientific(1e23, "ru") == "10²³"
    assert formats.scientific(2e-3, "en") == "2·10⁻³"


def test_whole_numbers_are_grouped_from_five_digits_on() -> None:
    assert formats.whole(9999, "en") == "9999"
    assert formats.whole(10611, "en") == "10,611"
    assert formats.whole(10611, "ru") == f"10{NBSP}611"
    assert formats.whole(-1234567, "ru") == f"−1{NBSP}234{NBSP}567"


def test_a_date_is_written_in_words() -> None:
    assert formats.date("2026-11-23", "en") == "November 23, 2026"
    assert formats.date("2026-11-03", "ru") == "3 ноября 2026\u202fг."


@pytest.mark.parametrize(
    "write",
    [
        formats.number,
        formats.signed,
        formats.significant,
        formats.whole,
        formats.percent,
        formats.scientific,
        formats.billions,
    ],
)
def test_a_missing_number_is_a_dash(write) -> None:
    assert write(math.nan, "ru") == "–"


@given(st.floats(-1e12, 1e12), st.integers(0, 6), st.sampled_from(LANGUAGES))
def test_a_written_number_can_be_read_back(value: float, digits: int, lang: str) -> None:
    text = formats.number(value, lang, digits).replace("−", "-")
    assert float(parse_decimal(text, locale=lang)) == pytest.approx(round(value, digits), abs=1e-9)


@given(st.integers(-(10**15), 10**15), st.sampled_from(LANGUAGES))
def test_a_written_whole_number_can_be_read_back(value: int, lang: str) -> None:
    text = formats.whole(value, lang).replace("−", "-")
    assert int(parse_decimal(text, locale=lang)) == value


def test_an_unknown_language_is_an_error() -> None:
    with pytest.raises(ParameterError, match="'xx' is not one of en, ru"):
        formats.number(1.5, "xx")
    with pytest.raises(ParameterError, match="'xx'"):
        Count(1, "xx")


# Russian forms by hand, from a grammar, not from the rule under test.
RUSSIAN = {
    "модель": [1, 21, 31, 101, 1001, 10_611 - 10],
    "модели": [2, 3, 4, 22, 34, 103, 1002],
    "моделей": [0, 5, 9, 10, 11, 12, 14, 19, 20, 25, 111, 112, 100, 1000, 10_611],
}


@pytest.mark.parametrize("count", [n for numbers in RUSSIAN.values() for n in numbers])
def test_a_russian_noun_agrees_with_its_number(count: int) -> None:
    expected = next(form for form, numbers in RUSSIAN.items() if count in numbers)
    assert plural(count, ["модель", "модели", "моделей"], "ru") == expected
    text = "{count:модель|модели|моделей}".format(count=Count(count, "ru"))
    assert text == expected


def test_a_count_writes_its_number_and_the_words_beside_it() -> None:
    text = "{n} open {n:model|models} {n:has|have} a score"
    assert text.format(n=Count(1, "en")) == "1 open model has a score"
    assert text.format(n=Count(10_611, "en")) == "10,611 open models have a score"
    assert f"{Count(7, 'ru'):03d}" == "007"
    assert str(Count(10_611, "ru")) == f"10{NBSP}611"
    assert pickle.loads(pickle.dumps(Count(3, "ru"))).lang == "ru"


def test_a_word_has_as_many_forms_as_the_language_asks() -> None:
    assert plural_categories("en") == ("one", "other")
    assert plural_categories("ru") == ("one", "few", "many")
    with pytest.raises(TranslationError, match=r"found 2 forms of a word, ru has 3"):
        plural(2, ["модель", "модели"], "ru")


def test_a_count_is_whole() -> None:
    with pytest.raises(ValueError, match="expected a whole number"):
        Count(1.5, "en")


def test_vega_writes_numbers_as_the_language_does() -> None:
    signs = formats.vega_locale("ru")["number"]
    assert (signs["decimal"], signs["thousands"], signs["percent"]) == (",", NBSP, f"{NBSP}%")
    assert formats.vega_locale("en")["number"]["decimal"] == "."
