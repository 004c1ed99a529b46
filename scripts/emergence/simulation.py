"""Two models that a reader can run: percolation, and answers whose tokens err together.

Percolation: on a square lattice each site is occupied with the same probability, independently of
the others; occupied neighbours (up, down, left, right) belong to one cluster. Whether a cluster
spans the lattice from top to bottom changes the more abruptly with the occupancy, the larger the
lattice. Source: Stauffer & Aharony 1994, Introduction to Percolation Theory (revised second
edition), chapter 2.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy import ndimage

from emergence.arguments import whole_number
from emergence.errors import ParameterError
from emergence.once import once

# Critical occupancy of site percolation on the infinite square lattice: Newman & Ziff 2000
# (doi:10.1103/PhysRevLett.85.4104), 0.59274621 with an uncertainty of 13 in the last digits.
CRITICAL_OCCUPANCY = 0.59274621


def lattice(size: int, occupancy: float, seed: int) -> np.ndarray:
    """Return a boolean array (size × size): which sites are occupied.

    occupancy: probability of a site, in [0, 1]. Lattices of one size and seed are coupled: a site
    that is occupied at one occupancy is so at every higher one. Raises ParameterError.
    """
    side = whole_number(size, "size", at_least=1)
    values = _generator(seed, side).random((side, side))
    return values < _probabilities(occupancy, "occupancy")


def spanning_cluster(occupied: np.ndarray) -> np.ndarray:
    """Return a boolean array like `occupied`: which sites belong to a spanning cluster.

    A cluster spans if it reaches from the first row to the last. There may be several, and there
    may be none (all False). Raises ParameterError unless `occupied` is a two-dimensional boolean
    array with at least one site.
    """
    labels = _labels(occupied)
    return np.isin(labels, _spanning_labels(labels))


def largest_cluster(occupied: np.ndarray) -> np.ndarray:
    """Return a boolean array like `occupied`: which sites belong to the largest cluster.

    Of equally large ones the first in reading order; all False if no site is occupied. Raises
    ParameterError as `spanning_cluster`.
    """
    labels = _labels(occupied)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return occupied & (labels == sizes.argmax())


@once
def spanning_thresholds(size: int, repeats: int, seed: int) -> np.ndarray:
    """Return, for each of `repeats` random lattices, the occupancy above which it is spanned.

    Sites are occupied in the order of their random values. The last site needed is found by
    bisection over the sorted values, with about log2(size²) labelings a lattice in place of one
    for each occupancy of a curve. The first lattice is that of `lattice(size, ..., seed)`, and
    more repeats add to the same ones. Raises ParameterError.
    """
    side = whole_number(size, "size", at_least=1)
    rng = _generator(seed, side)
    count = whole_number(repeats, "repeats", at_least=1)
    return np.array([_threshold(rng.random((side, side))) for _ in range(count)])


def spanning_probability(
    sizes: Iterable[int], occupancies: Iterable[float], repeats: int, seed: int
) -> pd.DataFrame:
    """Return how many of `repeats` lattices are spanned, by size and occupancy.

    Columns: size, occupancy, spanning (number of lattices with a spanning cluster), n (= repeats).
    All occupancies of a size are judged on the same lattices, so that `spanning` never falls as
    the occupancy rises; for the same reason the points of a curve are not independent, and an
    interval for spanning / n holds for each point by itself. Raises ParameterError.
    """
    levels = _probabilities(list(occupancies), "occupancies")
    if levels.ndim != 1 or levels.size == 0:
        raise ParameterError("occupancies: expected at least one number in [0, 1]")
    tables = []
    for size in sizes:
        # `lattice` occupies a site if its value is below the occupancy, hence side="left".
        thresholds = np.sort(spanning_thresholds(size, repeats, seed))
        spanning = np.searchsorted(thresholds, levels, side="left")
        tables.append(
            pd.DataFrame(
                {"size": size, "occupancy": levels, "spanning": spanning, "n": len(thresholds)}
            )
        )
    if not tables:
        raise ParameterError("sizes: expected at least one lattice size")
    return pd.concat(tables, ignore_index=True)


def answers_with_correlated_errors(p: float, k: int, rho: float, n: int, seed: int) -> pd.DataFrame:
    """Return n answers of k tokens: which tokens are right (bool, columns 1 to k).

    Each token is right with probability p. Any two tokens of an answer have correlation rho in
    [0, 1], because each answer draws its own probability from the Beta distribution with mean p
    and variance rho p (1 - p): some items are easy throughout, others hard. rho = 0: tokens err
    independently; rho = 1: an answer is right or wrong as a whole. The number of right tokens is
    beta-binomial. Raises ParameterError.
    Source: Skellam 1948, Journal of the Royal Statistical Society B 10, 257-261.
    """
    tokens, answers = whole_number(k, "k", at_least=1), whole_number(n, "n", at_least=1)
    mean, correlation = float(_probabilities(p, "p")), float(_probabilities(rho, "rho"))
    rng = np.random.default_rng(whole_number(seed, "seed", at_least=0))
    if correlation == 0 or mean in (0.0, 1.0):
        own = np.full(answers, mean)
    elif correlation == 1:
        own = (rng.random(answers) < mean).astype(float)
    else:
        total = (1 - correlation) / correlation
        own = rng.beta(mean * total, (1 - mean) * total, size=answers)
    right = rng.random((answers, tokens)) < own[:, None]
    return pd.DataFrame(right, columns=range(1, tokens + 1))


def exact_match_with_correlated_errors(
    p: float | np.ndarray, k: int, rho: float | np.ndarray
) -> np.ndarray:
    """Return the probability that all k tokens are right if errors correlate.

    p: probability of one token, rho: correlation of two tokens of an answer, both in [0, 1];
    arrays broadcast. The product over i = 0 .. k-1 of (p (1 - rho) + i rho) / (1 - rho + i rho),
    the chance of k successes of k in the beta-binomial distribution: p**k at rho = 0, p at
    rho = 1. Raises ParameterError. Source: Skellam 1948, as above.
    """
    mean, correlation = _probabilities(p, "p"), _probabilities(rho, "rho")
    result = mean + np.zeros_like(correlation)
    for i in range(1, whole_number(k, "k", at_least=1)):
        result = result * (mean * (1 - correlation) + i * correlation)
        result = result / (1 - correlation + i * correlation)
    return result


def exact_match_by_length(rho: float, longest: int) -> pd.DataFrame:
    """Return exact match against per-token accuracy p for answers of 1 to `longest` tokens.

    Columns: k, p (0 to 1 in steps of 0.02), independent (p**k), exact_match (errors correlated by
    `rho`, see above). Raises ParameterError.
    """
    p = np.linspace(0, 1, 51).round(2)
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "k": k,
                    "p": p,
                    "independent": p**k,
                    "exact_match": exact_match_with_correlated_errors(p, k, rho),
                }
            )
            for k in range(1, whole_number(longest, "longest", at_least=1) + 1)
        ],
        ignore_index=True,
    )


def _threshold(values: np.ndarray) -> float:
    """Return the smallest site value v such that the sites with values up to v span."""
    ordered = np.sort(values, axis=None)
    # A spanning path has at least one site a row, and the full lattice always spans.
    low, high = len(values) - 1, len(ordered) - 1
    while low < high:
        middle = (low + high) // 2
        if _spanning_labels(ndimage.label(values <= ordered[middle])[0]).size:
            high = middle
        else:
            low = middle + 1
    return float(ordered[low])


def _labels(occupied: np.ndarray) -> np.ndarray:
    if not isinstance(occupied, np.ndarray) or occupied.dtype != bool or occupied.ndim != 2:
        raise ParameterError("occupied: expected a two-dimensional boolean array")
    if occupied.size == 0:
        raise ParameterError("occupied: expected at least one site")
    return ndimage.label(occupied)[0]


def _spanning_labels(labels: np.ndarray) -> np.ndarray:
    both = np.intersect1d(labels[0], labels[-1])
    return both[both > 0]


def _generator(seed: int, size: int) -> np.random.Generator:
    """Return the generator of one size: what it draws does not hang on the other sizes asked."""
    return np.random.default_rng([whole_number(seed, "seed", at_least=0), size])


def _probabilities(value: object, name: str) -> np.ndarray:
    array = np.asarray(value, dtype=float)
    if not ((array >= 0) & (array <= 1)).all():
        raise ParameterError(f"{name}: {value!r} is not in [0, 1]")
    return array
