"""Scores of models against scale: one task, or small multiples of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import pandas as pd

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
_TITLE, _SUBTITLE = 26, 34  # characters up to which a title does not widen its panel


@dataclass(frozen=True)
class Panel:
    """One of several small charts: its texts, its rows and the level of no ability."""

    title: str | list[str]
    subtitle: str | list[str]
    rows: pd.DataFrame
    level: float | None = None
    empty: Sequence[str] = ()


def plot_rows(scores: pd.DataFrame, lang: str, keep: Sequence[str] = ()) -> pd.DataFrame:
    """Return what a score chart draws: short columns, texts for tooltips, `noted` true or false.

    Needs name, family, lineage, value, train_flops, params_active, n, note; low and high are made
    empty where absent.
    """
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
    lineages: pd.Series | None = None,
) -> list[alt.Chart]:
    """Return the layers of a score chart: level, intervals, points, hollow points of noted rows.

    lineages: those of the legend, where other charts share it; else those of `rows`.
    """
    _ = translator(lang)
    base = alt.Chart(rows)
    colours, shapes = lineage_scales(rows["lineage"] if lineages is None else lineages)
    legend = lineage_legend(lang, title=None)
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
    if rows["low"].isna().all():
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
    return layers


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
    return alt.layer(*score_layers(known, lang, x, y, level, extra=extra)).properties(
        width="container", height=height, title=alt.TitleParams(text=title, subtitle=subtitle)
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
    lineages = pd.concat([panel.rows["lineage"] for panel in panels])
    charts = [_panel(panel, lang, domain, size, lineages) for panel in panels]
    chart = alt.concat(*charts, columns=columns, spacing={"row": 18, "column": 14})
    chart = chart.add_params(_axis_param(lang))
    chart = chart.properties(
        title=alt.TitleParams(
            title or _("Score against scale"),
            # True of the picture too, where nothing can be chosen.
            subtitle=_("Scale: training FLOPs (estimate, 6·N·D) unless parameters are chosen"),
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
    lineages: pd.Series,
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
    domains = "scale == 'train_flops' ? [1e18, 1e26] : [4e7, 1e12]"
    ticks = "scale == 'train_flops' ? [1e19, 1e22, 1e25] : [1e8, 1e10, 1e12]"
    x = alt.X(
        "x:Q",
        scale=alt.Scale(type="log", domain=alt.ExprRef(domains)),
        axis=power_axis(None, values=alt.ExprRef(ticks)),
    )
    y = alt.Y("value:Q", axis=axis).scale(domain=list(domain))
    layers = [
        layer
        if index == 0 and panel.level is not None
        else layer.transform_calculate(x="datum[scale]").transform_filter("isValid(datum.x)")
        for index, layer in enumerate(
            score_layers(panel.rows, lang, x, y, panel.level, size=28, lineages=lineages)
        )
    ]
    return alt.layer(*layers).properties(title=title, **size)
