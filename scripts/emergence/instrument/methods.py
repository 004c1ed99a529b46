"""Candidates to forecast with, beside the baselines: penalised, smooth, monotone, and an average.

Each bends what least squares does wrong on few models: a slope that runs off when the training
models do not reach the rise (penalty), a rise that no logistic in few predictors follows (smooth
process), models of one family taken for independent (family offset), a wrong shape (monotone).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.special import expit, logit

from emergence.instrument.baselines import (
    FEWEST,
    Forecast,
    Inputs,
    constant,
    nearest_smaller,
    predictors,
    sigmoid,
    standardised,
)

RIDGE = 0.03
"""Penalty on squared slopes of standardised predictors, in units of one model's likelihood."""

FAMILY = 0.5
"""Standard deviation of what models of one family, or of one lineage, share."""

PRACTICAL = 0.005
"""Added to shares before logits: differences far below one percent do not matter."""


@dataclass(frozen=True)
class Method:
    """A way to forecast: its axis, whether it is a baseline, and the function that does it.

    fitted: whether it needs training scores that differ.
    """

    name: str
    axis: str
    baseline: bool
    fitted: bool
    predict: Callable[[Inputs], Forecast]


def logistic(inputs: Inputs, axis: str, ridge: float = RIDGE) -> Forecast:
    """Fit a penalised logistic curve from the chance level to 1 by quasi-likelihood.

    Mean chance + (1 - chance) * logistic(a + b.x), every model of equal weight: models scatter so
    much more than items that numbers of items would not tell their weights. The penalty keeps the
    slopes finite where a threshold separates the training models.
    """
    x, usable, train = _ready(inputs, axis)
    x = np.concatenate([np.ones((*x.shape[:2], 1)), x], axis=2)
    floor = inputs.chance[:, None]
    share = np.clip((np.nan_to_num(inputs.y) - floor) / (1 - floor), 1e-4, 1 - 1e-4)
    level = np.where(train, share, 0).sum(1) / np.maximum(train.sum(1), 1)
    centre = np.zeros((len(x), x.shape[2]))
    centre[:, 0] = logit(np.clip(level, 1e-4, 1 - 1e-4))
    penalty = np.where(np.arange(x.shape[2]) == 0, 0.01, ridge)
    found, step = centre.copy(), np.inf
    for _ in range(200):
        mean = expit(np.einsum("bmp,bp->bm", x, found))
        gradient = np.einsum("bmp,bm->bp", x, train * (share - mean)) - penalty * (found - centre)
        normal = np.einsum("bmp,bm,bmq->bpq", x, train * mean * (1 - mean), x) + np.diag(penalty)
        step = np.linalg.solve(normal, gradient[:, :, None])[:, :, 0]
        # A long Newton step would leave the part where the curve is steep.
        step *= np.minimum(1.0, 2.0 / np.maximum(np.abs(step).max(axis=1, keepdims=True), 1e-12))
        found = found + step
        if np.abs(step).max() < 1e-8:
            break
    mean = floor + (1 - floor) * expit(np.einsum("bmp,bp->bm", x, found))
    done = (np.abs(step).max(axis=1) < 1e-6) & (train.sum(axis=1) >= FEWEST)
    return Forecast(np.where(usable, mean, np.nan), done)


def process(
    inputs: Inputs,
    axis: str,
    family: float = 0.0,
    lineage: float = 0.0,
    *,
    length: float = 4.0,
    smooth: float = 1.0,
    linear: float = 0.5,
    noise: float = 0.2,
) -> Forecast:
    """Predict by a Gaussian process on the logit scale: a line, and smooth departures from it.

    Standard deviations, in units of that of the training scores' logits: `linear` of the slopes of
    standardised predictors, `smooth` of departures correlated over `length`, `family` of an offset
    shared by the models of one family, `lineage` of one shared by a line of families, such as Llama
    to Llama 3 (they share tokenizers and data), `noise` of single models. A length of several units
    makes departures bend slowly, so that they carry on beyond the training models. Source:
    Rasmussen & Williams 2006, "Gaussian Processes for Machine Learning", equation 2.25.
    """
    x, usable, train = _ready(inputs, axis)
    z = logit((np.nan_to_num(inputs.y) + PRACTICAL) / (1 + 2 * PRACTICAL))
    count = np.maximum(train.sum(axis=1, keepdims=True), 1)
    centre = np.where(train, z, 0).sum(axis=1, keepdims=True) / count
    spread = np.sqrt(np.where(train, (z - centre) ** 2, 0).sum(axis=1, keepdims=True) / count)
    unit = np.maximum(spread, 0.3)
    distance = ((x[:, :, None] - x[:, None]) ** 2).sum(axis=3)
    same = inputs.families[:, None] == inputs.families[None]
    line = inputs.lineages[:, None] == inputs.lineages[None]
    kernel = (
        1.0
        + linear**2 * np.einsum("bmp,bkp->bmk", x, x)
        + smooth**2 * np.exp(-0.5 * distance / length**2)
        + family**2 * same
        + lineage**2 * line
    )
    pairs = train[:, :, None] & train[:, None]
    diagonal = np.where(train, noise**2, 1.0)
    observed = np.where(pairs, kernel, 0.0) + np.eye(x.shape[1]) * diagonal[:, :, None]
    weights = np.linalg.solve(observed, np.where(train, (z - centre) / unit, 0.0)[:, :, None])
    found = centre + unit * (kernel @ (weights * train[:, :, None]))[:, :, 0]
    mean = expit(found) * (1 + 2 * PRACTICAL) - PRACTICAL
    mean = np.where(usable, np.clip(mean, 0.0, 1.0), np.nan)
    return Forecast(mean, train.sum(axis=1) >= FEWEST)


def isotonic(inputs: Inputs, axis: str) -> Forecast:
    """Fit the non-decreasing curve in the (first) predictor that least squares choose.

    Between training models the curve is a straight line, beyond them it stays level.
    """
    x, usable, train = _ready(inputs, axis, 1)
    mean = np.full(inputs.y.shape, np.nan)
    for row, (at, y, own) in enumerate(zip(x[:, :, 0], inputs.y, train, strict=True)):
        if own.any():
            places, which = np.unique(at[own], return_inverse=True)
            counts = np.bincount(which)
            means = np.bincount(which, weights=y[own]) / counts
            mean[row] = np.interp(at, places, isotonic_regression(means, weights=counts).x)
    return Forecast(np.where(usable, mean, np.nan), train.sum(axis=1) >= FEWEST)


def average(inputs: Inputs, axis: str) -> Forecast:
    """Predict the mean of the penalised logistic and the process with families.

    They err differently: one has a ceiling and a shape, the other bends with the data.
    """
    members = [logistic(inputs, axis), process(inputs, axis, FAMILY)]
    converged = np.all([member.converged for member in members], axis=0)
    return Forecast(np.mean([member.mean for member in members], axis=0), converged)


def _ready(inputs: Inputs, axis: str, count: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Standardised predictors without nan, models that have them, training models that do."""
    x = predictors(inputs, axis, count)
    usable = np.isfinite(x).all(axis=2)
    train = inputs.train & usable
    return np.nan_to_num(standardised(x, train)), usable, train


def _candidates(axis: str) -> tuple[Method, ...]:
    functions: dict[str, Callable[[Inputs], Forecast]] = {
        "logistic": lambda inputs: logistic(inputs, axis),
        "process": lambda inputs: process(inputs, axis),
        "process_family": lambda inputs: process(inputs, axis, FAMILY),
        "process_lineage": lambda inputs: process(inputs, axis, 0.0, FAMILY),
        "isotonic": lambda inputs: isotonic(inputs, axis),
        "average": lambda inputs: average(inputs, axis),
    }
    return tuple(Method(name, axis, False, True, f) for name, f in functions.items())


BASELINES = (
    Method("constant", "none", True, False, constant),
    Method("nearest_smaller", "train_flops", True, False, nearest_smaller),
    Method("sigmoid", "train_flops", True, True, lambda i: sigmoid(i, "train_flops")),
    Method("ruan_2024", "capability", True, True, lambda i: sigmoid(i, "capability")),
)
"""What to beat."""

FURTHER_BASELINES = (
    Method("sigmoid", "params_active", True, True, lambda i: sigmoid(i, "params_active")),
    Method(
        "ruan_2024_fixed_height",
        "capability",
        True,
        True,
        lambda i: sigmoid(i, "capability", fixed_height=True),
    ),
)
"""What to beat to be stricter; the latter is the sigmoid of the code published with that paper."""

ALL_BASELINES = BASELINES + FURTHER_BASELINES

CANDIDATES = (
    *_candidates("train_flops"),
    *_candidates("params_active"),
    *_candidates("capability"),
)
"""What the rolling cutoffs choose from, for each axis."""
