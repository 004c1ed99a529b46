"""Names of points and rows, written so that none covers another or is cut off."""

from __future__ import annotations

import json
from collections.abc import Iterable

import altair as alt
import numpy as np
import pandas as pd

from emergence.wrapping import breadth, lines

# Side of the point: alignment, and the offset of the text in px.
SIDES = {
    "right": ("left", 11, 0),
    "left": ("right", -11, 0),
    "below": ("center", 0, 17),
    "above": ("center", 0, -16),
}
_CHARACTER, _LINE, _POINT = 6.2, 13.0, 9.0
_LEADING = 14  # px from one line of an axis label to the next
_EDGE = 0.85  # share of the width


def text_width(text: str) -> float:
    """Return how wide a text is in px, on the safe side."""
    return _CHARACTER * breadth(text)


def _box(x: float, y: float, width: float, side: str) -> tuple[float, float, float, float]:
    align, dx, dy = SIDES[side]
    left = {"left": x + dx, "right": x + dx - width, "center": x - width / 2}[align]
    return left, left + width, y + dy - _LINE / 2, y + dy + _LINE / 2


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3]


def placed(
    points: pd.DataFrame,
    x: str,
    y: str,
    text: str,
    *,
    decades: tuple[tuple[float, float], tuple[float, float]] = ((19.5, 25), (7.3, 12.3)),
    size: tuple[int, int] = (520, 360),
) -> pd.DataFrame:
    """Return `points` with the columns align, dx, dy (px) of a text that covers nothing.

    Both axes are logarithmic and span `decades`; `size` is the plot in px. Points come in the order
    given, each at the first free side; those with no free side are left out, without a name.
    """
    (x0, x1), (y0, y1) = decades
    px = (np.log10(points[x].to_numpy(dtype=float)) - x0) / (x1 - x0) * size[0]
    py = (y1 - np.log10(points[y].to_numpy(dtype=float))) / (y1 - y0) * size[1]
    taken = [(a - _POINT, a + _POINT, b - _POINT, b + _POINT) for a, b in zip(px, py, strict=True)]
    rows = []
    for i, name in enumerate(points[text]):
        width = text_width(name)
        # Near the right edge a name beside its point leaves the plot of a phone.
        first = ["above", "below"] if px[i] > _EDGE * size[0] else []
        for side in dict.fromkeys((*first, *SIDES)):
            align, dx, dy = SIDES[side]
            box = _box(px[i], py[i], width, side)
            others = taken[:i] + taken[i + 1 :]
            inside = box[0] >= 0 and box[1] <= size[0]
            if inside and not any(_overlap(box, other) for other in others):
                taken.append(box)
                rows.append({"index": points.index[i], "align": align, "dx": dx, "dy": dy})
                break
    found = pd.DataFrame(rows, columns=["index", "align", "dx", "dy"]).set_index("index")
    return points.join(found, how="inner")


def deepest(names: Iterable[str], characters: int) -> int:
    """Return how many lines of at most so many characters the longest of the names takes."""
    return max((len(lines(name, characters)) for name in names), default=1)


def line_length(names: Iterable[str], deep: int, least: int, most: int) -> int:
    """Return the fewest characters a line, from `least` on, that break no name into over `deep`.

    Where no such number up to `most` exists, `most`.
    """
    every = list(names)
    fitting = (n for n in range(least, most) if deepest(every, n) <= deep)
    return next(fitting, most)


def row_height(names: Iterable[str], characters: int, least: int) -> int:
    """Return the px that a row needs for its name on `name_axis`, at least `least`."""
    return max(least, _LEADING * deepest(names, characters) + 4)


def in_lines(names: Iterable[str], characters: int) -> dict[str, str]:
    """Return the option of a legend that breaks long names into lines; none where all are short."""
    broken = {name: lines(name, characters) for name in names}
    if deepest(broken, characters) == 1:
        return {}
    return {"labelExpr": f"{json.dumps(broken, ensure_ascii=False)}[datum.label]"}


def name_axis(names: Iterable[str], characters: int, **options: object) -> alt.Axis:
    """Return the vertical axis of a chart with one row a name, long names in several lines."""
    rows = list(names)
    broken = in_lines(rows, characters)
    # Vega sets the first line on the row; the block belongs around it.
    higher = [
        {
            "test": f"length({broken['labelExpr'].replace('datum.label', 'datum.value')}) == {n}",
            "value": -_LEADING * (n - 1) / 2,
        }
        for n in range(2, deepest(rows, characters) + 1)
    ]
    offset = {"labelOffset": {"condition": higher, "value": 0}} if higher else {}
    return alt.Axis(title=None, **broken, **offset, **options)
