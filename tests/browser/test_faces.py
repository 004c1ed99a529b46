"""The face of the text: small, there from the first line on, and never in the reader's way."""

from __future__ import annotations

import pytest
from emergence import paths
from emergence.i18n import LANGUAGES
from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.browser

MOST_FACES, MOST_SHIFT = 60_000, 0.02  # bytes a page; cumulative layout shift
_SHIFT = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
# The opening lines of these reach the end of a line closest.
PAGES = ["index", "critique", "sources"]


def watched(browser: Browser, width: int) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 740}).new_page()
    page.add_init_script(_SHIFT)
    return page


def late(route: Route) -> None:
    """Send a face a second later than asked for."""
    page = route.request.frame.page
    page.wait_for_timeout(1_000)
    route.continue_()


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_late_face_moves_nothing(browser: Browser, origin: str, lang: str, width: int) -> None:
    for name in PAGES:
        page = watched(browser, width)
        page.route("**/literata-*.woff2", late)
        page.goto(f"{origin}{lang}/{name}.html")
        page.wait_for_timeout(2_500)
        assert page.evaluate("window.shift") < MOST_SHIFT, name
        page.context.close()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_loads_few_faces(browser: Browser, origin: str, lang: str) -> None:
    for name in PAGES:
        page = watched(browser, 1280)
        asked: list[str] = []
        page.on("request", lambda r, asked=asked: asked.append(r.url))
        page.goto(f"{origin}{lang}/{name}.html", wait_until="networkidle")
        faces = {url.rsplit("/", 1)[1].split("?")[0] for url in asked if "literata" in url}
        folder = paths.PACKAGE / "sphinx" / "static" / "vendor" / "fonts"
        assert "literata-latin-400-normal-subset.woff2" in faces
        assert sum((folder / face).stat().st_size for face in faces) <= MOST_FACES
        page.context.close()
