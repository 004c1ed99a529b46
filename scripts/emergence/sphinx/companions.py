"""The notebook of a page that runs on its own: set-up, text as Markdown, code, pictures.

Made of what the build has executed, so that it reads well before it is run. Deterministic, and a
valid notebook of format 4.5.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from emergence.repository import Repository
from emergence.sphinx.charts import MIME

PARAMETERS = "parameters"
_FOLDED = frozenset({"hide-input", "hide-cell", "remove-cell", "remove-input"})
_RECORD = "application/papermill.record/"
_SET_UP = Path(__file__).with_name("set_up.py.txt")


def set_up(repository: Repository | None, revision: str, title: str) -> str:
    """The code of the first cell: fetch the book's code and data, install what it needs.

    revision: the commit or branch to fetch. Without a repository the package must be there.
    """
    values = {
        "TITLE": " ".join(title.split()),
        '"URL"': json.dumps(repository.url if repository else ""),
        '"REVISION"': json.dumps(revision),
        "FOLDER": f"{repository.folder}/" if repository and repository.folder else "",
    }
    code = _SET_UP.read_text(encoding="utf-8")
    for name, value in values.items():
        code = code.replace(name, value)
    return code.strip()


def notebook(
    pieces: Sequence[str | int],
    cells: Sequence[Mapping[str, Any]],
    first: str,
    picture: Callable[[str, str], str | None],
) -> nbformat.NotebookNode:
    """Put a notebook together of texts (Markdown) and code cells (by their index in `cells`).

    cells: those of the executed notebook; first: code of the set-up; picture: a chart as HTML, by
    its name and its words. Raises nbformat.ValidationError for what is no notebook.
    """
    title = new_code_cell(first, id="set-up", metadata={"cellView": "form", "tags": ["set-up"]})
    made = [title]
    for number, piece in enumerate(pieces):
        if isinstance(piece, int):
            made.append(_code(cells[piece], f"c{piece}", picture))
        elif piece:
            made.append(new_markdown_cell(piece, id=f"t{number}"))
    done = new_notebook(
        cells=made,
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python", "file_extension": ".py"},
        },
    )
    nbformat.validate(done)
    return done


def _code(
    cell: Mapping[str, Any], name: str, picture: Callable[[str, str], str | None]
) -> nbformat.NotebookNode:
    tags = list(cell["metadata"].get("tags", ()))
    folded = PARAMETERS not in tags and not _FOLDED.isdisjoint(tags)
    metadata: dict[str, Any] = {"tags": tags} if tags else {}
    if folded:  # the former is Jupyter's name for it, the latter Colab's
        metadata |= {"jupyter": {"source_hidden": True}, "cellView": "form"}
    made = new_code_cell(cell["source"], id=name, metadata=metadata)
    made["execution_count"] = cell.get("execution_count")
    shown = (_output(output, picture) for output in cell.get("outputs", ()))
    made["outputs"] = [nbformat.from_dict(output) for output in shown if output]
    return made


def _output(
    output: Mapping[str, Any], picture: Callable[[str, str], str | None]
) -> dict[str, Any] | None:
    """An output as front ends show it; None for a value that only the text shows."""
    data = output.get("data", {})
    if any(kind.startswith(_RECORD) for kind in data):
        return None
    if MIME not in data:
        return dict(output)
    words = data["text/plain"]
    html = picture(output["metadata"].get(MIME, {}).get("name", ""), words)
    shown = {"text/html": html, "text/plain": words} if html else {"text/plain": words}
    return {**output, "data": shown, "metadata": {}}
