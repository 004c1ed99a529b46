"""What a forecast must beat: a constant, the largest smaller model, sigmoids by least squares.

Every method takes a batch of B splits over the same M models, and learns from their training models
only; predictions are clipped to [0, 1], where scores are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FEWEST = 5
"""Training models below which nothing is fitted."""

WIDEST_SHIFT = 0.2
"""Largest shift of the sigmoid of fixed height, as in the code published with Ruan et al. 2024."""

_TOLERANCE = 1e-8  # of MINPACK's three stopping rules, as in scipy.optimize.curve_fit
_ROUNDS = 2000


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
    components, the approach of Ruan et al. 2024 (section 3.3, with GSM8K left out). height and
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
    found, converged = _levenberg(x, inputs.y, weights, start, fixed_height)
    mean = _curve(found, np.nan_to_num(x), fixed_height)[0]
    mean = np.where(np.isfinite(x).all(axis=2), np.clip(mean, 0.0, 1.0), np.nan)
    enough = weights.sum(axis=1) >= max(FEWEST, len(start) - fixed_height)
    return Forecast(mean, converged & enough)


def _curve(p: np.ndarray, x: np.ndarray, fixed_height: bool) -> tuple[np.ndarray, np.ndarray]:
    """(B, M) values and (B, M, D + 3) derivatives by intercept, slopes, height and shift."""
    linear = p[:, :1] + np.einsum("bmd,bd->bm", x, p[:, 1:-2])
    s = 0.5 * (1.0 + np.tanh(0.5 * np.clip(linear, -700, 700)))
    height, shift = p[:, -2:-1], p[:, -1:]
    if fixed_height:
        height = 1.0 - shift
    slope = (height * s * (1.0 - s))[:, :, None]
    by_height = np.zeros_like(s) if fixed_height else s
    by_shift = 1.0 - s if fixed_height else np.ones_like(s)
    ends = np.stack([by_height, by_shift], axis=2)
    return shift + height * s, np.concatenate([slope, slope * x, ends], axis=2)


def _levenberg(
    x: np.ndarray, y: np.ndarray, weights: np.ndarray, start: np.ndarray, fixed_height: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Levenberg-Marquardt for all splits at once: (B, D + 3) parameters, (B,) convergence."""
    x, y, w = np.nan_to_num(x), np.nan_to_num(y), weights.astype(float)
    p = np.tile(start, (len(y), 1))
    damping = np.full(len(y), 1e-3)
    done = np.zeros(len(y), dtype=bool)
    value, jacobian = _curve(p, x, fixed_height)
    residual = (y - value) * w
    cost = (residual**2).sum(axis=1)
    scale = np.zeros_like(p)
    live = np.arange(len(y))
    for _ in range(_ROUNDS):
        if not len(live):
            break
        j = jacobian[live] * w[live, :, None]
        r, q = residual[live], p[live]
        if fixed_height:
            gradient = np.einsum("bm,bm->b", j[:, :, -1], r)
            stuck = ((q[:, -1] <= 0) & (gradient < 0)) | (
                (q[:, -1] >= WIDEST_SHIFT) & (gradient > 0)
            )
            j[stuck, :, -1] = 0.0
        lengths = np.sqrt((j**2).sum(axis=1))
        scale[live] = np.maximum(scale[live], lengths)
        gradient = np.einsum("bmp,bm->bp", j, r)
        norm = np.sqrt((r**2).sum(axis=1, keepdims=True))
        angle = np.abs(gradient) / np.maximum(lengths * norm, 1e-300)
        flat = np.where(lengths > 0, angle, 0.0).max(axis=1) <= _TOLERANCE
        square = np.where(scale[live] > 0, scale[live] ** 2, 1.0)
        normal = np.einsum("bmp,bmq->bpq", j, j)
        normal[:, range(len(start)), range(len(start))] += damping[live, None] * square
        step = np.linalg.solve(normal, gradient[:, :, None])[:, :, 0]
        tried = q + step
        if fixed_height:
            tried[:, -1] = np.clip(tried[:, -1], 0.0, WIDEST_SHIFT)
        value, new_jacobian = _curve(tried, x[live], fixed_height)
        new_residual = (y[live] - value) * w[live]
        new_cost = (new_residual**2).sum(axis=1)
        predicted = np.einsum("bp,bp->b", step, gradient) + damping[live] * (square * step**2).sum(
            1
        )
        actual = cost[live] - new_cost
        small = (np.abs(actual) <= _TOLERANCE * cost[live]) & (predicted <= _TOLERANCE * cost[live])
        size = np.sqrt((square * q**2).sum(axis=1))
        short = np.sqrt((square * (tried - q) ** 2).sum(axis=1)) <= _TOLERANCE * size
        better = actual >= 0
        kept = live[better]
        p[kept], jacobian[kept] = tried[better], new_jacobian[better]
        residual[kept], cost[kept] = new_residual[better], new_cost[better]
        damping[live] = np.clip(damping[live] * np.where(better, 0.3, 4.0), 1e-12, 1e12)
        done[live] = flat | (better & small) | short
        live = live[~done[live]]
    return p, done
