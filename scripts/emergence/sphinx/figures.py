"""The HTML of a chart: figure, pictures of both themes, link to its table, spec where needed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from sphinx.locale import get_translation
from sphinx.util.osutil import relative_uri

from emergence.i18n import INTERFACE
from emergence.sphinx import specs

CATALOGUE = INTERFACE

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


def figure_html(chart: Chart, drawn: Mapping[str, Picture], page_uri: str) -> str:
    """The figure of a chart on the page at `page_uri`.

    Both pictures are lazy and style sheets show one of them, so that only that one is loaded,
    with or without scripts.
    """

    def to(uri: str) -> str:
        return escape(relative_uri(page_uri, uri))

    spec = chart.parsed()
    needs = specs.interaction(spec)
    fluid = specs.is_fluid(spec)
    label, csv = escape(_("Chart")), escape(_("Table (CSV)"))
    focus = "" if fluid and needs == "never" else f' tabindex="0" role="group" aria-label="{label}"'
    both = "".join(_picture_html(drawn, scheme, chart.alt, to) for scheme in specs.SCHEMES)
    data = (
        ""
        if needs == "never"
        else f'<script type="application/json">{specs.payload(spec)}</script>'
    )
    return (
        f'<figure class="em-chart em-{"fluid" if fluid else "fixed"}" id="chart-{chart.name}"'
        f' data-live="{needs}"><div class="em-view"{focus}>{both}</div>'
        f'<figcaption><a href="{to(table_uri(chart.name))}" download>{csv}</a></figcaption>'
        f"{data}</figure>\n"
    )
