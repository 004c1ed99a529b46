"""Where readers' own models lie on the axes of a chart, and what is told of those that do not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from emergence.i18n import translator

_LINE = 15.0  # px from one name to the next
_FEW = 4


def with_lines(subtitle: str | list[str], more: Sequence[str]) -> str | list[str]:
    """Return a subtitle with further lines; as it is where there are none."""
    if not more:
        return subtitle
    return [*([subtitle] if isinstance(subtitle, str) else subtitle), *more]


def names(shown: pd.Series, lang: str) -> str:
    """Return the names of own models in a row, the first few of them."""
    _ = translator(lang)
    found = list(dict.fromkeys(shown))
    told = ", ".join(found[:_FEW])
    if len(found) <= _FEW:
        return told
    return _("{names} and {count} more").format(names=told, count=len(found) - _FEW)


def missing(rows: pd.DataFrame, scale: str, lang: str, other: str = "") -> list[str]:
    """Return a line on the own models that have a score, but no place on the axis `scale`.

    other: name of an axis that can be chosen, on which they may have one.
    """
    _ = translator(lang)
    if "tag" not in rows:
        return []
    out = rows[rows["tag"].notna() & rows[scale].isna()]
    if out.empty:
        return []
    told = {
        "params_active": _("Not drawn: {names} (parameters unknown)"),
    }.get(scale, _("Not drawn: {names} (training FLOPs unknown)"))
    if other and out["params_active"].notna().all():
        told = _("Only by parameters: {names} (training FLOPs unknown)")
    return [told.format(names=names(out["tag"], lang))]


def placed(
    rows: pd.DataFrame, span: tuple[float, float], height: float, y: str = "value"
) -> pd.DataFrame:
    """Return rows of a chart with the column `dy`: how far (px, downwards) the name of an own model
    moves from its point so that none covers another's.

    span: of the vertical axis, `height` px long. Rows without own models stay as they are.
    """
    if "tag" not in rows or rows.empty:
        return rows
    low, high = span
    places = (high - rows[y]) / ((high - low) or 1) * height
    moved = pd.Series(0.0, index=rows.index)
    last = -np.inf
    for at, place in places[rows["tag"].notna()].sort_values().items():
        spot = max(place, last + _LINE)
        moved[at], last = spot - place, spot
    # As many upwards as downwards: a pile of names stays around its points.
    return rows.assign(dy=(moved - moved.max() / 2).round(1).where(rows["tag"].notna()))


def right_of(
    rows: pd.DataFrame, x: str, low: float | None = None, high: float | None = None
) -> str:
    """Return a Vega expression: whether a row lies in the right half of a logarithmic axis.

    The axis goes from `low` to `high`; without them from the least to the greatest of column `x`.
    """
    least = rows[x].min() if low is None else low
    most = rows[x].max() if high is None else high
    return f"datum.{x} > {np.sqrt(float(least) * float(most)):.4g}"


def stretched(
    rows: pd.DataFrame, scale: str, bounds: tuple[str, str], ticks: str
) -> tuple[str, str]:
    """Return the domain and the ticks of a logarithmic axis, wider where an own model lies outside.

    bounds, ticks: those of the book, as they stand in an expression.
    """
    low, high = (float(bound) for bound in bounds)
    own = rows.loc[rows["tag"].notna(), scale].dropna() if "tag" in rows else pd.Series()
    if own.empty or (own.min() >= low and own.max() <= high):
        return f"[{', '.join(bounds)}]", ticks
    first = min(np.floor(np.log10(low)), np.floor(np.log10(own.min()) - 0.2))
    last = max(np.ceil(np.log10(high)), np.ceil(np.log10(own.max()) + 0.2))
    powers = np.linspace(first + 1, last - 1, 3).round().astype(int)
    return f"[1e{first:.0f}, 1e{last:.0f}]", f"[{', '.join(f'1e{power}' for power in powers)}]"
