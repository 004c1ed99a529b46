"""What a reader meets on the built site, page by page, in Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from emergence import paths
from emergence.i18n import LANGUAGES
from emergence.repository import FOLDER
from lxml import html
from playwright.sync_api import Browser, Locator, Page, expect

from .conftest import built_pages

pytestmark = pytest.mark.browser

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
MARKS = ".em-live .role-mark :is(path, line, rect, text, image)"


@contextmanager
def opened(browser: Browser, address: str, **options: object) -> Iterator[Page]:
    """A page that must stay quiet: no message, no failed request, no request elsewhere."""
    context = browser.new_context(**{"viewport": DESKTOP, **options})
    page = context.new_page()
    page.set_default_timeout(15_000)
    faults: list[str] = []
    local = "file" if address.startswith("file:") else urlsplit(address).netloc

    def request(url: str) -> None:
        parts = urlsplit(url)
        here = parts.scheme if local == "file" else parts.netloc
        if parts.scheme not in ("data", "blob") and here != local:
            faults.append(f"request to another host: {url}")

    page.on("request", lambda r: request(r.url))

    def failed(url: str, reason: str) -> None:
        # The icon of a tab is asked for last, and let go when the page is left meanwhile.
        if not ("/icon.svg" in url and reason.endswith("ERR_ABORTED")):
            faults.append(f"failed: {url}: {reason}")

    page.on("requestfailed", lambda r: failed(r.url, r.failure or ""))
    page.on("response", lambda r: r.status >= 400 and faults.append(f"{r.status}: {r.url}"))
    page.on("pageerror", lambda e: faults.append(f"error: {e}"))
    page.on(
        "console",
        lambda m: m.type in ("error", "warning") and faults.append(f"{m.type}: {m.text}"),
    )
    page.goto(address)
    yield page
    context.close()
    assert faults == []


def drawn(picture: Locator) -> bool:
    """Whether the shown picture of a chart has come."""
    return picture.evaluate("i => i.complete ? i.naturalWidth > 0 : i.decode().then(() => true)")


def shown_picture(figure: Locator) -> Locator:
    """The one picture of a chart that is seen."""
    picture = figure.locator("img:visible")
    expect(picture).to_have_count(1)
    return picture


def revive(figure: Locator) -> None:
    """Touch a chart as a reader would, and wait until it lives."""
    figure.locator(".em-view").scroll_into_view_if_needed()
    if figure.get_attribute("data-live") == "touch":
        figure.locator(".em-view").hover()
    expect(figure).to_have_attribute("data-state", "live")


def revive_by_tap(figure: Locator) -> None:
    """Tap a chart, and wait until it lives."""
    figure.locator(".em-view").scroll_into_view_if_needed()
    figure.locator(".em-view").tap()
    expect(figure).to_have_attribute("data-state", "live")


def pages_with(selector: str) -> list[str]:
    """Pages of the site that hold an element, by XPath."""
    return [a for a in built_pages() if html.parse(paths.SITE / a).xpath(selector)]


# Every page


def test_every_page_of_the_table_of_contents_is_built(site: Path) -> None:
    def files(node: dict[str, object]) -> Iterator[str]:
        for key in ("root", "file"):
            if key in node:
                yield str(node[key])
        for key in ("parts", "chapters", "sections", "subtrees", "entries"):
            for inner in node.get(key, []):
                yield from files(inner)

    toc = yaml.safe_load(paths.TOC.read_text(encoding="utf-8"))
    wanted = {f"{lang}/{file}.html" for lang in LANGUAGES for file in files(toc)}
    assert len(wanted) > 1
    assert wanted <= set(built_pages())


def test_charts_are_drawn_and_come_alive_and_nothing_leaves_the_site(
    browser: Browser, origin: str, address: str
) -> None:
    with opened(browser, origin + address) as page:
        figures = page.locator("figure.em-chart").all()
        # All pictures first: once the pointer rests on a page, scrolling touches charts by itself.
        for figure in figures:
            figure.scroll_into_view_if_needed()
            if figure.get_attribute("data-live") != "near":
                assert drawn(shown_picture(figure))
        for figure in figures:
            if figure.get_attribute("data-live") != "never":
                revive(figure)
                assert figure.locator(MARKS).count() > 0
                assert figure.locator("[role=img]").get_attribute("aria-label")


def test_a_phone_shows_everything_without_scrolling_sideways(
    browser: Browser, origin: str, address: str
) -> None:
    with opened(browser, origin + address, viewport=PHONE, has_touch=True) as page:
        for figure in page.locator("figure.em-chart").all():
            figure.scroll_into_view_if_needed()
            if figure.get_attribute("data-live") == "touch":
                revive_by_tap(figure)
            elif figure.get_attribute("data-live") == "near":
                expect(figure).to_have_attribute("data-state", "live")
            else:
                assert drawn(shown_picture(figure))
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_without_scripts_charts_formulas_and_tables_are_there(
    browser: Browser, origin: str, address: str
) -> None:
    # No `opened`: without scripts Chromium drops the preloads of the theme, which counts as failed.
    context = browser.new_context(java_script_enabled=False, color_scheme="dark")
    page = context.new_page()
    page.goto(origin + address)
    for figure in page.locator("figure.em-chart").all():
        assert drawn(shown_picture(figure))
        assert "-light" in shown_picture(figure).get_attribute("src")  # the page is light, too
    # Inside closed folds nothing is laid out.
    for formula in page.locator("math:visible").all():
        assert formula.bounding_box()["width"] > 0
    source = html.parse(paths.SITE / address)
    unfolded = source.xpath("//*[local-name()='math'][not(ancestor::details)]")
    assert page.locator("math:visible").count() >= len(unfolded)
    assert page.locator("table.em-sortable tbody tr:visible").count() == len(
        source.xpath("//table[contains(@class, 'em-sortable')][not(ancestor::details)]/tbody/tr")
    )
    context.close()


def test_links_and_anchors_lead_somewhere(site: Path, address: str) -> None:
    page = html.parse(site / address)
    broken = []
    for link in page.xpath("//@href | //@src | //@srcset"):
        parts = urlsplit(link)
        if parts.scheme in ("http", "https", "mailto", "data"):
            continue
        target = (site / address).parent / unquote(parts.path) if parts.path else site / address
        if not target.is_file():
            broken.append(link)
        elif parts.fragment and target.suffix == ".html":
            ids = html.parse(target).xpath("//@id")
            if unquote(parts.fragment) not in ids:
                broken.append(link)
    assert broken == []


def test_nothing_that_is_loaded_comes_from_elsewhere(site: Path, address: str) -> None:
    page = html.parse(site / address)
    loaded = page.xpath("//@src | //@srcset | //link[not(@rel='canonical')]/@href")
    assert [x for x in loaded if urlsplit(x).netloc] == []


def test_the_site_carries_no_leftovers(site: Path) -> None:
    files = [path for path in site.rglob("*") if path.is_file()]
    useless = (".map", ".ttf", ".pickle", ".doctree", ".py")
    assert [path.name for path in files if path.suffix in useless] == []
    # MyST-NB leaves the executed notebooks; those for readers lie in a folder of their own.
    notebooks = [path.relative_to(site) for path in files if path.suffix == ".ipynb"]
    assert notebooks and all(path.parts[1] == FOLDER for path in notebooks)
    assert not [path for path in files if path.name == ".buildinfo" or "_sources" in path.parts]
    # Charts, their tables and the index are data, loaded where they are needed.
    large = {"charts", "tables", "vega.js", "searchindex.js"}
    scripts = [p for p in files if p.suffix == ".js" and not large & {*p.relative_to(site).parts}]
    assert max(path.stat().st_size for path in scripts) < 200_000


# What only some pages have


def test_hidden_solutions_open_by_keyboard(browser: Browser, origin: str, site: Path) -> None:
    found = pages_with("//details[contains(@class, 'em-fold')]")
    assert found
    for address in found:
        with opened(browser, origin + address) as page:
            for fold in page.locator("details.em-fold").all():
                inside = fold.locator(":scope > :not(summary)").first
                expect(inside).to_be_hidden()
                fold.locator("summary").focus()
                page.keyboard.press("Enter")
                expect(inside).to_be_visible()


def change(page: Page, control: Locator) -> None:
    """Change a focused input by its arrow keys, whichever way is free."""
    state = "e => e.type === 'radio' ? e.checked : e.value"
    before = control.evaluate(state)
    page.keyboard.press("ArrowDown")
    if control.evaluate(state) == before:
        page.keyboard.press("ArrowUp")
    assert control.evaluate(state) != before


def test_inputs_have_names_and_change_the_drawing_by_keyboard(
    browser: Browser, origin: str, site: Path
) -> None:
    found = pages_with("//figure[@data-live='near']")
    assert found
    for address in found:
        with opened(browser, origin + address) as page:
            for figure in page.locator("figure[data-live=near]").all():
                revive(figure)
                figure.evaluate("f => { f.tabIndex = -1; f.focus(); }")
                controls = figure.locator(":is(input:not([type=radio]), select, input:checked)")
                assert controls.count() > 0
                for control in controls.element_handles():
                    page.keyboard.press("Tab")
                    assert control.evaluate("e => e === document.activeElement")
                    assert control.evaluate("e => e.ariaLabel || e.labels[0].textContent")
                    before = figure.locator(".em-live svg").inner_html()
                    change(page, control)
                    page.wait_for_function(
                        "([svg, before]) => svg.innerHTML !== before",
                        arg=[figure.locator(".em-live svg").element_handle(), before],
                    )


def test_a_tap_on_a_mark_tells_its_values(browser: Browser, origin: str, site: Path) -> None:
    address = pages_with("//figure[@data-live='touch']")[0]
    with opened(browser, origin + address, viewport=PHONE, has_touch=True) as page:
        figure = page.locator("figure[data-live=touch]").first
        revive_by_tap(figure)
        told = page.locator("#vg-tooltip-element.visible")
        for mark in figure.locator(MARKS).all():
            box = mark.bounding_box()
            page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            page.wait_for_timeout(50)
            if told.count():
                break
        assert told.inner_text().strip()


def test_charts_follow_the_theme_and_keep_what_the_reader_set(
    browser: Browser, origin: str, site: Path
) -> None:
    address = pages_with("//figure[@data-live='near']")[0]
    with opened(browser, origin + address, color_scheme="light") as page:
        figure = page.locator("figure[data-live=near]").first
        revive(figure)
        control = figure.locator(":is(input, select)").first
        control.focus()
        change(page, control)
        state = "c => [...c.querySelectorAll('input, select')].map(e => e.checked + e.value)"
        before = figure.locator(".em-controls").evaluate(state)
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
        expect(figure.locator(".em-live")).to_have_attribute("data-scheme", "dark")
        expect(figure.locator(".em-live")).to_have_count(1)
        assert figure.locator(".em-controls").evaluate(state) == before


def test_the_dark_page_loads_the_dark_pictures_only(
    browser: Browser, origin: str, site: Path
) -> None:
    address = pages_with("//figure[@data-live]")[0]
    asked: list[str] = []
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.on("request", lambda r: asked.append(urlsplit(r.url).path))
    page.goto(origin + address)
    for figure in page.locator("figure.em-chart").all():
        figure.scroll_into_view_if_needed()
        if figure.get_attribute("data-live") != "near":
            assert drawn(shown_picture(figure))
    pictures = [path for path in asked if "/charts/" in path and path.endswith(".svg")]
    assert pictures
    assert all("-dark" in path for path in pictures)
    context.close()


def numbers(table: Locator, column: int) -> list[float | None]:
    """Sort values of a column in the order shown; None for a missing one."""
    texts = table.locator("tbody tr").evaluate_all(
        "(rows, i) => rows.map(r => r.cells[i].dataset.value ?? null)", column
    )
    return [None if text is None else float(text) for text in texts]


def test_tables_sort_by_number_and_filter(browser: Browser, origin: str, site: Path) -> None:
    found = pages_with("//table[contains(@class, 'em-sortable')]")
    assert found
    sorted_columns = 0
    for address in found:
        with opened(browser, origin + address) as page:
            page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
            for table in page.locator("table.em-sortable").all():
                rows = table.locator("tbody tr").count()
                heads = table.locator("thead th")
                for column in range(heads.count()):
                    head = heads.nth(column)
                    if not table.locator(f"td.em-number:nth-child({column + 1})").count():
                        continue
                    for direction in ("ascending", "descending"):
                        head.locator("button").focus()
                        page.keyboard.press("Enter")
                        expect(head).to_have_attribute("aria-sort", direction)
                        page.wait_for_timeout(60)
                        shown = numbers(table, column)
                        known = [value for value in shown if value is not None]
                        assert shown == [*known, *[None] * (rows - len(known))]
                        assert known == sorted(known, reverse=direction == "descending")
                    sorted_columns += 1
                if table.get_attribute("data-filter"):
                    filters(page, table, rows)
    assert sorted_columns > 0


def test_paper_is_as_wide_as_its_tables(browser: Browser, origin: str, site: Path) -> None:
    paper = {"width": 680, "height": 960}  # A4 between its margins
    found = pages_with("//th[6]")
    assert found
    wide = []
    for address in found:
        with opened(browser, origin + address, viewport=paper) as page:
            page.emulate_media(media="print")
            page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
            for table in page.locator("table:visible").all():
                box = table.bounding_box()
                if box["x"] + box["width"] > paper["width"] + 1:
                    wide.append(f"{address}: {table.locator('caption').text_content()}")
    assert not wide, "\n".join(wide)


def filters(page: Page, table: Locator, rows: int) -> None:
    """Filter a table by what its first row says, by nonsense, and not at all."""
    bar = table.locator("xpath=ancestor::*[contains(@class, 'em-table')]/preceding-sibling::*[1]")
    field = bar.get_by_role("searchbox")
    shown = table.locator("tbody tr:visible")
    words = table.locator("tbody td").first.inner_text().strip()
    field.fill(words)
    assert 0 < shown.count() <= rows
    assert all(words.lower() in text.lower() for text in shown.all_inner_texts())
    field.fill("no row says this")
    expect(shown).to_have_count(0)
    assert "0" in bar.get_by_role("status").inner_text()
    field.fill("")
    expect(shown).to_have_count(rows)


def test_the_unpacked_site_works_by_double_click(browser: Browser, site: Path) -> None:
    address = pages_with("//figure[@data-live='near']")[0]
    with opened(browser, (site / address).as_uri()) as page:
        figure = page.locator("figure[data-live=near]").first
        revive(figure)
        assert figure.locator(MARKS).count() > 0


def test_search_finds_a_page_without_a_server(browser: Browser, site: Path) -> None:
    address = (site / LANGUAGES[0] / "search.html").as_uri()
    with opened(browser, f"{address}?q=accuracy") as page:
        expect(page.locator("#search-results li").first).to_be_visible()
