"""Formulas that stand on a line of their own, in the language of the page.

Sphinx puts a translated block back as reStructuredText, which MyST does not read, so the words in
a formula (`P(\\text{exact match})`) are put in their place here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.locale import init
from sphinx.transforms import SphinxTransform
from sphinx.util.i18n import docname_to_domain


class TranslateFormulas(SphinxTransform):
    """Translate the formulas of a page, and keep them from Sphinx's own translation."""

    default_priority = 15  # before that of all other texts (20)

    def apply(self, **kwargs: Any) -> None:
        """Translate them in this page."""
        if self.app.builder.name == "gettext":
            return
        folders = [str(Path(self.app.srcdir, name)) for name in self.config.locale_dirs]
        domain = docname_to_domain(self.env.docname, self.config.gettext_compact)
        catalogue, _found = init(folders, self.config.language, domain)
        for node in self.document.findall(nodes.math_block):
            text = catalogue.gettext(node.rawsource or node.astext())
            node.children = []
            node += nodes.Text(text)
            node.rawsource = text
            node["translatable"] = False


def setup(app: Sphinx) -> None:
    """Register the transform."""
    app.add_transform(TranslateFormulas)
