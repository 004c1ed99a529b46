"""The book as the build sees it: its pages, and the files that each step depends on."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path

from emergence import paths
from emergence.errors import DataError
from emergence.paths import shown

TASK_PAGES = "tasks/"
# Steps of the build that no chapter can see; everything else in the package, chapters may import.
_BUILD_ONLY = frozenset(
    [
        *("alternates", "archive", "branch", "build", "check", "publish", "render", "repository"),
        *("security", "server", "stage"),
    ]
)
_OTHER_FOLDERS = frozenset({"__pycache__", "handout", "ingest", "sphinx", "translations"})
_TASK_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_TRUE = ("true", "True")  # what the check of the tables takes for true


def chapter_of(page: str) -> str:
    """Name of the chapter that a page is made from: its own, or the template of task pages."""
    return paths.TASK_TEMPLATE.stem if page.startswith(TASK_PAGES) else page


def task_of(page: str) -> str | None:
    """The task of a generated page, None for a chapter's own page."""
    return page.removeprefix(TASK_PAGES) if page.startswith(TASK_PAGES) else None


def pages(chapters: Path = paths.CHAPTERS, tasks: Path = paths.TASKS) -> list[str]:
    """Every page: one for each chapter, and `tasks/<task>` where `tasks.csv` has `page` true.

    Raises DataError when `tasks.csv` or a column of it is missing, and when a task cannot be the
    name of a file.
    """
    template = paths.TASK_TEMPLATE.name
    names = [path.stem for path in sorted(chapters.glob("*.md")) if path.name != template]
    if not (chapters / template).exists():
        return names
    return names + [f"{TASK_PAGES}{task}" for task in _tasks_with_page(tasks)]


def _tasks_with_page(tasks: Path) -> list[str]:
    rows = [(line, row) for line, row in enumerate(_rows(tasks), 2) if row["page"] in _TRUE]
    names = [row["task"] for _, row in rows]
    for line, row in rows:
        if not _TASK_NAME.fullmatch(row["task"]):
            found = f"found {row['task']!r}, expected a-z, 0-9, _ and -"
            raise DataError(f"{shown(tasks)}:{line}: task: {found}")
    return names


def template_words(task: str, tasks: Path = paths.TASKS) -> dict[str, str]:
    """The words of a task page: `name`, what a reader sees, and `slug`, the task in an address.

    `unused` is the tag of the template's cells that the page leaves out: `unscored`, or `scored`
    where no public table has scores of the task. Raises DataError when there is no such task.
    """
    for row in _rows(tasks):
        if row["task"] == task:
            unused = "scored" if row.get("data") == "none" else "unscored"
            return {"name": row["name"], "slug": task.replace("_", "-"), "unused": unused}
    raise DataError(f"{shown(tasks)}: task: found no {task!r}")


def _rows(tasks: Path) -> list[dict[str, str]]:
    if not tasks.exists():
        raise DataError(f"{shown(tasks)}: the file is missing")
    with tasks.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        if missing := {"task", "name", "page"} - set(reader.fieldnames or []):
            raise DataError(f"{shown(tasks)}:1: found no column {', '.join(sorted(missing))}")
        return list(reader)


def from_root(path: Path) -> str:
    """The path as the Snakefile names it: relative, so that a moved checkout stays up to date."""
    inside = path.is_relative_to(paths.ROOT)
    return path.relative_to(paths.ROOT).as_posix() if inside else os.fspath(path)


def chapter_modules(package: Path = paths.PACKAGE) -> list[Path]:
    """Files of the package that an executed chapter depends on."""
    return [
        path
        for path in _files(package, _OTHER_FOLDERS)
        if path.parent != package or path.stem not in _BUILD_ONLY
    ]


def catalogues(lang: str = "*", folder: Path = paths.LOCALE) -> list[Path]:
    """Every catalogue of a language, or of all."""
    return sorted(folder.glob(f"{lang}/LC_MESSAGES/*.po"))


def files_of(folder: Path) -> list[Path]:
    """Files of a folder of the package: the Sphinx extension, or what checks the translations."""
    return _files(folder, frozenset({"__pycache__"}))


def _files(folder: Path, skipped: frozenset[str]) -> list[Path]:
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and skipped.isdisjoint(path.relative_to(folder).parts)
        and not path.name.startswith(".")
    ]
