"""The threshold of emergence: the scale where a curve leaves its level behind by a margin."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import special, stats

from emergence.errors import ParameterError
from emergence.instrument import likelihoods as model
from emergence.instrument.cases import AXES, Case, rounded
from emergence.instrument.curves import CurveFit, Measured, ceiling, crossing
from emergence.instrument.resampling import interval
from emergence.scaling import first_passing, last_failing, presence

MARGIN = 0.05
"""How far above its level, as a share of right answers, a score must rise to have emerged."""

FEWEST_SIZES = 4
_NOTHING = (float("nan"),) * 3


def threshold(
    found: CurveFit, level: float, margin: float = MARGIN, confidence: float = 0.95
) -> tuple[float, float, float, str]:
    """Return log10 of the scale where a typical family crosses level + margin, interval, status.

    The ends are percentiles of the bootstrap over families. A crossing needs no ceiling, so curves
    whose width is unclear may have one. Statuses beside the fit's own: `never_reached` (the ceiling
    is lower), `outside_range` (of the models' scales), `unclear_threshold` (the interval leaves
    that range by more than a decade). Numbers are NaN unless the status is ok. Raises
    ParameterError for a margin that is negative.
    """
    if not margin >= 0:
        raise ParameterError(f"margin: found {margin!r}; expected at least 0")
    if not found.fitted:
        return *_NOTHING, found.status
    target = level + margin
    if not found.floor < target < ceiling(found.theta, found.floor):
        return *_NOTHING, "never_reached"
    place = float(crossing(found.theta, found.floor, target))
    if not found.x_low <= place <= found.x_high:
        return *_NOTHING, "outside_range"
    low, high = map(float, interval(crossing(found.replicates, found.floor, target), confidence))
    if not (low >= found.x_low - 1 and high <= found.x_high + 1):
        return *_NOTHING, "unclear_threshold"
    return place, low, high, "ok"


def _described(tested: pd.DataFrame, axis: str) -> dict[str, object]:
    first, last = first_passing(tested, axis), last_failing(tested, axis)
    known = tested[tested[axis].notna()]
    return {
        "tested": int(known["present"].notna().sum()),
        "passing": int(known["present"].fillna(False).sum()),
        "first_passing": pd.NA if first is None else first["name"],
        "first_scale": np.nan if first is None else float(first[axis]),
        "last_failing": pd.NA if last is None else last["name"],
        "last_scale": np.nan if last is None else float(last[axis]),
    }


def _tested(case: Case, significance: float) -> pd.DataFrame:
    needed = ["model", "name", "family", "value", "n", "note", *AXES]
    return presence(case.rows[needed], case.level, significance)


def table(
    measured: Sequence[Measured],
    *,
    margin: float = MARGIN,
    significance: float = 0.05,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return a row a case and axis: threshold with interval, beside the first model that passes.

    Columns: those of `cases.KEYS`, axis, level, level_kind, margin, threshold, threshold_low,
    threshold_high (units of the axis), tested, passing (numbers of models, see
    `scaling.presence`), first_passing, first_scale, last_failing, last_scale (a description of the
    models at hand), status. Level and margin are shares of the metric's best score.
    """
    rows = []
    for m in measured:
        *places, status = threshold(m.fit, m.case.level, margin, confidence)
        ends = 10.0 ** np.array(places)
        names = ("threshold", "threshold_low", "threshold_high")
        rows.append(
            m.case.key()
            | {
                "axis": m.axis,
                "level": m.case.level,
                "level_kind": m.case.level_kind,
                "margin": margin,
            }
            | dict(zip(names, ends, strict=True))
            | _described(_tested(m.case, significance), m.axis)
            | {"status": status}
        )
    return rounded(pd.DataFrame(rows).astype({"shots": "Int64"})) if rows else pd.DataFrame()


def by_family(
    measured: Sequence[Measured],
    *,
    margin: float = MARGIN,
    significance: float = 0.05,
    confidence: float = 0.95,
    fewest: int = FEWEST_SIZES,
) -> pd.DataFrame:
    """Return the threshold of each family of at least `fewest` sizes on the axis.

    threshold: where the fitted curve, shifted as far as the family's own scores say, crosses level
    + margin; its interval joins the doubt about the shift with that about the curve as independent
    errors. last_failing, first_passing: the family's sizes by the test against the level; they
    bracket the threshold where the one is smaller than the other. Columns: those of `cases.KEYS`,
    axis, family, sizes, threshold, threshold_low, threshold_high, first_passing, first_scale,
    last_failing, last_scale, status (`ok`, `outside_range` of the family's sizes, or the curve's).
    """
    rows = []
    for m in measured:
        tested = _tested(m.case, significance).dropna(subset=[m.axis])
        for family, models in tested.groupby("family"):
            if models[m.axis].nunique() < fewest:
                continue
            *places, status = _family_threshold(m, str(family), models[m.axis], margin, confidence)
            ends = 10.0 ** np.array(places)
            names = ("threshold", "threshold_low", "threshold_high")
            described = _described(models, m.axis)
            rows.append(
                m.case.key()
                | {"axis": m.axis, "family": family, "sizes": models[m.axis].nunique()}
                | dict(zip(names, ends, strict=True))
                | {name: described[name] for name in list(described)[2:]}
                | {"status": status}
            )
    return rounded(pd.DataFrame(rows).astype({"shots": "Int64"})) if rows else pd.DataFrame()


def _family_threshold(
    m: Measured, family: str, sizes: pd.Series, margin: float, confidence: float
) -> tuple[float, float, float, str]:
    found = m.fit
    *_, status = threshold(found, m.case.level, margin, confidence)
    if status not in ("ok", "outside_range"):
        return *_NOTHING, status
    mean, spread = found.shifts[list(found.families).index(family)]
    share = (m.case.level + margin - found.floor) / (
        ceiling(found.theta, found.floor) - found.floor
    )
    place = float(mean + np.exp(found.theta[model.LOG_S]) * special.logit(share))
    if not np.log10(sizes.min()) <= place <= np.log10(sizes.max()):
        return *_NOTHING, "outside_range"
    drawn = crossing(found.replicates, found.floor, m.case.level + margin)
    below_mid = drawn - found.replicates[:, model.MID]
    doubt = np.std(below_mid[np.isfinite(below_mid)])
    half = stats.norm.ppf(0.5 + confidence / 2) * float(np.hypot(spread, doubt))
    return place, place - half, place + half, "ok"
