"""Whether a language is whole: every text translated, none stale, none that lost its markup."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from babel.messages import Catalog
from babel.messages.catalog import Message

from emergence import paths
from emergence.i18n import catalogue_path, read_catalogue
from emergence.paths import shown
from emergence.translations import markup

_SHOWN = 70


def faults(lang: str, templates: Mapping[str, Catalog], folder: Path = paths.LOCALE) -> list[str]:
    """Return every fault of a language, one line each: where, what is wrong, which text.

    templates: everything there is to translate, by the name of its catalogue. Raises
    TranslationError when a catalogue cannot be read.
    """
    told = []
    for domain, template in templates.items():
        path = catalogue_path(lang, domain, folder)
        if not path.exists():
            told.append(f"{shown(path)}: no such catalogue; run make translations")
            continue
        told += _of_catalogue(path, read_catalogue(path, lang), template, lang)
    known = {catalogue_path(lang, domain, folder) for domain in templates}
    for path in sorted(catalogue_path(lang, "x", folder).parent.glob("*")):
        if path not in known:
            told.append(f"{shown(path)}: belongs to no chapter, chart, table or page; remove it")
    return told


def _of_catalogue(path: Path, given: Catalog, template: Catalog, lang: str) -> Iterator[str]:
    for wanted in template:
        if wanted.id:
            found = given.get(wanted.id, wanted.context)
            for fault in _of_message(wanted, found, lang):
                yield f"{_place(path, found)}: {_source(wanted)}: {fault}: {_short(wanted)}"
    stale = [message for message in given if message.id]
    for message in [*stale, *given.obsolete.values()]:
        if template.get(message.id, message.context) is None or message in given.obsolete.values():
            told = "is obsolete, the book no longer says it; run make translations"
            yield f"{_place(path, message)}: {told}: {_short(message)}"


def _of_message(wanted: Message, found: Message | None, lang: str) -> list[str]:
    if found is None:
        return ["not in the catalogue; run make translations"]
    if not str(found.string).strip():
        return ["not translated"]
    if found.fuzzy:
        return ["fuzzy: the original has changed; look at it and remove the mark"]
    return markup.faults(str(wanted.id), str(found.string), lang)


def _place(path: Path, message: Message | None) -> str:
    return f"{shown(path)}:{message.lineno}" if message and message.lineno else shown(path)


def _source(message: Message) -> str:
    file, line = message.locations[0]
    return f"{file}:{line}"


def _short(message: Message) -> str:
    text = str(message.id)
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN].rstrip()}…")
