"""Living charts: their size, the table behind them, and links to a chart as a reader set it."""

from __future__ import annotations

import csv
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from emergence import paths
from emergence.i18n import LANGUAGES
from emergence.sphinx import chart_scripts
from lxml import html
from playwright.sync_api import Browser, Locator, Page, expect

from .test_site import PHONE, change, opened, pages_with, revive

pytestmark = pytest.mark.browser

SHIFTS = """
window.__shifts = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.__shifts += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
CHART = "//figure[contains(@class, 'em-chart')]"


def with_slider(lang: str = "en") -> str:
    """A page with a chart that a slider changes."""
    found = pages_with("//figure//div[contains(@class, 'em-kept')]//input[@type='range']")
    return next(address for address in found if address.startswith(f"{lang}/"))


def sliding(page: Page) -> Locator:
    """The figure of the first chart with a slider, alive or not."""
    return page.locator("figure.em-chart:has(input[type=range])").first


def slider(page: Page) -> tuple[str, Locator, Locator]:
    """Name of the first chart with a slider, its figure, alive, and the slider."""
    figure = sliding(page)
    revive(figure)
    name = figure.get_attribute("id").removeprefix("chart-")
    return name, figure, figure.locator("input[type=range]").first


# Size


@pytest.mark.parametrize("viewport", [None, PHONE, {"width": 820, "height": 900}])
def test_a_chart_that_comes_to_life_moves_nothing(
    browser: Browser, origin: str, address: str, viewport: dict[str, int] | None
) -> None:
    if address not in pages_with(CHART):
        pytest.skip("a page without charts")
    page = browser.new_page(**({"viewport": viewport} if viewport else {}))
    page.add_init_script(SHIFTS)
    page.goto(origin + address, wait_until="networkidle")
    loading = page.evaluate("document.fonts.ready.then(() => window.__shifts)")
    for figure in page.locator("figure.em-chart").all():
        before = figure.bounding_box()
        if figure.get_attribute("data-live") != "never":
            revive(figure)
        after = figure.bounding_box()
        assert after["width"] == before["width"]
        assert after["height"] == pytest.approx(before["height"], abs=1.5)
    page.wait_for_timeout(300)
    assert page.evaluate("window.__shifts") - loading < 0.02  # faces of the text: test_faces.py
    page.close()


def test_a_chart_is_drawn_anew_when_the_page_becomes_narrow(
    browser: Browser, origin: str, site: Path
) -> None:
    with opened(browser, origin + with_slider()) as page:
        _, figure, _ = slider(page)
        expect(figure.locator(".em-live svg")).to_have_attribute("width", "700")
        page.set_viewport_size(PHONE)
        expect(figure.locator(".em-live svg")).to_have_attribute("width", "320")


# Settings in the address


def copy_link(page: Page, figure: Locator) -> str:
    """Press "copy link"; returns what the clipboard then has."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    figure.locator(".em-link").click()
    expect(figure.locator(".em-said")).not_to_be_empty()
    return page.evaluate("navigator.clipboard.readText()")


def test_a_copied_link_leads_to_the_chart_as_it_was_set(
    browser: Browser, origin: str, site: Path
) -> None:
    with opened(browser, origin + with_slider()) as page:
        name, figure, control = slider(page)
        control.focus()
        change(page, control)
        wanted = control.input_value()
        entries = page.evaluate("history.length")
        assert "?" not in page.url  # the address stays as it is until the button is used
        link = copy_link(page, figure)
        assert link == page.url and page.evaluate("history.length") == entries
        (value,) = next(iter(parse_qs(urlsplit(link).query).values()))
        assert urlsplit(link).fragment == f"chart-{name}" and value == wanted
    with opened(browser, link) as page:
        figure = page.locator(f"#chart-{name}")
        expect(figure).to_have_attribute("data-state", "live")
        expect(figure.locator("input[type=range]").first).to_have_value(wanted)
        expect(figure).to_be_in_viewport()
        switch = page.locator(".em-languages a").first
        switch.click()
        expect(page.locator(f"#chart-{name} input[type=range]").first).to_have_value(wanted)
        assert urlsplit(page.url).query == urlsplit(link).query


def test_where_the_clipboard_is_barred_the_link_can_be_selected(
    browser: Browser, site: Path
) -> None:
    address = (site / with_slider()).as_uri()
    with opened(browser, address) as page:
        page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined });")
        page.reload()
        name, figure, control = slider(page)
        control.focus()
        change(page, control)
        wanted = control.input_value()
        figure.locator(".em-link").click()
        field = figure.get_by_role("textbox")
        expect(field).to_be_focused()
        link = field.input_value()
        assert page.evaluate("getSelection().toString() || document.activeElement.value") == link
        assert field.evaluate("f => f.readOnly && f.selectionEnd - f.selectionStart") == len(link)
        assert field.get_attribute("aria-label")
    with opened(browser, link) as page:
        expect(page.locator(f"#chart-{name} input[type=range]").first).to_have_value(wanted)


def test_a_setting_that_does_not_exist_is_passed_over(
    browser: Browser, origin: str, site: Path
) -> None:
    with opened(browser, origin + with_slider()) as page:
        name, _, control = slider(page)
        default, most = control.input_value(), float(control.get_attribute("max"))
        setting = control.get_attribute("name")
    for value in ("", "many", f"{most + 1:g}", "1e999", "NaN", "<b>", "2.5"):
        with opened(browser, f"{origin}{with_slider()}?{name}.{setting}={value}&x.y=1") as page:
            figure = page.locator(f"#chart-{name}")
            revive(figure)
            expect(figure.locator("input[type=range]").first).to_have_value(default)


# The table behind a chart


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_chart_shows_its_table_by_keyboard_and_closes_it_again(
    browser: Browser, origin: str, site: Path, lang: str
) -> None:
    for address in (a for a in pages_with(CHART) if a.startswith(f"{lang}/")):
        with opened(browser, origin + address) as page:
            for figure in page.locator("figure.em-chart").all():
                button = figure.locator(".em-data")
                link = site / address / ".." / figure.locator("a[download]").get_attribute("href")
                with link.resolve().open(encoding="utf-8") as file:
                    rows = list(csv.reader(file))
                assert button.get_attribute("aria-expanded") == "false"
                button.focus()
                page.keyboard.press("Enter")
                expect(button).to_have_attribute("aria-expanded", "true")
                table = figure.locator(".em-rows table")
                expect(table).to_be_visible()
                assert table.locator("caption").inner_text()
                heads = set(table.locator("thead th").all_text_contents())
                assert heads <= set(rows[0])
                drawn = table.locator("tbody tr").count()
                assert drawn == min(chart_scripts.ROWS, len(rows) - 1)
                assert str(drawn) in figure.locator(".em-rows [role=status]").inner_text()
                page.keyboard.press("Tab")
                while not page.evaluate("document.activeElement.closest('.em-rows')"):
                    page.keyboard.press("Tab")
                page.keyboard.press("Escape")
                expect(table).to_be_hidden()
                expect(button).to_be_focused()


def test_a_long_table_shows_all_its_rows_a_part_at_a_time(
    browser: Browser, origin: str, site: Path
) -> None:
    with opened(browser, origin + with_slider()) as page:
        figure = sliding(page)
        figure.locator(".em-data").click()
        body = figure.locator(".em-rows tbody tr")
        expect(body).to_have_count(chart_scripts.ROWS)
        more = figure.locator(".em-rows-foot button")
        for part in range(2, 50):
            more.focus()
            page.keyboard.press("Enter")
            if not more.count():
                break
            expect(body).to_have_count(part * chart_scripts.ROWS)
        assert page.evaluate("document.activeElement.closest('.em-rows') !== null")
        head = figure.locator(".em-rows thead th").first
        box = figure.locator(".em-rows .em-table")
        box.evaluate("b => { b.scrollTop = b.scrollHeight; }")
        assert head.bounding_box()["y"] == pytest.approx(box.bounding_box()["y"], abs=2)


def test_a_table_works_by_double_click_and_stays_off_the_paper(
    browser: Browser, site: Path
) -> None:
    with opened(browser, (site / with_slider()).as_uri(), viewport=PHONE) as page:
        figure = sliding(page)
        figure.locator(".em-data").click()
        expect(figure.locator(".em-rows")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.emulate_media(media="print")
        expect(figure.locator(".em-rows")).to_be_hidden()
        expect(figure.locator(".em-foot")).to_be_hidden()


def test_the_rows_of_a_table_are_loaded_only_when_asked_for(
    browser: Browser, origin: str, site: Path
) -> None:
    with opened(browser, origin + with_slider()) as page:
        loaded: list[str] = []
        page.on("request", lambda request: loaded.append(urlsplit(request.url).path))
        for figure in page.locator("figure[data-live=near]").all():
            revive(figure)
        assert not [path for path in loaded if "/tables/" in path]
        figure.locator(".em-data").click()
        expect(figure.locator(".em-rows")).to_be_visible()
        assert len([path for path in loaded if "/tables/" in path]) == 1


# In a deck


def test_a_chart_on_a_hidden_slide_waits_and_then_comes_to_life_at_any_scale(
    browser: Browser, site: Path, tmp_path: Path
) -> None:
    folder = (site / with_slider()).parent
    (made,) = html.parse(site / with_slider()).xpath("(//figure[.//input[@type='range']])[1]")
    made.set("data-wide", "")
    deck = tmp_path / "deck.html"
    deck.write_text(
        f'<!doctype html><html lang="en" data-theme="light"><meta charset="utf-8"><title>x</title>'
        f'<base href="{folder.as_uri()}/"><link rel="stylesheet" href="{asset("charts.css")}">'
        f'<section style="display: none; width: 960px; transform: scale(0.5)">'
        f"{html.tostring(made, encoding='unicode')}</section>"
        f'<script src="{asset("charts.js")}"></script></html>',
        encoding="utf-8",
    )
    with opened(browser, deck.as_uri(), viewport=PHONE) as page:
        figure = page.locator("figure")
        page.wait_for_timeout(300)
        assert figure.get_attribute("data-state") is None
        page.evaluate("document.querySelector('section').style.display = 'block'")
        expect(figure).to_have_attribute("data-state", "live")
        # The slide is wide, however small the screen.
        expect(figure.locator(".em-live svg")).to_have_attribute("width", "700")
        control = figure.locator("input[type=range]").first
        before = figure.locator(".em-live svg").inner_html()
        control.focus()
        change(page, control)
        page.wait_for_function(
            "([svg, before]) => svg.innerHTML !== before",
            arg=[figure.locator(".em-live svg").element_handle(), before],
        )


def asset(name: str) -> str:
    """Address of an asset as it lies in the package."""
    return (paths.SPHINX / "static" / name).as_uri()
