"""Fitted curves on the page of one task."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from emergence.charts import own_marks
from emergence.charts.figures import Figure, Html, empty_panel, figure
from emergence.charts.fit_tables import counted, main_rows, threshold_text, width_text
from emergence.charts.own_axes import missing, placed, right_of, with_lines
from emergence.charts.theme import (
    ACCENT,
    MUTED,
    SECOND,
    SUPPORT,
    compact,
    power_axis,
)
from emergence.charts.words import axis as axis_word
from emergence.charts.words import status as reason
from emergence.i18n import translator
from emergence.instrument.cases import AXES
from emergence.instrument.curves import Measured, line
from emergence.readers import in_shares, like
from emergence.tables import label
from emergence.task_page import TaskPage
from emergence.wrapping import lines

_SIZE = (268, 230)  # px of a panel; two stand side by side on a wide page
_SUBTITLE = 48  # characters
_POINTS = 90


def curve_figure(
    page: TaskPage,
    measured: Sequence[Measured],
    curves: pd.DataFrame,
    thresholds: pd.DataFrame,
    labels: pd.DataFrame,
    lang: str,
    own: pd.DataFrame | None = None,
) -> Figure | Html:
    """Return the main setting's scores and curve against both axes of scale, or why there is none.

    measured: of the task's cases; curves, thresholds: `curves.table` and `thresholds.table` of
    them. own: readers' models on this task, in all settings.
    """
    _ = translator(lang)
    task = str(page.task["task"])
    shape, crossed = main_rows(curves, task), main_rows(thresholds, task)
    if shape.empty:
        return empty_panel(
            _("No curve to draw"), _("No public table scores open models on this task.")
        )
    both = [measured[at] for at in shape.index]
    if not any(m.fit.fitted for m in both):
        return empty_panel(_("No curve is fitted"), _refusals(shape, lang))
    metric = label("metric", str(shape["metric"].iloc[0]), labels)
    rows = [(m, shape.loc[at], crossed.loc[at]) for m, at in zip(both, shape.index, strict=True)]
    mine = None if own is None else in_shares(like(own, page.main))
    stars = None if mine is None or mine.empty else own_marks.marked(mine, lang)
    top = max(_highest(m) for m in both)
    if stars is not None:
        top = max(top, min(1.0, np.ceil(10 * stars["value"].max()) / 10))
    titles = _titles(shape, crossed, stars, lang)
    panels = [
        _panel(*row, metric, top, lang, stars).properties(title=title)
        for row, title in zip(rows, titles, strict=True)
    ]
    chart = alt.concat(*panels, columns=len(panels), spacing=24).properties(
        title=alt.TitleParams(
            _("The curve of a typical family"),
            subtitle=with_lines(
                _("Bands and bars: 95 % intervals"), [] if stars is None else [own_marks.key(lang)]
            ),
        )
    )
    chart = chart.resolve_scale(color="shared", shape="shared")
    told = ". ".join(_told(shape.loc[at], crossed.loc[at], lang) for at in shape.index)
    text = _("{task}: curve fitted to {metric}. {told}.").format(
        task=page.task["name"], metric=metric, told=told
    )
    drawn = pd.concat([_line(m).assign(axis=m.axis) for m in both if m.fit.fitted])
    table = compact(drawn.rename(columns={"y": "score"}))
    name = f"task-{task.replace('_', '-')}-curve"
    alone = None if stars is None else _told_own(stars)
    return figure(chart, name=name, alt=text, table=table, lang=lang, narrow_columns=1, own=alone)


def _told_own(stars: pd.DataFrame) -> pd.DataFrame:
    """Own models as rows of the table behind the curve: a row an axis."""
    parts = [stars.assign(axis=a, scale=stars[a], score=stars["value"]) for a in AXES]
    return pd.concat(parts).dropna(subset="scale").drop(columns=["low", "high"])


def _refusals(shape: pd.DataFrame, lang: str) -> str:
    _ = translator(lang)
    told = [
        _("By {axis}: {reason} ({count})").format(
            axis=axis_word(str(row["axis"]), lang),
            reason=reason(str(row["status"]), lang),
            count=counted(row, lang),
        )
        for _at, row in shape.iterrows()
    ]
    return ". ".join([*told, _("A curve that the data cannot hold is not drawn.")])


def _told(shape: pd.Series, crossed: pd.Series, lang: str) -> str:
    """Width and threshold on one axis in words."""
    _ = translator(lang)
    width, threshold = width_text(shape, lang), threshold_text(crossed, lang)
    text = _("By {axis}: {width}, {threshold}")
    if crossed["status"] == shape["status"] != "ok":
        text = _("By {axis}: {width}")
    return text.format(axis=axis_word(str(shape["axis"]), lang), width=width, threshold=threshold)


def _line(m: Measured) -> pd.DataFrame:
    """The curve where there are models: columns scale, y, low, high."""
    x = np.linspace(m.fit.x_low, m.fit.x_high, _POINTS)
    y, low, high = line(m.fit, x)
    return pd.DataFrame({"scale": 10**x, "y": y, "low": low, "high": high})


def _highest(m: Measured) -> float:
    """The top of a panel's axis, a tenth of the best score: above the scores and the curve."""
    top = (m.case.rows["value"] / m.case.best).max()
    if m.fit.fitted:
        top = max(top, _line(m)["high"].max())
    return min(1.0, np.ceil(10 * top) / 10)


def _panel(
    m: Measured,
    shape: pd.Series,
    crossed: pd.Series,
    metric: str,
    top: float,
    lang: str,
    stars: pd.DataFrame | None,
) -> alt.LayerChart:
    _ = translator(lang)
    names = {
        "train_flops": _("training FLOPs (estimate, 6·N·D)"),
        "params_active": _("parameters"),
    }
    bounds = alt.Scale(domain=[0, top], clamp=True)
    x = alt.X("scale:Q", scale=alt.Scale(type="log"), axis=power_axis(names[m.axis]))
    y = alt.Y("y:Q", scale=bounds, axis=alt.Axis(title=metric, tickCount=5))
    kinds = [_("model"), _("threshold"), _("half height")]
    colour = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=kinds, range=[MUTED, SECOND, ACCENT]),
        legend=alt.Legend(title=None),
    )
    form = alt.Shape("kind:N", scale=alt.Scale(domain=kinds, range=["circle", "diamond", "square"]))
    known = m.case.rows.dropna(subset=[m.axis, "value"])
    known = known[~known["own"]] if "own" in known else known
    points = pd.DataFrame(
        {"scale": known[m.axis], "y": known["value"] / m.case.best, "kind": kinds[0]}
    )
    layers = [_level(m.case.level)] if np.isfinite(m.case.level) else []
    dots = alt.Chart(compact(points)).mark_point(filled=True, size=16, opacity=1)
    layers.append(dots.encode(x=x, y=y, color=colour, shape=form))
    if m.fit.fitted:
        drawn = alt.Chart(compact(_line(m)))
        band = drawn.mark_area(color=ACCENT, opacity=0.18).encode(x=x, y="low:Q", y2="high:Q")
        curve = drawn.mark_line(color=ACCENT, strokeWidth=2.2).encode(x=x, y=y)
        layers += [band, curve]
    marked = _marked(m, shape, crossed, kinds)
    if not marked.empty:
        base = alt.Chart(compact(marked))
        bars = base.mark_rule(strokeWidth=2.5, opacity=SUPPORT).encode(
            x=alt.X("low:Q"), x2="high:Q", y=y, color=colour
        )
        places = base.mark_point(filled=True, size=70, opacity=1)
        layers += [bars, places.encode(x=x, y=y, color=colour, shape=form)]
    if stars is not None:
        layers += _own_layers(stars, m.axis, x, y, known, top, lang)
    return alt.layer(*layers).properties(width=_SIZE[0], height=_SIZE[1])


def _own_layers(
    stars: pd.DataFrame,
    axis: str,
    x: alt.X,
    y: alt.Y,
    known: pd.DataFrame,
    top: float,
    lang: str,
) -> list[alt.Chart]:
    """Readers' models where they lie on the axis, with their names."""
    _ = translator(lang)
    rows = stars.assign(scale=stars[axis], y=stars["value"]).dropna(subset="scale")
    if rows.empty:
        return []
    rows = placed(compact(rows), (0, top), _SIZE[1])
    right = right_of(pd.DataFrame({"scale": [*known[axis], *rows["scale"]]}), "scale")
    tooltip = [
        alt.Tooltip("shown:N", title=_("model")),
        alt.Tooltip("y:Q", title=_("score"), format=".3f"),
        alt.Tooltip("n_text:N", title=_("items")),
    ]
    drawn = own_marks.points(rows, x, y, lang, size=50, tooltip=tooltip)
    return drawn + own_marks.texts(rows, x, y, right)


def _level(level: float) -> alt.Chart:
    rule = alt.Chart(pd.DataFrame({"y": [level]}))
    return rule.mark_rule(strokeDash=[5, 4], color=MUTED, strokeWidth=1.5).encode(y="y:Q")


def _marked(
    m: Measured, shape: pd.Series, crossed: pd.Series, kinds: Sequence[str]
) -> pd.DataFrame:
    """Where the curve passes its level by the margin, and half its rise, with intervals."""
    rows = []
    if crossed["status"] == "ok":
        ends = [crossed[f"threshold{end}"] for end in ("", "_low", "_high")]
        rows.append((*ends, crossed["level"] + crossed["margin"], kinds[1]))
    if shape["status"] == "ok":
        ends = [shape[f"mid{end}"] for end in ("", "_low", "_high")]
        rows.append((*ends, (m.fit.floor + shape["ceiling"]) / 2, kinds[2]))
    return pd.DataFrame(rows, columns=["scale", "low", "high", "y", "kind"])


def _titles(
    shapes: pd.DataFrame, crossings: pd.DataFrame, stars: pd.DataFrame | None, lang: str
) -> list[alt.TitleParams]:
    """What is found on each axis; of equal height, so that the panels stand in line."""
    found = []
    for at, shape in shapes.iterrows():
        crossed = crossings.loc[at]
        pieces = [counted(shape, lang), width_text(shape, lang)]
        if not crossed["status"] == shape["status"] != "ok":
            pieces.append(threshold_text(crossed, lang))
        if stars is not None:
            pieces += missing(stars, str(shape["axis"]), lang)
        found.append([part for piece in pieces for part in lines(piece, _SUBTITLE)])
    most = max(len(parts) for parts in found)
    return [
        alt.TitleParams(
            text=axis_word(str(axis), lang),
            subtitle=parts + [" "] * (most - len(parts)),
            fontSize=13,
            subtitleFontSize=11.5,
            offset=6,
        )
        for axis, parts in zip(shapes["axis"], found, strict=True)
    ]
