"""Charts and tables of the chapter on examples."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from emergence.charts import own_marks
from emergence.charts.curves import Panel, plot_rows
from emergence.charts.figures import Html, empty_panel
from emergence.charts.labels import placed
from emergence.charts.own_axes import placed as placed_names
from emergence.charts.own_axes import with_lines
from emergence.charts.theme import ACCENT, MUTED, SECOND, compact, power_axis
from emergence.formats import Count, billions, scientific
from emergence.i18n import translator
from emergence.tables import label


def abilities_table(
    abilities: pd.DataFrame, labels: pd.DataFrame, lang: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the 23 abilities as a table to show, and what its columns sort by."""
    _ = translator(lang)
    kinds = {k: label("kind", k, labels) for k in abilities["kind"].unique()}
    many = _("many")
    shown = pd.DataFrame(
        {
            _("ability"): abilities["name"],
            _("by"): abilities["kind"].map(kinds),
            _("training FLOPs"): abilities["train_flops"].map(lambda x: scientific(x, lang)),
            _("parameters"): abilities["params"].map(lambda x: billions(x, lang)),
            _("model"): abilities["model"].fillna(many),
            _("reference"): abilities["cited_as"],
        }
    ).astype(str)
    empty = abilities["note"].eq("many").fillna(False)
    columns = [_("training FLOPs"), _("parameters")]
    shown.loc[empty, columns] = many
    keys = shown.copy()
    keys[columns[0]] = abilities["train_flops"]
    keys[columns[1]] = abilities["params"]
    return shown, keys


def abilities_chart(abilities: pd.DataFrame, labels: pd.DataFrame, lang: str) -> alt.LayerChart:
    """Return the abilities by training FLOPs and parameters of the model they were first seen in.

    Abilities first seen in one model share a mark, whose size tells how many they are.
    """
    _ = translator(lang)
    known = abilities.dropna(subset=["train_flops", "params"])
    kinds = {k: label("kind", k, labels) for k in ("few_shot", "augmented")}
    marks = known.groupby(["train_flops", "params", "model", "kind"], as_index=False).agg(
        count=("ability", "size"), names=("name", "; ".join)
    )
    marks = compact(marks.assign(kind=marks["kind"].map(kinds)))
    texts = known.groupby(["train_flops", "params"], as_index=False).agg(
        text=("model", lambda m: " / ".join(sorted(set(m))))
    )
    texts = placed(texts, "train_flops", "params", "text")
    x = alt.X(
        "train_flops:Q",
        scale=alt.Scale(type="log", domain=[3e19, 1e25]),
        axis=power_axis(_("training FLOPs")),
    )
    y = alt.Y(
        "params:Q",
        scale=alt.Scale(type="log", domain=[2e7, 2e12]),
        axis=power_axis(_("parameters")),
    )
    domain = list(kinds.values())
    points = (
        alt.Chart(marks)
        .mark_point(filled=False, strokeWidth=2.5, opacity=1)
        .encode(
            x=x,
            y=y,
            size=alt.Size(
                "count:Q",
                scale=alt.Scale(domain=[1, 5], range=[60, 420]),
                legend=alt.Legend(title=_("abilities"), values=[1, 3, 5], symbolStrokeWidth=2),
            ),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=domain, range=[ACCENT, SECOND]),
                legend=alt.Legend(title=None, columns=1),
            ),
            shape=alt.Shape("kind:N", scale=alt.Scale(domain=domain, range=["circle", "diamond"])),
            tooltip=[
                alt.Tooltip("model:N", title=_("model")),
                alt.Tooltip("kind:N", title=_("by")),
                alt.Tooltip("count:Q", title=_("abilities")),
                alt.Tooltip("names:N", title=_("which")),
            ],
        )
    )
    names = [
        alt.Chart(compact(part))
        .mark_text(align=align, dx=dx, dy=dy, fontSize=11)
        .encode(x=x, y=y, text="text:N")
        for (align, dx, dy), part in texts.groupby(["align", "dx", "dy"])
    ]
    count = _("{known} of {all} {all:ability|abilities}; the rest have no single figure").format(
        known=Count(len(known), lang), all=Count(len(abilities), lang)
    )
    return alt.layer(points, *names).properties(
        width="container",
        height=360,
        title=alt.TitleParams(_("Where the abilities were first seen"), subtitle=count),
    )


def gain_panels(
    gains: pd.DataFrame,
    labels: pd.DataFrame,
    title: str,
    lang: str,
    own: pd.DataFrame | None = None,
) -> list[Panel]:
    """Return a panel for each prompting in `gains` (from `views.gains`): gain against scale.

    own: gains of readers' models.
    """
    _ = translator(lang)
    panels = []
    for prompting in gains["prompting"].unique():
        rows = gains[gains["prompting"].eq(prompting)]
        text = _("{count} {count:model|models}, {known} with FLOPs").format(
            count=Count(len(rows), lang), known=Count(rows["train_flops"].notna().sum(), lang)
        )
        mine = None if own is None else own[own["prompting"].eq(prompting)]
        mine = None if mine is None else mine.assign(value=mine["gain"], low=np.nan, high=np.nan)
        drawn = plot_rows(rows.assign(value=rows["gain"]), lang, own=mine)
        panels.append(Panel(title, [label("prompting", prompting, labels), text], drawn, 0.0))
    return panels


def filters_chart(
    means: pd.DataFrame,
    labels: pd.DataFrame,
    lang: str,
    *,
    tasks: int,
    own: pd.DataFrame | None = None,
) -> alt.LayerChart:
    """Return strict against flexible reading of the same answers, a point a model and prompting.

    means: columns name, prompting, strict, flexible (shares), each averaged over `tasks` tasks.
    own: the same of readers' models.
    """
    _ = translator(lang)
    names = {p: label("prompting", p, labels) for p in ("direct", "chain_of_thought")}
    rows = compact(means.assign(prompting=means["prompting"].map(names)))
    domain = list(names.values())
    x = alt.X("flexible:Q", axis=alt.Axis(title=_("score by flexible extraction"), tickCount=5))
    y = alt.Y("strict:Q", axis=alt.Axis(title=_("score by strict match"), tickCount=5))
    line = (
        alt.Chart(pd.DataFrame({"flexible": [0, 1], "strict": [0, 1]}))
        .mark_line(color=MUTED, strokeDash=[2, 3])
        .encode(x=x, y=y)
    )
    points = (
        alt.Chart(rows)
        .mark_point(filled=True, size=45, opacity=1)
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "prompting:N",
                scale=alt.Scale(domain=domain, range=[SECOND, ACCENT]),
                legend=alt.Legend(title=None),
            ),
            shape=alt.Shape(
                "prompting:N", scale=alt.Scale(domain=domain, range=["square", "circle"])
            ),
            tooltip=[
                alt.Tooltip("name:N", title=_("model")),
                alt.Tooltip("prompting:N", title=_("prompting")),
                alt.Tooltip("flexible:Q", title=_("flexible"), format=".3f"),
                alt.Tooltip("strict:Q", title=_("strict"), format=".3f"),
            ],
        )
    )
    stars: list[alt.Chart] = []
    if own is not None and not own.empty:
        mine = own_marks.marked(own, lang).assign(prompting=own["prompting"].map(names))
        mine = placed_names(compact(mine), (0, 1), 300, "strict")
        shown = [
            alt.Tooltip("shown:N", title=_("model")),
            alt.Tooltip("prompting:N", title=_("prompting")),
            alt.Tooltip("flexible:Q", title=_("flexible"), format=".3f"),
            alt.Tooltip("strict:Q", title=_("strict"), format=".3f"),
        ]
        stars = own_marks.points(mine, x, y, lang, size=45, tooltip=shown)
        stars += own_marks.texts(mine, x, y, "datum.flexible > 0.5")
    count = _("{count} {count:model|models}, mean of {tasks} {tasks:task|tasks}").format(
        count=Count(rows["name"].nunique(), lang), tasks=Count(tasks, lang)
    )
    told = with_lines(count, [own_marks.key(lang)] if stars else [])
    return alt.layer(line, points, *stars).properties(
        width="container",
        height=300,
        title=alt.TitleParams(_("The same answers, read in two ways"), subtitle=told),
    )


def others_panel(abilities: pd.DataFrame, lang: str) -> Html:
    """Return the panel on the slide's two ways that open data cannot re-test."""
    _ = translator(lang)
    others = abilities[abilities["approach"].isin(["instructions", "interpreter"])]
    lines = [
        _("{ability}: {model}, {flops} training FLOPs").format(
            ability=row["name"], model=row["model"], flops=scientific(row["train_flops"], lang)
        )
        for row in others.to_dict("records")
    ]
    text = _("Only the figures of 2022 are there. {figures}.").format(figures=". ".join(lines))
    return empty_panel(_("No comparable open scores"), text)
