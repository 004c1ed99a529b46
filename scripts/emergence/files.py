"""Files and folders written whole or not at all, and the content hashes of a folder."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from emergence.errors import BookError

Manifest = dict[str, str]


def sha256(path: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def manifest(folder: Path) -> Manifest:
    """Relative path -> SHA-256 of every file in the folder and below; empty if there is none."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path) for path in files}


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file in one step, its folder too where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file in one step, its folder too where it is missing."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, content: Any) -> None:
    """Write JSON in one step, keys sorted, so that the same content gives the same bytes."""
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    write_text(path, text + "\n")


def matches(folder: Path, record: Path) -> bool:
    """Whether the folder holds exactly the files, byte for byte, that the manifest file lists."""
    try:
        return json.loads(record.read_text(encoding="utf-8")) == manifest(folder)
    except (FileNotFoundError, ValueError):
        return False


def require(folder: Path, record: Path) -> None:
    """Make sure that the folder holds what its manifest says.

    Raises BookError otherwise, and drops the manifest, so that the next build makes both anew.
    """
    if not matches(folder, record):
        record.unlink(missing_ok=True)
        raise BookError(f"{folder}: found other files than were written there; build again")


@contextmanager
def fresh_folder(folder: Path) -> Iterator[Path]:
    """An empty folder to fill, which takes the place of `folder` when the block ends well."""
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        yield temporary
        if folder.exists():
            shutil.rmtree(folder)
        os.replace(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def copy(source: Path, target: Path) -> None:
    """Copy a file's content, and make the folder it goes to."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
