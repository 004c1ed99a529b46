"""A page's text apart from its code: what stands between the code cells, in order, as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape
from posixpath import dirname, join, normpath
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlsplit

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import new_document
from sphinx.util.math import get_node_equation_number

from emergence.sphinx.maths import prepared
from emergence.sphinx.questions import question_node
from emergence.sphinx.slides import notes_node, slide_node

Part = str | int
"""A piece of text as HTML, or the index of a code cell in its notebook."""

_UNSEEN = (question_node, slide_node, notes_node, addnodes.toctree, nodes.comment, nodes.target)
_RUN = "em-run"
_HEADING = "em-h"
# What leads to a work, in the order of preference, with the address that it stands for.
_WAYS = (
    (re.compile(r"(?<=\bdoi:)10\.\S+?(?=[.,]?(?:\s|$))"), "https://doi.org/"),
    (re.compile(r"(?<=\bURL: )https?://\S+?(?=[.,]?(?:\s|$))"), ""),
    (re.compile(r"(?<=\barXiv:)\d{4}\.\d{4,5}"), "https://arxiv.org/abs/"),
)


@dataclass(frozen=True)
class Page:
    """A page as it is written: its builder, its address and that of the site, "" if unknown."""

    builder: Any
    target: str
    root: str


@dataclass(frozen=True)
class _Block:
    """One block of a page's text, the level of a heading (0 for others), or a code cell."""

    node: nodes.Element
    level: int = 0
    cell: int | None = None
    line: int = 0


def _way(reference: str) -> tuple[re.Match[str], str] | None:
    for pattern, start in _WAYS:
        if found := pattern.search(reference):
            return found, start + (quote(found[0], safe="/.:;-_") if start else found[0])
    return None


def work_address(reference: str) -> str | None:
    """Address of a work by its entry in the list of references; None where it tells none."""
    way = _way(reference)
    return way[1] if way else None


def work_html(reference: str) -> str:
    """The entry of a work as HTML, with the link that it tells."""
    if not (way := _way(reference)):
        return escape(reference)
    found, address = way
    before, after = reference[: found.start()], reference[found.end() :]
    link = f'<a href="{escape(address)}">{escape(found[0])}</a>'
    return f"{escape(before)}{link}{escape(after)}"


def _blocks(parent: nodes.Element, level: int = 0) -> Iterator[_Block]:
    for child in parent.children:
        if isinstance(child, nodes.section):
            yield from _blocks(child, level + 1)
        elif isinstance(child, nodes.title):
            yield _Block(child, level, line=child.line or parent.line or 0)
        elif isinstance(child, nodes.Element) and "cell_index" in child:
            yield _Block(child, cell=child["cell_index"])
        elif isinstance(child, nodes.Element):
            yield _Block(child, line=_line(child))


def _line(node: nodes.Element) -> int:
    """Line of the first part of a block that has one, 0 if none has."""
    lines = (part.line for part in node.findall(nodes.Element) if part.line)
    return next(lines, 0)


def _in_order(blocks: list[_Block], lines: Mapping[int, int]) -> list[_Block]:
    """The blocks, and among them the code cells that the page does not show.

    lines: where each code cell of the notebook starts, by its index.
    """
    shown = {block.cell for block in blocks}
    waiting = [(line, index) for index, line in sorted(lines.items()) if index not in shown]
    ordered: list[_Block] = []
    for block in blocks:
        while waiting and (
            waiting[0][1] < block.cell if block.cell is not None else waiting[0][0] < block.line
        ):
            ordered.append(_Block(nodes.inline(), cell=waiting.pop(0)[1]))
        ordered.append(block)
    return [*ordered, *(_Block(nodes.inline(), cell=index) for _line, index in waiting)]


def parts(document: nodes.document, lines: Mapping[int, int], page: Page) -> list[Part]:
    """The text of a page, its references resolved, and its code cells in the order to read them."""
    runs: list[list[_Block]] = [[]]
    order: list[int] = []
    for block in _in_order(list(_blocks(document)), lines):
        if block.cell is None:
            runs[-1].append(replace(block, node=block.node.deepcopy()))
        else:
            order.append(block.cell)
            runs.append([])
    whole = nodes.container()
    for run in runs:
        whole += nodes.container("", *map(_heading, run), classes=[_RUN])
    _without_the_page(whole, page)
    soup = BeautifulSoup(_html(whole, document, page), "html.parser")
    for heading in soup.select(f"p[class^={_HEADING}]"):
        heading.name = heading["class"][0].removeprefix("em-")
    texts = [str(run) for run in soup.select(f"div.{_RUN}")]
    found: list[Part] = [texts[0]]
    for index, text in zip(order, texts[1:], strict=True):
        found += [index, text]
    return found


def _html(whole: nodes.Element, document: nodes.document, page: Page) -> str:
    # Not the builder's `render_partial`: docutils would put titles into boxes that have one.
    alone = new_document("", document.settings)
    alone += whole
    visitor = page.builder.create_translator(alone, page.builder)
    alone.walkabout(visitor)
    return "".join(visitor.body)


def _heading(block: _Block) -> nodes.Element:
    """A block as it is, but a heading without its section, whose number and anchor it would ask."""
    if not block.level:
        return block.node
    return nodes.paragraph("", "", *block.node.children, classes=[f"{_HEADING}{block.level}"])


def _without_the_page(whole: nodes.Element, page: Page) -> None:
    """Put formulas as TeX and links that lead somewhere from anywhere; drop what only pages have.

    Changes the copy that it is given.
    """
    for unseen in _UNSEEN:
        for node in list(whole.findall(unseen)):
            node.parent.remove(node)
    for formula in list(whole.findall(nodes.math)):
        formula.replace_self(_raw("span", formula.astext()))
    for formula in list(whole.findall(nodes.math_block)):
        tex = prepared(formula.astext())
        if formula.get("number"):
            number = get_node_equation_number(SimpleNamespace(builder=page.builder), formula)
            tex = rf"{tex} \tag{{{number}}}"
        formula.replace_self(_raw("div", tex))
    for link in list(whole.findall(nodes.reference)):
        _lead(link, page)
    for download in list(whole.findall(addnodes.download_reference)):
        download.replace_self(download.children)


def _raw(tag: str, tex: str) -> nodes.raw:
    return nodes.raw("", f'<{tag} class="em-tex">{escape(tex)}</{tag}>', format="html")


def _lead(link: nodes.reference, page: Page) -> None:
    """Let a link lead to the work it cites or to the site; without an address it is mere words."""
    reference = link.attributes.pop("reftitle", "")
    inside = link.get("refuri") or f"#{link['refid']}"
    if urlsplit(inside).scheme:
        return
    address = work_address(reference)
    if not address and page.root:
        path, _hash, place = inside.partition("#")
        there = normpath(join(dirname(page.target), path)) if path else page.target
        address = f"{page.root}{there}" + (f"#{place}" if place else "")
    if not address:
        link.replace_self(link.children)
        return
    link.attributes.pop("refid", None)
    link["refuri"], link["internal"] = address, False


def cited(document: nodes.document) -> list[str]:
    """The entries of all works that a page cites, in the order of the first citations."""
    boxes = document.findall(
        lambda node: isinstance(node, nodes.inline) and "bibtex-citation" in node["classes"]
    )
    links = (link for box in boxes for link in box.findall(nodes.reference))
    return list(dict.fromkeys(link["reftitle"] for link in links if link.get("reftitle")))
