"""Pictures of charts: their texts stand apart, their marks are few, and can be seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import vl_convert
from emergence.charts.theme import SUPPORT
from emergence.i18n import LANGUAGES
from emergence.sphinx import specs, svg
from lxml import etree
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

# Hidden labels of a crowded axis stay in the picture, with an opacity of zero.
_FAULTS = """
(pictures) => {
  const told = [];
  for (const [name, markup] of pictures) {
    const box = document.createElement("div");
    box.innerHTML = markup;
    document.body.append(box);
    const edge = box.querySelector("svg").getBoundingClientRect();
    const texts = [...box.querySelectorAll("text")]
      .filter((text) => text.textContent.trim() && text.getAttribute("opacity") !== "0")
      .map((text) => [text.textContent, text.getBoundingClientRect()]);
    texts.forEach(([words, place], i) => {
      const out = Math.max(
        edge.left - place.left, place.right - edge.right,
        edge.top - place.top, place.bottom - edge.bottom,
      );
      if (out > 1.5) told.push(`${name}: ${words}: cut off by ${Math.round(out)} px`);
      for (const [others, other] of texts.slice(i + 1)) {
        const wide = Math.min(place.right, other.right) - Math.max(place.left, other.left);
        const high = Math.min(place.bottom, other.bottom) - Math.max(place.top, other.top);
        if (wide > 2 && high > 4) told.push(`${name}: ${words}: lies on ${others}`);
      }
    });
    box.remove();
  }
  return told;
}
"""


def faults(browser: Browser, folder: Path) -> list[str]:
    """What is wrong with the texts of all light pictures of a folder, wide and phone."""
    found = sorted(folder.glob("*-light*.svg"))
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    told = page.evaluate(_FAULTS, [(p.name, p.read_text(encoding="utf-8")) for p in found])
    page.close()
    assert found
    return told


@pytest.mark.parametrize("lang", LANGUAGES)
def test_texts_in_charts_are_whole_and_apart(browser: Browser, site: Path, lang: str) -> None:
    assert faults(browser, site / lang / "_images" / "charts") == []


def test_a_text_cut_off_or_covered_is_noticed(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "x-light.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="40">'
        '<text x="5" y="15">one</text><text x="8" y="15">two</text>'
        '<text x="80" y="35">beyond</text><text x="5" y="15" opacity="0">hidden</text></svg>'
    )
    cut, covered = sorted(faults(browser, tmp_path))
    assert cut.startswith("x-light.svg: beyond: cut off by") and covered.endswith(
        "one: lies on two"
    )


# Marks


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_picture_has_more_marks_than_its_limit(site: Path, lang: str) -> None:
    found = sorted((site / lang / "_images" / "charts").glob("*.svg"))
    marks = {path.name: svg.marks(path.read_text(encoding="utf-8")) for path in found}
    assert max(marks.values()) > 50  # they are counted
    assert {name: count for name, count in marks.items() if count > svg.MARKS} == {}


CLOUD: specs.Spec = {
    "width": 200,
    "height": 150,
    "data": {"values": [{"x": i * 7 % 50, "y": i * i % 47, "g": "abc"[i % 3]} for i in range(400)]},
    "encoding": {
        "x": {"field": "x", "type": "quantitative"},
        "y": {"field": "y", "type": "quantitative"},
        "color": {"field": "g", "type": "nominal"},
        "shape": {"field": "g", "type": "nominal"},
    },
}
_DIFFERENCE = """
async (pictures) => {
  const pixels = [];
  for (const markup of pictures) {
    const image = new Image();
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(markup);
    await image.decode();
    const sheet = new OffscreenCanvas(2 * image.width, 2 * image.height).getContext("2d");
    sheet.fillStyle = "white";
    sheet.fillRect(0, 0, sheet.canvas.width, sheet.canvas.height);
    sheet.drawImage(image, 0, 0, sheet.canvas.width, sheet.canvas.height);
    pixels.push(sheet.getImageData(0, 0, sheet.canvas.width, sheet.canvas.height).data);
  }
  const apart = pixels[0].map((value, i) => Math.abs(value - pixels[1][i]));
  return apart.filter((value) => value > 64).length / apart.length;
}
"""


def test_a_slimmed_picture_looks_the_same(browser: Browser) -> None:
    spec = {**CLOUD, "title": "Many", "mark": {"type": "point"}}
    given = svg.tidied(vl_convert.vegalite_to_svg(spec))
    made = svg.slimmed(given)
    assert len(made) < len(given)
    page = browser.new_page()
    assert page.evaluate(_DIFFERENCE, [given, made]) == 0
    page.close()


@pytest.mark.parametrize(
    ("mark", "most"),
    [
        ({"type": "point", "filled": True, "size": 30, "opacity": 1}, 0.5),
        ({"type": "point", "filled": True, "size": 12, "opacity": 0.6}, 0.5),
        ({"type": "point", "size": 40}, 0.95),
        ({"type": "tick", "opacity": 0.5}, 0.5),
        ({"type": "rule", "opacity": 0.4}, 0.5),
    ],
)
def test_aggregated_marks_look_the_same(browser: Browser, mark: specs.Spec, most: float) -> None:
    end = {"y2": {"datum": 20}} if mark["type"] == "rule" else {}
    spec = {**CLOUD, "mark": mark, "encoding": {**CLOUD["encoding"], **end}}
    if mark["type"] in ("rule", "tick"):
        spec["encoding"] = {k: v for k, v in spec["encoding"].items() if k != "shape"}
    given = svg.tidied(vl_convert.vegalite_to_svg(spec))
    made = svg.aggregated(given)
    assert svg.marks(made) <= most * svg.marks(given)
    page = browser.new_page()
    assert page.evaluate(_DIFFERENCE, [given, made]) < 0.0003
    other = re.sub(r'(<g class="mark-[^"]* role-mark[^>]*>)(?:<[^>]*/>){40}', r"\1", given)
    assert page.evaluate(_DIFFERENCE, [given, other]) > 0.0003  # a difference is seen
    page.close()


# Contrast (WCAG 2.2, success criteria 1.4.3 and 1.4.11)


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, from 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def seen(colour: str, page: str, opacity: float) -> str:
    """What is seen of a colour that the page shines through."""
    channels = zip(_channels(colour), _channels(page), strict=True)
    return "#" + "".join(f"{round(a * opacity + b * (1 - opacity)):02x}" for a, b in channels)


def _channels(colour: str) -> list[int]:
    full = colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])
    return [int(full[i : i + 2], 16) for i in (1, 3, 5)]


def drawn_colours(picture: Path) -> Iterator[tuple[str, str, float, bool]]:
    """What each element of a picture is, its colour, its opacity, and whether it is a text."""
    for element in etree.parse(picture).iter("{*}text", "{*}path", "{*}line", "{*}rect"):
        parents = [element, *element.iterancestors()]
        classes = " ".join(parent.get("class") or "" for parent in parents)
        role = re.search(r"role-[\w-]+", classes)
        opacity = float(element.get("opacity", "1"))
        for paint in ("fill", "stroke"):
            colour = element.get(paint, "none")
            own = opacity * float(element.get(f"{paint}-opacity", "1"))
            if colour not in ("none", "transparent") and own > 0:
                text = element.tag.endswith("text")
                yield role[0] if role else "", colour, own, text


def too_faint(pictures: list[Path], page: str) -> set[str]:
    """Colours of pictures with too little contrast, by the rules of `emergence.charts.theme`."""
    told = set()
    for picture in pictures:
        for role, colour, opacity, text in drawn_colours(picture):
            if role == "role-axis-grid":
                continue
            shown = 1.0 if opacity <= SUPPORT and not text else opacity
            if contrast(seen(colour, page, shown), page) < (4.5 if text else 3):
                told.add(f"{picture.name}: {role}: {colour} at {opacity:g}")
    return told


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("scheme", specs.SCHEMES)
def test_texts_and_marks_stand_out_from_the_page(
    browser: Browser, origin: str, site: Path, lang: str, scheme: specs.Scheme
) -> None:
    page = browser.new_page(color_scheme=scheme)
    page.goto(f"{origin}{lang}/index.html")
    # As the style sheets have it, whatever theme they stand on.
    ground = page.evaluate(
        "() => { const c = new OffscreenCanvas(1, 1).getContext('2d');"
        " c.fillStyle = getComputedStyle(document.documentElement)"
        ".getPropertyValue('--pst-color-background').trim(); return c.fillStyle; }"
    )
    page.close()
    assert (luminance(ground) > 0.5) == (scheme == "light")
    pictures = sorted((site / lang / "_images" / "charts").glob(f"*-{scheme}*.svg"))
    assert pictures
    assert too_faint(pictures, ground) == set()


def test_a_colour_that_is_too_faint_is_noticed(tmp_path: Path) -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    picture = tmp_path / "x.svg"
    picture.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><g class="mark-rule role-mark">'
        '<path fill="#000" opacity="0.3"/><path fill="#888" opacity="0.8"/></g>'
        '<g class="role-axis-label"><text fill="#777">a</text></g></svg>'
    )
    assert {told.split(": ", 1)[1] for told in too_faint([picture], "#ffffff")} == {
        "role-mark: #888 at 0.8",
        "role-axis-label: #777 at 1",
    }
