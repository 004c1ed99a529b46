"""Forecasts of one task as its page tells them: rows to draw, words and a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from emergence.charts.figures import Html, html_table
from emergence.charts.words import status as reason
from emergence.formats import MISSING, number, percent, scientific
from emergence.i18n import translator
from emergence.instrument.forecast_tables import ForecastTables
from emergence.tables import label
from emergence.task_page import TaskPage
from emergence.views import usable

AXIS = "train_flops"
"""The axis of the picture: what is known before a model is trained."""


@dataclass(frozen=True)
class Foretold:
    """One metric's forecasts along the cutoffs.

    models: name, x (training FLOPs), y (a share), one a row; predicted: c (place of the cutoff), m
    (row of models), p, l, h (prediction and its 95 % interval). errors: one row a cutoff with
    cutoff_flops, n_train, n_train_present, n_test, n_test_present, own, own_params, constant,
    sigmoid (mean absolute errors), coverage, status.
    """

    metric: str
    models: pd.DataFrame
    predicted: pd.DataFrame
    errors: pd.DataFrame


def foretold(page: TaskPage, found: ForecastTables, methods: pd.DataFrame, metric: str) -> Foretold:
    """Return what the page tells of one metric's forecasts.

    methods: columns axis and method, those chosen beforehand (`findings.own_methods`). Errors are
    of all larger models of known FLOPs; those of a fit that did not settle are missing.
    """
    task = str(page.task["task"])
    own = dict(methods[["axis", "method"]].itertuples(index=False))
    rows = usable(page.scores)
    rows = rows[rows["metric"].eq(metric) & rows["prompting"].eq("few_shot")]
    rows = rows.dropna(subset=AXIS).sort_values([AXIS, "model"], ignore_index=True)
    best = 100 if metric == "bleu" else 1
    models = pd.DataFrame({"name": rows["name"], "x": rows[AXIS], "y": rows["value"] / best})
    errors = _errors(found, task, metric, own)
    places = {cutoff: c for c, cutoff in enumerate(errors["cutoff_flops"])}
    told = found.predictions
    told = told[
        told["task"].eq(task)
        & told["metric"].eq(metric)
        & told["axis"].eq(AXIS)
        & told["method"].eq(own[AXIS])
        & told["test_set"].eq("above")
        & told["cutoff_flops"].isin(places)
    ]
    numbers = {model: at for at, model in enumerate(rows["model"])}
    predicted = pd.DataFrame(
        {
            "c": told["cutoff_flops"].map(places),
            "m": told["model"].map(numbers),
            "p": told["predicted"],
            "l": told["low"],
            "h": told["high"],
        }
    ).astype({"c": int, "m": int})
    return Foretold(metric, models, predicted.round(4), errors)


def _errors(found: ForecastTables, task: str, metric: str, own: dict[str, str]) -> pd.DataFrame:
    """One row a cutoff."""
    rows = found.forecasts
    rows = rows[rows["task"].eq(task) & rows["metric"].eq(metric) & rows["test_set"].eq("above")]
    rows = rows.assign(mae=rows["mae"].where(rows["converged"].fillna(False)))

    def column(method: str, axis: str) -> pd.Series:
        one = rows[rows["method"].eq(method) & rows["axis"].eq(axis)]
        return one.set_index("cutoff_flops")["mae"]

    below = found.from_below
    chosen = below["method"].eq(own[AXIS]) & below["axis"].eq(AXIS)
    below = below[chosen & below["task"].eq(task) & below["metric"].eq(metric)]
    kept = ["n_train", "n_train_present", "n_test", "n_test_present", "coverage", "status"]
    table = below.set_index("cutoff_flops")[kept].assign(
        own=column(own[AXIS], AXIS),
        own_params=column(own["params_active"], "params_active"),
        constant=column("constant", "none"),
        sigmoid=column("sigmoid", AXIS),
    )
    return table.sort_index().reset_index()


def metric_name(metric: str, labels: pd.DataFrame, lang: str) -> str:
    """Return what a metric is called where scores are shares."""
    _ = translator(lang)
    name = label("metric", metric, labels)
    return _("{metric}, divided by 100").format(metric=name) if metric == "bleu" else name


def said(row: pd.Series, lang: str) -> list[str]:
    """Return what is told of one cutoff (a row of `Foretold.errors`), in three lines."""
    _ = translator(lang)
    first = _("Cutoff {cutoff} FLOPs").format(cutoff=scientific(row["cutoff_flops"], lang))
    second = _("{train} smaller ({able} with the ability), {test} larger").format(
        train=int(row["n_train"]), able=int(row["n_train_present"]), test=int(row["n_test"])
    )
    if pd.isna(row["own"]):
        return [
            first,
            second,
            _("no forecast: {reason}").format(reason=reason(row["status"], lang)),
        ]
    third = _("mean absolute error {error}").format(error=number(row["own"], lang, 3))
    if not pd.isna(row["coverage"]):
        third = _("mean absolute error {error}, {share} in interval").format(
            error=number(row["own"], lang, 3), share=percent(row["coverage"], lang, 0)
        )
    return [first, second, third]


def error_table(metrics: Sequence[Foretold], labels: pd.DataFrame, lang: str) -> Html | None:
    """Return the errors by cutoff as a table; None where there is no forecast."""
    _ = translator(lang)
    if not metrics:
        return None
    rows = []
    for one in metrics:
        for _at, row in one.errors.iterrows():
            rows.append(
                {
                    _("metric"): metric_name(one.metric, labels, lang),
                    _("cutoff, FLOPs"): scientific(row["cutoff_flops"], lang),
                    _("smaller models"): int(row["n_train"]),
                    _("with the ability"): int(row["n_train_present"]),
                    _("larger models"): int(row["n_test"]),
                    _("larger with the ability"): int(row["n_test_present"]),
                    _("chosen method, by FLOPs"): number(row["own"], lang, 3),
                    _("chosen method, by parameters"): number(row["own_params"], lang, 3),
                    _("mean of the smaller models"): number(row["constant"], lang, 3),
                    _("sigmoid in log FLOPs"): number(row["sigmoid"], lang, 3),
                    _("share in interval"): percent(row["coverage"], lang, 0),
                    _("why there is none"): (
                        MISSING if row["status"] == "ok" else reason(row["status"], lang)
                    ),
                }
            )
    shown = pd.DataFrame(rows)
    if len(metrics) == 1:
        shown = shown.drop(columns=_("metric"))
    if all(one.errors["status"].eq("ok").all() for one in metrics):
        shown = shown.drop(columns=_("why there is none"))
    return html_table(shown, caption=_("Mean absolute errors by cutoff"), lang=lang)
