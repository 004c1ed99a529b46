"""Assets of the pages, and their words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from emergence.files import write_text
from emergence.sphinx import charts, pictures, specs, words
from emergence.sphinx.figures import VEGA

HERE = Path(__file__).parent
# Every page tells its name to the theme's switch of versions, which is not used.
_PAGE_NAME = "DOCUMENTATION_OPTIONS.pagename"
STYLES = (
    *("fonts", "colours", "emergence", "page", "front"),
    *("charts", "pictures", "tables", "boxes", "print"),
)
# Sphinx's own words, and a rule of plurals that is code in a string, which the policy bars. The
# pages' words come with `emergence.js`.
_PLURALS = "_static/translations.js"


def add_paths(app: Sphinx, config: Config) -> None:
    """Let Sphinx find the extension's own files."""
    config.html_static_path = [*config.html_static_path, str(HERE / "static")]
    config.templates_path = [str(HERE / "templates"), *config.templates_path]


def add_assets(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give a page the scripts it needs, and each of them once."""
    body = context.get("body", "")
    if 'class="em-sortable' in body:
        app.add_js_file("vendor/sortable.min.js", loading_method="defer")
    if '<figure class="em-chart' in body:
        app.add_js_file("charts.js", loading_method="defer")
    told = json.dumps(words.of_scripts(), ensure_ascii=False)
    app.add_js_file("emergence.js", loading_method="defer", **{"data-words": told})
    app.add_css_file("icon.svg", rel="icon", type="image/svg+xml")
    context["script_files"][:] = _once(context["script_files"])


def add_words(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give templates their words."""
    context.update(words.of_pages(app.config.author))


def _once(files: list[Any]) -> Iterator[Any]:
    seen = set()
    for file in files:
        body = file.attributes.get("body") or ""
        key = (file.filename, body)
        idle = body.startswith(_PAGE_NAME) or file.filename == _PLURALS
        if key not in seen and not idle:
            seen.add(key)
            yield file


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Write the script of living charts."""
    if exception is not None or app.builder.format != "html":
        return
    root = Path(app.outdir)
    found = [chart for page in charts.charts_of(app.env).values() for chart in page]
    if any(specs.interaction(chart.parsed()) != "never" for chart in found):
        cache = app.config.emergence_chart_cache
        write_text(root / VEGA, pictures.bundle(Path(cache) if cache else None))


def setup(app: Sphinx) -> None:
    """Register style sheets and scripts."""
    for name in STYLES:
        app.add_css_file(f"{name}.css", priority=900)
    app.add_js_file("theme.js", priority=100)
    app.connect("config-inited", add_paths)
    app.connect("html-page-context", add_assets, priority=900)
    # The theme tries its templates, and sets words of its own, at 500.
    app.connect("html-page-context", add_words, priority=400)
    app.connect("html-page-context", add_words, priority=900)
    app.connect("build-finished", finish, priority=900)
