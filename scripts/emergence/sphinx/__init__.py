"""Sphinx extension of the book: charts, formulas, folds and page assets.

A page makes no request to any other host, and reads without scripts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from emergence import __version__
from emergence.sphinx import (
    anchors,
    assets,
    charts,
    citations,
    decks,
    exercises,
    folds,
    formulas,
    glue,
    languages,
    live,
    maths,
    pages,
    provenance,
    questions,
    slides,
    solutions,
    typography,
)
from emergence.sphinx.figures import CATALOGUE


def setup(app: Sphinx) -> dict[str, Any]:
    """Entry point of Sphinx."""
    for folder in app.config.locale_dirs:
        app.add_message_catalog(CATALOGUE, str(Path(app.srcdir, folder)))
    first = (anchors, assets, charts, citations, decks, exercises, folds, formulas, glue)
    later = (provenance, questions, slides, solutions, typography)
    for part in (*first, languages, live, maths, pages, *later):
        part.setup(app)
    return {
        "version": __version__,
        "env_version": 1,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
