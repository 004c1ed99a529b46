"""Texts in code that a reader sees and that no catalogue knows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from emergence import paths
from emergence.paths import shown
from emergence.translations.words import KEYWORDS, cells

# Arguments and keys whose value is read by people, whatever it looks like.
SEEN = frozenset({"title", "subtitle", "caption", "alt", "y_title", "x_title", "placeholder"})
_SENTENCE = re.compile(r"[^\W\d_]{2,} +[^\W\d_]{2,}")
_WORD = re.compile(r"[^\W\d_]{2,}")
# Names that are the same in every language, and what is no text.
_NAMES = frozenset({"BIG-Bench Hard"})
_NO_TEXT = re.compile(r"<[a-z]+ |sans-serif")
_NOT_SEEN = ("Error", "Warning")  # calls whose texts are for the terminal
_CODE_CALLS = frozenset({"query", "eval", "compile", "getLogger"})

Fault = tuple[int, str]


def _name(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def unmarked(code: str) -> list[Fault]:
    """Return line and text of each literal that a reader would see untranslated.

    That is any text of two words or more, and any word given as a title, caption or alternative
    text, unless it is marked, a docstring, or part of an error.
    """
    tree = ast.parse(code)
    skipped = {id(node) for node in _skipped(tree)}
    found = []
    for node in ast.walk(tree):
        for part in _literals(node, skipped):
            found.append((part.lineno, str(part.value)))
    return sorted(set(found))


def _skipped(tree: ast.AST) -> Iterator[ast.AST]:
    """Literals that are marked, or that no reader sees."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            for statement in body:
                if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                    yield statement.value
        if isinstance(node, ast.Call):
            name = _name(node)
            if name in KEYWORDS or name in _CODE_CALLS or name.endswith(_NOT_SEEN):
                yield from ast.walk(node)
        if isinstance(node, ast.Raise | ast.Assert):
            yield from ast.walk(node)


def _literals(node: ast.AST, skipped: set[int]) -> Iterator[ast.Constant]:
    if _is_text(node) and id(node) not in skipped and _SENTENCE.search(node.value):
        yield node
    if isinstance(node, ast.keyword) and node.arg in SEEN:
        yield from (part for part in _shown(node.value) if id(part) not in skipped)
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if _is_text(key) and key.value in SEEN:
                yield from (part for part in _shown(value) if id(part) not in skipped)


def _shown(value: ast.AST) -> Iterator[ast.Constant]:
    """Words among the literals that a value is made of."""
    parts = value.values if isinstance(value, ast.JoinedStr) else [value]
    parts = value.elts if isinstance(value, ast.List | ast.Tuple) else parts
    yield from (part for part in parts if _is_text(part) and _WORD.search(part.value))


def _is_text(node: ast.AST | None) -> bool:
    text = node.value if isinstance(node, ast.Constant) else None
    return isinstance(text, str) and text not in _NAMES and not _NO_TEXT.search(text)


def bypassed(charts: Path = paths.CHARTS, chapters: Path = paths.CHAPTERS) -> list[str]:
    """Return the texts in charts and chapters' code that bypass the catalogue, one line each."""
    told = []
    for path in sorted(charts.rglob("*.py")):
        for line, text in unmarked(path.read_text(encoding="utf-8")):
            told.append(_told(path, line, text))
    for path in sorted(chapters.glob("*.md")):
        for first, code in cells(path):
            for line, text in unmarked(code):
                told.append(_told(path, first + line - 1, text))
    return told


def _told(path: Path, line: int, text: str) -> str:
    return f"{shown(path)}:{line}: not marked for translation, write _(…): {text!r}"
