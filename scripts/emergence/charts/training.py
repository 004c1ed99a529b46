"""Charts of scores through training: one line a model size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import altair as alt
import pandas as pd

from emergence.charts.figures import Html, html_table
from emergence.charts.theme import MUTED, ORDINAL, compact, power_axis
from emergence.formats import MISSING, Count, billions, number, percent, scientific, whole
from emergence.i18n import translator

SHAPES = [
    "circle", "square", "diamond", "triangle-up",
    "triangle-down", "cross", "triangle-right", "triangle-left",
]  # fmt: skip
SHORT = 5  # characters of a size, of which four fit a phone side by side
NARROW = ["size", "tokens", "tokens_text", "train_flops", "step", "value", "low", "high"]


def size_columns(names: list[str]) -> int:
    """Return how many columns of a legend of sizes fit the plot of a phone."""
    return 4 if max(map(len, names)) <= SHORT else 3


def training_curves(
    curves: pd.DataFrame,
    lang: str,
    *,
    title: str | list[str],
    score: str,
    scale: Literal["train_flops", "tokens"] = "train_flops",
    level: float | None = None,
) -> alt.TopLevelMixin:
    """Draw a share against training compute or training tokens, one line a model size.

    curves: as `trajectories.size_curves` gives it; rows with a note are drawn hollow and belong to
    no line. Step 0 is told in words: it has no place on a logarithmic axis. score: name of the y
    axis. level: a score to mark by a line.
    """
    _ = translator(lang)
    sizes = sorted(curves["params_active"].unique())
    names = [billions(size, lang) for size in sizes]
    table = curves.assign(
        size=curves["params_active"].map(dict(zip(sizes, names, strict=True))),
        tokens_text=curves["tokens"].map(lambda n: billions(n, lang)),
    )
    trained = table[table["step"].gt(0)]
    usable = compact(trained.loc[trained["note"].isna(), NARROW])
    noted = compact(trained.loc[trained["note"].notna(), NARROW])

    colour = alt.Color(
        "size:N",
        title=_("parameters"),
        scale=alt.Scale(domain=names, range=[ORDINAL[i % len(ORDINAL)] for i in range(len(names))]),
        legend=alt.Legend(columns=size_columns(names)),
    )
    shape = alt.Shape(
        "size:N",
        title=_("parameters"),
        scale=alt.Scale(domain=names, range=[SHAPES[i % len(SHAPES)] for i in range(len(names))]),
    )
    titles = {
        "train_flops": _("training FLOPs (estimate, 6·N·D)"),
        "tokens": _("training tokens"),
    }
    x = alt.X(f"{scale}:Q", scale=alt.Scale(type="log"), axis=power_axis(titles[scale]))
    y = alt.Y("value:Q", title=score, axis=alt.Axis(format=".0%", tickCount=5))
    tooltip = [
        alt.Tooltip("size:N", title=_("parameters")),
        alt.Tooltip("step:Q", title=_("step")),
        alt.Tooltip("tokens_text:N", title=_("training tokens")),
        alt.Tooltip("train_flops:Q", title=_("training FLOPs"), format=".1e"),
        alt.Tooltip("value:Q", title=score, format=".1%"),
        alt.Tooltip("low:Q", title=_("interval from"), format=".1%"),
        alt.Tooltip("high:Q", title=_("interval to"), format=".1%"),
    ]
    base = alt.Chart(usable)
    layers: list[alt.Chart] = []
    if usable["low"].notna().any():
        layers.append(
            base.mark_area(opacity=0.2).encode(x=x, y=alt.Y("low:Q"), y2="high:Q", color=colour)
        )
    if level is not None:
        mark = alt.Chart(pd.DataFrame({"value": [level]}))
        layers.append(mark.mark_rule(strokeDash=[5, 4], color=MUTED).encode(y="value:Q"))
        name = mark.mark_text(align="right", baseline="bottom", dy=-3)
        layers.append(
            name.encode(x=alt.value("width"), y="value:Q", text=alt.value(percent(level, lang, 0)))
        )
    layers.append(base.mark_line(strokeWidth=1.6).encode(x=x, y=y, color=colour))
    points = {"x": x, "y": y, "color": colour, "shape": shape, "tooltip": tooltip}
    layers.append(base.mark_point(filled=True, size=26, opacity=1).encode(**points))
    if not noted.empty:
        layers.append(
            alt.Chart(noted).mark_point(filled=False, size=26, opacity=1).encode(**points)
        )

    subtitle = [_counts(table, lang)]
    if (untrained := table.loc[table["step"].eq(0), "value"]).size:
        low, high = percent(untrained.min(), lang), percent(untrained.max(), lang)
        shown = low if low == high else f"{low}–{high}"
        subtitle.append(_("untrained (step 0, off the axis): {score}").format(score=shown))
    return alt.layer(*layers).properties(
        width="container", height=320, title=alt.Title(title, subtitle=subtitle)
    )


def _counts(table: pd.DataFrame, lang: str) -> str:
    """Return a line on how many sizes and test items a chart shows."""
    _ = translator(lang)
    items = sorted(table["n"].dropna().unique())
    sizes = Count(table["size"].nunique(), lang)
    if not items:
        return _("{sizes} {sizes:size|sizes}").format(sizes=sizes)
    fewest, most = Count(items[0], lang), Count(items[-1], lang)
    if fewest == most:
        return _(
            "{sizes} {sizes:size|sizes}, {items} test {items:item|items}, bands: 95 % intervals"
        ).format(sizes=sizes, items=most)
    return _(
        "{sizes} {sizes:size|sizes}, {fewest} – {most} test {most:item|items},"
        " bands: 95 % intervals"
    ).format(sizes=sizes, fewest=fewest, most=most)


def course_table(crossings: pd.DataFrame, declines: pd.DataFrame, level: float, lang: str) -> Html:
    """Return a table of where each size rises above `level`, its best and its last checkpoint.

    crossings, declines: as `trajectories.crossings` and `trajectories.declines` give them.
    """
    _ = translator(lang)
    joined = crossings.merge(declines, on=["model", "name", "params_active"], validate="1:1")
    shown = pd.DataFrame(
        {
            _("Parameters"): joined["params_active"].map(lambda n: billions(n, lang)),
            _("Step where above {level}").format(level=percent(level, lang, 0)): _between(
                joined["step_before"], joined["step_above"], lambda n: whole(n, lang)
            ),
            _("Training FLOPs there (estimate)"): _between(
                joined["train_flops_before"],
                joined["train_flops_above"],
                lambda n: scientific(n, lang),
            ),
            _("Best (step)"): [
                f"{percent(row.peak, lang)} ({whole(row.peak_step, lang)})"
                for row in joined.itertuples()
            ],
            _("Last (step)"): [
                f"{percent(row.end, lang)} ({whole(row.end_step, lang)})"
                for row in joined.itertuples()
            ],
            _("Fall, points"): [
                MISSING
                if row.fall == 0
                else number(100 * row.fall, lang) + ("" if row.clear else " *")
                for row in joined.itertuples()
            ],
        }
    )
    caption = _("Rise and fall by size. *: the intervals of best and last checkpoint overlap")
    return html_table(shown, caption=caption, lang=lang)


def _between(before: pd.Series, above: pd.Series, shown: Callable[[float], str]) -> list[str]:
    """Return ranges as text, a dash where the end is missing."""
    texts = []
    for start, end in zip(before, above, strict=True):
        if pd.isna(end):
            texts.append(MISSING)
        else:
            texts.append(f"≤ {shown(end)}" if pd.isna(start) else f"{shown(start)}–{shown(end)}")
    return texts
