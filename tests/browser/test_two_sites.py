"""The sites of all languages say the same, each in its own words: compared page by page."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pybtex.database
import pytest
from emergence import book, paths, tables
from emergence.i18n import DATA, LANGUAGES, SOURCE, catalogue_path, read_catalogue
from lxml import html

pytestmark = pytest.mark.browser

OTHERS = [lang for lang in LANGUAGES if lang != SOURCE]
PAGES = [f"{page}.html" for page in book.pages()]

pages = pytest.mark.parametrize("page", PAGES)
languages = pytest.mark.parametrize("lang", OTHERS)


def parsed(site: Path, lang: str, page: str) -> html.HtmlElement:
    return html.fromstring((site / lang / page).read_text(encoding="utf-8"))


def article(site: Path, lang: str, page: str) -> html.HtmlElement:
    return parsed(site, lang, page).xpath("//article")[0]


@languages
def test_the_sites_have_the_same_pages(site: Path, lang: str) -> None:
    ours, theirs = (
        {path.relative_to(site / name).as_posix() for path in (site / name).rglob("*.html")}
        for name in (SOURCE, lang)
    )
    assert theirs == ours
    assert {f"{page}.html" for page in book.pages()} <= ours


@pages
@languages
def test_a_page_has_the_same_anchors_charts_formulas_and_citations(
    site: Path, lang: str, page: str
) -> None:
    ours, theirs = article(site, SOURCE, page), article(site, lang, page)

    def count(element: html.HtmlElement) -> dict[str, object]:
        links = [str(link) for link in element.xpath(".//a[contains(@class, 'internal')]/@href")]
        return {
            "anchors": element.xpath(".//*[@id]/@id"),
            "charts": element.xpath(".//figure[contains(@class, 'em-chart')]/@id"),
            "formulas": len(element.xpath(".//math")),
            "links": Counter(links),
            "outward": Counter(element.xpath(".//a[contains(@class, 'external')]/@href")),
            "cells": len(element.xpath(".//div[contains(@class, 'cell ')]")),
            "folds": len(element.xpath(".//details")),
            "boxes": len(element.xpath(".//*[contains(@class, 'admonition')]")),
            "code": element.xpath(".//pre[not(ancestor::*[contains(@class, 'cell_')])]//text()"),
            "parts": Counter(part.tag for part in element.iter("h1", "h2", "h3", "li", "em")),
        }

    expected, found = count(ours), count(theirs)
    lists = [expected.pop("parts"), found.pop("parts")]
    assert found == expected
    # Emphasis is the translator's; headings and lists are not.
    assert [{k: v for k, v in c.items() if k != "em"} for c in lists[:1]] == [
        {k: v for k, v in c.items() if k != "em"} for c in lists[1:]
    ]


def rows_of(table: html.HtmlElement) -> list[list[str]]:
    return [
        [re.sub(r"[ \n]+", " ", cell.text_content()).strip() for cell in row.xpath("./th|./td")]
        for row in table.xpath(".//tr")
    ]


def figures_in(text: str) -> list[str]:
    """The digits of every number in a text, whatever signs the language puts between them."""
    bare = re.sub(r"(?<=\d)[.,\u00a0\u202f](?=\d)", "", text)
    return re.findall(r"\d+", bare)


def bare(formula: html.HtmlElement) -> str:
    """A formula as it reads in every language: without words, decimals with a point."""
    text = re.sub(r"(?<=\d),(?=\d)", ".", "".join(formula.itertext()))
    return re.sub(r"[^\W\d_]{2,}|\s", "", text)


@pages
@languages
def test_formulas_are_the_same_but_for_their_words(site: Path, lang: str, page: str) -> None:
    ours, theirs = (article(site, name, page).xpath(".//math") for name in (SOURCE, lang))
    assert Counter(map(bare, theirs)) == Counter(map(bare, ours))


@pages
@languages
def test_tables_hold_the_same_numbers(site: Path, lang: str, page: str) -> None:
    ours, theirs = (article(site, name, page).xpath(".//table") for name in (SOURCE, lang))
    assert len(theirs) == len(ours)
    for one, other in zip(ours, theirs, strict=True):
        first, second = rows_of(one), rows_of(other)
        assert [len(row) for row in second] == [len(row) for row in first]
        # A right answer in words is scored as it is written in each language.
        spelt = [i for i, row in enumerate(first) if row[0] == "one hundred and twenty-four"]
        for i, (row, its) in enumerate(zip(first[1:], second[1:], strict=True), 1):
            if i not in spelt:
                assert [figures_in(c) for c in its] == [figures_in(c) for c in row]


@languages
def test_the_tables_behind_charts_hold_the_same_values(site: Path, lang: str) -> None:
    ours = {path.name: path for path in (site / SOURCE / "data" / "charts").glob("*.csv")}
    theirs = {path.name: path for path in (site / lang / "data" / "charts").glob("*.csv")}
    assert theirs.keys() == ours.keys() and ours
    for name, path in ours.items():
        first, second = (
            list(csv.reader(io.StringIO(p.read_text(encoding="utf-8"))))
            for p in (path, theirs[name])
        )
        assert second[0] == first[0], name
        assert len(second) == len(first), name
        for row, its in zip(first, second, strict=True):
            for cell, other in zip(row, its, strict=True):
                if re.fullmatch(r"-?\d+(\.\d+)?(e[-+]?\d+)?|True|False|", cell):
                    assert other == cell, f"{name}: {row}"


@pytest.mark.parametrize("page", book.pages())
@languages
def test_notebooks_have_the_same_outputs(lang: str, page: str) -> None:
    def kinds(name: str) -> list[list[object]]:
        path = paths.NOTEBOOKS / name / f"{page}.ipynb"
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return [
            [sorted(o.get("data", {"stream": 0})) + sorted(o.get("metadata", {})) for o in outputs]
            for cell in cells
            if (outputs := cell.get("outputs")) is not None
        ]

    assert kinds(lang) == kinds(SOURCE)


# Words that stay as they are in every language, besides the names in the tables.
KEPT = frozenset(
    [
        "few-shot",
        "zero-shot",
        "shot",
        "shots",
        "prompting",
        "prompt",
        "augmented",
        "exact",
        "match",
        "chain-of-thought",
        "self-consistency",
        "least-to-most",
        "scratchpad",
        "breakthroughness",
        "grounded",
        "mappings",
        "seed",
        "open-book",
        "pass",
        "et",
        "al",
    ]
)
_WORD = re.compile(r"(?<![\w/.@-])[a-z][a-z'’-]+(?![\w/@])")
_ADDRESS = re.compile(r"https?://\S+|\S+[/_]\S+|\S+\.csv")
_SKIPPED = (
    "script|style|template|code|pre|math|svg|*[contains(@class, 'em-record')]"
    "|dl[contains(@class, 'citation')]|div[contains(@class, 'citation')]|q"
)


def authors() -> set[str]:
    """Everyone that the book cites, as citations name them."""
    found = pybtex.database.parse_file(str(paths.REFERENCES)).entries.values()
    people = [person for entry in found for person in entry.persons.get("author", ())]
    return {" ".join([*person.prelast_names, *person.last_names]).strip("{}") for person in people}


def names() -> list[str]:
    """Names of models, families, tasks, packages and people, the longest first."""
    models, tasks = tables.read_table("models"), tables.read_table("tasks")
    abilities = tables.read_table("abilities")
    found = {*models["name"], *models["model"], *models["family"], *models["lineage"], *authors()}
    found |= {"BIG-Bench Hard", "lm-evaluation-harness", "git"}
    found |= {*tasks["slide_name"].dropna(), *abilities["model"].dropna(), *abilities["cited_as"]}
    record = json.loads(paths.PROVENANCE.read_text(encoding="utf-8"))
    return sorted({*map(str, found), *record["packages"]}, key=len, reverse=True)


def without_quotations(text: str) -> str:
    return re.sub(r"«[^»]*»|“[^”]*”|„[^“]*“", " ", text)


def read_out(page: html.HtmlElement, lang: str) -> Iterator[str]:
    """Everything that a page says: its text, and what screen readers are told."""
    for name in _SKIPPED.split("|"):
        for element in page.xpath(f"//{name}"):
            element.drop_tree()
    for element in page.xpath(f"//body//*[@lang and @lang != '{lang}']"):
        element.drop_tree()
    yield from page.xpath("//title/text()")
    # The tooltip of a citation is the entry of the bibliography, in the language of the work.
    for link in page.xpath("//a[contains(@class, 'reference')][@title]"):
        del link.attrib["title"]
    yield from page.xpath("//@alt|//@aria-label|//@title|//@placeholder")
    for block in page.xpath("//body//*[text()]"):
        yield " ".join(block.xpath("./text()"))


def drawn(site: Path, lang: str) -> Iterator[tuple[str, str]]:
    """The words in the pictures of charts."""
    for path in sorted((site / lang / "_images" / "charts").glob("*-light.svg")):
        for text in html.fromstring(path.read_bytes()).xpath("//text//text()"):
            yield path.name, text


def any_of(known: Sequence[str]) -> re.Pattern[str]:
    """A pattern of any of the names, the first that fits."""
    return _pattern(tuple(known))


@cache
def _pattern(known: tuple[str, ...]) -> re.Pattern[str]:
    either = "|".join(re.escape(name) for name in known) or r"\Z"
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)")


def english(text: str, known: Sequence[str]) -> list[str]:
    bare = _ADDRESS.sub(" ", without_quotations(text.replace("\u200b", "")))
    bare = any_of(known).sub(" ", bare)
    return [word for word in _WORD.findall(bare) if word not in KEPT]


CYRILLIC = [lang for lang in OTHERS if lang == "ru"]


@pytest.mark.parametrize("lang", CYRILLIC)
def test_no_english_is_left_on_a_page(site: Path, lang: str) -> None:
    same = [m.id for m in read_catalogue(catalogue_path(lang, DATA), lang) if m.string == m.id]
    known = [*names(), *(str(name) for name in same if name)]
    told = []
    for page in [*PAGES, "search.html"]:
        for text in read_out(parsed(site, lang, page), lang):
            told += [f"{page}: {word}: {text.strip()[:80]}" for word in english(text, known)]
    for name, text in drawn(site, lang):
        told += [f"{name}: {word}: {text[:80]}" for word in english(text, known)]
    assert not told, "\n".join(dict.fromkeys(told))


def test_english_is_noticed() -> None:
    assert english("Оценка of models", []) == ["of", "models"]
    assert english("Модель falcon-180B и few-shot prompting", ["falcon-180B"]) == []
    assert english("Он сказал: «nothing in this paper»", []) == []
