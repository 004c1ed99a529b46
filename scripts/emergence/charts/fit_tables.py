"""Curves and thresholds in words and tables: numbers with intervals, or why there are none."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from emergence.charts.figures import Html, empty_panel, html_table
from emergence.charts.words import axis as axis_word
from emergence.charts.words import status as reason
from emergence.formats import MISSING, Count, billions, number, scientific
from emergence.i18n import translator
from emergence.instrument.cases import KEYS
from emergence.tables import label
from emergence.task_page import TaskPage
from emergence.views import MAIN_SETTING, SETTING


def main_rows(table: pd.DataFrame, task: str) -> pd.DataFrame:
    """Return the rows of the setting in which the book shows the task: one an axis, or none."""
    if table.empty or task not in MAIN_SETTING:
        return table.iloc[:0]
    return table[(table[SETTING] == list(MAIN_SETTING[task])).all(axis=1)]


def place(value: float, axis: str, lang: str) -> str:
    """Return a place on an axis of scale: 8.4·10²² FLOPs as they are, parameters as 7B."""
    return scientific(value, lang) if axis == "train_flops" else billions(_short(value), lang)


def _short(value: float, digits: int = 2) -> float:
    return value if pd.isna(value) else float(f"{value:.{digits}g}")


def _between(texts: Sequence[str], lang: str) -> str:
    """Return a value with the ends of its interval; a dash where there is none."""
    _ = translator(lang)
    if MISSING in texts:
        return MISSING
    value, low, high = texts
    return _("{value} ({low} to {high})").format(value=value, low=low, high=high)


def _places(row: pd.Series, name: str, lang: str) -> str:
    ends = [row[f"{name}{end}"] for end in ("", "_low", "_high")]
    return _between([place(value, str(row["axis"]), lang) for value in ends], lang)


def _decades(row: pd.Series, name: str, lang: str) -> str:
    return _between([number(row[f"{name}{end}"], lang) for end in ("", "_low", "_high")], lang)


def width_text(shape: pd.Series, lang: str) -> str:
    """Return the width in words, or why there is none; shape: a row of `curves.table`."""
    _ = translator(lang)
    if shape["status"] == "ok":
        ends = {end: number(shape[f"width_{end}"], lang) for end in ("low", "high")}
        width = number(shape["width"], lang)
        return _("width {width} decades ({low} to {high})").format(width=width, **ends)
    return _("no width: {reason}").format(reason=reason(str(shape["status"]), lang))


def threshold_text(crossed: pd.Series, lang: str) -> str:
    """Return the threshold in words, or why there is none; crossed: of `thresholds.table`."""
    _ = translator(lang)
    if crossed["status"] == "ok":
        return _("threshold {threshold}").format(threshold=_places(crossed, "threshold", lang))
    return _("no threshold: {reason}").format(reason=reason(str(crossed["status"]), lang))


def counted(row: pd.Series, lang: str) -> str:
    """Return how many models and families a curve rests on; row: of `curves.table`."""
    _ = translator(lang)
    return _("{models} {models:model|models}, {families} {families:family|families}").format(
        models=Count(row["n_models"], lang), families=Count(row["n_families"], lang)
    )


def curve_table(
    curves: pd.DataFrame, thresholds: pd.DataFrame, labels: pd.DataFrame, lang: str
) -> Html:
    """Return where and how sharply each setting's curve rises, a row an axis, reasons in words."""
    _ = translator(lang)
    if curves.empty:
        return empty_panel(
            _("No curve to tell of"), _("No public table scores open models on this task.")
        )
    rows = []
    for at, shape in curves.iterrows():
        crossed = thresholds.loc[at]
        tested = bool(crossed["tested"])
        rows.append(
            {
                _("setting"): _setting(shape, labels),
                _("scale"): axis_word(str(shape["axis"]), lang),
                _("models"): int(shape["n_models"]),
                _("families"): int(shape["n_families"]),
                _("scale at half height"): _places(shape, "mid", lang),
                _("width, decades"): _decades(shape, "width", lang),
                _("width across families, decades"): _decades(shape, "width_across", lang),
                _("threshold"): _places(crossed, "threshold", lang),
                _("smallest that passes"): _model(crossed, "first", tested, lang),
                _("largest that fails"): _model(crossed, "last", tested, lang),
                _("what is missing, and why"): _missing(shape, crossed, lang),
            }
        )
    shown = pd.DataFrame(rows)
    if len(curves[[*KEYS]].drop_duplicates()) == 1:
        shown = shown.drop(columns=_("setting"))
    shown = shown.loc[:, shown.ne(MISSING).any()]
    return html_table(shown, caption=_("Curves and thresholds, with 95 % intervals"), lang=lang)


def _setting(row: pd.Series, labels: pd.DataFrame) -> str:
    parts = [label("metric", str(row["metric"]), labels)]
    parts.append(label("prompting", str(row["prompting"]), labels))
    if row["filter"] != "none":
        parts.append(label("filter", str(row["filter"]), labels))
    return "; ".join(parts)


def _model(crossed: pd.Series, which: str, tested: bool, lang: str) -> str:
    _ = translator(lang)
    name = crossed["first_passing" if which == "first" else "last_failing"]
    if pd.isna(name):
        return _("none") if tested else MISSING
    scale = crossed[f"{which}_scale"]
    exact = scientific if crossed["axis"] == "train_flops" else billions
    return f"{name} ({exact(scale, lang)})"


def _missing(shape: pd.Series, crossed: pd.Series, lang: str) -> str:
    _ = translator(lang)
    first, second = str(shape["status"]), str(crossed["status"])
    if first == second:
        return MISSING if first == "ok" else reason(first, lang)
    parts = []
    if first != "ok":
        parts.append(_("width: {reason}").format(reason=reason(first, lang)))
    if second != "ok":
        parts.append(_("threshold: {reason}").format(reason=reason(second, lang)))
    return "; ".join(parts)


def family_table(
    families: pd.DataFrame, thresholds: pd.DataFrame, page: TaskPage, lang: str, *, fewest: int
) -> Html:
    """Return the threshold of each family with enough sizes, by both axes of scale.

    families: `thresholds.by_family` of the task's cases; thresholds: `thresholds.table` of them.
    """
    _ = translator(lang)
    task = str(page.task["task"])
    own, whole = main_rows(families, task), main_rows(thresholds, task)
    if own.empty:
        return empty_panel(
            _("Too few sizes"),
            _("No family has {count} {count:size|sizes} with a score on this task.").format(
                count=Count(fewest, lang)
            ),
        )
    if (
        own["first_passing"].isna().all()
        and own["last_failing"].isna().all()
        and (own["threshold"].isna().all())
    ):
        told = "; ".join(dict.fromkeys(reason(str(code), lang) for code in whole["status"]))
        return empty_panel(
            _("No threshold"),
            _("Families have no threshold where the task has none: {reason}.").format(reason=told),
        )
    rows, tested = [], bool(whole["tested"].any())
    for family, found in own.groupby("family"):
        by_axis = {str(row["axis"]): row for _at, row in found.iterrows()}
        last = list(by_axis.values())[-1]
        rows.append(
            {
                _("family"): family,
                _("sizes"): int(found["sizes"].max()),
                _("threshold in training FLOPs"): _own(by_axis.get("train_flops"), fewest, lang),
                _("threshold in parameters"): _own(by_axis.get("params_active"), fewest, lang),
                _("largest that fails"): _model(last, "last", tested, lang),
                _("smallest that passes"): _model(last, "first", tested, lang),
            }
        )
    shown = pd.DataFrame(rows)
    caption = _("Thresholds of single families, with 95 % intervals")
    return html_table(shown.loc[:, shown.ne(MISSING).any()], caption=caption, lang=lang)


def _own(row: pd.Series | None, fewest: int, lang: str) -> str:
    """A family's threshold on one axis, or why it has none."""
    _ = translator(lang)
    if row is None:
        return _("fewer than {count} known {count:value|values}").format(count=Count(fewest, lang))
    if row["status"] == "ok":
        return _places(row, "threshold", lang)
    if row["status"] == "outside_range":
        return _("outside its sizes")
    return _("none, as for the task")
