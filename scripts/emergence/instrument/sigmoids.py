"""Sigmoids fitted by least squares to many splits at once: Levenberg-Marquardt on arrays."""

from __future__ import annotations

import numpy as np

WIDEST_SHIFT = 0.2
"""Largest shift of the sigmoid of fixed height, as in the code published with Ruan et al. 2024."""

ROUNDS = 2000
"""Steps after which a fit counts as not converged."""

_TOLERANCE = 1e-8  # of MINPACK's three stopping rules, as in scipy.optimize.curve_fit


def curve(p: np.ndarray, x: np.ndarray, fixed_height: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return shift + height * logistic(a + b.x) and its derivatives.

    p: (B, D + 3) parameters a, b, height, shift; with fixed_height, height is 1 - shift and the
    parameter of that place is not used. x: (B, D, M) predictors. Returns (B, M) values and (B, D +
    3, M) derivatives by the parameters.
    """
    linear = p[:, :1] + (p[:, None, 1:-2] @ x)[:, 0]
    s = 0.5 * (1.0 + np.tanh(0.5 * linear))
    height, shift = p[:, -2:-1], p[:, -1:]
    if fixed_height:
        height = 1.0 - shift
    derivatives = np.empty((*p.shape, x.shape[2]))
    derivatives[:, 0] = height * s * (1.0 - s)
    derivatives[:, 1:-2] = derivatives[:, :1] * x
    derivatives[:, -2] = 0.0 if fixed_height else s
    derivatives[:, -1] = 1.0 - s if fixed_height else 1.0
    return shift + height * s, derivatives


def fit(
    x: np.ndarray,
    y: np.ndarray,
    train: np.ndarray,
    start: np.ndarray,
    *,
    fixed_height: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Return parameters (B, D + 3) of the least squares, and whether each fit converged, (B,).

    x: (B, D, M) predictors, y: (B, M) shares, train: (B, M) models that count; start: (D + 3,). All
    finite where train holds. With fixed_height the shift stays in [0, WIDEST_SHIFT]. Converged by
    MINPACK's rules: residuals orthogonal to the derivatives, or neither the sum of squares nor the
    parameters moving, all to 1e-8, within ROUNDS steps. Source: Moré 1978, "The
    Levenberg-Marquardt algorithm: implementation and theory".
    """
    used = train.any(axis=0)
    w = train[:, used].astype(float)
    x = np.where(w[:, None] > 0, x[:, :, used], 0.0)
    y = np.where(w > 0, y[:, used], 0.0)
    found, done = np.tile(start, (len(y), 1)), np.zeros(len(y), dtype=bool)
    live, p = np.arange(len(y)), found.copy()
    damping, scale = np.full(len(y), 1e-3), np.zeros_like(p)
    residual, jacobian = _state(p, x, y, w, fixed_height)
    for _ in range(ROUNDS):
        if not len(live):
            break
        j = _free(jacobian, residual, p) if fixed_height else jacobian
        cost = (residual**2).sum(axis=1)
        lengths = np.sqrt((j**2).sum(axis=2))
        scale = np.maximum(scale, lengths)
        square = np.where(scale > 0, scale**2, 1.0)
        gradient = (j @ residual[:, :, None])[:, :, 0]
        flat = _angles(gradient, lengths, cost) <= _TOLERANCE
        tried = p + _step(j, gradient, damping[:, None] * square)
        if fixed_height:
            tried[:, -1] = np.clip(tried[:, -1], 0.0, WIDEST_SHIFT)
        step = tried - p
        new_residual, new_jacobian = _state(tried, x, y, w, fixed_height)
        gain = cost - (new_residual**2).sum(axis=1)
        hoped = (step * gradient).sum(axis=1) + damping * (square * step**2).sum(axis=1)
        better = gain >= 0
        still = better & (gain <= _TOLERANCE * cost) & (hoped <= _TOLERANCE * cost)
        still |= (square * step**2).sum(axis=1) <= _TOLERANCE**2 * (square * p**2).sum(axis=1)
        p = np.where(better[:, None], tried, p)
        residual = np.where(better[:, None], new_residual, residual)
        jacobian = np.where(better[:, None, None], new_jacobian, jacobian)
        damping = np.clip(damping * np.where(better, 0.3, 4.0), 1e-12, 1e12)
        found[live], done[live] = p, flat | still
        on = ~done[live]
        if not on.all():
            live, p, damping, scale = live[on], p[on], damping[on], scale[on]
            residual, jacobian, x, y, w = residual[on], jacobian[on], x[on], y[on], w[on]
    return found, done


def _state(
    p: np.ndarray, x: np.ndarray, y: np.ndarray, w: np.ndarray, fixed_height: bool
) -> tuple[np.ndarray, np.ndarray]:
    value, derivatives = curve(p, x, fixed_height)
    return (y - value) * w, derivatives * w[:, None]


def _free(jacobian: np.ndarray, residual: np.ndarray, p: np.ndarray) -> np.ndarray:
    """The derivatives without that by a shift which would leave its range downhill."""
    pull, shift = (jacobian[:, -1] * residual).sum(axis=1), p[:, -1]
    stuck = ((shift <= 0) & (pull < 0)) | ((shift >= WIDEST_SHIFT) & (pull > 0))
    free = jacobian.copy()
    free[stuck, -1] = 0.0
    return free


def _angles(gradient: np.ndarray, lengths: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """The largest cosine between the residuals and a derivative, (B,)."""
    whole = lengths * np.sqrt(cost)[:, None]
    return np.where(whole > 0, np.abs(gradient) / np.where(whole > 0, whole, 1.0), 0.0).max(axis=1)


def _step(j: np.ndarray, gradient: np.ndarray, ridge: np.ndarray) -> np.ndarray:
    normal = j @ j.transpose(0, 2, 1)
    each = np.arange(j.shape[1])
    normal[:, each, each] += ridge
    return np.linalg.solve(normal, gradient[:, :, None])[:, :, 0]
