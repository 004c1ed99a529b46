"""How sharp a rise is, and whether another metric of the same task makes it look less sharp."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, special, stats

from emergence.errors import DataError, ParameterError
from emergence.instrument.cases import Case
from emergence.instrument.curves import REPLICATES, RISE, CurveFit, fit, width
from emergence.instrument.resampling import interval
from emergence.scaling import breakthroughness, linearity

FEWEST_POINTS = 6
FEWEST_UNITS = 3
_NAN = float("nan")


def below(low: float, high: float, limit: float) -> str:
    """Return whether a quantity with the interval [low, high] lies below `limit`: yes, no, unclear.

    `yes` where the whole interval does, `no` where none of it does; `unclear` also for NaN. Raises
    ParameterError for a limit that is not positive.
    """
    if not limit > 0:
        raise ParameterError(f"limit: found {limit!r}; expected a positive number")
    if high < limit:
        return "yes"
    return "no" if low > limit else "unclear"


def probability_below(found: CurveFit, limit: float) -> float:
    """Return the share of bootstrap replicates whose width is below `limit` decades.

    NaN where the status is not ok.
    """
    return float(np.mean(width(found.replicates) < limit)) if found.status == "ok" else _NAN


@dataclass(frozen=True)
class Comparison:
    """Widths of one task's rise under two metrics. ratio: first over second, with its interval;
    units: families, or runs, that were resampled. Not ok: numbers are NaN."""

    width_first: float
    width_second: float
    ratio: float
    ratio_low: float
    ratio_high: float
    units: int
    status: str


def compare(first: CurveFit, second: CurveFit, confidence: float = 0.95) -> Comparison:
    """Compare two fits to the same families, bootstrapped with the same seed.

    Each replicate draws the same families for both, so what both metrics share cancels. The status
    is that of the first fit that is not ok. Raises DataError for different families.
    """
    if list(first.families) != list(second.families):
        raise DataError(
            "families: found different families under the two metrics; expected the same"
        )
    for found in (first, second):
        if found.status != "ok":
            return Comparison(*(_NAN,) * 5, first.n_families, found.status)
    if len(first.replicates) != len(second.replicates):
        raise DataError("replicates: found different numbers of them; expected the same")
    ratios = width(first.replicates) / width(second.replicates)
    low, high = interval(ratios, confidence)
    widths = float(width(first.theta)), float(width(second.theta))
    ratio = widths[0] / widths[1]
    return Comparison(*widths, ratio, float(low), float(high), first.n_families, "ok")


def compare_metrics(
    first: Case,
    second: Case,
    axis: str,
    *,
    replicates: int = REPLICATES,
    seed: int = 0,
    confidence: float = 0.95,
) -> dict[str, object]:
    """Return how sharply one task rises under two metrics, on the models that have both scores.

    Columns: task, metric_first, metric_second, axis, n_models, units, width_first, width_second
    (decades), ratio, ratio_low, ratio_high, breakthroughness_first and so on, linearity_first and
    so on (BIG-bench's, over all models in order of scale; models of one scale are averaged),
    status. Raises DataError for two tasks.
    """
    if first.task != second.task:
        raise DataError(f"task: found {first.task} and {second.task}; expected one")
    known = [c.rows.dropna(subset=["value", axis]) for c in (first, second)]
    common = set(known[0]["model"]) & set(known[1]["model"])
    rows = [k[k["model"].isin(common)] for k in known]
    fits = [
        fit(r, axis, c.floor, best=c.best, replicates=replicates, seed=seed)
        for r, c in zip(rows, (first, second), strict=True)
    ]
    found = compare(*fits, confidence)
    shapes = [_shape(r, axis, c.best) for r, c in zip(rows, (first, second), strict=True)]
    return {
        "task": first.task,
        "metric_first": first.metric,
        "metric_second": second.metric,
        "axis": axis,
        "n_models": len(common),
        **vars(found),
        "breakthroughness_first": shapes[0][0],
        "breakthroughness_second": shapes[1][0],
        "linearity_first": shapes[0][1],
        "linearity_second": shapes[1][1],
    }


def _shape(rows: pd.DataFrame, axis: str, best: float) -> tuple[float, float]:
    by_scale = rows.groupby(axis)["value"].mean() / best
    if len(by_scale) < 3:
        return _NAN, _NAN
    scale = by_scale.index.to_series(index=range(len(by_scale)))
    values = by_scale.reset_index(drop=True)
    return float(breakthroughness(values, scale)), float(linearity(values, scale))


def _logistic(x: np.ndarray) -> Callable:
    def values(p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        up = special.expit((x - p[2]) / np.exp(p[3]))
        slope = p[1] * up * (1 - up)
        z = (x - p[2]) / np.exp(p[3])
        jacobian = np.stack([np.ones_like(x), up, -slope / np.exp(p[3]), -slope * z], axis=1)
        return p[0] + p[1] * up, jacobian

    return values


def run_width(x: np.ndarray, value: np.ndarray) -> tuple[float, str]:
    """Return decades from 10 % to 90 % of the change of a score along one run, and a status.

    A logistic curve with free ends, rising or falling, by least squares: a Gaussian score whose
    both ends are seen. x: log10 of scale. Statuses beside ok: `too_few_points`, `no_variation`,
    `not_converged`, `unclear_floor` and `unclear_ceiling` (10 or 90 % lies outside the run).
    """
    known = np.isfinite(x) & np.isfinite(value)
    x, value = x[known], value[known]
    if len(x) < FEWEST_POINTS:
        return _NAN, "too_few_points"
    spread = np.ptp(value)
    if spread == 0 or np.ptp(x) == 0:
        return _NAN, "no_variation"
    order = np.argsort(x, kind="stable")
    x, y = x[order], (value[order] - value.min()) / spread
    rises = 1.0 if y[-1] >= y[0] else -1.0
    y = y if rises > 0 else 1 - y
    curve = _logistic(x)
    middle = x[int(np.argmax(y >= 0.5))]
    found = optimize.least_squares(
        lambda p: curve(p)[0] - y,
        [0.0, 1.0, middle, np.log(0.2)],
        jac=lambda p: curve(p)[1],
        method="lm",
        max_nfev=500,
    )
    tenth = np.log(9) * np.exp(found.x[3])
    if not found.success or found.x[1] <= 0:
        return _NAN, "not_converged"
    if found.x[2] + tenth > x[-1]:
        return _NAN, "unclear_ceiling"
    if found.x[2] - tenth < x[0]:
        return _NAN, "unclear_floor"
    return float(RISE * np.exp(found.x[3])), "ok"


def run_widths(
    points: pd.DataFrame, *, unit: str, run: str, x: str, values: Sequence[str]
) -> pd.DataFrame:
    """Return the width of every score of every run: columns unit, run, score, width, status.

    points: one row a run and place; columns unit (what is independent, such as a size), run (such
    as a model), x (a scale; rows where it is not positive are left out) and those of `values`.
    """
    seen = points[points[x] > 0]
    rows = [
        (*key, score, *run_width(np.log10(group[x].to_numpy(float)), group[score].to_numpy(float)))
        for key, group in seen.groupby([unit, run], sort=True)
        for score in values
    ]
    return pd.DataFrame(rows, columns=["unit", "run", "score", "width", "status"])


def compare_runs(
    widths: pd.DataFrame, first: str, second: str, confidence: float = 0.95
) -> Comparison:
    """Compare the widths of two scores over runs that have both (`run_widths`).

    Geometric means over units, each the mean of its runs; the interval of the ratio is that of t
    on the units' log ratios. Status `too_few_units`: fewer than 3 units with both widths.
    """
    usable = widths[widths["status"].eq("ok")]
    wide = np.log(usable.pivot(index=["unit", "run"], columns="score", values="width"))
    missing = {first, second} - set(wide.columns)
    both = wide.iloc[:0] if missing else wide[[first, second]].dropna()
    by_unit = both.groupby(level="unit").mean()
    units = len(by_unit)
    if units < FEWEST_UNITS:
        return Comparison(*(_NAN,) * 5, units, "too_few_units")
    logs = (by_unit[first] - by_unit[second]).to_numpy()
    half = stats.t.ppf(0.5 + confidence / 2, units - 1) * logs.std(ddof=1) / np.sqrt(units)
    centre = logs.mean()
    means = np.exp(by_unit.mean())
    ends = np.exp([centre, centre - half, centre + half])
    return Comparison(float(means[first]), float(means[second]), *map(float, ends), units, "ok")
