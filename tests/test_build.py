"""The build as a whole, on a small book: what is run again, what is refused, what stays in place.

Every test works on a copy of a book that was built elsewhere, so all of them also show that a
moved checkout with its cache is up to date.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from emergence import paths, publish
from emergence.book import pages
from emergence.errors import BookError, DataError
from emergence.files import manifest, matches
from emergence.render import RenderError, check_config

from .pseudo import fill_in, pseudo

FIXTURE = Path(__file__).parent / "fixtures" / "book"
CHAPTERS = {f"chapter {page}" for page in ("alpha", "index", "sources", "tasks/addition")}
RECORD = {"record"}  # it lists the content hash of every chapter
HTML = {"pages (en)", "site"}
FROM_STAGE = {"staging (en)"} | HTML
TRANSLATIONS = {"check of the translations"}
EVERYTHING = {"check of the tables"} | TRANSLATIONS | CHAPTERS | RECORD | FROM_STAGE


class Book:
    """A checkout of the small book."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.site = root / "_build" / "site"

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a module of the book's own copy of the package, in the book's folder."""
        environment = {**os.environ, "PYTHONPATH": str(self.root / "scripts")}
        return subprocess.run(
            [sys.executable, "-m", *command],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def build(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("emergence.build", "site", *arguments)

    def steps_to_do(self, *arguments: str) -> set[str]:
        """Names of the steps that a build would run now."""
        done = self.build(*arguments, "--", "--dry-run")
        assert done.returncode == 0, done.stderr
        return steps(done)

    def write(self, name: str, change: Callable[[str], str]) -> None:
        path = self.root / name
        text = path.read_text()
        assert change(text) != text
        path.write_text(change(text))


def steps(done: subprocess.CompletedProcess[str]) -> set[str]:
    return set(re.findall(r"^\[\d+/\d+\] (.+)$", done.stdout, re.MULTILINE))


def new_book(root: Path, langs: tuple[str, ...] = ("en",)) -> Book:
    """The fixture's chapters with the real Snakefile and package, the table check left out.

    Languages other than the first are made up on the fly.
    """
    shutil.copytree(FIXTURE, root)
    shutil.copyfile(paths.SNAKEFILE, root / "Snakefile")
    shutil.copytree(paths.PROFILES / "default", root / "profiles" / "default")
    for package in ("emergence", "snakemake_logger_plugin_emergence"):
        shutil.copytree(
            paths.PACKAGE.parent / package,
            root / "scripts" / package,
            ignore=shutil.ignore_patterns("__pycache__"),
        )
    (root / "scripts" / "emergence" / "check.py").write_text("")
    made = Book(root)
    made.write(
        "scripts/emergence/i18n.py",
        partial(re.sub, r"(?m)^LANGUAGES = .*$", f"LANGUAGES = {langs!r}"),
    )
    for lang in langs[1:]:
        made_up(made, lang)
    return made


def made_up(book: Book, lang: str) -> None:
    """Write the catalogues of a language, with the texts that the book's own package collects."""
    done = book.run("emergence.translations", "update")
    assert done.returncode == 0, done.stderr
    for path in (book.root / "locale" / lang / "LC_MESSAGES").glob("*.po"):
        fill_in(path, lang)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Book, subprocess.CompletedProcess]:
    book = new_book(tmp_path_factory.mktemp("first") / "book")
    return book, book.build()


@pytest.fixture
def book(built: tuple[Book, object], tmp_path: Path) -> Book:
    return Book(Path(shutil.copytree(built[0].root, tmp_path / "elsewhere" / "book")))


def test_first_build(built: tuple[Book, subprocess.CompletedProcess[str]]) -> None:
    book, done = built
    assert done.returncode == 0, done.stderr
    assert steps(done) == EVERYTHING
    assert done.stdout.splitlines()[-1] == f"the book: {book.site / 'index.html'}"
    assert done.stderr == ""
    assert 'href="en/index.html"' in (book.site / "index.html").read_text()
    assert (book.site / "data" / "tasks.csv").read_bytes() == (
        FIXTURE / "data" / "tasks.csv"
    ).read_bytes()
    assert "Addition of two numbers" in (book.site / "en" / "tasks" / "addition.html").read_text()
    assert "addition 1" in (book.site / "en" / "tasks" / "addition.html").read_text()
    assert not (book.site / "en" / "tasks" / "spelling.html").exists()


def test_plain_snakemake_elsewhere_builds_the_same_bytes(
    built: tuple[Book, object], tmp_path: Path
) -> None:
    other = new_book(tmp_path / "a" / "deeper" / "place")
    done = other.run("snakemake", "--cores", "2")
    assert done.returncode == 0, done.stderr
    assert manifest(other.site) == manifest(built[0].site)


def test_nothing_to_do_after_a_move_and_a_touch(book: Book) -> None:
    before = manifest(book.site)
    for path in book.root.rglob("*"):
        if path.is_file() and "_build" not in path.parts and ".snakemake" not in path.parts:
            path.touch()
    done = book.build()
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == "nothing to do: every page is up to date"
    assert manifest(book.site) == before


@pytest.mark.parametrize(
    ("edited", "expected"),
    [
        ("chapters/alpha.md", {"chapter alpha"} | TRANSLATIONS | RECORD | FROM_STAGE),
        ("chapters/task.md", {"chapter tasks/addition"} | TRANSLATIONS | RECORD | FROM_STAGE),
        ("_toc.yml", TRANSLATIONS | FROM_STAGE),
        ("_config.yml", TRANSLATIONS | HTML),
        ("scripts/emergence/sphinx/__init__.py", TRANSLATIONS | HTML),
        ("scripts/emergence/alternates.py", HTML),
        ("scripts/emergence/i18n.py", EVERYTHING - RECORD),
        ("data/tasks.csv", EVERYTHING),
    ],
)
def test_what_an_edit_runs_again(book: Book, edited: str, expected: set[str]) -> None:
    book.write(edited, lambda text: text + "\n")
    assert book.steps_to_do() == expected


def test_parameters_run_the_chapters_that_take_them(book: Book) -> None:
    takers = {"chapter alpha", "chapter tasks/addition"}
    done = book.build("--params", "profiles/many.yml")
    assert done.returncode == 0, done.stderr
    assert steps(done) == takers | RECORD | FROM_STAGE
    assert "addition 5" in (book.site / "en" / "tasks" / "addition.html").read_text()
    record = json.loads((book.site / "provenance.json").read_text())
    assert record["parameters"]["alpha"]["max_params"] == 8e9
    assert "<p>8000000000.0</p>" in (book.site / "en" / "sources.html").read_text()
    assert steps(book.build("--params", "profiles/many.yml")) == set()


def own_model(book: Book, name: str, task: str) -> Path:
    """Put a model of a reader's beside the book, as `make add` does."""
    folder = book.root / paths.OWN.relative_to(paths.ROOT) / name
    folder.mkdir(parents=True)
    (folder / "card.json").write_text("{}")
    (folder / "models.csv").write_text(f"model\nown/{name}\n")
    (folder / "scores.csv").write_text(f"model,task\nown/{name},{task}\n")
    return folder


def test_a_readers_model_runs_again_what_shows_it(book: Book) -> None:
    everywhere = {"chapter alpha", "chapter tasks/addition"} | RECORD | FROM_STAGE
    first = own_model(book, "lab-a", "addition")
    assert steps(book.build()) == everywhere
    assert book.steps_to_do() == set()
    record = json.loads((book.site / "provenance.json").read_text())
    assert set(record["own_models"]) == {"lab-a"}
    second = own_model(book, "lab-b", "spelling")
    assert book.steps_to_do() == {"chapter alpha"} | RECORD | FROM_STAGE
    shutil.rmtree(second)
    assert book.steps_to_do() == set()
    shutil.rmtree(first)
    assert book.steps_to_do() == everywhere
    (book.root / "profiles" / "alone.yml").write_text("all: {own_models: left_out}\n")
    own_model(book, "lab-c", "addition")
    done = book.build("--params", "profiles/alone.yml")
    assert steps(done) == everywhere, "the parameter has changed"
    shutil.rmtree(first.with_name("lab-c"))
    left = book.steps_to_do("--params", "profiles/alone.yml")
    assert left == RECORD | HTML


def test_wrong_parameters_are_refused_before_anything_runs(book: Book) -> None:
    shutil.rmtree(book.root / "_build")
    (book.root / "profiles" / "wrong.yml").write_text("alpha: {shots: many, axes: 1}\nbeta: {}\n")
    done = book.build("--params", "profiles/wrong.yml")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("profiles/wrong.yml:2: beta: unknown chapter")
    assert not (book.root / "_build").exists()


def test_a_misspelt_setting_of_plain_snakemake_is_refused(book: Book) -> None:
    done = book.run("snakemake", "--cores", "1", "--dry-run", "--config", "parms=profiles/many.yml")
    assert done.returncode == 1
    assert "--config: unknown setting parms, expected params" in done.stderr


def test_failing_chapter_leaves_the_site_and_says_where(book: Book) -> None:
    before = manifest(book.site)
    book.write("chapters/alpha.md", lambda text: text + "\n```{code-cell} python\n1 / 0\n```\n")
    line = (book.root / "chapters" / "alpha.md").read_text().splitlines().index("1 / 0") + 1
    for _ in range(2):  # it fails again until it is mended
        done = book.build()
        assert done.returncode == 1
        message = f"chapters/alpha.md:{line}: code cell 4: ZeroDivisionError: division by zero"
        assert message in done.stderr
        assert len(done.stderr.splitlines()) <= 8
        assert manifest(book.site) == before
    assert "ZeroDivisionError" in (book.root / "_build/logs/alpha.traceback").read_text()


def test_warning_of_sphinx_is_an_error(book: Book) -> None:
    before = manifest(book.site)
    book.write("chapters/index.md", lambda text: text + "\nSee {ref}`nowhere`.\n")
    line = len((book.root / "chapters" / "index.md").read_text().splitlines())
    done = book.build()
    assert done.returncode == 1
    assert f"chapters/index.md:{line}: WARNING: undefined label: 'nowhere'" in done.stderr
    assert manifest(book.site) == before


def test_fault_in_a_table_stops_the_build(book: Book) -> None:
    fault = "data/tasks.csv:2: page: maybe is not true or false"
    check = f"import sys\nprint({fault!r})\nsys.exit(1)\n"
    book.write("scripts/emergence/check.py", lambda text: check)
    book.write("data/tasks.csv", lambda text: text.replace("false", "maybe"))
    for _ in range(2):
        done = book.build()
        assert done.returncode == 1
        assert steps(done) - RECORD - TRANSLATIONS == {"check of the tables"}
        assert fault in done.stderr


# A second language: Esperanto by name, made up on the fly


@pytest.fixture(scope="module")
def built_in_two(tmp_path_factory: pytest.TempPathFactory) -> Book:
    book = new_book(tmp_path_factory.mktemp("two") / "book", ("en", "eo"))
    done = book.build()
    assert done.returncode == 0, done.stderr
    assert steps(done) == EVERYTHING | {name.replace("(en)", "(eo)") for name in EVERYTHING}
    return book


@pytest.fixture
def bilingual(built_in_two: Book, tmp_path: Path) -> Book:
    return Book(Path(shutil.copytree(built_in_two.root, tmp_path / "elsewhere" / "book")))


def test_a_language_is_a_word_and_a_folder(built_in_two: Book) -> None:
    site = built_in_two.site
    ours, theirs = ({p.name for p in (site / x).rglob("*.html")} for x in ("en", "eo"))
    assert theirs == ours
    page = (site / "eo" / "alpha.html").read_text()
    assert '<html lang="eo"' in page
    assert pseudo("Some text.") in page and "Some text." not in page
    assert 'id="alpha"' in page
    task = (site / "eo" / "tasks" / "addition.html").read_text()
    assert pseudo("Addition of two numbers") in task
    entrance = (site / "index.html").read_text()
    assert 'href="eo/index.html"' in entrance and pseudo("A small book") in entrance


def test_a_catalogue_runs_only_what_shows_it(bilingual: Book) -> None:
    bilingual.write("locale/eo/LC_MESSAGES/alpha.po", lambda text: text.replace("Šóɱé", "ŠÓɱé"))
    assert bilingual.steps_to_do() == TRANSLATIONS | {"pages (eo)", "site"}
    bilingual.write("locale/eo/LC_MESSAGES/charts.po", lambda text: text + "\n")
    pages = CHAPTERS | FROM_STAGE
    both = pages | {name.replace("(en)", "(eo)") for name in pages}
    assert bilingual.steps_to_do() == TRANSLATIONS | both


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda text: re.sub(r'msgstr "Šóɱé.*"', 'msgstr ""', text),
            "not translated: 'Some text.'",
        ),
        (lambda text: text.replace('msgid "Some', '#, fuzzy\nmsgid "Some'), "fuzzy: the original"),
        (lambda text: text + '\n#~ msgid "Gone"\n#~ msgstr "Ne"\n', "is obsolete"),
    ],
)
def test_a_gap_in_a_translation_stops_the_build(bilingual: Book, change, told: str) -> None:
    before = manifest(bilingual.site)
    bilingual.write("locale/eo/LC_MESSAGES/alpha.po", change)
    done = bilingual.build()
    assert done.returncode == 1
    assert re.search(
        r"locale/eo/LC_MESSAGES/alpha\.po:\d+: chapters/alpha\.md:\d+: ", done.stderr
    ) or ("obsolete" in told)
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert manifest(bilingual.site) == before


def test_an_unmarked_text_in_a_chart_stops_the_build(book: Book) -> None:
    before = manifest(book.site)
    book.write(
        "chapters/alpha.md",
        lambda text: (
            text
            + """
```{code-cell} python
:tags: [remove-output]
title = dict(title="Score against scale")
```
"""
        ),
    )
    line = len((book.root / "chapters" / "alpha.md").read_text().splitlines()) - 1
    done = book.build()
    assert done.returncode == 1
    expected = f"chapters/alpha.md:{line}: not marked for translation, write _(…): 'Score against"
    assert expected in done.stderr
    assert manifest(book.site) == before


@pytest.mark.parametrize("damage", ["changed", "added", "gone"])
def test_damaged_site_is_published_again(book: Book, damage: str) -> None:
    before = manifest(book.site)
    page = book.site / "en" / "index.html"
    match damage:
        case "changed":
            page.write_text("not the book")
        case "added":
            page.with_name("stray.html").write_text("")
        case "gone":
            shutil.rmtree(book.site)
    leftover = book.root / "_build" / "html" / ".en.123"  # of a killed build
    leftover.mkdir()
    assert steps(book.build()) == {"site"}
    assert manifest(book.site) == before
    assert not leftover.exists()


def test_second_build_at_once_waits(book: Book) -> None:
    environment = {**os.environ, "PYTHONPATH": str(book.root / "scripts")}
    with (book.root / "_build" / "state" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = subprocess.Popen(
            [sys.executable, "-m", "emergence.build", "site"],
            cwd=book.root,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert waiting.stdout.readline().startswith("another build of this book is running")
    rest, _ = waiting.communicate(timeout=60)
    assert rest.startswith("nothing to do")


def test_what_languages_share_is_published_once_and_must_be_the_same(tmp_path: Path) -> None:
    folders = {lang: tmp_path / lang for lang in ("en", "ru")}
    for folder in folders.values():
        (folder / "_shared").mkdir(parents=True)
        (folder / "_shared" / "vega.js").write_text("draw()")
        (folder / "index.html").write_text("page")
    publish.assemble(folders, [], [], [], "Book", tmp_path / "site")
    names = ["_shared/vega.js", "en/index.html", "index.html", "ru/index.html"]
    assert sorted(manifest(tmp_path / "site")) == names
    (folders["ru"] / "_shared" / "vega.js").write_text("draw(2)")
    with pytest.raises(BookError, match=r"ru/_shared/vega\.js: differs"):
        publish.assemble(folders, [], [], [], "Book", tmp_path / "other")


class Cut(Exception):
    """Stands for the power going off."""


@pytest.mark.parametrize("renames", [0, 1, 2])
def test_cut_off_swap_recovers_a_whole_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renames: int
) -> None:
    site, record = tmp_path / "site", tmp_path / "site.json"
    rendered = tmp_path / "html"
    rendered.mkdir()
    (rendered / "index.html").write_text("old")
    fill = partial(publish.assemble, {"en": rendered}, [], [], [], "Book")
    publish.publish(fill, site, record)
    old = manifest(site)
    (rendered / "index.html").write_text("new")

    real, left = os.replace, [renames]

    def replace(source: Path, target: Path) -> None:
        if Path(source).is_dir():
            if left[0] == 0:
                raise Cut
            left[0] -= 1
        real(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", replace)
        patch.setattr(publish, "write_json", lambda *_: (_ for _ in ()).throw(Cut))
        with pytest.raises(Cut):
            publish.publish(fill, site, record)
    publish.recover(site)
    assert (site / "en" / "index.html").read_text() == ("new" if renames == 2 else "old")
    assert (manifest(site) == old) == (renames < 2) == matches(site, record)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["html", "site", "site.json"]
    publish.publish(fill, site, record)
    assert (site / "en" / "index.html").read_text() == "new"
    assert matches(site, record)


def test_pages_are_those_that_the_table_marks(tmp_path: Path) -> None:
    table = tmp_path / "tasks.csv"
    with pytest.raises(DataError, match="the file is missing"):
        pages(paths.CHAPTERS, table)
    table.write_text("task,name,page\na,A,true\nb,B,false\nc,C,True\n")
    found = [page for page in pages(paths.CHAPTERS, table) if page.startswith("tasks/")]
    assert found == ["tasks/a", "tasks/c"]
    table.write_text("task,name,page\na,A,true\n../b,B,true\n")
    with pytest.raises(DataError, match=r"tasks\.csv:3: task: found '\.\./b'"):
        pages(paths.CHAPTERS, table)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("titel: x", "titel: unknown setting, did you mean title?"),
        ("html: {favicons: x}", "favicons: unknown setting, did you mean favicon?"),
        ("title: 3", "3 is not of type 'string'"),
    ],
)
def test_unknown_settings_are_refused(tmp_path: Path, text: str, message: str) -> None:
    config = tmp_path / "_config.yml"
    config.write_text(text)
    with pytest.raises(RenderError, match=re.escape(message)):
        check_config(config)
