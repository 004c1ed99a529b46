"""Run a chapter in every language and keep the results as notebooks that are the same every time.

The languages of a chapter share a kernel, so that packages are loaded and kept results made once;
between two languages every name that the chapter has set is forgotten.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError

from emergence import paths
from emergence.book import chapter_of, task_of, template_words
from emergence.errors import BookError, ChapterError
from emergence.fill import LEFT_OUT, declared_names, prepared
from emergence.kernels import KERNEL_SPEC, kernel
from emergence.paths import shown
from emergence.source import code_line, read_chapter, tags

Parts = Sequence[nbformat.NotebookNode]

_FORGET = "%reset -f"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_CELL_FRAME = re.compile(r"Cell In\[\d+\], line (\d+)")
_FILE_FRAME = re.compile(r"^File (\S+):(\d+), in ", re.MULTILINE)


class CellError(ChapterError):
    """A cell failed; `traceback` holds the whole story, the message only what a reader needs."""

    def __init__(self, message: str, traceback: str) -> None:
        super().__init__(message)
        self.traceback = traceback


def run_each(
    chapter: Path,
    values: Sequence[Mapping[str, Any]],
    environment: Mapping[str, str],
    words: Mapping[str, str] | None = None,
) -> list[nbformat.NotebookNode]:
    """The executed and normalised notebooks of a chapter, one for each of `values`.

    They run one after the other in one kernel, in the chapter's folder. Raises CellError when a
    cell fails or writes to standard error (a warning on the page).
    """
    parts = [prepared(chapter, own, words) for own in values]
    notebook = _in_a_row(parts)
    with kernel(environment) as name, tempfile.TemporaryDirectory() as folder:
        progress = Path(folder, "progress.ipynb")
        try:
            done = papermill.execute_notebook(
                notebook, progress, kernel_name=name, cwd=chapter.parent, progress_bar=False
            )
        except PapermillExecutionError as error:
            raise _failed(chapter, parts, error) from error
        except DeadKernelError as error:
            place = _place(chapter, parts, _last_started(progress), 1)
            raise CellError(f"{place}: the kernel died (out of memory?)", str(error)) from error
    _refuse_warnings(chapter, parts, done)
    return [normalised(part) for part in _apart(done, parts)]


def _in_a_row(parts: Parts) -> nbformat.NotebookNode:
    """The parts as one notebook that forgets each of them before the next."""
    whole = copy.deepcopy(parts[0])
    for part in parts[1:]:
        whole.cells += [nbformat.v4.new_code_cell(_FORGET), *copy.deepcopy(part.cells)]
    return whole


def _apart(whole: nbformat.NotebookNode, parts: Parts) -> list[nbformat.NotebookNode]:
    """The executed parts of a notebook that `_in_a_row` has put together."""
    done, start = [], 0
    for part in parts:
        own = nbformat.from_dict({**part, "cells": whole.cells[start : start + len(part.cells)]})
        start += len(part.cells) + 1
        done.append(own)
    return done


def _failed(chapter: Path, parts: Parts, error: PapermillExecutionError) -> CellError:
    traceback = _ANSI.sub("", "\n".join(error.traceback))
    frame = _CELL_FRAME.search(traceback)
    line = int(frame.group(1)) if frame else 1
    source = error.source.splitlines()
    value = (error.evalue.splitlines() or [""])[0]
    message = [
        f"{_place(chapter, parts, error.cell_index, line)}: {error.ename}: {value}",
        f"    {source[line - 1].strip()}" if line <= len(source) else "",
    ]
    if frames := _FILE_FRAME.findall(traceback):
        file, number = frames[-1]
        message.append(f"    raised at {shown(Path(file).expanduser())}:{number}")
    return CellError("\n".join(filter(None, message)), traceback)


def _last_started(progress: Path) -> int:
    cells = nbformat.read(progress, as_version=4).cells
    return max(i for i, c in enumerate(cells) if c.metadata.get("papermill", {}).get("start_time"))


def _refuse_warnings(chapter: Path, parts: Parts, done: nbformat.NotebookNode) -> None:
    for index, cell in enumerate(done.cells):
        written = "".join(
            output.text
            for output in cell.get("outputs", [])
            if output.output_type == "stream" and output.name == "stderr"
        )
        if written:
            lines = [f"    {line}" for line in written.strip().splitlines()[:4]]
            place = _place(chapter, parts, index, 1)
            head = f"{place}: wrote to standard error, which would show on the page"
            raise CellError("\n".join([head, *lines]), written)


def _place(chapter: Path, parts: Parts, index: int, line: int) -> str:
    """`chapters/metrics.md:57: code cell 3`: the file's line, and the cell counted from 1."""
    index %= len(parts[0].cells) + 1
    number = sum(cell.cell_type == "code" for cell in parts[0].cells[: index + 1])
    original = read_chapter(chapter)  # a parameter set anew would not be found in the file
    return f"{shown(chapter)}:{code_line(chapter, original, index, line)}: code cell {number}"


def normalised(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A copy without anything that differs from run to run: ids, times, versions, paths."""
    done = copy.deepcopy(notebook)
    starts = done.metadata["source_map"]
    kept = [(c, at) for c, at in zip(done.cells, starts, strict=True) if LEFT_OUT not in tags(c)]
    done.cells = [cell for cell, _ in kept]
    done.metadata = nbformat.from_dict(
        {
            "kernelspec": KERNEL_SPEC,
            "language_info": {
                "name": "python",
                "file_extension": ".py",
                "mimetype": "text/x-python",
                "pygments_lexer": "ipython3",
            },
            # myst-nb counts one line on when it names a line in a warning.
            "source_map": [max(0, line - 1) for _, line in kept],
        }
    )
    for number, cell in enumerate(done.cells):
        cell.id = f"c{number}"
        for transient in ("papermill", "execution"):
            cell.metadata.pop(transient, None)
        if not tags(cell):
            cell.metadata.pop("tags", None)
    for count, cell in enumerate((c for c in done.cells if c.cell_type == "code"), 1):
        cell.execution_count = count
        cell.outputs = _joined(cell.outputs)
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = count
    return done


def _joined(outputs: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """Neighbouring pieces of one stream as one output: where they break depends on timing."""
    joined: list[nbformat.NotebookNode] = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last and output.output_type == last.output_type == "stream" and last.name == output.name:
            joined[-1] = nbformat.from_dict({**last, "text": last.text + output.text})
        else:
            joined.append(output)
    return joined


def execute(
    page: str,
    parameters: Mapping[str, Any],
    outs: Mapping[str, Path],
    *,
    chapters: Path = paths.CHAPTERS,
    tasks: Path = paths.TASKS,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run a page's chapter in every language of `outs` and write the notebooks, each of them whole.

    `page` is a chapter's name, or `tasks/<task>` for a page made from the template `task.md`,
    whose `{{ name }}` and `{{ slug }}` are the task's. Raises ChapterError (CellError for a
    failing cell).
    """
    chapter = chapters / f"{chapter_of(page)}.md"
    task = task_of(page)
    values = {**parameters, **({"task": task} if task else {})}
    takes_lang = "lang" in declared_names(chapter)
    each = [values | ({"lang": lang} if takes_lang else {}) for lang in outs]
    words = template_words(task, tasks) if task else None
    ours = {"EMERGENCE_RENDERER": "book", "EMERGENCE_CACHE": str(paths.CACHE)}
    book = {**ours, **(environment or {})}
    for notebook, out in zip(run_each(chapter, each, book, words), outs.values(), strict=True):
        _write(notebook, out)


def _write(notebook: nbformat.NotebookNode, out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    # papermill and jupytext go by the suffix, so the temporary keeps it.
    temporary = out.with_name(f".{out.stem}.{os.getpid()}.ipynb")
    try:
        nbformat.write(notebook, temporary)
        os.replace(temporary, out)
    finally:
        temporary.unlink(missing_ok=True)


def main(arguments: list[str] | None = None) -> int:
    """Run one page in every language, as the build does; 1 and a few plain lines when it fails."""
    parser = argparse.ArgumentParser(prog="python -m emergence.notebooks", description=main.__doc__)
    parser.add_argument("page", help="chapter name, or tasks/<task>")
    parser.add_argument("langs", nargs="+", help="languages to run it in, one after the other")
    parser.add_argument(
        "--out", type=Path, default=paths.NOTEBOOKS, help="folder of the languages' notebooks"
    )
    parser.add_argument(
        "--parameters",
        type=json.loads,
        default={},
        metavar="JSON",
        help="the chapter's parameters; those left out keep their defaults",
    )
    parser.add_argument("--traceback", type=Path, help="file for the traceback of a failing cell")
    given = parser.parse_args(arguments)
    try:
        outs = {lang: given.out / lang / f"{given.page}.ipynb" for lang in given.langs}
        execute(given.page, given.parameters, outs)
    except BookError as error:
        print(error)
        if isinstance(error, CellError) and given.traceback:
            given.traceback.parent.mkdir(parents=True, exist_ok=True)
            given.traceback.write_text(error.traceback, encoding="utf-8")
            print(f"    full traceback: {shown(given.traceback.resolve())}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
