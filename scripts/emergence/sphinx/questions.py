"""Questions that a reader answers with a click or a key, and learns at once what is right.

:::{question} Which scale do the authors of 2022 use most?
:name: q-definition-1

- [ ] The number of parameters.

  They show it in the appendix; the figures of the text have another axis.

- [x] Training FLOPs.

  Yes: one number that joins parameters and data.
:::
"""

from __future__ import annotations

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class question_node(nodes.General, nodes.Element):
    """A question, text around it, and its answers."""


class Question(SphinxDirective):
    """`{question} What is asked`, then a list of answers, each with what it earns below it."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = {"name": directives.unchanged_required}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Return the question."""
        node = question_node()
        self.set_source_info(node)
        inline, messages = self.parse_inline(self.arguments[0], lineno=self.lineno)
        title = nodes.rubric(self.arguments[0], "", *inline)
        self.set_source_info(title)
        node += title
        node += self.parse_content_to_nodes()
        self.add_name(node)
        return [node, *messages]


def take_out(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Take the questions out of a page."""
    for node in list(doctree.findall(question_node)):
        node.parent.remove(node)


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_node(question_node)
    app.add_directive("question", Question)
    app.connect("doctree-resolved", take_out)
