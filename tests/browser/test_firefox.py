"""The built site in Debian's Firefox: what a reader meets there, and the search."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from emergence.i18n import LANGUAGES

from .firefox import Firefox, started
from .test_site import pages_with

pytestmark = [pytest.mark.browser, pytest.mark.long]

# A word in a form other than those in the texts of the page that it finds.
WORDS = {"en": "scored", "ru": "метрикою"}
PAGE = "metrics"
PICTURES = """(async () => {
  const seen = [...document.querySelectorAll("figure.em-chart img")].filter((i) => i.offsetParent);
  for (const picture of seen) {
    picture.loading = "eager";
    await picture.decode();
  }
  return seen.map((picture) => picture.naturalWidth);
})()"""
FORMULAS = """[...document.querySelectorAll("math")].filter((m) => !m.closest("details"))
  .map((m) => m.getBoundingClientRect()).map((box) => Math.min(box.width, box.height))"""


@pytest.fixture(scope="module")
def browser_of_debian() -> Iterator[Firefox]:
    with started() as found:
        yield found


@pytest.fixture
def firefox(browser_of_debian: Firefox) -> Iterator[Firefox]:
    """The one Firefox of these tests; whatever it complains of fails the test."""
    browser_of_debian.faults.clear()
    yield browser_of_debian
    browser_of_debian.leave()
    assert browser_of_debian.faults == []


def first(kind: str, lang: str) -> str:
    """The first page of a language that has a chart of this kind."""
    found = pages_with(f"//figure[@data-live='{kind}']")
    return next(address for address in found if address.startswith(f"{lang}/"))


def alive(name: str) -> str:
    return f"document.getElementById({json.dumps(name)})?.dataset.state === 'live'"


def charts(firefox: Firefox, kind: str) -> list[str]:
    """The ids of a page's charts of this kind."""
    chosen = f"figure.em-chart[data-live={kind}]"
    return firefox.evaluate(f"[...document.querySelectorAll('{chosen}')].map((f) => f.id)")


def test_pictures_and_formulas_are_drawn(firefox: Firefox, origin: str, address: str) -> None:
    firefox.go(origin + address)
    pictures, formulas = firefox.evaluate(PICTURES), firefox.evaluate(FORMULAS)
    assert all(width > 0 for width in pictures)
    assert all(size > 0 for size in formulas)
    scroll, width = firefox.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert scroll <= width


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_chart_comes_alive_when_touched_and_one_with_controls_when_near(
    firefox: Firefox, origin: str, lang: str
) -> None:
    for kind in ("touch", "near"):
        firefox.go(origin + first(kind, lang))
        name = charts(firefox, kind)[0]
        firefox.point(f"#{name} .em-view")
        firefox.wait(alive(name))
        drawn = f"document.querySelectorAll('#{name} .role-mark :is(path, line, rect, text)')"
        assert firefox.evaluate(f"{drawn}.length") > 0


def test_the_theme_switch_redraws_living_charts(firefox: Firefox, origin: str) -> None:
    firefox.go(origin + first("near", LANGUAGES[0]))
    name = charts(firefox, "near")[0]
    firefox.point(f"#{name} .em-view")
    firefox.wait(alive(name))
    for scheme in ("dark", "light"):
        # The switch goes round over light, dark and the system's choice.
        for _step in range(3):
            firefox.point(".theme-switch-button:not([hidden])", click=True)
            if firefox.evaluate("document.documentElement.dataset.theme") == scheme:
                break
        assert firefox.evaluate("document.documentElement.dataset.theme") == scheme
        firefox.wait(f"document.querySelector('#{name} .em-live')?.dataset.scheme === '{scheme}'")
    dark = "getComputedStyle(document.body).backgroundColor"
    firefox.evaluate("(document.documentElement.dataset.theme = 'dark')")
    assert max(map(int, firefox.evaluate(f"{dark}.match(/\\d+/g).slice(0, 3)"))) < 80


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_unpacked_site_works_by_double_click(firefox: Firefox, site: Path, lang: str) -> None:
    firefox.go((site / first("touch", lang)).as_uri())
    assert firefox.evaluate(PICTURES)
    name = charts(firefox, "touch")[0]
    firefox.point(f"#{name} .em-view")
    firefox.wait(alive(name))
    assert all(size > 0 for size in firefox.evaluate(FORMULAS))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("place", ["server", "folder"])
def test_search_finds_other_forms_of_a_word(
    firefox: Firefox, site: Path, origin: str, lang: str, place: str
) -> None:
    page = f"{lang}/search.html"
    address = origin + page if place == "server" else (site / page).as_uri()
    firefox.go(f"{address}?q={WORDS[lang]}")
    link = f"#search-results li a[href*='{PAGE}.html']"
    firefox.wait(f"document.querySelector({json.dumps(link)}) !== null")


def test_a_fault_on_a_page_is_noticed(browser_of_debian: Firefox, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        '<!doctype html><meta http-equiv="Content-Security-Policy" content="script-src '
        "'unsafe-inline'\"><script>undefinedName()</script>"
        '<script src="https://example.org/x.js"></script><img src="https://example.org/x.png">',
        encoding="utf-8",
    )
    browser_of_debian.faults.clear()
    browser_of_debian.go(page.as_uri())
    browser_of_debian.leave()
    told = " ".join(browser_of_debian.faults)
    for fault in (
        "undefinedName",
        "policy: script-src",
        "another place: https://example.org/x.png",
    ):
        assert fault in told
