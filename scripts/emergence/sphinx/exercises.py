"""Titles of exercises as texts that can be translated, which sphinx-exercise leaves out."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx_exercise.nodes import exercise_subtitle


class SourceOfTitles(SphinxTransform):
    """Tell where each title comes from: Sphinx translates no text whose source it doesn't know."""

    default_priority = 9  # before the first transform that deals with translation

    def apply(self, **kwargs: Any) -> None:
        """Tell it for the titles of this page."""
        for node in list(self.document.findall(exercise_subtitle)):
            exercise = node.parent.parent
            node.source, node.line = exercise.source or self.document["source"], exercise.line
            node.rawsource = node.rawsource or node.astext()
            if self.app.builder.name == "gettext":
                # Titles are made anew before catalogues are written, again without a source.
                copy = nodes.paragraph(node.rawsource, node.astext())
                copy.source, copy.line = node.source, node.line
                exercise.insert(1, copy)


def translate_register(app: Sphinx, doctree: nodes.document) -> None:
    """Give the titles of solutions, which come from a register, the words of their exercises."""
    register = getattr(app.env, "sphinx_exercise_registry", {})
    for node in doctree.findall(exercise_subtitle):
        entry = register.get(node.parent.parent.get("label"))
        for noted in entry["node"].findall(exercise_subtitle) if entry else ():
            noted.children = [child.deepcopy() for child in node.children]


def setup(app: Sphinx) -> None:
    """Register both steps."""
    app.setup_extension("sphinx_exercise")
    app.add_transform(SourceOfTitles)
    app.connect("doctree-read", translate_register)
