"""Charts as a room sees them: flatter, without the title that the slide has already said.

Drawn for the pages, a chart would fill a slide with its height and leave its letters small. What
is drawn at 700 px and at 320 px here is then enlarged by style sheets until it fills its slide.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from emergence.sphinx.figures import Chart, Picture
from emergence.sphinx.specs import Spec, is_fluid

PREFIX = "slide-"
"""What the name of a chart begins with in a deck."""

PLOT = 230
"""Height of a plot on a slide, px, where nothing but the plot depends on it."""
SUBTITLE = {"fontSize": 12.5, "fontWeight": "normal", "color": "#4b5563"}

# Places for a chart on a slide of 1280 x 720 px: below two lines of text, and beside a column.
_BELOW, _BESIDE = (1180, 440), (760, 550)


def _encodings(spec: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield spec.get("encoding", {})
    for layer in spec.get("layer", ()):
        yield from _encodings(layer)


def _has_rows(spec: Mapping[str, Any]) -> bool:
    """Whether the chart has a row for each thing it shows, so that its height is theirs."""
    discrete = ("nominal", "ordinal")
    return any(
        encoding.get("y", {}).get("type") in discrete or "row" in encoding
        for encoding in _encodings(spec)
    )


def heading(title: Any) -> Any:
    """What stays of a chart's title: its second line; all of one that changes with the chart."""
    if not isinstance(title, Mapping) or not isinstance(title.get("text"), str | list):
        return title if isinstance(title, Mapping) else None
    subtitle = title.get("subtitle")
    if not subtitle:
        return None
    lines = [subtitle] if isinstance(subtitle, str) else subtitle
    return {"text": "; ".join(lines), **SUBTITLE}


def for_slide(spec: Mapping[str, Any]) -> Spec:
    """The spec of a chart as its slide shows it."""
    done = {key: value for key, value in spec.items() if key != "title"}
    if kept := heading(spec.get("title")):
        done["title"] = kept
    height = spec.get("height")
    if is_fluid(spec) and isinstance(height, int | float) and not _has_rows(spec):
        done["height"] = min(height, PLOT)
    return done


def on_slide(chart: Chart, docname: str) -> Chart:
    """The chart as the deck `docname` shows it, a chart of its own."""
    spec = json.dumps(for_slide(chart.parsed()), ensure_ascii=False, separators=(",", ":"))
    return replace(chart, name=PREFIX + chart.name, docname=docname, spec=spec)


def stands_beside(picture: Picture) -> bool:
    """Whether a chart gets larger beside the text of a slide than below it."""

    def scale(room: tuple[int, int]) -> float:
        return min(room[0] / picture.width, room[1] / picture.height)

    return scale(_BESIDE) > scale(_BELOW)
