"""Charts of how scores go with training compute: across benchmarks, and for TruthfulQA."""

from __future__ import annotations

import altair as alt
import pandas as pd

from emergence.charts import own_marks
from emergence.charts.labels import name_axis, row_height
from emergence.charts.own_axes import missing, placed, right_of
from emergence.charts.theme import (
    ACCENT,
    MUTED,
    SECOND,
    axis_title,
    compact,
    lineage_legend,
    lineage_scales,
    power_axis,
)
from emergence.formats import Count, billions, whole
from emergence.i18n import translator

ROW = 22  # px a row of a dot chart
NAME = 28  # characters of a row's name that fit a phone
INK = "#333333"


def association_dots(
    table: pd.DataFrame, by: str, lang: str, *, title: str | list[str], subtitle: str | list[str]
) -> alt.TopLevelMixin:
    """Draw rank correlations with training FLOPs, one row a group, strongest on top.

    table: as `associations.associations` gives it; groups without a correlation are not drawn.
    by: the column with the groups' names.
    """
    _ = translator(lang)
    drawn = table.dropna(subset=["spearman"])
    label = drawn[by] + " (" + drawn["n"].map(lambda n: whole(n, lang)) + ")"
    data = compact(drawn.assign(label=label, zero=0.0))
    order = data["label"].tolist()
    ends = [-1, -0.5, 0, 0.5, 1] if drawn["spearman"].lt(0).any() else [0, 0.5, 1]
    y = alt.Y(
        "label:N",
        sort=order,
        axis=name_axis(
            order,
            NAME,
            labelLimit=190,
            minExtent=115,
            labelPadding=6,
            ticks=False,
            domain=False,
            grid=True,
        ),
    )
    x = alt.X(
        "spearman:Q",
        title=axis_title(_("rank correlation with training FLOPs")),
        scale=alt.Scale(domain=[ends[0] * 1.06, 1.06], nice=False),
        axis=alt.Axis(values=ends, format=".1f", grid=False, titleAnchor="end"),
    )
    sign = alt.condition("datum.spearman < 0", alt.value(SECOND), alt.value(ACCENT))
    base = alt.Chart(data)
    zero = base.mark_rule(color=MUTED).encode(x=alt.X("zero:Q"))
    stems = base.mark_rule(strokeWidth=2).encode(x=x, x2="zero:Q", y=y, color=sign)
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(
        x=x,
        y=y,
        color=sign,
        tooltip=[
            alt.Tooltip(f"{by}:N", title=_("group")),
            alt.Tooltip("n:Q", title=_("models")),
            alt.Tooltip("spearman:Q", title=_("ranks (Spearman)"), format=".2f"),
            alt.Tooltip("pearson_log:Q", title=_("with log FLOPs (Pearson)"), format=".2f"),
            alt.Tooltip("pearson_linear:Q", title=_("with FLOPs (Pearson)"), format=".2f"),
        ],
    )
    return (zero + stems + dots).properties(
        width="container",
        height=row_height(order, NAME, ROW) * max(1, len(drawn)),
        title=alt.Title(title, subtitle=subtitle),
    )


def truthfulness(
    scores: pd.DataFrame,
    decades: pd.DataFrame,
    lang: str,
    *,
    left_out: int,
    own: pd.DataFrame | None = None,
) -> alt.TopLevelMixin:
    """Draw TruthfulQA's MC2 against training FLOPs, models of a family joined.

    scores: rows with value, train_flops, family, lineage, name. decades: as
    `associations.by_decade` gives it. left_out: models without training FLOPs, told in words. own:
    rows of readers' models.
    """
    _ = translator(lang)
    known = scores.dropna(subset=["train_flops", "value"])
    mine = None if own is None or own.empty else compact(own_marks.marked(own, lang))
    stars = known.iloc[:0] if mine is None else mine.dropna(subset="train_flops")
    data = compact(
        known[["name", "family", "lineage", "train_flops", "value"]].assign(
            size=known["params_total"].map(lambda n: billions(n, lang))
        )
    )
    colours, shapes = lineage_scales(known["lineage"], own_marks.entries(stars))
    x = alt.X(
        "train_flops:Q",
        scale=alt.Scale(type="log"),
        axis=power_axis(_("training FLOPs (estimate, 6·N·D)")),
    )
    y = alt.Y(
        "value:Q",
        title=_("probability on true answers (MC2)"),
        scale=alt.Scale(zero=False),
        axis=alt.Axis(format=".0%", tickCount=5),
    )
    legend = lineage_legend(lang, own_marks.entries(stars), title=_("lineage"))
    colour = alt.Color("lineage:N", scale=colours, legend=legend)
    base = alt.Chart(data)
    lines = base.mark_line(strokeWidth=1.2, opacity=0.5).encode(
        x=x, y=y, color=colour, detail="family:N"
    )
    points = base.mark_point(filled=True, size=42, opacity=0.9).encode(
        x=x,
        y=y,
        color=colour,
        shape=alt.Shape("lineage:N", scale=shapes, legend=legend),
        tooltip=[
            alt.Tooltip("name:N", title=_("model")),
            alt.Tooltip("train_flops:Q", title=_("training FLOPs"), format=".1e"),
            alt.Tooltip("size:N", title=_("parameters")),
            alt.Tooltip("value:Q", title=_("MC2"), format=".1%"),
        ],
    )
    medians = (
        alt.Chart(compact(decades))
        .mark_rule(strokeWidth=5, opacity=0.65, color=INK)
        .encode(
            x="low:Q",
            x2="high:Q",
            y="median:Q",
            tooltip=[
                alt.Tooltip("median:Q", title=_("median"), format=".1%"),
                alt.Tooltip("n:Q", title=_("models")),
            ],
        )
    )
    subtitle = [
        _("{n} {n:model|models}; {left_out} without training FLOPs left out").format(
            n=Count(len(known), lang), left_out=Count(left_out, lang)
        ),
        _("wide bars: median of each power of ten"),
    ]
    layers = [medians, lines, points]
    if not stars.empty:
        stars = stars.assign(lineage=stars["mark"])
        both = pd.concat([known[["train_flops", "value"]], stars])
        stars = placed(stars, (both["value"].min(), both["value"].max()), 320)
        told = [
            alt.Tooltip("shown:N", title=_("model")),
            alt.Tooltip("flops_text:N", title=_("training FLOPs")),
            alt.Tooltip("value:Q", title=_("MC2"), format=".1%"),
        ]
        layers += own_marks.points(stars, x, y, lang, size=60, tooltip=told, by="lineage")
        layers += own_marks.texts(stars, x, y, right_of(both, "train_flops"))
    if mine is not None:
        subtitle = [*subtitle, *missing(mine, "train_flops", lang)]
    return alt.layer(*layers).properties(
        width="container",
        height=320,
        title=alt.Title(_("TruthfulQA against training compute"), subtitle=subtitle),
    )
