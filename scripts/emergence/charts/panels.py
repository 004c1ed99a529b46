"""The eight tasks of the presentation's Metrics slide as panels of one chart."""

from __future__ import annotations

import pandas as pd

from emergence.charts.curves import NARROW, Panel, plot_rows
from emergence.formats import Count
from emergence.i18n import translator
from emergence.readers import of_main
from emergence.scaling import presence_level, with_intervals
from emergence.tables import label
from emergence.views import main_setting
from emergence.wrapping import lines


def shown_task(slide_task: str, tasks: pd.DataFrame, stand_in: str) -> str:
    """Return the task with open data that a slide's task is shown by: itself, or `stand_in`."""
    substitutes = set(tasks.loc[tasks["stands_for"].eq(slide_task), "task"])
    return stand_in if stand_in in substitutes else slide_task


def slide_panels(
    scores: pd.DataFrame,
    tasks: pd.DataFrame,
    labels: pd.DataFrame,
    lang: str,
    *,
    stand_in: str,
    floor: float,
    own: pd.DataFrame | None = None,
) -> tuple[list[Panel], pd.DataFrame]:
    """Return the panels of the slide's eight tasks in its order, and the rows they draw.

    The rows have the columns of `scores` with slide_task, level (chance or floor), low and high.
    own: readers' models (`readers.Readers.own`), drawn beside and not among the rows.
    """
    by_id = tasks.set_index("task")
    panels, drawn = [], []
    for slide_task in tasks.loc[tasks["slide"].astype(bool), "task"]:
        task = shown_task(slide_task, tasks, stand_in)
        rows = with_intervals(main_setting(scores, task))
        level = presence_level(by_id.loc[task], floor)[0]
        mine = None if own is None else of_main(own, [task])
        panels.append(_panel(rows, mine, by_id, slide_task, task, level, labels, lang))
        drawn.append(rows.assign(slide_task=slide_task, level=level))
    return panels, pd.concat(drawn, ignore_index=True)


def _panel(
    rows: pd.DataFrame,
    own: pd.DataFrame | None,
    by_id: pd.DataFrame,
    slide_task: str,
    task: str,
    level: float,
    labels: pd.DataFrame,
    lang: str,
) -> Panel:
    _ = translator(lang)
    title = str(by_id.loc[slide_task, "slide_name"])
    if rows.empty:
        why = lines(_("No public scores of open models"), NARROW)
        return Panel(title, [_("no data"), " "], plot_rows(rows, lang), None, why)
    count = rows["model"].nunique()
    known = rows.loc[rows["train_flops"].notna(), "model"].nunique()
    metric = label("metric", str(rows["metric"].iloc[0]), labels)
    what = metric if task == slide_task else str(by_id.loc[task, "name"])
    models = _("{count} {count:model|models}, {known} with FLOPs").format(
        count=Count(count, lang), known=Count(known, lang)
    )
    drawn_level = None if pd.isna(level) else level
    return Panel(title, [what, models], plot_rows(rows, lang, own=own), drawn_level)
