"""Marks of readers' own models: stars in ink, named where they stand, drawn on top of the book's.

Names of these models are untrusted text: they go into rows of data and into texts, never into the
name of a column or, unquoted, into an expression.
"""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from emergence.formats import number, scientific, whole
from emergence.i18n import translator
from emergence.readers import OWN_ITEMS

INK = "#1f2328"
"""Nearly black on the light page and nearly white on the dark one: no other mark is."""
_SECOND = "#2563a8"
PAGE = "#ffffff"


def _short(value: float) -> str:
    return f"{round(value, 2) + 0.0:g}"


def _star(points: int, inner: float) -> str:
    """A star as an SVG path between -1 and 1, a point upwards."""
    turns = np.arange(2 * points) * np.pi / points
    reach = np.where(np.arange(2 * points) % 2, inner, 1.0)
    corners = [
        f"{_short(r * np.sin(t))},{_short(-r * np.cos(t))}"
        for r, t in zip(reach, turns, strict=True)
    ]
    return f"M{'L'.join(corners)}Z"


SHAPES = (_star(5, 0.42), _star(4, 0.44), _star(6, 0.55), _star(3, 0.36), _star(8, 0.62))
"""One a model, in their order; after them the same in another colour."""

_TOLD = 6  # own scores that a text alternative tells one by one
GROW = 2.6
"""How much larger a star is than a mark of the book's models beside it."""


def style(place: int) -> tuple[str, str]:
    """Return colour and shape of the own model with this number, the same in every chart."""
    return (INK, _SECOND)[place // len(SHAPES) % 2], SHAPES[place % len(SHAPES)]


def entries(rows: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Return colour and shape of every own model among `rows`, by its label in the legend."""
    if "mark" not in rows:
        return {}
    found = rows.dropna(subset="mark").drop_duplicates("mark").sort_values("place")
    return {name: style(int(at)) for name, at in zip(found["mark"], found["place"], strict=True)}


def mark(name: str, lang: str) -> str:
    """Return what a legend calls an own model."""
    _ = translator(lang)
    return _("your model: {name}").format(name=name)


def key(lang: str) -> str:
    """Return the line that says what stars are, where no legend does."""
    _ = translator(lang)
    return _("Stars: your own models; hollow where not comparable")


def told_apart(flags: object, lang: str) -> str:
    """Return in words what sets a score apart, empty where nothing does.

    flags: codes separated by semicolons, or missing.
    """
    _ = translator(lang)
    words = {
        "limited_run": _("few items"),
        "chat_template": _("chat template: not comparable"),
        "system_prompt": _("system prompt: not comparable"),
        OWN_ITEMS: _("own items"),
    }
    return "; ".join(words[flag] for flag in str(flags).split(";")) if pd.notna(flags) else ""


def marked(own: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Return own rows with what marks them in a chart.

    own: as `readers.Readers.own`. Added: mark (label of the legend), tag (text beside the point),
    what (what a tooltip says of it), n_text, flops_text, noted.
    """
    _ = translator(lang)
    apart = [told_apart(flags, lang) for flags in own["flags"]]
    short = [
        _tag(name, flags, lang) for name, flags in zip(own["shown"], own["flags"], strict=True)
    ]
    yours = _("your model")
    return own.assign(
        mark=[mark(name, lang) for name in own["shown"]],
        tag=short,
        what=[f"{yours}; {words}" if words else yours for words in apart],
        n_text=[_("not a count") if pd.isna(n) else whole(n, lang) for n in own["n"]],
        flops_text=[
            _("unknown") if pd.isna(flops) else scientific(flops, lang)
            for flops in own["train_flops"]
        ],
        noted=own["note"].notna().astype(bool),
    )


def _tag(name: str, flags: object, lang: str) -> str:
    _ = translator(lang)
    own_items = pd.notna(flags) and OWN_ITEMS in str(flags).split(";")
    return _("{name} (own items)").format(name=name) if own_items else name


def sentence(own: pd.DataFrame, lang: str) -> str:
    """Return what a text alternative says of own models: whose marks they are, and their scores
    where each has one only."""
    _ = translator(lang)
    names = own["shown"].tolist()
    told = list(dict.fromkeys(names))
    if len(told) == len(names) and own["value"].notna().all():
        told = [
            _("{name} {score}").format(name=name, score=number(value, lang, 2))
            for name, value in zip(names, own["value"], strict=True)
        ]
    text = "; ".join(told[:_TOLD])
    if len(told) > _TOLD:
        text = _("{names} and {count} more").format(names=text, count=len(told) - _TOLD)
    return _("Stars are your own models: {names}.").format(names=text)


def joined(table: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """Return the rows behind a chart with those of own models on top, told by two columns more."""
    book = table.loc[~table["own"], table.columns.drop("own")] if "own" in table else table
    # Whole numbers stay whole where own models have none.
    book = book.astype(dict.fromkeys(book.select_dtypes("integer").columns, "Int64"))
    columns = [column for column in book if column in own]
    named = {} if {"name", "model"} & {*columns} else {"name": own["shown"]}
    mine = own[[*columns, "flags"]].assign(own=True, **named)
    order = [*named, *book.columns, "own", "flags"]
    return pd.concat([mine, book.assign(own=False)], ignore_index=True)[order]


def points(
    rows: pd.DataFrame,
    x: alt.X,
    y: alt.Y,
    lang: str,
    *,
    size: float,
    tooltip: Sequence[alt.Tooltip],
    by: str | None = None,
    apart: float = 0.0,
) -> list[alt.Chart]:
    """Return the stars of own models: filled where they are comparable, else hollow.

    rows: from `marked`, compact, with the columns of `x` and `y`. by: column that holds their marks
    and whose scales and legend another layer has, with `entries` in them; without it the stars have
    no legend, and `apart` is the way (px) between two models in one place.
    """
    _ = translator(lang)
    told = [alt.Tooltip("what:N", title=_("mark")), *tooltip]
    looks = {} if by is None else {"color": alt.Color(f"{by}:N"), "shape": alt.Shape(f"{by}:N")}
    layers = []
    # Scales of the other marks are their own: without a legend each model is a layer.
    models = rows["place"] if by is None else rows["place"] * 0
    order = sorted(models.unique())
    for (hollow, at), part in rows.groupby([rows["noted"], models.rename("at")]):
        look: dict[str, object] = {"filled": not hollow}
        if hollow:
            look |= {"strokeWidth": 1.6, "fill": PAGE}
        if by is None:
            ink, look["shape"] = style(int(at))
            look |= {"stroke": ink} if hollow else {"color": ink}
        if apart:
            look["yOffset"] = apart * (order.index(at) - (len(order) - 1) / 2)
        base = alt.Chart(part).mark_point(size=size * GROW, opacity=1, **look)
        layers.append(base.encode(x=x, y=y, tooltip=told, **looks))
    return layers


def texts(rows: pd.DataFrame, x: alt.X, y: alt.Y, right: str, text: str = "tag") -> list[alt.Chart]:
    """Return the names beside the stars, legible on whatever lies below.

    rows: as `points` takes them, with the column `dy` (px); right: Vega expression, true of a row
    whose point lies so far right that its name stands left of it.
    """
    if rows.empty:
        return []
    place = {
        "align": alt.ExprRef(f"{right} ? 'right' : 'left'"),
        "dx": alt.ExprRef(f"{right} ? -11 : 11"),
        "dy": alt.ExprRef("datum.dy"),
        "baseline": "middle",
        "fontSize": 12,
        "fontWeight": 600,
    }
    base = alt.Chart(rows)
    halo = base.mark_text(**place, color=PAGE, stroke=PAGE, strokeWidth=4, strokeJoin="round")
    ink = base.mark_text(**place, color=INK)
    return [layer.encode(x=x, y=y, text=f"{text}:N") for layer in (halo, ink)]
