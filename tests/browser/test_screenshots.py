"""A picture of every page as a reader has it, kept to be looked at; nothing compares them.

`make screenshots` takes them alone. They lie in `test-results/screenshots/`, named after language,
page, theme and width; a page higher than a picture can be is kept in parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from emergence import paths
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.long]

FOLDER = paths.ROOT / "test-results" / "screenshots"
HEIGHTS = {1280: 800, 360: 740}
HIGHEST = 12_000  # px; Chromium draws no more than 16,384 at once


@pytest.fixture(scope="module", params=HEIGHTS)
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    """One context a width, so that nothing is loaded twice."""
    size = {"width": request.param, "height": HEIGHTS[request.param]}
    made = browser.new_context(viewport=size, color_scheme="light", reduced_motion="reduce")
    made.set_default_timeout(20_000)
    yield made
    made.close()


@pytest.fixture(scope="module")
def tab(context: BrowserContext) -> Page:
    return context.new_page()


def settle(page: Page, theme: str) -> None:
    """Show the page in a theme, all pictures loaded, charts with inputs alive, faces there."""
    page.evaluate(
        """theme => {
          document.documentElement.dataset.theme = theme;
          document.querySelectorAll("img").forEach(image => { image.loading = "eager"; });
        }""",
        theme,
    )
    for figure in page.locator("figure.em-chart[data-live=near]").all():
        if figure.is_visible():
            figure.scroll_into_view_if_needed()
            expect(figure.locator(f".em-live[data-scheme={theme}]")).to_have_count(1)
    page.evaluate(
        """async () => {
          scrollTo(0, 0);
          const shown = [...document.images].filter(image => image.offsetParent);
          await Promise.all([document.fonts.ready, ...shown.map(image => image.decode())]);
        }"""
    )


def keep(page: Page, name: str) -> list[Path]:
    """Keep the whole page as one picture, or as several from top to bottom."""
    width, height = page.evaluate("[innerWidth, document.documentElement.scrollHeight]")
    parts = range(0, height, HIGHEST)
    kept = []
    for part, top in enumerate(parts, 1):
        path = FOLDER / (f"{name}.jpg" if len(parts) == 1 else f"{name}-{part}.jpg")
        clip = {"x": 0, "y": top, "width": width, "height": min(HIGHEST, height - top)}
        page.screenshot(path=path, type="jpeg", quality=70, full_page=True, clip=clip)
        kept.append(path)
    return kept


def test_a_picture_of_every_page_is_kept(tab: Page, origin: str, address: str) -> None:
    tab.goto(origin + address)
    for theme in ("light", "dark"):
        settle(tab, theme)
        name = address.removesuffix(".html").replace("/", "-")
        width = tab.viewport_size["width"]
        kept = keep(tab, f"{name}-{theme}-{width}")
        assert all(path.stat().st_size > 5_000 for path in kept)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
