"""Readers' own models, for whoever shows them beside the book's."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from emergence import paths
from emergence.own import store


class Own(NamedTuple):
    """The tables `own_models`, `own_scores`, `own_samples` and `own_answers` of
    `data/own/datapackage.json`, all models together; without rows where there are none."""

    models: pd.DataFrame
    scores: pd.DataFrame
    samples: pd.DataFrame
    answers: pd.DataFrame


def read(root: Path = paths.OWN) -> Own:
    """Return all models that readers have added, typed and validated.

    Texts in them are untrusted: whoever shows them must escape them. They enter no fit. Raises
    DataError, one line a fault, where a table is not as it is described.
    """
    every = [store.read_folder(folder) for folder in store.folders(root)]
    return Own(*(_joined(name, every) for name in store.TABLES))


def _joined(name: str, every: list[dict[str, pd.DataFrame]]) -> pd.DataFrame:
    if every:
        return pd.concat([tables[name] for tables in every], ignore_index=True)
    types = {"string": "string", "integer": "Int64", "number": "float64", "boolean": "boolean"}
    columns = store.described()[name].columns
    return pd.DataFrame({c.name: pd.Series(dtype=types[c.type]) for c in columns})


def scores_with_models(root: Path = paths.OWN) -> pd.DataFrame:
    """Return the scores joined with their models, as `tables.scores_with_models` has the book's.

    The model's columns follow the score's; a model without parameters or FLOPs has none there.
    """
    own = read(root)
    return own.scores.merge(own.models, on="model", how="left", validate="m:1")


NAME = 28
"""Characters that a name has where it stands in a chart."""


def shown_names(models: pd.DataFrame) -> pd.Series:
    """Return what charts call each of the models, by identifier: short, and like no other's."""
    told: dict[str, str] = {}
    for model, name in models.set_index("model")["name"].sort_index().items():
        short = name if len(name) <= NAME else f"{name[: NAME - 1].rstrip()}…"
        same = sum(other == short or other.startswith(f"{short} (") for other in told.values())
        told[str(model)] = f"{short} ({same + 1})" if same else short
    return pd.Series(told, dtype="string").rename_axis("model").rename("name")
