"""What the page of one task shows: its scores in every setting, tested where a test is defined."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pandas as pd

from emergence import prompts, scaling
from emergence.scaling import presence, presence_level, with_intervals
from emergence.views import MAIN_SETTING, SETTING, main_setting, one_a_size, task_row

_EXAMPLES: dict[str, tuple[Callable[..., pd.DataFrame], prompts.Template, int]] = {
    "modified_arithmetic": (
        partial(prompts.modified_arithmetic, operation="add", digits=3),
        prompts.MODIFIED_ARITHMETIC,
        4,
    ),
    "grounded_mappings": (prompts.grid_direction, prompts.GRID_WORLD, 2),
    "grid_direction": (prompts.grid_direction, prompts.GRID_WORLD, 2),
    "grid_direction_turned": (
        partial(prompts.grid_direction, rotation=90),
        prompts.GRID_WORLD,
        2,
    ),
}


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


def example(task: str, seed: int = 0) -> tuple[str, str] | None:
    """Return a prompt with an item of the task in the book's own form, and its right answer.

    None for a task that the book has no generator of.
    """
    if task not in _EXAMPLES:
        return None
    draw, template, shots = _EXAMPLES[task]
    items = draw(shots + 1, seed)
    asked = prompts.few_shot_prompt(items, items.iloc[-1], shots, template=template, seed=seed)
    return asked, str(items["answer"].iloc[-1])


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
