"""Read a chapter's MyST file as a notebook that remembers the lines it came from."""

from __future__ import annotations

from pathlib import Path

import nbformat
from jupytext.myst import MystMetadataParsingError, myst_to_notebook

from emergence.errors import ChapterError
from emergence.paths import shown

PARAMETERS_TAG = "parameters"


def read_chapter(path: Path) -> nbformat.NotebookNode:
    """Convert a chapter to a notebook; `metadata.source_map` holds each cell's first line (from 0).

    Raises ChapterError when the file is missing or its front matter or cell options are broken.
    """
    try:
        text = path.read_text(encoding="utf-8")
        notebook = myst_to_notebook(text, add_source_map=True)
    except FileNotFoundError:
        raise ChapterError(f"{shown(path)}: no such chapter") from None
    except (MystMetadataParsingError, UnicodeDecodeError) as error:
        raise ChapterError(f"{shown(path)}: {' '.join(str(error).split())}") from error
    lines = text.splitlines()
    # jupytext counts from the blank lines that it strips; messages should name the first word.
    notebook.metadata["source_map"] = [
        next((i for i in range(start, len(lines)) if lines[i].strip()), start)
        for start in notebook.metadata["source_map"]
    ]
    tagged = [i for i, cell in enumerate(notebook.cells) if PARAMETERS_TAG in tags(cell)]
    if len(tagged) > 1:
        lines = ", ".join(str(code_line(path, notebook, index)) for index in tagged)
        raise ChapterError(
            f"{shown(path)}: lines {lines}: found {len(tagged)} cells tagged "
            f"`{PARAMETERS_TAG}`, expected at most 1"
        )
    return notebook


def tags(cell: nbformat.NotebookNode) -> list[str]:
    """The tags of a cell, none if it has none."""
    return list(cell.metadata.get("tags", []))


def parameters_cell(notebook: nbformat.NotebookNode) -> int | None:
    """Index of the cell tagged `parameters`, None when the chapter takes no parameters."""
    return next((i for i, c in enumerate(notebook.cells) if PARAMETERS_TAG in tags(c)), None)


def code_line(path: Path, notebook: nbformat.NotebookNode, index: int, line: int = 1) -> int:
    """Line in the chapter's file of the given line (from 1) of the given cell's code.

    A code cell starts with its options, so the code is looked for below the cell's first line.
    """
    start = notebook.metadata["source_map"][index]
    text = path.read_text(encoding="utf-8").splitlines()
    code = notebook.cells[index].source.splitlines()
    found = (i for i in range(start, len(text)) if text[i : i + len(code)] == code)
    return next(found, start) + line
