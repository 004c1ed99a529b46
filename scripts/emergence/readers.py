"""Readers' own models as the chapters take them: beside the book's models, among them, or not."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from emergence import paths, views
from emergence.own import models
from emergence.scaling import wilson
from emergence.views import MAIN_SETTING, SETTING, up_to

Mode = Literal["beside", "included", "left_out"]
"""Drawn and told beside the book's models; counted among them as well; not shown."""

OWN_ITEMS = "own_items"
"""Flag of scores on items of the book's own making, which are not those of the public test."""

KEYS = ["task", *SETTING]
_LEAST = 0.975  # normal quantile of a 95 % interval


class Readers(NamedTuple):
    """scores: what statistics use, as `tables.scores_with_models`; where own models are included,
    with a column `own`. own: readers' rows, with the columns of `scores` and those below.

    `own`: true; `place`: number of the model among all own ones, from 0; `shown`: its name, short
    and like no other's; `flags`: what sets the run apart, as codes separated by semicolons, missing
    where it is comparable; `note`: the first of them; `low`, `high`: 95 % interval, missing where
    nothing tells it; `lm_eval_task`, `lm_eval_name`.
    """

    scores: pd.DataFrame
    own: pd.DataFrame


def with_readers(
    scores: pd.DataFrame, mode: Mode, max_params: float | None = None, root: Path = paths.OWN
) -> Readers:
    """Return the book's scores and those of readers' models, as `mode` says.

    scores: `tables.scores_with_models`. max_params: as `views.up_to`; an own model of unknown size
    is then left out. A row that is not comparable, of a model without parameters, or of weights
    that the book has a score of already never enters `scores`. Raises ParameterError as
    `views.up_to`, and DataError for a damaged folder of a model.
    """
    book = up_to(scores, max_params)
    own = _own_rows(scores, root) if mode != "left_out" else _nothing(scores)
    if max_params is not None:
        own = own[own["params_total"].le(max_params)]
    if mode != "included":
        return Readers(book, own)
    known = book[["model", *KEYS]].rename(columns={"model": "lm_eval_name"}).assign(again=True)
    pairs = own.merge(known.drop_duplicates(), how="left", on=["lm_eval_name", *KEYS])
    again = pairs["again"].eq(True).to_numpy() & own["revision"].isna().to_numpy()
    entering = own[own["note"].isna() & own["params_active"].notna() & ~again]
    entering = _on_curves(entering.drop_duplicates(["model", *KEYS]), book)
    joined = pd.concat([book, entering[list(book.columns)].astype(book.dtypes)])
    marked = np.repeat([False, True], [len(book), len(entering)])
    return Readers(joined.assign(own=marked).reset_index(drop=True), own)


def _on_curves(own: pd.DataFrame, book: pd.DataFrame) -> pd.DataFrame:
    """Own rows with the number of shots that the book's rows of their setting have, told or not:
    they belong on one curve, as `data/lm_eval_tasks.csv` says."""
    first = book.drop_duplicates(KEYS)[[*KEYS, "shots"]].assign(known=True)
    pairs = own[KEYS].merge(first, how="left", on=KEYS, validate="m:1").set_axis(own.index)
    return own.assign(shots=pairs["shots"].where(pairs["known"].eq(True), own["shots"]))


def counted(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of own models that statistics use; none unless they are included."""
    return scores[scores["own"]] if "own" in scores else scores.iloc[:0]


def of_setting(own: pd.DataFrame, task: str, *setting: str) -> pd.DataFrame:
    """Return own rows of a task under one metric, prompting and answer filter; there may be none.

    setting: as `views.setting` takes it; all settings where it is left out.
    """
    rows = own[own["task"].eq(task)]
    return rows[(rows[SETTING] == list(setting)).all(axis=1)] if setting else rows


def of_main(own: pd.DataFrame, tasks: Iterable[str]) -> pd.DataFrame:
    """Return own rows of the settings in which the book shows these tasks."""
    kept = [of_setting(own, task, *MAIN_SETTING[task]) for task in tasks if task in MAIN_SETTING]
    return pd.concat([own.iloc[:0], *kept])


def like(own: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return own rows of the task and the setting that `rows`, if there are any, have."""
    return own.merge(rows[KEYS].drop_duplicates(), on=KEYS)


def gains(own: pd.DataFrame, task: str) -> pd.DataFrame:
    """Return `views.gains` of own models on one task; no rows where none has two promptings."""
    rows = own[own["task"].eq(task) & own["filter"].eq("flexible") & ~_own_items(own)]
    rows = rows[rows["prompting"].isin(views.PROMPTINGS)]
    return views.gains(views.by_prompting(rows, task)) if len(rows) else _no_gains(own)


def bbh_gains(own: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Return the gains of own models on BIG-Bench Hard, of those that have all its tasks."""
    rows = _whole_bbh(own, scores)
    rows = rows[rows["filter"].eq("flexible")]
    return views.gains(views.bbh_means(rows)) if len(rows) else _no_gains(own)


def bbh_filters(own: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Return `views.bbh_filters` of own models, of those that have all tasks of it."""
    rows = _whole_bbh(own, scores)
    if set(rows["filter"]) < {"strict", "flexible"}:
        return own.iloc[:0].assign(strict=np.nan, flexible=np.nan)
    return views.bbh_filters(rows)


def _whole_bbh(own: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Own rows of BIG-Bench Hard, of models, promptings and filters that have every task."""
    named = scores["task"].str.startswith("bbh_")
    rows = own[own["task"].str.startswith("bbh_").astype(bool)].assign(low=np.nan, high=np.nan)
    found = rows.groupby(["model", "prompting", "filter"])["task"].transform("nunique")
    return rows[found.eq(scores.loc[named, "task"].nunique())]


def _no_gains(own: pd.DataFrame) -> pd.DataFrame:
    return own.iloc[:0].assign(value_baseline=np.nan, gain=np.nan)


def in_shares(own: pd.DataFrame) -> pd.DataFrame:
    """Return own rows with BLEU as shares of its best score, 100; others as they are."""
    best = np.where(own["metric"].eq("bleu"), 100.0, 1.0)
    return own.assign(**{name: own[name] / best for name in ("value", "low", "high")})


def of_source(scores: pd.DataFrame, source: str) -> pd.DataFrame:
    """Return the rows of one source, and those of included models in the same settings."""
    rows = scores[scores["source"].eq(source)]
    return pd.concat([rows, like(counted(scores), rows)[list(rows.columns)]])


def with_models(book: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Return the table `models` with the models that are included in `scores`."""
    entering = counted(scores).drop_duplicates("model")
    return pd.concat([book, entering.reindex(columns=book.columns).astype(book.dtypes)])


def _nothing(scores: pd.DataFrame) -> pd.DataFrame:
    return _columns(models.scores_with_models(paths.OWN / ".none"), scores)


def _own_rows(scores: pd.DataFrame, root: Path) -> pd.DataFrame:
    found = _columns(models.scores_with_models(root), scores)
    # Of two runs of one setting the comparable one, then the larger.
    ordered = found.assign(apart=found["note"].notna(), items=-found["n"].fillna(0).astype(int))
    ordered = ordered.sort_values(["place", *KEYS, "apart", "items", "lm_eval_task"], kind="stable")
    first = ~ordered.assign(items=_own_items(ordered)).duplicated(["model", *KEYS, "items"])
    return ordered[first].drop(columns=["apart", "items"]).reset_index(drop=True)


def _own_items(rows: pd.DataFrame) -> pd.Series:
    return rows["flags"].fillna("").str.split(";").map(lambda flags: OWN_ITEMS in flags)


def _columns(found: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Own rows with the columns that the book's have, and those of `Readers`."""
    place = {model: at for at, model in enumerate(sorted(found["model"].unique()))}
    named = models.shown_names(found.drop_duplicates("model"))
    added = {
        "note": found["flags"].str.split(";").str[0].astype("string"),
        "family": found["family"].fillna(found["name"]),
        "lineage": "other",
        "prompt": pd.NA,
        "rounded": False,
        "code_model": False,
    }
    rows = found.assign(**added).reindex(columns=scores.columns).astype(scores.dtypes)
    low, high = _intervals(found)
    more = ["flags", "lm_eval_task", "lm_eval_name", "revision"]
    return rows.assign(
        own=True,
        place=found["model"].map(place).astype("int64"),
        shown=found["model"].map(named).astype("string"),
        low=low,
        high=high,
        **{name: found[name] for name in more},
    )


def _intervals(found: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Wilson intervals of counts; of other scores as wide as their reported standard errors say."""
    n = found["n"].astype("float64").where(found["successes"].notna())
    low, high = wilson(found["successes"].astype("float64"), n)
    half = stats.norm.ppf(_LEAST) * found["stderr"].astype("float64")
    best = np.where(found["metric"].eq("bleu"), 100.0, 1.0)
    # Perplexity has no best value above.
    bounded = ~found["metric"].eq("perplexity").to_numpy()
    highest = np.where(bounded, np.minimum(found["value"] + half, best), found["value"] + half)
    known = n.notna().to_numpy()
    return (
        np.where(known, low, np.maximum(found["value"] - half, 0)),
        np.where(known, high, highest),
    )
