"""The answers of readers' own models under several metrics, for the page of one task."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from emergence import paths
from emergence.own import models
from emergence.own.models import Own, shown_names
from emergence.scaling import wilson

RUN = ["model", "lm_eval_task", "shots", "prompting", "filter"]
"""Columns that tell one set of answers."""

READINGS = (
    ("exact_match", "filtered"),
    ("exact_match", "stripped"),
    ("exact_match", "raw"),
    ("normalised_token_edit_distance", "stripped"),
    ("bleu", "filtered"),
    ("token_edit_distance", "stripped"),
    ("accuracy", "choices"),
    ("accuracy", "length_normalised"),
    ("accuracy", "target"),
    ("mc2", "choices"),
    ("choice_log_probability", "choices"),
    ("log_likelihood", "target"),
    ("brier_score", "choices"),
    ("perplexity", "target"),
)
"""Metrics with what of the answers they read, in the order in which they are shown."""

_RIGHT = {"exact_match", "accuracy"}
_LOGARITHMS = {"choice_log_probability", "log_likelihood"}
_Z = float(stats.norm.ppf(0.975))
_EXACT = 1e-6


def answers(mode: str, max_params: float | None = None, root: Path = paths.OWN) -> Own:
    """Return the tables of own models that a page shows: none where `mode` is `left_out`.

    max_params: as `up_to`. Raises DataError for a damaged folder of a model.
    """
    own = up_to(models.read(root), max_params)
    return Own(*(table.iloc[:0] for table in own)) if mode == "left_out" else own


def up_to(own: Own, max_params: float | None) -> Own:
    """Return the tables of own models with at most so many parameters in all; None keeps all.

    A model of unknown size is left out where there is a limit.
    """
    if max_params is None:
        return own
    kept = set(own.models.loc[own.models["params_total"].le(max_params), "model"])
    return Own(*(table[table["model"].isin(kept)] for table in own))


def of_task(own: Own, task: str) -> pd.DataFrame:
    """Return the scored answers of a task: `own_samples` with what charts call the models.

    Added: name; low and high, the 95 % interval of value, where it has one: Wilson's of counts of
    right answers, else from the standard error; share, share_low, share_high: the score as a share
    of the best one, missing for metrics without a best and a worst score; place of the metric.
    """
    rows = _named(own.samples, own, task)
    order = {reading: place for place, reading in enumerate(READINGS)}
    pairs = list(zip(rows["metric"], rows["reading"], strict=True))
    rows = rows.assign(place=np.array([order[pair] for pair in pairs], dtype="int64"))
    rows = rows.sort_values(["name", *RUN, "place"]).reset_index(drop=True)
    return _with_shares(_with_intervals(rows))


def _named(table: pd.DataFrame, own: Own, task: str) -> pd.DataFrame:
    rows = table[table["task"].eq(task)]
    return rows.assign(name=rows["model"].map(shown_names(own.models)).astype("string"))


def _with_intervals(rows: pd.DataFrame) -> pd.DataFrame:
    n = rows["n"].astype("float64")
    count = rows["value"] * n
    counted = rows["metric"].isin(_RIGHT) & (count - count.round()).abs().lt(_EXACT * n)
    low, high = wilson(count.round().where(counted), n.where(counted))
    half = _Z * rows["stderr"]
    return rows.assign(
        low=np.where(counted, low, rows["value"] - half),
        high=np.where(counted, high, rows["value"] + half),
    )


def _with_shares(rows: pd.DataFrame) -> pd.DataFrame:
    ends = {"share": rows["value"], "share_low": rows["low"], "share_high": rows["high"]}
    kinds = rows["metric"]
    logarithm = kinds.isin(_LOGARITHMS)
    turned = kinds.eq("normalised_token_edit_distance")
    plain = kinds.isin(_RIGHT | {"mc2"})

    def share(values: pd.Series) -> pd.Series:
        found = values.where(plain).astype("float64")
        found = found.mask(kinds.eq("bleu"), values / 100).mask(turned, 1 - values)
        return found.mask(logarithm, np.exp(values.where(logarithm).fillna(0))).clip(0, 1)

    shares = {name: share(values) for name, values in ends.items()}
    swapped = {"share_low": shares["share_high"], "share_high": shares["share_low"]}
    # A distance from the best score grows where the share falls, and so do its ends.
    ordered = {name: shares[name].mask(turned, other) for name, other in swapped.items()}
    return rows.assign(**(shares | ordered))


def wide(rows: pd.DataFrame) -> pd.DataFrame:
    """Return `of_task` with a row a set of answers and a column a reading, such as
    `exact_match_raw`, each the share or, where there is none, the value.

    Columns besides: those of RUN, name, n, flags.
    """
    keys = [*RUN, "name", "n"]
    shown = rows.assign(
        reading=rows["metric"] + "_" + rows["reading"],
        share=rows["share"].fillna(rows["value"]),
        flags=rows["flags"].fillna(""),
    )
    found = shown.pivot(index=[*keys, "flags"], columns="reading", values="share")
    names = [f"{metric}_{reading}" for metric, reading in READINGS]
    return found.reindex(columns=names).reset_index().sort_values(["name", *RUN])


def sampled(own: Own, task: str) -> pd.DataFrame:
    """Return the sample answers of a task: `own_answers` with what charts call the models."""
    rows = _named(own.answers, own, task)
    return rows.sort_values(["name", *RUN, "part", "item", "place"]).reset_index(drop=True)
