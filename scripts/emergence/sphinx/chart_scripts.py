"""The scripts behind living charts: what each draws, and the table it is drawn from.

A page opened by double click can fetch nothing, but load scripts. So a page's charts are a script
of their own, which a deck of the same chapter shares, and so are the rows of each chart, which
nobody loads who does not ask for them.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from sphinx.locale import get_translation

from emergence import formats
from emergence.i18n import INTERFACE
from emergence.sphinx import specs

ROWS = 200
"""Rows of a table that are drawn at once."""
DIGITS = 4
"""Significant digits of a number in a table; the CSV file has all."""
DRAWN = 5
"""Significant digits of a number that is drawn: a chart of 1,000 pixels shows three."""
_WHICH = {"task", "metric", "prompting", "filter"}  # whose score, where a chart has panels of them
_HUGE, _TINY = 1e15, 1e-4  # from where on a number is told as a power of ten

_ = get_translation(INTERFACE)


def _registered(registry: str, entries: Mapping[str, Any]) -> str:
    told = json.dumps(entries, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"Object.assign((window.{registry} ??= {{}}), {told});\n"


def page_script(charts: Mapping[str, specs.Spec]) -> str:
    """The script of a page's charts, by name; empty where none of them comes to life.

    What brings a chart to life is as `specs.payload` tells it, its rows told as columns.
    """
    found = {
        name: _in_columns(specs.payload(spec))
        for name, spec in charts.items()
        if specs.interaction(spec) != "never"
    }
    return _registered("emergenceCharts", found) if found else ""


def _in_columns(payload: specs.Spec) -> specs.Spec:
    """The payload with `{"columns": {name: values}}` for rows, which takes far fewer bytes.

    Columns that the chart never names are left out, unless it names none. Numbers have `DRAWN`
    significant digits. Rows that have not all the same names stay as they are.
    """
    told = json.dumps({key: part for key, part in payload.items() if key != "datasets"})
    datasets = {
        name: {"columns": {k: [_drawn(row[k]) for row in rows] for k in _named(rows[0], told)}}
        if rows and all(isinstance(row, dict) and row.keys() == rows[0].keys() for row in rows)
        else rows
        for name, rows in payload["datasets"].items()
    }
    return {**payload, "datasets": datasets}


def _named(row: Mapping[str, Any], told: str) -> list[str]:
    return [key for key in row if key in told] or list(row)


def _drawn(value: Any) -> Any:
    """A value of a row with the digits that can be seen; whole numbers stay."""
    if not isinstance(value, float) or value == round(value):
        return value
    return float(f"{value:.{DRAWN}g}")


def rows_script(name: str, table: str, spec: specs.Spec, lang: str) -> str:
    """The script with the table behind a chart, numbers as the language writes them.

    table: CSV with a head. What the chart draws comes first, words before numbers. Columns without
    any value are left out; those with one value in all of several rows are told beside the table.
    """
    title, used = specs.title(spec), specs.fields(spec)
    head, *rows = csv.reader(io.StringIO(table))
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(head)
    shown, fixed = [], []
    for column, cells in zip(head, columns, strict=True):
        if not any(cells):
            continue
        number = all(_is_number(cell) for cell in cells if cell)
        texts = [_text(cell, lang, number=number) for cell in cells]
        if len(rows) > 1 and len(set(cells)) == 1:
            fixed.append([column, texts[0]])
        else:
            shown.append([column, int(number), texts])
    shown.sort(key=lambda column: _rank(column[0], used, number=bool(column[1])))
    caption = _("Data of the chart: {title}").format(title=title) if title else _("Data")
    words = {
        "caption": str(caption),
        "fixed": str(_("The same in all rows:")),
        "shown": str(_("Rows shown: {shown} of {all}")),
        "whole": str(_("The CSV file has all rows, and all digits.")),
        "more": str(_("Show more rows")),
        "step": ROWS,
    }
    return _registered("emergenceRows", {name: {**words, "head": fixed, "columns": shown}})


def _rank(column: str, used: set[str], *, number: bool) -> int:
    """Where a column stands: what is drawn, whose it is, how much it is, and the rest."""
    if column in used:
        return 2 if number else 0
    return 1 if column in _WHICH else 3


def _is_number(cell: str) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False


def _text(cell: str, lang: str, *, number: bool) -> str:
    if not cell:
        return formats.MISSING
    if not number:
        return {"True": str(_("yes")), "False": str(_("no"))}.get(cell, cell)
    value = float(cell)
    if value and not _TINY <= abs(value) < _HUGE:
        return formats.scientific(value, lang, DIGITS - 1)
    return (
        formats.whole(value, lang)
        if value == round(value)
        else formats.significant(value, lang, DIGITS)
    )


def controls_html(params: Sequence[Mapping[str, Any]]) -> str:
    """Inputs as Vega will make them, unseen: they keep the room, so that nothing moves later."""
    made = []
    for param in params:
        bind, kind = param["bind"], param["bind"]["input"]
        name = f'<span class="vega-bind-name">{escape(str(bind.get("name", param["name"])))}</span>'
        options = bind.get("labels") or bind.get("options") or ()
        if kind == "radio":
            each = "".join(
                f'<label><input type="radio" disabled>{escape(str(option))}</label>'
                for option in options
            )
            made.append(f'{name}<span class="vega-bind-radio">{each}</span>')
        elif kind == "select":
            each = "".join(f"<option>{escape(str(option))}</option>" for option in options)
            made.append(f"<label>{name}<select disabled>{each}</select></label>")
        else:
            value = escape(str(param.get("value", "")))
            told = f"<span>{value}</span>" if kind == "range" else ""
            made.append(f'<label>{name}<input type="{escape(kind)}" disabled>{told}</label>')
    inner = "".join(f'<div class="vega-bind">{part}</div>' for part in made)
    return f'<div class="em-controls em-kept" aria-hidden="true">{inner}</div>' if made else ""
