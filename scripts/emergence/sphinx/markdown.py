"""The text of a page as Markdown that reads well in plain Jupyter, Colab and VS Code.

Made of the page's own HTML, so that it is translated, with its numbers and references in place.
Formulas come as elements of class `em-tex` that hold their TeX.
"""

from __future__ import annotations

import re
from html import escape

from bs4 import BeautifulSoup, Tag
from markdownify import ATX, MarkdownConverter

_SPECIAL = re.compile(r"([$<`])")
# Where a line of words would begin a quotation, a list, a heading or a rule.
_BEGINS = re.compile(
    r"^(\s*)(?:(?=>)|(?=[-+]+(?:\s|$))|(?=\#{1,6}(?:\s|$))|(\d{1,9})(?=[.)](?:\s|$)))",
    re.MULTILINE,
)
_SPACES = re.compile(r"(?<=\S)  +(?=\S)")
_BLANK_LINES = re.compile(r"\n{3,}")
_DROPPED = (
    "a.headerlink",
    "span.backrefs",
    "div.citation > span.label",
    "script",
    "style",
    "button",
)
_TEXT_BOXES = frozenset({"admonition", "topic"})


def _classes(element: Tag) -> frozenset[str]:
    return frozenset(element.get("class") or ())


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.strip().split("\n"))


def _indented(text: str) -> str:
    return text.strip().replace("\n", "\n  ")


class _Converter(MarkdownConverter):
    """What Sphinx writes, where it is more than plain HTML."""

    class Options:
        heading_style = ATX
        bullets = "-"
        sub_symbol = "<sub>"
        sup_symbol = "<sup>"
        strip_document = None

    def escape(self, text: str, parent_tags: set[str]) -> str:
        """Escape what would be a formula, a tag, code or the border of a cell."""
        done = _SPECIAL.sub(r"\\\1", super().escape(text, parent_tags))
        return done.replace("|", "\\|") if parent_tags & {"td", "th"} else done

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A paragraph, whose first sign makes nothing else of it."""
        return super().convert_p(el, _BEGINS.sub(r"\1\2\\", text.strip()), parent_tags)

    def convert_span(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A formula in a line, or nothing special."""
        return f"${el.get_text().strip()}$" if "em-tex" in _classes(el) else text

    def convert_div(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A formula of its own, a box, an entry of the references, or nothing special."""
        classes = _classes(el)
        if "em-tex" in classes:
            return f"\n\n$$\n{el.get_text().strip()}\n$$\n\n"
        if classes & _TEXT_BOXES:
            return f"\n\n{_quoted(text)}\n\n"
        if "citation" in classes:
            return f"\n- {_indented(text)}\n"
        return f"\n\n{text.strip()}\n\n"

    convert_aside = convert_section = convert_fieldset = convert_div

    def convert_legend(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """What a question asks."""
        return f"\n\n**{text.strip()}**\n\n"

    def convert_details(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A fold stays one; blank lines let what is inside be Markdown."""
        summary = el.find("summary", recursive=False)
        words = escape(" ".join(summary.get_text().split())) if summary else ""
        head = f"<details>\n<summary>{words}</summary>"
        return f"\n\n{head}\n\n{text.strip()}\n\n</details>\n\n"

    def convert_summary(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Told by the fold itself."""
        return ""

    def convert_dl(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A list of definitions as a plain list."""
        return f"\n\n{text.strip()}\n\n"

    def convert_dt(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """What is defined."""
        return f"\n- **{text.strip()}**: "

    def convert_dd(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Its definition."""
        return f"{_indented(text)}\n"

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A picture in words: its file is not beside the notebook."""
        return f"*{el.get('alt', '').strip()}*" if el.get("alt") else ""


def _title_of_boxes(soup: Tag) -> None:
    """Make the title of each box bold, where no other Markdown stands for it."""
    for title in soup.select("p.admonition-title, p.topic-title, p.rubric"):
        inside = BeautifulSoup("<strong></strong>", "html.parser").strong
        for child in list(title.children):
            inside.append(child.extract())
        title.append(inside)


def _lettered(soup: Tag) -> None:
    """Give answers the letters by which the fold below names them, in place of numbers."""
    for answers in soup.select("ol.em-answers"):
        answers.name = "ul"
    for number in soup.select("span.em-question-number"):
        number.append(".")
    for letter in soup.select("span.em-letter"):
        letter.name = "strong"
        letter.insert_after(" ")


def markdown(html: str) -> str:
    """Markdown of a piece of a page, without headings' links, scripts and pictures."""
    soup = BeautifulSoup(html, "html.parser")
    for useless in soup.select(", ".join(_DROPPED)):
        useless.decompose()
    _title_of_boxes(soup)
    _lettered(soup)
    text = _Converter().convert_soup(soup)
    lines = [_SPACES.sub(" ", line.rstrip()) for line in text.split("\n")]
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
