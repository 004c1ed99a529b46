"""Where everything lies. The only module that knows the layout of the repository."""

from __future__ import annotations

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
ROOT = PACKAGE.parents[1]

CHAPTERS = ROOT / "chapters"
TASK_TEMPLATE = CHAPTERS / "task.md"
REFERENCES = CHAPTERS / "references.bib"
DATA = ROOT / "data"
DATAPACKAGE = DATA / "datapackage.json"
RESULTS_PACKAGE = DATA / "findings" / "datapackage.json"
OWN = ROOT / (os.environ.get("EMERGENCE_OWN_MODELS") or DATA / "results")
"""Readers' own models: what lies here is theirs, and in no repository. The environment variable
names another folder, from the root of the repository; one that is not there has none."""
OWN_PACKAGE = DATA / "own" / "datapackage.json"
TASKS = DATA / "tasks.csv"
EVALUATION = ROOT / "evaluation"
"""Tasks for lm-evaluation-harness with items of the book's own."""
LOCALE = ROOT / "locale"
PROFILES = ROOT / "profiles"
CONFIG = ROOT / "_config.yml"
TOC = ROOT / "_toc.yml"
DIRECT_REQUIREMENTS = ROOT / "requirements.in"
LIVE_REQUIREMENTS = ROOT / "requirements-live.in"
SNAKEFILE = ROOT / "Snakefile"
SPHINX = PACKAGE / "sphinx"
CHARTS = PACKAGE / "charts"
TRANSLATIONS = PACKAGE / "translations"

BUILD = ROOT / "_build"
NOTEBOOKS = BUILD / "notebooks"
STAGE = BUILD / "stage"
HTML = BUILD / "html"
STATE = BUILD / "state"
CACHE = BUILD / "cache"
RESULTS = BUILD / "results"
PROVENANCE = STATE / "provenance.json"
SITE = BUILD / "site"
SHARED = "_shared"
"""Folder of a language's pages that is put beside them, for all languages."""
HANDOUT = BUILD / "handout"


def shown(path: Path) -> str:
    """The path as messages name it: relative to the repository where it lies inside."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)
