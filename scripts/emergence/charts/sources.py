"""Tables of the chapter on sources."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

from emergence.formats import date
from emergence.i18n import translator


def data_sources(sources: pd.DataFrame, rows: pd.Series, lang: str) -> pd.DataFrame:
    """Return the sources of the data as a table to show; the first column is HTML.

    rows: number of rows of the book's tables that come from each source, by source.
    """
    _ = translator(lang)
    count = sources["source"].map(rows).fillna(0).astype(int)
    titles = [_linked(t, a) for t, a in zip(sources["title"], sources["address"], strict=True)]
    return pd.DataFrame(
        {
            _("source"): titles,
            _("parts used"): sources["files"].str.replace(r"([/_])", "\\1\u200b", regex=True),
            _("licence"): sources["licence"],
            _("accessed"): sources["accessed"].map(lambda day: date(day, lang), na_action="ignore"),
            _("rows here"): count,
        }
    )


def _linked(title: str, address: str | None) -> str:
    return escape(title) if pd.isna(address) else f'<a href="{escape(address)}">{escape(title)}</a>'


def book_tables(
    package: dict[str, Any], tables: dict[str, pd.DataFrame], lang: str
) -> pd.DataFrame:
    """Return the book's tables as a table to show: file (HTML), what it holds, rows, columns.

    package: the content of `datapackage.json`.
    """
    _ = translator(lang)
    resources = package["resources"]
    rows = [len(tables[r["name"]]) for r in resources]
    return pd.DataFrame(
        {
            _("file"): [f'<a href="../data/{r["path"]}">{r["path"]}</a>' for r in resources],
            _("holds"): [r["description"] for r in resources],
            _("rows"): rows,
            _("columns"): [len(r["schema"]["fields"]) for r in resources],
        }
    )


def rows_by_source(tables: dict[str, pd.DataFrame]) -> pd.Series:
    """Return how many rows of the tables name each source; the table of sources does not count."""
    named = [t["source"] for name, t in tables.items() if name != "sources" and "source" in t]
    return pd.concat(named).value_counts()
