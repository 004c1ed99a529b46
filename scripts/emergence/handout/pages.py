"""One built page as the handout has it: text, charts and tables, without what needs a screen."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lxml import html
from lxml.html import HtmlElement

from emergence.errors import BookError
from emergence.paths import shown

Words = Callable[[str], str]

# Code and its parameters, what only a screen can do, and the marks of the page itself.
_DROPPED = (
    "descendant::script|descendant::style|descendant::noscript|descendant::button"
    "|descendant::nav|descendant::dialog"
    "|descendant::details[contains(concat(' ', @class, ' '), ' hide ')]"
    "|descendant::*[contains(concat(' ', @class, ' '), ' headerlink ')]"
    "|descendant::*[contains(concat(' ', @class, ' '), ' toctree-wrapper ')]"
    "|descendant::*[contains(concat(' ', @class, ' '), ' em-controls ')]"
    "|descendant::*[contains(concat(' ', @class, ' '), ' em-filter ')]"
    "|descendant::section[@id='index-use']"  # how to use the pages
    "|descendant::section[.//table[contains(@class, 'em-record')]]"  # hashes, parameters
    "|descendant::*[self::section or self::details]"
    "[contains(concat(' ', @class, ' '), ' screen-only ')]"
)
_KEPT = {"alt", "class", "colspan", "data-target", "headers", "height", "href", "id", "lang"}
_KEPT |= {"rowspan", "scope", "src", "start", "style", "type", "width"}
_CLOSED = ".//*[contains(@class, 'exercise') or contains(@class, 'solution')]"


class HandoutError(BookError):
    """The handout can't be made; the message says what is missing."""


@dataclass
class Page:
    """A chapter's parts: its text, and what is collected at the end of the handout."""

    name: str
    title: str
    body: HtmlElement
    solutions: list[HtmlElement] = field(default_factory=list)
    answers: list[HtmlElement] = field(default_factory=list)
    references: list[HtmlElement] = field(default_factory=list)


def with_class(node: HtmlElement, name: str, tag: str = "*") -> list[HtmlElement]:
    """Elements below `node` that carry a class, in the order of the page."""
    return node.xpath(f".//{tag}[contains(concat(' ', @class, ' '), ' {name} ')]")


def element(tag: str, *children: HtmlElement | str, **attributes: str) -> HtmlElement:
    """An element; `class_` stands for `class`, and `_` in names for `-`."""
    named = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    made = html.Element(tag, named)
    for child in children:
        if isinstance(child, HtmlElement):
            made.append(child)
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + child
        else:
            made.text = (made.text or "") + child
    return made


def page_link(target: str, label: str) -> HtmlElement:
    """A line that leads to its target; `label` says `{page}` where the number of its page goes."""
    before, after = label.split("{page}")
    place = element("span", "0", class_="page-of", data_target=target)
    link = element("a", before, place, after, href=f"#{target}")
    return element("p", link, class_="elsewhere")


def anchor(page: str, name: str = "") -> str:
    """The id, in the handout, of what has the id `name` on a page; of the chapter without one."""
    return f"{page}--{name}"


def read(site: Path, lang: str, name: str) -> HtmlElement:
    """The chapter's own part of a built page. Raises HandoutError where there is none."""
    path = site / lang / f"{name}.html"
    if not path.is_file():
        raise HandoutError(f"{shown(path)}: found no such page; build the site first: make site")
    parsed = html.parse(str(path), html.HTMLParser(encoding="utf-8"))
    found = parsed.xpath("//article//section[h1] | //main//section[h1]")
    if not found:
        raise HandoutError(f"{shown(path)}: found no section with a heading of level 1")
    section = found[0]
    section.tail = None
    return section


def page_of(site: Path, lang: str, name: str, known: Mapping[str, str], _: Words) -> Page:
    """A page of the site, made ready for paper.

    known: the pages of the handout, and by "" the address of the site, empty where it has none.
    """
    body = read(site, lang, name)
    for node in body.xpath(_DROPPED):
        if node.getparent() is not None:
            node.drop_tree()
    for figure in with_class(body, "em-chart", "figure"):
        _draw(figure)
    for image in body.iter("img"):
        image.set("src", _file(site / lang / f"{name}.html", image.get("src", "")))
    _anchor(body, name)
    _link(body, name, lang, known)
    heading = body.find("h1")
    page = Page(name, heading.text_content().strip(), body)
    _take_references(page)
    _take_solutions(page, _)
    _take_answers(page, _)
    for fold in body.xpath(".//details"):
        fold.tag = "div"
    for summary in body.xpath(".//summary"):
        summary.tag = "p"
    _drop_empty(body)
    for part in [body, *page.solutions, *page.answers, *page.references]:
        _plain(part)
    return page


def _draw(figure: HtmlElement) -> None:
    """Leave of a chart its wide, light picture."""
    light = [*with_class(figure, "em-light"), figure]
    image = next((img for part in light for img in part.iter("img")), None)
    if image is None:
        raise HandoutError(f"{figure.get('id')}: found a chart without a picture")
    picture = element("img", src=image.get("src"), alt=image.get("alt", ""))
    for name in ("width", "height"):
        if image.get(name):
            picture.set(name, image.get(name))
    figure.text = None
    figure[:] = [picture]
    figure.attrib["class"] = "chart"


def _file(page: Path, address: str) -> str:
    if urlsplit(address).scheme == "data":
        return address
    path = Path(posixpath.normpath(page.parent / unquote(urlsplit(address).path)))
    if not path.is_file():
        raise HandoutError(f"{shown(page)}: found no picture {address!r}")
    return path.as_uri()


def _anchor(body: HtmlElement, name: str) -> None:
    for node in body.xpath(".//*[@id] | self::*[@id]"):
        node.set("id", anchor(name, node.get("id")))


def _link(body: HtmlElement, name: str, lang: str, known: Mapping[str, str]) -> None:
    """Let links lead to the same place of the handout, else to the site, else nowhere."""
    for link in list(body.iter("a")):
        link.attrib.pop("title", None)
        parts = urlsplit(link.get("href", ""))
        if parts.scheme:
            continue
        path = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path)))
        page = name if not parts.path else path.removesuffix(".html")
        if page in known and (not parts.path or path.endswith(".html")):
            link.set("href", f"#{anchor(page, unquote(parts.fragment))}")
        elif known.get("") and "href" in link.attrib:
            fragment = f"#{parts.fragment}" if parts.fragment else ""
            link.set("href", f"{known['']}{lang}/{path}{fragment}")
        else:
            link.drop_tag()


def _take_references(page: Page) -> None:
    for found in with_class(page.body, "citation-list"):
        for entry in with_class(found, "citation"):
            for name in ("label", "backrefs"):
                for node in with_class(entry, name):
                    node.drop_tree()
            page.references.append(_taken(entry))
        section = next(found.iterancestors("section"))
        if section is not page.body and not section.xpath(".//p"):
            section.drop_tree()
        else:
            found.drop_tree()


def _take_solutions(page: Page, _: Words) -> None:
    """Take the solutions out, and say below each exercise where its solution is."""
    last: HtmlElement | None = None
    for node in page.body.xpath(_CLOSED):
        kinds = node.get("class").split()
        if "exercise" in kinds:
            last = node
        elif "solution" in kinds:
            if last is not None:
                last.append(page_link(node.get("id"), _("Solution: page {page}")))
                last = None
            for summary in node.xpath("./summary"):
                summary.tag = "h3"
            node.tag = "div"
            node.attrib["class"] = "solution"
            page.solutions.append(_taken(node))


def _take_answers(page: Page, _: Words) -> None:
    """Turn questions into lists to tick, and take what their answers earn to the end."""
    for box in with_class(page.body, "em-question"):
        (legend,) = with_class(box, "em-question-title")
        target = f"{box.get('id')}--answer"
        box.tag, box.attrib["class"] = "div", "question"
        legend.tag = "p"
        key = element("div", class_="answer", id=target)
        heading = html.fromstring(html.tostring(legend, encoding="unicode", with_tail=False))
        heading.tag, heading.attrib["class"] = "h3", "answer-title"
        for node in heading.xpath(".//*[@id]"):
            del node.attrib["id"]
        notes = [_taken(note) for note in with_class(box, "em-feedback")]
        right = [_letter(note) for note in notes if note.get("data-right") == "true"]
        told = element("strong", _("Right: {letters}").format(letters=", ".join(right)))
        key.extend([heading, element("p", told), *map(_run_in, notes)])
        for fold in with_class(box, "em-answer-key"):
            fold.drop_tree()
        for letter in with_class(box, "em-answer"):
            letter.insert(0, element("span", class_="box"))
        box.append(page_link(target, _("Answer: page {page}")))
        page.answers.append(key)


def _letter(note: HtmlElement) -> str:
    return with_class(note, "em-letter")[0].text_content()


def _run_in(note: HtmlElement) -> HtmlElement:
    """A feedback whose first paragraph begins with its sign and letter."""
    verdict, *texts = note
    for said in with_class(verdict, "em-verdict-words"):
        said.drop_tree()
    if texts and texts[0].tag == "p":
        verdict.tag = "strong"
        first = texts[0]
        verdict.tail = " " + (first.text or "")
        first.text = None
        first.insert(0, verdict)
    note.attrib["class"] = "feedback"
    return note


def _taken(node: HtmlElement) -> HtmlElement:
    """The element, out of its page and without the text behind it."""
    node.drop_tree()
    node.tail = None
    return node


def _drop_empty(body: HtmlElement) -> None:
    """Drop the boxes of cells that showed nothing but code, and sections that are only a title."""
    for cell in with_class(body, "cell"):
        if not cell.text_content().strip() and not cell.xpath(".//img"):
            cell.drop_tree()
    for section in reversed(body.xpath(".//section")):
        content = [node for node in section if node.tag not in ("h1", "h2", "h3", "h4", "span")]
        if not content and section.get("id"):
            section.drop_tree()


def _plain(part: HtmlElement) -> None:
    """Take away what only the scripts and styles of the site know; formulas stay as they are."""
    for node in part.xpath(".//*[not(ancestor-or-self::math)] | self::*"):
        for name in set(node.attrib) - _KEPT:
            del node.attrib[name]
