"""Spaces at which a line may not break, where a language has a custom about them.

Russian: no dash begins a line, and no word of one letter ends one (Milchin & Cheltsova, Spravochnik
izdatelya i avtora). A language without rules here is left as its catalogue has it.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

_RUSSIAN = (
    (re.compile(r" (?=—)"), "\N{NO-BREAK SPACE}"),
    (re.compile(r"(?<![\w-])([ВвКкСсУуОоИиАаЯя]) (?=\S)"), "\\1\N{NO-BREAK SPACE}"),
)
RULES = MappingProxyType({"ru": _RUSSIAN})

_LEFT_ALONE = (nodes.literal, nodes.literal_block, nodes.math, nodes.math_block, nodes.raw)


def unbroken(text: str, lang: str) -> str:
    """The text with the no-break spaces that the language wants."""
    for pattern, replacement in RULES.get(lang, ()):
        text = pattern.sub(replacement, text)
    return text


class NoBreakSpaces(SphinxPostTransform):
    """Put them into the texts of a page."""

    default_priority = 950
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Put them in, but for code and formulas."""
        for node in list(self.document.findall(nodes.Text)):
            if isinstance(node.parent, _LEFT_ALONE):
                continue
            done = unbroken(node.astext(), self.config.language)
            if done != node.astext():
                node.parent.replace(node, nodes.Text(done))


def setup(app: Sphinx) -> None:
    """Register the transform."""
    app.add_post_transform(NoBreakSpaces)
