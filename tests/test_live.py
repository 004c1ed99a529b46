"""Notebooks that run on their own: their text, their set-up, and the addresses that open them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, packages_distributions
from pathlib import Path

import nbformat
import pytest
import yaml
from emergence import book, branch, paths, repository, requirements
from emergence.i18n import LANGUAGES
from emergence.render import RenderError, check_config, in_repository
from emergence.repository import RepositoryError
from emergence.sphinx import live
from emergence.sphinx.charts import MIME
from emergence.sphinx.companions import notebook, set_up
from emergence.sphinx.markdown import markdown
from emergence.sphinx.parts import work_address, work_html
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from markdown_it import MarkdownIt
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .test_architecture import STUDY, modules, room
from .test_sphinx_extension import PAGES, THEMED, build

GITHUB = repository.Repository("https://github.com/some-one/a.book")
COLAB = re.compile(
    r"https://colab\.research\.google\.com/github/some-one/a\.book/blob/notebooks/"
    r"(en|ru)/(tasks/)?[a-z0-9_-]+\.ipynb"
)
BINDER = re.compile(
    r"https://mybinder\.org/v2/gh/some-one/a\.book/notebooks\?urlpath=lab/tree/"
    r"(en|ru)/(tasks/)?[a-z0-9_-]+\.ipynb"
)


# Addresses


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("page", book.pages())
def test_buttons_have_addresses_of_the_right_form(page: str, lang: str) -> None:
    offered = {tool["kind"]: tool for tool in live.tools(GITHUB, lang, page, "x.ipynb")}
    assert COLAB.fullmatch(offered["colab"]["href"])
    assert BINDER.fullmatch(offered["binder"]["href"])
    for kind in ("colab", "binder"):
        assert offered[kind]["href"].endswith(f"/{lang}/{page}.ipynb")
        assert "download" not in offered[kind]


@pytest.mark.parametrize(
    ("url", "kinds"),
    [
        (None, ["notebook"]),
        ("https://github.com/some-one/book.git", ["notebook", "binder", "colab"]),
        ("https://github.com/some-one/book/", ["notebook", "binder", "colab"]),
        ("https://gitlab.com/group/sub/book", ["notebook", "binder"]),
        ("https://codeberg.org/some-one/book", ["notebook"]),
        ("https://github.com.example.org/some-one/book", ["notebook"]),
        ("file:///srv/book", ["notebook"]),
    ],
)
def test_a_button_is_there_only_where_its_service_knows_the_place(url, kinds) -> None:
    found = repository.repository({"repository": {"url": url}})
    assert [tool["kind"] for tool in live.tools(found, "en", "index", "x")] == kinds


def test_a_place_on_gitlab_is_one_part_of_the_address() -> None:
    found = repository.Repository("https://gitlab.com/group/sub/book.git")
    assert found.binder("en/a.ipynb") == (
        "https://mybinder.org/v2/gl/group%2Fsub%2Fbook/notebooks?urlpath=lab/tree/en/a.ipynb"
    )


@pytest.mark.parametrize(
    "given",
    [
        {"url": "github.com/a/b"},
        {"url": "git@github.com:a/b.git"},
        {"url": "https://github.com/a/b/tree/main"},
        {"url": "https://github.com/a"},
        {"url": "https://github.com/a/b", "branch": "--upload-pack=x"},
        {"url": "https://github.com/a/b", "path_to_book": "../.."},
        {"url": "https://example.org/a b"},
    ],
)
def test_an_address_that_git_could_not_use_is_refused(tmp_path: Path, given) -> None:
    with pytest.raises(RepositoryError, match=r"^repository: \w+: found "):
        repository.repository({"repository": given})
    config = tmp_path / "_config.yml"
    config.write_text(yaml.safe_dump({"title": "x", "repository": given}))
    with pytest.raises(RenderError, match=r"_config\.yml: repository: "):
        check_config(config)


def test_the_setting_reaches_sphinx(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("EMERGENCE_REVISION", "abc")
    config = tmp_path / "_config.yml"
    config.write_text("repository: {url: 'https://github.com/a/b', branch: dev}")
    check_config(config)
    options = in_repository(config)[1::2]
    assert options == [
        "emergence_revision=abc",
        "emergence_repository=https://github.com/a/b",
        "emergence_branch=dev",
    ]
    config.write_text("title: x")
    assert in_repository(config)[1::2] == ["emergence_revision=abc"]


def test_the_branch_holds_the_notebooks_where_the_buttons_look(tmp_path: Path) -> None:
    site, out = tmp_path / "site", tmp_path / "out"
    pages = ["index", "tasks/gsm8k"]
    for lang in LANGUAGES:
        for page in pages:
            path = site / lang / live.notebook_uri(page)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("{}")
    branch.fill(site, LANGUAGES, paths.LIVE_REQUIREMENTS.with_suffix(".txt"), out)
    for lang in LANGUAGES:
        for page in pages:
            for address in (GITHUB.colab, GITHUB.binder):
                told = address(repository.branch_path(lang, page))
                assert told and (out / re.split(r"notebooks/|tree/", told)[-1]).is_file()
    pins = {r.name for r in requirements.listed(out / "requirements.txt")}
    assert {"altair", "pandas"} <= pins and not {"sphinx", "jupyter-book"} & pins
    assert (out / "runtime.txt").read_text() == "python-3.11\n"


def test_the_workflow_gives_the_right_to_write_to_one_job_only() -> None:
    text = (paths.ROOT / ".github/workflows/pages.yml").read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    granted = {name: job.get("permissions") for name, job in workflow["jobs"].items()}
    assert granted["notebooks"] == {"contents": "write"} and granted["test"] is None
    assert "checkout" not in str(workflow["jobs"]["notebooks"])
    assert "emergence.branch" in text and repository.BRANCH not in str(
        workflow["jobs"]["notebooks"]["steps"][1]["run"]
    )


# Packages


def test_the_list_of_packages_is_what_chapters_import() -> None:
    wanted = requirements.listed(paths.LIVE_REQUIREMENTS)
    assert {str(r) for r in wanted} <= {
        str(r) for r in requirements.listed(paths.DIRECT_REQUIREMENTS)
    }
    trees = [ast.parse(p.read_text(encoding="utf-8")) for p in modules() if room(p) in STUDY]
    named = {
        a.name for t in trees for n in ast.walk(t) if isinstance(n, ast.Import) for a in n.names
    }
    named |= {n.module for t in trees for n in ast.walk(t) if isinstance(n, ast.ImportFrom)}
    tops = {name.partition(".")[0] for name in named} - set(sys.stdlib_module_names)
    # The last two come with any kernel.
    tops -= {"emergence", "IPython", "packaging"}
    known = packages_distributions()
    imported = {canonicalize_name(known[top][0]) for top in tops}
    assert imported == {canonicalize_name(r.name) for r in wanted}


def test_only_what_is_missing_is_installed_in_the_version_of_the_build() -> None:
    wanted = [Requirement(r) for r in ("altair>=6,<7", "Babel", "pandera[pandas]", "numpy")]
    there = {"altair": "5.5.0", "numpy": "1.26"}

    def installed(name: str) -> str:
        if name not in there:
            raise PackageNotFoundError(name)
        return there[name]

    missing = requirements.missing(wanted, installed)
    assert [r.name for r in missing] == ["altair", "Babel", "pandera"]
    pins = ["altair==6.3.0", "babel==2.18.0", "pandera==0.35.0", "numpy==2.4.6"]
    pins += ["babel==1 ; python_version < '3'"]
    told = requirements.pinned(missing, map(Requirement, pins))
    assert told == ["altair==6.3.0", "babel==2.18.0", "pandera[pandas]==0.35.0"]


# Text


def rendered(text: str) -> str:
    """What a front end makes of Markdown, without its line ends."""
    return MarkdownIt("commonmark").enable("table").render(text).replace("\n", "")


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ('<p>so <span class="em-tex">p_i*q &lt; 1</span>.</p>', "so $p_i*q < 1$."),
        ('<div class="em-tex">a \\tag{1}</div>', "$$\na \\tag{1}\n$$"),
        ('<h2>A <em>b</em><a class="headerlink" href="#a">#</a></h2>', "## A *b*"),
        (
            '<div class="admonition"><p class="admonition-title">Note</p><p>One.</p>'
            "<ul><li><p>x</p></li></ul></div>",
            "> **Note**\n>\n> One.\n>\n> - x",
        ),
        (
            "<details><summary><span>Show &lt;it&gt;</span></summary><p>Here.</p></details>",
            "<details>\n<summary>Show &lt;it&gt;</summary>\n\nHere.\n\n</details>",
        ),
        (
            "<dl><dt>One</dt><dd><p>First.</p></dd><dt>Two</dt><dd><p>Next.</p></dd></dl>",
            "- **One**: First.\n- **Two**: Next.",
        ),
        (
            '<fieldset><legend><span class="em-question-number">Question 1</span> Why?</legend>'
            '<ol class="em-answers"><li><span><span class="em-letter">A</span><span>So.</span>'
            "</span></li></ol></fieldset>",
            "**Question 1. Why?**\n\n- **A** So.",
        ),
        (
            "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>x|y</td></tr></tbody></table>",
            "| a |\n| --- |\n| x\\|y |",
        ),
    ],
)
def test_what_a_page_shows_reads_well_as_markdown(page: str, expected: str) -> None:
    assert markdown(page) == expected


@settings(deadline=None)
@given(st.text(st.sampled_from("ab .$<>&*_`#-+1)|[]!"), min_size=1, max_size=25))
def test_words_stay_words(text: str) -> None:
    plain = " ".join(text.split())
    element = MarkdownIt("commonmark").render
    page = element("x").replace("x", plain.translate({60: "&lt;", 62: "&gt;", 38: "&amp;"}))
    shown = rendered(markdown(page))
    wanted = plain.translate({60: "&lt;", 62: "&gt;", 38: "&amp;"}).replace('"', "&quot;")
    # A backslash before a dollar sign is what keeps a front end from reading a formula.
    assert shown == (f"<p>{wanted}</p>" if wanted else "")
    assert not re.search(r"(?<!\\)\$", markdown(page))


@pytest.mark.parametrize(
    ("entry", "address"),
    [
        ("A. Title. 1972. doi:10.1126/science.177.", "https://doi.org/10.1126/science.177"),
        ("A. URL: https://a.org/x?id=1, arXiv:2206.07682.", "https://a.org/x?id=1"),
        ("A. 2020. arXiv:2005.14165.", "https://arxiv.org/abs/2005.14165"),
        (
            "B. doi:10.1175/1(1950)078<0001:V>2.0.",
            "https://doi.org/10.1175/1%281950%29078%3C0001:V%3E2.0",
        ),
        ("A book without an address. 1990.", None),
    ],
)
def test_a_work_is_linked_by_what_its_entry_tells(entry: str, address: str | None) -> None:
    assert work_address(entry) == address
    links = re.findall(r'href="([^"]*)"', rendered(markdown(f"<p>{work_html(entry)}</p>")))
    assert links == ([address] if address else [])


# Notebooks


CELLS = [
    {"cell_type": "markdown", "source": "# A", "metadata": {}},
    {
        "cell_type": "code",
        "source": "lang: str = 'en'",
        "metadata": {"tags": ["parameters", "hide-input"]},
        "outputs": [],
        "execution_count": 1,
    },
    {
        "cell_type": "code",
        "source": "figure()",
        "metadata": {"tags": ["remove-cell"]},
        "execution_count": 2,
        "outputs": [
            {
                "output_type": "display_data",
                "data": {"application/papermill.record/text/plain": "'1'"},
                "metadata": {},
            },
            {
                "output_type": "display_data",
                "data": {MIME: {"mark": "point"}, "text/plain": "words", "text/csv": "a\n1\n"},
                "metadata": {MIME: {"name": "a-chart"}},
            },
        ],
    },
]


def test_a_notebook_is_valid_folded_and_carries_its_pictures() -> None:
    done = notebook(["# A", 1, "", 2], CELLS, "x = 1", lambda name, words: f"<img alt={words!r}>")
    nbformat.validate(done)
    assert [cell.id for cell in done.cells] == ["set-up", "t0", "c1", "c2"]
    parameters, chart = done.cells[2:]
    assert "jupyter" not in parameters.metadata
    assert chart.metadata.jupyter.source_hidden and chart.metadata.cellView == "form"
    (output,) = chart.outputs
    assert output.data == {"text/html": "<img alt='words'>", "text/plain": "words"}
    again = notebook(["# A", 1, "", 2], CELLS, "x = 1", lambda name, words: f"<img alt={words!r}>")
    assert nbformat.writes(done) == nbformat.writes(again)


@pytest.mark.parametrize("found", [None, GITHUB, repository.Repository("file:///a", folder="b")])
def test_the_set_up_is_python_and_names_the_place(found) -> None:
    code = set_up(found, "HEAD", 'A "title"\nof two lines')
    ast.parse(code)
    first = code.splitlines()[:3]
    assert first[0] == '# @title A "title" of two lines'
    assert first[1].startswith(f'REPOSITORY = "{found.url if found else ""}"')
    assert first[2].startswith('REVISION = "HEAD"')
    assert ('"b/scripts"' in code) == bool(found and found.folder)


def test_without_an_address_and_a_package_the_set_up_says_what_to_do(tmp_path: Path) -> None:
    code = set_up(None, "HEAD", "x")
    alone = [sys.executable, "-I", "-S", "-c", code]
    done = subprocess.run(alone, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1
    assert "Put the address of the book's repository into REPOSITORY" in done.stderr


def tools_of(page: Path) -> dict[str, str]:
    """What stands above a page of a built book, by its kind."""
    links = html.parse(page).xpath("//nav[contains(@class, 'em-tools')]//a")
    return {link.get("class").removeprefix("em-tool-"): link.get("href") for link in links}


@pytest.mark.parametrize("url", ["", GITHUB.url])
def test_pages_offer_their_notebooks_and_where_to_run_them(tmp_path: Path, url: str) -> None:
    options = {"article_header_end": ["em-tools.html"], "navbar_persistent": []}
    config = {**THEMED, "html_theme_options": options, "emergence_repository": url}
    assert build(tmp_path, PAGES, **config, emergence_revision="abc") == ""
    out = tmp_path / "html"
    assert "notebook" not in tools_of(out / "index.html")  # it computes nothing
    offered = tools_of(out / "folder" / "page.html")
    assert set(offered) == {"notebook"} | ({"binder", "colab"} if url else set())
    assert offered["notebook"] == "../notebooks/folder/page.ipynb"
    done = nbformat.read(out / "notebooks" / "folder" / "page.ipynb", as_version=4)
    assert f'REPOSITORY = "{url}"' in done.cells[0].source
    assert 'REVISION = "abc"' in done.cells[0].source
    text = "\n".join(cell.source for cell in done.cells if cell.cell_type == "markdown")
    assert "> **Exercise 1**\n>\n> Why?" in text
    assert re.search(r"<details>\n<summary>Solution to [^<]*</summary>\n\nBecause\.", text)
    assert [c.source for c in done.cells if c.cell_type == "code"][1:] == ["figure()"] * 2
    assert 'alt="It &quot;rises&quot; &lt;steeply&gt;."' in str(done.cells)
