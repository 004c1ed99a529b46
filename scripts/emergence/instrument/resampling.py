"""Families as the unit of doubt: a bootstrap over them, by the influence that each one has.

Models of one family are alike, so families, not models, are drawn with replacement. A replicate
gives family f an integer weight w_f and moves the estimate by the sum of (w_f - 1) times the
family's influence: how far the estimate moves when the family is left out. Sources: Hu and
Kalbfleisch 2000, "The estimating function bootstrap"; MacKinnon, Nielsen and Webb 2023, "Fast and
reliable jackknife and bootstrap methods for cluster-robust inference".
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from emergence.arguments import whole_number


def family_weights(families: int, replicates: int, seed: int) -> np.ndarray:
    """Return how often each family is drawn: replicates x families, each row adds up to families.

    Raises ParameterError for fewer than 2 replicates.
    """
    count = whole_number(replicates, "replicates", at_least=2)
    rng = np.random.default_rng(seed)
    return rng.multinomial(families, np.full(families, 1 / families), size=count).astype(float)


def stretched(influence: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Return influences (families x p) that give spread enough for few families of unequal size.

    They are stretched by the quantile of t with families - 1 degrees of freedom over that of the
    normal, and in each parameter to no less than the standard error in `covariance` (p x p), which
    the likelihood gives.
    """
    count = len(influence)
    wide = influence * (stats.t.ppf(0.975, count - 1) / stats.norm.ppf(0.975))
    variance = (count - 1) / count * (wide**2).sum(axis=0)
    least = np.clip(np.diag(covariance), 0, None)
    return wide * np.sqrt(np.maximum(1, least / np.maximum(variance, 1e-12)))


def replicated(estimate: np.ndarray, influence: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return one parameter vector for each row of `weights` (replicates x p)."""
    return estimate + (weights - 1) @ influence


def interval(replicates: np.ndarray, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Return the percentile interval over the first axis; infinite values count as such."""
    tail = (1 - confidence) / 2
    ordered = np.sort(replicates, axis=0)
    last = len(ordered) - 1
    return ordered[round(tail * last)], ordered[round((1 - tail) * last)]
