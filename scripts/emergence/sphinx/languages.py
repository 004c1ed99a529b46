"""The same page in other languages: told in its head, and a switch in its header."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.locale import get_translation

from emergence import i18n
from emergence.alternates import addresses, head_links, language_tag, own_name
from emergence.sphinx.figures import CATALOGUE

# The theme drops what renders empty in its own handler, of priority 500.
BEFORE_THEME = 400

_ = get_translation(CATALOGUE)


def way_up(target: str) -> str:
    """The way from a page of a language's folder up to the root of the site."""
    return "../" * (target.count("/") + 1)


def tell_languages(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Link a page to itself in every language. `html_baseurl` is the root of the whole site."""
    lang, target = app.config.language, app.builder.get_target_uri(pagename)
    near = addresses(i18n.LANGUAGES, target, way_up(target))
    told = near
    if app.config.html_baseurl:
        root = app.config.html_baseurl.rstrip("/") + "/"
        told = addresses(i18n.LANGUAGES, target, root)
        context["pageurl"] = f"{root}{lang}/{target}"
    context["metatags"] = f"{context.get('metatags', '')}\n{head_links(told)}"
    context["em_language"] = own_name(lang)
    context["em_languages_label"] = _("Languages")
    context["em_languages"] = [
        {"tag": language_tag(other), "lang": other, "name": own_name(other), "href": near[other]}
        for other in i18n.LANGUAGES
        if other != lang
    ]


def setup(app: Sphinx) -> None:
    """Register the links and the script that keeps the reader's place."""
    app.add_js_file("languages.js", loading_method="defer")
    app.connect("html-page-context", tell_languages, priority=BEFORE_THEME)
