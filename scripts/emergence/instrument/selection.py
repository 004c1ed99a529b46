"""Which method forecasts: chosen by rolling cutoffs, before the models above 8.4e22 FLOPs are seen.

The rule: only models of at most 8.4e22 known training FLOPs exist. At each of the ROLLING cutoffs
every candidate learns from the models below and predicts the rest. Its error on a metric is the
mean, over the cutoffs, of the mean absolute error there; its score the geometric mean over the
eight metrics, so that each counts by proportion and not by its size. The candidate of least score
is chosen, one for each axis and all metrics. Forecasts that any candidate of the axis or the
constant refuses count for none. Run as a module, it writes the outcome.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from emergence import paths
from emergence.errors import DataError
from emergence.instrument.axes import AXES, Panel, panel
from emergence.instrument.forecasts import CUTOFF, forecast
from emergence.instrument.methods import ALL_BASELINES, CANDIDATES, Method
from emergence.instrument.scored import table
from emergence.tables import read_table, scores_with_models

ROLLING = (2.5e21, 5.5e21, 1e22, 1.5e22, 2.3e22, 4.1e22, 6e22)
"""Cutoffs in training FLOPs, all below 8.4e22; each leaves at least nine models to predict."""

CHOICE = paths.DATA / "forecast_method.json"
"""The outcome, kept: which method was chosen on each axis, and on which errors."""


def rolling(seen: Panel) -> pd.DataFrame:
    """Return the errors of baselines and candidates at the rolling cutoffs, test set `above`.

    Columns as `scored.table`. Raises DataError when a model of more than 8.4e22 FLOPs, or of
    unknown FLOPs, is among those seen.
    """
    if not (seen.flops <= CUTOFF).all():
        raise DataError(f"train_flops: found a model not known to have at most {CUTOFF:g}")
    found = forecast(seen, ROLLING, ALL_BASELINES + CANDIDATES)
    rows = table(seen, found, ROLLING)
    return rows[rows["test_set"].eq("above")].reset_index(drop=True)


def errors(rows: pd.DataFrame, axis: str) -> pd.DataFrame:
    """Return mean absolute errors over the cutoffs: a row a method, a column a metric.

    Candidates of the axis, and all baselines that converged at every cutoff that counts.
    """
    able = rows[rows["axis"].eq(axis) | rows["baseline"]]
    cell = ["task", "metric", "cutoff_flops"]
    own = able[~able["baseline"] | able["method"].eq("constant")]
    refused = own[own["mae"].isna()].set_index(cell).index
    able = able[~pd.MultiIndex.from_frame(able[cell]).isin(refused)]
    usable = able[~able["baseline"] | able["converged"].fillna(False)]
    names = usable["method"].where(~usable["baseline"], usable["method"] + "/" + usable["axis"])
    groups = usable.assign(name=names).groupby(["name", "task", "metric"], sort=True)["mae"]
    whole = groups.count().unstack([1, 2])
    return groups.mean().unstack([1, 2]).where(whole.eq(whole.max()))


def choose(scores: pd.DataFrame, tasks: pd.DataFrame) -> dict[str, Any]:
    """Return the chosen method of each axis with all rolling errors, ready for JSON.

    scores, tasks: the whole tables; only models of at most 8.4e22 known FLOPs are read.
    """
    rows = rolling(panel(scores, tasks, highest=CUTOFF))
    outcome: dict[str, Any] = {"cutoff_flops": CUTOFF, "rolling_cutoffs": list(ROLLING), "axes": {}}
    for axis in AXES:
        means = errors(rows, axis)
        told = means[~means.index.str.contains("/")]
        score = np.exp(np.log(told).mean(axis=1))
        best = means[means.index.str.contains("/")].min()
        outcome["axes"][axis] = {
            "chosen": str(score.idxmin()),
            "candidates": {
                str(name): {
                    "score": _short(score[name]),
                    "better_than_every_baseline": int((told.loc[name] < best).sum()),
                    "mae": _by_metric(told.loc[name]),
                }
                for name in told.index
            },
            "best_converged_baseline": _by_metric(best),
        }
    return outcome


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def _by_metric(values: pd.Series) -> dict[str, float]:
    return {"/".join(pair): _short(value) for pair, value in values.items()}


def chosen(outcome: dict[str, Any]) -> tuple[Method, ...]:
    """Return the methods that an outcome names, one for each axis.

    Raises DataError for a method that is no candidate.
    """
    known = {(m.axis, m.name): m for m in CANDIDATES}
    found = []
    for axis in AXES:
        name = outcome["axes"][axis]["chosen"]
        if (axis, name) not in known:
            raise DataError(f"{CHOICE.name}: axes/{axis}/chosen: found no candidate {name!r}")
        found.append(known[axis, name])
    return tuple(found)


def read_choice(path: Path = CHOICE) -> dict[str, Any]:
    """Return the kept outcome. Raises DataError when the file is missing or no JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"data/{path.name}: the file is missing") from None
    except json.JSONDecodeError as error:
        raise DataError(f"data/{path.name}:{error.lineno}: not JSON: {error.msg}") from None


def write_choice(path: Path = CHOICE) -> None:
    """Choose on the book's own tables and keep the outcome."""
    text = json.dumps(choose(scores_with_models(), read_table("tasks")), indent=2) + "\n"
    draft = path.with_suffix(".tmp")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, path)


if __name__ == "__main__":
    write_choice()
