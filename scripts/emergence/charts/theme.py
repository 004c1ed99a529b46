"""One look for all charts: colours, shapes, axes, lines of text."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping

import altair as alt
import pandas as pd

from emergence.formats import number
from emergence.i18n import translator
from emergence.wrapping import lines

ACCENT = "#2563a8"
SECOND = "#c2410c"
MUTED = "#808488"
FRAME = "#858c98"
"""Axes, ticks and frames: 3:1 against the white page."""

SUPPORT = 0.5
"""Opacity up to which a mark only supports others: intervals, bands, lines between points.

Texts have a contrast of at least 4.5:1 with the page and marks of 3:1, light and dark, opacity
included. Exempt are grid lines and supporting marks, which tell nothing without the marks they
belong to and whose values are in the table; their colours, when opaque, are not exempt.
"""

# Luminance between 0.12 and 0.30: at least 3:1 against a white and a near-black page. Neighbours
# differ in shape too, so that colour is never the only sign.
LINEAGE_STYLE = {
    "Llama": ("#2b7fc9", "circle"),
    "Qwen": ("#c2410c", "square"),
    "Mistral": ("#a855c7", "diamond"),
    "DeepSeek": ("#0f8a8a", "triangle-up"),
    "Pythia": ("#2f8f46", "triangle-down"),
    "OPT": ("#a16207", "cross"),
    "BLOOM": ("#d6336c", "triangle-right"),
    "StarCoder": ("#6366d9", "triangle-left"),
    "other": ("#808488", "circle"),
}
# Sizes in order: light to dark would fail on a dark page, so hue moves at equal lightness.
ORDINAL = ["#a16207", "#6b8e23", "#2f8f46", "#0f8a8a", "#2b7fc9", "#6366d9", "#a855c7", "#d6336c"]

# Faces of equal widths, so that what is measured at build fits in the reader's browser.
FONT = "Arial, 'Liberation Sans', Helvetica, Arimo, sans-serif"
CONFIG = {
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "gridColor": "#e5e7eb",
        "domainColor": FRAME,
        "tickColor": FRAME,
        "labelColor": "#4b5563",
        "titleColor": "#1f2937",
    },
    "legend": {
        "labelFontSize": 12,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "orient": "bottom",
        "labelColor": "#4b5563",
        "titleColor": "#1f2937",
        "columns": 3,
        "symbolSize": 90,
        "symbolOpacity": 1,
        "labelLimit": 260,
    },
    "title": {
        "fontSize": 15,
        "fontWeight": 600,
        "anchor": "start",
        "subtitleFontSize": 12.5,
        "subtitleColor": "#4b5563",
        "color": "#1f2937",
        "offset": 12,
        "subtitlePadding": 6,
    },
    "header": {
        "labelFontSize": 13,
        "labelFontWeight": 600,
        "labelColor": "#1f2937",
        "titleFontSize": 13,
    },
    "text": {"fontSize": 12, "color": "#1f2937"},
}

_SUPER = "['⁰','¹','²','³','⁴','⁵','⁶','⁷','⁸','⁹']"
_EXPONENT = "round(log(datum.value)/LN10)"
_IS_POWER = f"abs(log(datum.value)/LN10 - {_EXPONENT}) < 1e-6"
POWER_LABEL = (
    f"{_IS_POWER} ? '10' + ({_EXPONENT} >= 10 ? {_SUPER}[floor({_EXPONENT}/10)] : '')"
    f" + {_SUPER}[{_EXPONENT} % 10] : ''"
)
"""Vega expression: a power of ten as 10²³, nothing between powers."""

_ENTRY = 24  # characters of a line of a legend of two columns that fit a phone
AXIS_TITLE = 42
"""Characters of an axis' title that fit the plot of a phone."""

POWERS = [float(f"1e{exponent}") for exponent in range(31)]
"""Where a logarithmic axis has ticks: nowhere else, so that all of them have labels."""


def axis_title(text: str, characters: int = AXIS_TITLE) -> str | list[str]:
    """Return the title of an axis, in lines where it is long."""
    found = lines(text, characters)
    return found if len(found) > 1 else text


def power_axis(title: str | None, **options: object) -> alt.Axis:
    """Return the axis of a logarithmic scale, labelled at powers of ten."""
    ticks = {"values": POWERS, "labelFontSize": 13}
    shown = None if title is None else axis_title(title)
    return alt.Axis(title=shown, labelExpr=POWER_LABEL, grid=False, **(ticks | options))


def lineage_scales(
    present: pd.Series, further: Mapping[str, tuple[str, str]] | None = None
) -> tuple[alt.Scale, alt.Scale]:
    """Return colour and shape scales of the lineages in `present`, in their fixed order.

    further: colours and shapes of entries that come after them, by name.
    """
    known = {name: look for name, look in LINEAGE_STYLE.items() if name in set(present)}
    found = known | dict(further or {})
    colours, shapes = ([look[i] for look in found.values()] for i in (0, 1))
    return alt.Scale(domain=[*found], range=colours), alt.Scale(domain=[*found], range=shapes)


def painting_order(lineages: pd.Series) -> pd.Series:
    """Return when each lineage is drawn: the grey of `other` first, so that it hides no colour."""
    order = ["other", *(name for name in LINEAGE_STYLE if name != "other")]
    return lineages.map(order.index)


def lineage_legend(lang: str, further: Iterable[str] = (), **options: object) -> alt.Legend:
    """Return the legend of `lineage_scales`, with words for the lineage `other`.

    further: entries after the lineages; they may be long, and are broken into lines.
    """
    _ = translator(lang)
    other = json.dumps(_("other"), ensure_ascii=False)
    shown = f"datum.label == 'other' ? {other} : datum.label"
    broken = {name: lines(name, _ENTRY) for name in further}
    long = {name: parts for name, parts in broken.items() if len(parts) > 1}
    if long:
        known = json.dumps(long, ensure_ascii=False)
        shown = f"datum.label == 'other' ? {other} : {known}[datum.label] || datum.label"
    options = ({"columns": 2} if broken else {}) | options
    return alt.Legend(labelExpr=shown, **options)


def shape_statistic(value: float, lang: str) -> str:
    """Return linearity or breakthroughness as text; both can be infinite or undefined."""
    _ = translator(lang)
    if math.isnan(value):
        return _("undefined")
    if math.isinf(value):
        return "−∞" if value < 0 else "∞"
    return number(value, lang)


def compact(table: pd.DataFrame) -> pd.DataFrame:
    """Return a copy with floats of at most six significant digits: smaller pages, same pictures."""
    floats = table.select_dtypes("float").columns
    rounded = {c: table[c].map(lambda x: float(f"{x:.6g}"), na_action="ignore") for c in floats}
    return table.assign(**rounded)
