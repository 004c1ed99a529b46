"""SVG of charts as Vega writes it, made smaller: pure functions on text.

A picture of many marks is aggregated: marks that look alike and lie on no mark in between become
one path. Painted in order, the paths give the same picture, because a mark joins a path only where
nothing that it covers, or that covers it, is painted in between.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

MARKS = 300
"""Marks, as elements of a picture, that no picture of the site has more of."""

_DRAWN = re.compile(
    r'( (?:d|transform|points|x|y|x1|x2|y1|y2|cx|cy|r|rx|ry|width|height|stroke-width)=")([^"]*)"'
)
_LABELS = re.compile(r' (?:role="graphics-\w+"|aria-[\w-]+="[^"]*")')
_LONG_NUMBER = re.compile(r"-?\d*\.\d{3,}(?:e[-+]?\d+)?|-?\d+(?:\.\d+)?e[-+]?\d+")
_SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"')

_FONT = re.compile(r' font-family="([^"]*)"')
# What Vega writes though it draws nothing, or says nothing that does not hold anyway.
_IDLE = re.compile(
    r'<path class="(?:background|foreground)" d="(?:M0,0h0v0h0Z)?"[^>]*/>'
    r'|<text [^>]* opacity="0"[^>]*>[^<]*</text>'
    r'| pointer-events="none"| (?:(?:fill-|stroke-)?opacity|stroke-width)="1"| [xy]2="0"'
    r'| transform="translate\(0,0\)"| class="(?:mark-group [^"]*|background|foreground|marks)"'
)
_MARKS = re.compile(r'(<g class="mark-[\w-]+ role-mark[^>]*>)((?:<(?:path|line) [^>]*/>)+)(?=</g>)')
_ELEMENT = re.compile(r"<(path|line) ([^>]*)/>")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_MOVED = re.compile(r"translate\((-?[\d.]+),(-?[\d.]+)\)\Z")
_COMMAND = re.compile(r"([A-Za-z])([^A-Za-z]*)")
_NUMBER = re.compile(r"-?\d*\.?\d+")
_PLACE = ("transform", "d", "x2", "y2")
_STEPS = {"M": 2, "L": 2, "H": 1, "V": 1, "A": 7, "Z": 0}  # numbers of a command
_ROUND = re.compile(r"M[^A-Za-z]+(?:A[^A-Za-z]+){2}Z?\Z")  # two halves of a circle

Box = tuple[float, float, float, float]


def _rounded(number: re.Match[str]) -> str:
    return _short(float(number[0]))


def _short(number: float) -> str:
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def tidied(svg: str) -> str:
    """The same picture without generated labels, coordinates of at most two decimals."""
    bare = _LABELS.sub("", svg)
    return _DRAWN.sub(lambda m: f'{m[1]}{_LONG_NUMBER.sub(_rounded, m[2])}"', bare)


def slimmed(svg: str) -> str:
    """The same picture without what draws nothing; its font, where it has one only, told once."""
    bare = _IDLE.sub("", svg)
    fonts = set(_FONT.findall(bare))
    if len(fonts) == 1:
        bare = _FONT.sub("", bare).replace("<svg ", f'<svg font-family="{fonts.pop()}" ', 1)
    return bare


def size(svg: str) -> tuple[int, int]:
    """Width and height of a picture, px, rounded up. ValueError where it has none."""
    match = _SIZE.search(svg)
    if match is None or not float(match[1]) or not float(match[2]):
        raise ValueError("the picture has no size")
    return math.ceil(float(match[1])), math.ceil(float(match[2]))


def marks(svg: str) -> int:
    """How many elements the marks of a picture are."""
    return sum(len(_ELEMENT.findall(group[2])) for group in _MARKS.finditer(svg))


def aggregated(svg: str) -> str:
    """The same picture with marks that look alike in one path, as far as none covers another."""
    return _MARKS.sub(lambda group: group[1] + "".join(_merged(group[2])), svg)


@dataclass(frozen=True)
class _Shape:
    """A mark: `look` all but its place, `form` its outline, `path` where it is, `box` its bounds.

    A shape without `path` stays the element it is.
    """

    element: str
    look: str
    form: str
    path: str
    box: Box
    opaque: bool


@dataclass
class _Layer:
    look: str
    shapes: list[_Shape] = field(default_factory=list)

    def admits(self, shape: _Shape) -> bool:
        """Whether a shape may lie on those of this layer: nobody sees which is on top."""
        return shape.opaque and all(
            other.form == shape.form for other in self.shapes if _meet(other, shape)
        )


def _merged(group: str) -> Iterator[str]:
    """The elements of one group of marks, those that may be one path joined."""
    layers: list[_Layer] = []
    for element in _ELEMENT.finditer(group):
        shape = _shape(element)
        _layer_for(shape, layers).shapes.append(shape)
    for layer in layers:
        first = layer.shapes[0]
        if len(layer.shapes) == 1:
            yield first.element
        else:
            path = "".join(shape.path for shape in layer.shapes)
            yield f'<path d="{path}"{layer.look}/>'


def _layer_for(shape: _Shape, layers: list[_Layer]) -> _Layer:
    """The lowest layer of the shape's look above all that it meets; a new one at the top if none.

    `layers` then holds it.
    """
    found = None
    if shape.path:
        for layer in reversed(layers):
            if layer.look == shape.look:
                found = layer
            if any(_meet(other, shape) for other in layer.shapes):
                if layer.look == shape.look and not layer.admits(shape):
                    found = None if found is layer else found
                break
    if found is None:
        found = _Layer(shape.look)
        layers.append(found)
    return found


def _meet(one: _Shape, other: _Shape) -> bool:
    left, top, right, bottom = one.box
    left_, top_, right_, bottom_ = other.box
    if not (left < right_ and left_ < right and top < bottom_ and top_ < bottom):
        return False
    if not (_ROUND.match(one.form) and _ROUND.match(other.form)):
        return True
    apart = math.hypot(left + right - left_ - right_, top + bottom - top_ - bottom_)
    return apart < right - left + right_ - left_


def _shape(element: re.Match[str]) -> _Shape:
    told = dict(_ATTRIBUTE.findall(element[2]))
    look = "".join(f' {name}="{value}"' for name, value in told.items() if name not in _PLACE)
    moved = _MOVED.match(told.get("transform", "translate(0,0)"))
    form = told.get("d") or f"M0,0L{told.get('x2', '0')},{told.get('y2', '0')}"
    steps = _steps(form)
    if moved is None or steps is None:
        nowhere = (-math.inf, -math.inf, math.inf, math.inf)
        return _Shape(element[0], look, form, "", nowhere, opaque=False)
    dx, dy = float(moved[1]), float(moved[2])
    width = float(told.get("stroke-width", "1")) if "stroke" in told else 0
    width /= 2 if element[1] == "line" else 1  # the corners of a shape reach farther out
    left, top, right, bottom = _bounds(steps)
    box = (left + dx - width, top + dy - width, right + dx + width, bottom + dy + width)
    clear = any(name.endswith("opacity") and float(told[name]) < 1 for name in told)
    opaque = not clear and not ("stroke" in told and "fill" in told)
    return _Shape(element[0], look, form, _path(steps, dx, dy), box, opaque)


# A command of a path, its numbers, and the point where it ends.
_Step = tuple[str, list[float], float, float]


def _steps(path: str) -> list[_Step] | None:
    """The commands of a path, made absolute; None for one with others, curves for example."""
    found: list[_Step] = []
    x = y = start_x = start_y = 0.0
    for command, text in _COMMAND.findall(path):
        numbers = [float(number) for number in _NUMBER.findall(text)]
        if command in ("h", "v", "l"):
            before = {"h": [x], "v": [y], "l": [x, y]}[command]
            numbers = [a + b for a, b in zip(before, numbers, strict=False)]
            command = command.upper()
        if len(numbers) != _STEPS.get(command):
            return None
        if command == "Z":
            x, y = start_x, start_y
        elif command == "H":
            x = numbers[0]
        elif command == "V":
            y = numbers[0]
        else:
            x, y = numbers[-2:]
        if command == "M":
            start_x, start_y = x, y
        found.append((command, numbers, x, y))
    return found if found and found[0][0] == "M" else None


def _bounds(steps: list[_Step]) -> Box:
    xs, ys = [steps[0][2]], [steps[0][3]]
    for (_, _, x0, y0), (command, numbers, x, y) in pairwise(steps):
        xs.append(x)
        ys.append(y)
        if command == "A":
            # Half a circle is known exactly; of any other arc only that it is not far.
            radius = max(numbers[:2])
            half = abs(math.hypot(x - x0, y - y0) - 2 * radius) < 0.05
            reach, mid_x, mid_y = radius if half else 2 * radius, (x + x0) / 2, (y + y0) / 2
            xs += [mid_x - reach, mid_x + reach]
            ys += [mid_y - reach, mid_y + reach]
    return min(xs), min(ys), max(xs), max(ys)


def _path(steps: list[_Step], dx: float, dy: float) -> str:
    """The path moved: its first point told as it is, all others from the one before."""
    parts = []
    x0 = y0 = -math.inf
    for command, numbers, x, y in steps:
        if command == "M":
            parts.append(f"M{_short(x + dx)},{_short(y + dy)}")
        elif command == "Z":
            parts.append("Z")
        elif command == "A":
            turn = [*numbers[:5], x - x0, y - y0]
            parts.append("a" + ",".join(map(_short, turn)))
        elif x == x0:
            parts.append(f"v{_short(y - y0)}")
        elif y == y0:
            parts.append(f"h{_short(x - x0)}")
        else:
            parts.append(f"l{_short(x - x0)},{_short(y - y0)}")
        x0, y0 = x, y
    return "".join(parts)
