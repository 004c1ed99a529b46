"""One page in every language: its addresses, and what the languages call themselves."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from babel import Locale

DEFAULT = "x-default"


def language_tag(lang: str) -> str:
    """The language as HTML names it: `pt-BR` for `pt_BR`."""
    return lang.replace("_", "-")


def own_name(lang: str) -> str:
    """What speakers of a language call it, as a title: English, Русский."""
    locale = Locale.parse(lang)
    name = locale.get_display_name(locale)
    if not name:
        raise ValueError(f"{lang}: the language has no name of its own")
    return name[0].upper() + name[1:]


def addresses(langs: tuple[str, ...], page: str, root: str) -> dict[str, str]:
    """Addresses of one page, by language, and by `x-default` for readers of any other language.

    page: as it lies in a language's folder; root: address of the site, with a slash at its end.
    The entrance of the site picks among the first pages, so that it stands for all of them.
    """
    found = {lang: f"{root}{lang}/{page}" for lang in langs}
    default = f"{root}index.html" if page == "index.html" else found[langs[0]]
    return {**found, DEFAULT: default}


def head_links(found: Mapping[str, str]) -> str:
    """What the head of a page says of its `addresses`."""
    return "\n".join(
        f'<link rel="alternate" hreflang="{language_tag(lang)}" href="{escape(address)}">'
        for lang, address in found.items()
    )
