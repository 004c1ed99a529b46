"""Scores of models against scale: one task, or small multiples of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import pandas as pd

from emergence.charts import own_marks
from emergence.charts.own_axes import missing, placed, right_of, stretched, with_lines
from emergence.charts.theme import (
    MUTED,
    compact,
    lineage_legend,
    lineage_scales,
    painting_order,
    power_axis,
)
from emergence.formats import scientific, whole
from emergence.i18n import translator
from emergence.wrapping import lines

COLUMNS = ["name", "family", "lineage", "value", "low", "high", "train_flops", "params_active"]
NARROW = 18
"""Characters that fit the width of a panel."""
_NAMED = 200  # px of a panel from which on own models have their names in it
_TITLE, _SUBTITLE = 26, 34  # characters up to which a title does not widen its panel


@dataclass(frozen=True)
class Panel:
    """One of several small charts: its texts, its rows and the level of no ability."""

    title: str | list[str]
    subtitle: str | list[str]
    rows: pd.DataFrame
    level: float | None = None
    empty: Sequence[str] = ()


OWN = ["own", "place", "mark", "tag", "what"]
"""Columns that rows of a score chart have where readers' own models are among them."""
_STARS = [*OWN, "dy"]


def plot_rows(
    scores: pd.DataFrame, lang: str, keep: Sequence[str] = (), own: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return what a score chart draws: short columns, texts for tooltips, `noted` true or false.

    Needs name, family, lineage, value, train_flops, params_active, n, note; low and high are made
    empty where absent. own: rows of readers' models of the same scores, which come last.
    """
    rows = _book_rows(scores[~scores["own"]] if "own" in scores else scores, lang, keep)
    if own is None or own.empty:
        return rows
    marked = own_marks.marked(own, lang)
    marked = compact(marked.assign(lineage=marked["mark"]))
    return pd.concat([rows.assign(own=False), marked[[*rows.columns, *OWN]]], ignore_index=True)


def _book_rows(scores: pd.DataFrame, lang: str, keep: Sequence[str]) -> pd.DataFrame:
    _ = translator(lang)
    rows = scores.copy()
    for column in ("low", "high"):
        if column not in rows:
            rows[column] = float("nan")
    n = rows["n"].map(lambda x: _("not a count") if pd.isna(x) else whole(x, lang))
    flops = rows["train_flops"].map(lambda x: scientific(x, lang) if pd.notna(x) else _("unknown"))
    rows = rows.assign(noted=rows["note"].notna(), n_text=n, flops_text=flops)
    columns = [*COLUMNS, "noted", "n_text", "flops_text", *keep]
    # Lineages together and those without a name below: grey must not hide a colour.
    drawn = rows.sort_values("lineage", key=painting_order, kind="stable")
    return compact(drawn[columns].astype({"noted": bool}))


def score_layers(
    rows: pd.DataFrame,
    lang: str,
    x: alt.X,
    y: alt.Y,
    level: float | None = None,
    size: int = 60,
    extra: Sequence[alt.Tooltip] = (),
    legend_of: pd.DataFrame | None = None,
    named: str | None = None,
) -> list[alt.Chart]:
    """Return the layers of a score chart: level, intervals, points, hollow points of noted rows,
    and on top readers' own models.

    legend_of: rows of all charts that share a legend; else `rows`. named: Vega expression, true of
    an own model whose name stands left of it; without it names are in the legend only.
    """
    _ = translator(lang)
    every = rows if legend_of is None else legend_of
    stars = rows[rows["own"]] if "own" in rows else rows.iloc[:0]
    rows = rows[~rows["own"]].drop(columns=_STARS, errors="ignore") if "own" in rows else rows
    base = alt.Chart(rows)
    marks = own_marks.entries(every)
    colours, shapes = lineage_scales(every["lineage"], marks)
    legend = lineage_legend(lang, marks, title=None)
    tooltip = [
        alt.Tooltip("name:N", title=_("model")),
        alt.Tooltip("family:N", title=_("family")),
        alt.Tooltip("value:Q", title=_("score"), format=".3f"),
        alt.Tooltip("low:Q", title=_("95 % from"), format=".3f"),
        alt.Tooltip("high:Q", title=_("95 % to"), format=".3f"),
        alt.Tooltip("n_text:N", title=_("items")),
        alt.Tooltip("flops_text:N", title=_("training FLOPs")),
        *extra,
    ]
    bare = rows["low"].isna().all()
    if bare:
        tooltip = [t for t in tooltip if t.to_dict().get("field") not in ("low", "high")]
    colour = alt.Color("lineage:N", scale=colours, legend=legend)
    shape = alt.Shape("lineage:N", scale=shapes, legend=legend)
    layers = []
    if level is not None:
        rule = alt.Chart(pd.DataFrame({"level": [level]})).mark_rule(
            strokeDash=[5, 4], color=MUTED, strokeWidth=1.5
        )
        layers.append(rule.encode(y="level:Q"))
    if rows["low"].notna().any():
        intervals = base.transform_filter("isValid(datum.low)").mark_rule(opacity=0.4)
        low = alt.Y("low:Q", **_axis_of(y))
        layers.append(intervals.encode(x=x, y=low, y2="high:Q", color=colour))
    points = base.transform_filter("!datum.noted").mark_point(filled=True, size=size, opacity=1)
    layers.append(points.encode(x=x, y=y, color=colour, shape=shape, tooltip=tooltip))
    if rows["noted"].any():
        hollow = base.transform_filter("datum.noted").mark_point(
            filled=False, size=size, strokeWidth=1.5, opacity=1
        )
        layers.append(hollow.encode(x=x, y=y, color=colour, shape=shape, tooltip=tooltip))
    if not stars.empty:
        layers += _own_layers(stars, lang, x, y, size, tooltip, named, bare)
    return layers


def _own_layers(
    stars: pd.DataFrame,
    lang: str,
    x: alt.X,
    y: alt.Y,
    size: int,
    tooltip: Sequence[alt.Tooltip],
    named: str | None,
    bare: bool,
) -> list[alt.Chart]:
    """Intervals, stars and names of readers' models; bare: no chart of the book's has intervals."""
    layers = []
    if stars["low"].notna().any() and not bare and named:
        rules = alt.Chart(stars).transform_filter("isValid(datum.low)")
        low = alt.Y("low:Q", **_axis_of(y))
        layers.append(
            rules.mark_rule(opacity=0.6, color=own_marks.INK).encode(x=x, y=low, y2="high:Q")
        )
    # What names need is of no use without names, and pages are to stay small.
    known = stars.drop(columns=[] if named else ["tag", "dy", "mark"], errors="ignore")
    layers += own_marks.points(known, x, y, lang, size=size, tooltip=tooltip, by="lineage")
    return layers + (own_marks.texts(known, x, y, named) if named else [])


def _axis_of(y: alt.Y) -> dict[str, object]:
    parts = y.to_dict()
    return {k: parts[k] for k in ("scale", "axis", "title") if k in parts}


def score_chart(
    rows: pd.DataFrame,
    lang: str,
    *,
    title: str | list[str],
    subtitle: str | list[str],
    y_title: str,
    scale: str = "train_flops",
    level: float | None = None,
    domain: tuple[float, float] | None = None,
    height: int = 330,
    extra: Sequence[alt.Tooltip] = (),
) -> alt.LayerChart:
    """Return the scores of one task against `scale` (train_flops or params_active), log axis.

    rows: from `plot_rows`; rows without the scale are left out (say so in `subtitle`).
    """
    _ = translator(lang)
    names = {
        "train_flops": _("training FLOPs (estimate, 6·N·D)"),
        "params_active": _("parameters"),
    }
    known = rows.dropna(subset=scale)
    x = alt.X(f"{scale}:Q", scale=alt.Scale(type="log"), axis=power_axis(names[scale]))
    bounds = {} if domain is None else {"scale": alt.Scale(domain=list(domain))}
    y = alt.Y("value:Q", axis=alt.Axis(title=y_title, tickCount=5), **bounds)
    known = placed(known, domain or (0, known["value"].max()), height)
    right = right_of(known, scale)
    layers = score_layers(known, lang, x, y, level, extra=extra, named=right)
    told = with_lines(subtitle, missing(rows, scale, lang))
    return alt.layer(*layers).properties(
        width="container", height=height, title=alt.TitleParams(text=title, subtitle=told)
    )


def panels_chart(
    panels: Sequence[Panel],
    lang: str,
    *,
    columns: int = 4,
    title: str | None = None,
    domain: tuple[float, float] = (0, 1),
    size: tuple[int, int] = (108, 110),
) -> alt.ConcatChart:
    """Return small multiples that share the scale axis; a radio button swaps FLOPs and parameters.

    A panel without rows says why in its place.
    """
    _ = translator(lang)
    every = pd.concat([panel.rows for panel in panels])
    charts = [_panel(panel, lang, domain, size, every) for panel in panels]
    chart = alt.concat(*charts, columns=columns, spacing={"row": 18, "column": 14})
    chart = chart.add_params(_axis_param(lang))
    chart = chart.properties(
        title=alt.TitleParams(
            title or _("Score against scale"),
            # True of the picture too, where nothing can be chosen.
            subtitle=with_lines(
                _("Scale: training FLOPs (estimate, 6·N·D) unless parameters are chosen"),
                missing(every, "train_flops", lang, other=_("parameters")),
            ),
        )
    )
    return chart.resolve_scale(color="shared", shape="shared").resolve_legend(
        color="shared", shape="shared"
    )


def _axis_param(lang: str) -> alt.Parameter:
    _ = translator(lang)
    options = ["train_flops", "params_active"]
    labels = [_("training FLOPs"), _("parameters")]
    bind = alt.binding_radio(options=options, labels=labels, name=_("Scale: "))
    return alt.param(name="scale", value="train_flops", bind=bind)


def _wrapped(text: str | Sequence[str], characters: int) -> list[str]:
    pieces = [text] if isinstance(text, str) else text
    return [line for piece in pieces for line in lines(piece, characters)]


def _panel(
    panel: Panel,
    lang: str,
    domain: tuple[float, float],
    shape: tuple[int, int],
    every: pd.DataFrame,
) -> alt.Chart | alt.LayerChart:
    title = alt.TitleParams(
        text=_wrapped(panel.title, _TITLE),
        subtitle=_wrapped(panel.subtitle, _SUBTITLE),
        fontSize=12.5,
        subtitleFontSize=11,
        offset=6,
    )
    size = {"width": shape[0], "height": shape[1]}
    axis = alt.Axis(title=None, tickCount=3, format=".1f")
    if panel.rows.empty:
        heights = [0.6 - 0.13 * i for i in range(len(panel.empty))]
        why = pd.DataFrame({"line": list(panel.empty), "value": heights})
        text = alt.Chart(why).mark_text(fontSize=11, color="#4b5563")
        y = alt.Y("value:Q", axis=axis).scale(domain=[0, 1])
        return text.encode(x=alt.value(shape[0] / 2), y=y, text="line:N").properties(
            title=title, **size
        )
    flops = stretched(every, "train_flops", ("1e18", "1e26"), "[1e19, 1e22, 1e25]")
    params = stretched(every, "params_active", ("4e7", "1e12"), "[1e8, 1e10, 1e12]")
    domains, ticks = (
        f"scale == 'train_flops' ? {one} : {other}"
        for one, other in zip(flops, params, strict=True)
    )
    x = alt.X(
        "x:Q",
        scale=alt.Scale(type="log", domain=alt.ExprRef(domains)),
        axis=power_axis(None, values=alt.ExprRef(ticks)),
    )
    y = alt.Y("value:Q", axis=axis).scale(domain=list(domain))
    rows = placed(panel.rows, domain, shape[1])
    # Names find room in a wide panel only; the legend has them all.
    named = "scale == 'train_flops' ? datum.x > 1e22 : datum.x > 7e9"
    named = f"({named})" if shape[0] >= _NAMED else None
    layers = [
        layer
        if index == 0 and panel.level is not None
        else layer.transform_calculate(x="datum[scale]").transform_filter("isValid(datum.x)")
        for index, layer in enumerate(
            score_layers(rows, lang, x, y, panel.level, 28, (), every, named)
        )
    ]
    return alt.layer(*layers).properties(title=title, **size)
