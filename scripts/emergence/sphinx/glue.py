"""The role `glue:text`: values that a chapter has glued, and words that agree with their number.

`{glue:text}`models`` writes the value. `{glue:text}`models:model|models`` writes the form of a
word that stands with it, one form for each plural category of the page's language, as
`formats.Count` does in charts. MyST-NB's own role finds nothing in a translated paragraph, which
Sphinx reads apart from its notebook.
"""

from __future__ import annotations

import json
from ast import literal_eval
from pathlib import Path
from typing import Any

from babel.numbers import NumberFormatError, parse_decimal
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxRole

from emergence.errors import TranslationError
from emergence.i18n import SOURCE, plural

_TRANSLATED = "<translated>"
_CACHE = "emergence_glue"
_PREFIX = "application/papermill.record/"


def glued(notebook: dict[str, Any]) -> dict[str, str]:
    """The texts that an executed notebook has glued, by their key."""
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", ())]
    return {
        output["metadata"]["scrapbook"]["name"]: literal_eval(
            output["data"][f"{_PREFIX}text/plain"]
        )
        for output in outputs
        if "scrapbook" in output.get("metadata", {})
    }


def word_form(text: str, forms: str, lang: str, written: str | None = None) -> str:
    """The form of a word, of several joined by `|`, that agrees with a number as it is written.

    lang: language of the word; written: that of the number, where it is another. Raises ValueError
    when the text is no whole number, or the forms are not those of the language.
    """
    try:
        count = parse_decimal(text.replace("−", "-"), locale=written or lang, strict=True)
    except NumberFormatError:
        count = None
    if count is None or count != int(count):
        raise ValueError(f"found {text!r}, expected a whole number")
    try:
        return plural(int(count), forms.split("|"), lang)
    except TranslationError as error:
        raise ValueError(str(error)) from error


def _values(env: BuildEnvironment) -> dict[str, str]:
    if _CACHE not in env.temp_data:
        path = Path(env.doc2path(env.docname))
        found = json.loads(path.read_text(encoding="utf-8")) if path.suffix == ".ipynb" else None
        env.temp_data[_CACHE] = glued(found) if found else {}
    return env.temp_data[_CACHE]


class GlueText(SphinxRole):
    """The role `glue:text`."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Write the value, or the form of a word that agrees with it."""
        key, _colon, forms = self.text.partition(":")
        if self.env.app.builder.name == "gettext":  # chapters that have not been run
            return [nodes.inline(self.text, key)], []
        values = _values(self.env)
        if key not in values:
            return self._fault(f"nothing is glued as {key!r}")
        # Sphinx reads the original, too, before it puts the translation in its place.
        page = self.config.language
        lang = page if str(self.inliner.document.current_source).endswith(_TRANSLATED) else SOURCE
        try:
            text = word_form(values[key], forms, lang, page) if forms else values[key]
        except ValueError as error:
            return self._fault(str(error))
        return [nodes.inline(text, text, classes=["pasted-text"])], []

    def _fault(self, message: str) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        told = self.inliner.reporter.warning(f"glue:text: {self.text}: {message}", line=self.lineno)
        return [], [told]


def setup(app: Sphinx) -> None:
    """Put the role in the place of MyST-NB's."""
    app.setup_extension("myst_nb")
    app.add_role_to_domain("glue", "text", GlueText(), override=True)
