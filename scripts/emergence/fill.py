"""Put the values of this build into a chapter before it runs."""

from __future__ import annotations

import ast
import copy
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from emergence.errors import ChapterError
from emergence.paths import shown
from emergence.source import code_line, parameters_cell, read_chapter, tags

LEFT_OUT = "left-out"
"""Tag of a cell of a template that the page has no use for; it is empty and not kept."""

_WORD = re.compile(r"\{\{ *(\w+) *\}\}")


def with_values(code: str, values: Mapping[str, Any]) -> str:
    """The code of a `parameters` cell with the values of this build in place of the defaults.

    Comments, types and parameters that keep their default stay as written. Raises ValueError
    when a value is for a parameter that the cell does not declare.
    """
    places = _defaults(code)
    if unknown := sorted(set(values) - set(places)):
        raise ValueError(f"unknown parameter {', '.join(unknown)}; declared: {', '.join(places)}")
    lines = [line.encode() for line in code.splitlines(keepends=True)]  # ast counts bytes
    starts = [sum(map(len, lines[:number])) for number in range(len(lines))]
    content = b"".join(lines)
    last_first = sorted(places.items(), key=lambda p: (p[1].lineno, p[1].col_offset), reverse=True)
    for name, node in last_first:
        if name in values and not _same(values[name], ast.literal_eval(node)):
            start = starts[node.lineno - 1] + node.col_offset
            end = starts[node.end_lineno - 1] + node.end_col_offset
            content = content[:start] + _literal(values[name]).encode() + content[end:]
    return content.decode()


def _defaults(code: str) -> dict[str, ast.expr]:
    return {
        statement.target.id: statement.value
        for statement in ast.parse(code).body
        if isinstance(statement, ast.AnnAssign)
        and isinstance(statement.target, ast.Name)
        and statement.value is not None
    }


def _literal(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _same(value: Any, default: Any) -> bool:
    # A float parameter with the default `2` is given as 2.0; True is no 1.
    return value == default and isinstance(value, bool) == isinstance(default, bool)


def declared_names(chapter: Path) -> tuple[str, ...]:
    """Names of the parameters that a chapter declares."""
    notebook = read_chapter(chapter)
    index = parameters_cell(notebook)
    return () if index is None else tuple(_defaults(notebook.cells[index].source))


def filled(
    notebook: nbformat.NotebookNode, words: Mapping[str, str], chapter: Path
) -> nbformat.NotebookNode:
    """A copy of a template whose text has each `{{ word }}` replaced. Code is left alone.

    Raises ChapterError when the text asks for a word that is not given.
    """
    done = copy.deepcopy(notebook)
    for cell in done.cells:
        if cell.cell_type == "markdown":
            if unknown := sorted(set(_WORD.findall(cell.source)) - set(words)):
                known = ", ".join(words)
                raise ChapterError(
                    f"{shown(chapter)}: found {{{{ {unknown[0]} }}}}, expected {known}"
                )
            cell.source = _WORD.sub(lambda match: words[match[1]], cell.source)
    return done


def without(notebook: nbformat.NotebookNode, unused: str) -> nbformat.NotebookNode:
    """A copy of a template whose cells tagged `unused` are empty and marked as left out.

    They keep their places, so that messages name the lines of the template.
    """
    done = copy.deepcopy(notebook)
    for cell in done.cells:
        if unused in tags(cell):
            cell.source = ""
            cell.metadata["tags"] = [LEFT_OUT]
    return done


def prepared(
    chapter: Path, values: Mapping[str, Any], words: Mapping[str, str] | None = None
) -> nbformat.NotebookNode:
    """The chapter as a notebook to run, its `parameters` cell holding the values, folded.

    words: what a template's `{{ word }}` stand for; `unused`, the tag of cells to leave out. Raises
    ChapterError when a value is for a parameter that the chapter does not declare.
    """
    notebook = read_chapter(chapter)
    if words:
        notebook = filled(without(notebook, words.get("unused", "")), words, chapter)
    index = parameters_cell(notebook)
    if index is None:
        if values:
            raise ChapterError(
                f"{shown(chapter)}: found no cell tagged `parameters`, expected "
                f"one that declares {', '.join(values)}"
            )
        return notebook
    cell = notebook.cells[index]
    try:
        cell.source = with_values(cell.source, values)
    except ValueError as error:
        line = code_line(chapter, read_chapter(chapter), index)
        raise ChapterError(f"{shown(chapter)}:{line}: {error}") from error
    cell.metadata["tags"] = [*(t for t in tags(cell) if t != "remove-cell"), "hide-input"]
    return notebook
