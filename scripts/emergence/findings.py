"""What the instrument finds in the book's scores: the same for chapters and published tables.

What is costly is kept between chapters and languages; rules of the verdict are applied anew, so
that a changed rule costs nothing.
"""

from __future__ import annotations

import pandas as pd

from emergence.instrument import curves, sensitivity, sharpness, thresholds, verdicts
from emergence.instrument.axes import BENCHMARKS
from emergence.instrument.cases import Case, cases
from emergence.instrument.forecast_tables import ForecastTables, forecast_tables
from emergence.instrument.forecasts import CUTOFF
from emergence.instrument.selection import chosen, read_choice
from emergence.once import once
from emergence.views import MAIN_SETTING

AXES = ("train_flops", "params_active")
"""Axes of curves, thresholds and verdicts."""


@once
def fitted(
    scores: pd.DataFrame, tasks: pd.DataFrame, floor: float, margin: float, significance: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return curves and thresholds of every case: `curves.table` and `thresholds.table`.

    scores: as `tables.scores_with_models`; floor, margin: shares of the best score.
    """
    measured = curves.fit_all(cases(scores, tasks, floor))
    return (
        curves.table(measured),
        thresholds.table(measured, margin=margin, significance=significance),
    )


def forecasts(scores: pd.DataFrame, tasks: pd.DataFrame, floor: float) -> ForecastTables:
    """Return the tables of forecasts, by the methods that were chosen beforehand."""
    return forecast_tables(forecastable(scores), tasks, read_choice(), floor)


def forecastable(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the scores without those of included models that have no standard benchmark.

    The axis of other scores of the same model needs one, and the book's models have some.
    """
    if "own" not in scores:
        return scores
    standard = scores[scores["prompting"].eq("standard")]
    pairs = pd.MultiIndex.from_frame(standard[["task", "metric"]])
    known = standard.loc[pairs.isin(BENCHMARKS), "model"]
    return scores[~scores["own"] | scores["model"].isin(known)]


def own_methods() -> pd.DataFrame:
    """Return the chosen method of each axis: columns axis and method."""
    return pd.DataFrame(
        [(m.axis, m.name) for m in chosen(read_choice())], columns=["axis", "method"]
    )


def verdict(
    curve_table: pd.DataFrame,
    threshold_table: pd.DataFrame,
    from_below: pd.DataFrame,
    rules: verdicts.Rules,
    cutoff: float = CUTOFF,
) -> pd.DataFrame:
    """Return `verdicts.table` by the chosen method of each axis at one cutoff."""
    at = from_below[from_below["cutoff_flops"].eq(cutoff)]
    return verdicts.table(curve_table, threshold_table, at.merge(own_methods()), rules)


@once
def measured(
    scores: pd.DataFrame, tasks: pd.DataFrame, task: str, floor: float
) -> list[curves.Measured]:
    """Return the curves of every case of one task, its main setting first, as they were fitted."""
    return curves.fit_all(of_task(scores, tasks, task, floor))


def of_task(scores: pd.DataFrame, tasks: pd.DataFrame, task: str, floor: float) -> list[Case]:
    """Return the cases of one task, its main setting first."""
    main = MAIN_SETTING.get(task)
    found = list(cases(scores[scores["task"].eq(task)], tasks, floor))
    return sorted(found, key=lambda c: (c.metric, c.prompting, c.answer_filter) != main)


@once
def two_metrics(scores: pd.DataFrame, tasks: pd.DataFrame, task: str) -> pd.DataFrame:
    """Return how sharply a task rises under its first two metrics, a row an axis.

    Columns as `sharpness.compare_metrics`; the first metric is that of the main setting.
    """
    first, second = of_task(scores, tasks, task, floor=0.05)[:2]
    return pd.DataFrame([sharpness.compare_metrics(first, second, axis) for axis in AXES])


@once
def sensitivities(
    scores: pd.DataFrame, tasks: pd.DataFrame, floor: float, margin: float
) -> pd.DataFrame:
    """Return `sensitivity.table` on training FLOPs of the main setting of every task with a page,
    and of the other reading of its answers where there is one."""
    kept = []
    for task, (metric, prompting, _) in MAIN_SETTING.items():
        kept += [
            case
            for case in cases(scores[scores["task"].eq(task)], tasks, floor)
            if (case.metric, case.prompting) == (metric, prompting)
        ]
    return sensitivity.table(kept, margin=margin)
