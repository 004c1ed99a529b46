"""Vega-Lite specs and the pictures made of them: pure functions, no Sphinx.

A spec is a JSON object as Altair's `to_dict` gives it. Nothing here mutates its input.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from emergence.wrapping import lines

Scheme = Literal["light", "dark"]
Interaction = Literal["near", "touch", "never"]
Spec = dict[str, Any]

SCHEMES: tuple[Scheme, ...] = ("light", "dark")
WIDE = 700  # px, the text column of a laptop
PHONE = 320  # px, the text column of a 360 px phone
# Mean width of a character in px, on the safe side, at the sizes of the chart theme.
TITLE_CHARACTER = 8.6
SUBTITLE_CHARACTER = 6.6
PHONE_PAGE = "(max-width: 600px)"

# Darkest and lightest grey of a chart on the dark page; other greys lie between, mirrored.
DARK_PAGE = 0x14
DARK_INK = 0xEA
NEARLY_GREY = 32  # distance of the channels up to which a colour counts as grey
# Colours that would be too dark on the dark page, and what stands for them there.
DARK_COLOURS = {
    "#2563a8": "#6aa5e8",
    "#0072b2": "#3d9be0",
    "#1f4e79": "#6aa5e8",
    "#4c78a8": "#6c9bd1",
}
_INK, _MUTED, _LINE = "#e6e8eb", "#b9bfc8", "#39404a"
_GUIDE = {"labelColor": _MUTED, "titleColor": _INK}
DARK_CONFIG: Spec = {
    "axis": {**_GUIDE, "domainColor": "#6b7480", "tickColor": "#6b7480", "gridColor": _LINE},
    "header": _GUIDE,
    "legend": _GUIDE,
    "text": {"color": _INK},
    "title": {"color": _INK, "subtitleColor": _MUTED},
}
# Only where the chart's own theme says nothing.
DARK_DEFAULTS: Spec = {"view": {"stroke": _LINE}}
# The site says in words what a chart shows; generated labels are English and say little.
_BOTH = {"aria": False, "background": "transparent"}

_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})\Z")
_NAMED_GREYS = {"black": "#000000", "white": "#ffffff", "gray": "#808080", "grey": "#808080"}


def _dicts(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every object of a spec, the data left out."""
    if isinstance(value, Mapping):
        yield value
        for key, inner in value.items():
            if key not in ("datasets", "values"):
                yield from _dicts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _dicts(inner)


def is_fluid(spec: Mapping[str, Any]) -> bool:
    """Whether the chart takes the width of the column it stands in."""
    return spec.get("width") == "container"


def interaction(spec: Mapping[str, Any]) -> Interaction:
    """When the chart needs scripts: `near` the viewport (it has inputs), on `touch`, `never`."""
    binds = [
        param["bind"]
        for part in _dicts(spec)
        for param in part.get("params", ())
        if "bind" in param
    ]
    if any("input" in part for bind in binds for part in _dicts(bind)):
        return "near"
    selects = any("select" in param for part in _dicts(spec) for param in part.get("params", ()))
    tooltip = any(part.get("tooltip") for part in _dicts(spec))
    return "touch" if binds or selects or tooltip else "never"


def inputs(spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The parameters of a chart that a reader sets by inputs of their own, in order."""
    found = [param for part in _dicts(spec) for param in part.get("params", ())]
    return [param for param in found if "input" in (param.get("bind") or {})]


def fields(spec: Mapping[str, Any]) -> set[str]:
    """The columns that a chart draws or tells."""
    named = (part.get("field") for part in _dicts(spec))
    return {field for field in named if isinstance(field, str)}


def title(spec: Mapping[str, Any]) -> str:
    """The title of a chart in one line; empty where it has none."""
    given = spec.get("title") or ""
    text = given.get("text", "") if isinstance(given, Mapping) else given
    return " ".join(text) if isinstance(text, list) else str(text)


def external_addresses(spec: Mapping[str, Any]) -> list[str]:
    """Addresses the chart would load data from. The site allows none."""
    return [part["url"] for part in _dicts(spec) if isinstance(part.get("url"), str)]


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> Spec:
    both = dict(below)
    for key, value in above.items():
        old = below.get(key)
        both[key] = (
            _merged(old, value)
            if isinstance(old, Mapping) and isinstance(value, Mapping)
            else value
        )
    return both


def dark_colour(colour: str) -> str:
    """The colour (#rgb or #rrggbb) that stands for `colour` on the dark page."""
    full = colour.lower()
    if len(full) == 4:
        full = "#" + "".join(digit * 2 for digit in full[1:])
    red, green, blue = (int(full[i : i + 2], 16) for i in (1, 3, 5))
    if max(red, green, blue) - min(red, green, blue) <= NEARLY_GREY:
        grey = round(DARK_INK - (red + green + blue) / 3 / 255 * (DARK_INK - DARK_PAGE))
        return f"#{grey:02x}{grey:02x}{grey:02x}"
    return DARK_COLOURS.get(full, full)


def _recoloured(value: Any, key: str = "") -> Any:
    if isinstance(value, Mapping):
        return {
            name: inner if name in ("datasets", "values") else _recoloured(inner, name)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_recoloured(inner, key) for inner in value]
    if isinstance(value, str) and _HEX.match(value):
        return dark_colour(value)
    colours = key in ("color", "fill", "stroke", "range", "value") or key.endswith("Color")
    if colours and isinstance(value, str) and value in _NAMED_GREYS:
        return dark_colour(_NAMED_GREYS[value])
    return value


def themed(spec: Mapping[str, Any], scheme: Scheme) -> Spec:
    """The spec for the light or the dark page, on a transparent ground."""
    config = spec.get("config", {})
    bare = {key: value for key, value in spec.items() if key not in ("background", "config")}
    if scheme == "light":
        return {**bare, "config": _merged(config, _BOTH)}
    own = _merged(DARK_DEFAULTS, _recoloured(config))
    return {**_recoloured(bare), "config": _merged(_merged(own, DARK_CONFIG), _BOTH)}


def at_width(spec: Mapping[str, Any], width: int) -> Spec:
    """A fluid spec at a width in px, axes and legends included; any other spec as it is."""
    if not is_fluid(spec):
        return dict(spec)
    return {**spec, "width": width, "autosize": {"type": "fit-x", "contains": "padding"}}


def narrow_columns(spec: Mapping[str, Any]) -> int | None:
    """Columns of small multiples on a phone (`usermeta.narrowColumns`); None where not told."""
    return spec.get("usermeta", {}).get("narrowColumns") if "columns" in spec else None


def _lines(text: Any, characters: int) -> Any:
    """A title's text as lines of at most so many characters; what is no text stays as it is."""
    pieces = [text] if isinstance(text, str) else text
    if not isinstance(pieces, list) or not all(isinstance(piece, str) for piece in pieces):
        return text
    return [line for piece in pieces for line in lines(piece, characters)]


def wrapped_title(spec: Mapping[str, Any], width: int) -> Spec | None:
    """The title of a chart in lines that fit `width` px; None for a chart without title."""
    title = spec.get("title")
    if not title:
        return None
    parts = dict(title) if isinstance(title, Mapping) else {"text": title}
    parts["text"] = _lines(parts["text"], int(width / TITLE_CHARACTER))
    if "subtitle" in parts:
        parts["subtitle"] = _lines(parts["subtitle"], int(width / SUBTITLE_CHARACTER))
    return parts


def _titled(spec: Spec, width: int) -> Spec:
    title = wrapped_title(spec, width)
    return {**spec, "title": title} if title else spec


def sizes(spec: Mapping[str, Any]) -> dict[str, Spec]:
    """What to draw of a spec: `""` for wide pages, `"-phone"` where a phone needs another."""
    wide = _titled(at_width(spec, WIDE), WIDE)
    if is_fluid(spec):
        return {"": wide, "-phone": _titled(at_width(spec, PHONE), PHONE)}
    columns = narrow_columns(spec)
    narrow = _titled({**spec, "columns": columns}, PHONE)
    return {"": wide} | ({"-phone": narrow} if columns else {})


def _hoisted(value: Any, datasets: dict[str, Any]) -> Any:
    """The spec with its inline rows moved into `datasets`, which is filled."""
    if isinstance(value, list):
        return [_hoisted(inner, datasets) for inner in value]
    if not isinstance(value, Mapping):
        return value
    moved = {}
    for key, inner in value.items():
        if key == "data" and isinstance(inner, Mapping) and isinstance(inner.get("values"), list):
            name = f"inline-{len(datasets)}"
            datasets[name] = inner["values"]
            inner = {"name": name, **{k: v for k, v in inner.items() if k != "values"}}
        moved[key] = _hoisted(inner, datasets) if key != "datasets" else inner
    return moved


def payload(spec: Mapping[str, Any]) -> Spec:
    """What brings a chart to life, as a JSON object.

    `{"light": spec, "dark": spec, "datasets": rows, "sizes": {"": parts, "-phone": parts}}`: the
    rows are told once; `sizes` has the parts of the spec that make it as large as the picture of
    a wide page or of a phone, if it has one of its own.
    """
    datasets = dict(spec.get("datasets", {}))
    apart = ("$schema", "datasets", "usermeta")
    bare = _hoisted({key: value for key, value in spec.items() if key not in apart}, datasets)
    drawn = {
        size: {key: value for key, value in sized.items() if spec.get(key) != value}
        for size, sized in sizes(spec).items()
    }
    themes = {scheme: themed(bare, scheme) for scheme in SCHEMES}
    return {**themes, "datasets": datasets, "sizes": drawn}
