"""Forecasts of larger models' scores from smaller ones, at a grid of cutoffs, with intervals.

A method learns from models of known training FLOPs at or below a cutoff and predicts the others.
How far to trust it is learnt on the training side too: at two cutoffs further down, behind which
half and a quarter of the training models lie, it forecasts those, and the errors, as logits, give
a Student t distribution around each prediction. Its scale is the root mean square error at the
worse of the two; its degrees of freedom are the families that erred, since models of one family err
together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats
from scipy.special import expit, logit

from emergence.errors import DataError
from emergence.instrument.axes import Panel, components, parts
from emergence.instrument.baselines import FEWEST, Inputs
from emergence.instrument.methods import Method

CUTOFF = 8.4e22
"""The cutoff of Ruan et al. 2024: training FLOPs of Llama 2 with 7 billion parameters."""

GRID = (
    1e21, 2e21, 4e21, 7e21, 1.2e22, 2.2e22, 4.2e22,
    CUTOFF, 1.3e23, 2e23, 4e23, 8e23, 1.5e24, 3e24,
)  # fmt: skip
"""Cutoffs in training FLOPs."""

INNER = (0.5, 0.75)
"""Shares of the training models at or below the inner cutoffs."""


@dataclass(frozen=True)
class Results:
    """What one method predicts of K metrics and M models at C cutoffs.

    mean: (C, K, M) shares, nan where the method has no predictor. converged: (C, K). scale, dof:
    (C, K) of the t distribution of logits, nan where training models are too few to tell.
    """

    method: Method
    mean: np.ndarray
    converged: np.ndarray
    scale: np.ndarray
    dof: np.ndarray


def forecast(
    panel: Panel, cutoffs: tuple[float, ...], methods: tuple[Method, ...]
) -> list[Results]:
    """Return each method's predictions at each cutoff. Raises DataError for a cutoff not above 0.

    Deterministic; nothing of a model above a cutoff, or of unknown FLOPs, enters a fit.
    """
    if not all(np.isfinite(c) and c > 0 for c in cutoffs):
        raise DataError(f"cutoff_flops: found {cutoffs}; expected numbers above 0")
    train = np.stack([parts(panel, cutoff)["train"] for cutoff in cutoffs])
    splits = np.stack([train, *(_inner(train, panel.flops, share) for share in INNER)])
    batch = splits.reshape(-1, splits.shape[-1])
    repeats = len(batch) // len(panel.metrics)
    inputs = Inputs(
        np.tile(panel.y, (repeats, 1)),
        batch,
        np.tile(panel.chance, repeats),
        np.tile(panel.resolution, repeats),
        np.log10(panel.flops),
        np.log10(panel.params),
        panel.families,
        panel.lineages,
        components(panel.benchmarks, batch)[0],
    )
    found = []
    for method in methods:
        out = method.predict(inputs)
        mean = out.mean.reshape(splits.shape)
        scale, dof = _spread(panel, mean[1:], splits[1:], train)
        converged = out.converged.reshape(splits.shape[:3])[0]
        found.append(Results(method, mean[0], converged, scale, dof))
    return found


def _inner(train: np.ndarray, flops: np.ndarray, share: float) -> np.ndarray:
    """The smallest `share` of the training models, those of equal FLOPs together."""
    known = np.where(train, flops, np.inf)
    count = np.ceil(share * train.sum(axis=2)).astype(int)
    place = np.clip(count - 1, 0, None)[..., None]
    edge = np.take_along_axis(np.sort(known, axis=2), place, axis=2)
    return train & (known <= edge)


def logits(y: np.ndarray, resolution: np.ndarray) -> np.ndarray:
    """Return finite logits of shares: half a step is added to both sides."""
    return logit((y + resolution / 2) / (1 + resolution))


def _spread(
    panel: Panel, mean: np.ndarray, inner: np.ndarray, train: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Scale and degrees of freedom from the errors at the inner cutoffs.

    One more error of one logit is added, so that perfect forecasts of models that all score 0 do
    not promise the same of larger ones.
    """
    r = panel.resolution[:, None]
    error = logits(np.clip(mean, 0, 1), r) - logits(panel.y, r)
    held = train[None] & ~inner & np.isfinite(error)
    held &= inner.sum(axis=-1, keepdims=True) >= FEWEST
    square = (np.where(held, error, 0.0) ** 2).sum(axis=-1)
    scale = np.sqrt((square + 1.0) / (held.sum(axis=-1) + 1.0)).max(axis=0)
    names, which = np.unique(panel.families.astype(str), return_inverse=True)
    member = which[:, None] == np.arange(len(names))
    families = (held.any(axis=0) @ member).sum(axis=-1)
    return np.where(families > 0, scale, np.nan), np.where(families > 0, families, np.nan)


def intervals(
    panel: Panel, results: Results, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of the prediction intervals: two (C, K, M) arrays of shares."""
    r = panel.resolution[:, None]
    centre = logits(results.mean, r)
    half = (results.scale * stats.t.ppf(0.5 + confidence / 2, results.dof))[:, :, None]
    ends = [expit(centre + sign * half) * (1 + r) - r / 2 for sign in (-1, 1)]
    return np.clip(ends[0], 0, 1), np.clip(ends[1], 0, 1)


def log_scores(panel: Panel, results: Results) -> np.ndarray:
    """Return log probabilities (nats), (C, K, M), of the observed scores, each with half a step.

    For BLEU, which has no items, the step is a tenth of a point.
    """
    r = panel.resolution[:, None]
    centre, scale, dof = logits(results.mean, r), results.scale[:, :, None], results.dof[:, :, None]
    with np.errstate(divide="ignore"):
        low, high = logit(panel.y / (1 + r)), logit((panel.y + r) / (1 + r))
    a, b = (low - centre) / scale, (high - centre) / scale
    # From the nearer tail, where differences of probabilities are not lost.
    flip = a + b > 0
    a, b = np.where(flip, -b, a), np.where(flip, -a, b)
    return np.log(np.maximum(stats.t.cdf(b, dof) - stats.t.cdf(a, dof), 1e-300))
