"""Slides of a chapter, written where they belong in its text and shown in its deck only.

::::{slide} Small systems change smoothly, large ones sharply
:chart: percolation-spanning

- One short line for the room, with {glue:text}`numbers` as on the page.

:::{notes}
What the teacher says, asks and expects to hear.
:::
::::

`:chart:` is a chart of the same chapter; `:class: quote` sets a block quotation large, what stands
below it being its source. Whatever could not be shown is a Sphinx warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from emergence.sphinx import charts

DECK = "emergence-deck"
"""Attribute of the document whose slides stay in it: the one that a deck is made from."""

_IN_PLACE = re.compile(r'<div class="em-empty"[^>]* data-chart="([\w-]+)"')

logger = logging.getLogger(__name__)


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


class NoSlidesOnPages(SphinxPostTransform):
    """Take the slides out of a page before anything in them is counted, numbered or linked."""

    default_priority = 0
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Take them out of this page; a deck keeps them."""
        if DECK in self.document:
            return
        for node in [*self.document.findall(slide_node), *self.document.findall(notes_node)]:
            if node.parent is not None:
                node.parent.remove(node)


def shown(slide: slide_node) -> list[nodes.Node]:
    """What the room sees of a slide below its title, its chart left out."""
    return [node for node in slide.children[1:] if not isinstance(node, notes_node)]


def notes_of(slide: slide_node) -> list[nodes.Node]:
    """What the teacher sees of a slide."""
    return [
        child for node in slide.children if isinstance(node, notes_node) for child in node.children
    ]


def chapters(env: BuildEnvironment) -> list[str]:
    """The chapters that may have a deck: the first page, then its sections in their order."""
    first = env.config.root_doc
    return [first, *env.toctree_includes.get(first, ())]


def decks(env: BuildEnvironment) -> list[str]:
    """The chapters that have slides, in the order of the book."""
    return [docname for docname in chapters(env) if docname in _slides(env)]


def _slides(env: BuildEnvironment) -> dict[str, list[tuple[str | None, int | None]]]:
    """Of each page with slides, the chart and the line of each slide."""
    if not hasattr(env, "emergence_slides"):
        env.emergence_slides = {}
    return env.emergence_slides


def _ancestors(node: nodes.Node) -> Iterator[nodes.Node]:
    while node.parent is not None:
        node = node.parent
        yield node


def _panels(doctree: nodes.document) -> Iterator[tuple[str, nodes.raw]]:
    """The panels that stand in place of charts, by the names of the charts."""
    for raw in doctree.findall(nodes.raw):
        if name := _IN_PLACE.search(raw.astext()):
            yield name[1], raw


def collect(app: Sphinx, doctree: nodes.document) -> None:
    """Note the slides of a page, and warn of empty ones and of notes that belong to none."""
    for notes in doctree.findall(notes_node):
        if not any(isinstance(node, slide_node) for node in _ancestors(notes)):
            logger.warning("notes: they stand in no slide", location=notes, type="slide")
    found = []
    panels = dict(_panels(doctree))
    for slide in list(doctree.findall(slide_node)):
        if slide["chart"] in panels:
            # The chapter says why there is nothing to draw, and so does its slide.
            slide.insert(1, panels[slide["chart"]].deepcopy())
            slide["chart"] = None
        if not shown(slide) and not slide["chart"]:
            title = slide[0].astext()
            logger.warning("slide %r: it is empty", title, location=slide, type="slide")
        found.append((slide["chart"], slide.line))
    if found:
        _slides(app.env)[app.env.docname] = found


def purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget the slides of a page."""
    _slides(env).pop(docname, None)


def merge(app: Sphinx, env: BuildEnvironment, docnames: list[str], other: BuildEnvironment) -> None:
    """Take over the slides of pages that another process read."""
    found = _slides(other)
    _slides(env).update({name: found[name] for name in docnames if name in found})


def charts_on_slides(env: BuildEnvironment) -> dict[str, list[charts.Chart]]:
    """The charts that the deck of each chapter shows, each once, in the order of the slides."""
    return {
        docname: [
            chart
            for name in dict.fromkeys(name for name, _line in _slides(env)[docname])
            for chart in charts.charts_of(env).get(docname, ())
            if chart.name == name
        ]
        for docname in decks(env)
    }


def check(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of slides outside of chapters, and of charts that their chapter does not have."""
    if app.builder.format != "html":
        return  # chapters that were not run have no charts
    for docname in sorted(_slides(env).keys() - chapters(env)):
        line = _slides(env)[docname][0][1]
        logger.warning("slide: the page is no chapter", location=(docname, line), type="slide")
    for docname in decks(env):
        names = {chart.name for chart in charts.charts_of(env).get(docname, ())}
        seen = set()
        for name, line in _slides(env)[docname]:
            if name and name not in names:
                told = f"no chart of the page is called {name!r}"
                logger.warning("slide: %s", told, location=(docname, line), type="slide")
            if name and name in seen:
                told = f"the chart {name!r} stands on an earlier slide, too"
                logger.warning("slide: %s", told, location=(docname, line), type="slide")
            seen.add(name)


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_node(slide_node)
    app.add_node(notes_node)
    app.add_directive("slide", Slide)
    app.add_directive("notes", Notes)
    app.add_post_transform(NoSlidesOnPages)
    app.connect("doctree-read", collect)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
    app.connect("env-check-consistency", check)
