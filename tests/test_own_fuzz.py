"""Mutated files of results and answers: no traceback, no partial state, one line each."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from emergence.own import models, store
from emergence.own.adding import add

from tests import lm_eval_files as files

BATCH = 25
VALUES = (
    None, True, -1, 0, 0.5, 999, 10**400, 1e308, float("nan"), float("inf"), "", "N/A", "nan", "0",
    "main", "x" * 3000, "<script>alert(1)</script>", "\u202eltr\u0000\n", "../../x", [], [[]], {},
    {"a": {}}, ["nan", "False"], [["-1", "True"]],
)  # fmt: skip


def mutated_bytes(text: bytes, draw: random.Random) -> bytes:
    """A few bytes cut out, put in, doubled or changed."""
    for _ in range(draw.randint(1, 4)):
        start = draw.randrange(len(text) + 1)
        end = min(len(text), start + draw.choice([0, 1, 3, 50, 10**6]))
        put = draw.choice(
            [b"", draw.randbytes(draw.randint(1, 8)), text[start:end] * 2, b'"', b"}"]
        )
        text = text[:start] + put + text[end:]
    return text


def mutated_json(found: Any, draw: random.Random) -> Any:
    """A value somewhere inside changed, taken out, renamed or moved."""
    if isinstance(found, dict) and found and draw.random() < 0.85:
        key = draw.choice([*found])
        if draw.random() < 0.08:
            return {k: v for k, v in found.items() if k != key}
        if draw.random() < 0.05:
            return {k if k != key else f"{k}\u202e<b>": v for k, v in found.items()}
        return found | {key: mutated_json(found[key], draw)}
    if isinstance(found, list) and found and draw.random() < 0.85:
        place = draw.randrange(len(found))
        return [*found[:place], mutated_json(found[place], draw), *found[place + 1 :]]
    return draw.choice(VALUES)


def mutated(path: Path, draw: random.Random) -> bytes:
    text = path.read_bytes()
    if draw.random() < 0.3 or text.startswith(b"["):
        return mutated_bytes(text, draw)
    if path.suffix == ".json":
        found = json.loads(text)
        for _ in range(draw.randint(1, 5)):
            found = mutated_json(found, draw)
        return json.dumps(found).encode()
    told = text.decode().splitlines()
    for _ in range(draw.randint(1, 3)):
        place = draw.randrange(len(told))
        told[place] = json.dumps(mutated_json(json.loads(told[place]), draw))
    return "\n".join(told).encode("utf-8", "replace")


GROUPS = sorted({path.parent for path in files.FIXTURES.rglob("*.json*")})


def batch(folder: Path, seed: int, n: int) -> None:
    """Folders of one example each, one of whose files is mutated."""
    draw = random.Random(seed)
    for i in range(n):
        group = draw.choice(GROUPS)
        chosen = draw.choice(sorted(group.iterdir()))
        for path in group.iterdir():
            change: Callable[[Path, random.Random], bytes] = mutated if path == chosen else _same
            target = folder / str(i) / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(change(path, draw))


def _same(path: Path, draw: random.Random) -> bytes:
    return path.read_bytes()


def survive(tmp_path: Path, seeds: range) -> int:
    """Add batches of mutated files; return how many lines were refused or skipped."""
    told = 0
    for seed in seeds:
        given, root = tmp_path / f"given {seed}", tmp_path / f"kept {seed}"
        batch(given, seed, BATCH)
        report = add(given, root=root)
        lines = [*report.refused, *report.skipped, *report.added, *report.unchanged]
        told += len(report.refused) + len(report.skipped)
        assert all(line.isprintable() for line in lines), lines
        # What is written is checked before: a fault of a table would be one of this package.
        assert not [line for line in lines if ".csv:" in line]
        assert {path.name for path in tmp_path.iterdir()} == {given.name, root.name}
        for folder in root.iterdir() if root.exists() else ():
            assert store.is_model(folder) and len(list(folder.iterdir())) == 5
        assert len(models.read(root).models) >= len(report.added)
        again = add(given, root=root)
        assert not again.added
        shutil.rmtree(given)
        shutil.rmtree(root, ignore_errors=True)
    return told


@pytest.mark.parametrize("first", range(0, 20, 5))
def test_500_mutated_files_leave_no_traceback_and_no_partial_state(tmp_path, first):
    assert survive(tmp_path, range(first, first + 5)) > 50


@pytest.mark.long
@pytest.mark.parametrize("first", range(1000, 1400, 40))
def test_10000_mutated_files_leave_no_traceback_and_no_partial_state(tmp_path, first):
    assert survive(tmp_path, range(first, first + 40)) > 500
