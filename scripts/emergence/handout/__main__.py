"""Print the built site: `_build/handout/emergent-abilities-<language>.pdf`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from babel.dates import format_date
from lxml.html import HtmlElement

from emergence import paths
from emergence.errors import BookError
from emergence.files import sha256, write_bytes
from emergence.handout import compose, printing
from emergence.handout.pages import HandoutError, Words
from emergence.i18n import INTERFACE, LANGUAGES, translated
from emergence.paths import shown
from emergence.render import settings

NAME = "emergent-abilities"
# Page numbers change the lines they stand in, at most from one digit to three.
_PASSES = 4
_SHOWN_HASH = 16


def moment() -> datetime:
    """When the handout is made: SOURCE_DATE_EPOCH where that is set, as for other builds."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(given), UTC) if given else datetime.now(UTC)


def front(lang: str, made: datetime, config: Path, record: Path) -> compose.Front:
    """What the title page says. Raises HandoutError where the site has no record of its build."""
    if not record.is_file():
        raise HandoutError(f"{shown(record)}: found no such file; build the site first: make site")
    _ = words(lang)
    given = settings(config)
    root = given.get("html", {}).get("baseurl", "").rstrip("/")
    title, author = given["title"], given["author"]
    lines = [
        _("Printed on {date}").format(date=format_date(made, "long", locale=lang)),
        _("Record of the build: {hash}").format(hash=sha256(record)[:_SHOWN_HASH]),
        _("Charts with a slider or a switch are shown as the site first shows them."),
        _("Text: CC BY 4.0. Code: MIT. Data: each source's own terms."),
    ]
    title, author = (translated(text, lang, INTERFACE) for text in (title, author))
    address = f"{root}/" if root else ""
    credit = _("By {author}").format(author=author)
    return compose.Front(lang, title, author, credit, lines, address)


def words(lang: str) -> Words:
    """The lookup of the handout's own words, which it shares with the pages."""
    return partial(translated, lang=lang, domain=INTERFACE)


def printed(text: HtmlElement, to_pdf: printing.Printer) -> bytes:
    """Print until the page numbers in the text are those of the pages.

    Raises HandoutError when they keep changing.
    """
    pages: dict[str, int] = {}
    pdf = to_pdf(compose.as_text(text))
    for _turn in range(_PASSES):
        found = printing.page_numbers(pdf)
        if found == pages:
            return pdf
        pages = found
        pdf = to_pdf(compose.as_text(compose.numbered(text, pages)))
    raise HandoutError(f"found other page numbers in each of {_PASSES} prints")


def composed(
    lang: str, site: Path, paper: str, made: datetime
) -> tuple[compose.Front, HtmlElement]:
    """The handout of one language, to be printed. Raises HandoutError where there is no site."""
    told = front(lang, made, paths.CONFIG, site / paths.PROVENANCE.name)
    names = compose.chapters(paths.TOC)
    return told, compose.document(site, told, names, paper, words(lang))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print every language, or those named; 1 and one line when it can't be done."""
    parser = argparse.ArgumentParser(prog="python -m emergence.handout", description=__doc__)
    parser.add_argument("langs", nargs="*", help="languages (default: all)", metavar="LANG")
    parser.add_argument("--paper", choices=sorted(compose.PAPERS), default="a4")
    parser.add_argument("--out", type=Path, default=paths.HANDOUT, metavar="FOLDER")
    given = parser.parse_args(arguments)
    made = moment()
    try:
        langs = given.langs or LANGUAGES
        texts = [composed(lang, paths.SITE, given.paper, made) for lang in langs]
        with printing.printer() as to_pdf:
            for told, text in texts:
                pdf = printing.described(printed(text, to_pdf), told.title, told.author, made)
                out = given.out / f"{NAME}-{told.lang}.pdf"
                write_bytes(out, pdf)
                size = f"{printing.page_count(pdf)} pages, {len(pdf) / 1e6:.1f} MB"
                print(f"the handout ({told.lang}): {out}, {size}", flush=True)
    except BookError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
