"""Forecasts against what larger models did score: errors, coverage, log scores."""

from __future__ import annotations

import numpy as np
import pandas as pd

from emergence.instrument.axes import FROM_BELOW, TEST_SETS, Panel, parts
from emergence.instrument.baselines import FEWEST
from emergence.instrument.forecasts import Results, intervals, log_scores
from emergence.instrument.resampling import family_weights, interval
from emergence.scaling import FLOOR, presence_level, wilson
from emergence.views import task_row

_NONE = (float("nan"), float("nan"))

STATUSES = ("ok", "too_few_models", "no_variation", "no_test_models", "not_converged")
"""`not_converged` has numbers, but a comparison with it counts for nothing; the middle have none.

too_few_models: fewer than five training models. no_variation: their scores are all equal, which
leaves nothing to fit. no_test_models: no model of the test set has this axis.
"""


def rounded(table: pd.DataFrame, digits: int = 6) -> pd.DataFrame:
    """Return the table with its floats rounded to `digits` significant digits."""
    floats = table.select_dtypes("float64").columns
    return table.assign(**{c: [float(f"{v:.{digits - 1}e}") for v in table[c]] for c in floats})


def _sets(panel: Panel, cutoffs: tuple[float, ...], name: str) -> np.ndarray:
    return np.stack([parts(panel, cutoff)[name] for cutoff in cutoffs])


def _varied(y: np.ndarray, train: np.ndarray) -> np.ndarray:
    """(C, K): whether the training scores differ."""
    high = np.where(train, y, -np.inf).max(axis=2)
    return high > np.where(train, y, np.inf).min(axis=2)


def statuses(
    panel: Panel, results: Results, train: np.ndarray, test: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return (C, K) codes of STATUSES, and the (C, K, M) tested models that have a prediction.

    train, test: (C, K, M) booleans, of `axes.parts`.
    """
    scored = test & np.isfinite(results.mean)
    flat = ~_varied(panel.y, train) & results.method.fitted
    codes = np.select(
        [train.sum(axis=2) < FEWEST, flat, scored.sum(axis=2) == 0, ~results.converged],
        ["too_few_models", "no_variation", "no_test_models", "not_converged"],
        "ok",
    )
    return codes, scored


def table(panel: Panel, found: list[Results], cutoffs: tuple[float, ...]) -> pd.DataFrame:
    """Return how good every forecast is: a row a metric, method, axis, cutoff and test set.

    Columns: task, metric, method, axis, baseline, cutoff_flops, test_set (above: known training
    FLOPs above the cutoff; unknown: unknown FLOPs; noted: rows with a note), n_train, n_test, mae,
    mse (of shares; BLEU counts from 0 to 1), coverage (share of scores inside the 95 % interval),
    log_score (mean log probability of a score, in nats), converged, status (of STATUSES). Coverage
    and log score are missing where the training models are too few to tell an interval.
    """
    train = _sets(panel, cutoffs, "train")
    frames = []
    for results in found:
        error = np.abs(results.mean - panel.y)
        low, high = intervals(panel, results)
        told = np.where(np.isfinite(low), (panel.y >= low) & (panel.y <= high), np.nan)
        logs = log_scores(panel, results)
        for name in TEST_SETS:
            codes, scored = statuses(panel, results, train, _sets(panel, cutoffs, name))
            shown = np.isin(codes, ["ok", "not_converged"])
            refused = np.isin(codes, ["too_few_models", "no_variation"])
            numbers = {
                "mae": _mean(error, scored, shown),
                "mse": _mean(error**2, scored, shown),
                "coverage": _mean(told, scored, shown),
                "log_score": _mean(logs, scored, shown),
            }
            frames.append(
                _keys(panel, results, cutoffs).assign(
                    test_set=name,
                    n_train=train.sum(axis=2).ravel(),
                    n_test=scored.sum(axis=2).ravel(),
                    **{key: value.ravel() for key, value in numbers.items()},
                    converged=pd.array(
                        np.where(refused, None, results.converged).ravel(), dtype="boolean"
                    ),
                    status=codes.ravel(),
                )
            )
    return rounded(pd.concat(frames, ignore_index=True))


def _keys(panel: Panel, results: Results, cutoffs: tuple[float, ...]) -> pd.DataFrame:
    pairs = [(*pair, cutoff) for cutoff in cutoffs for pair in panel.metrics]
    keys = pd.DataFrame(pairs, columns=["task", "metric", "cutoff_flops"])
    method = results.method
    keys.insert(2, "method", method.name)
    keys.insert(3, "axis", method.axis)
    keys.insert(4, "baseline", method.baseline)
    return keys


def _mean(values: np.ndarray, chosen: np.ndarray, shown: np.ndarray) -> np.ndarray:
    count = chosen.sum(axis=2)
    total = np.where(chosen, values, 0.0).sum(axis=2)
    return np.where(shown, total / np.maximum(count, 1), np.nan)


def predictions(panel: Panel, found: list[Results], cutoffs: tuple[float, ...]) -> pd.DataFrame:
    """Return every predicted score: a row a metric, method, cutoff and tested model.

    Columns: task, metric, method, axis, cutoff_flops, test_set, model, train_flops, params_active,
    predicted, low, high (95 % prediction interval, missing where it cannot be told), observed;
    scores are shares, BLEU from 0 to 1. Refused forecasts have no rows.
    """
    train = _sets(panel, cutoffs, "train")
    frames = []
    for results in found:
        low, high = intervals(panel, results)
        for name in TEST_SETS:
            codes, scored = statuses(panel, results, train, _sets(panel, cutoffs, name))
            scored = scored & np.isin(codes, ["ok", "not_converged"])[:, :, None]
            c, k, m = np.nonzero(scored)
            frames.append(
                pd.DataFrame(
                    {
                        "task": [panel.metrics[i][0] for i in k],
                        "metric": [panel.metrics[i][1] for i in k],
                        "method": results.method.name,
                        "axis": results.method.axis,
                        "cutoff_flops": np.array(cutoffs)[c],
                        "test_set": name,
                        "model": panel.models[m],
                        "train_flops": panel.flops[m],
                        "params_active": panel.params[m],
                        "predicted": results.mean[c, k, m],
                        "low": low[c, k, m],
                        "high": high[c, k, m],
                        "observed": panel.y[k, m],
                    }
                )
            )
    return rounded(pd.concat(frames, ignore_index=True))


def present(panel: Panel, tasks: pd.DataFrame, floor: float = FLOOR) -> np.ndarray:
    """Return which scores are clearly above chance or the practical floor: (K, M) booleans.

    Counts: the lower end of their 95 % Wilson interval is above it; BLEU, which has no interval:
    the score itself.
    """
    told = []
    for (task, metric), y, step in zip(panel.metrics, panel.y, panel.resolution, strict=True):
        level, _ = presence_level(task_row(tasks, task), floor)
        low = y if metric == "bleu" else wilson(np.round(y / step), np.full(len(y), 1 / step))[0]
        told.append(low > level)
    return np.array(told)


def error_interval(
    error: np.ndarray, chosen: np.ndarray, families: np.ndarray, replicates: int = 1000
) -> tuple[float, float]:
    """Return the 95 % percentile interval of the mean of the chosen errors, over their families.

    error, chosen (booleans), families: (M,). Families are drawn with replacement, their models kept
    together; the draws are the same at every call. Not a number for fewer than two families.
    """
    names, place = np.unique(families[chosen].astype(str), return_inverse=True)
    if len(names) < 2:
        return _NONE
    drawn = family_weights(len(names), replicates, seed=0)
    total = np.bincount(place, weights=error[chosen])
    low, high = interval((drawn @ total) / (drawn @ np.bincount(place)))
    return float(low), float(high)


def from_below(
    panel: Panel,
    found: list[Results],
    cutoffs: tuple[float, ...],
    up: np.ndarray,
) -> pd.DataFrame:
    """Return what a verdict "predicted from below" may rest on, of test set `above`.

    up: (K, M), which scores are clearly above the floor, of `present`. Columns: task, metric,
    method, axis, cutoff_flops, n_train, n_train_present (training models clearly above the floor),
    n_test, n_test_present, mae, mae_present (of the models clearly above the floor, missing if
    none) with mae_low and mae_high (`error_interval`), coverage, coverage_present, log_score,
    converged, status. Only the axes train_flops and
    params_active: the capability axis knows other scores of the same model.
    """
    kept = [r for r in found if r.method.axis in FROM_BELOW]
    train, test = _sets(panel, cutoffs, "train"), _sets(panel, cutoffs, "above")
    all_rows = table(panel, kept, cutoffs)
    rows = all_rows[all_rows["test_set"].eq("above")].drop(columns=["test_set", "baseline", "mse"])
    added = []
    for results in kept:
        codes, scored = statuses(panel, results, train, test)
        low, high = intervals(panel, results)
        inside = np.where(np.isfinite(low), (panel.y >= low) & (panel.y <= high), np.nan)
        chosen = scored & up
        shown = np.isin(codes, ["ok", "not_converged"]) & chosen.any(axis=2)
        error = np.abs(results.mean - panel.y)
        ends = [
            error_interval(error[place], chosen[place], panel.families) if shown[place] else _NONE
            for place in np.ndindex(*shown.shape)
        ]
        added.append(
            pd.DataFrame(
                {
                    "n_train_present": (train & up).sum(axis=2).ravel(),
                    "n_test_present": chosen.sum(axis=2).ravel(),
                    "mae_present": _mean(error, chosen, shown).ravel(),
                    "mae_low": [low for low, _ in ends],
                    "mae_high": [high for _, high in ends],
                    "coverage_present": _mean(inside, chosen, shown).ravel(),
                }
            )
        )
    extra = rounded(pd.concat(added, ignore_index=True))
    return pd.concat([rows.reset_index(drop=True), extra], axis=1)
