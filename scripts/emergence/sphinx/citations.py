"""Citations by author and year in the words of the page's language: Wei et al., Wei и др.

The list of references itself keeps the language of what it refers to, as citations do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from docutils import nodes
from pybtex.richtext import Text
from sphinx.application import Sphinx
from sphinx.locale import get_translation
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinxcontrib.bibtex.plugin import register_plugin
from sphinxcontrib.bibtex.style.referencing import PersonStyle
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle

from emergence.sphinx.figures import CATALOGUE

NAME = "translated_author_year"

_ = get_translation(CATALOGUE)


def person_style() -> PersonStyle:
    """How names are joined, in the language of the pages."""
    two = _("{first} and {second}").removeprefix("{first}").removesuffix("{second}")
    last = _("{others}, and {last}").removeprefix("{others}").removesuffix("{last}")
    more = _("{first} et al.").removeprefix("{first}").strip()
    return PersonStyle(sep2=str(two), last_sep=str(last), other=Text(" ", str(more)))


@dataclass
class TranslatedAuthorYear(AuthorYearReferenceStyle):
    """References by author and year; the words between names are looked up."""

    person: PersonStyle = field(default_factory=person_style)


class LiveBacklinks(SphinxPostTransform):
    """Keep the ways back from a reference that lead somewhere.

    Of a translated paragraph Sphinx reads the original first, whose citations then are gone.
    """

    default_priority = 950
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Drop the others in this page."""
        elements = self.document.findall(nodes.Element)
        known = {name for element in elements for name in element.get("ids", ())}
        for citation in self.document.findall(nodes.citation):
            backrefs = dict.fromkeys(citation.get("backrefs", ()))
            citation["backrefs"] = [name for name in backrefs if name in known]


def _visit_citation(translator: Any, node: nodes.citation) -> None:
    # Docutils gives an entry a role that ARIA has given up, and no list of references an item.
    if not isinstance(node.previous_sibling(), nodes.citation):
        translator.body.append('<div role="list" class="citation-list">\n')
    translator.body.append(translator.starttag(node, "div", CLASS="citation", ROLE="listitem"))


def _depart_citation(translator: Any, node: nodes.citation) -> None:
    translator.body.append("</div>\n")
    if not isinstance(node.next_node(descend=False, siblings=True), nodes.citation):
        translator.body.append("</div>\n")


def setup(app: Sphinx) -> None:
    """Offer the style as `bibtex_reference_style`, and mend the list of references."""
    app.add_node(nodes.citation, override=True, html=(_visit_citation, _depart_citation))
    app.add_post_transform(LiveBacklinks)
    register_plugin("sphinxcontrib.bibtex.style.referencing", NAME, TranslatedAuthorYear)
