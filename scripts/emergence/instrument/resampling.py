"""Families as the unit of doubt: bootstrap over them by one Newton step a replicate.

A replicate draws families with replacement, that is, gives each an integer weight. Instead of
climbing to the maximum of every weighted likelihood, one Newton step is taken towards it from the
estimate, with each family's own gradient and curvature. Source: Hu and Kalbfleisch 2000, "The
estimating function bootstrap".
"""

from __future__ import annotations

import numpy as np

from emergence.arguments import whole_number

LONGEST_STEP = 3.0
"""A replicate moves no parameter further; one that would is as good as unbounded."""


def family_weights(families: int, replicates: int, seed: int) -> np.ndarray:
    """Return how often each family is drawn: replicates x families, each row adds up to families.

    Raises ParameterError for fewer than 2 replicates.
    """
    count = whole_number(replicates, "replicates", at_least=2)
    rng = np.random.default_rng(seed)
    return rng.multinomial(families, np.full(families, 1 / families), size=count).astype(float)


def replicated(
    estimate: np.ndarray,
    gradients: np.ndarray,
    curvatures: np.ndarray,
    prior_gradient: np.ndarray,
    prior_curvature: np.ndarray,
    weights: np.ndarray,
) -> np.ndarray:
    """Return one parameter vector for each row of `weights` (replicates x p).

    gradients (families x p) and curvatures (families x p x p: minus second derivatives) of the
    families' log-likelihoods at the estimate; those of the penalty count once in every replicate.
    """
    curvature = np.einsum("rf,fij->rij", weights, curvatures) + prior_curvature
    gradient = weights @ gradients + prior_gradient
    values, vectors = np.linalg.eigh(curvature)
    # A replicate may lose what pins a direction down; its curvature then counts as nearly flat.
    values = np.maximum(values, 1e-3)
    turned = np.einsum("rji,rj->ri", vectors, gradient) / values
    step = np.einsum("rij,rj->ri", vectors, turned)
    return estimate + np.clip(step, -LONGEST_STEP, LONGEST_STEP)


def interval(
    replicates: np.ndarray, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Return the percentile interval over the first axis; infinite values count as such."""
    tail = (1 - confidence) / 2
    ordered = np.sort(replicates, axis=0)
    last = len(ordered) - 1
    return ordered[round(tail * last)], ordered[round((1 - tail) * last)]
