"""Charts of the chapter on metrics."""

from __future__ import annotations

import json

import altair as alt
import numpy as np
import pandas as pd

from emergence.charts.labels import in_lines
from emergence.charts.theme import ACCENT, MUTED, SECOND, power_axis
from emergence.formats import Count, number, significant, whole
from emergence.i18n import translator
from emergence.metrics import score_all

LAST_STEP = 143_000
"""Training steps of a Pythia run (Biderman et al. 2023, section 2.2)."""


def answer_length(correlated: pd.DataFrame, lang: str, *, start: int, rho: float) -> alt.LayerChart:
    """Return exact match against per-token accuracy for answers of k tokens, k on a slider.

    correlated: columns p, k, exact_match, the probability that all k tokens are right when errors
    correlate by `rho`. The line of independent errors is p to the power k. start: first k shown.
    """
    _ = translator(lang)
    highest = int(correlated["k"].max())
    bind = alt.binding_range(min=1, max=highest, step=1, name=_("Tokens in the answer (k): "))
    k = alt.param(name="k", value=start, bind=bind)
    names = [_("independent errors: p to the power k"), _("errors that come together")]
    legend = alt.Legend(
        title=None, columns=1, labelLimit=300, symbolSize=500, **in_lines(names, 38)
    )
    colour = alt.Color(
        "curve:N",
        scale=alt.Scale(domain=names, range=[ACCENT, SECOND]),
        legend=legend,
    )
    dash = alt.StrokeDash(
        "curve:N", scale=alt.Scale(domain=names, range=[[1, 0], [6, 4]]), legend=legend
    )
    x = alt.X("p:Q", axis=alt.Axis(title=_("accuracy on each token, p"), tickCount=5))
    y = alt.Y(
        "y:Q",
        axis=alt.Axis(title=_("exact match"), tickCount=5),
        scale=alt.Scale(domain=[0, 1]),
    )
    line = {"strokeWidth": 2.5}
    power = (
        alt.Chart(pd.DataFrame({"p": np.linspace(0, 1, 51).round(2)}))
        .transform_calculate(y="pow(datum.p, k)", curve=json.dumps(names[0]))
        .mark_line(**line)
    )
    together = (
        alt.Chart(correlated[["k", "p", "exact_match"]].round(3))
        .transform_filter("datum.k == k")
        .transform_calculate(y="datum.exact_match", curve=json.dumps(names[1]))
        .mark_line(**line)
    )
    reference = (
        alt.Chart(pd.DataFrame({"p": [0, 1], "y": [0, 1]}))
        .mark_line(color=MUTED, strokeDash=[2, 3])
        .encode(x=x, y=y)
    )
    layers = [c.encode(x=x, y=y, color=colour, strokeDash=dash) for c in (power, together)]
    # The picture and the print have no slider, so the chart itself tells what k is.
    told = (
        alt.Chart(pd.DataFrame({"p": [0.03], "y": [0.95]}))
        .transform_calculate(text="'k = ' + k")
        .mark_text(align="left", baseline="top", fontSize=14)
        .encode(x=x, y=y, text="text:N")
    )
    subtitle = _("Dashed: correlation {rho} between the tokens of an answer").format(
        rho=significant(rho, lang)
    )
    return (
        alt.layer(reference, *layers, told)
        .add_params(k)
        .properties(
            width="container",
            height=320,
            title=alt.TitleParams(_("The longer the answer, the later exact match rises"),
                                  subtitle=subtitle),
        )
    )  # fmt: skip


def shots_gain(gains: pd.DataFrame, lang: str, *, columns: int = 4) -> alt.FacetChart:
    """Return 0-shot and 5-shot accuracy against model size, a small multiple a task.

    gains: from `shots.shots_by_step`: columns task_name, params_active, step, zero_shot, five_shot,
    zero_low, zero_high, five_low, five_high (95 % intervals), name. A slider chooses the training
    step; the last is shown first.
    """
    _ = translator(lang)
    long = pd.concat(
        [
            gains.assign(
                shots=text,
                value=gains[f"{kind}_shot"],
                low=gains[f"{kind}_low"],
                high=gains[f"{kind}_high"],
            )
            for kind, text in (("zero", _("0-shot")), ("five", _("5-shot")))
        ]
    )
    keep = ["task_name", "name", "params_active", "step", "shots", "value", "low", "high"]
    steps = sorted(gains["step"].unique().tolist())
    (gap,) = set(np.diff(steps).tolist())
    bind = alt.binding_range(
        min=steps[0],
        max=steps[-1],
        step=gap,
        name=_("Training step (of {last}): ").format(last=whole(LAST_STEP, lang)),
    )
    step = alt.param(name="step", value=steps[-1], bind=bind)
    base = alt.Chart(long[keep].round(4)).transform_filter("datum.step == step")
    domain = [_("0-shot"), _("5-shot")]
    colour = alt.Color(
        "shots:N",
        scale=alt.Scale(domain=domain, range=[SECOND, ACCENT]),
        legend=alt.Legend(title=None),
    )
    shape = alt.Shape("shots:N", scale=alt.Scale(domain=domain, range=["circle", "square"]))
    x = alt.X(
        "params_active:Q",
        scale=alt.Scale(type="log", domain=[5e7, 2e10]),
        axis=power_axis(None, values=[1e8, 1e9, 1e10]),
    )
    # A label that stands out at the top would lift the title of its panel.
    axis = alt.Axis(title=None, tickCount=3, format=".2f", labelFlush=8)
    band = base.mark_rule(opacity=0.5).encode(
        x=x, y=alt.Y("low:Q", axis=axis), y2="high:Q", color=colour
    )
    line = base.mark_line(strokeWidth=1.5).encode(x=x, y=alt.Y("value:Q", axis=axis), color=colour)
    points = base.mark_point(filled=True, size=32, opacity=1).encode(
        x=x,
        y=alt.Y("value:Q", axis=axis, scale=alt.Scale(zero=False)),
        color=colour,
        shape=shape,
        tooltip=[
            alt.Tooltip("name:N", title=_("model")),
            alt.Tooltip("shots:N", title=_("examples")),
            alt.Tooltip("value:Q", title=_("accuracy"), format=".3f"),
            alt.Tooltip("low:Q", title=_("95 % from"), format=".3f"),
            alt.Tooltip("high:Q", title=_("95 % to"), format=".3f"),
        ],
    )
    return (
        alt.layer(band, line, points)
        .properties(width=104, height=105)
        .facet(facet=alt.Facet("task_name:N", title=None, sort=None), columns=columns)
        .resolve_scale(y="independent")
        .add_params(step)
        .properties(
            title=alt.TitleParams(
                _("What five examples add, by model size"),
                subtitle=_(
                    "Accuracy of {sizes} Pythia {sizes:size|sizes} against parameters; each panel"
                    " has its own vertical axis, rules are 95 % intervals"
                ).format(sizes=Count(gains["name"].nunique(), lang)),
            )
        )
    )


def scored_answers(lang: str) -> pd.DataFrame:
    """Return a worked example as a table to show: answers to 48 plus 76 under four metrics."""
    _ = translator(lang)
    answers = ["124", "123", "924", "1240", _("one hundred and twenty-four")]
    table = pd.DataFrame({"answer": answers, "target": "124"})
    names = {
        "exact_match": _("exact match"),
        "per_token_accuracy": _("per-token accuracy"),
        "token_edit_distance": _("token edit distance"),
        "bleu": _("BLEU"),
    }
    scored = score_all(table, list(names)).round(2).rename(columns=names)
    return pd.concat([table["answer"].rename(_("answer")), scored], axis=1)


def scored_choices(lang: str) -> pd.DataFrame:
    """Return a worked example as a table to show: four models on one multiple-choice item.

    Each gives probabilities to four options, of which the first is right.
    """
    _ = translator(lang)
    given = [(0.05, 0.85, 0.05, 0.05), (0.30, 0.40, 0.20, 0.10), (0.40, 0.30, 0.20, 0.10)]
    given.append((0.94, 0.02, 0.02, 0.02))
    table = pd.DataFrame(
        {"choice_loglikelihoods": [np.log(p).tolist() for p in given], "correct": 0}
    )
    names = {
        "multiple_choice_accuracy": _("accuracy"),
        "brier_score": _("Brier score"),
        "choice_log_probability": _("log-probability"),
    }
    scored = score_all(table, list(names)).round(2).rename(columns=names)
    shares = [" ".join(whole(100 * p, lang) for p in row) for row in given]
    first = pd.Series(shares, name=_("probabilities of A B C D, %"))
    return pd.concat([first, scored], axis=1)


def shown_scores(scored: pd.DataFrame, lang: str, digits: int | None = None) -> pd.DataFrame:
    """Return a worked example with its scores as texts: `digits` decimals, or as few as needed."""

    def text(value: float) -> str:
        return significant(value, lang) if digits is None else number(value, lang, digits)

    numbers = scored.select_dtypes("number").columns
    return scored.assign(**{column: scored[column].map(text) for column in numbers})
