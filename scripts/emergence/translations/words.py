"""The words of charts and tables, of the data, and of the pages themselves."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract

from emergence import book, paths
from emergence.i18n import CHARTS, DATA, INTERFACE
from emergence.paths import shown
from emergence.render import SEEN, settings
from emergence.schemas import read_descriptions, read_text
from emergence.source import code_line, read_chapter

# What marks a text in code: the lookup, and the one function below it.
KEYWORDS = {"_": None, "translated": None}

Text = tuple[int, str]


def _marked(code: str) -> Iterator[Text]:
    """Line and text of every literal that the code marks."""
    found = extract("python", io.BytesIO(code.encode()), KEYWORDS, options={"encoding": "utf-8"})
    for line, message, _comments, _context in found:
        yield line, message if isinstance(message, str) else message[0]


def _catalogue(domain: str, files: Iterable[tuple[Path, Iterable[Text]]]) -> Catalog:
    done = Catalog(domain=domain)
    for path, texts in files:
        for line, text in texts:
            done.add(text, locations=[(shown(path), line)])
    return done


def cells(chapter: Path) -> list[tuple[int, str]]:
    """First line and code of every code cell of a chapter."""
    notebook = read_chapter(chapter)
    return [
        (code_line(chapter, notebook, index), cell.source)
        for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "code"
    ]


def _in_cells(chapter: Path) -> Iterator[Text]:
    for first, code in cells(chapter):
        for line, text in _marked(code):
            yield first + line - 1, text


def chart_files() -> list[Path]:
    """Modules whose texts stand in charts and tables: all that chapters can see."""
    return [path for path in book.chapter_modules() if path.suffix == ".py"]


def charts() -> Catalog:
    """Return the texts of charts and tables, from the package and from the chapters' code."""
    modules = [(path, _marked(path.read_text(encoding="utf-8"))) for path in chart_files()]
    chapters = [(path, _in_cells(path)) for path in sorted(paths.CHAPTERS.glob("*.md"))]
    return _catalogue(CHARTS, [*modules, *chapters])


def interface() -> Catalog:
    """Return the words of pages and handout: the extension's, the entrance's, the settings'."""
    folders = (paths.SPHINX, paths.PACKAGE / "handout")
    found = [path for folder in folders for path in book.files_of(folder)]
    files = [path for path in found if path.suffix == ".py"]
    files.append(paths.PACKAGE / "publish.py")
    marked = [(path, _marked(path.read_text(encoding="utf-8"))) for path in files]
    return _catalogue(INTERFACE, [(paths.CONFIG, _settings(paths.CONFIG)), *marked])


def _settings(config: Path) -> Iterator[Text]:
    text, given = config.read_text(encoding="utf-8"), settings(config)
    for name in ("title", *(name for name in SEEN if name in given)):
        lines = enumerate(text.splitlines(), 1)
        line = next(n for n, line in lines if line.strip().startswith(f"{name}:"))
        yield line, given[name]


def data(folder: Path = paths.DATA) -> Catalog:
    """Return the words in the tables: the columns that their description marks as translated.

    The context of a text is its table and column.
    """
    done = Catalog(domain=DATA)
    for name, description in read_descriptions(folder / paths.DATAPACKAGE.name).items():
        if description.text:
            place = [(shown(folder / paths.DATAPACKAGE.name), 1)]
            done.add(description.text, context=f"{name}.description", locations=place)
        columns = [column.name for column in description.columns if column.translated]
        table = read_text(description, folder)[columns]
        for column in columns:
            for row, text in table[column].dropna().items():
                place = [(shown(folder / description.path), int(row) + 2)]
                done.add(text, context=f"{name}.{column}", locations=place)
    return done
