"""Readers' own models on the page of a task: the same answers under every metric.

Names of these models are untrusted text: they stand in rows of data and in escaped cells only.
"""

from __future__ import annotations

from html import escape

import altair as alt
import pandas as pd

from emergence import rescored
from emergence.charts.figures import Figure, Html, figure, html_table
from emergence.charts.labels import name_axis
from emergence.charts.own_words import (
    asked_words,
    reading_word,
    setting_words,
    value_word,
    why,
)
from emergence.charts.theme import ACCENT, ORDINAL, axis_title, compact
from emergence.charts.training import SHAPES
from emergence.charts.verdict_tables import folded
from emergence.formats import MISSING, Count, number, percent, whole
from emergence.i18n import translator
from emergence.wrapping import lines

NAME = 24  # characters of a metric's name that fit a phone
_TITLE, _SUBTITLE = 34, 60  # characters of a panel's title, and of the chart's subtitle
_SHORT = 14  # characters of names that stand side by side in the legend of a phone
_WORTH = 0.05  # difference of shares that is worth a sentence
_SETTING = ["lm_eval_task", "shots", "prompting", "filter"]


def again_figure(
    rows: pd.DataFrame, task: str, slug: str, labels: pd.DataFrame, lang: str
) -> Figure | None:
    """Return the same answers under every metric that is a share; None without such answers.

    rows: of `rescored.of_task`; task: what a reader calls it; slug: its name in addresses.
    """
    _ = translator(lang)
    drawn = rows.dropna(subset="share")
    if drawn.empty:
        return None
    groups = [part for _setting, part in drawn.groupby(_SETTING, sort=True)]
    names = list(drawn["name"].drop_duplicates())
    charts = [_panel(part, names, labels, lang, alone=len(groups) == 1) for part in groups]
    subtitle = [_subtitle(drawn, names, lang)]
    if len(groups) == 1:
        subtitle += lines(setting_words(groups[0].iloc[0], labels, lang), _SUBTITLE)
    title = alt.TitleParams(_("The same answers under every metric"), subtitle=subtitle)
    if len(charts) == 1:
        chart = charts[0].properties(title=title)
    else:
        chart = alt.concat(*charts, columns=2, spacing=22).properties(title=title)
    alternative = _(
        "{task}: the same answers of your models under {count} {count:metric|metrics}: {told}."
    ).format(
        task=task,
        count=Count(drawn["place"].nunique(), lang),
        told="; ".join(_told(row, lang) for _i, row in drawn.head(6).iterrows()),
    )
    shown = rows.drop(columns=["place", "run", "source"], errors="ignore")
    return figure(
        chart,
        name=f"task-{slug}-own-metrics",
        alt=alternative,
        table=shown,
        lang=lang,
        narrow_columns=None if len(charts) == 1 else 1,
    )


def _subtitle(rows: pd.DataFrame, names: list[str], lang: str) -> str:
    _ = translator(lang)
    who = names[0] if len(names) == 1 else _("Your models")
    told = _("{who}, 95 % intervals; answers: {counts}")
    return told.format(who=who, counts=_counts(rows, lang))


def _told(row: pd.Series, lang: str) -> str:
    word = reading_word(row["metric"], row["reading"], lang)
    return f"{row['name']}, {word} {number(row['share'], lang, 2)}"


def _counts(rows: pd.DataFrame, lang: str) -> str:
    low, high = int(rows["n"].min()), int(rows["n"].max())
    return whole(low, lang) if low == high else f"{whole(low, lang)}–{whole(high, lang)}"


def _panel(
    part: pd.DataFrame, names: list[str], labels: pd.DataFrame, lang: str, *, alone: bool
) -> alt.LayerChart:
    _ = translator(lang)
    words = [reading_word(m, r, lang) for m, r in zip(part["metric"], part["reading"], strict=True)]
    rows = compact(
        part.assign(reading=words, items=[whole(n, lang) for n in part["n"]])[
            ["name", "reading", "share", "share_low", "share_high", "items"]
        ]
    )
    order = list(dict.fromkeys(part.assign(word=words).sort_values("place")["word"]))
    several = len(names) > 1
    y = alt.Y("reading:N", sort=order, axis=name_axis(order, NAME, labelLimit=190, grid=True))
    across = {
        "scale": alt.Scale(domain=[0, 1]),
        "axis": alt.Axis(title=axis_title(_("share of the best score")), format=".0%", tickCount=5),
    }
    marks = {"color": alt.value(ACCENT)}
    if several:
        places = range(len(names))
        colours = alt.Scale(domain=names, range=[ORDINAL[3 * i % len(ORDINAL)] for i in places])
        shapes = alt.Scale(domain=names, range=[SHAPES[i % len(SHAPES)] for i in places])
        marks = {
            "color": alt.Color("name:N", scale=colours, legend=_legend(names, lang)),
            "shape": alt.Shape("name:N", scale=shapes),
            "yOffset": alt.YOffset("name:N", sort=names),
        }
    tooltip = [
        alt.Tooltip("name:N", title=_("your model")),
        alt.Tooltip("reading:N", title=_("metric")),
        alt.Tooltip("share:Q", title=_("score"), format=".3f"),
        alt.Tooltip("share_low:Q", title=_("95 % from"), format=".3f"),
        alt.Tooltip("share_high:Q", title=_("95 % to"), format=".3f"),
        alt.Tooltip("items:N", title=_("items")),
    ]
    base = alt.Chart(rows)
    whiskers = {name: channel for name, channel in marks.items() if name != "shape"}
    rule = base.transform_filter("isValid(datum.share_low)").mark_rule(strokeWidth=2)
    low = alt.X("share_low:Q", **across)
    rule = rule.encode(x=low, x2="share_high:Q", y=y, **whiskers)
    points = base.mark_point(filled=True, size=80, opacity=1)
    points = points.encode(x=alt.X("share:Q", **across), y=y, tooltip=tooltip, **marks)
    height = len(order) * (14 + 14 * len(names))
    if alone:
        return alt.layer(rule, points).properties(width="container", height=height)
    asked = lines(asked_words(part.iloc[0], labels, lang), _TITLE)
    name = lines(part["lm_eval_task"].iloc[0].replace("_", "_\u200b"), _TITLE)
    text = alt.TitleParams(text=asked, subtitle=name, fontSize=12.5, subtitleFontSize=11, offset=6)
    return alt.layer(rule, points).properties(width=190, height=height, title=text)


def _legend(names: list[str], lang: str) -> alt.Legend:
    _ = translator(lang)
    columns = 1 if max(map(len, names)) > _SHORT else 2
    return alt.Legend(title=_("your model"), columns=columns)


def differences(rows: pd.DataFrame, labels: pd.DataFrame, lang: str) -> Html | None:
    """Return in words why the metrics differ, a line a fact; None where they do not."""
    table = rescored.wide(rows) if not rows.empty else rows
    several = len(table[_SETTING].drop_duplicates()) > 1
    told = []
    for _place, row in table.iterrows():
        who = f"{row['name']}, {setting_words(row, labels, lang)}" if several else row["name"]
        if facts := _facts(row, lang):
            told.append((f"{who}: ", " ".join(facts)))
    told += _apart(rows, labels)
    if not told:
        return None
    items = "".join(f"<li><b>{escape(who)}</b>{escape(text)}</li>" for who, text in told)
    return Html(
        f'<ul class="em-told">{items}</ul>', "\n".join(f"{who}{text}" for who, text in told)
    )


def _facts(row: pd.Series, lang: str) -> list[str]:
    _ = translator(lang)

    def share(name: str) -> str:
        return percent(row[name], lang)

    n = row["n"]
    filtered, stripped, raw = (row[f"exact_match_{r}"] for r in ("filtered", "stripped", "raw"))
    found = []
    if stripped > raw:
        found.append(
            _(
                "{count} of {n} answers {count:is|are} right once blanks and line breaks at the "
                "ends are removed; raw exact match calls that wrong."
            ).format(count=Count(round((stripped - raw) * n), lang), n=Count(n, lang))
        )
    if filtered > max(stripped, raw):
        found.append(
            _(
                "The filter finds the right answer in {filtered}; as a whole, {stripped} of the "
                "answers are right."
            ).format(filtered=share("exact_match_filtered"), stripped=share("exact_match_stripped"))
        )
    if filtered < stripped and filtered != raw:
        found.append(
            _("Of the answers {stripped} are right, but only {filtered} pass the filter.").format(
                filtered=share("exact_match_filtered"), stripped=share("exact_match_stripped")
            )
        )
    like = row["normalised_token_edit_distance_stripped"]
    if like > max(filtered, stripped) + _WORTH:
        found.append(
            _(
                "Exact match gives wrong answers nothing; by edit distance the answers are {like} "
                "like the right ones on average."
            ).format(like=share("normalised_token_edit_distance_stripped"))
        )
    accuracy, sure = row["accuracy_choices"], row["choice_log_probability_choices"]
    if pd.notna(accuracy) and pd.notna(sure):
        found.append(
            _(
                "The right choice is the likeliest in {accuracy} of the questions; its probability "
                "is {sure} (geometric mean)."
            ).format(
                accuracy=share("accuracy_choices"), sure=share("choice_log_probability_choices")
            )
        )
    if pd.notna(row["accuracy_target"]) and pd.notna(row["log_likelihood_target"]):
        found.append(
            _(
                "The right text would be written in {accuracy} of the questions; its probability "
                "is {sure} (geometric mean), right or not."
            ).format(accuracy=share("accuracy_target"), sure=share("log_likelihood_target"))
        )
    return found


def _apart(rows: pd.DataFrame, labels: pd.DataFrame) -> list[tuple[str, str]]:
    """What sets runs apart from those of other models, and whose runs these are."""
    meaning = labels[labels["kind"].eq("flag")].set_index("id")["meaning"]
    models: dict[str, list[str]] = {}
    for name, flags in zip(rows["name"], rows["flags"], strict=True):
        for code in [] if pd.isna(flags) else str(flags).split(";"):
            models.setdefault(code, []).append(name)
    return [
        (f"{', '.join(dict.fromkeys(names))}: ", f"{meaning[code]}.")
        for code, names in sorted(models.items())
    ]


def again_table(rows: pd.DataFrame, labels: pd.DataFrame, lang: str) -> Html:
    """Return every metric beside what the harness reported, folded."""
    _ = translator(lang)
    several = len(rows[_SETTING].drop_duplicates()) > 1
    shown = {
        _("your model"): rows["name"],
        _("asked for by"): [setting_words(row, labels, lang) for _i, row in rows.iterrows()],
        _("metric"): [
            value_word(m, r, lang) for m, r in zip(rows["metric"], rows["reading"], strict=True)
        ],
        _("from the answers"): [number(value, lang, 3) for value in rows["value"]],
        _("95 % interval"): [
            MISSING if pd.isna(low) else f"{number(low, lang, 3)} – {number(high, lang, 3)}"
            for low, high in zip(rows["low"], rows["high"], strict=True)
        ],
        _("items"): rows["n"],
        _("as reported"): [number(value, lang, 3) for value in rows["reported"]],
        _("why they differ"): [
            MISSING if pd.isna(code) else why(code, lang) for code in rows["difference"]
        ],
    }
    empty = rows["difference"].isna().all()
    left_out = {_("why they differ")} if empty else set()
    left_out |= set() if several else {_("asked for by")}
    table = pd.DataFrame({name: column for name, column in shown.items() if name not in left_out})
    title = _("Every metric, beside what was reported")
    return folded(html_table(table, caption=title, lang=lang), title)
