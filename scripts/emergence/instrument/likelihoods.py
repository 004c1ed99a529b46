"""The model of a score that rises with scale, and how likely it makes the scores at hand.

A model of family f at scale x (log10) answers rightly with probability

    mu = floor + (ceiling - floor) * logistic((x - mid - b_f) / s)

where b_f ~ Normal(0, tau^2) says how many decades later than a typical family this one rises. Its
right answers out of n are beta-binomial around mu: models scatter more than their items explain.
Floor is stated, the ceiling is free. Scores that count no items (BLEU, averages over topics) have
the variance dispersion * mu * (1 - mu) and an extended quasi-likelihood.

Sources: sigmoid with floor and ceiling: Wichmann and Hill 2001, "The psychometric function I",
equation 1, with a random effect of place: Moscatelli et al. 2012, "Modeling psychophysical data at
the population level". Beta-binomial: Williams 1975, "The analysis of binary responses from
toxicological experiments". Quasi-likelihood with a dispersion: Nelder and Pregibon 1987, "An
extended quasi-likelihood function", with the variance of shares. Gamma penalty that keeps tau off
zero: Chung et al. 2013, "A nondegenerate penalized likelihood estimator for variance parameters".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

MID, LOG_S, CEILING, LOG_TAU, DISPERSION = range(5)
"""Places in a parameter vector: mid (decades), log of s, logit of (ceiling - floor) / (1 - floor),
log of (tau - LEAST_TAU), logit of the dispersion: the correlation of answers within a model."""

SIZE = 5

LEAST_TAU = 0.02
"""Decades; training FLOPs are not known more exactly than that (5 %)."""

_CENTRE = np.array([np.nan, np.log(0.3), 1.5, np.nan, -3.0])
_SPREAD = np.array([np.nan, 1.5, 2.0, np.nan, 2.0])
_TAU_SCALE = 1.0
_LOWEST = np.array([-np.inf, -6.0, -9.0, -9.0, -12.0])
_HIGHEST = np.array([np.inf, 3.0, 9.0, 1.5, 3.0])
_NODES = np.linspace(-4.5, 4.5, 19)
_SEARCH = np.linspace(-4.0, 4.0, 65)
_TINY = 1e-12


@dataclass(frozen=True)
class Observations:
    """Scores in order of family. x: log10 scale; y: shares; n: items, None where scores count none;
    family: index of each row, 0..G-1 ascending; names: of the families; starts: first row of each;
    floor: stated lower end of the curve."""

    x: np.ndarray
    y: np.ndarray
    n: np.ndarray | None
    family: np.ndarray
    names: np.ndarray
    starts: np.ndarray
    floor: float

    @property
    def families(self) -> int:
        return len(self.starts)


def observations(
    x: np.ndarray, y: np.ndarray, n: np.ndarray, family: np.ndarray, floor: float
) -> Observations:
    """Sort scores by family, then by scale and score: the order of rows changes no result.

    family: any labels. n: where any is missing (NaN), the scores are taken to count no items.
    """
    names, code = np.unique(np.asarray(family, dtype=str), return_inverse=True)
    order = np.lexsort((n, y, x, code))
    code = code[order]
    starts = np.searchsorted(code, np.arange(len(names)))
    items = None if np.isnan(n).any() else n[order]
    return Observations(x[order], y[order], items, code, names, starts, float(floor))


def tau_of(theta: np.ndarray) -> np.ndarray:
    """Return tau, in decades, of parameter vectors (..., 5)."""
    return LEAST_TAU + np.exp(np.clip(theta[..., LOG_TAU], _LOWEST[LOG_TAU], _HIGHEST[LOG_TAU]))


def _cells(
    theta: np.ndarray, shift: np.ndarray, data: Observations, gradient: bool
) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """Log-likelihood of each row where its family rises at `shift` (rows x nodes), without the
    binomial coefficient; and its derivatives by LOG_S, CEILING and DISPERSION."""
    inside = np.clip(theta, _LOWEST, _HIGHEST)
    s, top = np.exp(inside[LOG_S]), special.expit(inside[CEILING])
    rise = (1 - data.floor) * top
    z = np.clip((data.x[:, None] - shift) / s, -40, 40)
    up = special.expit(z)
    mu = np.clip(data.floor + rise * up, _TINY, 1 - _TINY)
    kind = _quasi if data.n is None else _beta_binomial
    value, by_mu, by_dispersion = kind(mu, inside[DISPERSION], data, gradient)
    if by_mu is None:
        return value, ()
    by_log_s = -by_mu * rise * up * (1 - up) * z
    return value, (by_log_s, by_mu * up * rise * (1 - top), by_dispersion)


def _beta_binomial(mu: np.ndarray, dispersion: float, data: Observations, gradient: bool) -> tuple:
    phi = np.exp(-dispersion)
    right, n = (data.y * data.n)[:, None], data.n[:, None]
    a, b = mu * phi, (1 - mu) * phi
    value = special.gammaln(right + a) + special.gammaln(n - right + b)
    value -= special.gammaln(a) + special.gammaln(b)
    value += special.gammaln(phi) - special.gammaln(n + phi)
    if not gradient:
        return value, None, None
    by_a = special.psi(right + a) - special.psi(a)
    by_b = special.psi(n - right + b) - special.psi(b)
    by_phi = mu * by_a + (1 - mu) * by_b + special.psi(phi) - special.psi(n + phi)
    return value, phi * (by_a - by_b), -phi * by_phi


def _quasi(mu: np.ndarray, dispersion: float, data: Observations, gradient: bool) -> tuple:
    rho = special.expit(dispersion)
    y = data.y[:, None]
    fit = (
        y * np.log(mu) + (1 - y) * np.log1p(-mu) - special.xlogy(y, y) - special.xlog1py(1 - y, -y)
    )
    value = fit / rho - 0.5 * np.log(rho)
    if not gradient:
        return value, None, None
    by_mu = (y - mu) / (mu * (1 - mu)) / rho
    return value, by_mu, -(1 - rho) * (fit / rho + 0.5)


def nodes(theta: np.ndarray, data: Observations) -> np.ndarray:
    """Return places (families x nodes, decades) that cover where each family rises, given theta.

    Evenly spaced over 4.5 posterior standard deviations around the posterior mean.
    """
    tau = float(tau_of(theta))
    grid = theta[MID] + tau * _SEARCH
    cells, _ = _cells(theta, grid[None, :], data, gradient=False)
    joint = np.add.reduceat(cells, data.starts, axis=0) - 0.5 * _SEARCH**2
    weight = special.softmax(joint, axis=1)
    mean = weight @ grid
    spread = np.sqrt(np.maximum(weight @ grid**2 - mean**2, 0))
    return mean[:, None] + np.maximum(spread, LEAST_TAU)[:, None] * _NODES


def by_family(
    theta: np.ndarray, places: np.ndarray, data: Observations
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return log-likelihood of each family (G), its gradient (G x 5), posterior of places (G x Q).

    The family's shift is integrated out over `places`, as `nodes` gives them; binomial
    coefficients are left out.
    """
    cells, slopes = _cells(theta, places[data.family], data, gradient=True)
    tau = float(tau_of(theta))
    u = (places - theta[MID]) / tau
    step = (places[:, 1] - places[:, 0])[:, None]
    joint = np.add.reduceat(cells, data.starts, axis=0) - 0.5 * u**2 + np.log(step / tau)
    highest = joint.max(axis=1, keepdims=True)
    weight = np.exp(joint - highest)
    total = weight.sum(axis=1, keepdims=True)
    posterior = weight / total
    gradient = np.empty((data.families, SIZE))
    gradient[:, MID] = (posterior * u).sum(axis=1) / tau
    gradient[:, LOG_TAU] = (posterior * (u**2 - 1)).sum(axis=1) * (1 - LEAST_TAU / tau)
    of_row = posterior[data.family]
    for place, slope in zip((LOG_S, CEILING, DISPERSION), slopes, strict=True):
        gradient[:, place] = np.add.reduceat((of_row * slope).sum(axis=1), data.starts)
    value = (np.log(total) + highest)[:, 0] - 0.5 * np.log(2 * np.pi)
    return value, gradient, posterior


def penalty(theta: np.ndarray, data: Observations) -> tuple[float, np.ndarray]:
    """Return the log of a weak prior and its gradient, which keep a curve finite where data don't.

    mid: within the models' range, spread as wide as it; log s: around 0.3 decades, 1.5; ceiling:
    logit 1.5, 2; dispersion: logit -3, 2; all normal. tau: gamma of shape 2 and scale 1 decade.
    """
    low, high = data.x.min(), data.x.max()
    centre, spread = _CENTRE.copy(), _SPREAD.copy()
    centre[MID], spread[MID] = (low + high) / 2, max(high - low, 0.1)
    normal = [MID, LOG_S, CEILING, DISPERSION]
    away = ((theta - centre) / spread)[normal]
    extra = np.exp(min(theta[LOG_TAU], 50.0))
    gradient = np.empty(SIZE)
    gradient[normal] = -away / spread[normal]
    gradient[LOG_TAU] = 1 - extra / _TAU_SCALE
    return float(-0.5 * away @ away + theta[LOG_TAU] - extra / _TAU_SCALE), gradient


def mean_score(theta: np.ndarray, x: np.ndarray, floor: float) -> np.ndarray:
    """Return the expected share of a typical family (b = 0): theta (..., 5), x (m) -> (..., m)."""
    inside = np.clip(theta, _LOWEST, _HIGHEST)
    rise = (1 - floor) * special.expit(inside[..., CEILING, None])
    z = (x - inside[..., MID, None]) / np.exp(inside[..., LOG_S, None])
    return floor + rise * special.expit(z)
