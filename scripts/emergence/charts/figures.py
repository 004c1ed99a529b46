"""How a chart or table leaves a chapter: with a name, a text alternative and the data behind it."""

from __future__ import annotations

import json
import numbers
import re
from dataclasses import dataclass, field
from html import escape
from typing import Any

import altair as alt
import pandas as pd

from emergence.charts import own_marks
from emergence.charts.frontends import living_html
from emergence.charts.theme import CONFIG
from emergence.errors import ChapterError
from emergence.formats import MISSING, significant, vega_locale, whole
from emergence.outputs import for_book

MIME = "application/vnd.vegalite.v6+json"
SHORT, PROSE = 12, 60  # characters, up to which a cell is a word, and from which it is prose
_TAG = re.compile(r"<[^>]*>")
_FORMULA = {"=", "+", "-", "@"}


@dataclass(frozen=True)
class Figure:
    """A chart with what a reader without eyes, scripts or patience for pictures needs."""

    spec: dict[str, Any] = field(repr=False)
    name: str
    alt: str
    table: pd.DataFrame = field(repr=False)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        if not for_book():
            return {"text/html": living_html(self.spec, self.alt), "text/plain": self.alt}
        table = as_text(self.table).to_csv(index=False)
        data = {MIME: self.spec, "text/plain": self.alt, "text/csv": table}
        return data, {MIME: {"name": self.name}}


def as_text(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose texts no spreadsheet takes for formulas: an apostrophe stands before
    them."""
    texts = table.select_dtypes(["object", "string"]).columns
    return table.assign(**{c: table[c].map(_no_formula, na_action="ignore") for c in texts})


def _no_formula(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip()[:1] in _FORMULA else cell


def figure(
    chart: alt.TopLevelMixin,
    *,
    name: str,
    alt: str,
    table: pd.DataFrame,
    lang: str,
    narrow_columns: int | None = None,
    own: pd.DataFrame | None = None,
) -> Figure:
    """Return the chart as a figure of the book.

    name: lower-case words joined by hyphens, unique in the book. alt: what the chart shows, in a
    sentence or two. table: the rows behind it, offered as CSV. lang: the language whose signs the
    numbers on axes and in tooltips have. narrow_columns: columns of small multiples on a phone.
    own: rows of readers' models that the chart shows; they join the rows of the table, and the
    sentences. Raises ChapterError for a name or text that will not do.
    """
    if own is not None and not own.empty:
        alt, table = f"{alt} {own_marks.sentence(own, lang)}", own_marks.joined(table, own)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise ChapterError(f"figure: name: found {name!r}; expected words joined by hyphens")
    if len(alt.split()) < 5:
        raise ChapterError(f"figure {name}: alt: found {alt!r}; expected what the chart shows")
    spec = chart.to_dict()
    spec["config"] = CONFIG | {"locale": vega_locale(lang)}
    try:
        json.dumps(spec, allow_nan=False)
    except ValueError as error:
        raise ChapterError(f"figure {name}: found a number that is not finite") from error
    if narrow_columns is not None:
        spec["usermeta"] = {"narrowColumns": narrow_columns}
    return Figure(spec, name, alt, table)


@dataclass(frozen=True)
class Html:
    """A piece of HTML that a chapter shows, with plain text for other readers."""

    html: str
    text: str

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}


def html_table(
    table: pd.DataFrame,
    *,
    caption: str,
    lang: str,
    sort_values: pd.DataFrame | None = None,
    sortable: bool = False,
    filterable: bool = False,
    raw: tuple[str, ...] = (),
) -> Html:
    """Return `table` as an HTML table, texts escaped but in the columns named `raw`.

    Cells are shown as `str`, numbers as the language writes them, missing ones as a dash.
    sort_values: a frame of the same shape with what to sort by in place of what is shown. Numbers
    are set to the right. Raises ChapterError for two columns of one name.
    """
    keys = table if sort_values is None else sort_values
    if not table.columns.is_unique:
        raise ChapterError(f"table {caption!r}: found two columns of one name; expected others")
    cells_as_text = {column: [_text(c, lang) for c in table[column]] for column in table}
    texts = pd.DataFrame(cells_as_text, dtype="str")
    kinds = [
        "em-number" if pd.api.types.is_numeric_dtype(keys[column]) else _length(texts[column])
        for column in texts.columns
    ]
    head = "".join(
        f'<th scope="col"{_css(kind)}>{escape(str(column))}</th>'
        for column, kind in zip(texts.columns, kinds, strict=True)
    )
    rows = []
    for shown, sort in zip(
        texts.itertuples(index=False), keys.itertuples(index=False), strict=True
    ):
        cells = []
        for column, cell, key, kind in zip(texts.columns, shown, sort, kinds, strict=True):
            text = cell if column in raw else escape(cell)
            value = "" if pd.isna(key) else f' data-value="{escape(str(key))}"'
            cells.append(f"<td{_css(kind)}{value if sortable else ''}>{text}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    options = ' class="em-sortable"' if sortable else ""
    options += ' data-filter="1"' if filterable else ""
    html = (
        f'<div class="em-table"><table{options}><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )
    return Html(html, f"{caption}\n{texts.to_string(index=False)}")


def _text(cell: object, lang: str) -> str:
    """Return what a reader sees of a cell."""
    if pd.isna(cell):
        return MISSING
    if isinstance(cell, numbers.Integral):
        return whole(int(cell), lang)
    return significant(float(cell), lang) if isinstance(cell, numbers.Real) else str(cell)


def _length(column: pd.Series) -> str:
    """Return how long the texts of a column are, as a class: what is short stays on one line."""
    longest = column.str.replace(_TAG, "", regex=True).str.len().max()
    if longest > PROSE:
        return "em-prose"
    return "em-words" if longest > SHORT else "em-short"


def _css(kind: str) -> str:
    return f' class="{kind}"'


def stacked(*parts: Html | None) -> Html:
    """Return pieces of HTML as one; those that are None are left out."""
    there = [part for part in parts if part is not None]
    return Html("".join(part.html for part in there), "\n".join(part.text for part in there))


def empty_panel(title: str, text: str, name: str = "") -> Html:
    """Return a panel that says why there is nothing to draw, in place of a missing chart.

    name: that of the chart, where a slide shows it; the slide then shows the panel.
    """
    called = f' data-chart="{escape(name)}"' if name else ""
    html = (
        f'<div class="em-empty" role="note"{called}><p class="em-empty-title">{escape(title)}</p>'
        f"<p>{escape(text)}</p></div>"
    )
    return Html(html, f"{title}: {text}")
