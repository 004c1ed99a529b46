"""Readers' own models on the page of a task that no public table has scores of.

Names of these models are untrusted text: they stand in rows of data only.
"""

from __future__ import annotations

import math

import altair as alt
import pandas as pd

from emergence.charts.figures import Figure, Html, empty_panel, figure
from emergence.charts.own_words import setting_words
from emergence.charts.theme import ACCENT, MUTED, axis_title, compact, power_axis
from emergence.formats import Count, billions, number, scientific, whole
from emergence.i18n import translator
from emergence.own.models import Own, shown_names
from emergence.scaling import with_intervals
from emergence.tables import label
from emergence.task_page import TaskPage

SCALES = ("train_flops", "params_active")


def points_figure(
    own: Own, page: TaskPage, labels: pd.DataFrame, lang: str
) -> Figure | Html | None:
    """Return the scores of own models against scale, hollow; None where there is none.

    The scale is training FLOPs where all these models have them, else parameters.
    """
    _ = translator(lang)
    rows = own.scores[own.scores["task"].eq(page.task["task"])]
    if rows.empty:
        return None
    names = shown_names(own.models)
    rows = rows.merge(own.models, on="model", how="left", validate="m:1")
    rows = with_intervals(rows.assign(name=rows["model"].map(names)))
    known = rows.dropna(subset="params_active")
    if known.empty:
        return empty_panel(
            _("No place on the axis"),
            _("Nothing tells how many parameters these models have: give them in a card."),
        )
    scale = SCALES[0] if known[SCALES[0]].notna().all() else SCALES[1]
    slug = str(page.task["task"]).replace("_", "-")
    metric = label("metric", str(known["metric"].iloc[0]), labels)
    alternative = _("{task}: {metric} of your models by scale: {told}.").format(
        task=page.task["name"],
        metric=metric,
        told="; ".join(f"{r.name} {number(r.value, lang, 2)}" for r in _few(known)),
    )
    chart = _chart(known, page, scale, metric, len(rows) - len(known), labels, lang)
    shown = known.drop(columns=["run", "source", "lm_eval_name"])
    return figure(chart, name=f"task-{slug}-own", alt=alternative, table=shown, lang=lang)


def _few(rows: pd.DataFrame) -> list:
    return list(rows[["name", "value"]].head(6).itertuples(index=False))


def _chart(
    known: pd.DataFrame,
    page: TaskPage,
    scale: str,
    metric: str,
    out: int,
    labels: pd.DataFrame,
    lang: str,
) -> alt.LayerChart:
    _ = translator(lang)
    texts = {
        "train_flops": _("training FLOPs (estimate, 6·N·D)"),
        "params_active": _("parameters"),
    }
    size = scientific if scale == "train_flops" else billions
    drawn = known.assign(
        setting=[setting_words(row, labels, lang) for _i, row in known.iterrows()],
        items=[whole(n, lang) for n in known["n"]],
        scale=known[scale],
        size=[size(value, lang) for value in known[scale]],
        above=known["high"].fillna(known["value"]),
        below=known["low"].fillna(known["value"]),
        turn=known[scale].rank(method="first").astype(int) % 2,
    )
    columns = ["name", "setting", "value", "low", "high", "items", "scale", "size"]
    columns += ["above", "below", "turn"]
    base = alt.Chart(compact(drawn[columns]))
    low, high = known[scale].min() / 3, known[scale].max() * 30
    x = alt.X(
        "scale:Q", scale=alt.Scale(type="log", domain=[low, high]), axis=power_axis(texts[scale])
    )
    across = {
        "axis": alt.Axis(title=axis_title(metric), tickCount=5),
        "scale": alt.Scale(domain=[0, 1]),
    }
    tooltip = [
        alt.Tooltip("name:N", title=_("your model")),
        alt.Tooltip("setting:N", title=_("asked for by")),
        alt.Tooltip("value:Q", title=_("score"), format=".3f"),
        alt.Tooltip("low:Q", title=_("95 % from"), format=".3f"),
        alt.Tooltip("high:Q", title=_("95 % to"), format=".3f"),
        alt.Tooltip("items:N", title=_("items")),
        alt.Tooltip("size:N", title=texts[scale]),
    ]
    layers = []
    if not math.isnan(page.level):
        rule = alt.Chart(pd.DataFrame({"level": [page.level]}))
        rule = rule.mark_rule(strokeDash=[5, 4], color=MUTED, strokeWidth=1.5)
        layers.append(rule.encode(y=alt.Y("level:Q", **across)))
    whiskers = base.transform_filter("isValid(datum.low)").mark_rule(color=ACCENT, opacity=0.5)
    points = base.mark_point(filled=False, size=110, strokeWidth=2, color=ACCENT, opacity=1)
    y = alt.Y("value:Q", **across)
    layers += [
        whiskers.encode(x=x, y=alt.Y("low:Q", **across), y2="high:Q"),
        points.encode(x=x, y=y, tooltip=tooltip),
        *_names(base, x, across),
    ]
    told = _("{count} {count:score|scores}; of models of unknown size, left out: {out}")
    subtitle = told.format(count=Count(len(known), lang), out=Count(out, lang))
    title = alt.TitleParams(_("Your models on this task"), subtitle=subtitle)
    return alt.layer(*layers).properties(width="container", height=300, title=title)


def _names(base: alt.Chart, x: alt.X, across: dict[str, object]) -> list[alt.Chart]:
    """The models' names, above low scores and below high ones, neighbours at two heights."""
    layers = []
    for turn, away in ((1, 6), (0, 20)):
        for side, end, dy, baseline in (
            ("<= 0.5", "above", -away, "bottom"),
            ("> 0.5", "below", away, "top"),
        ):
            chosen = base.transform_filter(f"datum.turn == {turn} && datum.value {side}")
            text = chosen.mark_text(dy=dy, baseline=baseline, fontWeight=600)
            layers.append(text.encode(x=x, y=alt.Y(f"{end}:Q", **across), text="name:N"))
    return layers
