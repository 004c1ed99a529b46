"""Scores whose curve is known, to see whether the instrument finds it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from emergence.errors import ParameterError
from emergence.instrument.curves import RISE
from emergence.views import usable

SHAPES = ("logistic", "gompertz")
SHIFTS = ("normal", "t3")


@dataclass(frozen=True)
class Design:
    """Models to simulate scores of: log10 scales and family of each."""

    x: np.ndarray
    family: np.ndarray

    def __post_init__(self) -> None:
        if len(self.x) != len(self.family):
            raise ParameterError("family: expected one for each model")


@dataclass(frozen=True)
class Truth:
    """What a simulation is told, and the instrument should find out.

    mid: log10 scale of half the rise; width: decades from 10 % to 90 % of it within a family, 0 for
    a jump; floor, ceiling: shares; family_sd: spread of the families' shifts, decades; model_sd:
    that of single models' shifts beside it, which the instrument knows nothing of; dispersion:
    correlation of answers within a model; n: items; shape: of the curve (`gompertz` leaves its
    floor slowly and reaches its ceiling soon); shifts: distribution of family shifts (`t3` is
    Student's t with 3 degrees of freedom, of the same spread).
    """

    mid: float
    width: float
    floor: float
    ceiling: float
    family_sd: float
    dispersion: float
    n: int
    model_sd: float = 0.0
    shape: str = "logistic"
    shifts: str = "normal"

    def __post_init__(self) -> None:
        if self.shape not in SHAPES or self.shifts not in SHIFTS:
            raise ParameterError(f"shape, shifts: found {self.shape!r}, {self.shifts!r}")

    def crossing(self, target: float) -> float:
        """Return log10 of the scale where a typical family reaches the share `target`."""
        share = (target - self.floor) / (self.ceiling - self.floor)
        return self.mid + self.width / RISE * float(_place(np.array(share), self.shape))


def _gompertz() -> tuple[float, float]:
    """Place of half the rise and width from 10 % to 90 % of 1 - exp(-exp(u))."""
    low, half, high = np.log(-np.log1p(-np.array([0.1, 0.5, 0.9])))
    return float(half), float(high - low)


def _place(share: np.ndarray, shape: str) -> np.ndarray:
    """Distance from half the rise, in units of s, where `share` of it is reached."""
    if shape == "logistic":
        return special.logit(share)
    half, width = _gompertz()
    return (np.log(-np.log1p(-share)) - half) / width * RISE


def _height(z: np.ndarray, shape: str) -> np.ndarray:
    if shape == "logistic":
        return special.expit(z)
    half, width = _gompertz()
    return -np.expm1(-np.exp(np.clip(half + z * width / RISE, -50, 5)))


def design(scores: pd.DataFrame, task: str, metric: str, axis: str = "train_flops") -> Design:
    """Return the models with a score of `task` and a known scale, as a design."""
    rows = usable(scores)
    rows = rows[rows["task"].eq(task) & rows["metric"].eq(metric) & rows[axis].notna()]
    rows = rows.drop_duplicates("model")
    return Design(np.log10(rows[axis].to_numpy(dtype=float)), rows["family"].to_numpy(dtype=str))


def simulate(models: Design, truth: Truth, rng: np.random.Generator) -> pd.DataFrame:
    """Return simulated scores: columns model, family, scale, value, n; beta-binomial counts."""
    names, code = np.unique(models.family, return_inverse=True)
    if truth.shifts == "t3":
        shifts = rng.standard_t(3, len(names)) * truth.family_sd / np.sqrt(3)
    else:
        shifts = rng.normal(0, truth.family_sd, len(names))
    moved = models.x - shifts[code] - rng.normal(0, truth.model_sd, len(code))
    s = max(truth.width, 1e-6) / RISE
    up = _height(np.clip((moved - truth.mid) / s, -500, 500), truth.shape)
    mu = truth.floor + (truth.ceiling - truth.floor) * up
    share = mu
    if truth.dispersion > 0:
        precision = 1 / truth.dispersion - 1
        a, b = np.maximum(mu * precision, 1e-9), np.maximum((1 - mu) * precision, 1e-9)
        share = rng.beta(a, b)
    value = rng.binomial(truth.n, np.clip(share, 0, 1)) / truth.n
    return pd.DataFrame(
        {
            "model": [f"model-{number}" for number in range(len(value))],
            "family": models.family,
            "scale": 10.0**models.x,
            "value": value,
            "n": truth.n,
        }
    )
