"""Charts of executed notebooks as pictures made at build, brought to life where they need it.

A chart is a notebook output with these parts:

- `application/vnd.vegalite.v6+json`: a complete Vega-Lite spec with its data,
- `text/plain`: what the chart shows, in words,
- `text/csv`: the table behind it,
- output metadata `{"application/vnd.vegalite.v6+json": {"name": "eight-tasks"}}`.

Whatever is missing or doubled is a Sphinx warning that names the page and the chart.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from emergence.files import write_text
from emergence.sphinx import chart_scripts, pictures, specs, svg
from emergence.sphinx.figures import (
    Chart,
    Picture,
    figure_html,
    rows_uri,
    script_uri,
    table_uri,
)

MIME = "application/vnd.vegalite.v6+json"
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")

logger = logging.getLogger(__name__)


class chart_node(nodes.General, nodes.Element):
    """Where a chart stands; its attribute `name` leads to the rest."""


def _problems(name: object, alt: str, table: str, spec: dict[str, Any]) -> list[str]:
    found = []
    if not isinstance(name, str) or not _NAME.match(name):
        found.append(f"its name is {name!r}, not lower-case words joined by hyphens")
    if not alt or alt.startswith("alt."):
        found.append("it has no alternative text")
    if not table.strip():
        found.append("it has no table behind it")
    if addresses := specs.external_addresses(spec):
        found.append(f"it loads data from {addresses[0]!r}")
    return found


class ChartRenderer:
    """Turns the output of a chart cell into a chart node (entry point of MyST-NB)."""

    mime_priority_overrides = (("*", MIME, 1), ("*", "text/csv", None))

    @staticmethod
    def handle_mime(
        renderer: NbElementRenderer, data: MimeData, inline: bool
    ) -> list[nodes.Element] | None:
        """Return the nodes of a chart or of its table; None for any other output."""
        if data.mime_type == "text/csv":
            return []
        if data.mime_type != MIME:
            return None
        bundle = _bundle_of(renderer, data)
        spec = data.content if isinstance(data.content, dict) else json.loads(data.string)
        name = data.output_metadata.get(MIME, {}).get("name")
        alt = " ".join(bundle.get("text/plain", "").split())
        table = bundle.get("text/csv", "")
        env = renderer.renderer.sphinx_env
        found = _problems(name, alt, table, spec)
        for problem in found:
            logger.warning(
                "chart %s: %s", name, problem, location=(env.docname, data.line), type="chart"
            )
        if found:
            return []
        node = chart_node(name=name, ids=[f"chart-{name}"])
        text = json.dumps(spec, ensure_ascii=False, separators=(",", ":"))
        node["chart"] = Chart(name, env.docname, data.line or 0, text, alt, table)
        return [node]


def _bundle_of(renderer: NbElementRenderer, data: MimeData) -> dict[str, str]:
    """All parts of the output that `data` is one part of; {} for one pasted elsewhere."""
    if data.cell_index is None:
        return {}
    _count, outputs = renderer.renderer.nb_client.code_cell_outputs(data.cell_index)
    bundles = [dict(output.get("data", {})) for output in outputs]
    return next((bundle for bundle in bundles if bundle.get(MIME) is data.content), {})


def charts_of(env: BuildEnvironment) -> dict[str, list[Chart]]:
    """The charts of each page, by document name."""
    if not hasattr(env, "emergence_charts"):
        env.emergence_charts = {}
    return env.emergence_charts


def collect(app: Sphinx, doctree: nodes.document) -> None:
    """Note the charts of a page, and make `chart-<name>` a target of references."""
    docname = app.env.docname
    standard = app.env.get_domain("std")
    assert isinstance(standard, StandardDomain)
    charts = []
    for node in doctree.findall(chart_node):
        chart = node.attributes.pop("chart")
        charts.append(chart)
        standard.anonlabels[f"chart-{chart.name}"] = docname, f"chart-{chart.name}"
        standard.labels[f"chart-{chart.name}"] = docname, f"chart-{chart.name}", chart.name
    if charts:
        charts_of(app.env)[docname] = charts


def purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget the charts of a page."""
    charts_of(env).pop(docname, None)


def merge(
    app: Sphinx, env: BuildEnvironment, docnames: Iterable[str], other: BuildEnvironment
) -> None:
    """Take over the charts of pages that another process read."""
    found = charts_of(other)
    charts_of(env).update({name: found[name] for name in docnames if name in found})


def check_names(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of a chart name that two charts have."""
    first: dict[str, str] = {}
    for docname in sorted(charts_of(env)):
        for chart in charts_of(env)[docname]:
            if chart.name in first:
                logger.warning(
                    "chart %s: the page %s has a chart of the same name",
                    chart.name,
                    first[chart.name],
                    location=(docname, chart.line),
                    type="chart",
                )
            first.setdefault(chart.name, docname)


def draw(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Write pictures, tables and scripts of all charts, before any page is written."""
    env.emergence_pictures = {}
    if app.builder.format != "html":
        return []
    for docname, charts in sorted(charts_of(env).items()):
        specs_of_page = {chart.name: chart.parsed() for chart in charts}
        if script := chart_scripts.page_script(specs_of_page):
            write_text(Path(app.outdir, script_uri(docname)), script)
        for chart in charts:
            try:
                env.emergence_pictures[chart.name] = _drawn(app, chart)
            except ValueError as error:
                logger.warning(
                    "chart %s: it cannot be drawn: %s",
                    chart.name,
                    error,
                    location=(docname, chart.line),
                    type="chart",
                )
    return []


def _drawn(app: Sphinx, chart: Chart) -> dict[str, Picture]:
    spec = chart.parsed()
    cache = Path(app.config.emergence_chart_cache) if app.config.emergence_chart_cache else None
    drawn = {}
    for scheme in specs.SCHEMES:
        for key, sized in specs.sizes(specs.themed(spec, scheme)).items():
            picture = pictures.svg(sized, cache)
            uri = f"_images/charts/{chart.name}-{scheme}{key}.svg"
            write_text(Path(app.outdir, uri), picture)
            drawn[scheme + key] = Picture(uri, *svg.size(picture))
    write_text(Path(app.outdir, table_uri(chart.name)), chart.table)
    rows = chart_scripts.rows_script(chart.name, chart.table, spec, app.config.language)
    write_text(Path(app.outdir, rows_uri(chart.name)), rows)
    return drawn


def visit_chart(translator: Any, node: chart_node) -> None:
    """Write a chart into a page; nothing where it could not be drawn."""
    builder = translator.builder
    docname = builder.current_docname
    drawn = builder.env.emergence_pictures.get(node["name"])
    charts = charts_of(builder.env).get(docname, [])
    chart = next((chart for chart in charts if chart.name == node["name"]), None)
    if drawn and chart:
        translator.body.append(figure_html(chart, drawn, builder.get_target_uri(docname)))
    raise nodes.SkipNode


def skip_chart(translator: Any, node: chart_node) -> None:
    """Leave a chart out of outputs other than pages."""
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register charts. `emergence_chart_cache`: a folder that keeps pictures between builds."""
    app.add_config_value("emergence_chart_cache", "", "html", str)
    skipped = (skip_chart, None)
    app.add_node(
        chart_node,
        html=(visit_chart, None),
        latex=skipped,
        text=skipped,
        man=skipped,
        texinfo=skipped,
    )
    app.connect("doctree-read", collect)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
    app.connect("env-check-consistency", check_names)
    app.connect("env-updated", draw)
