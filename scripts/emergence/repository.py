"""Where the book's repository lies, and the addresses that run its notebooks there.

The setting is `repository` in `_config.yml`: `url`, and where they differ from what is usual
`branch` (main) and `path_to_book`, the folder of the book in the repository. Without `url` there
is no address to give, and no button.

Binder and Colab open notebooks out of a repository, and the book's are made by the build. They are
therefore pushed to a branch of their own, `BRANCH`, as `<language>/<page>.ipynb`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from emergence.errors import BookError

BRANCH = "notebooks"
"""The branch that the built notebooks are pushed to."""
FOLDER = "notebooks"
"""Folder of the built notebooks among the pages of a language."""

_ADDRESS = re.compile(r"(?:https?|ssh|git|file)://\S+")
_GITHUB = re.compile(r"https://github\.com/([A-Za-z0-9][A-Za-z0-9-]*)/([\w.-]+?)(?:\.git)?/?")
_GITLAB = re.compile(r"https://gitlab\.com/((?:[\w.-]+/)+[\w.-]+?)(?:\.git)?/?")
_REF = re.compile(r"(?!-)(?!.*\.\.)[\w./-]+")


class RepositoryError(BookError):
    """The setting `repository` cannot be what it is meant to be."""


@dataclass(frozen=True)
class Repository:
    """An address that git can clone, the branch, and the folder of the book in it."""

    url: str
    branch: str = "main"
    folder: str = ""

    def colab(self, path: str) -> str | None:
        """Address of a notebook in Colab, which opens those on GitHub; None for other places.

        path: the notebook as it lies in the branch of notebooks.
        """
        found = _GITHUB.fullmatch(self.url)
        if not found:
            return None
        owner, name = found.groups()
        start = "https://colab.research.google.com/github"
        return f"{start}/{owner}/{name}/blob/{BRANCH}/{quote(path)}"

    def binder(self, path: str) -> str | None:
        """Address of a notebook on mybinder.org, which knows GitHub and GitLab; None otherwise."""
        if found := _GITHUB.fullmatch(self.url):
            place = "gh/{}/{}".format(*found.groups())
        elif found := _GITLAB.fullmatch(self.url):
            place = f"gl/{quote(found[1], safe='')}"
        else:
            return None
        return f"https://mybinder.org/v2/{place}/{BRANCH}?urlpath=lab/tree/{quote(path)}"


def branch_path(lang: str, page: str) -> str:
    """Where a page's notebook lies in the branch of notebooks."""
    return f"{lang}/{page}.ipynb"


def repository(config: Mapping[str, Any]) -> Repository | None:
    """What the settings of the book say of its repository; None where they say nothing.

    Raises RepositoryError, in one line, for what no reader's git could use.
    """
    given = config.get("repository") or {}
    url = (given.get("url") or "").strip()
    if not url:
        return None
    if not _ADDRESS.fullmatch(url):
        raise RepositoryError(f"repository: url: found {url!r}, expected https://… or file://…")
    if urlsplit(url).hostname in ("github.com", "www.github.com") and not _GITHUB.fullmatch(url):
        raise RepositoryError(
            f"repository: url: found {url!r}, expected https://github.com/OWNER/NAME"
        )
    branch, folder = given.get("branch") or "main", (given.get("path_to_book") or "").strip("/")
    for name, value in (("branch", branch), ("path_to_book", folder or ".")):
        if not _REF.fullmatch(value):
            raise RepositoryError(f"repository: {name}: found {value!r}, expected letters, / and -")
    return Repository(url, branch, folder)
