"""What there is to measure: every task, metric, prompting and filter, with its floor and level."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from emergence.errors import DataError
from emergence.scaling import FLOOR, presence_level
from emergence.views import task_row, usable

AXES = ("train_flops", "params_active")
"""Axes of scale: training FLOPs and parameters that work on a token."""

BEST = {
    "exact_match": 1.0,
    "accuracy": 1.0,
    "accuracy_norm": 1.0,
    "macro_accuracy": 1.0,
    "pass_at_1": 1.0,
    "mc2": 1.0,
    "bleu": 100.0,
}
"""The highest score of each metric that has a floor and a ceiling by nature."""

KEYS = ("task", "metric", "prompting", "filter", "shots")


@dataclass(frozen=True)
class Case:
    """One curve's scores. rows: one a model, without notes; floor: where the curve starts, as a
    share of `best`; level: share that an ability must exceed; level_kind: `chance` or `floor`."""

    task: str
    metric: str
    prompting: str
    answer_filter: str
    shots: int | None
    rows: pd.DataFrame
    floor: float
    level: float
    level_kind: str
    best: float

    def key(self) -> dict[str, object]:
        """Return the columns that name this case in a table."""
        shots = pd.NA if self.shots is None else self.shots
        values = (self.task, self.metric, self.prompting, self.answer_filter, shots)
        return dict(zip(KEYS, values, strict=True))


def curve_floor(task: pd.Series) -> float:
    """Return the share of right answers that a curve starts from; NaN where nobody knows it.

    `task` is a row of `tasks`. Multiple choice: the chance level. Open answers: 0, which the
    smallest models do reach; the practical floor is a level to exceed, not where curves start.
    """
    level, kind = presence_level(task)
    return level if kind == "chance" else 0.0


def _one_a_model(rows: pd.DataFrame) -> pd.DataFrame:
    """Average over prompts of one model, each of the same items."""
    several = rows["model"].duplicated(keep=False)
    if not several.any():
        return rows
    if rows.loc[several, "prompt"].isna().any():
        raise DataError(f"scores: {rows['task'].iloc[0]}: two rows of one model and setting")
    mean = rows.groupby("model")["value"].transform("mean")
    return rows.assign(value=mean).drop_duplicates("model")


def cases(
    scores: pd.DataFrame, tasks: pd.DataFrame, practical_floor: float = FLOOR
) -> Iterator[Case]:
    """Yield every case of `scores` (as `tables.scores_with_models`), in the order of their keys.

    practical_floor: level of open answers, see `scaling.presence_level`. Rows with a note are left
    out. Raises DataError for a metric that `BEST` does not know, or a task that `tasks` lacks.
    """
    known = usable(scores)
    for key, rows in known.groupby(list(KEYS), dropna=False, sort=True):
        task, metric, prompting, answer_filter, shots = key
        if metric not in BEST:
            raise DataError(f"scores: {task}: metric: found {metric!r}; expected {', '.join(BEST)}")
        row = task_row(tasks, task)
        level, kind = presence_level(row, practical_floor)
        yield Case(
            str(task),
            str(metric),
            str(prompting),
            str(answer_filter),
            None if pd.isna(shots) else int(shots),
            _one_a_model(rows),
            curve_floor(row),
            level,
            kind,
            BEST[metric],
        )


def rounded(table: pd.DataFrame, digits: int = 6) -> pd.DataFrame:
    """Return the table with its floats rounded to significant digits, as it is published."""

    def short(value: float) -> float:
        return float(f"{value:.{digits - 1}e}")

    floats = table.select_dtypes("float").columns
    return table.assign(**{name: table[name].map(short) for name in floats})
