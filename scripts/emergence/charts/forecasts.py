"""Forecasts on the page of one task: larger models' scores, foretold from smaller ones."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

import altair as alt
import pandas as pd

from emergence.charts import own_marks
from emergence.charts.figures import Figure, Html, empty_panel, figure
from emergence.charts.foretold import AXIS, Foretold, metric_name, said
from emergence.charts.own_axes import missing, placed, right_of, with_lines
from emergence.charts.theme import ACCENT, MUTED, SECOND, axis_title, compact, power_axis
from emergence.formats import Count, number
from emergence.i18n import translator
from emergence.instrument.forecasts import CUTOFF
from emergence.readers import in_shares
from emergence.task_page import TaskPage

_SIZE = (268, 230)  # px of a panel; two stand side by side on a wide page


def forecast_figure(
    page: TaskPage,
    metrics: Sequence[Foretold],
    labels: pd.DataFrame,
    lang: str,
    own: pd.DataFrame | None = None,
) -> Figure | Html:
    """Return forecasts with a slider over the cutoff, or why there are none.

    own: readers' models on this task, in all settings; no forecast learns from them.
    """
    _ = translator(lang)
    drawn = [one for one in metrics if not one.predicted.empty]
    if not drawn:
        return _none(page, lang)
    mine = None
    if own is not None:
        shown = own[own["prompting"].eq("few_shot") & own["metric"].isin(o.metric for o in drawn)]
        mine = None if shown.empty else own_marks.marked(in_shares(shown), lang)
    cutoffs = drawn[0].errors["cutoff_flops"].tolist()
    told = sorted({c for one in drawn for c in one.predicted["c"]})
    start = min(told, key=lambda c: abs(math.log(cutoffs[c] / CUTOFF)))
    bind = alt.binding_range(
        min=1,
        max=len(cutoffs),
        step=1,
        name=_("Cutoff, place of {count}: ").format(count=Count(len(cutoffs), lang)),
    )
    at = alt.param(name="at", value=start + 1, bind=bind)
    panels = [
        panel
        for one in drawn
        for panel in (_scores(one, labels, lang, mine), _mae(one, labels, lang))
    ]
    title = alt.TitleParams(
        _("Larger models, foretold from smaller ones"),
        subtitle=with_lines(
            _("Learnt from models up to the cutoff, the vertical rule; 95 % intervals"),
            [] if mine is None else [own_marks.key(lang), *missing(mine, AXIS, lang)],
        ),
    )
    chart = (
        alt.concat(*panels, columns=2, spacing=24)
        .resolve_scale(color="independent", shape="independent")
        .add_params(at)
        .properties(title=title)
    )
    task = str(page.task["task"])
    return figure(
        chart,
        name=f"task-{task.replace('_', '-')}-forecast",
        alt=" ".join(_told(page, one, start, labels, lang) for one in drawn),
        table=pd.concat([_drawn(one) for one in drawn], ignore_index=True),
        lang=lang,
        narrow_columns=1,
        own=None if mine is None else mine.assign(observed=mine["value"]).dropna(subset=AXIS),
    )


def _none(page: TaskPage, lang: str) -> Html:
    _ = translator(lang)
    if page.scores.empty:
        text = _("No public table scores open models on this task.")
    else:
        text = _("Forecasts are made for tasks that one table scores few-shot on many models.")
    return empty_panel(_("No forecast is made"), text)


def _drawn(one: Foretold) -> pd.DataFrame:
    """What the picture shows of the predictions, as a table of its own."""
    rows = one.predicted.join(one.models, on="m")
    return pd.DataFrame(
        {
            "metric": one.metric,
            "cutoff_flops": one.errors["cutoff_flops"].to_numpy()[rows["c"]],
            "model": rows["name"],
            "train_flops": rows["x"],
            "predicted": rows["p"],
            "low": rows["l"],
            "high": rows["h"],
            "observed": rows["y"].round(6),
        }
    )


def _told(page: TaskPage, one: Foretold, start: int, labels: pd.DataFrame, lang: str) -> str:
    _ = translator(lang)
    row = one.errors.iloc[start]
    names = {"constant": _("mean of the smaller models"), "sigmoid": _("sigmoid in log FLOPs")}
    errors = ", ".join(f"{name} {number(row[key], lang, 3)}" for key, name in names.items())
    return _("{task}, {metric}: {text}. Errors of baselines: {errors}.").format(
        task=page.task["name"],
        metric=metric_name(one.metric, labels, lang),
        text="; ".join(said(row, lang)),
        errors=errors,
    )


def _scores(
    one: Foretold, labels: pd.DataFrame, lang: str, own: pd.DataFrame | None
) -> alt.LayerChart:
    """Scores by training FLOPs: learnt from, larger as observed, larger as predicted."""
    _ = translator(lang)
    kinds = [_("learnt from"), _("larger, observed"), _("larger, predicted")]
    colour = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=kinds, range=[MUTED, ACCENT, SECOND]),
        legend=alt.Legend(title=None, columns=2),
    )
    shape = alt.Shape(
        "kind:N", scale=alt.Scale(domain=kinds, range=["circle", "square", "diamond"])
    )
    cutoffs = [float(f"{cutoff:.6g}") for cutoff in one.errors["cutoff_flops"]]
    edge = f"{json.dumps(cutoffs)}[at - 1]"
    x = alt.X(
        "x:Q", scale=alt.Scale(type="log"), axis=power_axis(_("training FLOPs (estimate, 6·N·D)"))
    )
    title = metric_name(one.metric, labels, lang)
    y = alt.Y("y:Q", axis=alt.Axis(title=title, tickCount=5), scale=alt.Scale(domain=[0, 1]))
    models = one.models.assign(
        m=range(len(one.models)),
        x=one.models["x"].map(lambda v: float(f"{v:.4g}")),
        y=one.models["y"].round(4),
    )
    base, wanted = alt.Chart(models), json.dumps(kinds, ensure_ascii=False)
    observed = (
        base.transform_calculate(kind=f"{wanted}[datum.x <= {edge} ? 0 : 1]")
        .mark_point(filled=True, size=26, opacity=1)
        .encode(x=x, y=y, color=colour, shape=shape, tooltip=_tooltip(lang)[:2])
    )
    predicted = alt.Chart(one.predicted).transform_filter("datum.c == at - 1")
    predicted = predicted.transform_lookup(
        lookup="m", from_=alt.LookupData(data=models, key="m", fields=["name", "x", "y"])
    ).transform_calculate(kind=json.dumps(kinds[2], ensure_ascii=False))
    bars = predicted.transform_filter("isValid(datum.l)").mark_rule(opacity=0.4)
    bars = bars.encode(x=x, y=alt.Y("l:Q"), y2="h:Q", color=colour)
    points = predicted.mark_point(filled=True, size=40, opacity=1)
    points = points.encode(x=x, y=alt.Y("p:Q"), color=colour, shape=shape, tooltip=_tooltip(lang))
    rule = _rule(edge, "x")
    texts = json.dumps([said(row, lang) for _at, row in one.errors.iterrows()], ensure_ascii=False)
    heading = alt.TitleParams(
        text=alt.ExprRef(f"{texts}[at - 1]"),
        fontSize=11.5,
        fontWeight="normal",
        offset=6,
    )
    layers = [rule, bars, observed, points, *_own_layers(one, own, x, y, lang)]
    return alt.layer(*layers).properties(width=_SIZE[0], height=_SIZE[1], title=heading)


def _own_layers(
    one: Foretold, own: pd.DataFrame | None, x: alt.X, y: alt.Y, lang: str
) -> list[alt.Chart]:
    _ = translator(lang)
    if own is None:
        return []
    rows = own[own["metric"].eq(one.metric)].dropna(subset=AXIS)
    if rows.empty:
        return []
    rows = placed(compact(rows.assign(x=rows[AXIS], y=rows["value"])), (0, 1), _SIZE[1])
    tooltip = [
        alt.Tooltip("shown:N", title=_("model")),
        alt.Tooltip("y:Q", title=_("score"), format=".3f"),
    ]
    right = right_of(pd.DataFrame({"x": [*one.models["x"], *rows["x"]]}), "x")
    drawn = own_marks.points(rows, x, y, lang, size=50, tooltip=tooltip)
    return drawn + own_marks.texts(rows, x, y, right)


def _rule(edge: str, field: str) -> alt.Chart:
    """The slider's cutoff as a vertical rule; edge: the expression that gives it."""
    base = alt.Chart(pd.DataFrame({"one": [1]})).transform_calculate(**{field: edge})
    rule = base.mark_rule(strokeDash=[5, 4], color=MUTED, strokeWidth=1.5)
    return rule.encode(x=alt.X(f"{field}:Q"))


def _tooltip(lang: str) -> list[alt.Tooltip]:
    _ = translator(lang)
    return [
        alt.Tooltip("name:N", title=_("model")),
        alt.Tooltip("y:Q", title=_("score"), format=".3f"),
        alt.Tooltip("p:Q", title=_("predicted"), format=".3f"),
        alt.Tooltip("l:Q", title=_("95 % from"), format=".3f"),
        alt.Tooltip("h:Q", title=_("95 % to"), format=".3f"),
    ]


def _mae(one: Foretold, labels: pd.DataFrame, lang: str) -> alt.LayerChart:
    """Mean absolute error by cutoff, of the chosen method and two baselines."""
    _ = translator(lang)
    names = {
        "own": _("chosen method"),
        "constant": _("mean of the smaller models"),
        "sigmoid": _("sigmoid in log FLOPs"),
    }
    long = one.errors.melt("cutoff_flops", [*names], "method", "mae").dropna(subset="mae")
    long = long.assign(method=long["method"].map(names), mae=long["mae"].round(4))
    domain = list(names.values())
    legend = alt.Legend(title=None, columns=1)
    colour = alt.Color(
        "method:N", scale=alt.Scale(domain=domain, range=[SECOND, MUTED, ACCENT]), legend=legend
    )
    shape = alt.Shape(
        "method:N", scale=alt.Scale(domain=domain, range=["diamond", "circle", "square"])
    )
    x = alt.X(
        "cutoff_flops:Q",
        scale=alt.Scale(type="log"),
        axis=power_axis(_("cutoff, training FLOPs")),
    )
    title = axis_title(_("mean absolute error"), 30)
    y = alt.Y("mae:Q", axis=alt.Axis(title=title, tickCount=5), scale=alt.Scale(zero=True))
    base = alt.Chart(long)
    lines = base.mark_line(strokeWidth=1.6).encode(x=x, y=y, color=colour)
    points = base.mark_point(filled=True, size=34, opacity=1)
    points = points.encode(x=x, y=y, color=colour, shape=shape)
    cutoffs = [float(f"{cutoff:.6g}") for cutoff in one.errors["cutoff_flops"]]
    rule = _rule(f"{json.dumps(cutoffs)}[at - 1]", "cutoff_flops")
    heading = alt.TitleParams(
        text=[_("Error over all larger models"), metric_name(one.metric, labels, lang), " "],
        fontSize=11.5,
        fontWeight="normal",
        offset=6,
    )
    return alt.layer(rule, lines, points).properties(width=_SIZE[0], height=_SIZE[1], title=heading)
