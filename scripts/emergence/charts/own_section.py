"""The section on readers' own models at the end of a task's page."""

from __future__ import annotations

from html import escape

import pandas as pd

from emergence import rescored
from emergence.charts.figures import Figure, Html, empty_panel
from emergence.charts.own_again import again_figure, again_table, differences
from emergence.charts.own_answers import answer_tables
from emergence.charts.own_words import meanings
from emergence.i18n import translator
from emergence.own.models import Own
from emergence.task_page import TaskPage


def section(own: Own, page: TaskPage, labels: pd.DataFrame, lang: str) -> list[Figure | Html]:
    """Return what the page shows of own models: their answers under every metric, and some of them.

    Nothing where no own model has a score on the task.
    """
    _ = translator(lang)
    task = str(page.task["task"])
    scored = own.scores[own.scores["task"].eq(task)]
    rows = rescored.of_task(own, task)
    if scored.empty:
        return []
    if rows.empty:
        told = _(
            "Your models have scores on this task, but no answers to score again. With"
            " --log_samples the harness keeps them."
        )
        return [empty_panel(_("No answers"), told)]
    slug = task.replace("_", "-")
    drawn = again_figure(rows, str(page.task["name"]), slug, labels, lang)
    key = " ".join(meanings(rows, lang))
    read = Html(f'<p class="em-told">{escape(key)}</p>', key) if key else None
    parts = [
        drawn,
        read,
        differences(rows, labels, lang),
        again_table(rows, labels, lang),
        answer_tables(rescored.sampled(own, task), labels, lang),
    ]
    return [part for part in parts if part is not None]
