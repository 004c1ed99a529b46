"""Slides and decks, on small books of made-up notebooks."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from emergence import i18n
from emergence.charts import Html, empty_panel
from emergence.sphinx import slide_charts, specs
from emergence.sphinx.figures import Picture
from lxml import html
from nbformat import NotebookNode
from nbformat import v4 as nb

from .test_sphinx_extension import PLAIN, SLIDER, TOC, build, chart_cell

EXTENSIONS = ["myst_nb", "sphinx_exercise", "sphinxcontrib.bibtex", "emergence.sphinx"]
MARKUP = {"myst_enable_extensions": ["colon_fence", "dollarmath"]}
SETTINGS = {
    **MARKUP,
    "extensions": EXTENSIONS,
    "bibtex_bibfiles": ["all.bib"],
    "bibtex_reference_style": "translated_author_year",
    "language": "en",
    "author": "A. Teacher",
}
CURVE = {**PLAIN, "height": 400, "title": {"text": "A curve", "subtitle": ["6 points", "one run"]}}


def panel_cell(panel: Html) -> NotebookNode:
    """A cell that says why there is no chart."""
    output = nb.new_output("execute_result", data=panel._repr_mimebundle_(), execution_count=1)
    return nb.new_code_cell("shown", outputs=[output], execution_count=1)


SLIDE = """
::::{slide} Curves *rise*, $p^k$
:chart: rising

- See {ref}`other` and {cite:t}`k1`.

:::{notes}
Ask the zebra question.
:::
::::
"""
QUOTE = """
::::{slide} A quotation
:class: quote

"Of a walrus."

Somebody, 1972
::::
"""
BOOK: dict[str, list[NotebookNode | str]] = {
    "index": ["# The book\n\n" + TOC.format("first\nsecond\nplain\nthird")],
    "first": [
        "(one)=\n# First",
        chart_cell(CURVE, "rising"),
        SLIDE,
        "## Part\n\n" + QUOTE,
        "```{exercise}\n:label: ex\nWhy?\n```",
    ],
    "second": [
        "(other)=\n# Second",
        chart_cell(SLIDER, "lively"),
        "::::{slide} S\n:chart: lively\n::::",
    ],
    "plain": ["# Plain\n\n```{bibliography}\n```"],
    "third": [
        "# Third",
        panel_cell(empty_panel("Nothing to draw", "No model is that small.", name="gone")),
        "::::{slide} The only one\n:chart: gone\n\nText.\n::::",
    ],
}


def with_sources(folder: Path) -> Path:
    """The folder with a list of sources for citations."""
    (folder / "source").mkdir(exist_ok=True)
    entry = "@misc{k1, author = {Wei, Jason}, title = {T}, year = {2022}}\n"
    (folder / "source/all.bib").write_text(entry, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book with decks that builds without a warning."""
    folder = with_sources(tmp_path_factory.mktemp("slides"))
    assert build(folder, BOOK, **SETTINGS) == ""
    return folder / "html"


def deck(book: Path, name: str) -> html.HtmlElement:
    return html.parse(book / f"slides/{name}.html").getroot()


def titles(page: html.HtmlElement) -> list[str]:
    found = page.xpath("//section[contains(@class, 'em-slide')]")
    return [section.xpath("string((.//h1 | .//h2)[1])") for section in found]


def text(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_chapters_with_slides_have_decks(book: Path) -> None:
    assert sorted(p.stem for p in (book / "slides").iterdir()) == ["first", "second", "third"]


def test_a_slide_without_its_chart_says_why_as_the_page_does(book: Path) -> None:
    (slide,) = deck(book, "third").xpath("//section[.//h2[.='The only one']]")
    assert text(slide) == "The only one Nothing to drawNo model is that small.Text."
    assert not slide.xpath(".//figure")


def test_slides_stand_in_the_order_of_the_presentation(book: Path) -> None:
    page = deck(book, "first")
    told = ["First", "Contents", "Curves rise, pk", "A quotation", "What comes next"]
    assert titles(page) == told
    (first,) = page.xpath("//section[contains(@class, 'em-title')]")
    assert text(first) == "The book First By A. Teacher"
    assert text(page.xpath("//title")[0]) == "First — The book: Slides"
    assert page.get("lang") == "en"
    told = {link.get("hreflang"): link.get("href") for link in page.xpath("//link[@hreflang]")}
    assert told["ru"] == "../../ru/slides/first.html"


def test_the_table_of_contents_marks_the_chapter_and_leads_to_the_others(book: Path) -> None:
    items = deck(book, "second").xpath("//section[contains(@class, 'em-contents')]//li")
    assert [text(item) for item in items] == ["First", "Second", "Third"]
    assert [item.xpath("string(a/@href)") for item in items] == ["first.html", "", "third.html"]
    assert items[1].xpath("strong/@aria-current")


def test_the_last_slide_leads_on(book: Path) -> None:
    way_on = "//section[contains(@class, 'em-way-on')]//a/@href"
    first = deck(book, "first").xpath(way_on)
    assert first == ["second.html", "../first.html#ex", "../first.html"]
    assert deck(book, "third").xpath(way_on) == ["../third.html"]


def test_references_and_pictures_lead_from_the_deck(book: Path) -> None:
    (slide,) = deck(book, "first").xpath("//section[contains(@class, 'em-with-chart')]")
    assert text(slide.xpath(".//li")[0]) == "See Second and Wei [2022]."
    other, source = slide.xpath(".//li//a/@href")
    assert other == "../second.html#other" and source.startswith("../plain.html#")
    for address in slide.xpath(".//source/@srcset | .//img/@src | .//figure//a/@href"):
        assert (book / "slides" / address).is_file()
    tables = [path.name for path in book.rglob("*") if path.suffix in (".csv", ".js")]
    assert "rising.csv" in tables and "slide-rising.csv" not in tables
    assert slide.xpath(".//h2//math")


def test_a_quotation_and_its_source_are_told_apart_by_their_place(book: Path) -> None:
    (slide,) = deck(book, "first").xpath("//section[contains(@class, 'em-quote')]")
    quotation, source = slide.xpath("div[@class='em-words']/p")
    assert text(quotation) == "“Of a walrus.”" and text(source) == "Somebody, 1972"


def test_notes_are_apart_from_what_is_shown(book: Path) -> None:
    page = deck(book, "first")
    assert [text(notes) for notes in page.xpath("//aside[@class='notes']")] == [
        "Ask the zebra question."
    ]


def test_pages_search_and_lists_of_sources_know_nothing_of_slides(book: Path) -> None:
    page = (book / "first.html").read_text(encoding="utf-8")
    assert not re.search("em-slide|zebra|walrus|<p>Curves|Somebody", page)
    index = (book / "searchindex.js").read_text(encoding="utf-8")
    assert not re.search("zebra|walrus", index)
    assert "first" in index and "slides/first" not in index


def test_a_deck_carries_a_strict_policy_and_no_script_of_its_own(book: Path) -> None:
    page = deck(book, "second")
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert "script-src 'self';" in policy and "default-src 'self'" in policy
    code = page.xpath("//script[not(@src) and not(@type='application/json')]")
    assert code == []
    handlers = [a for e in page.iter() for a in getattr(e, "attrib", {}) if a.startswith("on")]
    assert handlers == []


FAULTY: dict[str, list[NotebookNode | str]] = {
    "index": ["# Start\n\n" + TOC.format("chapter")],
    "chapter": [
        "# Chapter\n\n" + TOC.format("below"),
        chart_cell(PLAIN, "twice"),
        "::::{slide} One\n:chart: nosuch\n::::",
        "::::{slide} Two\n:chart: twice\n::::\n\n::::{slide} Three\n:chart: twice\n::::",
        "::::{slide} Four\n:::{notes}\nNo more.\n:::\n::::",
        ":::{notes}\nAstray.\n:::",
    ],
    "below": ["# Below\n\n::::{slide} Astray\nText.\n::::"],
}


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The warnings of a book full of faulty slides."""
    return build(tmp_path_factory.mktemp("faulty"), FAULTY, **MARKUP).splitlines()


@pytest.mark.parametrize(
    "words",
    [
        ("chapter", "no chart of the page is called 'nosuch'"),
        ("chapter", "'twice' stands on an earlier slide"),
        ("chapter", "'Four'", "empty"),
        ("chapter", "notes: they stand in no slide"),
        ("below", "the page is no chapter"),
    ],
)
def test_each_fault_is_a_warning_that_names_the_page(
    faults: list[str], words: tuple[str, ...]
) -> None:
    found = [line for line in faults if all(word in line for word in words)]
    assert len(found) == 1 and "WARNING" in found[0]


def test_there_is_no_other_warning(faults: list[str]) -> None:
    assert len(faults) == 5


def test_slides_are_translated_like_prose(tmp_path: Path) -> None:
    folder = with_sources(tmp_path)
    texts = {
        "first": {
            "First": "Первая",
            "Curves *rise*, $p^k$": "Кривые *растут*, $p^k$",
            "See {ref}`other` and {cite:t}`k1`.": "См. {ref}`other` и {cite:t}`k1`.",
            "Ask the zebra question.": "Спросите о зебре.",
        },
        i18n.INTERFACE: {"Contents": "Содержание", "Slides": "Слайды"},
    }
    for domain, pairs in texts.items():
        catalogue = Catalog(locale="ru")
        for one, other in pairs.items():
            catalogue.add(one, other)
        path = folder / "source/locale/ru/LC_MESSAGES" / f"{domain}.mo"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as compiled:
            write_mo(compiled, catalogue)
    settings = {**SETTINGS, "language": "ru", "locale_dirs": ["locale"]}
    assert build(folder, BOOK, **settings) == ""
    page = deck(folder / "html", "first")
    assert titles(page)[:3] == ["Первая", "Содержание", "Кривые растут, pk"]
    assert text(page.xpath("//aside[@class='notes']")[0]) == "Спросите о зебре."
    assert text(page.xpath("//section[contains(@class, 'em-with-chart')]//li")[0]).startswith("См.")
    assert page.get("lang") == "ru"


# Charts of slides


def test_a_chart_on_a_slide_is_flatter_and_leaves_its_title_to_the_slide() -> None:
    before = json.dumps(CURVE)
    shown = slide_charts.for_slide(CURVE)
    assert json.dumps(CURVE) == before
    assert shown["height"] == slide_charts.PLOT < CURVE["height"]
    assert shown["title"]["text"] == "6 points; one run"
    assert "title" not in slide_charts.for_slide({**PLAIN, "title": "A curve"})
    changing = {"text": {"expr": "k"}, "subtitle": "s"}
    assert slide_charts.for_slide({**PLAIN, "title": changing})["title"] == changing


def test_what_stands_at_a_height_moves_with_a_flatter_chart() -> None:
    label = {"mark": "text", "encoding": {"y": {"value": 398}, "x": {"value": 10}}}
    shown = slide_charts.for_slide({**CURVE, "layer": [label]})
    encoding = shown["layer"][0]["encoding"]
    assert encoding["x"] == {"value": 10}
    assert encoding["y"]["value"] == pytest.approx(398 * slide_charts.PLOT / 400)


@pytest.mark.parametrize(
    "part",
    [
        {"encoding": {"y": {"field": "name", "type": "nominal"}}},
        {"layer": [{"mark": {"type": "text"}, "encoding": {"y": {"field": "y"}}}]},
        {"width": 300},
    ],
)
def test_rows_and_labels_that_were_placed_apart_keep_their_height(part: specs.Spec) -> None:
    assert slide_charts.for_slide({**CURVE, **part})["height"] == CURVE["height"]


def test_small_multiples_take_the_columns_that_are_largest_on_a_phone() -> None:
    spec = {"columns": 4, "concat": [{}] * 4, "usermeta": {"narrowColumns": 1}}

    def measure(given: specs.Spec) -> tuple[int, int]:
        columns = given["columns"]
        return 160 * columns, 240 * -(-4 // columns)

    chosen = slide_charts.for_phone(spec, measure)
    assert chosen["usermeta"]["narrowColumns"] == 2
    assert slide_charts.for_phone(CURVE, measure) == CURVE


def test_a_tall_chart_stands_beside_the_text() -> None:
    assert slide_charts.stands_beside(Picture("", 500, 500))
    assert not slide_charts.stands_beside(Picture("", 700, 350))
