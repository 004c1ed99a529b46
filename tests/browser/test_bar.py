"""The bar above a page, with more in it than any page has: in sight, whole, and one line high."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from emergence import paths
from emergence.i18n import LANGUAGES
from jinja2 import Environment, FileSystemLoader
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

TOOLS = [
    {"kind": "slides", "name": "Slides & notes", "href": "slides/definition.html"},
    {"kind": "notebook", "name": "Раздаточный материал", "href": "x.ipynb", "download": True},
    {"kind": "handout", "name": "Handout (PDF)", "href": "x.pdf?a&b", "download": True},
    {"kind": "binder", "name": "Binder", "href": "#"},
    {"kind": "colab", "name": "Colab", "href": "#"},
]


def rendered(tools: list[dict[str, object]]) -> str:
    """The template of the tools, as a page gets it."""
    templates = FileSystemLoader(paths.PACKAGE / "sphinx" / "templates")
    template = Environment(loader=templates).get_template("em-tools.html")
    return template.render(em_tools=tools, em_words={"tools": "This page as"})


@pytest.fixture(params=LANGUAGES)
def page(request: pytest.FixtureRequest, browser: Browser, site: Path) -> Iterator[Page]:
    """A page with tools in its bar."""
    made = browser.new_page()
    made.goto((site / request.param / "index.html").as_uri())
    made.evaluate(
        """tools => {
          document.querySelectorAll(".em-tools").forEach(own => own.parentElement.remove());
          const item = Object.assign(document.createElement("div"), {
            className: "header-article-item", innerHTML: tools,
          });
          document.querySelector(".header-article-items__end").prepend(item);
        }""",
        rendered(TOOLS),
    )
    yield made
    made.close()


def in_sight(page: Page, selector: str) -> list[str]:
    """Those of the elements that lie wholly on the screen, by text."""
    return page.locator(selector).evaluate_all(
        """elements => elements.filter(element => {
          const { left, right, top, bottom, width } = element.getBoundingClientRect();
          return width && left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight
            && element.checkVisibility();
        }).map(element => element.textContent.trim())"""
    )


def test_without_tools_there_is_nothing() -> None:
    assert rendered([]) == ""


def test_names_and_addresses_are_escaped() -> None:
    assert "Slides &amp; notes" in rendered(TOOLS) and "x.pdf?a&amp;b" in rendered(TOOLS)
    assert rendered(TOOLS).count(" download>") == 2


@pytest.mark.parametrize("width", [1600, 1280, 1000, 800, 360])
def test_everything_is_in_sight(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    tools = page.locator(".em-tools")
    if width < 900:
        assert in_sight(page, ".em-tools li") == []
        tools.locator("summary").focus()
        page.keyboard.press("Enter")
    expect(tools.locator("a").first).to_be_visible()
    assert in_sight(page, ".em-tools a") == [tool["name"] for tool in TOOLS]
    assert len(in_sight(page, ".em-languages :is(a, summary)")) >= 1
    buttons = page.locator(".article-header-buttons button:visible").count()
    assert len(in_sight(page, ".article-header-buttons button")) == buttons > 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    high = page.locator(".bd-header-article").bounding_box()["height"]
    assert high <= (80 if width >= 900 else 56)
