"""Chart and table of training compute against the thresholds in law."""

from __future__ import annotations

import json

import altair as alt
import pandas as pd

from emergence.charts import own_marks
from emergence.charts.figures import Html, html_table
from emergence.charts.own_axes import missing, placed, right_of
from emergence.charts.theme import ACCENT, MUTED, SECOND, compact, power_axis
from emergence.formats import MISSING, Count, percent, scientific
from emergence.i18n import translator
from emergence.regulation import Threshold, lanes

HEIGHT = 300  # px
LINE = 17  # px a line of the thresholds' names
GAP = 0.2  # decades between dots of one lane: a dot's width on a phone
STEP = 0.11  # rows between lanes


def rule_names(lang: str) -> dict[str, str]:
    """Return short names of the thresholds by their code."""
    _ = translator(lang)
    return {
        "eu_ai_act": _("EU AI Act"),
        "us_eo_14110": _("US order (revoked)"),
        "trial": _("trial"),
    }


def compute_strip(
    abilities: pd.DataFrame,
    models: pd.DataFrame,
    limits: tuple[Threshold, ...],
    lang: str,
    own: pd.DataFrame | None = None,
) -> alt.TopLevelMixin:
    """Draw where abilities (2022) and models lie on the scale of training FLOPs, with thresholds.

    abilities: rows of the table `abilities`; models: rows of the table `models`. limits: smallest
    first. Rows without training FLOPs are counted in words. own: readers' models, a row each.
    """
    _ = translator(lang)
    rows = {"few_shot": _("few-shot abilities"), "augmented": _("augmented abilities")}
    mine = None if own is None or own.empty else own_marks.marked(own, lang)
    labels = [*rows.values(), _("open models"), *([] if mine is None else [_("your models")])]
    first_seen = abilities.dropna(subset=["train_flops"])
    known = models.dropna(subset=["train_flops"])
    swarm = pd.concat(
        [
            found[["name", "model", "train_flops"]].assign(
                y=i + STEP * lanes(found["train_flops"], GAP)
            )
            for i, (_kind, found) in enumerate(
                (k, first_seen[first_seen["kind"].eq(k)]) for k in rows
            )
        ]
    )
    x = alt.X(
        "train_flops:Q",
        scale=alt.Scale(type="log"),
        axis=power_axis(_("training FLOPs (estimate, 6·N·D)")),
    )
    y = alt.Y(
        "y:Q",
        title=None,
        # Room on top for the thresholds' names.
        scale=alt.Scale(domain=[len(labels) - 0.6, -0.75 - 0.15 * len(limits)], nice=False),
        axis=alt.Axis(
            values=list(range(len(labels))),
            labelExpr=f"split({json.dumps(labels, ensure_ascii=False)}[datum.value], ' ')",
            ticks=False,
            domain=False,
            grid=False,
            # Measured in one font at build and shown in another: leave room for a wider one.
            minExtent=80,
        ),
    )
    flops = alt.Tooltip("train_flops:Q", title=_("training FLOPs"), format=".1e")
    names = rule_names(lang)
    laws = []
    for i, limit in enumerate(limits):
        top = LINE * (len(limits) - 1 - i)
        law = alt.Chart(
            pd.DataFrame([{"train_flops": limit.train_flops, "text": names[limit.rule]}])
        )
        laws.append(
            law.mark_rule(strokeWidth=1.5, color=SECOND, strokeDash=[5, 4]).encode(
                x=x,
                y=alt.value(top),
                y2=alt.value(HEIGHT),
                tooltip=[alt.Tooltip("text:N", title=_("threshold")), flops],
            )
        )
        laws.append(
            law.mark_text(align="right", dx=-5, baseline="top").encode(
                x=x, y=alt.value(top), text="text:N"
            )
        )
    ticks = (
        alt.Chart(compact(known[["name", "train_flops"]].assign(y=len(rows))))
        .mark_tick(thickness=1.6, height=26, color=MUTED, opacity=1)
        .encode(x=x, y=y, tooltip=[alt.Tooltip("name:N", title=_("model")), flops])
    )
    dots = (
        alt.Chart(compact(swarm))
        .mark_circle(size=46, color=ACCENT, opacity=1)
        .encode(
            x=x,
            y=y,
            tooltip=[
                alt.Tooltip("name:N", title=_("ability")),
                alt.Tooltip("model:N", title=_("model")),
                flops,
            ],
        )
    )
    subtitle = [
        _("{n} {n:ability|abilities} of 2022 ({missing} {missing:has|have} no figure)").format(
            n=Count(len(first_seen), lang), missing=Count(len(abilities) - len(first_seen), lang)
        ),
        _("{n} open {n:model|models}; {missing} without FLOPs left out").format(
            n=Count(len(known), lang), missing=Count(len(models) - len(known), lang)
        ),
    ]
    stars: list[alt.Chart] = []
    if mine is not None:
        mine = compact(mine.assign(y=len(rows) + 1, noted=False))
        subtitle = [*subtitle, *missing(mine, "train_flops", lang)]
        mine = mine.assign(tag=mine["shown"]).dropna(subset="train_flops")
        mine = placed(mine, (0, 1), 0, "y")
        told = [alt.Tooltip("shown:N", title=_("model")), flops]
        if not mine.empty:
            both = pd.concat([known["train_flops"], swarm["train_flops"], mine["train_flops"]])
            stars = own_marks.points(mine, x, y, lang, size=46, tooltip=told, apart=12)
            right = right_of(both.to_frame(), "train_flops", None, limits[-1].train_flops)
            stars += own_marks.texts(mine, x, y, right)
    title = alt.Title(_("Training compute and thresholds"), subtitle=subtitle)
    return alt.layer(ticks, dots, *laws, *stars).properties(
        width="container", height=HEIGHT, title=title
    )


def threshold_table(
    counts: pd.DataFrame, best: pd.DataFrame, groups: dict[str, str], score: str, lang: str
) -> Html:
    """Return a table of what lies above each threshold, and the best score on either side.

    counts, best: as `regulation.counts_above` and `regulation.best_on_each_side` give them.
    groups: what the reader sees for a group. score: name of the score.
    """
    _ = translator(lang)
    names = rule_names(lang)
    sides = {
        "above": _("Best {score} above").format(score=score),
        "not_above": _("Best {score} not above").format(score=score),
    }
    rows = []
    for rule, found in counts.groupby("rule", sort=False):
        row = {
            _("Threshold"): names[rule],
            _("Training FLOPs"): scientific(found["train_flops"].iloc[0], lang),
        }
        for item in found.itertuples():
            head = _("{group} above").format(group=groups[item.group])
            row[head] = _("{above} of {known}").format(
                above=Count(item.above, lang), known=Count(item.known, lang)
            )
        for side, head in sides.items():
            model = best[best["rule"].eq(rule) & best["side"].eq(side)].iloc[0]
            row[head] = MISSING if pd.isna(model["value"]) else _described(model, lang)
        rows.append(row)
    return html_table(pd.DataFrame(rows), caption=_("What lies above the thresholds"), lang=lang)


def _described(model: pd.Series, lang: str) -> str:
    flops = scientific(model["train_flops"], lang)
    return f"{percent(model['value'], lang)} ({model['name']}, {flops})"
