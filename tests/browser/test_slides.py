"""What a room and a teacher meet in every deck of the built site, in Chromium."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from emergence.i18n import LANGUAGES
from lxml import html
from playwright.sync_api import Browser, Locator, Page, expect

from .conftest import built_decks
from .test_accessibility import AXE, EVERYTHING, violations
from .test_site import MARKS, drawn, opened

pytestmark = pytest.mark.browser

SCREENS = {
    "laptop": {"width": 1280, "height": 720},
    "projector": {"width": 1920, "height": 1080},
    "phone": {"width": 360, "height": 740},
}
LAPTOP = SCREENS["laptop"]
# Letters of charts are 12 px before they are enlarged with the slide; on a laptop at least so many.
READABLE = 0.8

# What is wrong with the slide in view: it may not scroll, and no part may stick out of it.
_OUTSIDE = """() => {
  const slide = Reveal.getCurrentSlide();
  const edge = slide.getBoundingClientRect();
  const told = [];
  if (slide.scrollHeight > slide.clientHeight + 1) told.push("too high");
  if (slide.scrollWidth > slide.clientWidth + 1) told.push("too wide");
  const parts = "h1, h2, p, li, table, pre, math, .em-view, .em-controls";
  for (const part of slide.querySelectorAll(parts)) {
    const place = part.getBoundingClientRect();
    if (!part.checkVisibility() || !place.width) continue;
    const out = Math.max(edge.left - place.left, place.right - edge.right,
                         edge.top - place.top, place.bottom - edge.bottom);
    const name = `${part.tagName} ${part.textContent.slice(0, 40)}`;
    if (out > 1) told.push(`${name}: ${Math.round(out)} px outside`);
  }
  const words = slide.querySelector(".em-words")?.getBoundingClientRect();
  const chart = slide.querySelector(".em-place")?.getBoundingClientRect();
  if (words && chart) {
    const wide = Math.min(words.right, chart.right) - Math.max(words.left, chart.left);
    const high = Math.min(words.bottom, chart.bottom) - Math.max(words.top, chart.top);
    if (wide > 1 && high > 1) told.push("the text lies on the chart");
  }
  return told;
}"""

# Where the picture of a chart, still or alive, is drawn, its own size, and the room it has.
_PLACE = """figure => {
  const shown = [...figure.querySelectorAll(".em-view img, .em-live svg")]
    .find((element) => element.checkVisibility());
  const { x, y, width, height } = shown.getBoundingClientRect();
  const room = figure.querySelector(".em-view").getBoundingClientRect();
  const box = shown.viewBox?.baseVal;
  const own = box ? [box.width, box.height] : [shown.naturalWidth, shown.naturalHeight];
  return { centre: [x + width / 2, y + height / 2], own, size: [width, height],
    room: [room.x + room.width / 2, room.y + room.height / 2] };
}"""


def ready(page: Page) -> int:
    """Wait for a deck to be ready; return how many slides it has."""
    page.wait_for_selector("html[data-ready]", state="attached")
    return page.evaluate("Reveal.getTotalSlides()")


def turn(page: Page, number: int) -> Locator:
    """Show a slide, by its number from 1 on."""
    page.evaluate("n => Reveal.slide(n - 1)", number)
    return page.locator("section.present")


def revive(page: Page, slide: Locator) -> None:
    """Wait for the chart of a slide, alive if it can be."""
    for figure in slide.locator("figure.em-chart").all():
        if figure.get_attribute("data-live") == "touch":
            # The script of charts comes after the slides, and hears of a pointer that enters later.
            page.wait_for_load_state("networkidle")
            page.mouse.move(0, 0)
            figure.locator(".em-view").hover()
        if figure.get_attribute("data-live") != "never":
            expect(figure).to_have_attribute("data-state", "live")
            assert figure.locator(MARKS).count() > 0
        else:
            assert drawn(figure.locator("img:visible"))


@pytest.mark.parametrize("screen", SCREENS)
def test_every_slide_fits_its_screen(
    browser: Browser, origin: str, site: Path, deck: str, screen: str
) -> None:
    with opened(browser, origin + deck, viewport=SCREENS[screen]) as page:
        told = []
        for number in range(1, ready(page) + 1):
            slide = turn(page, number)
            revive(page, slide)
            told += [f"slide {number}: {fault}" for fault in page.evaluate(_OUTSIDE)]
            if screen != "phone" and slide.evaluate("s => s.style.getPropertyValue('--em-fit')"):
                told.append(f"slide {number}: too much text")
            for figure in slide.locator("figure.em-chart").all():
                place = figure.evaluate(_PLACE)
                for is_at, should in zip(place["centre"], place["room"], strict=True):
                    assert abs(is_at - should) < 1.5
                share = min(a / b for a, b in zip(place["size"], place["own"], strict=True))
                if screen == "laptop" and share < READABLE:
                    told.append(f"slide {number}: the chart is drawn at {share:.2f}")
        assert not told, "\n".join(told)


def test_keys_addresses_and_the_other_language(browser: Browser, origin: str, deck: str) -> None:
    with opened(browser, origin + deck, viewport=LAPTOP) as page:
        count = ready(page)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        expect(page.locator(".slide-number")).to_have_text(re.compile(rf"3\s*/\s*{count}"))
        page.wait_for_url("**#/3")
        page.keyboard.press("ArrowLeft")
        expect(page.locator("section.present h2")).to_be_visible()
        page.keyboard.press("o")
        expect(page.locator(".reveal")).to_have_class(re.compile("overview"))
        page.keyboard.press("Escape")
        expect(page.locator(".reveal")).not_to_have_class(re.compile("overview"))
        other = page.locator(".em-bar a[data-lang]").first
        lang = other.get_attribute("data-lang")
        page.wait_for_load_state("networkidle")
        other.click()
        page.wait_for_url(f"**/{lang}/slides/*#/2")
        assert ready(page) == count
        assert page.evaluate("Reveal.getIndices().h") == 1
        page.wait_for_load_state("networkidle")
        page.locator(".em-back").click()
        page.wait_for_url(lambda url: "/slides/" not in url)
        tool = page.locator(".em-tool-slides")
        assert tool.get_attribute("href").endswith(f"slides/{Path(deck).name}")


def test_without_scripts_slides_stand_one_below_the_other(
    browser: Browser, origin: str, deck: str
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=SCREENS["phone"])
    page = context.new_page()
    page.goto(origin + deck)
    end = 0.0
    for slide in page.locator("section.em-slide").all():
        box = slide.bounding_box()
        assert box["y"] >= end - 1 and box["height"] > 40
        end = box["y"] + box["height"]
    for figure in page.locator("figure.em-chart").all():
        assert drawn(figure.locator("img:visible"))
    assert page.evaluate("document.documentElement.scrollWidth") <= SCREENS["phone"]["width"]
    context.close()


@pytest.mark.parametrize("query", ["", "?print-pdf&showNotes=true"])
def test_a_slide_is_a_page_on_paper(browser: Browser, origin: str, deck: str, query: str) -> None:
    with opened(browser, origin + deck + query, viewport=LAPTOP) as page:
        slides = page.locator("section.em-slide").count()
        if not query:
            ready(page)
        page.wait_for_load_state("networkidle")
        paper = page.pdf(prefer_css_page_size=True, print_background=True)
        # Chromium writes the objects of pages in the clear.
        assert len(re.findall(rb"/Type\s*/Page\b(?!s)", paper)) == slides
        page.emulate_media(media="print")
        expect(page.locator(".em-bar")).to_be_hidden()
        for notes in page.locator("aside.notes").all():
            assert notes.is_visible() == ("showNotes" in query)


def speaker(page: Page) -> Page:
    """The speaker's view, opened by its key."""
    with page.expect_popup() as opening:
        page.keyboard.press("s")
    view = opening.value
    view.wait_for_selector("html[data-ready]", state="attached")
    return view


@pytest.mark.parametrize("scheme", ["http", "file"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_speaker_sees_notes_and_turns_slides(
    browser: Browser, origin: str, site: Path, lang: str, scheme: str
) -> None:
    path = next(a for a in built_decks() if a.startswith(lang) and with_notes(site / a))
    address = origin + path if scheme == "http" else (site / path).as_uri()
    with opened(browser, address, viewport=LAPTOP) as page:
        count = ready(page)
        view = speaker(page)
        place = view.locator(".em-at")
        first = with_notes(site / path)[0]
        page.evaluate("n => Reveal.slide(n - 1)", first)
        expect(place).to_have_text(f"{first} / {count}")
        told = html.parse(site / path).xpath("//section[contains(@class, 'em-slide')]")[first - 1]
        words = " ".join(told.xpath("string(aside[@class='notes'])").split())
        assert words[:40] in " ".join(view.locator(".em-notes").inner_text().split())
        expect(view.locator(".em-elapsed")).to_have_text(re.compile(r"00:00:\d\d"))
        view.keyboard.press("ArrowRight")
        expect(place).to_have_text(f"{first + 1} / {count}")
        assert page.evaluate("Reveal.getIndices().h") == first
        for frame, number in zip(view.frames[1:], (first + 1, first + 2), strict=True):
            frame.wait_for_function("n => window.Reveal?.getIndices().h === n - 1", arg=number)
        page.wait_for_url(f"**#/{first + 1}")
        page.wait_for_load_state("networkidle")
        page.reload()
        ready(page)
        view.locator(".em-turn button").first.click()
        expect(place).to_have_text(f"{first} / {count}")
        expect(view.locator(".em-alone")).to_be_empty()


def with_notes(path: Path) -> list[int]:
    """Numbers, from 1 on, of the slides of a deck that have notes."""
    slides = html.parse(path).xpath("//section[contains(@class, 'em-slide')]")
    return [i for i, slide in enumerate(slides, 1) if slide.xpath("aside[@class='notes']")]


def test_pointers_meet_the_marks_where_they_are_seen(
    browser: Browser, origin: str, site: Path
) -> None:
    """A living chart is enlarged; its tooltip stands at the pointer all the same."""
    tried = 0
    for address in [
        a for a in built_decks() if 'data-live="touch"' in (site / a).read_text("utf-8")
    ]:
        for size in SCREENS.values():
            if size["width"] < 600:
                continue
            with opened(browser, origin + address, viewport=size) as page:
                ready(page)
                number = page.evaluate(
                    "Reveal.getSlides().findIndex(s => s.querySelector('[data-live=touch]')) + 1"
                )
                slide = turn(page, number)
                revive(page, slide)
                tried += told_at_the_pointer(page, slide)
    assert tried > 0


def told_at_the_pointer(page: Page, slide: Locator) -> bool:
    """Whether some mark told its values, beside the pointer."""
    bubble = page.locator("#vg-tooltip-element.visible")
    for mark in slide.locator(MARKS).all()[:60]:
        box = mark.bounding_box()
        if not box:
            continue
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        if bubble.count():
            place = bubble.bounding_box()
            near_x = max(place["x"] - x, x - place["x"] - place["width"])
            near_y = max(place["y"] - y, y - place["y"] - place["height"])
            assert near_x < 40 and near_y < 40
            return True
    return False


def test_a_slider_is_worked_by_keyboard_and_turns_no_slide(
    browser: Browser, origin: str, site: Path
) -> None:
    found = [a for a in built_decks() if 'data-live="near"' in (site / a).read_text("utf-8")]
    assert found
    for address in found:
        with opened(browser, origin + address, viewport=LAPTOP) as page:
            ready(page)
            number = page.evaluate(
                "Reveal.getSlides().findIndex(s => s.querySelector('[data-live=near]')) + 1"
            )
            slide = turn(page, number)
            revive(page, slide)
            control = slide.locator(".em-controls :is(input, select)").first
            control.focus()
            before = slide.locator(".em-live svg").inner_html()
            for key in ("ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown", "ArrowDown"):
                page.keyboard.press(key)
                assert page.evaluate("Reveal.getIndices().h") == number - 1
            expect(slide.locator(".em-live")).to_have_count(1)
            page.wait_for_timeout(100)
            assert page.evaluate("Reveal.getIndices().h") == number - 1
            assert slide.locator(".em-live svg").inner_html() != before


def test_decks_follow_the_theme_of_the_pages(browser: Browser, origin: str, site: Path) -> None:
    with opened(browser, origin + built_decks()[0], color_scheme="light") as page:
        ready(page)
        ground = "getComputedStyle(document.body).backgroundColor"
        light = page.evaluate(ground)
        page.evaluate("localStorage.setItem('mode', 'dark')")
        page.reload()
        ready(page)
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"
        assert page.evaluate(ground) != light


@pytest.mark.parametrize(("screen", "scheme"), [("laptop", "dark"), ("phone", "light")])
def test_axe_finds_nothing_in_decks(
    browser: Browser, origin: str, deck: str, screen: str, scheme: Any
) -> None:
    options = {"viewport": SCREENS[screen], "color_scheme": scheme}
    with opened(browser, origin + deck, **options) as page:
        told = []
        for number in range(1, ready(page) + 1):
            revive(page, turn(page, number))
            page.mouse.move(0, 0)  # tooltips stand in no landmark
            expect(page.locator("#vg-tooltip-element.visible")).to_have_count(0)
            told += violations(page, EVERYTHING, f"slide {number}")
        assert not told, "\n".join(told)


def test_axe_finds_nothing_in_the_speakers_view(browser: Browser, origin: str, site: Path) -> None:
    with opened(browser, origin + built_decks()[0], viewport=LAPTOP) as page:
        ready(page)
        view = speaker(page)
        view.evaluate(AXE)
        rules = "axe.run({iframes: false}).then(r => r.violations.map(v => v.id + v.nodes[0].html))"
        assert view.evaluate(rules) == []


def test_links_of_decks_lead_somewhere(site: Path, deck: str) -> None:
    page = html.parse(site / deck)
    broken = []
    for link in page.xpath("//@href | //@src | //@srcset | //@data-charts | //@data-spec"):
        parts = urlsplit(link)
        if parts.scheme in ("http", "https", "data"):
            continue
        target = (site / deck).parent / parts.path if parts.path else site / deck
        found = target.is_file()
        if found and parts.fragment and target.suffix == ".html":
            found = parts.fragment in html.parse(target).xpath("//@id")
        if not found:
            broken.append(link)
    loaded = page.xpath("//@src | //@srcset | //link[not(@rel='canonical')]/@href")
    assert broken + [x for x in loaded if urlsplit(x).netloc] == []
