"""The Sphinx extension: charts, formulas, folds, on small books of made-up notebooks."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path

import nbformat.v4 as nb
import pydata_sphinx_theme
import pytest
import vl_convert
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from docutils import nodes
from emergence import alternates, i18n, paths, publish
from emergence.sphinx import chart_scripts, citations, folds, maths, specs, svg, words
from emergence.sphinx.charts import MIME
from emergence.sphinx.figures import Chart, Picture, figure_html
from emergence.sphinx.typography import unbroken
from hypothesis import given
from hypothesis import strategies as st
from jinja2.ext import babel_extract
from lxml import html
from math_core import LatexError
from myst_nb.sphinx_ import HideCodeCellNode
from nbformat import NotebookNode, write
from sphinx.application import Sphinx
from sphinx.locale import translators
from sphinx.util.console import strip_colors
from sphinx.util.docutils import docutils_namespace

ROWS = [{"x": i, "y": i * i / 7, "colour": "#000000"} for i in range(6)]
PLAIN: specs.Spec = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.4.1.json",
    "width": "container",
    "height": 120,
    "data": {"values": ROWS},
    "mark": {"type": "line", "color": "black"},
    "encoding": {
        "x": {"field": "x", "type": "quantitative"},
        "y": {"field": "y", "type": "quantitative"},
    },
}
TOOLTIP = {**PLAIN, "mark": {"type": "point", "tooltip": True}}
SLIDER = {
    **PLAIN,
    "params": [{"name": "k", "value": 2, "bind": {"input": "range", "min": 1, "max": 5}}],
    "transform": [{"calculate": "pow(datum.y, k)", "as": "z"}],
}


# Specs


@pytest.mark.parametrize(
    ("spec", "wanted"),
    [
        (PLAIN, "never"),
        ({**PLAIN, "data": {"values": [{"tooltip": True, "params": [{"bind": {}}]}]}}, "never"),
        (TOOLTIP, "touch"),
        ({"layer": [{"encoding": {"tooltip": {"field": "x"}}}]}, "touch"),
        ({"params": [{"name": "f", "select": "point", "bind": "legend"}]}, "touch"),
        (SLIDER, "near"),
        ({"hconcat": [PLAIN, SLIDER]}, "near"),
        (
            {"params": [{"name": "f", "select": "point", "bind": {"x": {"input": "select"}}}]},
            "near",
        ),
    ],
)
def test_scripts_are_loaded_only_where_a_chart_needs_them(spec: specs.Spec, wanted: str) -> None:
    assert specs.interaction(spec) == wanted


def test_a_fluid_chart_is_drawn_exactly_as_wide_as_its_column() -> None:
    picture = vl_convert.vegalite_to_svg(specs.at_width(PLAIN, specs.PHONE))
    assert svg.size(picture)[0] == specs.PHONE
    fixed = {**PLAIN, "width": 90}
    assert specs.at_width(fixed, specs.PHONE) == fixed


@given(st.integers(0, 254))
def test_greys_keep_their_distance_in_the_dark_but_change_sides(grey: int) -> None:
    def dark(value: int) -> int:
        return int(specs.dark_colour(f"#{value:02x}{value:02x}{value:02x}")[1:3], 16)

    assert dark(grey) >= dark(grey + 1)
    assert specs.DARK_PAGE <= dark(grey) <= specs.DARK_INK


def test_the_dark_theme_changes_what_is_drawn_and_no_data() -> None:
    spec = {**PLAIN, "datasets": {"a": ROWS}, "config": {"axis": {"labelColor": "#222"}}}
    before = json.dumps(spec)
    dark = specs.themed(spec, "dark")
    assert json.dumps(spec) == before
    assert dark["mark"]["color"] == specs.dark_colour("#000000") != "#000000"
    assert dark["config"]["axis"]["labelColor"] == specs.DARK_CONFIG["axis"]["labelColor"]
    assert dark["datasets"] == {"a": ROWS}
    assert dark["data"] == {"values": ROWS}
    assert specs.themed(spec, "light")["config"]["axis"]["labelColor"] == "#222"


def test_the_payload_tells_the_rows_once_and_both_themes_compile_at_the_pictures_sizes() -> None:
    spec = {**PLAIN, "data": {"values": ROWS}, "title": "So many words that no phone has room"}
    parts = specs.payload(spec)
    assert list(parts["datasets"].values()) == [ROWS]
    assert parts["sizes"].keys() == specs.sizes(spec).keys()
    for scheme in specs.SCHEMES:
        for size, own in parts["sizes"].items():
            living = {**parts[scheme], **own, "datasets": parts["datasets"]}
            pictured = specs.sizes(specs.themed(spec, scheme))[size]
            assert vl_convert.vegalite_to_svg(living) == vl_convert.vegalite_to_svg(pictured)


def _told(script: str, registry: str) -> dict[str, object]:
    """What a script of charts registers."""
    start, end = f"Object.assign((window.{registry} ??= {{}}), ", ");\n"
    assert script.startswith(start) and script.endswith(end)
    return json.loads(script[len(start) : -len(end)])


def test_a_table_tells_numbers_as_the_language_does_and_first_what_is_drawn() -> None:
    table = (
        "model,none,kind,ok,y,flops,p\nm-1,,a,True,0.123456,2.64e+18,0\nm-2,,a,False,,12000,1e-9\n"
    )
    told = _told(chart_scripts.rows_script("c", table, PLAIN, "ru"), "emergenceRows")["c"]
    assert told["columns"] == [
        ["y", 1, ["0,1235", "–"]],
        ["model", 0, ["m-1", "m-2"]],
        ["ok", 0, ["yes", "no"]],
        ["flops", 1, ["2,64·10¹⁸", "12\u00a0000"]],
        ["p", 1, ["0", "10⁻⁹"]],
    ]
    assert told["head"] == [["kind", "a"]]  # in all rows; `none` has no value in any


def test_only_charts_that_come_to_life_have_a_script() -> None:
    assert chart_scripts.page_script({"quiet": PLAIN}) == ""
    told = _told(chart_scripts.page_script({"quiet": PLAIN, "alive": SLIDER}), "emergenceCharts")
    assert told.keys() == {"alive"}


def test_what_is_drawn_is_what_can_be_seen_and_no_more() -> None:
    rows = [
        {"x": 1 / 3, "many": 1_234_567, "flops": 1.5e23, "text": "0.3333333", "idle": 1},
        {"x": 2.0, "many": 2, "flops": None, "text": "", "idle": 2},
    ]
    tooltip = [{"field": name, "type": "nominal"} for name in ("many", "flops", "text")]
    encoding = {**SLIDER["encoding"], "tooltip": tooltip}
    spec = SLIDER | {"data": {"values": rows}, "encoding": encoding}
    told = _told(chart_scripts.page_script({"alive": spec}), "emergenceCharts")["alive"]
    (columns,) = [found["columns"] for found in told["datasets"].values()]
    assert columns == {
        "x": [0.33333, 2],
        "many": [1_234_567, 2],
        "flops": [1.5e23, None],
        "text": ["0.3333333", ""],
    }


def test_rows_without_a_name_keep_their_number() -> None:
    spec = {"data": {"values": [{"idle": 1}, {"idle": 2}]}, "mark": "rule", "width": 100}
    spec |= {"params": SLIDER["params"], "encoding": {"x": {"value": 5}}}
    told = _told(chart_scripts.page_script({"alive": spec}), "emergenceCharts")["alive"]
    (columns,) = [found["columns"] for found in told["datasets"].values()]
    assert columns == {"idle": [1, 2]}


def test_coordinates_are_rounded_and_texts_are_not() -> None:
    picture = (
        '<svg width="10.5" height="7" role="graphics-document" aria-label="x">'
        '<path d="M1.23456,-0.0004L1e-7,12345.678" stroke="#1a2b3c"/>'
        '<text transform="translate(0.3333333,2)" aria-hidden="true">0.123456</text></svg>'
    )
    assert svg.tidied(picture) == (
        '<svg width="10.5" height="7">'
        '<path d="M1.23,0L0,12345.68" stroke="#1a2b3c"/>'
        '<text transform="translate(0.33,2)">0.123456</text></svg>'
    )


def test_what_draws_nothing_is_left_out_and_one_font_is_told_once() -> None:
    picture = (
        '<svg width="9" height="7"><g class="mark-group role-axis"><path class="background" '
        'd="M0,0h0v0h0Z" pointer-events="none"/><path class="background" d="M0,0h9v7h-9Z" '
        'fill="#fff" opacity="1"/><g class="mark-text role-axis-label"><text font-family="A, B" '
        'opacity="0.5">seen</text><text font-family="A, B" opacity="0">unseen</text></g></g></svg>'
    )
    assert svg.slimmed(picture) == (
        '<svg font-family="A, B" width="9" height="7"><g><path d="M0,0h9v7h-9Z" fill="#fff"/>'
        '<g class="mark-text role-axis-label"><text opacity="0.5">seen</text></g></g></svg>'
    )
    other = picture.replace('"A, B" opacity="0.5"', '"C" opacity="0.5"').replace('"0"', '"1"')
    assert svg.slimmed(other).count("font-family") == 2


def test_marks_that_cover_each_other_keep_their_order() -> None:
    def dot(x: int, colour: str, more: str = "") -> str:
        circle = "M2,0A2,2,0,1,1,-2,0A2,2,0,1,1,2,0"
        return f'<path transform="translate({x},0)" d="{circle}" fill="{colour}"{more}/>'

    def group(*dots: str) -> str:
        return f'<g class="mark-symbol role-mark marks">{"".join(dots)}</g>'

    red, blue = "#f00", "#00f"
    apart = group(dot(0, red), dot(9, blue), dot(18, red))
    assert svg.marks(svg.aggregated(apart)) == 2
    stacked = group(dot(0, red), dot(1, blue), dot(2, red))
    assert svg.aggregated(stacked) == stacked
    assert svg.marks(svg.aggregated(group(dot(0, red), dot(1, red)))) == 1
    faint = group(dot(0, red, ' opacity="0.5"'), dot(1, red, ' opacity="0.5"'))
    assert svg.aggregated(faint) == faint  # where the two meet, the red is deeper
    curved = '<g class="mark-symbol role-mark marks"><path d="M0,0C1,1,2,2,3,3" fill="#f00"/></g>'
    assert svg.aggregated(curved) == curved


def test_small_multiples_take_fewer_columns_on_a_phone() -> None:
    view = {key: PLAIN[key] for key in ("height", "mark", "encoding")}
    facets = {
        "data": {"values": [{**row, "g": g} for row in ROWS for g in "abcd"]},
        "facet": {"field": "g", "type": "nominal"},
        "columns": 4,
        "spec": {**view, "width": 90},
    }
    assert list(specs.sizes(facets)) == [""]
    sizes = specs.sizes({**facets, "usermeta": {"narrowColumns": 2}})
    widths = {key: svg.size(vl_convert.vegalite_to_svg(s))[0] for key, s in sizes.items()}
    assert widths["-phone"] < 0.6 * widths[""]
    parts = specs.payload({**facets, "usermeta": {"narrowColumns": 2}})
    assert parts["sizes"]["-phone"]["columns"] == 2


# Formulas


def test_display_rows_stay_rows() -> None:
    for latex in (
        r"a &= b \\ c &= d",
        "a = b\n\nc = d",
        r"\begin{align} a &= b \\ c &= d \end{align}",
        r"\begin{split} a &= b \\ c &= d \end{split}",
    ):
        found = maths.mathml(latex, display=True)
        assert found.count("<mtr>") == 2
        assert "(1)" not in found  # Sphinx numbers, not the environment


def test_an_unknown_command_is_no_formula() -> None:
    with pytest.raises(LatexError, match="nosuch"):
        maths.mathml(r"\nosuch{x}", display=False)
    assert "<mi>𝔼</mi>" in maths.mathml(r"\E x", display=False, macros={"E": r"\mathbb{E}"})


# Vendored files


def test_vendored_files_are_the_published_ones() -> None:
    table = (paths.ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `([^`]+)` .* `([0-9a-f]{64})` \|$", table, re.MULTILINE))
    vendored = [path for path in paths.SPHINX.rglob("vendor/**/*") if path.is_file()]
    assert vendored
    for path in vendored:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        assert told[path.relative_to(paths.ROOT).as_posix()] == digest


# Whole books


def chart_cell(
    spec: specs.Spec, name: str | None, alt: str = "A curve that rises.", table: str = "x,y\n1,2\n"
) -> NotebookNode:
    """A cell whose output is a chart, as `figure` leaves it."""
    data = {MIME: spec, "text/plain": alt, "text/csv": table}
    metadata = {MIME: {"name": name} if name is not None else {}}
    output = nb.new_output("execute_result", data=data, metadata=metadata, execution_count=1)
    return nb.new_code_cell(
        "figure()", outputs=[output], execution_count=1, metadata={"tags": ["hide-input"]}
    )


def build(folder: Path, pages: dict[str, list[NotebookNode | str]], **config: object) -> str:
    """Build a book of these pages into `folder/html`; returns its warnings."""
    source = folder / "source"
    for path in source.rglob("*.ipynb"):
        path.unlink()
    for page, cells in pages.items():
        made = [nb.new_markdown_cell(cell) if isinstance(cell, str) else cell for cell in cells]
        for number, cell in enumerate(made):
            cell["id"] = f"c{number}"
        path = source / f"{page}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        kernel = {"kernelspec": {"name": "python3", "display_name": "p", "language": "python"}}
        language = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}
        write(nb.new_notebook(cells=made, metadata={**kernel, **language}), path)
    settings = {
        "extensions": ["myst_nb", "sphinx_exercise", "emergence.sphinx"],
        "master_doc": "index",
        "nb_execution_mode": "off",
        "myst_enable_extensions": ["dollarmath"],
        "html_math_renderer": maths.RENDERER,
        "html_theme": "basic",
        "html_copy_source": False,
        "templates_path": [],  # the theme changes the default, which all builds share
        **config,
    }
    translators.clear()  # Sphinx keeps what it has read for as long as Python runs
    with docutils_namespace(), (folder / "warnings").open("w+") as warnings:
        Sphinx(
            str(source),
            None,
            str(folder / "html"),
            str(folder / "doctrees"),
            "html",
            settings,
            status=None,
            warning=warnings,
        ).build()
        warnings.seek(0)
        return strip_colors(warnings.read())


TOC = "```{{toctree}}\n{}\n```"
BOOK: dict[str, list[NotebookNode | str]] = {
    "index": [
        "# Start\n\nInline $p^k$, see [the chart](#chart-a-line) and {eq}`pk`.\n\n"
        + TOC.format("folder/page\nquiet\nbare"),
        "$$\np \\approx p^k\n$$ (pk)",
        chart_cell(SLIDER, "with-slider"),
    ],
    "folder/page": [
        "# Page",
        chart_cell(PLAIN, "a-line", alt='It "rises" <steeply>.', table="x,y\n1,2.5\n"),
        chart_cell({**TOOLTIP, "width": 500}, "with-tooltip"),
        "```{exercise}\n:label: ex\nWhy?\n```\n\n```{solution} ex\n:label: sol\n:class: dropdown\n"
        "Because.\n```",
    ],
    "quiet": ["# Quiet", chart_cell({**PLAIN, "height": 80}, "another-line")],
    "bare": ["# No charts"],
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book that builds without a warning."""
    folder = tmp_path_factory.mktemp("book")
    assert build(folder, BOOK) == ""
    return folder / "html"


def test_a_chart_is_a_picture_with_words_and_a_table(book: Path) -> None:
    page = html.parse(book / "folder/page.html")
    (figure,) = page.xpath("//figure[@id='chart-a-line']")
    assert figure.get("data-live") == "never"
    assert page.xpath("//figure//script") == []
    assert figure.get("data-spec") is None
    assert {img.get("alt") for img in figure.xpath(".//img")} == {'It "rises" <steeply>.'}
    (link,) = figure.xpath(".//a")
    assert (book / "folder" / link.get("href")).read_text() == "x,y\n1,2.5\n"
    pictures = figure.xpath(".//source/@srcset | .//img/@src")
    assert len(set(pictures)) == 4  # light and dark, wide and phone
    for address in pictures:
        assert "<path" in (book / "folder" / address).read_text()
    for img in figure.xpath(".//img"):
        picture = (book / "folder" / img.get("src")).read_text()
        assert svg.size(picture) == (int(img.get("width")), int(img.get("height")))


def test_a_chart_of_its_own_width_has_one_picture_a_theme_and_can_be_scrolled(book: Path) -> None:
    page = html.parse(book / "folder/page.html")
    (view,) = page.xpath("//figure[@id='chart-with-tooltip']/div[@class='em-view']")
    assert view.xpath(".//source") == []
    assert len(view.xpath(".//img")) == 2
    assert view.get("tabindex") == "0"
    assert view.get("aria-label")


def test_a_figure_leads_to_the_scripts_that_bring_it_to_life(book: Path) -> None:
    for page, name in (("index", "with-slider"), ("folder/page", "with-tooltip")):
        at = book / f"{page}.html"
        (figure,) = html.parse(at).xpath(f"//figure[@id='chart-{name}']")
        # What languages share is published beside them.
        shared = Path(os.path.normpath(at.parent / figure.get("data-vega")))
        assert (book / shared.relative_to(book.parent)).is_file()
        spec = (at.parent / figure.get("data-spec")).read_text()
        assert name in _told(spec, "emergenceCharts")
        rows = (at.parent / figure.get("data-rows")).read_text()
        assert list(_told(rows, "emergenceRows")) == [name]
    assert not (book / "_static/charts/quiet.js").exists()


def test_what_needs_scripts_is_unseen_without_them(book: Path) -> None:
    for page, settings in (("index", 1), ("folder/page", 0)):
        found = html.parse(book / f"{page}.html")
        buttons = found.xpath("//figure//button")
        assert buttons and all(button.get("hidden") is not None for button in buttons)
        assert len(found.xpath("//button[@class='em-link']")) == settings
        kept = found.xpath("//div[@class='em-controls em-kept']")
        assert len(kept) == settings
        assert all(box.get("aria-hidden") for box in kept)


def test_a_slide_has_the_wide_picture_on_every_screen(book: Path) -> None:
    chart = Chart("c", "folder/page", 1, json.dumps(SLIDER), "alt", "x\n1\n")
    drawn = {
        f"{scheme}{size}": Picture(f"_images/{scheme}{size}.svg", 7, 5)
        for scheme in specs.SCHEMES
        for size in ("", "-phone")
    }
    figure = html.fromstring(figure_html(chart, drawn, "slides/page.html", narrows=False))
    assert figure.xpath(".//source") == [] and figure.get("data-wide") == ""
    assert figure.get("data-spec") == "../_static/charts/folder/page.js"
    assert html.fromstring(figure_html(chart, drawn, "page.html")).xpath(".//source")


def test_pages_carry_scripts_only_where_they_use_them(book: Path) -> None:
    def scripts(page: str) -> set[str]:
        found = html.parse(book / f"{page}.html").xpath("//script/@src")
        return {Path(address.split("?")[0]).name for address in found}

    assert "charts.js" in scripts("index")
    assert "charts.js" not in scripts("bare")
    assert "sortable.min.js" not in scripts("index")
    vega = (book / "_shared/vega.js").read_text()
    assert vega.startswith("(function(){")


def test_nothing_is_loaded_from_another_host(book: Path) -> None:
    for path in book.rglob("*.html"):
        page = html.parse(path)
        loaded = page.xpath("//@src | //@srcset | //link[not(@rel='canonical')]/@href")
        assert [x for x in loaded if re.match(r"(https?:)?//", x)] == []


def test_a_chart_can_be_linked_to_from_another_page(book: Path) -> None:
    page = html.parse(book / "index.html")
    assert page.xpath("//a[@href='folder/page.html#chart-a-line']")


def test_formulas_are_set_at_build_and_numbered(book: Path) -> None:
    page = html.parse(book / "index.html")
    assert page.xpath("//p//math//mi")
    (equation,) = page.xpath("//div[@id='equation-pk']")
    assert equation.xpath(".//math[@display='block']")
    assert equation.xpath("string(.//span[@class='eqno'])").startswith("(1)")
    assert not page.xpath("//script[contains(@src, 'mathjax')]")


def test_a_hidden_solution_is_a_native_fold_without_a_link_in_its_title(book: Path) -> None:
    page = html.parse(book / "folder/page.html")
    (fold,) = page.xpath("//details[@id='sol']")
    assert "Because." in fold.text_content()
    assert fold.get("open") is None
    (summary,) = fold.xpath("./summary")
    assert "Exercise 1" in summary.text_content()
    assert summary.xpath(".//a") == []


def test_no_id_is_given_twice_on_a_page(book: Path) -> None:
    for path in book.rglob("*.html"):
        ids = html.parse(path).xpath("//@id")
        assert len(ids) == len(set(ids))


# Languages


def catalogues(folder: Path, lang: str, texts: dict[str, str]) -> None:
    """Write the words of the pages in a language beside a book's pages, as the build does."""
    catalogue = Catalog(locale=lang)
    for text, translation in texts.items():
        catalogue.add(text, translation)
    for domain in (i18n.INTERFACE, "sphinx"):
        path = folder / "source/locale" / lang / "LC_MESSAGES" / f"{domain}.mo"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as compiled:
            write_mo(compiled, catalogue)


THEMED = {
    "extensions": ["myst_nb", "sphinx_book_theme", "sphinx_exercise", "emergence.sphinx"],
    "html_theme": "sphinx_book_theme",
    "html_theme_options": {"article_header_end": ["em-languages.html"], "navbar_persistent": []},
    "locale_dirs": ["locale"],
}
PAGES: dict[str, list[NotebookNode | str]] = {
    "index": ["# Start\n\n" + TOC.format("folder/page")],
    "folder/page": ["# Page\n\n## Part", *BOOK["folder/page"][1:]],
}


def alternate_links(page: Path) -> dict[str, str]:
    """What the head of a page says of its languages."""
    found = html.parse(page).xpath("//head/link[@rel='alternate']")
    return {link.get("hreflang"): link.get("href") for link in found}


@pytest.fixture(scope="module")
def russian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book whose pages are told to be Russian, with a few words of theirs."""
    folder = tmp_path_factory.mktemp("russian")
    texts = {
        "Back to top": "Наверх",
        "Exercise %s": "Упражнение %s",
        "Languages": "Языки",
        "Main": "Главное",
        "Page": "Страница",
        "Search Results": "Найдено",
        "Solution to Exercise {number}": "Решение упражнения {number}",
        "Table (CSV)": "Таблица (CSV)",
    }
    catalogues(folder, "ru", texts)
    assert build(folder, PAGES, language="ru", **THEMED) == ""
    return folder / "html"


@pytest.mark.parametrize("name", ["index", "folder/page"])
def test_a_page_leads_to_itself_in_every_language(russian: Path, name: str) -> None:
    page = html.parse(russian / f"{name}.html")
    assert page.getroot().get("lang") == "ru"
    root = "../" * (name.count("/") + 1)
    default = "index.html" if name == "index" else f"{i18n.SOURCE}/{name}.html"
    assert alternate_links(russian / f"{name}.html") == {
        **{lang: f"{root}{lang}/{name}.html" for lang in i18n.LANGUAGES},
        "x-default": root + default,
    }
    links = page.xpath("//nav[@class='em-languages']//a")
    assert {link.get("lang"): link.text for link in links} == {
        lang: alternates.own_name(lang) for lang in i18n.LANGUAGES if lang != "ru"
    }
    for link in links:
        assert link.get("href") == f"{root}{link.get('hreflang')}/{name}.html"
    assert page.xpath("//nav[@class='em-languages']/@aria-label") == ["Языки"]


def test_words_of_theme_scripts_and_exercises_are_looked_up(russian: Path) -> None:
    page = html.parse(russian / "folder/page.html")
    (top,) = page.xpath("//button[@id='pst-back-to-top']")
    assert top.text_content().strip() == "Наверх"
    assert {"Главное", "Страница"} <= set(page.xpath("//nav/@aria-label"))
    assert set(page.xpath("//div[@class='em-foot']/a/text()")) == {"Таблица (CSV)"}
    script = (russian / "_static/pages.js").read_text()
    (told,) = re.findall(
        r"^Object\.assign\(document\.currentScript\.dataset, (.*)\);$", script, re.M
    )
    assert json.loads(json.loads(told)["words"])["search"]["Search Results"] == "Найдено"
    titles = [
        title.text_content().strip() for title in page.xpath("//*[@class='admonition-title']")
    ]
    assert titles == ["Упражнение 1", "Решение упражнения 1"]


def test_three_languages_are_a_list_and_a_known_address_is_told_in_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(i18n, "LANGUAGES", ("en", "ru", "pt_BR"))
    base = "https://example.org/book"
    assert build(tmp_path, PAGES, language="en", html_baseurl=base, **THEMED) == ""
    page = tmp_path / "html/folder/page.html"
    assert alternate_links(page) == {
        "en": f"{base}/en/folder/page.html",
        "ru": f"{base}/ru/folder/page.html",
        "pt-BR": f"{base}/pt_BR/folder/page.html",
        "x-default": f"{base}/en/folder/page.html",
    }
    tree = html.parse(page)
    assert tree.xpath("//link[@rel='canonical']/@href") == [f"{base}/en/folder/page.html"]
    names = tree.xpath("//nav[@class='em-languages']//li/a/text()")
    assert names == ["Русский", "Português (Brasil)"]


def test_citations_join_names_as_the_language_does(tmp_path: Path) -> None:
    people = [("Wei", "Jason"), ("Tay", "Yi"), ("Chi", "Ed")]
    entries = "".join(
        f"@misc{{k{n}, author = {{{' and '.join(map(', '.join, people[:n]))}}}, "
        f"title = {{T{n}}}, year = {{202{n}}}}}\n"
        for n in (1, 2, 3)
    )
    source = tmp_path / "source"
    source.mkdir()
    (source / "all.bib").write_text(entries, encoding="utf-8")
    texts = {"{first} and {second}": "{first} и {second}", "{first} et al.": "{first} и др."}
    catalogues(tmp_path, "ru", texts)
    text = "# Start\n\n{cite:t}`k1`; {cite:t}`k2`; {cite:t}`k3`.\n\n```{bibliography}\n```"
    settings = {
        "extensions": ["myst_nb", "sphinx_exercise", "sphinxcontrib.bibtex", "emergence.sphinx"],
        "bibtex_bibfiles": ["all.bib"],
        "bibtex_reference_style": citations.NAME,
        "locale_dirs": ["locale"],
    }
    assert build(tmp_path, {"index": [text]}, language="ru", **settings) == ""
    (told,) = html.parse(tmp_path / "html/index.html").xpath("//p[contains(., ';')]")
    assert told.text_content() == "Wei [2021]; Wei и\u00a0Tay [2022]; Wei и\u00a0др. [2023]."


def theme_texts() -> set[str]:
    """What the templates of the theme look up, those of parts that no page shows left out."""
    theme = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme"
    unused = {
        "breadcrumbs",
        "copyright",
        "edit-this-page",
        "header",  # the bar across the page
        "indices",
        "last-updated",
        "page-toc",  # the book theme has its own
        "sidebar-collapse",
        "sidebar-nav-bs",
        "sourcelink",
        "sphinx-version",
        "theme-version",
    }
    return {
        message if isinstance(message, str) else message[0]
        for path in sorted(theme.rglob("*.html"))
        if path.stem not in unused and "static" not in path.parts
        for _line, _name, message, _comments in babel_extract(
            path.open("rb"), ["_", "gettext"], [], {}
        )
    }


def test_the_books_catalogue_holds_what_the_theme_looks_up() -> None:
    translators.clear()
    assert len(theme_texts()) > 10
    assert theme_texts() <= {str(text) for text in words.of_theme()}


def test_the_entrance_links_to_every_language_without_scripts() -> None:
    titles = {"en": "Abilities & scale", "ru": "Способности"}
    page = html.fromstring(publish.entrance(titles))
    links = {link.get("hreflang"): link for link in page.xpath("//nav/a")}
    assert {lang: link.text for lang, link in links.items()} == {"en": "English", "ru": "Русский"}
    assert {link.get("href") for link in links.values()} == {"en/index.html", "ru/index.html"}
    assert {link.get("lang") for link in links.values()} == set(titles)
    assert {span.get("lang"): span.text for span in page.xpath("//h1/span")} == titles
    assert not page.xpath("//meta[@http-equiv='refresh']")
    told = {link.get("hreflang"): link.get("href") for link in page.xpath("//link[@hreflang]")}
    assert told == {"en": "en/index.html", "ru": "ru/index.html", "x-default": "index.html"}
    full = html.fromstring(publish.entrance(titles, "https://example.org/"))
    assert "https://example.org/ru/index.html" in full.xpath("//link[@hreflang]/@href")


FAULTY: dict[str, list[NotebookNode | str]] = {
    "index": ["# Start\n\n" + TOC.format("faulty"), chart_cell(PLAIN, "twice")],
    "faulty": [
        "# Faulty\n\nA formula $\\nosuch{x}$.",
        chart_cell(PLAIN, "twice"),
        chart_cell(PLAIN, "wordless", alt=""),
        chart_cell(PLAIN, "unworded", alt="alt.Chart(...)"),
        chart_cell(PLAIN, "tableless", table=""),
        chart_cell(PLAIN, None),
        chart_cell(PLAIN, "Not A Name"),
        chart_cell({**PLAIN, "mark": "nonsense"}, "unknown-mark"),
        chart_cell({**PLAIN, "data": {"url": "https://example.org/a.csv"}}, "from-afar"),
    ],
}


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The warnings of a book full of faults."""
    return build(tmp_path_factory.mktemp("faulty"), FAULTY).splitlines()


@pytest.mark.parametrize(
    "words",
    [
        ("chart twice", "same name"),
        ("chart wordless", "no alternative text"),
        ("chart unworded", "no alternative text"),
        ("chart tableless", "no table"),
        ("chart None", "name"),
        ("chart Not A Name", "name"),
        ("chart unknown-mark", "cannot be drawn", "TypeError"),
        ("chart from-afar", "https://example.org/a.csv"),
        ("formula", "nosuch"),
    ],
)
def test_each_fault_is_a_warning_that_names_page_and_chart(
    faults: list[str], words: tuple[str, ...]
) -> None:
    found = [line for line in faults if all(word in line for word in words)]
    assert len(found) == 1
    assert "WARNING" in found[0]
    assert "faulty" in found[0] or "index" in found[0]


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder with the hash of its bytes."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_two_builds_give_the_same_bytes_with_and_without_a_cache(
    book: Path, tmp_path: Path
) -> None:
    deeper, cache = tmp_path / "a/much/deeper/folder", tmp_path / "cache"
    deeper.mkdir(parents=True)
    assert build(deeper, BOOK, emergence_chart_cache=str(cache)) == ""
    assert tree(deeper / "html") == tree(book)
    kept = sorted(cache.iterdir())
    assert {path.suffix for path in kept} == {".svg", ".js"}
    times = [path.stat().st_mtime_ns for path in kept]
    again = tmp_path / "again"
    again.mkdir()
    assert build(again, BOOK, emergence_chart_cache=str(cache)) == ""
    assert tree(again / "html") == tree(book)
    assert [path.stat().st_mtime_ns for path in sorted(cache.iterdir())] == times


def test_a_chart_that_moves_to_another_page_is_not_taken_for_a_double(tmp_path: Path) -> None:
    first = {"index": ["# Start\n\n" + TOC.format("b"), chart_cell(PLAIN, "moves")], "b": ["# B"]}
    second = {"index": ["# Start\n\n" + TOC.format("b")], "b": ["# B", chart_cell(PLAIN, "moves")]}
    assert build(tmp_path, first) == ""
    assert build(tmp_path, second) == ""
    assert html.parse(tmp_path / "html/b.html").xpath("//figure[@id='chart-moves']")


@pytest.mark.parametrize(
    ("tag", "shown"),
    [("parameters", "Parameters of this page"), ("set-up", "Set-up"), ("hide-input", "Show me")],
)
def test_a_folded_cell_is_called_by_its_part_in_the_page(tag: str, shown: str) -> None:
    cell = nodes.container(classes=["cell", f"tag_{tag}"])
    cell += HideCodeCellNode(prompt_show="Show me", prompt_hide="Hide me")
    folded, unfolded = folds._prompts(cell[0])
    assert folded.startswith(shown)
    assert unfolded == ("Hide me" if tag == "hide-input" else folded)


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("Книга — отчет", "ru", "Книга\u00a0— отчет"),
        ("в книге и в жизни", "ru", "в\u00a0книге и\u00a0в\u00a0жизни"),
        ("«А что?»", "ru", "«А\u00a0что?»"),
        ("кто-то и нить", "ru", "кто-то и\u00a0нить"),
        ("a book — a report", "en", "a book — a report"),
    ],
)
def test_lines_do_not_break_where_the_language_forbids(text, lang, expected) -> None:
    assert unbroken(text, lang) == expected
