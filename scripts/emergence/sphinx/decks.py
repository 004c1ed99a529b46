"""Decks: the slides of a chapter as `slides/<chapter>.html`, in the presentation's order.

First its title, then the presentation's table of contents with the chapter marked (chapters without
slides are none of its sections), then the chapter's slides, then the way on: to the next deck, to
the exercises, back to the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment import BuildEnvironment
from sphinx.locale import get_translation
from sphinx.util.osutil import relative_uri
from sphinx_exercise.nodes import exercise_enumerable_node, exercise_node

from emergence.alternates import language_tag
from emergence.sphinx import charts, pictures, slides, specs, svg
from emergence.sphinx.figures import CATALOGUE, figure_html, rows_uri, table_uri
from emergence.sphinx.languages import BEFORE_THEME
from emergence.sphinx.slide_charts import PREFIX, on_slide, stands_beside

FOLDER = "slides/"
TEMPLATE = "em-deck.html"

_ = get_translation(CATALOGUE)


class Shown(NamedTuple):
    """One slide of a chapter, its parts as HTML."""

    title: str
    classes: str
    body: str
    chart: str
    notes: str


def deck_of(docname: str) -> str:
    """The deck of a chapter, named as Sphinx names pages."""
    return FOLDER + docname


def add_charts(app: Sphinx, env: BuildEnvironment) -> None:
    """Let the charts of decks be drawn together with those of pages."""
    if app.builder.format != "html":
        return
    cache = app.config.emergence_chart_cache

    def measure(spec: specs.Spec) -> tuple[int, int]:
        try:
            drawn = pictures.svg(specs.themed(spec, "light"), Path(cache) if cache else None)
        except ValueError:
            return 1, 1  # the page's own picture fails, too, and warns
        return svg.size(drawn)

    known = charts.charts_of(env)
    for name in [name for name in known if name.startswith(FOLDER)]:
        del known[name]
    for docname, found in slides.charts_on_slides(env).items():
        if found:
            known[deck_of(docname)] = [
                on_slide(chart, deck_of(docname), measure) for chart in found
            ]


def drop_doubles(app: Sphinx, env: BuildEnvironment) -> None:
    """Take away the tables of the charts of decks, which are those of the pages."""
    for name in [name for name in charts.charts_of(env) if name.startswith(FOLDER)]:
        for chart in charts.charts_of(env)[name]:
            for uri in (table_uri(chart.name), rows_uri(chart.name)):
                Path(app.outdir, uri).unlink(missing_ok=True)


def _title(env: BuildEnvironment, docname: str) -> str:
    return env.titles[docname].astext()


def _readdressed(doctree: nodes.document, page: str, deck: str) -> None:
    """Let references that were resolved for the page at `page` hold at the address `deck`."""
    up = relative_uri(deck, page)
    for node in doctree.findall(nodes.reference):
        if "refid" in node:
            node["refuri"] = f"{up}#{node.attributes.pop('refid')}"
        elif node.get("internal"):
            path, mark, fragment = node["refuri"].partition("#")
            there = up.rpartition("/")[0] + "/" + path if path else up
            node["refuri"] = there + mark + fragment


def resolved(builder: StandaloneHTMLBuilder, docname: str) -> nodes.document:
    """The slides of a chapter, in its language, their references resolved for its deck."""
    env = builder.env
    doctree = env.get_doctree(docname)
    found = list(doctree.findall(slides.slide_node))
    doctree.children = []
    doctree[slides.DECK] = True
    doctree += found
    env.resolve_references(doctree, docname, builder)
    target = builder.get_target_uri
    _readdressed(doctree, target(docname), target(deck_of(docname)))
    return doctree


def _html(builder: StandaloneHTMLBuilder, parts: list[nodes.Node]) -> str:
    box = nodes.container()
    box += [part.deepcopy() for part in parts]
    whole = builder.render_partial(box)["fragment"].strip()
    start, _mark, rest = whole.partition(">")
    return rest.removesuffix("</div>").strip() if start.startswith("<div") else whole


def _inline(builder: StandaloneHTMLBuilder, title: nodes.Element) -> str:
    """The inside of a title."""
    text = _html(builder, [nodes.paragraph("", "", *(part.deepcopy() for part in title.children))])
    return text.removeprefix("<p>").removesuffix("</p>")


def _figure(builder: StandaloneHTMLBuilder, deck: str, name: str | None) -> tuple[str, bool]:
    """The HTML of a slide's chart, and whether it stands beside the text."""
    found = charts.charts_of(builder.env).get(deck, ())
    chart = next((chart for chart in found if chart.name == f"{PREFIX}{name}"), None)
    drawn = builder.env.emergence_pictures.get(chart.name) if chart else None
    if chart is None or not drawn:
        return "", False
    html = figure_html(chart, drawn, builder.get_target_uri(deck))
    for uri in (table_uri, rows_uri):
        html = html.replace(uri(chart.name), uri(str(name)))
    return html, stands_beside(drawn["light"])


def shown(builder: StandaloneHTMLBuilder, docname: str) -> Iterator[Shown]:
    """The slides of a chapter as HTML."""
    builder.current_docname = docname
    builder.imgpath = relative_uri(builder.get_target_uri(deck_of(docname)), builder.imagedir)
    for slide in resolved(builder, docname).findall(slides.slide_node):
        figure, beside = _figure(builder, deck_of(docname), slide["chart"])
        body = _html(builder, slides.shown(slide)) if slides.shown(slide) else ""
        classes = [f"em-{name}" for name in slide["classes"]]
        if figure:
            classes.append("em-with-chart")
        if figure and body:
            classes.append("em-beside" if beside else "em-below")
        notes = slides.notes_of(slide)
        yield Shown(
            _inline(builder, slide[0]),
            " ".join(classes),
            body,
            figure,
            _html(builder, notes) if notes else "",
        )


def _exercises(env: BuildEnvironment, docname: str) -> str:
    """The anchor of the first exercise of a page; an empty text where it has none."""
    doctree = env.get_doctree(docname)
    for kind in (exercise_enumerable_node, exercise_node):
        for node in doctree.findall(kind):
            if node["ids"]:
                return node["ids"][0]
    return ""


def words() -> dict[str, str]:
    """What the decks' template and script say."""
    return {
        "slides": _("Slides"),
        "contents": _("Contents"),
        "page": _("To the page"),
        "exercises": _("Exercises of this chapter"),
        "on": _("What comes next"),
        "now": _("On the screen"),
        "notes": _("Notes"),
        "speaker": _("Speaker view"),
        "print": _("Print"),
        "previous": _("Previous slide"),
        "next": _("Next slide"),
        "end": _("The last slide"),
        "none": _("No notes"),
        "time": _("Time"),
        "elapsed": _("Since the start"),
        "restart": _("Start anew"),
        "alone": _("The slides are not connected: open this view from them, by the key S."),
        "resume": _("Go on"),
    }


def deck(builder: StandaloneHTMLBuilder, docname: str) -> dict[str, Any]:
    """What the template of decks is filled with."""
    env = builder.env
    here = builder.get_target_uri(deck_of(docname))

    def to(page: str, anchor: str = "") -> str:
        uri = relative_uri(here, builder.get_target_uri(page))
        return f"{uri}#{anchor}" if anchor else uri

    there = slides.decks(env)
    after = there[there.index(docname) + 1 :]
    exercises = _exercises(env, docname)
    first = env.config.root_doc
    return {
        "title": _title(env, docname),
        "em_book": _title(env, first),
        "em_is_chapter": docname != first,
        "em_tag": language_tag(env.config.language),
        "em_deck_words": words(),
        "em_sections": [
            {
                "title": _title(env, name),
                "here": name == docname,
                "href": to(deck_of(name)),
            }
            for name in there
            if name != first
        ],
        "em_slides": list(shown(builder, docname)),
        "em_next": {"title": _title(env, after[0]), "href": to(deck_of(after[0]))}
        if after
        else None,
        "em_page": to(docname),
        "em_exercises": to(docname, exercises) if exercises else "",
    }


def pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Every deck, for Sphinx to write."""
    if not isinstance(app.builder, StandaloneHTMLBuilder):
        return
    for docname in slides.decks(app.env):
        yield deck_of(docname), deck(app.builder, docname), TEMPLATE


def offer(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Link a page to its deck."""
    if pagename in slides.decks(app.env):
        href = app.builder.get_relative_uri(pagename, deck_of(pagename))
        tool = {"kind": "slides", "name": _("Slides"), "href": href}
        context["em_tools"] = [*context.get("em_tools", ()), tool]


def setup(app: Sphinx) -> None:
    """Register the decks."""
    app.connect("env-updated", add_charts, priority=400)  # before charts are drawn
    app.connect("env-updated", drop_doubles, priority=600)  # after that
    app.connect("html-collect-pages", pages)
    app.connect("html-page-context", offer, priority=BEFORE_THEME)
