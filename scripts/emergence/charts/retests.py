"""Re-tests of the abilities of 2022: where models pass and fail, as a chart and as a table."""

from __future__ import annotations

import altair as alt
import pandas as pd

from emergence.charts import own_marks
from emergence.charts.labels import in_lines, name_axis, row_height
from emergence.charts.own_axes import missing, placed, right_of, with_lines
from emergence.charts.theme import ACCENT, MUTED, SECOND, compact, power_axis
from emergence.formats import scientific, whole
from emergence.i18n import translator

NAME = 27  # characters of a row's name that fit a phone


def retest_chart(
    retests: pd.DataFrame, lang: str, own: pd.DataFrame | None = None
) -> alt.LayerChart:
    """Return first passing and last failing model of each re-test, beside the 2022 figure.

    retests: from `retest.beside_2022`. own: readers' models on these tasks, from
    `own_verdicts.tested`; they stand where their training FLOPs are.
    """
    _ = translator(lang)
    retests = retests.assign(name=_headed(retests["name"]))
    names = {
        "first_scale": _("smallest model that passes"),
        "last_scale": _("largest model that fails"),
        "flops_2022": _("figure of 2022"),
    }
    models = {
        "first_scale": "first_model",
        "last_scale": "last_model",
        "flops_2022": "model_2022",
    }
    parts = [
        pd.DataFrame(
            {
                "name": retests["name"],
                "what": text,
                "flops": retests[column],
                "model": retests[models[column]],
            }
        )
        for column, text in names.items()
    ]
    marks = compact(pd.concat(parts).dropna(subset="flops"))
    marks["flops_text"] = marks["flops"].map(lambda x: scientific(x, lang))
    order = retests.sort_values("first_scale")["name"].tolist()
    y = alt.Y("name:N", sort=order, axis=name_axis(order, NAME, labelLimit=190, grid=True))
    mine = None if own is None or own.empty else _own_rows(own, retests, lang)
    least = 5e20 if mine is None else min(5e20, mine["flops"].min() / 3)
    scale = alt.Scale(type="log", domain=[least, 1e26])
    x = alt.X(
        "flops:Q",
        scale=scale,
        axis=power_axis(_("training FLOPs")),
    )
    span = alt.Chart(compact(retests.dropna(subset=["first_scale", "last_scale"]))).mark_rule(
        strokeWidth=2, opacity=0.5, color=MUTED
    )
    domain = list(names.values())
    legend = alt.Legend(title=None, columns=1, **in_lines(domain, 20))
    points = (
        alt.Chart(marks)
        .mark_point(filled=True, size=95, opacity=1)
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "what:N",
                scale=alt.Scale(domain=domain, range=[ACCENT, MUTED, SECOND]),
                legend=legend,
            ),
            shape=alt.Shape(
                "what:N",
                scale=alt.Scale(domain=domain, range=["circle", "square", "diamond"]),
                legend=legend,
            ),
            tooltip=[
                alt.Tooltip("name:N", title=_("ability")),
                alt.Tooltip("what:N", title=_("mark")),
                alt.Tooltip("model:N", title=_("model")),
                alt.Tooltip("flops_text:N", title=_("training FLOPs")),
            ],
        )
    )
    rule = span.encode(x=alt.X("first_scale:Q", scale=scale), x2="last_scale:Q", y=y)
    told: str | list[str] = _("Models with known training FLOPs (estimate, 6·N·D)")
    stars: list[alt.Chart] = []
    if mine is not None:
        told = with_lines(told, [_("Stars: your own models; hollow where they fail")])
        told = with_lines(told, missing(mine, "flops", lang))
        known = mine.dropna(subset="flops")
        tooltip = [
            alt.Tooltip("shown:N", title=_("model")),
            alt.Tooltip("name:N", title=_("ability")),
            alt.Tooltip("value:Q", title=_("score"), format=".3f"),
            alt.Tooltip("passed:N", title=_("above its level")),
            alt.Tooltip("flops_text:N", title=_("training FLOPs")),
        ]
        if not known.empty:
            stars = own_marks.points(known, x, y, lang, size=60, tooltip=tooltip, apart=6)
            # Named once, in the row that is highest.
            first = known.assign(row=known["name"].map(order.index)).sort_values(["row", "place"])
            once = placed(first.drop_duplicates("mark"), (0, 1), 0, "row")
            stars += own_marks.texts(once, x, y, right_of(marks, "flops", least, 1e26))
    return alt.layer(rule, points, *stars).properties(
        width="container",
        height=row_height(order, NAME, 26) * len(retests),
        title=alt.TitleParams(_("Where abilities appear in open models"), subtitle=told),
    )


def _own_rows(own: pd.DataFrame, retests: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Own models on the rows of their tasks; filled where they pass."""
    _ = translator(lang)
    rows = own_marks.marked(own, lang)
    names = dict(zip(retests["task"], retests["name"], strict=True))
    words = {True: _("yes"), False: _("no")}
    passed = [_("not tested") if pd.isna(p) else words[bool(p)] for p in own["passes"]]
    rows = rows.assign(name=rows["task"].map(names), passed=passed, flops=rows["train_flops"])
    return compact(rows.assign(noted=rows["noted"] | own["passes"].ne(True).fillna(True)))


def retest_table(retests: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Return the re-tests (from `retest.beside_2022`) as a table to show."""
    _ = translator(lang)
    return pd.DataFrame(
        {
            _("ability"): _headed(retests["name"]),
            _("pass / tested"): [
                f"{whole(passing, lang)} / {whole(tested, lang)}"
                for passing, tested in zip(retests["passing"], retests["tested"], strict=True)
            ],
            _("smallest that passes"): _models(retests, "first", lang),
            _("largest that fails"): _models(retests, "last", lang),
            _("in 2022"): retests["flops_2022"].map(lambda x: scientific(x, lang)),
        }
    )


def _headed(names: pd.Series) -> pd.Series:
    """Return names of tasks and of promptings alike, each with a capital at its head."""
    return names.str[:1].str.upper() + names.str[1:]


def _models(retests: pd.DataFrame, end: str, lang: str) -> list[str | None]:
    """Return the models at one end of the re-tests with their FLOPs."""
    pairs = zip(retests[f"{end}_model"], retests[f"{end}_scale"], strict=True)
    return [None if pd.isna(m) else f"{m} ({scientific(flops, lang)})" for m, flops in pairs]
