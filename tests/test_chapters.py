"""Every chapter runs under the default parameters and under every profile of the book."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from emergence import paths
from emergence.book import template_words
from emergence.charts.figures import MIME
from emergence.i18n import LANGUAGES
from emergence.notebooks import run_each
from emergence.params import chapter_files, resolve

PROFILES = [None, *sorted(paths.PROFILES.glob("*.yml"))]
BOOK = {"EMERGENCE_RENDERER": "book"}
# One task with several promptings, one with several prompts, one without open data.
TEMPLATE_TASKS = ("gsm8k", "wic", "grounded_mappings")


def pages():
    for chapter in chapter_files():
        if chapter != paths.TASK_TEMPLATE.stem:
            yield chapter, None
    for task in TEMPLATE_TASKS:
        yield paths.TASK_TEMPLATE.stem, task


def bundles(notebook):
    """The mime bundle of every chart of a notebook."""
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    return [o["data"] for o in outputs if MIME in o.get("data", {})]


@pytest.mark.parametrize("profile", PROFILES, ids=lambda p: p.stem if p else "default")
@pytest.mark.parametrize(("chapter", "task"), list(pages()))
def test_a_chapter_runs_in_every_language(profile, chapter, task):
    values = resolve(profile)[chapter] | ({"task": task} if task else {})
    each = [values | {"lang": lang} for lang in LANGUAGES]
    words = template_words(task) if task else None
    for notebook in run_each(paths.CHAPTERS / f"{chapter}.md", each, BOOK, words):
        for bundle in bundles(notebook):
            assert len(bundle["text/plain"].split()) >= 5
            assert not pd.read_csv(io.StringIO(bundle["text/csv"])).columns.empty
            assert "nan" not in bundle["text/plain"].lower().split()
        if (limit := values.get("max_params")) is not None:
            assert_no_larger_model(bundles(notebook), limit)


def assert_no_larger_model(found, limit):
    tables = [pd.read_csv(io.StringIO(bundle["text/csv"])) for bundle in found]
    sizes = [t["params_total"] for t in tables if "params_total" in t]
    assert all((size.dropna() <= limit).all() for size in sizes)


def test_the_classroom_profile_reaches_every_chapter_that_shows_models():
    values = resolve(paths.PROFILES / "classroom.yml")
    limited = {chapter for chapter, given in values.items() if given.get("max_params") == 8e9}
    assert limited == set(chapter_files()) - {"sources", "teaching", "your-model"}


def test_a_chapter_runs_outside_the_build_as_in_jupyterlab(monkeypatch):
    monkeypatch.delenv("EMERGENCE_RENDERER", raising=False)
    (notebook,) = run_each(paths.CHAPTERS / "index.md", [resolve()["index"]], {})
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    shown = [o["data"] for o in outputs if "text/html" in o.get("data", {})]
    assert any("vega" in data["text/html"] for data in shown)
    assert not bundles(notebook)
