"""Turn one language's staged notebooks into HTML: cold, and with every warning an error."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from jsonschema import ValidationError
from jupyter_book.cli.main import main as jupyter_book
from jupyter_book.config import PATH_JSON_SCHEMA, PATH_YAML_DEFAULT, validate_yaml
from sphinx.cmd.build import build_main

from emergence import paths
from emergence.book import TASK_PAGES, catalogues
from emergence.errors import BookError
from emergence.files import copy, fresh_folder, manifest, require, write_json
from emergence.i18n import DATA, INTERFACE, read_catalogue, translated
from emergence.kernels import STEADY
from emergence.paths import shown
from emergence.profiles import did_you_mean
from emergence.repository import repository

_TASK_PAGE = re.compile(r"chapters/tasks/[^/:\s]+\.md")
SEEN = ("author", "html_title", "nb_code_prompt_show", "nb_code_prompt_hide")
"""Settings of `_config.yml` that a reader sees."""
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


class RenderError(BookError):
    """Sphinx found something wrong; the message is its warnings, one a line."""


def render(staged: Path, config: Path, record: Path, lang: str, out: Path) -> None:
    """Build `staged` into the folder `out`, which changes only when there was no warning.

    record: what the build is made of, for the page that shows it.

    Raises RenderError with every warning, each naming the chapter and its line.
    """
    check_config(config)
    with tempfile.TemporaryDirectory(prefix="emergence-") as work:
        source = Path(work).resolve() / "source"
        shutil.copytree(staged, source)
        copy(config, source / config.name)
        copy(record, source / record.name)
        configured(source)
        html = Path(work) / "html"  # not `out`: myst-nb writes files beside the target, too
        strict = ["-W", "--keep-going", "-n", "-q", "-E", "--no-color"]
        # The notebooks hold their results; running one again here would hide what the step showed.
        options = ["-D", "nb_execution_mode=off", "-d", str(Path(work) / "doctrees")]
        options += [*in_language(config, lang), *in_repository(config)]
        compile_catalogues(lang, source / "locale")
        with contextlib.redirect_stderr(io.StringIO()) as warnings:
            code = build_main([*strict, *options, str(source), str(html)])
        if code:
            raise RenderError(readable(warnings.getvalue(), source))
        (html / ".buildinfo").unlink(missing_ok=True)
        with fresh_folder(out) as folder:
            shutil.copytree(html, folder, dirs_exist_ok=True)


def settings(config: Path) -> dict[str, Any]:
    """The settings of Jupyter Book, and beside them those that it hands on to Sphinx."""
    given = yaml.safe_load(config.read_text(encoding="utf-8"))
    return given | given.get("sphinx", {}).get("config", {})


def in_language(config: Path, lang: str) -> list[str]:
    """The options that make Sphinx write in a language, with the settings that a reader sees."""
    given = settings(config)
    seen = {name: translated(given[name], lang, INTERFACE) for name in SEEN if name in given}
    # A catalogue for each chapter, and one for the folder of task pages.
    values = {"language": lang, "locale_dirs": "locale", "gettext_compact": "1"} | seen
    return [part for name, value in values.items() for part in ("-D", f"{name}={value}")]


def in_repository(config: Path) -> list[str]:
    """The options that tell where the book's repository lies, for notebooks and buttons.

    The environment variable `EMERGENCE_REVISION` names the commit that notebooks fetch, in place of
    the branch.
    """
    found = repository(settings(config))
    values = {"revision": os.environ.get("EMERGENCE_REVISION", "")}
    if found:
        values |= {"repository": found.url, "branch": found.branch, "folder": found.folder}
    told = {f"emergence_{name}": value for name, value in values.items() if value}
    return [part for name, value in told.items() for part in ("-D", f"{name}={value}")]


def compile_catalogues(lang: str, out: Path, folder: Path = paths.LOCALE) -> None:
    """Write what Sphinx reads of a language's catalogues; nothing for the book's own language."""
    for path in catalogues(lang, folder):
        catalogue = read_catalogue(path, lang)
        if path.stem == TASK_PAGES.strip("/"):
            names = read_catalogue(path.with_stem(DATA), lang)
            catalogue = with_titles(catalogue, names)
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        # Sphinx and the theme look their own words up as `sphinx`, here before anywhere else.
        names = (INTERFACE, "sphinx") if path.stem == INTERFACE else (path.stem,)
        for name in names:
            target = out / lang / "LC_MESSAGES" / f"{name}.mo"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(compiled.getvalue())


def with_titles(catalogue: Catalog, data: Catalog) -> Catalog:
    """The catalogue of the task pages with their titles, which are names in the data."""
    done = Catalog(locale=catalogue.locale)
    for message in [*catalogue, *(m for m in data if m.context == "tasks.name")]:
        if message.id:
            done.add(message.id, message.string)
    return done


def configured(source: Path) -> None:
    """Write Sphinx's `conf.py` beside the settings and the pages in `source`."""
    with contextlib.redirect_stdout(io.StringIO()):
        jupyter_book(["config", "sphinx", str(source)], standalone_mode=False)


def check_config(config: Path) -> None:
    """Refuse what Jupyter Book would pass over: unknown keys, and values of another type.

    Raises RenderError, one line per unknown key.
    """
    try:
        given = yaml.safe_load(config.read_text(encoding="utf-8"))
        validate_yaml(given, raise_on_errors=True)
    except (ValidationError, yaml.YAMLError) as error:
        raise RenderError(f"{shown(config)}: {error}") from error
    defaults = yaml.safe_load(PATH_YAML_DEFAULT.read_text(encoding="utf-8"))
    schema = json.loads(PATH_JSON_SCHEMA.read_text(encoding="utf-8"))["properties"]
    known = {name: _keys(defaults.get(name), schema.get(name)) for name in {*defaults, *schema}}
    known = {**known, "project": set(), "parse": {*known["parse"], "myst_substitutions"}}
    faults = [
        f"{shown(config)}: {key}: unknown setting{did_you_mean(key, allowed)}"
        for key, allowed in [
            *((name, known.keys()) for name in given),
            *((key, known[name]) for name in given if known.get(name) for key in given[name] or ()),
        ]
        if key not in allowed
    ]
    if faults:
        raise RenderError("\n".join(faults))
    try:
        repository(given)
    except BookError as error:
        raise RenderError(f"{shown(config)}: {error}") from error


def _keys(default: Any, schema: Mapping[str, Any] | None) -> set[str]:
    """Names that a section of the settings may hold; none if it is no section."""
    return {*(default if isinstance(default, dict) else ()), *(schema or {}).get("properties", {})}


def readable(warnings: str, source: Path) -> str:
    """Sphinx's warnings with the chapters' files for the staged copies, without repeats."""
    text = _ANSI.sub("", warnings).replace(f"{source}/", "chapters/").replace(".ipynb", ".md")
    text = _TASK_PAGE.sub(f"chapters/{paths.TASK_TEMPLATE.name}", text)
    return "\n".join(dict.fromkeys(line for line in text.splitlines() if line.strip()))


def main(arguments: list[str] | None = None) -> int:
    """Render one staged language, as the build does; 1 and the warnings when it fails."""
    parser = argparse.ArgumentParser(prog="python -m emergence.render", description=main.__doc__)
    parser.add_argument("lang", help="language to render")
    lang = parser.parse_args(arguments).lang
    os.environ.update(STEADY)
    out = paths.HTML / lang
    try:
        require(paths.STAGE / lang, paths.STATE / f"stage-{lang}.json")
        render(paths.STAGE / lang, paths.CONFIG, paths.PROVENANCE, lang, out)
    except BookError as error:
        print(error)
        return 1
    write_json(paths.STATE / f"html-{lang}.json", manifest(out))
    return 0


if __name__ == "__main__":
    sys.exit(main())
