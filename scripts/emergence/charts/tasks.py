"""Charts and tables of the page of one task."""

from __future__ import annotations

import math

import pandas as pd

from emergence.charts.curves import NARROW, Panel, panels_chart, plot_rows, score_chart
from emergence.charts.figures import Figure, Html, empty_panel, figure, html_table
from emergence.charts.theme import shape_statistic
from emergence.formats import Count, number, percent, scientific, whole
from emergence.i18n import translator
from emergence.readers import in_shares, like
from emergence.scaling import first_passing, last_failing
from emergence.tables import label
from emergence.task_page import TaskPage, family_shapes, settings
from emergence.views import usable
from emergence.wrapping import lines


def _slug(page: TaskPage) -> str:
    return str(page.task["task"]).replace("_", "-")


def _no_data(lang: str) -> Html:
    _ = translator(lang)
    return empty_panel(
        _("Nothing to draw"),
        _(
            "No public table scores open models on this task. The 2022 paper has figures for a few"
            " closed models only; the page stays so that the gap is seen."
        ),
    )


def facts(page: TaskPage, tasks: pd.DataFrame, labels: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Return what a reader must know of the task, as a table of two columns."""
    _ = translator(lang)
    row = page.task
    form = label("form", str(row["answer_form"]), labels)
    if pd.notna(row["choices"]):
        form = _("{form}, {choices} {choices:option|options}").format(
            form=form, choices=Count(row["choices"], lang)
        )
    level = _("none: {reason}").format(reason=_reason(row, labels))
    if not math.isnan(page.level):
        kinds = {"chance": _("{level} (chance level)"), "floor": _("{level} (practical floor)")}
        level = kinds[page.level_kind].format(level=percent(page.level, lang))
    items = _("unknown") if pd.isna(row["n_items"]) else whole(row["n_items"], lang)
    runs = sorted(page.scores["n"].dropna().unique())
    pairs = [
        (_("asks"), str(row["asks"])),
        (_("benchmark"), str(row["benchmark"])),
        (_("answer"), form),
        (_("level of no ability"), level),
        (_("items in the test"), items),
        (_("items in these runs"), "; ".join(whole(n, lang) for n in runs) or _("no count")),
        (_("models with scores"), whole(page.scores["model"].nunique(), lang)),
    ]
    if pd.notna(row["remark"]):
        pairs.append((_("mind"), str(row["remark"])))
    if pd.notna(row["stands_for"]):
        names = tasks.set_index("task")["name"]
        pairs.append((_("stands in for"), str(names[row["stands_for"]])))
    return pd.DataFrame(pairs, columns=[_("what"), _("value")])


def _reason(row: pd.Series, labels: pd.DataFrame) -> str:
    return "" if pd.isna(row["chance_reason"]) else label("reason", row["chance_reason"], labels)


def main_figure(
    page: TaskPage, labels: pd.DataFrame, lang: str, own: pd.DataFrame | None = None
) -> Figure | Html:
    """Return the main setting's scores against training FLOPs, or why there are none.

    own: readers' models on this task, in all settings.
    """
    _ = translator(lang)
    if page.main.empty:
        return _no_data(lang)
    first = page.main.iloc[0]
    metric = label("metric", str(first["metric"]), labels)
    models, known = page.main["model"].nunique(), page.main.dropna(subset="train_flops")
    with_flops = known["model"].nunique()
    subtitle = _(
        "{metric}, {prompting}: {known} {known:model|models}; {out} without FLOPs left out"
    ).format(
        metric=metric,
        prompting=label("prompting", str(first["prompting"]), labels),
        known=Count(with_flops, lang),
        out=Count(models - with_flops, lang),
    )
    level = None if math.isnan(page.level) else page.level
    mine = None if own is None else like(own, page.main)
    chart = score_chart(
        plot_rows(page.main, lang, own=mine),
        lang,
        title=str(page.task["name"]),
        subtitle=subtitle,
        y_title=metric,
        level=level,
    )
    lowest, highest = usable(known)["value"].min(), usable(known)["value"].max()
    alt = _(
        "{task}: {metric} of {known} {known:model|models} against training FLOPs, "
        "from {low} to {high}."
    ).format(
        task=page.task["name"],
        metric=metric,
        known=Count(with_flops, lang),
        low=number(lowest, lang, 2),
        high=number(highest, lang, 2),
    )
    name = f"task-{_slug(page)}"
    return figure(chart, name=name, alt=alt, table=page.main, lang=lang, own=mine)


def settings_figure(
    page: TaskPage, labels: pd.DataFrame, lang: str, own: pd.DataFrame | None = None
) -> Figure | Html:
    """Return a small chart for each metric, prompting and filter of the task.

    own: as in `main_figure`.
    """
    _ = translator(lang)
    found = settings(page)
    if not found:
        return _no_data(lang)
    panels = [_setting_panel(page, setting, own, labels, lang) for setting in found]
    chart = panels_chart(
        panels, lang, columns=min(4, max(2, len(panels))), title=_("All settings of the task")
    )
    alt = _("{task} by scale; settings of metric, prompting and answer filter: {count}.").format(
        task=page.task["name"], count=Count(len(panels), lang)
    )
    return figure(
        chart,
        name=f"task-{_slug(page)}-settings",
        alt=alt,
        table=page.scores,
        lang=lang,
        narrow_columns=2,
        own=None if own is None else like(own, page.scores),
    )


def _setting_panel(
    page: TaskPage,
    setting: tuple[str, str, str],
    own: pd.DataFrame | None,
    labels: pd.DataFrame,
    lang: str,
) -> Panel:
    _ = translator(lang)
    metric, prompting, chosen = setting
    rows = page.scores[
        page.scores["metric"].eq(metric)
        & page.scores["prompting"].eq(prompting)
        & page.scores["filter"].eq(chosen)
    ]
    parts = [label("metric", metric, labels)]
    if chosen != "none":
        parts.append(label("filter", chosen, labels))
    models = Count(rows["model"].nunique(), lang)
    count = _("{count} {count:model|models}").format(count=models)
    mine = None if own is None else like(own, rows)
    if metric == "bleu":
        rows = rows.assign(value=rows["value"] / 100)
        mine = None if mine is None else in_shares(mine)
        parts = [_("BLEU, divided by 100")]
    share = metric in ("exact_match", "accuracy", "macro_accuracy")
    level = page.level if share and not math.isnan(page.level) else None
    title = label("prompting", prompting, labels)
    return Panel(lines(title, NARROW), [*parts, count], plot_rows(rows, lang, own=mine), level)


def presence_table(page: TaskPage, lang: str) -> Html:
    """Return how many models pass, the smallest that does and the largest that does not."""
    _ = translator(lang)
    if page.main.empty:
        return _no_data(lang)
    if page.main["present"].isna().all():
        return empty_panel(
            _("No test is made"),
            _("This score is no count of right answers, or has no level to test against."),
        )
    rows = []
    for scale, name in (("train_flops", _("training FLOPs")), ("params_active", _("parameters"))):
        known = page.main.dropna(subset=[scale, "present"])
        first, last = first_passing(page.main, scale), last_failing(page.main, scale)
        rows.append(
            {
                _("scale"): name,
                _("scores passing / tested"): (
                    f"{whole(known['present'].sum(), lang)} / {whole(len(known), lang)}"
                ),
                _("smallest that passes"): _model(first, scale, lang),
                _("largest that fails"): _model(last, scale, lang),
            }
        )
    return html_table(pd.DataFrame(rows), caption=_("Presence of the ability"), lang=lang)


def _model(row: pd.Series | None, scale: str, lang: str) -> str:
    _ = translator(lang)
    if row is None:
        return _("none")
    return f"{row['name']} ({scientific(row[scale], lang)}; {percent(row['value'], lang)})"


def family_table(page: TaskPage, labels: pd.DataFrame, lang: str, *, fewest: int) -> Html:
    """Return linearity and breakthroughness of every family with enough sizes."""
    _ = translator(lang)
    shapes = family_shapes(page, fewest)
    if shapes.empty:
        return empty_panel(
            _("Too few sizes"),
            _("No family has {count} {count:size|sizes} with a score on this task.").format(
                count=Count(fewest, lang)
            ),
        )
    bleu = page.main["metric"].iloc[0] == "bleu"
    score = (lambda v: number(v, lang)) if bleu else (lambda v: percent(v, lang))
    shown = pd.DataFrame(
        {
            _("family"): shapes["family"],
            _("sizes"): shapes["sizes"],
            _("smallest scores"): shapes["smallest"].map(score),
            _("largest scores"): shapes["largest"].map(score),
            _("linearity"): shapes["linearity"].map(lambda v: shape_statistic(v, lang)),
            _("breakthroughness"): shapes["breakthroughness"].map(
                lambda v: shape_statistic(v, lang)
            ),
        }
    )
    return html_table(
        shown, caption=_("Shape of the rise by family, sizes by parameters"), lang=lang
    )


def notes_table(page: TaskPage, labels: pd.DataFrame, lang: str) -> Html:
    """Return the rows with a note and what the note means."""
    _ = translator(lang)
    if page.scores.empty:
        return _no_data(lang)
    noted = page.scores[page.scores["note"].notna()]
    if noted.empty:
        return empty_panel(_("None"), _("Every score of this task enters the statistics."))
    meanings = labels[labels["kind"].eq("note")].set_index("id")["meaning"]
    shown = pd.DataFrame(
        {
            _("model"): noted["name"],
            _("metric"): noted["metric"].map(lambda m: label("metric", m, labels)),
            _("prompting"): noted["prompting"].map(lambda p: label("prompting", p, labels)),
            _("score"): noted["value"].map(lambda v: number(v, lang, 3)),
            _("items"): noted["n"].map(lambda n: whole(n, lang)),
            _("why"): noted["note"].map(meanings),
        }
    )
    return html_table(shown, caption=_("Scores that no statistic uses"), lang=lang)
