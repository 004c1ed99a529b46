"""Charts of site percolation: pictures of a lattice, and the probability that it is spanned."""

from __future__ import annotations

import altair as alt
import pandas as pd

from emergence.charts.theme import ACCENT, FRAME, MUTED, ORDINAL, SECOND
from emergence.formats import Count, percent
from emergence.i18n import translator
from emergence.scaling import wilson
from emergence.simulation import CRITICAL_OCCUPANCY

PANEL = 200  # px
# Other clusters are drawn as small squares: in print, size tells what colour does on a screen.
SIDE = {"spanning": 1.0, "largest": 1.0, "other": 0.5}
SHAPES = ["circle", "square", "diamond", "triangle-up", "triangle-down", "cross"]


def squares_path(sites: pd.DataFrame, size: int, side: float) -> str:
    """Return the SVG path of the sites (columns row, column), one square a site.

    Units are sites, the origin is the centre of a lattice of `size` rows, row 0 is on top.
    Neighbours in a row are one rectangle where they touch (side 1).
    """
    corner = (1 - side) / 2 - size / 2
    boxes = []
    for row, found in sites.groupby("row"):
        columns = found["column"].sort_values()
        starts = columns.diff().ne(1) if side == 1 else pd.Series(True, index=columns.index)
        runs = columns.groupby(starts.cumsum()).agg(["min", "size"])
        for start, length in zip(runs["min"], runs["size"], strict=True):
            width = length - 1 + side
            boxes.append(f"M{start + corner:g} {row + corner:g}h{width:g}v{side:g}h{-width:g}z")
    return "".join(boxes)


def lattices(sites: pd.DataFrame, shares: pd.DataFrame, size: int, lang: str) -> alt.TopLevelMixin:
    """Draw one lattice at each occupancy of `shares`, its spanning or largest cluster marked.

    sites, shares: as `percolation.sites` and `percolation.cluster_shares` give them.
    """
    _ = translator(lang)
    names = {
        "spanning": _("cluster from top to bottom"),
        "largest": _("largest cluster"),
        "other": _("other occupied sites"),
    }
    panels = {
        row.occupancy: (_("{share}: spanned") if row.spans else _("{share}: not spanned")).format(
            share=percent(row.occupancy, lang)
        )
        for row in shares.itertuples()
    }
    drawn = pd.DataFrame(
        [
            {
                "panel": panels[occupancy],
                "cluster": cluster,
                "path": squares_path(found, size, SIDE[cluster]),
            }
            for (occupancy, cluster), found in sites.groupby(["occupancy", "cluster"])
        ]
        # A panel without a site would not be drawn at all.
        + [
            {"panel": panels[row.occupancy], "cluster": "other", "path": "M0 0"}
            for row in shares[shares["occupied"].eq(0)].itertuples()
        ],
        columns=["panel", "cluster", "path"],
    )
    present = [cluster for cluster in SIDE if cluster in set(drawn["cluster"])]
    colours = dict(zip(SIDE, (ACCENT, SECOND, MUTED), strict=True))
    scale = alt.Scale(domain=[names[c] for c in present], range=[colours[c] for c in present])
    title = alt.Title(
        _("One lattice at rising occupancy"),
        subtitle=_("share of occupied sites, {size} × {size} {size:site|sites}").format(
            size=Count(size, lang)
        ),
    )
    return (
        alt.Chart(drawn.assign(cluster=drawn["cluster"].map(names)))
        .mark_point(filled=True, size=(2 * PANEL / size) ** 2, opacity=1, strokeWidth=0)
        .encode(
            x=alt.value(PANEL / 2),
            y=alt.value(PANEL / 2),
            shape=alt.Shape("path:N", scale=None, legend=None),
            color=alt.Color(
                "cluster:N",
                scale=scale,
                legend=alt.Legend(title=None, symbolType="square", columns=1),
            ),
        )
        .properties(width=PANEL, height=PANEL, view=alt.ViewConfig(stroke=FRAME))
        .facet(
            facet=alt.Facet("panel:N", title=None, sort=list(panels.values())),
            columns=3,
            title=title,
            usermeta={"narrowColumns": 1},
        )
    )


def spanning(curves: pd.DataFrame, lang: str) -> alt.TopLevelMixin:
    """Draw the probability that a lattice is spanned against occupancy, one line a lattice size.

    curves: as `simulation.spanning_probability` gives it.
    """
    _ = translator(lang)
    low, high = wilson(curves["spanning"], curves["n"])
    share = curves["spanning"] / curves["n"]
    table = curves.assign(probability=share, low=low, high=high).round(5)
    sizes = sorted(table["size"].unique().tolist())
    colour = alt.Color(
        "size:N",
        title=_("lattice, sites a side"),
        scale=alt.Scale(domain=sizes, range=[ORDINAL[i % len(ORDINAL)] for i in _spaced(sizes)]),
    )
    shape = alt.Shape(
        "size:N",
        title=_("lattice, sites a side"),
        scale=alt.Scale(domain=sizes, range=[SHAPES[i % len(SHAPES)] for i in range(len(sizes))]),
    )
    x = alt.X(
        "occupancy:Q",
        title=_("occupancy"),
        scale=alt.Scale(zero=False, nice=False),
        axis=alt.Axis(format=".0%", tickCount=6, grid=False),
    )
    y = alt.Y(
        "probability:Q",
        title=_("share of lattices spanned"),
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format=".0%", tickCount=5),
    )
    base = alt.Chart(table)
    bands = base.mark_area(opacity=0.15).encode(x=x, y=alt.Y("low:Q"), y2="high:Q", color=colour)
    lines = base.mark_line(strokeWidth=2).encode(x=x, y=y, color=colour)
    points = base.mark_point(filled=True, size=34, opacity=1).encode(
        x=x,
        y=y,
        color=colour,
        shape=shape,
        tooltip=[
            alt.Tooltip("size:O", title=_("sites a side")),
            alt.Tooltip("occupancy:Q", title=_("occupancy"), format=".1%"),
            alt.Tooltip("spanning:Q", title=_("lattices spanned")),
            alt.Tooltip("n:Q", title=_("lattices")),
            alt.Tooltip("low:Q", title=_("interval from"), format=".1%"),
            alt.Tooltip("high:Q", title=_("interval to"), format=".1%"),
        ],
    )
    critical = pd.DataFrame({"occupancy": [CRITICAL_OCCUPANCY], "text": [_("infinite lattice")]})
    rule = alt.Chart(critical).mark_rule(strokeDash=[5, 4], color=MUTED).encode(x="occupancy:Q")
    name = (
        alt.Chart(critical)
        .mark_text(align="left", dx=6, dy=-2, baseline="bottom")
        .encode(x="occupancy:Q", y=alt.value("height"), text="text:N")
    )
    title = alt.Title(
        _("Is a lattice spanned?"),
        subtitle=[
            _("{n} random {n:lattice|lattices} of each size").format(
                n=Count(table["n"].max(), lang)
            ),
            _("bands: 95 % Wilson intervals"),
        ],
    )
    return (bands + rule + lines + points + name).properties(
        width="container", height=320, title=title
    )


def _spaced(sizes: list[int]) -> list[int]:
    """Return positions in the ordinal colours, as far apart as the number of sizes allows."""
    step = max(1, (len(ORDINAL) - 1) // max(1, len(sizes) - 1))
    return [i * step for i in range(len(sizes))]
