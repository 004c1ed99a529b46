"""A third language, made up on the fly: all of the book in it, and what no longer fits."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from emergence import book, paths
from emergence.i18n import SOURCE
from lxml import html
from playwright.sync_api import Browser

from ..pseudo import fill_in
from .test_pictures import faults
from .test_two_sites import any_of, names, read_out

pytestmark = pytest.mark.browser

LANG = "eo"
PHONE = {"width": 360, "height": 740}


def copied(root: Path) -> Path:
    """A checkout of the book with one word more in one file."""
    ignored = shutil.ignore_patterns(
        ".venv*", "_build", ".git", ".snakemake", "__pycache__", "tests"
    )
    shutil.copytree(paths.ROOT, root, ignore=ignored)
    languages = root / paths.PACKAGE.relative_to(paths.ROOT) / "i18n.py"
    text = languages.read_text(encoding="utf-8")
    more = re.sub(r"(?m)^(LANGUAGES = .*)\)$", rf'\1, "{LANG}")', text)
    assert more != text
    languages.write_text(more, encoding="utf-8")
    return root


def run(root: Path, *command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "scripts")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def third(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The book's pages in the made-up language."""
    root = copied(tmp_path_factory.mktemp("third") / "book")
    run(root, "emergence.translations", "update")
    for path in (root / "locale" / LANG / "LC_MESSAGES").glob("*.po"):
        fill_in(path, LANG)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        chapter = partial(run, root, "emergence.notebooks")
        list(pool.map(lambda page: chapter(page, LANG), book.pages()))
    run(root, "emergence.provenance", "--book-parameters", "{}")
    run(root, "emergence.stage", LANG, *book.pages())
    run(root, "emergence.render", LANG)
    return root / "_build" / "html" / LANG


def test_every_page_is_there(third: Path, site: Path) -> None:
    ours = {path.relative_to(site / SOURCE) for path in (site / SOURCE).rglob("*.html")}
    assert {path.relative_to(third) for path in third.rglob("*.html")} == ours


def plain(text: str, known: list[str]) -> list[str]:
    """English words that came through without an accent."""
    bare = re.sub(r"https?://\S+|\S*[/_.]\S*", " ", text.replace("\u200b", ""))
    bare = any_of(known).sub(" ", bare)
    return re.findall(r"(?<![\w-])[A-Za-z]{3,}(?![\w-])", bare)


def test_nothing_bypasses_the_catalogues(third: Path) -> None:
    known = [*names(), "English", "Русский", "Esperanto", "Ctrl"]
    told = []
    for path in sorted(third.rglob("*.html")):
        page = html.fromstring(path.read_text(encoding="utf-8"))
        for text in read_out(page, LANG):
            told += [f"{path.name}: {word}: {text.strip()[:80]}" for word in plain(text, known)]
    for path in sorted((third / "_images" / "charts").glob("*-light.svg")):
        for text in html.fromstring(path.read_bytes()).xpath("//text//text()"):
            told += [f"{path.name}: {word}: {text[:60]}" for word in plain(text, known)]
    assert not told, "\n".join(dict.fromkeys(told))


def test_two_fifths_more_words_fit_a_phone(browser: Browser, third: Path) -> None:
    page = browser.new_page(viewport=PHONE)
    wide = []
    for path in sorted(third.rglob("*.html")):
        page.goto(path.as_uri())
        if (width := page.evaluate("document.documentElement.scrollWidth")) > PHONE["width"]:
            wide.append(f"{path.name}: {width} px")
    page.close()
    assert wide == []


def test_two_fifths_more_words_fit_the_charts(browser: Browser, third: Path) -> None:
    assert faults(browser, third / "_images" / "charts") == []
