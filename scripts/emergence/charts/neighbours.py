"""Steps between neighbouring sizes of a family, as a chart and as a table."""

from __future__ import annotations

import altair as alt
import pandas as pd

from emergence.charts import own_marks
from emergence.charts.own_axes import with_lines
from emergence.charts.theme import ACCENT, MUTED, axis_title, compact
from emergence.formats import Count, number, percent
from emergence.i18n import translator


def steps_chart(
    steps: pd.DataFrame, names: dict[str, str], lang: str, own: pd.DataFrame | None = None
) -> alt.LayerChart:
    """Return the rise between neighbouring sizes of a family against the ratio of their sizes.

    own: steps between readers' models.
    """
    _ = translator(lang)
    rows = compact(steps.assign(task=steps["task"].map(names)))
    rows["between"] = rows["smaller"] + " → " + rows["larger"]
    x = alt.X(
        "ratio:Q",
        scale=alt.Scale(type="log", domain=[1, 20], nice=False),
        axis=alt.Axis(
            title=axis_title(_("size of the larger / size of the smaller")),
            values=[1, 1.5, 2, 3, 5, 10, 20],
        ),
    )
    y = alt.Y("rise:Q", axis=alt.Axis(title=_("rise of the score"), tickCount=5))
    zero = alt.Chart(pd.DataFrame({"rise": [0]})).mark_rule(color=MUTED, strokeDash=[5, 4])
    tooltip = [
        alt.Tooltip("task:N", title=_("task")),
        alt.Tooltip("between:N", title=_("models")),
        alt.Tooltip("ratio:Q", title=_("ratio of sizes"), format=".2f"),
        alt.Tooltip("value_smaller:Q", title=_("score of the smaller"), format=".3f"),
        alt.Tooltip("value_larger:Q", title=_("score of the larger"), format=".3f"),
    ]
    points = alt.Chart(rows).mark_point(filled=True, size=30, opacity=0.75, color=ACCENT)
    points = points.encode(x=x, y=y, tooltip=tooltip)
    stars: list[alt.Chart] = []
    if own is not None and not own.empty:
        between = own["smaller"].str.cat(own["larger"], sep=" → ")
        mine = own.assign(task=own["task"].map(names), between=between, place=0, noted=False)
        mine = compact(mine.assign(mark=_("your models"), what=_("your models")))
        stars = own_marks.points(mine, x, y, lang, size=60, tooltip=tooltip)
    shown = {"steps": len(steps), "families": steps["family"].nunique()}
    shown["tasks"] = steps["task"].nunique()
    text = _(
        "{steps} {steps:step|steps} in {families} {families:family|families}, "
        "{tasks} {tasks:task|tasks}"
    ).format(**{key: Count(count, lang) for key, count in shown.items()})
    told = with_lines(text, [own_marks.key(lang)] if stars else [])
    return alt.layer(zero.encode(y="rise:Q"), points, *stars).properties(
        width="container",
        height=320,
        title=alt.TitleParams(_("How close are the neighbours of a jump?"), subtitle=told),
    )


def steps_table(steps: pd.DataFrame, names: dict[str, str], lang: str) -> pd.DataFrame:
    """Return steps as a table to show: task, family, the two models, ratio, scores."""
    _ = translator(lang)
    return pd.DataFrame(
        {
            _("task"): steps["task"].map(names),
            _("from model"): steps["smaller"],
            _("to model"): steps["larger"],
            _("times larger"): steps["ratio"].map(lambda v: number(v, lang)),
            _("score before"): steps["value_smaller"].map(lambda v: percent(v, lang)),
            _("score after"): steps["value_larger"].map(lambda v: percent(v, lang)),
        }
    )
