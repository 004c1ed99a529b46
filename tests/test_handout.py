"""The handout before it is printed: what is kept, what goes to the end, and where links lead."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from emergence import paths
from emergence.handout import compose
from emergence.handout.__main__ import main
from emergence.handout.pages import HandoutError
from lxml.html import HtmlElement
from nbformat.v4 import new_code_cell

from .test_questions import ONE, SEVERAL
from .test_sphinx_extension import SLIDER, THEMED, TOC, build, chart_cell

REFERENCES = """```{raw} html
<section id="refs"><h2>Literature</h2><div class="citation-list">
<div class="citation" id="id1"><span class="label">[1]</span><p>A. Author. A title.</p></div>
</div></section>
```"""
PAGES = {
    "index": ["(start)=\n# The book\n\n" + TOC.format("alpha\nbeta\nteaching"), ONE],
    "alpha": [
        "# Alpha\n\nSee {ref}`the other <beta>`, {doc}`the plan <teaching>`, {ref}`hashes` and "
        '<a href="beta.html#id1">Author</a>.',
        new_code_cell("secret = 1", metadata={"tags": ["hide-input", "parameters"]}),
        chart_cell(SLIDER, "with-slider", alt="A curve that rises."),
        "## Exercises\n\n```{exercise} Why\n:label: ex\nWhy?\n```\n\n"
        "```{solution} ex\n:label: sol\n:class: dropdown\nBecause.\n```",
        SEVERAL,
    ],
    "beta": ["(beta)=\n# Beta\n\nText.", REFERENCES, "(hashes)=\n## Hashes", "{table}"],
    "teaching": ["# For teachers\n\nA plan."],
}
RECORD = '```{raw} html\n<table class="em-record"><tr><td>abcdef</td></tr></table>\n```'
NAMES = ["index", "alpha", "beta"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small site in one language, as the build leaves it."""
    folder = tmp_path_factory.mktemp("handout")
    extensions = {"myst_enable_extensions": ["dollarmath", "colon_fence"]}
    pages = PAGES | {"beta": [*PAGES["beta"][:2], f"{PAGES['beta'][2]}\n\n{RECORD}"]}
    assert build(folder, pages, **THEMED, **extensions) == ""
    (folder / "html").rename(folder / "en")
    return folder


def front(address: str = "") -> compose.Front:
    return compose.Front("en", 'A "title" <of two>', "Someone", "By Someone", ["Today"], address)


@pytest.fixture(scope="module")
def made(site: Path) -> HtmlElement:
    return compose.document(site, front(), NAMES, "a4", str)


def part(made: HtmlElement, name: str) -> HtmlElement:
    (found,) = made.xpath(f"//section[@id='{name}--']")
    return found


def test_every_link_inside_leads_somewhere_and_no_id_is_given_twice(made: HtmlElement) -> None:
    ids = made.xpath("//@id")
    assert len(ids) == len(set(ids))
    inside = [link for link in made.xpath("//@href") if not urlsplit(link).scheme]
    assert len(inside) > 10
    assert [link for link in inside if link[0] != "#" or link[1:] not in ids] == []
    (link,) = part(made, "alpha").xpath(".//a[.='the other']")
    assert link.get("href")[1:] in part(made, "beta").xpath(".//@id")


def test_links_to_what_stays_on_the_site_are_words_or_lead_to_its_address(
    site: Path, made: HtmlElement
) -> None:
    assert "the plan" in part(made, "alpha").text_content()
    assert not made.xpath("//a[contains(., 'the plan') or contains(., 'hashes')]")
    online = compose.document(site, front("https://example.org/book/"), NAMES, "a4", str)
    (link,) = online.xpath("//a[.='the plan']")
    assert link.get("href") == "https://example.org/book/en/teaching.html"


def test_nothing_that_needs_a_screen_is_left(made: HtmlElement) -> None:
    tags = ("script", "button", "input", "select", "details", "summary", "fieldset", "nav/nav")
    assert [tag for tag in tags if made.xpath(f"//body//{tag}")] == []
    text = made.find("body").text_content()
    assert "secret" not in text and "abcdef" not in text and "#" not in text
    assert not made.xpath("//*[contains(@class, 'headerlink')]")
    assert not [name for name in made.xpath("//@*/..") if any(a[:2] == "on" for a in name.attrib)]


def test_a_chart_is_one_light_picture_with_its_words(made: HtmlElement) -> None:
    (figure,) = made.xpath("//figure")
    (image,) = figure.xpath(".//img")
    assert image.get("alt") == "A curve that rises."
    path = Path(unquote(urlsplit(image.get("src")).path))
    assert path.is_file() and "light" in path.name and "phone" not in path.name


def test_solutions_answers_and_references_stand_at_the_end(made: HtmlElement) -> None:
    order = made.xpath("//section[@class='part']/@data-running")
    assert order == ["Introduction", "Alpha", "Beta", "Solutions", "Answers", "References"]
    alpha, solutions = part(made, "alpha"), part(made, "solutions")
    assert "Why?" in alpha.text_content() and "Because." not in alpha.text_content()
    assert "Because." in solutions.text_content()
    (link,) = alpha.xpath(".//a[starts-with(., 'Solution')]/@href")
    assert link[1:] in solutions.xpath(".//@id")
    assert solutions.xpath(".//h2")[0].text_content() == "Alpha"
    assert part(made, "references").text_content().count("A. Author.") == 1
    assert "A. Author." not in part(made, "beta").text_content()
    (cited,) = alpha.xpath(".//a[.='Author']/@href")
    assert cited[1:] in part(made, "references").xpath(".//@id")


def test_questions_have_empty_boxes_in_place_and_answers_at_the_end(made: HtmlElement) -> None:
    alpha, answers = part(made, "alpha"), part(made, "answers")
    (question,) = alpha.xpath(".//div[@class='question']")
    assert len(question.xpath(".//span[@class='box']")) == 3
    assert "left over" not in alpha.text_content()
    told = [p.text_content() for p in answers.xpath(".//div[@class='answer']/p")]
    assert told == ["Right: B", "Right: A, C"]
    assert "One is left over." in answers.text_content()
    (link,) = question.xpath(".//a[starts-with(., 'Answer')]/@href")
    assert link[1:] in answers.xpath(".//@id")


def test_page_numbers_are_filled_in_wherever_they_are_asked_for(made: HtmlElement) -> None:
    targets = made.xpath("//span[@class='page-of']/@data-target")
    assert set(targets) <= set(made.xpath("//@id"))
    numbers = {target: 10 + i for i, target in enumerate(dict.fromkeys(targets))}
    done = compose.numbered(made, numbers)
    shown = done.xpath("//span[@class='page-of']")
    assert [int(place.text) for place in shown] == [numbers[target] for target in targets]
    assert made.xpath("//span[@class='page-of']")[0].text == "0"


def test_each_part_has_its_title_at_the_top_of_its_pages(made: HtmlElement) -> None:
    style = made.find("head/style").text
    assert '@page part-alpha { @top-left { content: "Alpha" } }' in style
    assert r'content: "A \"title\" <of two>"' in style
    assert made.find("head/title").text == 'A "title" <of two>'


def test_chapters_come_from_the_table_of_contents_without_the_plan() -> None:
    names = compose.chapters(paths.TOC)
    assert names[0] == "index" and "metrics" in names and "teaching" not in names
    assert all((paths.CHAPTERS / f"{name}.md").exists() for name in names)


def test_a_missing_page_is_named(site: Path) -> None:
    with pytest.raises(HandoutError, match=r"en/gamma\.html: found no such page"):
        compose.document(site, front(), [*NAMES, "gamma"], "a4", str)


def test_without_a_site_one_line_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(paths, "SITE", tmp_path)
    assert main(["--out", str(tmp_path / "out")]) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and "build the site first" in told
    assert not (tmp_path / "out").exists()
