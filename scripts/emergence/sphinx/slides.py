"""Slides of a chapter, written where they belong in its text and shown in its deck only.

::::{slide} Small systems change smoothly, large ones sharply
:chart: percolation-spanning

- One short line for the room, with {glue:text}`numbers` as on the page.

:::{notes}
What the teacher says, asks and expects to hear.
:::
::::
"""

from __future__ import annotations

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class slide_node(nodes.General, nodes.Element):
    """One slide: its title, what is shown, and notes. `chart`: the name of a chart, or None."""


class notes_node(nodes.General, nodes.Element):
    """What the teacher sees of a slide, and the room does not."""


class Slide(SphinxDirective):
    """`{slide} Title`, with a chart of the chapter beside or below its text."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = {"chart": directives.unchanged_required, "class": directives.class_option}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Return the slide."""
        node = slide_node(chart=self.options.get("chart"), classes=self.options.get("class", []))
        self.set_source_info(node)
        inline, messages = self.parse_inline(self.arguments[0], lineno=self.lineno)
        title = nodes.rubric(self.arguments[0], "", *inline)
        self.set_source_info(title)
        node += title
        node += self.parse_content_to_nodes()
        return [node, *messages]


class Notes(SphinxDirective):
    """`{notes}` inside a slide."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the notes."""
        node = notes_node()
        self.set_source_info(node)
        node += self.parse_content_to_nodes()
        return [node]


def take_out(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Take the slides out of a page."""
    for node in list(doctree.findall(slide_node)):
        node.parent.remove(node)


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_node(slide_node)
    app.add_node(notes_node)
    app.add_directive("slide", Slide)
    app.add_directive("notes", Notes)
    app.connect("doctree-resolved", take_out)
