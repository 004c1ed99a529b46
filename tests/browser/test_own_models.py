"""Names of readers' models are text wherever they stand: markup, formulas, paths, hidden signs."""

from __future__ import annotations

import csv
import io
import json
import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from emergence import notebooks, paths, publish, render, stage
from emergence.files import write_json
from lxml import etree, html
from playwright.sync_api import Browser, Page, expect

from .. import own_models
from .conftest import _Quiet
from .test_site import PHONE, opened, revive

pytestmark = pytest.mark.browser

CHAPTERS = Path(__file__).parents[1] / "fixtures" / "own_models"
WATCH = """
  window.emMade = [];
  for (const name of ["alert", "confirm", "prompt"]) window[name] = () => emMade.push(name);
  new MutationObserver(() => {
    for (const found of document.querySelectorAll("[onerror], img[src='x'], [src$='/x']")) {
      emMade.push(found.outerHTML);
    }
  }).observe(document, {childList: true, subtree: true, attributes: true});
"""
# What the files of results hold of the machine they were made on.
PRIVATE = ("someones-machine", "/srv/someone")
HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\u0000-\u0008\u000b-\u001f]")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of one page that shows models with hostile names in charts, tables and slides."""
    root = tmp_path_factory.mktemp("small")
    own_models.hostile(root / "models", root / "results")
    notebook = root / "notebooks" / "index.ipynb"
    ours = {"EMERGENCE_OWN_MODELS": str(root / "models")}
    notebooks.execute("index", {}, {"en": notebook}, chapters=CHAPTERS, environment=ours)
    (root / "_toc.yml").write_text("format: jb-book\nroot: index\n")
    beside = [root / "_toc.yml", paths.REFERENCES]
    stage.stage(notebook.parent, ["index"], beside, root / "staged")
    write_json(root / "provenance.json", {})
    pages = root / "site" / "en"
    render.render(root / "staged", paths.CONFIG, root / "provenance.json", "en", pages)
    publish.share(pages / paths.SHARED, pages.parent / paths.SHARED)
    return pages.parent


@pytest.fixture(scope="module")
def served(small: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(small)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/en/"
    server.shutdown()


def harmless(page: Page) -> None:
    assert page.evaluate("window.emMade") == []
    assert page.locator("[onerror], img[src='x'], [href^='javascript:']").count() == 0


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desktop", "phone"])
def test_nothing_comes_of_a_hostile_name(
    browser: Browser, served: str, viewport: dict[str, int] | None
) -> None:
    options = {"viewport": viewport} if viewport else {}
    with opened(browser, f"{served}index.html", **options) as page:
        page.add_init_script(WATCH)
        page.wait_for_load_state("networkidle")  # nothing on its way is given up
        page.reload()
        for figure in page.locator("figure.em-chart").all():
            revive(figure)
            expect(figure.locator(".em-live")).to_contain_text("<img src=x")
            figure.locator("button.em-data").click()
            expect(figure.locator("table")).to_contain_text("onerror")
        star = page.locator("#chart-task-word-unscramble .em-live .mark-symbol.role-mark path").last
        star.hover(force=True)
        tooltip = page.locator("#vg-tooltip-element.visible")
        expect(tooltip).to_be_visible()
        harmless(page)
        page.locator(".em-filter input").first.fill("onerror")
        expect(page.locator("article")).to_contain_text(own_models.HOSTILE)
        harmless(page)
        for place in ("slides/index.html", "search.html?q=onerror"):
            page.wait_for_load_state("networkidle")
            page.goto(served + place)
            page.wait_for_load_state("networkidle")
            harmless(page)


def test_names_are_text_in_every_file_of_the_site(small: Path) -> None:
    told = []
    for path in small.rglob("*"):
        if path.is_file() and "vendor" not in path.parts and path.name != "vega.js":
            text = path.read_bytes().decode("utf-8", "replace")
            places = (*PRIVATE, str(small.parent))
            told += [(path.name, place) for place in places if place in text]
            if path.suffix == ".html":
                page = html.fromstring(text)
                assert not page.xpath("//*[@onerror] | //img[@src='x']"), path
                names = "".join(page.xpath("//*[contains(@class, 'em-table')]//text()"))
                assert not HIDDEN.search(names)
            if path.suffix == ".svg":
                tree = etree.fromstring(path.read_bytes())
                assert {etree.QName(e).localname for e in tree.iter()} <= {
                    *("svg", "g", "path", "text", "line", "rect", "defs", "clipPath", "tspan")
                }
    assert told == []


def test_rows_behind_charts_hold_no_formula(small: Path) -> None:
    for path in (small / "en" / "data" / "charts").glob("*.csv"):
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
        cells = [cell for row in rows for cell in row]
        texts = [cell for cell in cells if not re.fullmatch(r"[-+]?[\d.]+(e[-+]?\d+)?", cell)]
        assert not [cell for cell in texts if cell[:1] in ("=", "+", "-", "@")], path.name
        assert any("HYPERLINK" in cell for cell in texts) or "curve" in path.name


def test_names_are_text_in_the_notebook(small: Path) -> None:
    notebook = json.loads((small / "en" / "notebooks" / "index.ipynb").read_text())
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if shown := "".join(output.get("data", {}).get("text/html", [])):
                assert not html.fromstring(shown).xpath("//*[@onerror]")
