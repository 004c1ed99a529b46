"""Axe finds nothing: any page or deck, light or dark, desktop or phone, charts still or alive."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = pytest.mark.browser

SCREENS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 360, "height": 740}, "has_touch": True},
}
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
# All that axe does by default, best practices too, and the size of targets.
EVERYTHING = {"rules": {"target-size": {"enabled": True}}}
# What a theme changes; all other rules see the same page twice.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


@pytest.fixture(scope="module", params=SCREENS)
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    """One context for all pages, so that nothing is loaded twice."""
    made = browser.new_context(
        color_scheme="light", reduced_motion="reduce", **SCREENS[request.param]
    )
    made.set_default_timeout(20_000)
    yield made
    made.close()


@pytest.fixture(scope="module")
def tab(context: BrowserContext) -> Page:
    return context.new_page()


def violations(page: Page, options: dict[str, Any], state: str) -> list[str]:
    """What axe objects to, one line a rule, with the first element that breaks it."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    # What passes is left where it is: on a long page it is megabytes.
    found = page.evaluate(
        """options => axe.run(options).then(({ violations }) => violations.map(
          ({ id, nodes }) => [id, nodes.length, nodes[0].target.join(" "), nodes[0].html]))""",
        {**options, "resultTypes": ["violations"]},
    )
    return [
        f"{state}: {rule}: {count} elements, such as {target[:150]}: {' '.join(html.split())[:150]}"
        for rule, count, target, html in found
    ]


def show(page: Page, theme: str) -> None:
    """Show the page in a theme, at once."""
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)


def revive(page: Page) -> int:
    """Bring the charts that can be seen to life by keyboard; return how many there are."""
    page.mouse.move(0, 0)  # a tooltip would cover the links below its chart
    figures = [f for f in page.locator("figure.em-chart").all() if f.is_visible()]
    able = [f for f in figures if f.get_attribute("data-live") != "never"]
    for figure in able:
        figure.scroll_into_view_if_needed()
        figure.locator(".em-view").evaluate("view => view.focus()")
    for figure in able:
        expect(figure).to_have_attribute("data-state", "live")
    page.evaluate("document.activeElement.blur()")
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})")  # nothing half under the bar
    expect(page.locator("#vg-tooltip-element.visible")).to_have_count(0)
    return len(able)


def test_axe_finds_nothing(tab: Page, origin: str, address: str) -> None:
    tab.goto(origin + address)
    show(tab, "light")
    told = violations(tab, EVERYTHING, "light")
    show(tab, "dark")
    told += violations(tab, COLOURS, "dark")
    if revive(tab):
        told += violations(tab, COLOURS, "dark, charts alive")
        show(tab, "light")
        told += violations(tab, EVERYTHING, "light, charts alive")
    assert not told, "\n".join(told)


def test_axe_is_there_and_strict(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<title>x</title><p style='color: #999'>pale</p><img src='data:,'>")
    rules = {line.split(": ")[1] for line in violations(page, EVERYTHING, "test")}
    assert {"color-contrast", "image-alt", "html-has-lang", "region"} <= rules
    show(page, "dark")
    assert {line.split(": ")[1] for line in violations(page, COLOURS, "test")} == {"color-contrast"}
    page.close()
