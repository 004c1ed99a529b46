"""Charts and tables of the chapter on the critique."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from emergence.charts.curves import Panel, plot_rows, score_layers
from emergence.charts.labels import placed
from emergence.charts.own_axes import missing, with_lines
from emergence.charts.own_axes import placed as placed_names
from emergence.charts.theme import (
    ACCENT,
    ORDINAL,
    POWER_LABEL,
    SECOND,
    axis_title,
    compact,
    power_axis,
    shape_statistic,
)
from emergence.charts.training import SHAPES, size_columns
from emergence.formats import Count, billions, number
from emergence.i18n import translator
from emergence.readers import in_shares, like
from emergence.scaling import detectable
from emergence.tables import label


def metric_panels(
    rows: pd.DataFrame, labels: pd.DataFrame, lang: str, own: pd.DataFrame | None = None
) -> list[Panel]:
    """Return a panel a metric for the same models; BLEU is drawn as a share of 100.

    own: readers' models, those of each metric.
    """
    _ = translator(lang)
    panels = []
    for metric in rows["metric"].unique():
        part = rows[rows["metric"].eq(metric)]
        text = _("{count} {count:model|models}, {known} with FLOPs").format(
            count=Count(len(part), lang), known=Count(part["train_flops"].notna().sum(), lang)
        )
        scaled = part.assign(value=part["value"] / (100 if metric == "bleu" else 1))
        name = label("metric", str(metric), labels)
        title = _("{metric}, divided by 100").format(metric=name) if metric == "bleu" else name
        mine = None if own is None else in_shares(like(own, part))
        panels.append(Panel(title, text, plot_rows(scaled, lang, own=mine)))
    return panels


def loss_and_accuracy(pairs: pd.DataFrame, lang: str) -> alt.VConcatChart:
    """Return LAMBADA accuracy and log-perplexity through training, one above the other."""
    _ = translator(lang)
    rows = pairs[pairs["step"] > 0]
    sizes = sorted(rows["params_active"].unique())
    names = {size: billions(size, lang) for size in sizes}
    rows = compact(rows.assign(size=rows["params_active"].map(names)))
    domain = list(names.values())
    colour = alt.Color(
        "size:N",
        scale=alt.Scale(domain=domain, range=ORDINAL[: len(domain)]),
        legend=alt.Legend(title=_("parameters"), columns=size_columns(domain)),
    )
    shape = alt.Shape("size:N", scale=alt.Scale(domain=domain, range=SHAPES[: len(domain)]))
    tooltip = [
        alt.Tooltip("size:N", title=_("parameters")),
        alt.Tooltip("step:Q", title=_("step")),
        alt.Tooltip("accuracy:Q", title=_("accuracy"), format=".3f"),
        alt.Tooltip("log_perplexity:Q", title=_("log-perplexity"), format=".2f"),
    ]
    base = alt.Chart(rows)

    def part(column: str, title: str, reverse: bool, last: bool) -> alt.LayerChart:
        x = alt.X(
            "step:Q",
            scale=alt.Scale(type="log", domain=[1, 2e5]),
            axis=power_axis(
                _("training step") if last else None, values=[1, 10, 100, 1e3, 1e4, 1e5]
            ),
        )
        y = alt.Y(
            f"{column}:Q",
            scale=alt.Scale(reverse=reverse, zero=False),
            axis=alt.Axis(title=axis_title(title, 30), tickCount=4),
        )
        line = base.mark_line(strokeWidth=1.4).encode(x=x, y=y, color=colour)
        points = base.mark_point(filled=True, size=24, opacity=1)
        points = points.encode(x=x, y=y, color=colour, shape=shape, tooltip=tooltip)
        return alt.layer(line, points).properties(width=250, height=190)

    accuracy = part("accuracy", _("accuracy"), False, True)
    loss = part("log_perplexity", _("log-perplexity, nats; reversed"), True, True)
    return (
        alt.concat(accuracy, loss, columns=2, spacing=20)
        .resolve_scale(color="shared", shape="shared")
        .properties(
            title=alt.TitleParams(
                _("The same Pythia runs under two metrics"),
                subtitle=_(
                    "LAMBADA, 0-shot, {sizes} {sizes:size|sizes}; step 0 is off the axis"
                ).format(sizes=Count(len(domain), lang)),
            )
        )
    )


def axis_switch(rows: pd.DataFrame, lang: str, *, title: str, level: float) -> alt.LayerChart:
    """Return scores against training FLOPs with a switch between a linear and a log axis.

    rows: from `curves.plot_rows`. Models without FLOPs are left out and counted in the subtitle.
    """
    _ = translator(lang)
    known = rows.dropna(subset="train_flops")
    bind = alt.binding_radio(
        options=["log", "linear"],
        labels=[_("logarithmic"), _("linear")],
        name=_("Horizontal axis: "),
    )
    axis = alt.param(name="axis", value="log", bind=bind)
    # The scale of an axis cannot be switched, so a linear one carries logarithms or their absence.
    power = POWER_LABEL.replace("datum.value", "pow(10, datum.value)")
    linear = "datum.value ? format(datum.value, '~g') + '·10²⁴' : '0'"
    expr = f"axis == 'log' ? ({power}) : {linear}"
    low, high = np.log10(known["train_flops"].min()), np.log10(known["train_flops"].max())
    # The linear axis ends at a round number of 10^24 above the largest model.
    unit = 10 ** np.floor(high - 24)
    end = np.ceil(10 ** (high - 24) / unit) * unit
    powers = list(range(int(np.ceil(low - 0.1)), int(np.floor(high + 0.3)) + 1))
    shares = [float(f"{tick:.3g}") for tick in np.linspace(0, end, 5)]
    ticks = f"axis == 'log' ? {powers} : {shares}"
    domain = f"axis == 'log' ? [{low - 0.1:.2f}, {high + 0.3:.2f}] : [0, {shares[-1]}]"
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=alt.ExprRef(domain), nice=False, zero=False),
        axis=alt.Axis(
            title=axis_title(_("training FLOPs (estimate, 6·N·D)")),
            values=alt.ExprRef(ticks),
            labelExpr=expr,
            grid=False,
        ),
    )
    y = alt.Y("value:Q", axis=alt.Axis(title=_("score"), tickCount=5))
    calculated = "axis == 'log' ? log(datum.train_flops) / LN10 : datum.train_flops / 1e24"
    right = f"datum.x > (axis == 'log' ? {(low + high) / 2:.3g} : {shares[-1] / 2:.3g})"
    known = placed_names(known, (0, known["value"].max()), 320)
    layers = score_layers(known, lang, x, y, level, named=f"({right})")
    layers = [layers[0], *(layer.transform_calculate(x=calculated) for layer in layers[1:])]
    book = rows[~rows["own"]] if "own" in rows else rows
    there = book["train_flops"].notna().sum()
    text = _("{known} {known:model|models} with known FLOPs, {out} left out").format(
        known=Count(there, lang), out=Count(len(book) - there, lang)
    )
    told = with_lines(text, missing(rows, "train_flops", lang))
    heading = alt.TitleParams(title, subtitle=told)
    chart = alt.layer(*layers).add_params(axis)
    return chart.properties(width="container", height=320, title=heading)


def statistics_table(statistics: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Return `critique.axis_statistics` as a table to show."""
    _ = translator(lang)
    names = {
        "pearson": _("Pearson correlation of score and scale"),
        "spearman": _("Spearman rank correlation"),
        "first_passing": _("smallest model that passes"),
        "last_failing": _("largest model that fails"),
    }

    def text(value: object) -> str:
        return number(value, lang, 2) if isinstance(value, float) else str(value)

    return pd.DataFrame(
        {
            _("statistic"): statistics["statistic"].map(names),
            _("linear axis"): statistics["linear"].map(text),
            _("logarithmic axis"): statistics["logarithmic"].map(text),
            _("the axis matters"): statistics["changes"].map({True: _("yes"), False: _("no")}),
        }
    )


def shape_table(shapes: pd.DataFrame, labels: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Return linearity and breakthroughness (`critique.shape_by_family`) as a table to show."""
    _ = translator(lang)

    wide = shapes.pivot(index=["family", "sizes"], columns="metric")
    metrics = list(dict.fromkeys(shapes["metric"]))
    columns = {
        _("family"): wide.index.get_level_values(0),
        _("sizes"): wide.index.get_level_values(1),
    }
    heads = {
        "breakthroughness": _("breakthroughness, {metric}"),
        "linearity": _("linearity, {metric}"),
    }
    for statistic, head in heads.items():
        for metric in metrics:
            shown = head.format(metric=label("metric", metric, labels))
            columns[shown] = [shape_statistic(v, lang) for v in wide[(statistic, metric)]]
    return pd.DataFrame(columns)


def resolution_chart(zeros: pd.DataFrame, lang: str) -> alt.LayerChart:
    """Return the share of right answers that a score of zero leaves possible, by number of items.

    zeros: from `critique.zero_scores`.
    """
    _ = translator(lang)
    n = np.unique(np.geomspace(10, 10_000, 60).round())
    curve = pd.DataFrame({"n": n, "bound": detectable(n)})
    marks = zeros.groupby(["n", "bound"], as_index=False).agg(
        names=("name", "; ".join), text=("name", "first"), tasks=("name", "size")
    )
    marks["text"] = [
        name
        if count == 1
        else _("{first} and {count} more").format(first=name, count=Count(count - 1, lang))
        for name, count in zip(marks["text"], marks["tasks"], strict=True)
    ]
    # Placed for a phone. A mark whose name finds no room keeps its place and its tooltip.
    named = placed(marks, "n", "bound", "text", decades=((1, 4), (-3.6, -0.5)), size=(270, 280))
    x = alt.X("n:Q", scale=alt.Scale(type="log"), axis=power_axis(_("items in the test")))
    y = alt.Y(
        "bound:Q",
        scale=alt.Scale(type="log", domain=[2e-4, 0.4]),
        axis=alt.Axis(title=_("true share still possible"), format="~%", values=[0.001, 0.01, 0.1]),
    )
    line = alt.Chart(compact(curve)).mark_line(color=ACCENT, strokeWidth=2.5).encode(x=x, y=y)
    base = alt.Chart(compact(marks))
    points = base.mark_point(filled=True, size=90, color=SECOND, opacity=1).encode(
        x=x,
        y=y,
        tooltip=[
            alt.Tooltip("names:N", title=_("tasks")),
            alt.Tooltip("n:Q", title=_("items")),
            alt.Tooltip("bound:Q", title=_("possible share"), format=".2%"),
        ],
    )
    texts = [
        alt.Chart(compact(part))
        .mark_text(align=align, dx=dx, dy=dy)
        .encode(x=x, y=y, text="text:N")
        for (align, dx, dy), part in named.groupby(["align", "dx", "dy"])
    ]
    return alt.layer(line, points, *texts).properties(
        width="container",
        height=280,
        title=alt.TitleParams(
            _("What a score of zero leaves possible"),
            subtitle=_("One-sided 95 % bound after no right answer in n items"),
        ),
    )
