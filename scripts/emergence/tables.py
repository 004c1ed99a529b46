"""Reading the book's tables: validated once here, trusted everywhere else."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from emergence import paths
from emergence.errors import DataError
from emergence.i18n import DATA, SOURCE, translated
from emergence.schemas import TableDescription, faults, read_descriptions

STEP_TOKENS = 2_097_152
"""Tokens of one Pythia training step (Biderman et al. 2023, section 2.2)."""


def read_table(name: str, folder: Path = paths.DATA, *, lang: str = SOURCE) -> pd.DataFrame:
    """Return the table `name` of `datapackage.json`, typed and validated.

    lang: language of the columns that the description marks as translated. Raises DataError, one
    line a fault, when the file does not hold what its description promises, and TranslationError
    for a text without translation.
    """
    descriptions = read_descriptions(folder / paths.DATAPACKAGE.name)
    if name not in descriptions:
        raise DataError(f"{name}: no such table; there are {', '.join(descriptions)}")
    description = descriptions[name]
    found = faults(description, folder)
    if found:
        raise DataError("\n".join(found))
    table = typed(description, folder)
    words = {
        c.name: table[c.name].map(
            partial(translated, lang=lang, domain=DATA, context=f"{name}.{c.name}"),
            na_action="ignore",
        )
        for c in description.columns
        if c.translated and lang != SOURCE
    }
    return table.assign(**{column: text.astype("string") for column, text in words.items()})


def typed(description: TableDescription, folder: Path) -> pd.DataFrame:
    """Read a table that is known to be valid, with the column types of its description."""
    dtypes = {"string": "string", "integer": "Int64", "number": "float64", "boolean": "boolean"}
    types = {c.name: dtypes.get(c.type, "string") for c in description.columns}
    return pd.read_csv(
        folder / description.path, dtype=types, keep_default_na=False, na_values=[""]
    )


def data_package(folder: Path = paths.DATA, *, lang: str = SOURCE) -> dict[str, Any]:
    """Return the content of `datapackage.json`, the tables' descriptions in the language `lang`."""
    package = json.loads((folder / paths.DATAPACKAGE.name).read_text(encoding="utf-8"))
    told = [(r["description"], f"{r['name']}.description") for r in package["resources"]]
    texts = [translated(text, lang, DATA, context) for text, context in told]
    pairs = zip(package["resources"], texts, strict=True)
    return package | {"resources": [r | {"description": text} for r, text in pairs]}


def scores_with_models(folder: Path = paths.DATA) -> pd.DataFrame:
    """Return `scores` joined with `models`: one row a score, with parameters and training FLOPs.

    The columns `note` and `source` are the score's; the model's are `model_note`, `model_source`.
    """
    models = read_table("models", folder).rename(
        columns={"note": "model_note", "source": "model_source", "reference": "model_reference"}
    )
    return read_table("scores", folder).merge(models, on="model", how="left", validate="m:1")


def checkpoints_with_models(folder: Path = paths.DATA) -> pd.DataFrame:
    """Return `checkpoints` joined with `models`.

    `train_flops` is that of the checkpoint, 6 * N * step * 2,097,152 (an estimate; 0 at step 0).
    """
    models = read_table("models", folder)[["model", "name", "family", "params_active"]]
    table = read_table("checkpoints", folder).merge(models, on="model", how="left", validate="m:1")
    tokens = table["step"].astype("float64") * STEP_TOKENS
    return table.assign(tokens=tokens, train_flops=6 * table["params_active"] * tokens)


def label(kind: str, code: str, labels: pd.DataFrame) -> str:
    """Return what a reader sees for a code. Raises DataError for a code without a label."""
    found = labels.loc[labels["kind"].eq(kind) & labels["id"].eq(code), "name"]
    if found.empty:
        raise DataError(f"data/labels.csv: id: no {kind} {code!r}")
    return str(found.iloc[0])
