"""The words of the chapters, as Sphinx's gettext builder finds them."""

from __future__ import annotations

import contextlib
import io
import tempfile
from pathlib import Path

from babel.messages import Catalog
from babel.messages.pofile import read_po
from sphinx.cmd.build import build_main

from emergence import paths
from emergence.book import TASK_PAGES
from emergence.errors import TranslationError
from emergence.files import copy, write_text
from emergence.i18n import SOURCE
from emergence.paths import shown
from emergence.render import configured, in_language

# What stands for the words of the template's pages, which are data.
_WORDS = {"{{ name }}": "@name@", "{{ slug }}": "task"}


def domain_of(chapter: Path) -> str:
    """The catalogue of a chapter: its name, or that of the folder of task pages."""
    return TASK_PAGES.strip("/") if chapter.name == paths.TASK_TEMPLATE.name else chapter.stem


def prose(chapters: Path = paths.CHAPTERS) -> dict[str, Catalog]:
    """Return what each chapter says, by the name of its catalogue; the chapters are not run.

    Raises TranslationError when Sphinx can't read a chapter.
    """
    found = {domain_of(path): path for path in sorted(chapters.glob("*.md"))}
    with tempfile.TemporaryDirectory(prefix="emergence-") as work:
        source, out = Path(work) / "source", Path(work) / "out"
        for domain, path in found.items():
            _lay_out(path, source, domain)
        copy(chapters / paths.REFERENCES.name, source / paths.REFERENCES.name)
        copy(paths.TOC, source / paths.TOC.name)
        copy(paths.CONFIG, source / paths.CONFIG.name)
        configured(source)
        options = ["-D", "nb_execution_mode=off", "-d", str(Path(work) / "doctrees")]
        options += in_language(paths.CONFIG, SOURCE)
        with contextlib.redirect_stderr(io.StringIO()) as told:
            code = build_main(["-q", "-E", "-b", "gettext", *options, str(source), str(out)])
        if code:
            raise TranslationError(f"the chapters can't be read: {told.getvalue().strip()}")
        return {domain: _catalogue(out / f"{domain}.pot", path) for domain, path in found.items()}


def _lay_out(chapter: Path, source: Path, domain: str) -> None:
    text = chapter.read_text(encoding="utf-8")
    for word, stand_in in _WORDS.items():
        text = text.replace(word, stand_in)
    inside = source / domain if domain != chapter.stem else source
    write_text(inside / chapter.name, text)


def _catalogue(template: Path, chapter: Path) -> Catalog:
    with template.open("rb") as lines:
        found = read_po(lines)
    text = chapter.read_text(encoding="utf-8").splitlines()
    done = Catalog(domain=template.stem)
    for message in found:
        if message.id and message.id not in _WORDS.values():
            place = [(shown(chapter), _line(str(message.id), text, message.locations))]
            done.add(message.id, locations=place)
    return done


def _line(message: str, text: list[str], locations: list[tuple[str, int]]) -> int:
    """The line where a text begins; Sphinx knows it, but for the cells of tables."""
    first = message.splitlines()[0]
    told = min((line for _file, line in locations), default=1)
    near = (number for number in range(told, len(text) + 1) if first in text[number - 1])
    anywhere = (number for number, line in enumerate(text, 1) if first in line)
    return next(near, next(anywhere, told))
