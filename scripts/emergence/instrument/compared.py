"""Whether a method errs less than the baselines, with intervals that know of families."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from emergence.arguments import whole_number
from emergence.errors import DataError
from emergence.instrument.axes import TEST_SETS, Panel, parts
from emergence.instrument.forecasts import CUTOFF, Results
from emergence.instrument.methods import Method
from emergence.instrument.scored import rounded, statuses

_COLUMNS = [
    *("task", "metric", "test_set", "method", "axis", "baseline", "baseline_axis"),
    *("difference", "low", "high", "n_test", "families", "converged", "best"),
]


@dataclass(frozen=True)
class _Judged:
    """One method on one metric and test set: absolute errors (M,) of the models it predicts."""

    method: Method
    converged: bool
    scored: np.ndarray
    error: np.ndarray


def comparison(
    panel: Panel,
    found: list[Results],
    *,
    cutoff: float = CUTOFF,
    replicates: int = 2000,
    seed: int = 0,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return differences in mean absolute error between methods and baselines at one cutoff.

    found: results at that cutoff alone. A row a metric, test set, method that is no baseline, and
    baseline. Columns: task, metric, test_set, method, axis, baseline, baseline_axis, difference
    (below 0: the method errs less), low, high (percentile interval of a bootstrap that draws
    families of tested models and keeps pairs together), n_test, families, converged (of both), best
    (whether no other converged baseline errs less). Only models that both predict count. Raises
    DataError for results at several cutoffs, ParameterError for no replicates.
    """
    whole_number(replicates, "replicates", at_least=1)
    if any(len(results.mean) != 1 for results in found):
        raise DataError("found: results at several cutoffs; expected one")
    generator = np.random.default_rng(seed)
    sets = parts(panel, cutoff)
    rows = []
    for name in TEST_SETS:
        told = [statuses(panel, r, sets["train"][None], sets[name][None]) for r in found]
        for k in range(len(panel.metrics)):
            able = [
                _Judged(r.method, codes[0, k] == "ok", has[0, k], np.abs(r.mean[0, k] - panel.y[k]))
                for r, (codes, has) in zip(found, told, strict=True)
                if codes[0, k] in ("ok", "not_converged")
            ]
            for mine in [j for j in able if not j.method.baseline]:
                drawn = _draws(panel.families, mine.scored, replicates, generator)
                rows += [
                    _keys(panel, k, name, mine, other)
                    | _compared(panel, mine, other, drawn, confidence)
                    | {"best": other is _best(mine, able)}
                    for other in able
                    if other.method.baseline and (mine.scored & other.scored).any()
                ]
    return rounded(pd.DataFrame(rows, columns=_COLUMNS))


def summary(compared: pd.DataFrame) -> pd.DataFrame:
    """Return on how many metrics each method beats the best converged baseline.

    compared: a result of `comparison`. A row a method, axis and test set: metrics, better (a
    smaller mean absolute error), clearly_better (the interval of the difference below 0),
    clearly_worse (above 0).
    """
    best = compared[compared["best"] & compared["converged"]]
    return (
        best.assign(
            better=best["difference"] < 0,
            clearly_better=best["high"] < 0,
            clearly_worse=best["low"] > 0,
        )
        .groupby(["method", "axis", "test_set"], sort=False)
        .agg(
            metrics=("better", "size"),
            better=("better", "sum"),
            clearly_better=("clearly_better", "sum"),
            clearly_worse=("clearly_worse", "sum"),
        )
        .reset_index()
    )


def _best(mine: _Judged, able: list[_Judged]) -> _Judged | None:
    """The converged baseline that errs least on the models that `mine` predicts."""
    fair = [
        j for j in able if j.method.baseline and j.converged and not (mine.scored & ~j.scored).any()
    ]
    return min(fair, key=lambda j: j.error[mine.scored].mean(), default=None)


def _keys(panel: Panel, k: int, name: str, mine: _Judged, other: _Judged) -> dict[str, object]:
    return {
        "task": panel.metrics[k][0],
        "metric": panel.metrics[k][1],
        "test_set": name,
        "method": mine.method.name,
        "axis": mine.method.axis,
        "baseline": other.method.name,
        "baseline_axis": other.method.axis,
        "converged": mine.converged and other.converged,
    }


def _compared(
    panel: Panel, mine: _Judged, other: _Judged, drawn: np.ndarray, confidence: float
) -> dict[str, object]:
    both = mine.scored & other.scored
    gap = np.where(both, mine.error - other.error, 0.0)
    low, high = _interval(gap, both, drawn, confidence)
    return {
        "difference": gap[both].mean(),
        "low": low,
        "high": high,
        "n_test": int(both.sum()),
        "families": len(set(panel.families[both])),
    }


def _draws(
    families: np.ndarray, tested: np.ndarray, replicates: int, generator: np.random.Generator
) -> np.ndarray:
    """How often each model is drawn in each replicate, (R, M): families drawn with replacement."""
    names, which = np.unique(families[tested].astype(str), return_inverse=True)
    times = generator.multinomial(len(names), np.full(len(names), 1 / len(names)), replicates)
    drawn = np.zeros((replicates, len(tested)))
    drawn[:, tested] = times[:, which]
    return drawn


def _interval(
    gap: np.ndarray, both: np.ndarray, drawn: np.ndarray, confidence: float
) -> tuple[float, float]:
    total = drawn @ both
    means = (drawn @ gap)[total > 0] / total[total > 0]
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)
