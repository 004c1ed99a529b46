"""The catalogues of a language: brought up to date, and compiled for Sphinx."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path

from babel import Locale
from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po

from emergence import paths
from emergence.files import write_text
from emergence.i18n import catalogue_path
from emergence.translations.prose import prose
from emergence.translations.words import charts, data, interface

PROJECT = "emergent-abilities"
WIDTH = 96
_COMMENT = "Licence: as the texts of the book (CC BY 4.0)."
_DATES = re.compile(r'^"(?:POT-Creation|PO-Revision)-Date: .*\n', re.MULTILINE)


def templates() -> dict[str, Catalog]:
    """Return everything there is to translate, by the name of its catalogue."""
    parts = [charts(), data(), interface()]
    return prose() | {str(catalogue.domain): catalogue for catalogue in parts}


def merged(template: Catalog, existing: Catalog | None, lang: str) -> Catalog:
    """Return the catalogue of a language that holds exactly the messages of the template.

    A text that has changed a little keeps its translation, marked as fuzzy; one that is gone is
    left out.
    """
    done = Catalog(
        locale=lang,
        domain=template.domain,
        header_comment=f"# {template.domain}, {Locale.parse(lang).english_name}. {_COMMENT}",
        project=PROJECT,
        version="1",
        copyright_holder="the book's authors",
        msgid_bugs_address="the issues of the repository",
        last_translator="the book's authors",
        language_team=str(Locale.parse(lang).english_name),
        fuzzy=False,
    )
    for message in existing or ():
        if message.id:
            done.add(message.id, message.string, context=message.context, flags=message.flags)
    done.update(template, no_fuzzy_matching=existing is None)
    done.obsolete.clear()
    return done


def as_text(catalogue: Catalog) -> str:
    """The catalogue as a `.po` file holds it."""
    out = io.BytesIO()
    write_po(out, catalogue, width=WIDTH, sort_by_file=False, ignore_obsolete=True)
    return out.getvalue().decode()


def update(lang: str, found: Mapping[str, Catalog], folder: Path = paths.LOCALE) -> list[Path]:
    """Bring the catalogues of a language up to date; return those that changed.

    found: as `templates` gives it.
    """
    changed = []
    for domain, template in found.items():
        path = catalogue_path(lang, domain, folder)
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        existing = read_po(io.BytesIO(before.encode()), locale=lang) if before else None
        text = as_text(merged(template, existing, lang))
        if _DATES.sub("", text) != _DATES.sub("", before):
            write_text(path, text)
            changed.append(path)
    return changed
