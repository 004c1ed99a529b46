"""Languages of the book, its catalogues, and the one helper for counted nouns.

A language is its word in `LANGUAGES` and its folder `locale/<language>/LC_MESSAGES`, one gettext
catalogue for each chapter and one each for charts and tables, for data, and for the pages' own
words. The first language is the one that everything is written in; it has no catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from babel import Locale
from babel.messages import Catalog
from babel.messages.pofile import PoFileError, read_po

from emergence import paths
from emergence.errors import ParameterError, TranslationError
from emergence.paths import shown

LANGUAGES = ("en", "ru")
SOURCE = LANGUAGES[0]

CHARTS, DATA, INTERFACE = "charts", "data", "interface"

_CATEGORIES = ("zero", "one", "two", "few", "many", "other")
_SAMPLE = (*range(201), 1_000, 10_000, 1_000_000)


def check_language(lang: str) -> None:
    """Raise ParameterError when the book does not know the language."""
    if lang not in LANGUAGES:
        raise ParameterError(f"lang: {lang!r} is not one of {', '.join(LANGUAGES)}")


def catalogue_path(lang: str, domain: str, folder: Path = paths.LOCALE) -> Path:
    """Where the catalogue `domain` (a chapter, charts, data, interface) of a language lies."""
    return folder / lang / "LC_MESSAGES" / f"{domain}.po"


@lru_cache(maxsize=64)
def read_catalogue(path: Path, lang: str) -> Catalog:
    """Return a catalogue. Raises TranslationError, in one line, when it cannot be read."""
    try:
        with path.open("rb") as lines:
            return read_po(lines, locale=lang, domain=path.stem, abort_invalid=True)
    except FileNotFoundError:
        raise TranslationError(f"{shown(path)}: no such catalogue; run make translations") from None
    except (PoFileError, UnicodeDecodeError, ValueError) as error:
        raise TranslationError(f"{shown(path)}: not a catalogue: {error}") from error


def translated(text: str, lang: str, domain: str, context: str | None = None) -> str:
    """Return `text` in the language. context: where it stands (`tasks.name`), for data.

    Raises TranslationError for a text that the catalogue has no finished translation of, and
    ParameterError for a language that the book does not know.
    """
    check_language(lang)
    if lang == SOURCE:
        return text
    path = catalogue_path(lang, domain)
    message = read_catalogue(path, lang).get(text, context)
    if message is None or not message.string or message.fuzzy:
        raise TranslationError(f"{shown(path)}: {text!r} is not translated; run make translations")
    return str(message.string)


def translator(lang: str) -> Callable[[str], str]:
    """Return the lookup of chart and table texts in the language `lang`.

    Raises ParameterError when the book does not know the language; the lookup raises
    TranslationError for a text without translation.
    """
    check_language(lang)

    def lookup(text: str) -> str:
        return translated(text, lang, CHARTS)

    return lookup


@lru_cache(maxsize=16)
def plural_categories(lang: str) -> tuple[str, ...]:
    """Return the plural categories that whole numbers take in a language, in CLDR's order.

    English: one, other. Russian: one, few, many. Source: Unicode CLDR, plural rules.
    """
    rule = Locale.parse(lang).plural_form
    found = {rule(number) for number in _SAMPLE}
    return tuple(category for category in _CATEGORIES if category in found)


def plural(count: int, forms: Sequence[str], lang: str) -> str:
    """Return the form of a word that stands with `count`: 1 model, 2 models; 2 модели, 5 моделей.

    forms: one for each of `plural_categories(lang)`. Raises TranslationError for another number
    of forms.
    """
    categories = plural_categories(lang)
    if len(forms) != len(categories):
        raise TranslationError(
            f"{'|'.join(forms)}: found {len(forms)} forms of a word, "
            f"{lang} has {len(categories)} ({', '.join(categories)})"
        )
    return forms[categories.index(Locale.parse(lang).plural_form(abs(count)))]
