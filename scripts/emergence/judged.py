"""What a chapter says of verdicts: which forecasts erred less, what changes when a choice changes.

Selections and counts of the tables of `findings`, without statistics of their own.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from emergence.errors import ParameterError
from emergence.instrument import curves, sensitivity, thresholds, verdicts
from emergence.instrument.cases import KEYS, cases
from emergence.instrument.forecasts import CUTOFF, GRID
from emergence.instrument.sharpness import compare_runs, run_widths
from emergence.instrument.verdicts import Rules
from emergence.once import once
from emergence.views import main_setting

METRIC = ["task", "metric"]
CASE = [*KEYS, "axis"]

PAIR = [
    "task", "metric_first", "metric_second", "axis", "units", "width_first", "width_second",
    "ratio", "ratio_low", "ratio_high", "breakthroughness_first", "breakthroughness_second",
    "linearity_first", "linearity_second", "status",
]  # fmt: skip
"""Columns of a comparison of two metrics."""

_TOLD = [
    "task", "level", "threshold", "threshold_low", "threshold_high", "threshold_status",
    "width", "width_low", "width_high", "status",
]  # fmt: skip


def forecast_cutoff(cutoff: float) -> float:
    """Return the cutoff. Raises ParameterError for one at which no forecast was made."""
    if cutoff not in GRID:
        known = ", ".join(f"{value:g}" for value in GRID)
        raise ParameterError(f"cutoff: found {cutoff!r}; expected one of {known}")
    return cutoff


def with_page(rows: pd.DataFrame, tasks: pd.DataFrame) -> pd.Series:
    """Return which rows belong to a task that has a page of its own."""
    return rows["task"].isin(tasks.loc[tasks["page"].astype(bool), "task"])


@once
def main_curves(
    scores: pd.DataFrame,
    tasks: pd.DataFrame,
    shown: tuple[str, ...],
    floor: float,
    margin: float,
    significance: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the fitted curves of the main settings of tasks on training FLOPs: to draw, to tell.

    shown: tasks, of which those without scores are left out. The first table: task, train_flops,
    expected, low, high (shares of the best score, the band at 95 %) where the models are; tasks
    without a curve have no rows. The second: a row a task with task, level, status,
    threshold_status, and threshold and width with `_low` and `_high`.
    """
    rows = pd.concat([main_setting(scores, task) for task in shown])
    found = curves.fit_all(cases(rows, tasks, floor), ("train_flops",))
    empty = pd.DataFrame(columns=["task", "train_flops", "expected", "low", "high"])
    if not found:
        return empty, pd.DataFrame(columns=_TOLD)
    drawn = [_line(m) for m in found if m.fit.fitted]
    places = thresholds.table(found, margin=margin, significance=significance)
    widths = curves.table(found)[["task", "width", "width_low", "width_high", "status"]]
    columns = ["task", "level", "threshold", "threshold_low", "threshold_high", "status"]
    told = places[columns].rename(columns={"status": "threshold_status"})
    told = told.merge(widths, on="task", validate="1:1").set_index("task")
    order = [task for task in shown if task in told.index]
    return pd.concat(drawn or [empty], ignore_index=True), told.loc[order].reset_index()[_TOLD]


def _line(measured: curves.Measured) -> pd.DataFrame:
    x = np.linspace(measured.fit.x_low, measured.fit.x_high, 25)
    expected, low, high = curves.line(measured.fit, x)
    ends = {"expected": expected, "low": low, "high": high}
    columns = {"train_flops": 10**x} | {name: np.round(v, 4) for name, v in ends.items()}
    return pd.DataFrame(columns).assign(task=measured.case.task)


def through_training(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return how sharply LAMBADA moves along runs under accuracy and log-perplexity, in one row.

    pairs: from `critique.accuracy_and_loss`. Columns: PAIR; shapes by BIG-bench are not defined.
    """
    widths = run_widths(
        pairs, unit="params_active", run="name", x="step", values=("accuracy", "log_perplexity")
    )
    found = compare_runs(widths, "accuracy", "log_perplexity")
    row = vars(found) | {
        "task": "lambada",
        "metric_first": "accuracy",
        "metric_second": "log_perplexity",
        "axis": "step",
    }
    return pd.DataFrame([row]).reindex(columns=PAIR)


def forecast_errors(
    forecasts: pd.DataFrame, comparison: pd.DataFrame, methods: pd.DataFrame
) -> pd.DataFrame:
    """Return each chosen method's error on larger models beside that of the best baseline.

    forecasts: `scored.table`; comparison: `compared.comparison`, at the one cutoff of that table;
    methods: columns axis and method. A row a metric and axis. Columns: task, metric, axis, method,
    mae (a share of the best score), baseline, baseline_axis, baseline_mae (of the same models;
    missing where no baseline converged), difference, low, high, n_test, families.
    """
    here = forecasts[forecasts["test_set"].eq("above") & forecasts["cutoff_flops"].eq(CUTOFF)]
    own = here.merge(methods)[[*METRIC, "axis", "method", "mae"]]
    best = comparison[
        comparison["test_set"].eq("above") & comparison["best"] & comparison["converged"]
    ]
    dropped = ["test_set", "best", "converged"]
    joined = own.merge(
        best.drop(columns=dropped), on=[*METRIC, "axis", "method"], how="left", validate="1:1"
    )
    joined.insert(7, "baseline_mae", joined["mae"] - joined["difference"])
    return joined


def forecast_counts(errors: pd.DataFrame) -> pd.DataFrame:
    """Return on how many metrics each axis' method errs less than the best converged baseline.

    errors: from `forecast_errors`. Index: axis. Columns: metrics, better, clearly_better and
    clearly_worse (the interval of the difference excludes 0).
    """
    known = errors.dropna(subset="difference")
    told = known.assign(
        metrics=True,
        better=known["difference"].lt(0),
        clearly_better=known["high"].lt(0),
        clearly_worse=known["low"].gt(0),
    )
    columns = ["metrics", "better", "clearly_better", "clearly_worse"]
    counts = told.groupby("axis", sort=False)[columns].sum()
    return counts.reindex(errors["axis"].unique(), fill_value=0).astype(int)


def by_cutoff(from_below: pd.DataFrame, methods: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Return the word "predicted" at every cutoff: rows of `scored.from_below`, column predicted.

    methods: columns axis and method; only their forecasts are kept.
    """
    rows = from_below.merge(methods).reset_index(drop=True)
    words = [verdicts.predicted(row, rules) for _, row in rows.iterrows()]
    return rows.assign(predicted=words)


def hinges(varied: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Return what a width and a threshold would be without some of the models, a row a case.

    varied: `sensitivity.table`. Columns: those of `cases.KEYS`, status, threshold_status, n_models,
    and for width and threshold: the value with all models, with `_no_code` without code models
    (missing where the case has none, or no number), with `_low` and `_high` the least and greatest
    with one family left out; families (left out, one at a time), across: how many of these bring
    the width to the other side of the limit of a sharp rise, lost: how many leave no width; sharp
    and sharp_no_code: the word with all models and without code models (missing as above).
    """
    rows = []
    for key, part in varied.groupby(list(KEYS), dropna=False, sort=False):
        kinds = {kind: part[part["variant"].eq(kind)] for kind in part["variant"].unique()}
        whole = kinds[sensitivity.ALL].iloc[0]
        without = kinds.get(sensitivity.NO_FAMILY, part.iloc[:0])
        code = kinds[sensitivity.NO_CODE].iloc[0] if sensitivity.NO_CODE in kinds else None
        row = dict(zip(KEYS, key, strict=True)) | {
            name: whole[name] for name in ("status", "threshold_status", "n_models")
        }
        for name in ("width", "threshold"):
            row |= {
                name: whole[name],
                f"{name}_no_code": float("nan") if code is None else code[name],
                f"{name}_low": without[name].min(),
                f"{name}_high": without[name].max(),
            }
        side = without["width"].lt(rules.sharp_decades) != (whole["width"] < rules.sharp_decades)
        had = pd.notna(whole["width"])
        rows.append(
            row
            | {
                "families": len(without),
                "across": int((side & without["width"].notna() & had).sum()),
                "lost": int((without["width"].isna() & had).sum()),
                "sharp": verdicts.sharp(whole, rules),
                "sharp_no_code": pd.NA if code is None else verdicts.sharp(code, rules),
            }
        )
    return pd.DataFrame(rows).astype({"shots": "Int64"})
