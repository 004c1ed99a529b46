"""Questions on the built site: chosen by keyboard, told at once, and kept by nobody."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from .test_site import DESKTOP, PHONE, opened, pages_with

pytestmark = pytest.mark.browser

ONE = "//fieldset[@data-kind='one']"
SEVERAL = "//fieldset[@data-kind='several']"
AXE = files("axe_playwright_python") / "axe.min.js"


@pytest.fixture(scope="module")
def asking(site: Path) -> str:
    """A page with questions of both kinds, in the second language of the site if it has one."""
    found = [address for address in pages_with(ONE) if address in pages_with(SEVERAL)]
    assert found
    return found[-1]


def questions(page: Page, kind: str) -> list[Locator]:
    found = page.locator(f"fieldset[data-kind={kind}]").all()
    assert found
    return found


def test_a_choice_is_told_at_once_and_another_one_instead(
    browser: Browser, origin: str, asking: str
) -> None:
    with opened(browser, origin + asking) as page:
        for box in questions(page, "one"):
            status, radios = box.get_by_role("status"), box.get_by_role("radio")
            expect(status).to_have_text("")
            radios.first.focus()
            page.keyboard.press("Space")
            told, verdicts = [], []
            for radio in radios.all():
                expect(radio).to_be_checked()
                expect(radio).to_be_focused()
                expect(status.locator(".em-feedback")).to_have_count(1)
                verdicts.append(status.locator(".em-feedback").get_attribute("data-right"))
                assert box.locator("li[data-right]").count() == 1
                told.append(status.inner_text())
                page.keyboard.press("ArrowDown")
            expect(radios.first).to_be_checked()
            assert len(set(told)) == len(told)
            assert verdicts.count("true") == 1
            signs = {text.strip()[0] for text in told}
            assert signs == {"✓", "✗"}  # told by a sign, not by colour alone


def test_several_answers_are_checked_together(browser: Browser, origin: str, asking: str) -> None:
    with opened(browser, origin + asking) as page:
        for box in questions(page, "several"):
            notes = box.get_by_role("status").locator(".em-feedback")
            boxes, check = box.get_by_role("checkbox").all(), box.get_by_role("button")
            summary = box.locator(".em-summary")

            def told(name: str, summary: Locator = summary, box: Locator = box) -> None:
                expect(summary).to_have_text(box.get_attribute(f"data-{name}") or "")

            check.click()
            told("none")
            right = []
            for one in boxes:
                one.check()
                expect(notes).to_have_count(0)  # what was told before is no longer true
                check.click()
                right.append(notes.get_attribute("data-right") == "true")
                told("missing" if right[-1] else "wrong")
                one.uncheck()
            assert right.count(True) > 1
            for one, is_right in zip(boxes, right, strict=True):
                one.set_checked(is_right)
            check.focus()
            page.keyboard.press("Enter")
            told("all")
            assert notes.count() == right.count(True)


def test_screen_readers_hear_a_named_group_its_answers_and_the_verdict(
    browser: Browser, origin: str, asking: str
) -> None:
    with opened(browser, origin + asking) as page:
        box = questions(page, "one")[0]
        words = " ".join(box.locator("legend").inner_text().split())
        expect(page.get_by_role("radiogroup", name=words)).to_have_count(1)
        for label in box.locator("label").all():
            name = " ".join(label.inner_text().split())
            expect(box.get_by_role("radio", name=name)).to_have_count(1)
        box.get_by_role("radio").first.check()
        tree = box.get_by_role("status").aria_snapshot()
        assert "✓" not in tree and "✗" not in tree
        assert box.locator(".em-status .em-verdict-words").inner_text() in tree


def test_nothing_is_stored_or_sent(browser: Browser, origin: str, asking: str) -> None:
    kept = "() => [{...localStorage}, {...sessionStorage}, document.cookie, location.href]"
    with opened(browser, origin + asking) as page:
        page.wait_for_load_state("networkidle")
        before, asked = page.evaluate(kept), []
        page.on("request", lambda request: asked.append(request.url))
        for box in questions(page, "one"):
            box.get_by_role("radio").first.evaluate("radio => radio.click()")
        page.wait_for_timeout(100)
        assert page.evaluate(kept) == before
        assert [url for url in asked if ".svg" not in url] == []  # pictures come as one scrolls
        page.reload()
        assert page.locator("fieldset input:checked").count() == 0


def test_without_scripts_answers_are_a_list_with_a_fold(
    browser: Browser, origin: str, asking: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(origin + asking)
    for box in page.locator("fieldset.em-question").all():
        assert box.get_by_role("listitem").count() > 1
        assert box.locator("input, button").count() == 0
        expect(box.locator(".em-feedback").first).to_be_hidden()
        box.locator("summary").press("Enter")
        expect(box.locator(".em-feedback").first).to_be_visible()
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_answered_questions_fit_and_axe_finds_nothing(
    browser: Browser, origin: str, asking: str, screen: dict[str, int], theme: str
) -> None:
    with opened(browser, origin + asking, viewport=screen, color_scheme=theme) as page:
        for number, box in enumerate(questions(page, "one")):
            box.get_by_role("radio").nth(number % 2).check()
        for box in questions(page, "several"):
            for one in box.get_by_role("checkbox").all():
                one.check()
            box.get_by_role("button").click()
        low = [b for b in page.locator("label.em-answer, .em-check").all() if height(b) < 44]
        assert low == []
        assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"]
        page.evaluate(AXE.read_text(encoding="utf-8"))
        # Without it axe asks for style sheets by itself.
        found = page.evaluate(
            "axe.run('.em-question', { preload: false }).then(told => told.violations)"
        )
        assert [(rule["id"], rule["nodes"][0]["html"][:150]) for rule in found] == []


def height(box: Locator) -> float:
    return box.bounding_box()["height"]


def test_paper_has_empty_boxes_and_no_answers(browser: Browser, origin: str, asking: str) -> None:
    with opened(browser, origin + asking) as page:
        box = questions(page, "one")[0]
        box.get_by_role("radio").first.check()
        page.emulate_media(media="print")
        expect(box.locator("input").first).to_be_hidden()
        expect(box.locator(".em-feedback")).to_be_hidden()
        drawn = "label => getComputedStyle(label, '::before').borderTopStyle"
        assert box.locator("label").first.evaluate(drawn) == "solid"
        marked = "label => getComputedStyle(label).borderTopWidth"
        assert {label.evaluate(marked) for label in box.locator("label").all()} == {"0px"}
