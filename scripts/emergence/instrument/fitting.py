"""Finding the parameters of greatest likelihood, and where they would lie without each family."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy import optimize, special

from emergence.instrument import likelihoods as model
from emergence.instrument.likelihoods import Observations

LONGEST = 3.0
"""No family moves a parameter further: one that would leaves it as good as unbounded."""

_DIFFERENCE = 1e-4
_ROUNDS = 8
_SETTLED = 0.02
_SHARE_OF_ERROR = 0.3
_SHARE_IN_THE_END = 0.5
_STEEPEST = 1.0
_FLAT = 1e-3
_POLISHES = 30
_POLISHED = 1e-8
_INFLUENTIAL = 0.5


def _start(data: Observations) -> np.ndarray:
    """A rough curve to begin with: the split of the models that best tells low from high."""
    top = np.clip((np.quantile(data.y, 0.95) - data.floor) / (1 - data.floor), 0.05, 0.97)
    order = np.argsort(data.x, kind="stable")
    above = data.y[order] - (data.floor + (1 - data.floor) * top / 2)
    split = min(max(int(np.argmin(np.r_[0, np.cumsum(above)])), 1), len(order) - 1)
    place = data.x[order][split]
    return np.array([place, np.log(0.3), special.logit(top), np.log(0.4), -2.0])


def _objective(places: np.ndarray, data: Observations) -> Callable:
    def negative(theta: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient, _ = model.by_family(theta, places, data)
        prior, slope = model.penalty(theta, data)
        return -(value.sum() + prior), -(gradient.sum(axis=0) + slope)

    return negative


def maximise(data: Observations, start: np.ndarray | None = None) -> tuple[np.ndarray, bool]:
    """Return the parameters of greatest penalised likelihood, and whether they settled.

    The places over which family shifts are integrated follow the estimate, round by round, until
    it moves by less than a third of its standard errors; by half of them in the last rounds, for a
    jump leaves the width without a lower bound. A curve whose middle has left the models' range by
    a decade is followed no further. start: parameters to begin with; a rough curve without.
    """
    theta, inverse = _start(data) if start is None else start, None
    settled = False
    for turn in range(_ROUNDS):
        options = {"gtol": 0.01 if turn else 0.1, "maxiter": 12 if turn < 2 else 60}
        if inverse is not None:
            options["hess_inv0"] = inverse
        found = optimize.minimize(
            _objective(model.nodes(theta, data), data),
            theta,
            jac=True,
            method="BFGS",
            options=options,
        )
        inverse = (found.hess_inv + found.hess_inv.T) / 2
        errors = np.sqrt(np.abs(np.diag(inverse)))
        if not np.linalg.eigvalsh(inverse).min() > 1e-10:
            inverse = None
        moved, theta = np.abs(found.x - theta), found.x
        share = _SHARE_OF_ERROR if turn < _ROUNDS - 2 else _SHARE_IN_THE_END
        near = bool(np.all(moved < np.maximum(_SETTLED, share * errors)))
        settled = near and bool(np.abs(found.jac).max() < _STEEPEST)
        if (turn and near) or beyond(theta, data):
            break
    return theta, settled


def _total_gradient(theta: np.ndarray, places: np.ndarray, data: Observations) -> np.ndarray:
    _, gradient, _ = model.by_family(theta, places, data)
    return gradient.sum(axis=0) + model.penalty(theta, data)[1]


def polished(theta: np.ndarray, data: Observations) -> np.ndarray:
    """Return the parameters that Newton steps settle on, so that the way to them leaves no trace.

    The second derivatives are those at theta. Where the steps do not shrink, as for a jump, theta
    itself is returned.
    """
    places = model.nodes(theta, data)
    here = _total_gradient(theta, places, data)
    steps = np.eye(model.SIZE) * _DIFFERENCE
    second = np.stack([_total_gradient(theta + e, places, data) - here for e in steps])
    covariance = np.linalg.pinv(-(second + second.T) / (2 * _DIFFERENCE), hermitian=True)
    errors = np.sqrt(np.clip(np.diag(covariance), 1e-12, None))
    place, longest = theta, 1.0
    for _ in range(_POLISHES):
        step = covariance @ here
        length = float(np.abs(step / errors).max())
        if length > longest:
            return theta
        place, longest = place + step, length
        if length < _POLISHED:
            break
        here = _total_gradient(place, model.nodes(place, data), data)
    return place


def beyond(theta: np.ndarray, data: Observations) -> bool:
    """Whether half the rise lies more than a decade outside the models' range."""
    return bool(theta[model.MID] > data.x.max() + 1 or theta[model.MID] < data.x.min() - 1)


def curvatures(
    theta: np.ndarray, places: np.ndarray, data: Observations
) -> tuple[np.ndarray, np.ndarray]:
    """Return minus second derivatives, by differences: of families (G x 5 x 5), of the penalty."""
    families = np.empty((data.families, model.SIZE, model.SIZE))
    prior = np.empty((model.SIZE, model.SIZE))
    for place, step in enumerate(np.eye(model.SIZE) * _DIFFERENCE):
        after, before = theta + step, theta - step
        _, up, _ = model.by_family(after, places, data)
        _, down, _ = model.by_family(before, places, data)
        families[:, place] = (down - up) / (2 * _DIFFERENCE)
        slopes = model.penalty(before, data)[1] - model.penalty(after, data)[1]
        prior[place] = slopes / (2 * _DIFFERENCE)
    return (families + families.transpose(0, 2, 1)) / 2, (prior + prior.T) / 2


def _without(data: Observations, family: int) -> Observations:
    kept = data.family != family
    code = data.family[kept]
    code = np.where(code > family, code - 1, code)
    names = np.delete(data.names, family)
    return replace(
        data,
        x=data.x[kept],
        y=data.y[kept],
        n=None if data.n is None else data.n[kept],
        family=code,
        names=names,
        starts=np.searchsorted(code, np.arange(len(names))),
    )


def left_out(
    theta: np.ndarray, places: np.ndarray, data: Observations
) -> tuple[np.ndarray, np.ndarray]:
    """Return how far each family moves the estimate (G x 5), and the likelihood's covariance.

    One Newton step with the curvature of the other families' likelihood says where the estimate
    would lie without a family; where that is far, the others are fitted anew.
    """
    _, gradients, _ = model.by_family(theta, places, data)
    families, prior = curvatures(theta, places, data)
    whole = families.sum(axis=0) + prior
    values, vectors = np.linalg.eigh(whole - families)
    # What only the family left out pins down would move without bound.
    turned = np.einsum("fji,fj->fi", vectors, gradients) / np.maximum(values, _FLAT)
    moved = np.einsum("fij,fj->fi", vectors, turned)
    for family in np.flatnonzero(np.abs(moved).max(axis=1) > _INFLUENTIAL):
        found, settled = maximise(_without(data, int(family)), theta)
        if settled:
            moved[family] = theta - polished(found, _without(data, int(family)))
    return np.clip(moved, -LONGEST, LONGEST), np.linalg.pinv(whole, hermitian=True)
