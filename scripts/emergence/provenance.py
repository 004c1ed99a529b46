"""What this build is made of: its parameters, package versions, tables and chapters.

Pure look-ups for the page that shows them, and for the build's own record of itself.
"""

from __future__ import annotations

import argparse
import csv
import json
import platform
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from emergence import paths
from emergence.files import sha256, write_json


def tables(data: Path = paths.DATA) -> list[Path]:
    """The files that hold or describe the book's data, in alphabetical order."""
    return sorted([*data.glob("*.csv"), *data.glob("*.json")])


def own_models(root: Path = paths.OWN) -> list[Path]:
    """The folders of readers' own models, in alphabetical order."""
    found = root.iterdir() if root.is_dir() else ()
    needed = ("card.json", "models.csv", "scores.csv")
    return sorted(
        p for p in found if p.name[0] != "." and all((p / name).is_file() for name in needed)
    )


def own_tables(task: str | None = None, root: Path = paths.OWN) -> list[Path]:
    """The tables of readers' own models; those with a score of one task, where it is given."""
    kept = [folder for folder in own_models(root) if task is None or task in _scored(folder)]
    return [table for folder in kept for table in sorted(folder.glob("*.csv"))]


def _scored(folder: Path) -> set[str]:
    with (folder / "scores.csv").open(encoding="utf-8", newline="") as lines:
        return {row.get("task", "") for row in csv.DictReader(lines)}


def results(package: Path = paths.RESULTS_PACKAGE, folder: Path = paths.RESULTS) -> list[Path]:
    """The files that hold or describe what the build computes, where it writes them.

    None in a book that describes no results.
    """
    if not package.exists():
        return []
    resources = json.loads(package.read_text(encoding="utf-8"))["resources"]
    return [folder / package.name, *(folder / resource["path"] for resource in resources)]


def chapters(folder: Path = paths.CHAPTERS) -> list[Path]:
    """The chapters' source files, in alphabetical order."""
    return sorted(folder.glob("*.md"))


def package_versions(requirements: Path = paths.DIRECT_REQUIREMENTS) -> dict[str, str]:
    """Package -> installed version, for each package that the book asks for by name.

    Raises importlib.metadata.PackageNotFoundError when one of them is not installed.
    """
    lines = (line.split("#")[0].strip() for line in requirements.read_text("utf-8").splitlines())
    names = sorted({Requirement(line).name for line in lines if line and line[0] != "-"})
    return {name: version(name) for name in names}


def record(values: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Everything that identifies a build, ready for JSON; `values` are its parameters.

    Readers' own models, where there are any, are told by their folders.
    """
    own = {
        folder.name: {table.name: sha256(table) for table in sorted(folder.glob("*.csv"))}
        for folder in own_models()
    }
    return ({"own_models": own} if own else {}) | {
        "parameters": {chapter: dict(given) for chapter, given in values.items()},
        "python": platform.python_version(),
        "packages": package_versions(),
        "tables": {path.name: sha256(path) for path in tables()},
        "chapters": {path.name: sha256(path) for path in chapters()},
    }


def main(arguments: list[str] | None = None) -> int:
    """Write the record of a build, as the build does."""
    parser = argparse.ArgumentParser(prog="python -m emergence.provenance", description=__doc__)
    parser.add_argument("--book-parameters", type=json.loads, required=True, metavar="JSON")
    values = parser.parse_args(arguments).book_parameters
    write_json(paths.PROVENANCE, record(values))
    return 0


if __name__ == "__main__":
    sys.exit(main())
