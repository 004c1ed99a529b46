"""Does the instrument find a curve that is known? Simulated scores on the models of the book.

`python -m benchmarks.recovery` writes `benchmarks/recovery.csv` and `recovery.md`; see there for
what the columns mean.
"""

from __future__ import annotations

import argparse
import itertools
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from emergence import tables
from emergence.instrument import curves, thresholds
from emergence.instrument.cases import rounded
from emergence.instrument.resampling import interval
from emergence.instrument.sharpness import below
from emergence.instrument.simulated import Design, Truth, design, simulate
from emergence.scaling import FLOOR, presence

FOLDER = Path(__file__).parent
DESIGNS = (("word_unscramble", "exact_match"), ("persian_qa", "accuracy"), ("gsm8k", "exact_match"))
WIDTHS, FLOORS, FAMILY_SDS = (0.3, 1.0, 3.0), (0.0, 0.25), (0.0, 0.25, 0.5)
ITEMS = (250, 500, 1000, 2000)
SHARP = 1.0
"""Limit of the verdict on sharpness, decades."""

REPLICATES = 400
CONDITIONS = ("width", "floor", "ceiling", "family_sd", "dispersion", "n")
GROUPS = {
    "matched": {},
    "scores_without_items": {},
    "few_families": {},
    "jump": {"width": 0.0},
    "shifts_of_heavy_tails": {"shifts": "t3"},
    "shifts_of_models": {"model_sd": 0.2},
    "asymmetric_curve": {"shape": "gompertz"},
}
"""Kinds of truth that rise: the instrument's own model, the same without numbers of items, and on
the models of only 8 families; a jump; and three kinds that it is wrong about."""

FEW = 8


def truths(repeats: int, rng: np.random.Generator, **changes: object) -> Iterator[Truth]:
    """Yield truths over all widths, floors, family spreads and numbers of items."""
    for width, floor, spread, n in itertools.product(WIDTHS, FLOORS, FAMILY_SDS, ITEMS):
        for _ in range(repeats):
            truth = Truth(
                mid=rng.uniform(21.5, 23.5),
                width=width,
                floor=floor,
                ceiling=rng.choice([0.6, 0.95, 1.0]),
                family_sd=spread,
                dispersion=rng.choice([0.005, 0.03, 0.1]),
                n=n,
            )
            yield replace(truth, **changes)


def measured(
    models: Design, truth: Truth, rng: np.random.Generator, seed: int, counted: bool = True
) -> dict:
    """Simulate one data set, measure it and set the result beside the truth.

    counted: whether the instrument is told how many items a score counts.
    """
    rows = simulate(models, truth, rng)
    if not counted:
        rows = rows.assign(n=np.nan)
    found = curves.fit(rows, "scale", truth.floor, replicates=REPLICATES, seed=seed)
    level = truth.floor or FLOOR
    place, low, high, status = thresholds.threshold(found, level)
    target = truth.crossing(level + thresholds.MARGIN)
    row = {"status": found.status, "threshold_status": status, "sharp": "unclear"}
    if status == "ok":
        row |= {"error_threshold": place - target, "in_threshold": low <= target <= high}
    if found.status == "ok":
        low, high = interval(curves.mid(found.replicates))
        row |= {
            "error_mid": curves.mid(found.theta) - truth.mid,
            "in_mid": low <= truth.mid <= high,
        }
        low, high = interval(curves.width(found.replicates))
        row |= {"sharp": below(low, high, SHARP), "width_found": curves.width(found.theta)}
        if truth.width > 0:
            row |= {"in_width": low <= truth.width <= high}
            row |= {"error_width": np.log10(curves.width(found.theta) / truth.width)}
    return row


def some_families(models: Design, count: int, rng: np.random.Generator) -> Design:
    """Return the models of `count` families drawn from a design."""
    names = np.unique(models.family)
    kept = np.isin(models.family, rng.choice(names, count, replace=False))
    return Design(models.x[kept], models.family[kept])


def rising(designs: list[Design], repeats: dict[str, int], seed: int) -> pd.DataFrame:
    """Return a row a simulated data set that rises."""
    rng = np.random.default_rng(seed)
    rows = []
    for group, changes in GROUPS.items():
        cells = list(truths(repeats[group], rng, **changes))
        if group == "jump":  # which has no width to vary
            cells = cells[:: len(WIDTHS)]
        for number, truth in enumerate(cells):
            models = designs[rng.integers(len(designs))]
            if group == "few_families":
                models = some_families(models, FEW, rng)
            counted = group != "scores_without_items"
            row = measured(models, truth, rng, number, counted)
            rows.append({"group": group, **vars(truth)} | row)
    return pd.DataFrame(rows)


def unrelated(
    models: Design, floor: float, dispersion: float, n: int, above: bool, rng: np.random.Generator
) -> pd.DataFrame:
    """Simulate scores that scale has nothing to do with: at the floor, or of able families."""
    names, code = np.unique(models.family, return_inverse=True)
    share = np.full(len(code), max(floor, 0.01))
    if above:
        able = 1 / (1 + np.exp(0.4 - rng.normal(0, 0.5, len(names))))
        share = floor + (1 - floor) * able[code]
    if dispersion:
        precision = 1 / dispersion - 1
        share = rng.beta(share * precision, (1 - share) * precision)
    columns = {"model": [f"model-{i}" for i in range(len(code))], "family": models.family}
    scores = pd.DataFrame(columns | {"scale": 10.0**models.x, "n": n, "note": pd.NA})
    return scores.assign(value=rng.binomial(n, share) / n)


def flat(designs: list[Design], count: int, seed: int) -> pd.DataFrame:
    """Return a row a simulated data set that does not rise, at its floor or somewhere above it."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        above = bool(number % 2)
        truth = {
            "floor": float(rng.choice(FLOORS)),
            "dispersion": float(rng.choice([0.0, 0.005])),
            "n": int(rng.choice(ITEMS)),
        }
        models = designs[rng.integers(len(designs))]
        scores = unrelated(models, **truth, above=above, rng=rng)
        found = curves.fit(scores, "scale", truth["floor"], replicates=REPLICATES, seed=number)
        level = truth["floor"] or FLOOR
        *_, status = thresholds.threshold(found, level)
        row = truth | {
            "group": "flat_above_floor" if above else "flat_at_floor",
            "sharp": "unclear",
        }
        row |= {"status": found.status, "threshold_status": status}
        if not above:
            row["any_model_present"] = bool(presence(scores, level)["present"].fillna(False).any())
        rows.append(row)
    return pd.DataFrame(rows)


def _share(values: pd.Series) -> tuple[float, float, int]:
    known = values.dropna().astype(float)
    if known.empty:
        return float("nan"), float("nan"), 0
    share = known.mean()
    # Agresti and Coull's error, which is not 0 where the share is 0 or 1.
    kept = (known.sum() + 2) / (len(known) + 4)
    return share, float(np.sqrt(kept * (1 - kept) / (len(known) + 4))), len(known)


def _summary(sets: pd.DataFrame) -> dict[str, float]:
    row: dict[str, float] = {"data_sets": len(sets)}
    reported = {
        "reported": sets["status"].eq("ok"),
        "threshold_reported": sets["threshold_status"].eq("ok"),
        "sharp_yes": sets["sharp"].eq("yes"),
        "sharp_no": sets["sharp"].eq("no"),
    }
    for name in ("mid", "width", "threshold"):
        if f"in_{name}" in sets:
            reported[f"coverage_{name}"] = sets[f"in_{name}"]
    if "any_model_present" in sets:
        reported["any_model_present"] = sets["any_model_present"]
    for name, values in reported.items():
        row[name], row[f"{name}_error"], _ = _share(values)
    for name in ("mid", "width", "threshold"):
        errors = sets.get(f"error_{name}", pd.Series(dtype=float)).dropna().astype(float)
        row[f"bias_{name}"] = errors.median() if len(errors) else float("nan")
        row[f"typical_error_{name}"] = errors.abs().median() if len(errors) else float("nan")
    return row


def summary(sets: pd.DataFrame) -> pd.DataFrame:
    """Return a row a group, and within `matched` one for each value of each condition."""
    rows = []
    for group, part in sets.groupby("group", sort=False):
        rows.append({"group": group, "condition": "all", "value": "all"} | _summary(part))
        conditions = {"matched": CONDITIONS, "flat_at_floor": ("dispersion",)}
        for name in conditions.get(group, ()):
            for value, cell in part.groupby(name):
                about = {"group": group, "condition": name, "value": f"{value:g}"}
                rows.append(about | _summary(cell))
    return rounded(pd.DataFrame(rows), 4)


def run(scale: float = 1.0, seed: int = 1) -> pd.DataFrame:
    """Return every simulated data set; `scale` 1 is the published size."""
    scores = tables.scores_with_models()
    designs = [design(scores, task, metric) for task, metric in DESIGNS]
    repeats = dict.fromkeys(GROUPS, max(1, round(2 * scale)))
    repeats["matched"] = max(1, round(15 * scale))
    risen = rising(designs, repeats, seed)
    return pd.concat([risen, flat(designs, max(8, round(300 * scale)), seed + 1)])


def main(arguments: Iterable[str] | None = None) -> None:
    """Write the summary of the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the published size")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=FOLDER / "recovery.csv")
    chosen = parser.parse_args(arguments)
    begun = time.process_time()
    sets = run(chosen.scale, chosen.seed)
    spent = time.process_time() - begun
    written = chosen.out.with_suffix(".part")
    summary(sets).to_csv(written, index=False, lineterminator="\n")
    os.replace(written, chosen.out)
    each = 1000 * spent / len(sets)
    print(f"{len(sets)} data sets, {spent:.1f} s of CPU, {each:.0f} ms each")


if __name__ == "__main__":
    main()
