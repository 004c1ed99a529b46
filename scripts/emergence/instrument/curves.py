"""The curve of a score by scale: where it rises, how sharply, and whether the data can say so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import special

from emergence.instrument import likelihoods as model
from emergence.instrument.cases import AXES, Case, rounded
from emergence.instrument.fitting import beyond, left_out, maximise, polished
from emergence.instrument.likelihoods import Observations
from emergence.instrument.refusals import checked, refusal
from emergence.instrument.resampling import family_weights, interval, replicated, stretched

RISE = 2 * np.log(9)
"""Width of a logistic curve from 10 % to 90 % of its rise, in units of its scale s."""

REPLICATES = 400


@dataclass(frozen=True)
class CurveFit:
    """A fitted curve. status: `ok` or why there is none (see `refusals.STATUSES`).

    theta: parameters as in `likelihoods` (5), replicates: the same from a bootstrap over families
    (replicates x 5), families: their names in order, influence: of each family on theta (families
    x 5), shifts: of each family, posterior mean and standard deviation of the log10 scale where it
    rises (families x 2). Empty arrays, but for the names, where there is no curve.
    """

    status: str
    floor: float
    n_models: int
    n_families: int
    x_low: float
    x_high: float
    theta: np.ndarray
    replicates: np.ndarray
    families: np.ndarray
    influence: np.ndarray
    shifts: np.ndarray

    @property
    def fitted(self) -> bool:
        """Whether there is a curve at all, though its width may be unclear."""
        return self.theta.size > 0


def mid(theta: np.ndarray) -> np.ndarray:
    """Return log10 of the scale at half the rise of a typical family."""
    return theta[..., model.MID]


def width(theta: np.ndarray) -> np.ndarray:
    """Return decades of scale from 10 % to 90 % of the rise within a family."""
    return RISE * np.exp(theta[..., model.LOG_S])


def ceiling(theta: np.ndarray, floor: float) -> np.ndarray:
    """Return the share that the curve approaches."""
    return floor + (1 - floor) * special.expit(theta[..., model.CEILING])


def dispersion(theta: np.ndarray) -> np.ndarray:
    """Return the correlation of answers within a model, 0 where scores scatter binomially."""
    return special.expit(theta[..., model.DISPERSION])


def width_across(theta: np.ndarray) -> np.ndarray:
    """Return decades from 10 % to 90 % of the rise averaged over families: wider than `width`.

    Each family rises at its own scale, so their average rises more slowly than any of them.
    """
    s, tau = np.exp(theta[..., model.LOG_S]), model.tau_of(theta)
    points, weights = np.polynomial.hermite_e.hermegauss(41)
    weights = weights / weights.sum()
    # The 90 % point of a sum lies between the larger of two 90 % points and their sum.
    single = np.log(9) * s, special.ndtri(0.9) * tau
    low, high = np.maximum(*single), single[0] + single[1]
    for _ in range(18):
        middle = (low + high) / 2
        share = special.expit((middle[..., None] - tau[..., None] * points) / s[..., None])
        under = share @ weights < 0.9
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    return low + high


def crossing(theta: np.ndarray, floor: float, target: float) -> np.ndarray:
    """Return log10 of the scale where a typical family's curve reaches the share `target`.

    Minus infinity for a target at or below the floor, infinity for one at or above the ceiling.
    """
    height = ceiling(theta, floor) - floor
    share = np.clip((target - floor) / height, 0, 1)
    return theta[..., model.MID] + np.exp(theta[..., model.LOG_S]) * special.logit(share)


def none(status: str, data: Observations) -> CurveFit:
    """Return the absence of a curve, with its reason."""
    empty = np.empty(0)
    spread = (data.x.min(), data.x.max()) if len(data.x) else (np.nan, np.nan)
    count = (len(data.x), data.families)
    return CurveFit(status, data.floor, *count, *spread, empty, empty, data.names, empty, empty)


def fit(
    rows: pd.DataFrame,
    axis: str,
    floor: float,
    *,
    best: float = 1.0,
    replicates: int = REPLICATES,
    seed: int = 0,
    start: np.ndarray | None = None,
) -> CurveFit:
    """Fit a curve to scores, one row a model, or say why there is none.

    rows: columns model, family, value, n (missing where the score counts no items) and `axis`, a
    positive scale. best: the highest score there is (100 for BLEU); the curve is of value / best.
    replicates: of the bootstrap; 0 for a curve without one, whose only replicate is itself. start:
    parameters to begin with. Raises DataError as `refusals.checked` does.
    """
    data = checked(rows, axis, floor, best)
    reason = refusal(data)
    return none(reason, data) if reason else fitted(data, replicates, seed, start)


def fitted(
    data: Observations,
    replicates: int = REPLICATES,
    seed: int = 0,
    start: np.ndarray | None = None,
) -> CurveFit:
    """Fit a curve to data that are not refused, and bootstrap it over families.

    The status is `not_converged`, `unclear_floor` (the scale of 10 % of the rise lies below all
    models), `unclear_ceiling` (that of 90 % above all), `unclear_width` (the interval of the width
    reaches past the models' whole range) or `ok`. Parameters are kept in all but the first, unless
    half the rise lies more than a decade outside the models' range.
    """
    theta, settled = maximise(data, start)
    if beyond(theta, data):
        return none("unclear_ceiling" if theta[model.MID] > data.x.max() else "unclear_floor", data)
    if not settled:
        return none("not_converged", data)
    theta = polished(theta, data)
    places = model.nodes(theta, data)
    _, _, posterior = model.by_family(theta, places, data)
    influence, drawn = np.empty(0), theta[None, :]
    if replicates:
        influence = stretched(*left_out(theta, places, data))
        drawn = replicated(theta, influence, family_weights(data.families, replicates, seed))
    mean = (posterior * places).sum(axis=1)
    spread = np.sqrt(np.maximum((posterior * places**2).sum(axis=1) - mean**2, 0))
    shifts = np.stack([mean, spread], axis=1)
    found = replace(
        none("ok", data), theta=theta, replicates=drawn, influence=influence, shifts=shifts
    )
    return replace(found, status=_clarity(found))


def _clarity(found: CurveFit) -> str:
    tenth = np.log(9) * np.exp(found.theta[model.LOG_S])
    if found.theta[model.MID] + tenth > found.x_high:
        return "unclear_ceiling"
    if found.theta[model.MID] - tenth < found.x_low:
        return "unclear_floor"
    if interval(width(found.replicates))[1] > found.x_high - found.x_low:
        return "unclear_width"
    return "ok"


def line(found: CurveFit, x: np.ndarray, confidence: float = 0.95) -> tuple[np.ndarray, ...]:
    """Return expected shares of a typical family at log10 scales `x`, and the band around them."""
    low, high = interval(model.mean_score(found.replicates, x, found.floor), confidence)
    return model.mean_score(found.theta, x, found.floor), low, high


@dataclass(frozen=True)
class Measured:
    """A case on an axis of scale, with its fit: what the tables are made of."""

    case: Case
    axis: str
    fit: CurveFit


def fit_all(
    cases: Iterable[Case],
    axes: Sequence[str] = AXES,
    *,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> list[Measured]:
    """Fit every case on every axis."""
    return [
        Measured(
            case,
            axis,
            fit(case.rows, axis, case.floor, best=case.best, replicates=replicates, seed=seed),
        )
        for case in cases
        for axis in axes
    ]


def statistics(found: CurveFit, confidence: float = 0.95) -> dict[str, float]:
    """Return mid (a scale), width and width_across (decades), ceiling, family_sd (decades),
    dispersion; the first four with the ends of their intervals. NaN where the status is not ok."""
    by_name = {
        "mid": lambda theta: 10 ** mid(theta),
        "width": width,
        "width_across": width_across,
        "ceiling": lambda theta: ceiling(theta, found.floor),
    }
    names = [f"{name}{end}" for name in by_name for end in ("", "_low", "_high")]
    if found.status != "ok":
        return dict.fromkeys([*names, "family_sd", "dispersion"], float("nan"))
    values = []
    for statistic in by_name.values():
        values += [statistic(found.theta), *interval(statistic(found.replicates), confidence)]
    row = dict(zip(names, map(float, values), strict=True))
    scatter = {"family_sd": model.tau_of(found.theta), "dispersion": dispersion(found.theta)}
    return row | {name: float(value) for name, value in scatter.items()}


def table(measured: Sequence[Measured], confidence: float = 0.95) -> pd.DataFrame:
    """Return a row a case and axis: where its curve rises and how sharply, or why that is unclear.

    Columns: those of `cases.KEYS`, axis, n_models, n_families, floor, those of `statistics`,
    status. Shares are of the metric's best score; mid is in units of the axis.
    """
    rows = [
        m.case.key()
        | {
            "axis": m.axis,
            "n_models": m.fit.n_models,
            "n_families": m.fit.n_families,
            "floor": m.fit.floor,
        }
        | statistics(m.fit, confidence)
        | {"status": m.fit.status}
        for m in measured
    ]
    return rounded(pd.DataFrame(rows).astype({"shots": "Int64"})) if rows else pd.DataFrame()
