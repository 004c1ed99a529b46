"""Style sheets as lists of rules: read with what they import, and written in the least bytes.

Comments stay where they tell a licence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from os.path import relpath
from pathlib import Path
from typing import Any

import tinycss2
from tinycss2 import ast

from emergence.errors import BookError

Nodes = list[Any]

_LICENCE = re.compile(r"^!|licen[sc]e|copyright", re.IGNORECASE)


class StyleError(BookError):
    """A style sheet that cannot be read; the message names the file and the line."""


def read(path: Path, root: Path, seen: tuple[Path, ...] = ()) -> Nodes:
    """The rules of a style sheet and of those it imports, with addresses as seen from `root`.

    Raises StyleError for what cannot be read, and for an import that is not a plain file.
    """
    if path in seen or not path.is_file():
        raise StyleError(f"{path.name}: found no such style sheet, or one that imports itself")
    rules: Nodes = []
    for node in tinycss2.parse_stylesheet(path.read_text(encoding="utf-8"), skip_whitespace=True):
        match node:
            case ast.ParseError():
                raise StyleError(f"{path.name}:{node.source_line}: {node.message}")
            case ast.Comment() if not _LICENCE.search(node.value):
                pass
            case ast.AtRule(lower_at_keyword="charset"):
                pass
            case ast.AtRule(lower_at_keyword="import"):
                rules += read(_imported(node, path), root, (*seen, path))
            case _:
                rules.append(_moved(node, path.parent, root))
    return rules


def _imported(rule: ast.AtRule, path: Path) -> Path:
    parts = [part for part in rule.prelude if part.type != "whitespace"]
    address = _address(parts[0]) if len(parts) == 1 else None
    if address is None or not _is_local(address):
        raise StyleError(f"{path.name}:{rule.source_line}: an import of more than a file")
    return (path.parent / address.partition("?")[0]).resolve()


def _address(node: ast.Node) -> str | None:
    if node.type in ("url", "string"):
        return node.value
    if node.type == "function" and node.lower_name == "url":
        return next((part.value for part in node.arguments if part.type == "string"), None)
    return None


def _is_local(address: str) -> bool:
    return not re.match(r"[a-z][a-z0-9+.-]*:|//|#", address, re.IGNORECASE)


def _moved(node: Any, folder: Path, root: Path) -> Any:
    """The rule with every address of a file rewritten; the tree is this module's own."""

    def place(address: str) -> str:
        if not _is_local(address):
            return address
        file, mark, rest = address.partition("?") if "?" in address else address.partition("#")
        return _from(root, folder / file) + mark + rest

    for part in every(node):
        if part.type == "url":
            part.value = place(part.value)
            part.representation = f'url("{part.value}")'
        elif part.type == "function" and part.lower_name == "url":
            for inner in part.arguments:
                if inner.type == "string":
                    inner.value = place(inner.value)
                    inner.representation = f'"{inner.value}"'
    return node


def every(node: Any) -> Iterator[Any]:
    """A node of a style sheet and all below it."""
    yield node
    for name in ("prelude", "content", "arguments", "value"):
        parts = getattr(node, name, None)
        for part in parts if isinstance(parts, list) else ():
            yield from every(part)


def fonts(rules: Nodes) -> Iterator[tuple[ast.AtRule, str]]:
    """Every `@font-face` with the family it makes known."""
    for rule in rules:
        if rule.type == "at-rule" and rule.lower_at_keyword == "font-face":
            yield rule, _family(rule)


def _family(rule: ast.AtRule) -> str:
    for part in tinycss2.parse_blocks_contents(rule.content, skip_whitespace=True):
        if part.type == "declaration" and part.lower_name == "font-family":
            return plain(part.value)
    return ""


def plain(values: Nodes) -> str:
    """A family's name as it is, whether it was written as a string or as words."""
    return " ".join(part.value for part in values if part.type in ("string", "ident"))


def addresses(rules: Nodes) -> set[str]:
    """Files that the rules load, without what comes after `?` and `#`."""
    found = (_address(part) for rule in rules for part in every(rule) if part.type != "string")
    return {re.split(r"[?#]", address)[0] for address in found if address and _is_local(address)}


def files(path: Path, root: Path) -> set[str]:
    """Files that a style sheet loads or imports, as seen from `root`."""
    rules = tinycss2.parse_stylesheet(path.read_text(encoding="utf-8"))
    imported = {
        part.value
        for rule in rules
        if rule.type == "at-rule" and rule.lower_at_keyword == "import"
        for part in rule.prelude
        if part.type == "string"
    }
    found = {re.split(r"[?#]", address)[0] for address in imported} | addresses(rules)
    return {_from(root, path.parent / address) for address in found}


def _from(root: Path, path: Path) -> str:
    return relpath(path.resolve(), root.resolve()).replace("\\", "/")


def without_missing(rules: Nodes, exists: Callable[[str], bool]) -> Nodes:
    """The rules, with fonts only in those formats that are there.

    Raises StyleError for a font that is there in none.
    """
    for rule, family in fonts(rules):
        parts = tinycss2.parse_blocks_contents(rule.content, skip_whitespace=True)
        for part in parts:
            if part.type == "declaration" and part.lower_name == "src":
                sources = at_commas(part.value)
                there = [source for source in sources if all(map(exists, addresses(source)))]
                if not there:
                    raise StyleError(f"{family}: found no file of this font")
                part.value = joined(there)
        rule.content = block(parts)
    return rules


def block(parts: Nodes) -> Nodes:
    """What stands between the brackets of a rule that holds these declarations and rules."""
    return tinycss2.parse_component_value_list(tinycss2.serialize(parts))


def at_commas(nodes: Iterable[Any]) -> list[Nodes]:
    """The parts between commas."""
    parts: list[Nodes] = [[]]
    for node in nodes:
        if node == ",":
            parts.append([])
        else:
            parts[-1].append(node)
    return parts


def joined(parts: Iterable[Nodes]) -> Nodes:
    """The parts with commas between them."""
    found: Nodes = []
    for part in parts:
        found += [*([ast.LiteralToken(0, 0, ",")] if found else []), *part]
    return found


def written(rules: Nodes) -> str:
    """The rules as text, without comments inside and without needless spaces."""
    lines = []
    for rule in rules:
        text = tinycss2.serialize([rule])
        lines.append(text if rule.type == "comment" else _tight(text))
    return "\n".join(lines) + "\n"


# An empty custom property is a space, which has to stay.
_PIECE = re.compile(
    r"""(?P<kept>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|url\((?:[^"')\\]|\\.)*\))"""
    r"|(?P<comment>/\*.*?\*/)|(?<!:)[\s;]*(?P<end>\})\s*|(?<!:)\s*(?P<mark>[{;])\s*|\s+",
    re.DOTALL,
)


def _tight(text: str) -> str:
    def shorter(match: re.Match[str]) -> str:
        if match["comment"]:
            return "/**/"
        return match["kept"] or match["end"] or match["mark"] or " "

    return _PIECE.sub(shorter, text).strip()
