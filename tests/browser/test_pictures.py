"""Texts in the pictures of charts: none is cut off, none lies on another."""

from __future__ import annotations

from pathlib import Path

import pytest
from emergence.i18n import LANGUAGES
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
