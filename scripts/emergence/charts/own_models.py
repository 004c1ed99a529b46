"""Tables of the page `your-model`: what is understood, and which models are there.

Names of readers' models are untrusted text; every cell is escaped.
"""

from __future__ import annotations

from html import escape

import pandas as pd

from emergence.charts.figures import Html, empty_panel, html_table
from emergence.formats import MISSING, billions, scientific
from emergence.i18n import translator
from emergence.own.models import Own
from emergence.tables import label

_KEY = ["task", "metric", "prompting", "filter", "lm_eval_metric", "lm_eval_filter"]
_BREAKS = str.maketrans({"_": "_\u200b", "-": "-\u200b"})


def curves(places: pd.DataFrame) -> pd.DataFrame:
    """Return `lm_eval_tasks` with a row a task of the harness and curve, and the shots it takes.

    Added: asked (the task's or the average's name), parts (tasks in the average, 1 for none), shots
    (a text).
    """
    named = places.assign(asked=places["average"].fillna(places["lm_eval_task"]))
    groups = named.groupby([*_KEY, "asked"], sort=False)
    found = groups.agg(parts=("lm_eval_task", "nunique"), shots=("shots", _listed))
    return found.reset_index().sort_values(["task", "asked"], kind="stable")


def _listed(shots: pd.Series) -> str:
    return ", ".join(str(n) for n in sorted(set(shots)))


def places_table(
    places: pd.DataFrame, tasks: pd.DataFrame, labels: pd.DataFrame, lang: str
) -> Html:
    """Return which tasks, shots and filters of the harness are understood, and what curve they
    belong to."""
    _ = translator(lang)
    rows = curves(places)
    names = dict(zip(tasks["task"], tasks["name"], strict=True))
    pages = set(tasks.loc[tasks["page"].astype(bool), "task"])
    links = [_linked(task, names, pages) for task in rows["task"]]
    shown = {
        _("task here"): links,
        _("task of the harness"): [
            _code(row.asked) if row.parts == 1 else _whole(row.asked, row.parts, lang)
            for row in rows.itertuples()
        ],
        _("examples"): rows["shots"],
        _("metric, filter of the harness"): [
            _code(f"{metric},{chosen}")
            for metric, chosen in zip(rows["lm_eval_metric"], rows["lm_eval_filter"], strict=True)
        ],
        _("score here"): [_score(row, labels) for _i, row in rows.iterrows()],
    }
    table = pd.DataFrame(shown)
    heads = list(shown)
    keys = table.assign(
        **{heads[0]: rows["task"].map(names).to_numpy(), heads[1]: rows["asked"].to_numpy()}
    )
    return html_table(
        table,
        caption=_("Tasks of the harness that have a curve"),
        sort_values=keys,
        sortable=True,
        filterable=True,
        raw=(heads[0], heads[1], heads[3]),
        lang=lang,
    )


def _code(text: str) -> str:
    return f"<code>{escape(text.translate(_BREAKS))}</code>"


def _whole(name: str, parts: int, lang: str) -> str:
    _ = translator(lang)
    return _("{name}, all {parts} of its tasks").format(name=_code(name), parts=parts)


def _score(row: pd.Series, labels: pd.DataFrame) -> str:
    kinds = ["metric", "prompting", *(["filter"] if row["filter"] != "none" else [])]
    return ", ".join(label(kind, row[kind], labels) for kind in kinds)


def models_table(own: Own, tasks: pd.DataFrame, lang: str) -> Html:
    """Return the models that readers have added, or that there are none."""
    _ = translator(lang)
    if own.models.empty:
        return empty_panel(
            _("None yet"), _("When results of a model are added, it is listed here after a build.")
        )
    names = dict(zip(tasks["task"], tasks["name"], strict=True))
    models = own.models.sort_values("name")
    pages = set(tasks.loc[tasks["page"].astype(bool), "task"])
    scores = own.scores.groupby("model")["task"].agg(
        lambda found: ", ".join(_linked(task, names, pages) for task in dict.fromkeys(found))
    )
    sources = {
        "card": _("card"),
        "book": _("this book"),
        "lm_eval": _("results"),
        "6nd": _("estimate, 6·N·D"),
    }

    def told(value: str, source: object) -> str:
        return value if pd.isna(source) else f"{value} ({sources[str(source)]})"

    listed = _("tasks with scores")
    shown = pd.DataFrame(
        {
            _("your model"): models["name"],
            _("parameters, from"): [
                told(billions(value, lang), source)
                for value, source in zip(models["params_total"], models["params_from"], strict=True)
            ],
            _("training FLOPs, from"): [
                told(scientific(value, lang), source)
                for value, source in zip(models["train_flops"], models["flops_from"], strict=True)
            ],
            listed: models["model"].map(scores).fillna(MISSING),
        }
    )
    caption = _("Your models in this build")
    return html_table(shown, caption=caption, raw=(listed,), lang=lang)


def _linked(task: str, names: dict[str, str], pages: set[str]) -> str:
    name = escape(names[task])
    return f'<a href="tasks/{task}.html">{name}</a>' if task in pages else name
