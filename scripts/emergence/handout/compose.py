"""The handout as one HTML document: title, contents, chapters, solutions, answers, references."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import yaml
from lxml import html
from lxml.html import HtmlElement

from emergence import paths
from emergence.handout.pages import Page, Words, anchor, element, page_of

CSS = Path(__file__).with_name("handout.css")
FACES = paths.SPHINX / "static" / "fonts.css"
_URL = re.compile(r'url\("([^"]+)"\)')
PAPERS = {"a4": "A4", "letter": "letter"}
# A plan for the teacher, and how to run the book, are no part of what the class gets.
LEFT_OUT = frozenset({"teaching", "your-model"})


@dataclass(frozen=True)
class Front:
    """What the title page says, in the language of the handout; `lines` stand below each other."""

    lang: str
    title: str
    author: str
    credit: str
    lines: Sequence[str]
    address: str = ""


def chapters(toc: Path) -> list[str]:
    """The pages of the table of contents that are named there, without those left out."""

    def files(node: Mapping[str, object]) -> Iterator[str]:
        for key in ("root", "file"):
            if key in node:
                yield str(node[key])
        for key in ("parts", "chapters", "sections", "subtrees", "entries"):
            for inner in node.get(key, ()):
                yield from files(inner)

    return [name for name in files(yaml.safe_load(toc.read_text("utf-8"))) if name not in LEFT_OUT]


def document(site: Path, front: Front, names: Sequence[str], paper: str, _: Words) -> HtmlElement:
    """The handout of one language, whose page numbers are still to be filled in.

    site: folder of the built site; names: its pages, the first one of which introduces the book.
    Raises HandoutError where a page or a picture is missing.
    """
    known = {"": front.address, **dict.fromkeys(names, "")}
    pages = [page_of(site, front.lang, name, known, _) for name in names]
    pages[0].body.find("h1").text = pages[0].title = _("Introduction")
    parts = [_part(page.name, page.title, [page.body]) for page in pages]
    collected: list[tuple[str, str, Callable[[Page], list[HtmlElement]]]] = [
        ("solutions", _("Solutions"), lambda page: page.solutions),
        ("answers", _("Answers"), lambda page: page.answers),
    ]
    for name, title, of in collected:
        if any(of(page) for page in pages):
            parts.append(_part(name, title, _collected(name, title, pages, of)))
    references = [entry for page in pages for entry in page.references]
    if references:
        title = _("References")
        body = [element("h1", title), *references]
        parts.append(_part("references", title, body))
    made = html.document_fromstring(_frame(front, parts, paper))
    body = made.find("body")
    body.extend([_title_page(front), _contents(parts, _("Contents")), *parts])
    _unlink_dead(made)
    return made


def _part(name: str, title: str, content: Sequence[HtmlElement]) -> HtmlElement:
    part = element("section", class_="part", id=anchor(name), style=f"page: part-{name}")
    part.set("data-running", title)
    part.extend(content)
    return part


def _collected(
    name: str, title: str, pages: Sequence[Page], of: Callable[[Page], list[HtmlElement]]
) -> list[HtmlElement]:
    body = [element("h1", title)]
    for page in pages:
        if found := of(page):
            heading = element("h2", page.title)
            body.append(element("section", heading, *found, id=anchor(name, page.name)))
    return body


def _frame(front: Front, parts: Sequence[HtmlElement], paper: str) -> str:
    """The document without its body; each part has a page style with its title at the top."""
    running = "\n".join(
        f"@page {part.get('style').removeprefix('page: ')} {{ @top-left {{ content: "
        f"{_string(part.get('data-running'))} }} }}"
        for part in parts
    )
    size = f"@page {{ size: {PAPERS[paper]}; @top-right {{ content: {_string(front.title)} }} }}"
    return (
        f'<!doctype html><html lang="{escape(front.lang)}"><head><meta charset="utf-8">'
        f"<title>{escape(front.title)}</title>"
        f'<meta name="author" content="{escape(front.author)}">'
        f"<style>{_faces()}\n{CSS.read_text('utf-8')}\n{size}\n{running}</style></head><body></body></html>"
    )


def _faces() -> str:
    """The faces of the site, carried in the style: the same on every machine, and there at once."""

    def carried(found: re.Match[str]) -> str:
        content = (FACES.parent / found[1]).read_bytes()
        return f'url("data:font/woff2;base64,{base64.b64encode(content).decode()}")'

    return _URL.sub(carried, FACES.read_text("utf-8")).replace(
        "display: optional", "display: block"
    )


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _title_page(front: Front) -> HtmlElement:
    title = element("p", front.title, class_="book-title")
    author = element("p", front.credit, class_="book-author")
    lines = [element("p", line) for line in front.lines]
    if front.address:
        lines.append(element("p", element("a", front.address, href=front.address)))
    imprint = element("div", *lines, class_="imprint")
    return element("header", title, author, imprint, class_="title-page")


def _contents(parts: Sequence[HtmlElement], title: str) -> HtmlElement:
    """Two levels of headings, each with its page."""
    outer = element("ul")
    for part in parts:
        entry = _entry(part.get("data-running"), part.get("id"))
        inner = element("ul")
        for heading in part.iter("h2"):
            section = heading.getparent()
            if section.get("id"):
                inner.append(_entry(heading.text_content().strip(), section.get("id")))
        if len(inner):
            entry.append(inner)
        outer.append(entry)
    heading = element("p", title, class_="contents-title", id="contents")
    return element("nav", heading, outer, class_="contents")


def _entry(title: str, target: str) -> HtmlElement:
    words = element("span", title, class_="entry-title")
    dots = element("span", class_="dots")
    number = element("span", "0", class_="page-of", data_target=target)
    return element("li", element("a", words, dots, number, href=f"#{target}", class_="entry"))


def _unlink_dead(made: HtmlElement) -> None:
    """Leave the words of links to what the handout does not have."""
    ids = set(made.xpath("//@id"))
    for link in made.xpath("//a[starts-with(@href, '#')]"):
        if link.get("href")[1:] not in ids:
            link.drop_tag()


def numbered(made: HtmlElement, pages: Mapping[str, int]) -> HtmlElement:
    """The document with the page of every target that `pages` names by its id."""
    done = html.fromstring(html.tostring(made, encoding="unicode", doctype="<!doctype html>"))
    for place in done.xpath("//span[@class='page-of']"):
        place.text = str(pages[place.get("data-target")])
    return done


def as_text(made: HtmlElement) -> str:
    """The document as a browser reads it."""
    return html.tostring(made, encoding="unicode", doctype="<!doctype html>")
