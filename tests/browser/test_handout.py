"""The printed handout: what a teacher would look for in the PDF."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from unicodedata import normalize

import pytest
from emergence import paths
from emergence.handout.compose import chapters
from emergence.i18n import INTERFACE, LANGUAGES, translated
from lxml import html
from playwright.sync_api import Browser, expect
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from .test_site import pages_with

pytestmark = pytest.mark.browser

LANG = LANGUAGES[-1]
LARGEST = 5_000_000


@pytest.fixture(scope="module")
def handout(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The handout of one language, printed as `make handout` does."""
    out = tmp_path_factory.mktemp("handout")
    # A process of its own: Playwright runs once in each.
    command = [sys.executable, "-m", "emergence.handout", LANG, "--out", str(out)]
    done = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    return out / f"emergent-abilities-{LANG}.pdf"


@pytest.fixture(scope="module")
def pdf(handout: Path) -> PdfReader:
    return PdfReader(handout)


@pytest.fixture(scope="module")
def texts(pdf: PdfReader) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in pdf.pages]


def test_a_long_table_repeats_its_head_row_on_paper(
    browser: Browser, origin: str, site: Path
) -> None:
    address = pages_with("//table[contains(@class, 'em-sortable')]")[0]
    page = browser.new_page()
    page.goto(origin + address)
    tables = page.locator(".em-sortable").all()
    heads = []
    for table in tables:
        expect(table.locator("th button").first).to_be_attached()
        heads.append(" ".join(" ".join(table.locator("th").all_text_contents()).split()))
    pdf = PdfReader(BytesIO(page.pdf(width="210mm", height="148mm")))
    page.close()
    # Fonts have one sign for "ff".
    texts = [" ".join(normalize("NFKC", s.extract_text()).split()) for s in pdf.pages]
    pages = {head: sum(head in text for text in texts) for head in heads}
    assert pages and all(count > 1 for count in pages.values()), pages


def site_page(name: str) -> html.HtmlElement:
    parser = html.HTMLParser(encoding="utf-8")
    return html.parse(str(paths.SITE / LANG / f"{name}.html"), parser).getroot()


def titles() -> list[str]:
    """The first-level titles that the handout should have, but for the first."""
    found = [site_page(name).xpath("//article//h1/text()")[0] for name in chapters(paths.TOC)]
    ends = [translated("Solutions", LANG, INTERFACE), translated("Answers", LANG, INTERFACE)]
    return [*found[1:], *ends, translated("References", LANG, INTERFACE)]


def outline(pdf: PdfReader) -> dict[str, int]:
    """Titles of the outline's first level, with their page from 1."""
    entries = [entry for entry in pdf.outline if not isinstance(entry, list)]
    return {str(e.title): pdf.get_destination_page_number(e) + 1 for e in entries}


def test_the_outline_has_every_chapter_and_what_stands_at_the_end(pdf: PdfReader) -> None:
    assert list(outline(pdf))[1:] == titles()


def test_the_contents_give_the_pages_of_the_outline(pdf: PdfReader, texts: list[str]) -> None:
    first = min(outline(pdf).values())
    contents = " ".join(texts[1 : first - 1])
    for title, page in outline(pdf).items():
        assert re.search(rf"{re.escape(title)} {page}(?!\d)", contents), title
        assert title in texts[page - 1]


def test_pages_are_numbered_headed_and_none_is_blank(pdf: PdfReader, texts: list[str]) -> None:
    starts = sorted(outline(pdf).items(), key=lambda entry: entry[1])
    for number, text in enumerate(texts[1:], 2):
        title = next((name for name, page in reversed(starts) if page <= number), "")
        book = str(pdf.metadata.title)
        assert len(text) > len(title) + len(book) + 40, f"page {number}: {text!r}"
        assert book in text and title in text
        assert re.search(rf"(?<!\d){number}(?!\d)", text)


def test_it_tells_its_title_author_and_language(handout: Path, pdf: PdfReader) -> None:
    assert pdf.metadata.title and pdf.metadata.author
    assert pdf.root_object["/Lang"] == LANG
    assert pdf.root_object["/MarkInfo"]["/Marked"]
    assert handout.stat().st_size < LARGEST


def elements(node: object) -> Iterator[DictionaryObject]:
    """All elements of the tree of tags, from `node` down."""
    if isinstance(node, IndirectObject):
        node = node.get_object()
    if isinstance(node, list):
        for inner in node:
            yield from elements(inner)
    elif isinstance(node, DictionaryObject):
        yield node
        yield from elements(node.get("/K"))


def test_every_chart_of_the_chapters_is_there_with_its_words(pdf: PdfReader) -> None:
    tags = list(elements(pdf.root_object["/StructTreeRoot"]))
    told = {str(tag["/Alt"]) for tag in tags if "/Alt" in tag}
    shown = [
        image.get("alt")
        for name in chapters(paths.TOC)
        for image in site_page(name).xpath("//*[contains(@class, 'em-light')]//img")
    ]
    assert len(shown) > 10
    assert set(shown) <= told


def test_links_lead_to_pages_of_the_handout(pdf: PdfReader) -> None:
    annotations = [a.get_object() for page in pdf.pages for a in page.get("/Annots", [])]
    inside = [str(a["/Dest"]).removeprefix("/") for a in annotations if "/Dest" in a]
    known = {name.removeprefix("/") for name in pdf.named_destinations}
    assert len(inside) > 100
    assert set(inside) <= known
    addresses = [a["/A"]["/URI"] for a in annotations if "/URI" in a.get("/A", {})]
    assert addresses and all(re.match("https?://", address) for address in addresses)
