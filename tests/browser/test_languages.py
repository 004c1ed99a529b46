"""Two or more languages of one site: the switch, the entrance, what is remembered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from emergence import paths
from emergence.alternates import language_tag, own_name
from emergence.i18n import LANGUAGES, SOURCE
from lxml import html
from playwright.sync_api import Browser, Locator, Page, expect

from .conftest import built_pages
from .test_site import DESKTOP, opened

pytestmark = pytest.mark.browser

PAIRS = [(here, there) for here in LANGUAGES for there in LANGUAGES if here != there]
WIDTHS = (320, 360, 768, 1000, 1280, 1400)
FINGER = 44  # px


@contextmanager
def visited(browser: Browser, address: str, **options: object) -> Iterator[Page]:
    """A page to go on from: what it still loads when it is left counts as failed to `opened`."""
    context = browser.new_context(**{"viewport": DESKTOP, **options})
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(address)
    yield page
    context.close()


def switch(page: Page, lang: str) -> Locator:
    """The link to a language, in sight."""
    menu = page.locator(".em-languages details:not([open]) > summary")
    if menu.count():
        menu.click()
    return page.locator(f".em-languages a[data-lang='{lang}']")


def press(page: Page, link: Locator) -> None:
    """Click where a link is: Playwright's own click would scroll the page below a fixed header."""
    box = link.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def longest_page(lang: str) -> tuple[str, list[str]]:
    """The page of a language with the most sections, by its address, and their names."""
    sections = {
        address: html.parse(paths.SITE / address).xpath(
            "//article//section[count(ancestor::section) = 1]/@id"
        )
        for address in built_pages()
        if address.startswith(f"{lang}/")
    }
    return max(sections.items(), key=lambda item: len(item[1]))


def settled(page: Page) -> None:
    """Wait until the page has stopped scrolling."""
    page.wait_for_function(
        """() => new Promise((done) => {
            const before = scrollY;
            setTimeout(() => done(scrollY === before), 150);
        })"""
    )


def test_every_page_is_there_in_every_language(site: Path) -> None:
    pages = {
        lang: {a.partition("/")[2] for a in built_pages() if a.startswith(f"{lang}/")}
        for lang in LANGUAGES
    }
    assert all(found == pages[SOURCE] for found in pages.values())


def test_a_page_tells_its_language_and_the_same_page_in_the_others(
    site: Path, address: str
) -> None:
    page = html.parse(site / address)
    lang, _slash, name = address.partition("/")
    assert page.getroot().get("lang") == language_tag(lang)
    told = {
        link.get("hreflang"): (site / address).parent.joinpath(link.get("href")).resolve()
        for link in page.xpath("//head/link[@rel='alternate'][@hreflang]")
        if not urlsplit(link.get("href")).netloc
    }
    default = told.pop("x-default")
    assert default.is_file()
    assert told == {language_tag(other): (site / other / name).resolve() for other in LANGUAGES}


@pytest.mark.parametrize(("here", "there"), PAIRS)
def test_the_switch_leads_to_the_section_in_view(
    browser: Browser, origin: str, here: str, there: str
) -> None:
    address, sections = longest_page(here)
    name = address.partition("/")[2]
    with visited(browser, origin + address) as page:
        # At the top of a page there is no section to name.
        press(page, switch(page, there))
        page.wait_for_url(f"{origin}{there}/{name}")
        page.go_back()
        page.wait_for_url(origin + address)
        section = sections[len(sections) // 2]
        page.locator(f"#{section}").evaluate(
            "(e) => scrollTo({ top: e.getBoundingClientRect().top + scrollY - 60 })"
        )
        settled(page)
        press(page, switch(page, there))
        page.wait_for_url(f"{origin}{there}/{name}#{section}")
        expect(page.locator(f"#{section}")).to_be_in_viewport()


@pytest.mark.parametrize(("here", "there"), PAIRS)
def test_the_switch_keeps_the_place_that_the_address_names(
    browser: Browser, origin: str, here: str, there: str
) -> None:
    address, sections = longest_page(here)
    with visited(browser, f"{origin}{address}#{sections[-1]}") as page:
        settled(page)
        press(page, switch(page, there))
        page.wait_for_url(f"{origin}{there}/{address.partition('/')[2]}#{sections[-1]}")


@pytest.mark.parametrize(("here", "there"), PAIRS)
def test_the_switch_works_without_scripts(
    browser: Browser, origin: str, here: str, there: str
) -> None:
    with visited(browser, f"{origin}{here}/search.html", java_script_enabled=False) as page:
        link = switch(page, there)
        assert link.inner_text() == own_name(there)
        assert link.get_attribute("lang") == language_tag(there)
        link.click()
        page.wait_for_url(f"{origin}{there}/search.html")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_entrance_remembers_the_choice(browser: Browser, origin: str, lang: str) -> None:
    other = next(other for other in LANGUAGES if other != lang)
    locale = language_tag(other)
    with visited(browser, f"{origin}{other}/index.html", locale=locale) as page:
        switch(page, lang).click()
        page.wait_for_url(f"{origin}{lang}/index.html")
        page.goto(origin)
        page.wait_for_url(f"{origin}{lang}/index.html")


@pytest.mark.parametrize(
    ("locale", "lang"),
    [
        *((language_tag(lang), lang) for lang in LANGUAGES),
        *((f"{language_tag(lang).partition('-')[0]}-ZZ", lang) for lang in LANGUAGES),
        ("tlh", SOURCE),
    ],
)
def test_the_entrance_follows_the_browser_and_keeps_the_rest_of_the_address(
    browser: Browser, origin: str, locale: str, lang: str
) -> None:
    with visited(browser, f"{origin}?from=slides#credit", locale=locale) as page:
        page.wait_for_url(f"{origin}{lang}/index.html?from=slides#credit")
        expect(page.locator("html")).to_have_attribute("lang", language_tag(lang))


def test_the_entrance_is_a_page_of_links_without_scripts(browser: Browser, origin: str) -> None:
    for lang in LANGUAGES:
        with visited(browser, origin, java_script_enabled=False, color_scheme="dark") as page:
            assert page.get_by_role("link").count() == len(LANGUAGES)
            expect(page.locator("h1 > span:visible")).to_have_count(len(LANGUAGES))
            page.get_by_role("link", name=own_name(lang), exact=True).click()
            page.wait_for_url(f"{origin}{lang}/index.html")


def test_a_browser_that_keeps_nothing_still_switches(browser: Browser, origin: str) -> None:
    here, there = PAIRS[0]
    context = browser.new_context(locale=language_tag(there))
    # As with storage blocked: whoever touches it is refused. The theme's own scripts are not told.
    context.add_init_script(
        """for (const name of ["getItem", "setItem"]) {
            const own = Storage.prototype[name];
            Storage.prototype[name] = function (key, ...rest) {
                if (key === "em-lang") throw new DOMException("no", "SecurityError");
                return own.call(this, key, ...rest);
            };
        }"""
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(origin)
    page.wait_for_url(f"{origin}{there}/index.html")
    switch(page, here).click()
    page.wait_for_url(f"{origin}{here}/index.html")
    context.close()
    assert errors == []


def test_the_switch_works_by_double_click_on_a_file(browser: Browser, site: Path) -> None:
    here, there = PAIRS[0]
    with visited(browser, (site / here / "index.html").as_uri()) as page:
        switch(page, there).click()
        page.wait_for_url((site / there / "index.html").as_uri())


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_switch_is_whole_at_every_width(
    browser: Browser, origin: str, lang: str, width: int
) -> None:
    with opened(browser, origin + longest_page(lang)[0], viewport={**DESKTOP, "width": width}) as p:
        shown = p.locator(".em-languages > a, .em-languages summary")
        expect(shown).to_be_visible()
        box = shown.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        assert box["y"] >= 0
        assert min(box["width"], box["height"]) >= FINGER
        # What is cut off, or lies under something else, is not found at the corners of its words.
        assert shown.evaluate(
            """(e) => {
                const words = document.createRange();
                words.selectNodeContents(e);
                const { left, right, top, bottom } = words.getBoundingClientRect();
                return [[left, top], [right, top], [left, bottom], [right, bottom]].every(
                    ([x, y]) => {
                        const inside = (a, middle) => a + Math.sign(middle - a);
                        const hit = document.elementFromPoint(
                            inside(x, (left + right) / 2), inside(y, (top + bottom) / 2));
                        return hit === e || e.contains(hit);
                    });
            }"""
        )
        assert p.evaluate("document.documentElement.scrollWidth") <= width
        for button in p.locator(".bd-header-article button:visible").all():
            other = button.bounding_box()
            assert (
                other["x"] >= box["x"] + box["width"] - 1
                or other["x"] + other["width"] <= box["x"] + 1
            )


def test_the_switch_shows_focus_and_is_not_printed(browser: Browser, origin: str) -> None:
    with opened(browser, f"{origin}{SOURCE}/index.html") as page:
        shown = page.locator(".em-languages > a, .em-languages summary")
        page.locator(".primary-toggle:visible").last.focus()
        for _ in range(page.locator(".em-tools a:visible, .em-tools summary:visible").count() + 1):
            page.keyboard.press("Tab")
        expect(shown).to_be_focused()
        assert shown.evaluate("(e) => parseFloat(getComputedStyle(e).outlineWidth)") >= 2
        page.emulate_media(media="print")
        expect(shown).to_be_hidden()


@pytest.mark.parametrize(("lang", "words"), [("en", "Hide"), ("ru", "Снять")])
def test_what_was_searched_for_is_marked_until_the_reader_unmarks_it(
    browser: Browser, origin: str, lang: str, words: str
) -> None:
    with opened(browser, f"{origin}{lang}/search.html?q=GPT") as page:
        found = page.locator("#search-results li a").first
        expect(found).to_be_visible()
        page.wait_for_load_state("networkidle")
        found.click()
        marked = page.locator("span.highlighted")
        expect(marked.first).to_be_visible()
        top = page.locator("article.bd-article").bounding_box()["y"]
        page.locator("#searchbox").get_by_role("button", name=re.compile(words)).click()
        expect(marked).to_have_count(0)
        assert page.locator("article.bd-article").bounding_box()["y"] == top
        page.wait_for_load_state("networkidle")
        page.reload()
        expect(marked).to_have_count(0)
        page.wait_for_load_state("networkidle")


@pytest.mark.parametrize(
    ("lang", "word", "found"),
    [
        ("ru", "перколяциями", "definition"),
        ("ru", "решетками", "definition"),
        ("ru", "транслитерацией", "critique"),
        ("en", "transliterating", "critique"),
    ],
)
def test_search_finds_a_word_in_another_form(
    browser: Browser, origin: str, site: Path, lang: str, word: str, found: str
) -> None:
    texts = [path.read_text(encoding="utf-8") for path in (site / lang).glob("*.html")]
    assert not any(re.search(rf"\b{word}\b", text) for text in texts)  # no page has this form
    with visited(browser, f"{origin}{lang}/search.html?q={word}") as page:
        results = page.locator("#search-results li a")
        expect(results.first).to_be_visible()
        addresses = results.evaluate_all("links => links.map(link => link.pathname)")
    assert any(address.endswith(f"/{lang}/{found}.html") for address in addresses)
