"""Charts of the verdicts: how sharp rises are, how far forecasts err, what a cutoff changes."""

from __future__ import annotations

import altair as alt
import pandas as pd

from emergence.charts import words
from emergence.charts.labels import in_lines, line_length, name_axis, row_height
from emergence.charts.theme import ACCENT, MUTED, ORDINAL, SECOND, axis_title, compact, power_axis
from emergence.formats import Count, scientific, significant
from emergence.i18n import translator
from emergence.tables import label
from emergence.wrapping import lines as lines_of

NAME = 25
"""Characters of a row's name that fit a phone."""
LONG_NAME = 33
"""Characters that a name may take where rows are many, and three lines each would be too high."""
BOTH = 53
"""Characters of a name and of a line under the plot that fit a phone together."""

_SERIES = {
    "train_flops": (ACCENT, "circle"),
    "params_active": (ORDINAL[2], "square"),
    "capability": (ORDINAL[6], "diamond"),
    "baseline": (SECOND, "triangle-up"),
}
_WORDS = {"yes": (ACCENT, "circle"), "no": (SECOND, "cross"), "unclear": (MUTED, "diamond")}


def case_names(
    rows: pd.DataFrame, names: dict[str, str], labels: pd.DataFrame, lang: str
) -> pd.Series:
    """Return what a row is called: its task, with what tells it from other rows of that task.

    rows: columns task, metric and, where they differ within a task, prompting and filter. names:
    of tasks, by their identifier.
    """
    _ = translator(lang)
    kinds = [kind for kind in ("metric", "prompting", "filter") if kind in rows]
    varied = {kind: rows.groupby("task")[kind].transform("nunique").gt(1) for kind in kinds}
    called = []
    for place, row in rows.iterrows():
        parts = [names[row["task"]]]
        parts += [
            label(kind, row[kind], labels)
            for kind in kinds
            if varied[kind][place] and (kind, row[kind]) != ("filter", "none")
        ]
        called.append(", ".join(parts))
    return pd.Series(called, index=rows.index)


def _heading(title: str, subtitle: str | list[str]) -> alt.TitleParams:
    return alt.TitleParams(title, subtitle=subtitle)


def sharpness_chart(curves: pd.DataFrame, names: pd.Series, limit: float, lang: str) -> alt.Chart:
    """Return the width of every rise that the data pin down, with its interval.

    curves: rows of `curves.table` of one axis with the status `ok`; names: theirs; limit: decades
    below which a rise is sharp. The second mark includes the differences between families.
    """
    _ = translator(lang)
    rows = compact(curves.assign(name=names).sort_values("width"))
    order = rows["name"].tolist()
    scale = alt.Scale(domain=[0, max(5.0, limit + 0.5, float(rows["width_high"].max()) + 0.2)])
    breadth = line_length(order, 2, NAME, LONG_NAME)
    axis = alt.Axis(title=axis_title(_("decades of training FLOPs"), BOTH - breadth))
    y = alt.Y("name:N", sort=order, axis=name_axis(order, breadth, labelLimit=200, grid=True))
    base = alt.Chart(rows)
    kinds = [_("within a typical family"), _("across all families")]
    x = alt.X("width:Q", scale=scale, axis=axis)
    domain = alt.Scale(domain=kinds, range=[ACCENT, SECOND])
    legend = alt.Legend(title=None, columns=1, **in_lines(kinds, BOTH - breadth))
    colour = alt.Color("kind:N", scale=domain, legend=legend)
    shape = alt.Shape("kind:N", scale=alt.Scale(domain=kinds, range=["circle", "diamond"]))
    bars = base.mark_rule(color=ACCENT, strokeWidth=2).encode(
        x=alt.X("width_low:Q", scale=scale, axis=axis), x2="width_high:Q", y=y
    )
    own = base.transform_calculate(kind=f"'{kinds[0]}'").mark_point(filled=True, size=70, opacity=1)
    across = base.transform_calculate(kind=f"'{kinds[1]}'").mark_point(
        filled=True, size=45, opacity=1
    )
    level = alt.Chart(pd.DataFrame({"width": [limit]})).mark_rule(
        color=MUTED, strokeDash=[5, 4], strokeWidth=1.5
    )
    return alt.layer(
        level.encode(x=alt.X("width:Q", scale=scale, axis=axis)),
        bars,
        across.encode(x=alt.X("width_across:Q", scale=scale, axis=axis), y=y, color=colour,
                      shape=shape),
        own.encode(x=x, y=y, color=colour, shape=shape),
    ).properties(
        width="container",
        height=alt.Step(row_height(order, breadth, 26)),
        title=_heading(
            _("How sharp is the rise?"),
            [
                _("From 10 to 90 % of the rise, 95 % intervals"),
                _("Dashed: a sharp rise stays below {limit}").format(
                    limit=significant(limit, lang)
                ),
            ],
        ),
    )  # fmt: skip


def threshold_panels(
    lines: pd.DataFrame, told: pd.DataFrame, names: dict[str, str], margin: float, lang: str
) -> alt.ConcatChart:
    """Return the fitted curve of every task that has one, with band, level and threshold.

    lines, told: from `judged.main_curves`, of which at least one has a curve; names: of tasks.
    """
    _ = translator(lang)
    shown = [task for task in told["task"] if task in set(lines["task"])]
    panels = [
        _threshold_panel(
            lines[lines["task"].eq(task)], told.set_index("task").loc[task], names[task], margin
        )
        for task in shown
    ]
    return alt.concat(*panels, columns=3, spacing={"row": 18, "column": 14}).properties(
        title=_heading(
            _("Where the fitted curves leave their level"),
            _("Training FLOPs; a typical family, band and threshold with 95 % intervals"),
        )
    )


def _threshold_panel(
    rows: pd.DataFrame, told: pd.Series, name: str, margin: float
) -> alt.LayerChart:
    x = alt.X(
        "train_flops:Q",
        scale=alt.Scale(type="log", domain=[1e18, 1e26]),
        axis=power_axis(None, values=[1e19, 1e22, 1e25]),
    )
    axis = alt.Axis(title=None, tickCount=3, format=".1f")
    y = alt.Y("expected:Q", scale=alt.Scale(domain=[0, 1]), axis=axis)
    base = alt.Chart(compact(rows.drop(columns="task")))
    low = alt.Y("low:Q", scale=alt.Scale(domain=[0, 1]), axis=axis)
    layers: list[alt.Chart] = [
        base.mark_area(color=ACCENT, opacity=0.25).encode(x=x, y=low, y2="high:Q"),
        base.mark_line(color=ACCENT, strokeWidth=2).encode(x=x, y=y),
        alt.Chart(pd.DataFrame({"expected": [told["level"]]}))
        .mark_rule(strokeDash=[5, 4], color=MUTED, strokeWidth=1.5)
        .encode(y=y),
    ]
    if told["threshold_status"] == "ok":
        place = {
            "train_flops": told["threshold"],
            "low": told["threshold_low"],
            "high": told["threshold_high"],
            "expected": told["level"] + margin,
        }
        mark = alt.Chart(compact(pd.DataFrame([place])))
        ends = alt.X("low:Q", **{k: x.to_dict()[k] for k in ("scale", "axis")})
        layers.append(
            mark.mark_rule(color=SECOND, strokeWidth=3.5).encode(x=ends, x2="high:Q", y=y)
        )
        layers.append(
            mark.mark_point(filled=True, size=32, color=SECOND, opacity=1).encode(x=x, y=y)
        )
    title = alt.TitleParams(lines_of(name, 18), fontSize=12.5, offset=6)
    return alt.layer(*layers).properties(title=title, width=125, height=100)


def forecast_chart(errors: pd.DataFrame, names: pd.Series, lang: str) -> alt.LayerChart:
    """Return the mean absolute error on larger models of each axis' method and the best baseline.

    errors: from `judged.forecast_errors`; names: of its rows' metrics. The baseline is the best
    for the method on training FLOPs.
    """
    _ = translator(lang)
    series = {
        "train_flops": _("from training FLOPs"),
        "params_active": _("from parameters"),
        "capability": _("from other scores of the same model"),
        "baseline": _("best baseline"),
    }
    rows = errors.assign(name=names)
    first = rows[rows["axis"].eq("train_flops")]
    drawn = pd.concat(
        [
            rows[["name", "axis", "mae"]],
            first.assign(axis="baseline", mae=first["baseline_mae"])[["name", "axis", "mae"]],
        ]
    ).dropna()
    drawn = compact(drawn.assign(series=drawn["axis"].map(series)))
    order = first.sort_values("mae")["name"].tolist()
    present = [key for key in series if key in set(drawn["axis"])]
    domain = [series[key] for key in present]
    y = alt.Y("name:N", sort=order, axis=name_axis(order, NAME, labelLimit=190, grid=True))
    x = alt.X(
        "mae:Q",
        scale=alt.Scale(domainMin=0),
        axis=alt.Axis(title=axis_title(_("mean absolute error")), format="~%", tickCount=5),
    )
    colours = alt.Scale(domain=domain, range=[_SERIES[key][0] for key in present])
    shapes = alt.Scale(domain=domain, range=[_SERIES[key][1] for key in present])
    legend = alt.Legend(title=None, columns=1, **in_lines(domain, BOTH - NAME))
    points = alt.Chart(drawn).mark_point(filled=True, size=85, opacity=1)
    return alt.layer(
        points.encode(
            x=x,
            y=y,
            color=alt.Color("series:N", scale=colours, legend=legend),
            shape=alt.Shape("series:N", scale=shapes),
        )
    ).properties(
        width="container",
        height=alt.Step(row_height(order, NAME, 30)),
        title=_heading(
            _("How far do forecasts of larger models err?"),
            _("{count} {count:score|scores}; points of the best score").format(
                count=Count(len(order), lang)
            ),
        ),
    )


def cutoff_chart(told: pd.DataFrame, names: pd.Series, cutoff: float, lang: str) -> alt.LayerChart:
    """Return the word "predicted" of every metric at every cutoff, on one axis of scale.

    told: from `judged.by_cutoff`, of one axis; names: of its rows' metrics. Rows are in the order
    of how many training models up to `cutoff` have the ability already.
    """
    _ = translator(lang)
    rows = told.assign(
        name=names,
        word=told["predicted"].map(lambda code: words.word(code, lang)),
    )
    here = rows[rows["cutoff_flops"].eq(cutoff)]
    order = here.sort_values("n_train_present", ascending=False)["name"].tolist()
    rows = compact(rows[["name", "cutoff_flops", "word", "predicted"]])
    present = [code for code in _WORDS if code in set(rows["predicted"])]
    domain = [words.word(code, lang) for code in present]
    colours = alt.Scale(domain=domain, range=[_WORDS[code][0] for code in present])
    shapes = alt.Scale(domain=domain, range=[_WORDS[code][1] for code in present])
    bounds = [rows["cutoff_flops"].min() / 1.5, rows["cutoff_flops"].max() * 1.5]
    scale = alt.Scale(type="log", domain=bounds, nice=False)
    x = alt.X("cutoff_flops:Q", scale=scale, axis=power_axis(_("cutoff: training FLOPs")))
    y = alt.Y("name:N", sort=order, axis=name_axis(order, NAME, labelLimit=190, grid=True))
    rule = alt.Chart(pd.DataFrame({"cutoff_flops": [cutoff]})).mark_rule(
        color=MUTED, strokeDash=[5, 4], strokeWidth=1.5
    )
    base = alt.Chart(rows)
    marks = base.mark_point(filled=True, size=75, opacity=1).encode(
        x=x,
        y=y,
        color=alt.Color("word:N", scale=colours, legend=alt.Legend(title=_("predicted"))),
        shape=alt.Shape("word:N", scale=shapes),
    )
    return alt.layer(rule.encode(x=x), marks).properties(
        width="container",
        height=alt.Step(row_height(order, NAME, 28)),
        title=_heading(
            _("Predicted from smaller models?"),
            [
                _("By what counts as smaller"),
                _("Dashed: cutoff of the verdicts, {cutoff} FLOPs").format(
                    cutoff=scientific(cutoff, lang)
                ),
            ],
        ),
    )
