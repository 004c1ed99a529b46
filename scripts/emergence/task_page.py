"""What the page of one task shows: its scores in every setting, tested where a test is defined."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from emergence import scaling
from emergence.scaling import presence, presence_level, with_intervals
from emergence.views import MAIN_SETTING, SETTING, main_setting, one_a_size, task_row


@dataclass(frozen=True)
class TaskPage:
    """One task: its row of `tasks`, all its scores, and those of its main setting, tested.

    level: chance or floor, not a number where none is defined; level_kind: `chance` or `floor`.
    main: with low, high, p_value, p_holm, present; empty for a task without open data.
    """

    task: pd.Series
    scores: pd.DataFrame
    main: pd.DataFrame
    level: float
    level_kind: str


def task_page(
    scores: pd.DataFrame, tasks: pd.DataFrame, task: str, *, floor: float, significance: float
) -> TaskPage:
    """Return what the page of `task` shows. Raises DataError for an unknown task."""
    row = task_row(tasks, task)
    level, kind = presence_level(row, floor)
    main = main_setting(scores, task)
    rows = with_intervals(scores[scores["task"].eq(task)])
    return TaskPage(row, rows, presence(main, level, significance), level, kind)


def settings(page: TaskPage) -> list[tuple[str, str, str]]:
    """Return the metric, prompting and filter of every setting with scores, the main one first."""
    found = page.scores[SETTING].drop_duplicates().itertuples(index=False, name=None)
    main = MAIN_SETTING.get(str(page.task["task"]))
    return sorted(found, key=lambda setting: (setting != main, setting))


def family_shapes(page: TaskPage, fewest: int) -> pd.DataFrame:
    """Return the shape of the rise in every family with at least `fewest` sizes, main setting.

    As `scaling.family_shapes`; of two models of one size the first by name.
    """
    return scaling.family_shapes(one_a_size(page.main), fewest)
