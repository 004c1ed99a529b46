"""Chart of what a given score costs in each family."""

from __future__ import annotations

import json

import altair as alt
import pandas as pd

from emergence.charts import own_marks
from emergence.charts.figures import Html, html_table
from emergence.charts.labels import in_lines
from emergence.charts.own_axes import missing
from emergence.charts.theme import ACCENT, MUTED, SECOND, compact, power_axis
from emergence.formats import MISSING, Count, billions, number, percent, scientific, whole
from emergence.i18n import translator

ROW = 18  # px a row where there are most
_SLOT = "\N{OBJECT REPLACEMENT CHARACTER}"


def cost_dots(
    costs: pd.DataFrame,
    target: float,
    lang: str,
    *,
    score: str,
    families: int,
    own: pd.DataFrame | None = None,
) -> alt.TopLevelMixin:
    """Draw the cheapest model of each family that reaches a score, cheapest on top.

    costs: as `efficiency.costs` gives it, for one or more targets; a menu chooses among them, and
    `target` is the one shown first. families: number of families with known training FLOPs. own:
    rows of readers' models with this score; each that reaches a target has a line of its own.
    """
    _ = translator(lang)
    kinds = [_("reaches it"), _("next cheaper, does not")]
    data = compact(
        costs.assign(
            size=costs["params_total"].map(lambda n: billions(n, lang)),
            reaches=kinds[0],
            fails=kinds[1],
        )
    )
    targets = sorted(data["target"].unique().tolist())
    # The menu compares numbers for equality: its start must be rounded as the rows are.
    start = float(f"{target:.6g}")
    chosen = alt.param(
        name="target",
        value=start,
        bind=alt.binding_select(
            options=targets,
            labels=[percent(t, lang, 0) for t in targets],
            name=_("{score} of at least").format(score=score) + " ",
        ),
    )
    colours = alt.Scale(domain=kinds, range=[ACCENT, SECOND])
    shapes = alt.Scale(domain=kinds, range=["circle", "triangle-right"])
    legend = alt.Legend(title=None, columns=1, **in_lines(kinds, 26))
    y = alt.Y(
        "name:N",
        sort=alt.EncodingSortField("train_flops", op="min", order="ascending"),
        title=None,
        axis=alt.Axis(labelLimit=170, labelPadding=8, ticks=False, domain=False, grid=True),
    )
    scale = alt.Scale(type="log")
    axis = power_axis(_("training FLOPs (estimate, 6·N·D)"), titleAnchor="end")
    flops = {"title": _("training FLOPs"), "format": ".1e"}
    base = alt.Chart(data).transform_filter("datum.target == target")
    bracketed = base.transform_filter("isValid(datum.train_flops_below)")
    spans = bracketed.mark_rule(color=MUTED, strokeWidth=1.5).encode(
        x=alt.X("train_flops_below:Q", scale=scale, axis=axis), x2="train_flops:Q", y=y
    )
    below = bracketed.mark_point(filled=False, size=50, opacity=1).encode(
        x=alt.X("train_flops_below:Q", scale=scale, axis=axis),
        y=y,
        color=alt.Color("fails:N", scale=colours, legend=legend),
        shape=alt.Shape("fails:N", scale=shapes, legend=legend),
        tooltip=[
            alt.Tooltip("name_below:N", title=_("model")),
            alt.Tooltip("train_flops_below:Q", **flops),
            alt.Tooltip("value_below:Q", title=score, format=".1%"),
        ],
    )
    reaching = base.mark_point(filled=True, size=80, opacity=1).encode(
        x=alt.X("train_flops:Q", scale=scale, axis=axis),
        y=y,
        color=alt.Color("reaches:N", scale=colours, legend=legend),
        shape=alt.Shape("reaches:N", scale=shapes, legend=legend),
        tooltip=[
            alt.Tooltip("name:N", title=_("model")),
            alt.Tooltip("family:N", title=_("family")),
            alt.Tooltip("size:N", title=_("parameters")),
            alt.Tooltip("train_flops:Q", **flops),
            alt.Tooltip("value:Q", title=score, format=".1%"),
        ],
    )
    stars: list[alt.Chart] = []
    if own is not None and not own.empty:
        mine = own_marks.marked(own, lang)
        subtitle_own = [own_marks.key(lang), *missing(mine, "train_flops", lang)]
        mine = mine.assign(name=mine["mark"]).dropna(subset="train_flops")
        mine = pd.concat([mine[mine["value"].ge(t)].assign(target=t) for t in targets])
        told = [
            alt.Tooltip("shown:N", title=_("model")),
            alt.Tooltip("flops_text:N", title=_("training FLOPs")),
            alt.Tooltip("value:Q", title=score, format=".1%"),
        ]
        x = alt.X("train_flops:Q", scale=scale, axis=axis)
        stars = [
            star.transform_filter("datum.target == target")
            for star in own_marks.points(compact(mine), x, y, lang, size=60, tooltip=told)
        ]
        data = pd.concat([data, mine])
    # The title follows the menu, so that a picture or a print tells what was chosen.
    text = _("What {target} on {score} costs").format(score=score, target=_SLOT)
    before, _slot, after = text.partition(_SLOT)
    told = f"{json.dumps(before)} + format(target, '.0%') + {json.dumps(after)}"
    subtitle = [
        _("cheapest model of each family that reaches it"),
        _("{n} {n:family|families}; those that never do are absent").format(
            n=Count(families, lang)
        ),
    ]
    if own is not None and not own.empty:
        subtitle += subtitle_own
    return (
        alt.layer(spans, below, reaching, *stars)
        .add_params(chosen)
        .properties(
            width="container",
            # The same for every choice, so that the page does not jump under the menu.
            height=ROW * data.groupby("target").size().max(),
            title=alt.Title(alt.ExprRef(told), subtitle=subtitle),
        )
    )


def spread_texts(spread: pd.Series, lang: str) -> dict[str, str]:
    """Return a spread of costs, as `efficiency.spread` gives it, as texts; dashes where empty."""
    ratios = {key: _times(spread[key], lang) for key in ("ratio", "certain_ratio")}
    names = {
        key: MISSING if pd.isna(spread[key]) else spread[key] for key in ("cheapest", "costliest")
    }
    counts = {key: whole(spread[key], lang) for key in ("families", "bracketed")}
    return {**names, **ratios, **counts}


def _times(ratio: float, lang: str) -> str:
    return whole(ratio, lang) if ratio >= 10 else number(ratio, lang)


def cost_table(costs: pd.DataFrame, lang: str, *, caption: str, score: str) -> Html:
    """Return the rows of `costs`, of one target, as a table sorted by lineage and family."""
    _ = translator(lang)
    rows = costs.sort_values(["lineage", "family"])
    shown = pd.DataFrame(
        {
            _("Family"): rows["family"],
            _("Cheapest that reaches it"): rows["name"],
            _("Parameters"): rows["params_total"].map(lambda n: billions(n, lang)),
            _("Training FLOPs (estimate)"): rows["train_flops"].map(lambda n: scientific(n, lang)),
            score: rows["value"].map(lambda share: percent(share, lang)),
        }
    )
    return html_table(shown, caption=caption, lang=lang)
