"""The branch of notebooks: those of the built site, and what Binder needs to run them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from emergence import paths
from emergence.errors import BookError
from emergence.files import copy, fresh_folder, write_text
from emergence.i18n import LANGUAGES
from emergence.repository import BRANCH, FOLDER, branch_path, repository

# What Binder's own tool, repo2docker, reads beside `requirements.txt`: as in the workflow.
RUNTIME = "python-3.11\n"
README = """Notebooks of the book, made by its build: do not edit them here.

Each one fetches the book's code and data in its first cell. This branch is written anew with every
build, and `requirements.txt` and `runtime.txt` are for Binder.
"""


def fill(site: Path, langs: Sequence[str], requirements: Path, out: Path) -> None:
    """Fill the folder `out` with the notebooks of the built site and the files beside them."""
    with fresh_folder(out) as folder:
        for lang in langs:
            notebooks = site / lang / FOLDER
            for path in sorted(notebooks.rglob("*.ipynb")):
                page = path.relative_to(notebooks).with_suffix("").as_posix()
                copy(path, folder / branch_path(lang, page))
        copy(requirements, folder / "requirements.txt")
        write_text(folder / "runtime.txt", RUNTIME)
        write_text(folder / "README.md", README)


def main(arguments: list[str] | None = None) -> int:
    """Fill a folder with what goes to the branch of notebooks, and print the branch's name.

    Nothing is written, and nothing printed, where `_config.yml` names no repository.
    """
    parser = argparse.ArgumentParser(prog="python -m emergence.branch", description=main.__doc__)
    parser.add_argument("out", type=Path, help="folder to fill")
    out = parser.parse_args(arguments).out
    try:
        if repository(yaml.safe_load(paths.CONFIG.read_text(encoding="utf-8"))) is None:
            return 0
        fill(paths.SITE, LANGUAGES, paths.LIVE_REQUIREMENTS.with_suffix(".txt"), out)
    except BookError as error:
        print(error, file=sys.stderr)
        return 1
    print(BRANCH)
    return 0


if __name__ == "__main__":
    sys.exit(main())
