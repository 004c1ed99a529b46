"""What is told of readers' own models: their verdicts, and that they are counted where they are."""

from __future__ import annotations

from html import escape

import pandas as pd

from emergence.charts import words
from emergence.charts.figures import Html, empty_panel, html_table, stacked
from emergence.charts.fit_tables import place
from emergence.charts.own_axes import names
from emergence.charts.own_marks import told_apart
from emergence.formats import MISSING, Count, number, percent, significant
from emergence.i18n import translator
from emergence.readers import Readers, counted
from emergence.tables import label
from emergence.views import SETTING

_LEAST_P = 0.001


def notice(found: Readers, lang: str) -> Html | None:
    """Return the panel that says that own models are counted; None where none is."""
    _ = translator(lang)
    entering = counted(found.scores)
    if entering.empty:
        return None
    shown = found.own.drop_duplicates("model").set_index("model")["shown"]
    told = _(
        "{scores} {scores:score|scores} of {names} {scores:enters|enter} the fits, thresholds, "
        "tests and counts here, because this build was made with own_models set to included. "
        "The numbers are not those of the published book."
    ).format(scores=Count(len(entering), lang), names=names(entering["model"].map(shown), lang))
    return empty_panel(_("Your own models are counted"), told)


def verdict_table(
    found: pd.DataFrame,
    labels: pd.DataFrame,
    lang: str,
    *,
    significance: float,
    tasks: dict[str, str] | None = None,
) -> Html | None:
    """Return the verdicts on own models, a row a model and score; None where there are none.

    found: from `own_verdicts.verdicts`. tasks: names of tasks, where the table has several.
    """
    _ = translator(lang)
    if found.empty:
        return None
    settings = found[["task", *SETTING]].drop_duplicates()
    keys = ["place", "task", *SETTING, "flags"]
    rows = []
    for _key, both in found.groupby(keys, sort=False, dropna=False):
        first = both.iloc[0]
        apart = told_apart(first["flags"], lang)
        row = {_("your model"): f"{first['shown']} ({apart})" if apart else str(first["shown"])}
        if tasks is not None:
            row[_("task")] = f"{tasks[first['task']]}: {_setting(first, labels)}"
        elif len(settings) > 1:
            row[_("setting")] = _setting(first, labels)
        row |= {_("score [95 %]"): _score(first, lang), _("above its level"): _passes(first, lang)}
        by_axis = {axis["axis"]: axis for _at, axis in both.iterrows()}
        row[_("by training FLOPs")] = _against(by_axis["train_flops"], lang)
        row[_("by parameters")] = _against(by_axis["params_active"], lang)
        rows.append(row)
    told = _(
        "Each of your models is tested alone against its level, exactly, at {significance} and "
        "without a correction for how many there are. In parentheses stands where 95 % of models "
        "of a new family would score at this scale."
    ).format(significance=significant(significance, lang))
    table = html_table(pd.DataFrame(rows), caption=_("Your own models"), lang=lang)
    return stacked(table, Html(f'<p class="em-told">{escape(told)}</p>', told))


def _setting(row: pd.Series, labels: pd.DataFrame) -> str:
    parts = [label(kind, str(row[kind]), labels) for kind in ("metric", "prompting")]
    if row["filter"] != "none":
        parts.append(label("filter", str(row["filter"]), labels))
    return "; ".join(parts)


def _score(row: pd.Series, lang: str) -> str:
    _ = translator(lang)
    if pd.isna(row["value"]):
        return MISSING
    value = percent(row["value"], lang)
    if pd.notna(row["low"]):
        ends = [number(100 * row[end], lang) for end in ("low", "high")]
        value = f"{value} [{ends[0]}–{ends[1]}]"
    if pd.isna(row["n"]):
        return value
    return _("{score} of {n} {n:item|items}").format(score=value, n=Count(row["n"], lang))


def _passes(row: pd.Series, lang: str) -> str:
    _ = translator(lang)
    if pd.isna(row["passes"]):
        return _("not tested: no count of right answers") if pd.isna(row["n"]) else _("no level")
    p, gap = row["p_value"], "\N{NO-BREAK SPACE}"
    bound = f"p{gap}={gap}{number(p, lang, 3)}"
    if p < _LEAST_P:
        bound = f"p{gap}<{gap}{number(_LEAST_P, lang, 3)}"
    return f"{_('yes') if row['passes'] else _('no')} ({bound})"


def _against(row: pd.Series, lang: str) -> str:
    """Where a model lies against the curve and the threshold on one axis."""
    _ = translator(lang)
    axis = str(row["axis"])
    if pd.isna(row["scale"]):
        return _("unknown")
    if pd.isna(row["status"]):
        return _("the book has no such scores")
    parts = []
    if pd.isna(row["expected"]):
        parts.append(_("no curve: {reason}").format(reason=words.status(str(row["status"]), lang)))
    else:
        lies = {
            "inside": _("as expected: {score} ({low}–{high}) at {scale}"),
            "above": _("above what is expected: {score} ({low}–{high}) at {scale}"),
            "below": _("below what is expected: {score} ({low}–{high}) at {scale}"),
        }[row["lies"]]
        parts.append(
            lies.format(
                score=percent(row["expected"], lang, 0),
                low=number(100 * row["expected_low"], lang, 0),
                high=percent(row["expected_high"], lang, 0),
                scale=place(row["scale"], axis, lang),
            )
        )
    if row["outside"]:
        parts.append(_("beyond the book’s models"))
    if row["threshold_status"] == "ok":
        side = {
            "above": _("above the threshold, {threshold}"),
            "below": _("below the threshold, {threshold}"),
            "inside": _("within the threshold’s interval, {threshold}"),
        }[row["side"]]
        parts.append(side.format(threshold=place(row["threshold"], axis, lang)))
    else:
        parts.append(_("no threshold"))
    return "; ".join(parts)
