"""What a forecast must beat: a constant, the largest smaller model, sigmoids by least squares.

Every method takes a batch of B splits over the same M models, and learns from their training models
only; predictions are clipped to [0, 1], where scores are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from emergence.instrument.sigmoids import curve, fit

FEWEST = 5
"""Training models below which nothing is fitted."""


@dataclass(frozen=True)
class Inputs:
    """A batch of B splits over M models.

    y: (B, M) shares, nan where unknown. train: (B, M) training models. chance, resolution: (B,), as
    in `axes.Panel`. flops, params: (M,) decimal logarithms, nan where unknown. families,
    lineages: (M,) names. capability: (B, M, 3) principal components of each split.
    """

    y: np.ndarray
    train: np.ndarray
    chance: np.ndarray
    resolution: np.ndarray
    flops: np.ndarray
    params: np.ndarray
    families: np.ndarray
    lineages: np.ndarray
    capability: np.ndarray


@dataclass(frozen=True)
class Forecast:
    """Predicted shares of all models, (B, M), and whether each fit converged, (B,)."""

    mean: np.ndarray
    converged: np.ndarray


def standardised(x: np.ndarray, train: np.ndarray) -> np.ndarray:
    """Return predictors (B, M, D), centred and scaled by the training models of each split.

    One that does not vary among them becomes 0.
    """
    w = train[:, :, None]
    count = np.maximum(w.sum(axis=1, keepdims=True), 1)
    mean = np.where(w, x, 0.0).sum(axis=1, keepdims=True) / count
    spread = np.sqrt(np.where(w, (x - mean) ** 2, 0.0).sum(axis=1, keepdims=True) / count)
    flat = spread <= 1e-12 * np.maximum(np.abs(mean), 1.0)
    return np.where(flat, 0.0, (x - mean) / np.where(flat, 1.0, spread))


def predictors(inputs: Inputs, axis: str, count: int = 3) -> np.ndarray:
    """Return the (B, M, D) predictors of an axis; `count` is how many components."""
    if axis == "capability":
        return inputs.capability[:, :, :count]
    one = {"train_flops": inputs.flops, "params_active": inputs.params}[axis]
    return np.broadcast_to(one[None, :, None], (*inputs.y.shape, 1))


def constant(inputs: Inputs) -> Forecast:
    """Predict the mean score of the training models."""
    count = inputs.train.sum(axis=1)
    mean = np.where(inputs.train, inputs.y, 0.0).sum(axis=1) / np.maximum(count, 1)
    return Forecast(np.broadcast_to(mean[:, None], inputs.y.shape), count >= FEWEST)


def nearest_smaller(inputs: Inputs) -> Forecast:
    """Predict the score of the training model of most training FLOPs; the mean of tied ones.

    All models above the cutoff get the same prediction: it is the nearest below each of them.
    """
    compute = np.where(inputs.train, inputs.flops, -np.inf)
    last = inputs.train & (compute == compute.max(axis=1, keepdims=True))
    count = last.sum(axis=1)
    mean = np.where(last, inputs.y, 0.0).sum(axis=1) / np.maximum(count, 1)
    return Forecast(np.broadcast_to(mean[:, None], inputs.y.shape), inputs.train.sum(1) >= FEWEST)


def sigmoid(inputs: Inputs, axis: str, *, fixed_height: bool = False) -> Forecast:
    """Fit shift + height * logistic(a + b.x) by least squares and predict every model.

    axis train_flops or params_active: x is the decimal logarithm; capability: three principal
    components, the approach of Ruan et al. 2024 (sections 3 and 4.1, GSM8K left out). height and
    shift are free; with fixed_height the sigmoid ends at 1 and starts in [0, 0.2], which is what
    the code published with that paper does. Converged: MINPACK's rules, within 2,000 rounds, and at
    least as many training models as parameters.
    """
    x = predictors(inputs, axis)
    if axis != "capability":
        x = standardised(x, inputs.train)
    start = np.zeros(x.shape[2] + 3)
    start[1:-2] = 0.01 if axis == "capability" else 1.0
    start[-2] = 1.0
    weights = inputs.train & np.isfinite(x).all(axis=2)
    columns = np.ascontiguousarray(np.nan_to_num(x).transpose(0, 2, 1))
    found, converged = fit(columns, inputs.y, weights, start, fixed_height=fixed_height)
    mean = curve(found, columns, fixed_height)[0]
    mean = np.where(np.isfinite(x).all(axis=2), np.clip(mean, 0.0, 1.0), np.nan)
    enough = weights.sum(axis=1) >= max(FEWEST, len(start) - fixed_height)
    return Forecast(mean, converged & enough)
