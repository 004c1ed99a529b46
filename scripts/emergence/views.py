"""The rows a chapter talks about: selections and pairings of the tables, without statistics."""

from __future__ import annotations

import pandas as pd

from emergence.errors import DataError, ParameterError

MAIN_SETTING = {
    "persian_qa": ("accuracy", "few_shot", "none"),
    "word_unscramble": ("exact_match", "few_shot", "none"),
    "ipa_transliterate": ("exact_match", "few_shot", "none"),
    "arithmetic_2da": ("exact_match", "few_shot", "none"),
    "arithmetic_2dm": ("exact_match", "few_shot", "none"),
    "arithmetic_3da": ("exact_match", "few_shot", "none"),
    "arithmetic_3ds": ("exact_match", "few_shot", "none"),
    "truthfulqa": ("mc2", "standard", "none"),
    "mmlu": ("macro_accuracy", "standard", "none"),
    "wic": ("accuracy", "direct", "none"),
    "gsm8k": ("exact_match", "chain_of_thought", "flexible"),
}
"""Metric, prompting and filter in which the book shows a task, where it shows only one."""

SETTING = ["metric", "prompting", "filter"]
"""Columns that tell the ways in which a task is scored."""

PROMPTINGS = ("direct", "zero_shot_chain_of_thought", "chain_of_thought", "self_consistency")


# Pythia's authors trained every size twice, once on data freed of near-duplicates.
DEDUPLICATED = "-deduped"


def task_row(tasks: pd.DataFrame, task: str) -> pd.Series:
    """Return the row of `tasks` for one task. Raises DataError for an unknown task."""
    found = tasks[tasks["task"].eq(task)]
    if found.empty:
        raise DataError(f"tasks: task: no {task!r}; there are {', '.join(tasks['task'])}")
    return found.iloc[0]


def up_to(table: pd.DataFrame, max_params: float | None) -> pd.DataFrame:
    """Return the rows of models with at most `max_params` parameters in all; None keeps every row.

    Raises ParameterError when nothing is left.
    """
    if max_params is None:
        return table
    kept = table[table["params_total"].le(max_params)]
    if kept.empty:
        raise ParameterError(f"max_params: found {max_params:g}; no model is that small")
    return kept


def setting(
    scores: pd.DataFrame, task: str, metric: str, prompting: str, answer_filter: str
) -> pd.DataFrame:
    """Return the scores of one task under one metric, prompting and answer filter.

    Raises DataError naming what the task does have when there is no such row.
    """
    of_task = scores[scores["task"].eq(task)]
    chosen = of_task[(of_task[SETTING] == [metric, prompting, answer_filter]).all(axis=1)]
    if chosen.empty:
        known = of_task[SETTING].drop_duplicates().agg("/".join, axis=1)
        found = "/".join([metric, prompting, answer_filter])
        raise DataError(f"scores: {task}: found no {found}; there are {', '.join(known)}")
    return chosen


def main_setting(scores: pd.DataFrame, task: str) -> pd.DataFrame:
    """Return the scores of a task as the book shows it.

    Empty for a task without open data, and where none of its models is among `scores`.
    """
    of_task = scores[scores["task"].eq(task)]
    if task not in MAIN_SETTING or of_task.empty:
        return of_task.iloc[:0]
    return setting(scores, task, *MAIN_SETTING[task])


def usable(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the rows without a note: those that statistics may use."""
    return scores[scores["note"].isna()]


def one_a_size(scores: pd.DataFrame, *by: str) -> pd.DataFrame:
    """Return the usable rows in order of size, one for each family, size and value of columns `by`.

    Of two models of one size (active parameters) the first by identifier, so that sizes have an
    order.
    """
    ordered = usable(scores).sort_values(["family", "params_active", "model"])
    return ordered.drop_duplicates(["family", *by, "params_active"])


def deduplicated(checkpoints: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of models trained on data freed of near-duplicates."""
    return checkpoints[checkpoints["model"].str.endswith(DEDUPLICATED)]


def by_prompting(scores: pd.DataFrame, task: str, answer_filter: str = "flexible") -> pd.DataFrame:
    """Return the scores of a task under all promptings and one answer filter, direct first.

    Raises DataError when there is no such row.
    """
    chosen = scores[
        scores["task"].eq(task)
        & scores["filter"].eq(answer_filter)
        & scores["prompting"].isin(PROMPTINGS)
    ]
    if chosen.empty:
        raise DataError(f"scores: {task}: found no prompting with the filter {answer_filter!r}")
    order = chosen["prompting"].map({p: i for i, p in enumerate(PROMPTINGS)})
    return chosen.assign(order=order).sort_values(["model", "order"]).drop(columns="order")


def gains(scores: pd.DataFrame, baseline: str = "direct") -> pd.DataFrame:
    """Return how much each prompting adds to `baseline`, model by model.

    Needs one row a model and prompting. One row a model and other prompting that both have: the
    model's columns, prompting, value_baseline, value, gain (a difference of shares) and note (of
    either row).
    """
    if scores.duplicated(["model", "prompting"]).any():
        raise DataError("scores: found two rows of one model and prompting; expected one")
    base = scores.loc[scores["prompting"].eq(baseline), ["model", "value", "note"]]
    base = base.rename(columns={"value": "value_baseline", "note": "note_baseline"})
    pairs = scores[scores["prompting"].ne(baseline)].merge(base, on="model", validate="m:1")
    note = pairs["note"].fillna(pairs["note_baseline"])
    gain = pairs["value"] - pairs["value_baseline"]
    return pairs.assign(gain=gain, note=note).drop(columns="note_baseline")


def bbh_means(scores: pd.DataFrame, answer_filter: str = "flexible") -> pd.DataFrame:
    """Return BIG-Bench Hard averaged over its tasks with equal weights: a row a model, prompting.

    Only models with all tasks. n is empty: an average is no count of right answers, and some of
    these scores hold credit for guessing. note is that of the first of the scores averaged that
    has one. Raises DataError when there is no score with that filter.
    """
    rows = scores[scores["task"].str.startswith("bbh_") & scores["filter"].eq(answer_filter)]
    if rows.empty:
        raise DataError(f"scores: bbh_*: found no row with the filter {answer_filter!r}")
    keys = ["model", "prompting"]
    mean = rows.groupby(keys).agg(
        value=("value", "mean"), tasks=("task", "nunique"), note=("note", "first")
    )
    whole = mean[mean["tasks"].eq(rows["task"].nunique())].reset_index()
    dropped = ["value", "n", "n_reason", "note", "task", "tasks", "metric", "filter", "rounded"]
    model = rows.drop(columns=dropped, errors="ignore").drop_duplicates(keys)
    joined = whole.merge(model, on=keys, validate="1:1")
    return joined.assign(n=pd.Series(pd.NA, index=joined.index, dtype="Int64"))


def bbh_filters(scores: pd.DataFrame) -> pd.DataFrame:
    """Return BIG-Bench Hard means read strictly and flexibly: columns strict and flexible."""
    keys = ["model", "prompting"]
    strict = bbh_means(scores, "strict")[[*keys, "value"]].rename(columns={"value": "strict"})
    flexible = bbh_means(scores, "flexible").rename(columns={"value": "flexible"})
    return flexible.merge(strict, on=keys, validate="1:1")


def shots_compared(checkpoints: pd.DataFrame) -> pd.DataFrame:
    """Return 0-shot and 5-shot scores side by side at the steps that both have.

    Columns: model, name, params_active, task, metric, step, train_flops, n, zero_shot, five_shot,
    gain (a difference of shares) and note (of either row).
    """
    keys = ["model", "task", "metric", "step"]
    zero = checkpoints[checkpoints["shots"].eq(0)]
    five = checkpoints.loc[checkpoints["shots"].eq(5), [*keys, "value", "note"]]
    pairs = zero.merge(five, on=keys, suffixes=("", "_five"), validate="1:1")
    pairs = pairs.rename(columns={"value": "zero_shot", "value_five": "five_shot"})
    note = pairs["note"].fillna(pairs["note_five"])
    columns = [*keys, "name", "params_active", "train_flops", "n", "zero_shot", "five_shot"]
    return pairs[columns].assign(gain=pairs["five_shot"] - pairs["zero_shot"], note=note)
