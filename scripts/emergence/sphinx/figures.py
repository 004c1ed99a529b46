"""The HTML of a chart: figure, pictures of both themes, what shows its data and its settings."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from sphinx.locale import get_translation
from sphinx.util.osutil import relative_uri

from emergence import paths
from emergence.i18n import INTERFACE
from emergence.sphinx import specs
from emergence.sphinx.chart_scripts import controls_html

CATALOGUE = INTERFACE
VEGA = f"{paths.SHARED}/vega.js"
"""Address of the script that draws living charts, from the root of a language's pages."""

_ = get_translation(CATALOGUE)


@dataclass(frozen=True)
class Chart:
    """One chart of a page: `spec` is JSON, `table` CSV, `line` the line of its cell."""

    name: str
    docname: str
    line: int
    spec: str
    alt: str
    table: str

    def parsed(self) -> specs.Spec:
        """The spec as a JSON object."""
        return json.loads(self.spec)


class Picture(NamedTuple):
    """A picture of a chart under the site: its address and its size in px."""

    uri: str
    width: int
    height: int


def rows_uri(name: str) -> str:
    """Address of the script with the rows of a chart, from the root of the site."""
    return f"_static/tables/{name}.js"


def script_uri(docname: str) -> str:
    """Address of the script with the charts of a page, from the root of the site."""
    return f"_static/charts/{docname}.js"


def table_uri(name: str) -> str:
    """Address of the table behind a chart, from the root of the site."""
    return f"data/charts/{name}.csv"


def _picture_html(
    drawn: Mapping[str, Picture], scheme: specs.Scheme, alt: str, to: Callable[[str], str]
) -> str:
    wide, phone = drawn[scheme], drawn.get(f"{scheme}-phone")
    source = (
        f'<source media="{specs.PHONE_PAGE}" srcset="{to(phone.uri)}"'
        f' width="{phone.width}" height="{phone.height}">'
        if phone
        else ""
    )
    return (
        f'<picture class="em-{scheme}">{source}'
        f'<img class="dark-light" src="{to(wide.uri)}" alt="{escape(alt)}"'
        f' width="{wide.width}" height="{wide.height}" loading="lazy" decoding="async"></picture>'
    )


def figure_html(
    chart: Chart, drawn: Mapping[str, Picture], page_uri: str, *, narrows: bool = True
) -> str:
    """The figure of a chart on the page, or in the deck, at `page_uri`.

    Both pictures are lazy and style sheets show one of them, so that only that one is loaded,
    with or without scripts. What needs scripts is there from the start and unseen, so that nothing
    moves when it comes. narrows: whether the figure becomes narrow with the screen; a slide does
    not, it shrinks.
    """

    def to(uri: str) -> str:
        return escape(relative_uri(page_uri, uri))

    spec = chart.parsed()
    needs = specs.interaction(spec)
    fluid = specs.is_fluid(spec)
    inputs = specs.inputs(spec)
    pictures = drawn if narrows else {k: v for k, v in drawn.items() if not k.endswith("-phone")}
    label = escape(_("Chart"))
    focus = "" if fluid and needs == "never" else f' tabindex="0" role="group" aria-label="{label}"'
    both = "".join(_picture_html(pictures, scheme, chart.alt, to) for scheme in specs.SCHEMES)
    scripts = {"spec": to(script_uri(chart.docname)), "vega": to(f"../{VEGA}")}
    told = {
        "live": needs,
        "rows": to(rows_uri(chart.name)),
        **({} if needs == "never" else scripts),
        **({} if narrows else {"wide": ""}),
    }
    data = "".join(f' data-{name}="{value}"' for name, value in told.items())
    return (
        f'<figure class="em-chart em-{"fluid" if fluid else "fixed"}" id="chart-{chart.name}"'
        f'{data}>{controls_html(inputs)}<div class="em-view"{focus}>{both}</div>'
        f'<div class="em-foot">{_foot_html(to(table_uri(chart.name)), bool(inputs))}</div>'
        f"</figure>\n"
    )


def _foot_html(csv: str, settings: bool) -> str:
    """What stands under a chart: buttons, unseen until scripts run, and the link to its table."""
    data, file, link = escape(_("Data")), escape(_("Table (CSV)")), escape(_("Copy link"))
    said, field = escape(_("Link copied")), escape(_("Link to the chart with its settings"))
    made = '<button type="button" class="em-data" aria-expanded="false" hidden>'
    made += f"{data}</button>"
    if settings:
        made += '<button type="button" class="em-link" hidden'
        made += f' data-said="{said}" data-field="{field}">{link}</button>'
    return f'{made}<a href="{csv}" download>{file}</a>'
