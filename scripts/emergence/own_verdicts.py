"""What is said of each reader's model: does it pass, and where does it lie against the curve?

The test is the model's own, exact and not corrected for the number of models: one asks of it
alone. The prediction is for a model of a new family, so that it is much wider than the curve's
band: it holds the doubt about the curve, how far families lie apart, how far models scatter, and
the luck of items.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from emergence.instrument import likelihoods as model
from emergence.instrument.cases import AXES, BEST
from emergence.instrument.curves import CurveFit, Measured
from emergence.instrument.resampling import interval
from emergence.instrument.thresholds import threshold
from emergence.scaling import presence_level
from emergence.views import SETTING

_DRAWS = 20  # for each replicate of the curve

COLUMNS = [
    *("model", "place", "shown", "task", *SETTING, "value", "low", "high", "n", "flags"),
    *("level", "level_kind", "p_value", "passes", "axis", "scale"),
    *("status", "expected", "expected_low", "expected_high", "outside", "lies"),
    *("threshold", "threshold_low", "threshold_high", "threshold_status", "side"),
]


def predicted(
    found: CurveFit, x: float, n: float, confidence: float = 0.95, seed: int = 0
) -> tuple[float, float, float]:
    """Return the share that a typical family scores at log10 scale `x`, and the interval in which
    a model of a new family would.

    n: items, NaN where the score counts none. By simulation: curves of the bootstrap, family
    shifts, and beta-binomial scatter as `likelihoods` has them. Needs a fit that has a curve.
    """
    rng = np.random.default_rng(seed)
    theta = np.repeat(found.replicates, _DRAWS, axis=0)
    shifted = theta.copy()
    shifted[:, model.MID] += model.tau_of(theta) * rng.standard_normal(len(theta))
    mu = np.clip(model.mean_score(shifted, np.array([x]), found.floor)[:, 0], 1e-9, 1 - 1e-9)
    phi = np.exp(-theta[:, model.DISPERSION])
    share = rng.beta(np.maximum(mu * phi, 1e-9), np.maximum((1 - mu) * phi, 1e-9))
    if np.isfinite(n):
        share = rng.binomial(int(n), share) / n
    low, high = interval(share, confidence)
    typical = model.mean_score(found.theta, np.array([x]), found.floor)
    return float(typical[0]), float(low), float(high)


def tested(
    own: pd.DataFrame, tasks: pd.DataFrame, *, floor: float, significance: float
) -> pd.DataFrame:
    """Return own rows with the exact one-sided binomial test of each alone against its level.

    Added: level and level_kind, as `scaling.presence_level`; p_value, and passes: whether it is
    below `significance`; both missing where the score is no count or the task has no level.
    """
    by_task = tasks.set_index("task", drop=False)
    levels = [presence_level(by_task.loc[task], floor) for task in own["task"]]
    level = np.array([found for found, _kind in levels], dtype=float)
    n, value = own["n"].astype("float64").to_numpy(), own["value"].to_numpy(dtype=float)
    p = stats.binom.sf(np.round(value * n) - 1, n, level)
    passes = pd.Series(p < significance, index=own.index, dtype="boolean").where(np.isfinite(p))
    kinds = [kind for _found, kind in levels]
    return own.assign(level=level, level_kind=kinds, p_value=p, passes=passes)


def verdicts(
    own: pd.DataFrame,
    measured: Sequence[Measured],
    tasks: pd.DataFrame,
    *,
    floor: float,
    margin: float,
    significance: float,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return two rows, one an axis of scale, for every row of readers' models.

    own: as `readers.Readers.own`; measured: fits of the cases of these tasks. Columns: `COLUMNS`.
    value and the numbers after it are shares of the metric's best score, NaN for perplexity. level
    to passes: as `tested`. status: of the curve, missing where the book has none; expected: what
    `predicted` returns; outside: whether the scale lies beyond the book's models; lies: `above`,
    `below` or `inside` the interval, missing where either is. threshold: as `thresholds.threshold`,
    in units of the axis; side: `above`, `below` or `inside` its interval.
    """
    rows = []
    for row in tested(own, tasks, floor=floor, significance=significance).to_dict("records"):
        best = BEST.get(row["metric"], np.nan)
        told = {c: row[c] for c in COLUMNS[: COLUMNS.index("axis")]}
        told |= {c: row[c] / best for c in ("value", "low", "high")}
        for axis in AXES:
            curve = _curve(measured, row, axis)
            there = {"axis": axis, "scale": row[axis], "outside": False}
            rows.append(told | there | _against(curve, row, told, axis, margin, confidence))
    return pd.DataFrame(rows, columns=COLUMNS).astype({"passes": "boolean", "n": "Int64"})


def _curve(measured: Sequence[Measured], row: dict, axis: str) -> Measured | None:
    wanted = (row["task"], row["metric"], row["prompting"], row["filter"])
    found = (
        m
        for m in measured
        if (m.case.task, m.case.metric, m.case.prompting, m.case.answer_filter) == wanted
    )
    return next((m for m in found if m.axis == axis), None)


def _against(
    curve: Measured | None, row: dict, told: dict, axis: str, margin: float, confidence: float
) -> dict[str, object]:
    """Where the model lies against the curve and against its threshold."""
    if curve is None or pd.isna(row[axis]):
        return {}
    x = float(np.log10(row[axis]))
    found: dict[str, object] = {
        "status": curve.fit.status,
        "outside": not curve.fit.x_low <= x <= curve.fit.x_high,
    }
    *places, status = threshold(curve.fit, curve.case.level, margin, confidence)
    found["threshold_status"] = status
    if status == "ok":
        names = ("threshold", "threshold_low", "threshold_high")
        found |= dict(zip(names, (10.0 ** np.array(places)).tolist(), strict=True))
        found["side"] = _side(x, places[1], places[2])
    if curve.fit.fitted:
        n = float("nan") if pd.isna(row["n"]) else float(row["n"])
        expected = predicted(curve.fit, x, n, confidence)
        found |= dict(zip(("expected", "expected_low", "expected_high"), expected, strict=True))
        found["lies"] = _side(told["value"], *expected[1:])
    return found


def _side(value: float, low: float, high: float) -> str:
    if value < low:
        return "below"
    return "above" if value > high else "inside"
