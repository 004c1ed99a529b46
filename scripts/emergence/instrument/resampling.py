"""Families as the unit of doubt: a bootstrap over them, by the influence that each one has.

Models of one family are alike, so families, not models, are drawn with replacement. A replicate
gives family f an integer weight w_f and moves the estimate by the sum of (w_f - 1) times the
family's influence: how far the estimate moves when the family is left out, by one Newton step with
the curvature of the others' likelihood. Sources: Hu and Kalbfleisch 2000, "The estimating function
bootstrap"; MacKinnon, Nielsen and Webb 2023, "Fast and reliable jackknife and bootstrap methods
for cluster-robust inference".
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from emergence.arguments import whole_number

LONGEST = 3.0
"""No family moves a parameter further: one that would leaves it as good as unbounded."""

_FLAT = 1e-3


def family_weights(families: int, replicates: int, seed: int) -> np.ndarray:
    """Return how often each family is drawn: replicates x families, each row adds up to families.

    Raises ParameterError for fewer than 2 replicates.
    """
    count = whole_number(replicates, "replicates", at_least=2)
    rng = np.random.default_rng(seed)
    return rng.multinomial(families, np.full(families, 1 / families), size=count).astype(float)


def influences(gradients: np.ndarray, curvatures: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """Return how far the estimate lies from where it would without each family (families x p).

    gradients (families x p) and curvatures (families x p x p: minus second derivatives) of the
    families' log-likelihoods at the estimate; prior: curvature of the penalty (p x p).

    Few families of unequal size make such a spread too small: it is stretched by the quantile of t
    with families - 1 degrees of freedom, and in each parameter to no less than the standard error
    that the likelihood itself gives.
    """
    count = len(gradients)
    whole = curvatures.sum(axis=0) + prior
    without = whole - curvatures
    values, vectors = np.linalg.eigh(without)
    # What only the family left out pins down would move without bound.
    values = np.maximum(values, _FLAT)
    turned = np.einsum("fji,fj->fi", vectors, gradients) / values
    moved = np.clip(np.einsum("fij,fj->fi", vectors, turned), -LONGEST, LONGEST)
    moved *= stats.t.ppf(0.975, count - 1) / stats.norm.ppf(0.975)
    variance = (count - 1) / count * (moved**2).sum(axis=0)
    least = np.clip(np.diag(np.linalg.pinv(whole)), 0, LONGEST**2)
    with np.errstate(divide="ignore"):
        stretch = np.sqrt(np.maximum(1, least / np.maximum(variance, 1e-12)))
    return moved * stretch


def replicated(estimate: np.ndarray, influence: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return one parameter vector for each row of `weights` (replicates x p)."""
    return estimate + (weights - 1) @ influence


def interval(replicates: np.ndarray, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Return the percentile interval over the first axis; infinite values count as such."""
    tail = (1 - confidence) / 2
    ordered = np.sort(replicates, axis=0)
    last = len(ordered) - 1
    return ordered[round(tail * last)], ordered[round((1 - tail) * last)]
