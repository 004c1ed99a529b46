"""Charts as a room sees them: flatter, without the title that the slide has already said.

Drawn for the pages, a chart would fill a slide with its height and leave its letters small. What
is drawn at 700 px and at 320 px here is then enlarged by style sheets until it fills its slide.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from emergence.sphinx.figures import Chart, Picture
from emergence.sphinx.specs import Spec, is_fluid, narrow_columns

PREFIX = "slide-"
"""What the name of a chart begins with in a deck."""

PLOT = 230
"""Height of a plot on a slide, px, where nothing but the plot depends on it."""
FEW = 3
"""Labels that keep apart at any height."""
SUBTITLE = {"fontSize": 12.5, "fontWeight": "normal"}

# Places for a chart on a slide of 1280 x 720 px: below two lines of text, and beside a column.
_BELOW, _BESIDE = (1180, 440), (760, 550)
_PHONE = (328, 450)  # on a phone, below the title

Size = tuple[int, int]


def _layers(spec: Mapping[str, Any], data: Any = None) -> Iterator[tuple[Mapping[str, Any], Any]]:
    """The chart and its layers, each with the data that it draws."""
    data = spec.get("data", data)
    yield spec, data
    for layer in spec.get("layer", ()):
        yield from _layers(layer, data)


def _keeps_its_height(spec: Mapping[str, Any]) -> bool:
    """Whether a chart has a row for each thing it shows, or labels that were placed apart."""
    for layer, data in _layers(spec):
        encoding, mark = layer.get("encoding", {}), layer.get("mark")
        y = encoding.get("y", {})
        if y.get("type") in ("nominal", "ordinal") or "row" in encoding:
            return True
        text = "text" in (mark, mark.get("type") if isinstance(mark, Mapping) else None)
        named = spec.get("datasets", {}).get((data or {}).get("name"), ())
        if text and "field" in y and len((data or {}).get("values", named)) > FEW:
            return True
    return False


def _flattened(spec: Mapping[str, Any], height: float) -> Spec:
    """The spec at another height; what stands at a height in px moves with it."""
    share = height / spec["height"]

    def moved(layer: Mapping[str, Any]) -> Spec:
        done = dict(layer)
        if "layer" in layer:
            done["layer"] = [moved(inner) for inner in layer["layer"]]
        if "encoding" in layer:
            done["encoding"] = {
                key: {**channel, "value": channel["value"] * share}
                if key in ("y", "y2") and isinstance(channel.get("value"), int | float)
                else channel
                for key, channel in layer["encoding"].items()
            }
        return done

    return {**moved(spec), "height": height}


def heading(title: Any) -> Any:
    """What stays of a chart's title: its second line; all of one that changes with the chart."""
    if not isinstance(title, Mapping) or not isinstance(title.get("text"), str | list):
        return title if isinstance(title, Mapping) else None
    subtitle = title.get("subtitle")
    if not subtitle:
        return None
    return {"text": subtitle if isinstance(subtitle, str) else "; ".join(subtitle), **SUBTITLE}


def for_slide(spec: Mapping[str, Any]) -> Spec:
    """The spec of a chart as its slide shows it."""
    done = {key: value for key, value in spec.items() if key != "title"}
    if kept := heading(spec.get("title")):
        done["title"] = kept
    height = spec.get("height")
    tall = isinstance(height, int | float) and height > PLOT
    return (
        _flattened(done, PLOT) if tall and is_fluid(spec) and not _keeps_its_height(spec) else done
    )


def _scale(size: Size, room: Size) -> float:
    return min(room[0] / size[0], room[1] / size[1])


def for_phone(spec: Spec, measure: Callable[[Spec], Size]) -> Spec:
    """The spec with as many small multiples a row as make them largest on a phone.

    measure: width and height of a spec's picture, px.
    """
    fewest = narrow_columns(spec)
    if not fewest:
        return spec
    choice = range(fewest, spec["columns"] + 1)
    best = max(choice, key=lambda columns: _scale(measure({**spec, "columns": columns}), _PHONE))
    return {**spec, "usermeta": {**spec["usermeta"], "narrowColumns": best}}


def on_slide(chart: Chart, docname: str, measure: Callable[[Spec], Size]) -> Chart:
    """The chart as the deck `docname` shows it, a chart of its own."""
    spec = for_phone(for_slide(chart.parsed()), measure)
    text = json.dumps(spec, ensure_ascii=False, separators=(",", ":"))
    return replace(chart, name=PREFIX + chart.name, docname=docname, spec=text)


def stands_beside(picture: Picture) -> bool:
    """Whether a chart gets larger beside the text of a slide than below it."""
    size = picture.width, picture.height
    return _scale(size, _BESIDE) > _scale(size, _BELOW)
