"""Why there is no curve: data that cannot hold one are told apart before anything is fitted."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from emergence.errors import DataError
from emergence.instrument.likelihoods import Observations, observations

FEWEST_MODELS = 5
FEWEST_FAMILIES = 5
LEAST_RISE = 0.05
"""Share of the way from floor to 1 that the best model must have gone."""

STATUSES = {
    "ok": "The curve is pinned down",
    "too_few_models": f"Fewer than {FEWEST_MODELS} models with a score and a scale",
    "too_few_families": f"Models of fewer than {FEWEST_FAMILIES} families",
    "no_floor": "The task has no chance level, so the curve has no floor",
    "no_variation": "All scores, or all scales, are equal",
    "below_floor": "A quarter of the models score under half the floor: answers are not read",
    "all_at_floor": "No model is clearly above the floor",
    "all_at_ceiling": "All models are near the top score",
    "no_rise": "Scores do not clearly grow with scale",
    "not_converged": "The fit did not settle",
    "unclear_ceiling": "The curve ends above the largest model: its upper end is not seen",
    "unclear_floor": "The curve begins below the smallest model: its lower end is not seen",
    "unclear_width": "The interval of the width is wider than the models' range",
    "never_reached": "The fitted curve stays below the level",
    "outside_range": "The curve crosses the level outside the models' range",
    "too_few_points": "A run has fewer than 6 points",
    "too_few_units": "Fewer than 3 runs, or sizes, have both widths",
    "unclear_threshold": "The threshold's interval leaves the models' range by over a decade",
}
"""What a status means, in words: the only values that a column `status` holds."""

_NEAR_TOP = 0.95
_FAR_BELOW = 0.5
_TOO_MANY_BELOW = 0.25
_SIGNIFICANCE = 0.025


def rise_p_value(data: Observations) -> float:
    """Return the one-sided p-value of a rise: the slope of the scores' ranks on those of scale.

    Families are clusters: sandwich variance, t with families - 1 degrees of freedom. Source:
    Cameron and Miller 2015, "A practitioner's guide to cluster-robust inference", section II.
    """
    x = stats.rankdata(data.x) - (len(data.x) + 1) / 2
    y = stats.rankdata(data.y) - (len(data.y) + 1) / 2
    slope = (x @ y) / (x @ x)
    by_family = np.add.reduceat(x * (y - slope * x), data.starts)
    spread = np.sqrt(by_family @ by_family * data.families / (data.families - 1)) / (x @ x)
    if spread == 0:
        return 0.0 if slope > 0 else 1.0
    return float(stats.t.sf(slope / spread, data.families - 1))


def refusal(data: Observations) -> str | None:
    """Return why the data can't hold a curve, or None. The checks stand in order of weight."""
    if len(data.x) < FEWEST_MODELS:
        return "too_few_models"
    if data.families < FEWEST_FAMILIES:
        return "too_few_families"
    if not np.isfinite(data.floor):
        return "no_floor"
    if np.ptp(data.y) == 0 or np.ptp(data.x) == 0:
        return "no_variation"
    if np.mean(data.y < data.floor * _FAR_BELOW) > _TOO_MANY_BELOW:
        return "below_floor"
    if data.y.max() - data.floor < LEAST_RISE * (1 - data.floor):
        return "all_at_floor"
    if data.y.min() > _NEAR_TOP:
        return "all_at_ceiling"
    return "no_rise" if rise_p_value(data) > _SIGNIFICANCE else None


def checked(rows: pd.DataFrame, axis: str, floor: float, best: float = 1.0) -> Observations:
    """Return the usable rows as observations.

    rows: one a model, columns model, family, value, n and `axis` (a positive scale). Rows without
    value or scale are left out; those with a note are the caller's to leave out. best: the highest
    score there is (100 for BLEU). Raises DataError for a missing column, a score outside [0, best],
    a scale that is not positive, or two rows of one model.
    """
    missing = [c for c in ("model", "family", "value", "n", axis) if c not in rows]
    if missing:
        raise DataError(f"scores: found no column {', '.join(missing)}")
    known = rows.dropna(subset=["value", axis])
    value, scale = known["value"].to_numpy(dtype=float), known[axis].to_numpy(dtype=float)
    outside = (value < 0) | (value > best)
    if outside.any():
        model = known["model"].iloc[int(outside.argmax())]
        raise DataError(f"value: {model}: found {value[outside][0]:g}; expected 0 to {best:g}")
    if (scale <= 0).any():
        raise DataError(f"{axis}: found {scale.min():g}; expected a positive scale")
    if known["model"].duplicated().any():
        model = known.loc[known["model"].duplicated(), "model"].iloc[0]
        raise DataError(f"model: {model}: found two rows; expected one")
    n = known["n"].astype("float64").to_numpy()
    family = known["family"].astype(str).to_numpy()
    return observations(np.log10(scale), value / best, n, family, floor)
