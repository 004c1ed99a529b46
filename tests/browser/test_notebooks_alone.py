"""The built notebooks run on their own: in an empty folder, out of a clone, without the checkout.

A notebook is given the address of a repository that holds what this checkout would commit, as its
reader would do where the build knows no address. What it may import are the packages that its
first cell would install, and a kernel's own.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path
from typing import Any

import nbformat
import pytest
from emergence import paths, requirements
from emergence.i18n import LANGUAGES, SOURCE
from emergence.kernels import kernel
from emergence.outputs import RENDERER
from emergence.repository import FOLDER
from nbclient import NotebookClient
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.test_architecture import published

pytestmark = pytest.mark.browser

SHOWN = "print(emergence.__file__)"
QUICK = "index"
_GUARD = """
import sys


class Guard:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {refused}:
            raise ModuleNotFoundError(f"{{name}} is not among the packages of a notebook")


sys.meta_path.insert(0, Guard())
"""


def built(lang: str | None = None) -> list[str]:
    """Pages of the built site that have a notebook, in one language."""
    folder = paths.SITE / (lang or SOURCE) / FOLDER
    found = sorted(folder.rglob("*.ipynb"))
    return [path.relative_to(folder).with_suffix("").as_posix() for path in found]


PAGES = built() or ["nothing-built"]


def closure(names: list[str]) -> set[str]:
    """Distributions that come with these, by their names, those of all extras included."""
    seen: set[str] = set()
    while names:
        name = canonicalize_name(names.pop())
        try:
            needed = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        if name not in seen:
            seen.add(name)
            wanted = map(Requirement, needed)
            names += [r.name for r in wanted if r.marker is None or "extra" not in str(r.marker)]
    return seen


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Address and commit of a repository that holds the files of this checkout."""
    root = tmp_path_factory.mktemp("origin")
    for path in published():
        target = root / path.relative_to(paths.ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    author = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"]
    for words in (
        ["init", "--quiet"],
        ["add", "--all", "--force"],
        [*author, "commit", "--quiet", "--message=All", "--no-gpg-sign"],
    ):
        subprocess.run(["git", *words], cwd=root, check=True)
    head = ["git", "rev-parse", "HEAD"]
    commit = subprocess.run(head, cwd=root, check=True, capture_output=True, text=True)
    return root.as_uri(), commit.stdout.strip()


@pytest.fixture(scope="session")
def guard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that makes Python refuse what the first cell of a notebook would not install."""
    pins = requirements.listed(paths.LIVE_REQUIREMENTS.with_suffix(".txt"))
    there = closure(["ipykernel", "pip"]) | {canonicalize_name(pin.name) for pin in pins}
    modules = packages_distributions()
    refused = {
        module
        for module, names in modules.items()
        if there.isdisjoint(map(canonicalize_name, names)) and module != "emergence"
    }
    assert {"sphinx", "myst_nb", "jupyter_book", "snakemake", "markdownify"} <= refused
    assert {"altair", "pandas", "IPython", "numpy"}.isdisjoint(refused)
    folder = tmp_path_factory.mktemp("guard")
    text = _GUARD.format(refused=sorted(refused))
    (folder / "sitecustomize.py").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def environment(tmp_path: Path, guard: Path) -> dict[str, str]:
    """No home, no network, no packages of the build; what numbers need to be the book's."""
    home = tmp_path / "home"
    home.mkdir()
    nowhere = "http://127.0.0.1:9"
    return {
        "HOME": str(home),
        "PYTHONPATH": str(guard),
        "GIT_ALLOW_PROTOCOL": "file",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
        "PIP_NO_INDEX": "1",
        **dict.fromkeys(["http_proxy", "https_proxy", "all_proxy"], nowhere),
    }


def executed(
    page: str, lang: str, place: tuple[str, str], folder: Path, environment: dict[str, str]
) -> nbformat.NotebookNode:
    """The notebook of a page, run in an empty folder out of the repository at `place`."""
    notebook = nbformat.read(paths.SITE / lang / FOLDER / f"{page}.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert notebook.cells[0].id == "set-up"
    notebook.cells[0].source = pointed(notebook.cells[0].source, place)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    notebook.cells.append(nbformat.v4.new_code_cell(f"import emergence\n{SHOWN}", id="where"))
    folder.mkdir()
    with kernel(environment) as name:
        where = {"metadata": {"path": str(folder)}}
        NotebookClient(notebook, kernel_name=name, resources=where, timeout=600).execute()
    package = Path(notebook.cells.pop().outputs[0].text.strip())
    assert package.is_relative_to(folder) and not package.is_relative_to(paths.ROOT)
    return notebook


def pointed(code: str, place: tuple[str, str]) -> str:
    """The first cell with another repository and revision than those of the build."""
    for name, value in zip(("REPOSITORY", "REVISION"), place, strict=True):
        code, count = re.subn(rf'^{name} = "[^"]*"', f'{name} = "{value}"', code, flags=re.M)
        assert count == 1
    return code


def outputs(cell: nbformat.NotebookNode) -> list[dict[str, Any]]:
    """The outputs of a cell, streams in one piece, without what a front end counts."""
    found: list[dict[str, Any]] = []
    for output in cell.get("outputs", ()):
        plain = {k: v for k, v in output.items() if k != "execution_count"}
        if found and plain["output_type"] == "stream" == found[-1]["output_type"]:
            found[-1]["text"] += plain["text"]
        else:
            found.append(json.loads(json.dumps(plain)))
    return found


def check_like_the_book(
    page: str, lang: str, place: tuple[str, str], folder: Path, environment: dict[str, str]
) -> None:
    done = executed(page, lang, place, folder, environment | {RENDERER: "book"})
    book = nbformat.read(paths.NOTEBOOKS / lang / f"{page}.ipynb", as_version=4)
    wanted = {cell.id: cell for cell in book.cells if cell.cell_type == "code"}
    code = [cell for cell in done.cells if cell.cell_type == "code"]
    assert code[0].outputs == []
    assert [cell.id for cell in code[1:]] == list(wanted)
    for cell in code[1:]:
        assert cell.source == wanted[cell.id].source
        assert outputs(cell) == outputs(wanted[cell.id]), cell.source


def check_as_a_reader_sees_it(
    page: str, lang: str, place: tuple[str, str], folder: Path, environment: dict[str, str]
) -> None:
    done = executed(page, lang, place, folder, environment)
    shipped = nbformat.read(paths.SITE / lang / FOLDER / f"{page}.ipynb", as_version=4)
    for cell, before in zip(done.cells, shipped.cells, strict=True):
        kinds = [sorted(output.get("data", {})) for output in cell.get("outputs", ())]
        assert kinds == [sorted(output.get("data", {})) for output in before.get("outputs", ())]
        for output, old in zip(cell.get("outputs", ()), before.get("outputs", ()), strict=True):
            told, said = output.get("data", {}), old.get("data", {})
            assert output.get("name") != "stderr"
            assert told.get("text/plain") == said.get("text/plain")
            if "<img" in said.get("text/html", ""):
                assert "<img" in told["text/html"] and "vegaEmbed" in told["text/html"]


def test_the_first_page_runs_alone_and_gives_what_the_book_shows(
    site: Path, repository, tmp_path: Path, environment
) -> None:
    check_like_the_book(QUICK, LANGUAGES[-1], repository, tmp_path / "empty", environment)


def test_the_first_page_runs_alone_as_its_readers_run_it(
    site: Path, repository, tmp_path: Path, environment
) -> None:
    check_as_a_reader_sees_it(QUICK, SOURCE, repository, tmp_path / "empty", environment)


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_runs_alone_and_gives_what_the_book_shows(
    site: Path, repository, tmp_path: Path, environment, page: str, lang: str
) -> None:
    check_like_the_book(page, lang, repository, tmp_path / "empty", environment)


@pytest.mark.long
@pytest.mark.parametrize("page", [page for page in PAGES if "/" not in page])
def test_every_chapter_runs_alone_as_its_readers_run_it(
    site: Path, repository, tmp_path: Path, environment, page: str
) -> None:
    check_as_a_reader_sees_it(page, LANGUAGES[-1], repository, tmp_path / "empty", environment)


def test_a_clone_is_made_once(site: Path, repository, tmp_path: Path, environment) -> None:
    notebook = nbformat.read(site / SOURCE / FOLDER / f"{QUICK}.ipynb", as_version=4)
    code = pointed(notebook.cells[0].source, repository)
    kept = "(book / 'kept').touch()\nprint(len(list(Path('.').iterdir())))"
    first, again = (nbformat.v4.new_code_cell(f"{code}\n{kept}") for _time in range(2))
    told = nbformat.v4.new_code_cell("print((book / 'kept').exists(), sys.path[0])")
    whole = nbformat.v4.new_notebook(cells=[first, again, told])
    with kernel(environment) as name:
        where = {"metadata": {"path": str(tmp_path)}}
        NotebookClient(whole, kernel_name=name, resources=where, timeout=120).execute()
    assert first.outputs == again.outputs
    assert told.outputs[0].text.startswith(f"True {tmp_path}/emergence-{repository[1][:12]}")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_texts_hold_no_markup_of_the_book(site: Path, lang: str) -> None:
    assert built(lang)
    for page in built(lang):
        notebook = nbformat.read(site / lang / FOLDER / f"{page}.ipynb", as_version=4)
        nbformat.validate(notebook)
        assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
        texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
        assert texts[0].startswith("# ")
        for text in texts:
            found = re.search(
                r"\{[a-z:]+\}`|^:{3,}|^```\{|\(\S+\)=$|\{\{|<(?:div|span)", text, re.M
            )
            assert found is None, f"{page}: {found and text[found.start() :][:80]}"
            # A link in a notebook leads out of it: nothing lies beside one.
            links = re.findall(r"\]\(([^)]*)\)", text)
            assert all(link.startswith(("https://", "http://")) for link in links), (page, links)
        assert all(ast.parse(cell.source) for cell in notebook.cells if cell.cell_type == "code")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_that_computes_has_a_notebook_with_all_its_code(site: Path, lang: str) -> None:
    for path in sorted((paths.NOTEBOOKS / lang).rglob("*.ipynb")):
        page = path.relative_to(paths.NOTEBOOKS / lang).with_suffix("").as_posix()
        code = [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
        if page in built(lang):
            done = nbformat.read(site / lang / FOLDER / f"{page}.ipynb", as_version=4)
            assert [c.source for c in done.cells if c.cell_type == "code"][1:] == code
        else:
            assert len(code) <= 1
