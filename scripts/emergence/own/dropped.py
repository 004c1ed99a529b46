"""What readers have dropped into the folder of models: whether it is new, and what they removed.

Results that lie there are the reader's and are never deleted. A model that was removed is noted, so
that its results are not taken in again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

from emergence import paths
from emergence.files import write_text
from emergence.own import store
from emergence.own.reading import below

_REMOVED, _SEEN = ".removed", ".seen"


def dropped(root: Path) -> list[Path]:
    """Return the files and folders that are no models, without notes and hidden ones."""
    found = sorted(root.iterdir()) if root.is_dir() else []
    return [p for p in found if p.name[0] != "." and p.suffix != ".md" and not store.is_model(p)]


def removed(root: Path) -> frozenset[str]:
    """Return the folders of the models that were removed while results lay there."""
    note = root / _REMOVED
    return frozenset(note.read_text(encoding="utf-8").split() if note.is_file() else ())


def note_removed(root: Path, folder: str) -> bool:
    """Note that a model was removed; whether there is anything that could bring it back."""
    if not dropped(root):
        return False
    _note(root, removed(root) | {folder})
    return True


def bring_back(root: Path, folders: Iterable[str]) -> None:
    """Forget that models were removed: they were added again."""
    before = removed(root)
    if after := before.difference(folders):
        _note(root, after)
    elif before:
        (root / _REMOVED).unlink()


def _note(root: Path, folders: Iterable[str]) -> None:
    write_text(root / _REMOVED, "".join(f"{name}\n" for name in sorted(folders)))


def fingerprint(root: Path) -> str:
    """Return what tells whether taking in what was dropped would do anything new."""
    rules = [paths.DATA / name for name in ("lm_eval_tasks.csv", "tasks.csv", "models.csv")]
    code = sorted(Path(__file__).parent.glob("*.py"))
    files = [path for place in dropped(root) for path in below(place)]
    told = [
        [os.fsencode(path).hex(), *((s.st_size, s.st_mtime_ns) if (s := _stat(path)) else ())]
        for path in files
    ]
    kept = [folder.name for folder in store.folders(root)]
    digest = hashlib.sha256(json.dumps([told, kept, sorted(removed(root))]).encode())
    for path in (*rules, *code):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def seen(root: Path) -> str:
    """Return the fingerprint of what was taken in last without a fault; empty for none."""
    note = root / _SEEN
    return note.read_text(encoding="utf-8") if note.is_file() else ""


def note_seen(root: Path) -> None:
    """Note that what lies there now was taken in."""
    write_text(root / _SEEN, fingerprint(root))
