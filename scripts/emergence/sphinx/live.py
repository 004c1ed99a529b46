"""A page that runs: its notebook, offered for download, and the ways to run it without installing.

`emergence_repository`: address of the book's repository, `emergence_branch` and `emergence_folder`
where they differ from what is usual, `emergence_revision`: the commit or branch that notebooks
fetch (see `emergence.repository`). Unset, there are no buttons, and a notebook needs the package.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.locale import get_translation
from sphinx.util.osutil import relative_uri

from emergence.embedded import picture_html
from emergence.files import write_text
from emergence.repository import FOLDER, Repository, branch_path, repository
from emergence.sphinx.companions import PARAMETERS, notebook, set_up
from emergence.sphinx.figures import CATALOGUE
from emergence.sphinx.markdown import markdown
from emergence.sphinx.parts import Page, cited, parts, work_html

NEWEST = "HEAD"

_ = get_translation(CATALOGUE)


def notebook_uri(docname: str) -> str:
    """Address of a page's notebook, from the root of the language's pages."""
    return f"{FOLDER}/{docname}.ipynb"


def tools(found: Repository | None, lang: str, docname: str, href: str) -> list[dict[str, Any]]:
    """What leads from a page to its notebook: the file, and where it can be run, if anywhere."""
    offered = [{"kind": "notebook", "name": _("Notebook (.ipynb)"), "href": href, "download": True}]
    path = branch_path(lang, docname)
    if found and (address := found.binder(path)):
        offered.append({"kind": "binder", "name": _("Run in Binder"), "href": address})
    if found and (address := found.colab(path)):
        offered.append({"kind": "colab", "name": _("Run in Colab"), "href": address})
    return offered


def settings_of(config: Any) -> tuple[Repository | None, str]:
    """The book's repository, and the revision that notebooks fetch."""
    given = {
        "url": config.emergence_repository,
        "branch": config.emergence_branch,
        "path_to_book": config.emergence_folder,
    }
    found = repository({"repository": given})
    return found, config.emergence_revision or (found.branch if found else NEWEST)


def offer(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Write the notebook of a page, and put what leads to it above the page."""
    source = Path(app.env.doc2path(pagename)) if doctree is not None else None
    if doctree is None or source is None or source.suffix != ".ipynb":
        return
    executed = nbformat.read(source, as_version=4)
    if not computes(executed):
        return
    done = companion(app, pagename, doctree, executed)
    uri = notebook_uri(pagename)
    write_text(Path(app.outdir, uri), nbformat.writes(done) + "\n")
    href = relative_uri(app.builder.get_target_uri(pagename), uri)
    found, _revision = settings_of(app.config)
    offered = tools(found, app.config.language, pagename, href)
    context["em_tools"] = [*context.get("em_tools", ()), *offered]


def computes(executed: nbformat.NotebookNode) -> bool:
    """Whether a page has code beside its parameters, so that there is something to run."""
    code = (cell for cell in executed.cells if cell.cell_type == "code")
    return any(PARAMETERS not in cell.metadata.get("tags", ()) for cell in code)


def companion(
    app: Sphinx, docname: str, doctree: nodes.document, executed: nbformat.NotebookNode
) -> nbformat.NotebookNode:
    """The notebook of a page, made of its resolved text and of the executed notebook."""
    root = app.config.html_baseurl.rstrip("/")
    site = f"{root}/{app.config.language}/" if root else ""
    page = Page(app.builder, app.builder.get_target_uri(docname), site)
    found, revision = settings_of(app.config)
    first = set_up(found, revision, _("Code and data of the book: run this cell first"))
    pieces = [
        part if isinstance(part, int) else markdown(part)
        for part in parts(doctree, code_lines(executed), page)
    ]
    pieces[0] = _with_note(str(pieces[0]), f"{site}{page.target}" if site else "")
    works = cited(doctree)
    if works and next(doctree.findall(nodes.citation), None) is None:
        pieces.append(_references(works))

    def picture(name: str, words: str) -> str | None:
        drawn = app.env.emergence_pictures.get(name)
        if not drawn:
            return None
        return picture_html(Path(app.outdir, drawn["light"].uri).read_text("utf-8"), words)

    return notebook(pieces, executed["cells"], first, picture)


def code_lines(executed: nbformat.NotebookNode) -> dict[int, int]:
    """Where each code cell of a notebook starts in its chapter, by its index."""
    cells = executed["cells"]
    lines = executed["metadata"].get("source_map", range(len(cells)))
    return {i: lines[i] for i, cell in enumerate(cells) if cell["cell_type"] == "code"}


def _with_note(text: str, address: str) -> str:
    """The first text with a word on what a reader has here, below its heading."""
    note = _(
        "This notebook is a page of the book. Run its first cell first: it fetches code and data. "
        "The numbers in the text are those of the book; charts and tables follow the parameters."
    )
    if address:
        note += f" <{address}>"
    title, _line, rest = text.partition("\n")
    return f"{title}\n\n> {note}\n{rest}".rstrip()


def _references(works: list[str]) -> str:
    """The list of the works that a page cites."""
    heading = _("Works cited here")
    entries = [f"- {markdown(work_html(work))}" for work in works]
    return "\n".join([f"## {heading}", "", *entries])


def setup(app: Sphinx) -> None:
    """Register the settings and the notebooks, before the theme sees what is above a page."""
    for name in ("repository", "branch", "folder", "revision"):
        app.add_config_value(f"emergence_{name}", "", "html", str)
    app.connect("html-page-context", offer, priority=400)
