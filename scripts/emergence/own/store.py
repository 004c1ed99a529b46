"""The folders of `data/results`: one for each model, written whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from emergence import paths
from emergence.errors import DataError
from emergence.own.card import Card, kept
from emergence.own.reading import RefusedError
from emergence.own.tables import Row, Rows
from emergence.schemas import TableDescription, faults, read_descriptions, read_text
from emergence.tables import typed

MODELS, SCORES, SAMPLES, ANSWERS = "own_models", "own_scores", "own_samples", "own_answers"
TABLES = (MODELS, SCORES, SAMPLES, ANSWERS)
CARD = "card.json"
_NEW, _OLD = ".emergence-new", ".emergence-old"


def described() -> dict[str, TableDescription]:
    """Return how the tables of a model are described."""
    return read_descriptions(paths.OWN_PACKAGE)


def is_model(folder: Path) -> bool:
    """Whether the folder is one that this package wrote, and not something of the reader's."""
    return (folder / CARD).is_file() and (folder / "models.csv").is_file()


def folders(root: Path) -> list[Path]:
    """Return the folders of all models, in alphabetical order."""
    if not root.is_dir():
        return []
    return sorted(p for p in root.iterdir() if p.name[0] != "." and is_model(p))


def read_folder(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables of a model. Raises DataError, one line a fault, where one is not as it is
    described."""
    tables = {}
    for name, description in described().items():
        found = faults(description, folder)
        if found:
            raise DataError("\n".join(_placed(line, folder) for line in found))
        tables[name] = typed(description, folder)
    if len(tables[MODELS]) != 1 or tables[MODELS]["model"][0] != f"own/{folder.name}":
        raise DataError(f"{paths.shown(folder)}/models.csv: is not the row of own/{folder.name}")
    for name in (SCORES, SAMPLES, ANSWERS):
        if not tables[name]["model"].eq(f"own/{folder.name}").all():
            file = described()[name].path
            raise DataError(f"{paths.shown(folder)}/{file}: has rows of another model")
    return tables


def _placed(line: str, folder: Path) -> str:
    return f"{paths.shown(folder)}/{line.removeprefix('data/')}"


def stored(folder: Path) -> tuple[Card, dict[str, Rows]]:
    """Return card and rows of a model; none where there is no such model yet.

    Raises DataError where its folder is broken, or is something of the reader's.
    """
    if not folder.exists() and not folder.is_symlink():
        return Card(), {name: [] for name in TABLES}
    if folder.is_symlink() or not is_model(folder):
        raise DataError(f"{paths.shown(folder)}: is in the way, and no model of ours; rename it")
    try:
        card = kept(folder / CARD)
    except RefusedError as error:
        raise DataError(f"{paths.shown(folder)}/{CARD}: {error}; remove the folder") from None
    read_folder(folder)
    return card, {name: _rows(description, folder) for name, description in described().items()}


def _rows(description: TableDescription, folder: Path) -> Rows:
    # Numbers are read to the last digit, so that what is written again is the same.
    kinds = {"number": float, "integer": int, "boolean": "True".__eq__}
    convert = {c.name: kinds.get(c.type, str) for c in description.columns if c.name != "model"}
    rows = read_text(description, folder).to_dict("records")
    return [{c: None if pd.isna(r[c]) else f(r[c]) for c, f in convert.items()} for r in rows]


def write(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Put the files of a model in place of its folder; whether that changed anything.

    Raises DataError where a table is not as it is described; nothing is then changed.
    """
    if folder.is_dir() and _same(folder, files):
        return False
    new, old = _aside(folder)
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        for name, content in files.items():
            (new / name).write_bytes(content)
        found = [line for d in described().values() for line in faults(d, new)]
        if found:
            raise DataError("\n".join(_placed(line, folder) for line in found))
        if folder.exists():
            os.replace(folder, old)
        os.replace(new, folder)
    finally:
        recover(folder.parent)
    return True


def _same(folder: Path, files: Mapping[str, bytes]) -> bool:
    there = {path.name for path in folder.iterdir()}
    return there == files.keys() and all(
        (folder / name).read_bytes() == content for name, content in files.items()
    )


def _aside(folder: Path) -> tuple[Path, Path]:
    return folder.with_name(f".{folder.name}{_NEW}"), folder.with_name(f".{folder.name}{_OLD}")


def recover(root: Path) -> None:
    """Undo what was cut off: a model is as it was before, or as it should have become."""
    for old in sorted(root.glob(f".*{_OLD}")) if root.is_dir() else []:
        folder = root / old.name[1 : -len(_OLD)]
        if not folder.exists():
            os.replace(old, folder)
        shutil.rmtree(old, ignore_errors=True)
    for new in sorted(root.glob(f".*{_NEW}")) if root.is_dir() else []:
        shutil.rmtree(new, ignore_errors=True)


def remove(root: Path, wanted: str) -> Row:
    """Delete the one model that has this name or identifier, and return its row.

    Raises DataError where there is none, or several.
    """
    found = []
    for folder in folders(root):
        row = _first(folder)
        names = {row[column] for column in ("model", "name", "lm_eval_name")} | {folder.name}
        if wanted in names:
            found.append((folder, row))
    if not found:
        every = ", ".join(f"{_first(f)['name']} ({f.name})" for f in folders(root)) or "none"
        raise DataError(f"{wanted!r:.100}: no such model; there are {every}")
    if len(found) > 1:
        which = ", ".join(folder.name for folder, _ in found)
        raise DataError(f"{wanted!r:.100}: several models have that name; take one of {which}")
    folder, row = found[0]
    _, old = _aside(folder)
    shutil.rmtree(old, ignore_errors=True)
    os.replace(folder, old)
    shutil.rmtree(old)
    return row


def _first(folder: Path) -> Row:
    """The model's row, also of a folder that is broken otherwise."""
    try:
        row = read_folder(folder)[MODELS].iloc[0].to_dict()
    except DataError:
        row = {"model": f"own/{folder.name}", "name": folder.name, "lm_eval_name": folder.name}
    return row
