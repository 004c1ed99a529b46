"""Readers' own models on the page of a task: some of their answers, right and wrong.

All of it is untrusted text: every piece is escaped, and shown as it was written.
"""

from __future__ import annotations

import re
from html import escape

import pandas as pd

from emergence import rescored
from emergence.charts.figures import Html, html_table
from emergence.charts.own_words import setting_words
from emergence.charts.verdict_tables import folded
from emergence.formats import MISSING, Count, percent
from emergence.i18n import translator

MOST = 8
"""Sets of answers that a page shows."""

_ENDS = re.compile(r"^ +| +$", re.MULTILINE)
_BLANK, _BREAK = "␣", "↵"


def passage(text: object, *, ends: bool = False) -> str:
    """Return a text as HTML that keeps its lines; missing as a dash.

    ends: blanks at the ends of lines and breaks of lines are made visible.
    """
    if pd.isna(text):
        return MISSING
    shown = str(text)
    if ends:
        shown = _ENDS.sub(lambda found: _BLANK * len(found.group()), shown)
        shown = shown.replace("\n", f"{_BREAK}\n")
    return f'<span class="em-passage" dir="auto">{escape(shown)}</span>'


def answer_tables(rows: pd.DataFrame, labels: pd.DataFrame, lang: str) -> Html | None:
    """Return a folded table of answers for each model and setting, of the first `MOST`.

    rows: of `rescored.sampled`. None where there are none.
    """
    _ = translator(lang)
    groups = [part for _run, part in rows.groupby(["name", *rescored.RUN], sort=True)]
    tables = [_table(part, labels, lang) for part in groups[:MOST]]
    if len(groups) > MOST:
        more = _("Answers of {count} more {count:run|runs} are in data/results.").format(
            count=Count(len(groups) - MOST, lang)
        )
        tables.append(Html(f'<p class="em-told">{escape(more)}</p>', more))
    if not tables:
        return None
    return Html(
        f'<div class="em-folds">{"".join(table.html for table in tables)}</div>',
        "\n".join(table.text for table in tables),
    )


def _table(part: pd.DataFrame, labels: pd.DataFrame, lang: str) -> Html:
    _ = translator(lang)
    items = part.drop_duplicates(["part", "item"])
    right = items["score"].gt(0.5)
    first = part.iloc[0]
    title = _(
        "Answers of {name}, {right} right and {wrong} wrong, drawn by lot from {n} ({setting})"
    ).format(
        name=first["name"],
        right=Count(right.sum(), lang),
        wrong=Count((~right).sum(), lang),
        n=Count(first["n"], lang),
        setting=setting_words(first, labels, lang),
    )
    if items["probability"].isna().all():
        shown, raw = _written(items, lang)
    elif items["target"].isna().all():
        shown, raw = _chosen(part, items, lang)
    else:
        shown, raw = _likely(items, lang)
    caption = _("What the model was asked, and what it answered")
    return folded(html_table(shown, caption=caption, raw=raw, lang=lang), title)


def _verdicts(items: pd.DataFrame, lang: str) -> list[str]:
    _ = translator(lang)
    words = {True: "✓\N{NO-BREAK SPACE}" + _("right"), False: "✗\N{NO-BREAK SPACE}" + _("wrong")}
    return [words[bool(score > 0.5)] for score in items["score"]]


def _columns(items: pd.DataFrame, lang: str, further: dict[str, list[str]]) -> pd.DataFrame:
    _ = translator(lang)
    asked = [
        passage(text if pd.isna(text) or shots == 0 else _last(str(text)))
        for text, shots in zip(items["question"], items["shots"], strict=True)
    ]
    return pd.DataFrame(
        {_("verdict"): _verdicts(items, lang), _("end of the question"): asked, **further}
    )


def _last(question: str) -> str:
    """The question behind its solved examples, from which a blank line sets it apart."""
    _examples, gap, asked = question.rpartition("\n\n")
    return f"…\n{asked}" if gap and asked.strip() else question


def _written(items: pd.DataFrame, lang: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    _ = translator(lang)
    empty = _("(nothing)")
    written = [empty if pd.isna(t) else passage(t, ends=True) for t in items["text"]]
    read = [empty if pd.isna(t) else passage(t, ends=True) for t in items["read"]]
    further = {
        _("right answer"): [passage(text, ends=True) for text in items["target"]],
        _("the model wrote"): written,
    }
    if read != written:
        further[_("the filter read")] = read
    table = _columns(items, lang, further)
    return table, tuple(table.columns[1:])


def _likely(items: pd.DataFrame, lang: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    _ = translator(lang)
    further = {
        _("right answer"): [passage(text, ends=True) for text in items["target"]],
        _("its probability"): [percent(share, lang) for share in items["probability"]],
    }
    table = _columns(items, lang, further)
    return table, tuple(table.columns[1:3])


def _chosen(
    part: pd.DataFrame, items: pd.DataFrame, lang: str
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    _ = translator(lang)
    cells = []
    for _item, choices in part.groupby(["part", "item"], sort=False):
        cells.append("".join(_choice(row, lang) for _i, row in choices.iterrows()))
    lists = [f'<ul class="em-choices">{cell}</ul>' for cell in cells]
    table = _columns(items, lang, {_("choices with their probabilities, ✓ right"): lists})
    return table, tuple(table.columns[1:])


def _choice(row: pd.Series, lang: str) -> str:
    _ = translator(lang)
    shown = _("choice {place}").format(place=Count(row["place"], lang))
    text = escape(shown) if pd.isna(row["text"]) else passage(row["text"])
    told = f"{percent(row['probability'], lang, 0)}: {text}"
    return f"<li>✓ <b>{told}</b></li>" if row["right"] else f"<li>{told}</li>"
