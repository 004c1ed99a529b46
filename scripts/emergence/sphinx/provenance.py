"""What a build is made of, shown on a page: parameters, packages, hashes of tables and chapters.

`{provenance} parameters` (or packages, tables, chapters) shows that part of the `provenance.json`
that the build lays beside the pages. It is no output of a notebook, so that a change of one
chapter runs no other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.locale import get_translation
from sphinx.util.docutils import SphinxDirective

from emergence.sphinx.figures import CATALOGUE

FILE = "provenance.json"
SHOWN_HASH = 16
PARTS = ("parameters", "packages", "tables", "chapters")

_ = get_translation(CATALOGUE)


def rows(part: str, record: dict[str, Any]) -> tuple[list[str], list[tuple[str, ...]]]:
    """The head and the rows of one part of a build's record, all text."""
    if part == "parameters":
        found = [
            (chapter, name, repr(value))
            for chapter, values in record["parameters"].items()
            for name, value in values.items()
        ]
        return [_("chapter"), _("parameter"), _("value")], found
    if part == "packages":
        versions = {"Python": record["python"], **record["packages"]}
        return [_("package"), _("version")], list(versions.items())
    hashes = [(name, value[:SHOWN_HASH]) for name, value in record[part].items()]
    return [_("file"), _("SHA-256, beginning")], hashes


def table(head: Iterable[str], body: Iterable[Iterable[str]]) -> nodes.table:
    """A table of plain texts as docutils knows it."""
    names = list(head)
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _name in names), cols=len(names))
    group += nodes.thead("", _row(names))
    group += nodes.tbody("", *(_row(cells) for cells in body))
    # Values are Python: no quotes of the page's language in them.
    return nodes.table("", group, classes=["em-record"], support_smartquotes=False)


def _row(cells: Iterable[str]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", text)) for text in cells))


class Provenance(SphinxDirective):
    """The directive `provenance`, with the part to show as its argument."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"class": directives.class_option}

    def run(self) -> list[nodes.Node]:
        part = self.arguments[0]
        if part not in PARTS:
            raise self.error(f"provenance: found {part!r}, expected {', '.join(PARTS)}")
        path = Path(self.env.srcdir, FILE)
        if not path.exists():
            raise self.error(f"provenance: there is no {FILE} beside the pages")
        self.env.note_dependency(FILE)
        head, body = rows(part, json.loads(path.read_text(encoding="utf-8")))
        return [table(head, body)]


def setup(app: Sphinx) -> dict[str, Any]:
    """Entry point of Sphinx."""
    app.add_directive("provenance", Provenance)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
