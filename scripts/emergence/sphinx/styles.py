"""One style sheet out of many, without the rules that no page can need.

A rule stays unless it asks for a class or an id that is in no page and in no script. The order of
rules stays as it was, and so do comments that tell a licence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from os.path import relpath
from pathlib import Path
from typing import Any

import tinycss2
from tinycss2 import ast

from emergence.errors import BookError

Nodes = list[Any]

_CLASSES = re.compile(r"""\s(?:class|id)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_WORD = re.compile(r"[\w-]+")
_CUT = re.compile(r"([\w-]*-)(?=[`\"'$])")
_PROPERTY = re.compile(r"--[\w-]+")
_NESTING = {"media", "supports", "layer", "container", "scope"}
_LICENCE = re.compile(r"^!|licen[sc]e|copyright", re.IGNORECASE)


class StyleError(BookError):
    """A style sheet that cannot be read; the message names the file and the line."""


@dataclass(frozen=True)
class Words:
    """What rules may ask for: whole words, and the first parts of words that scripts put together.

    properties: custom properties that pages and scripts name.
    """

    whole: frozenset[str]
    begun: tuple[str, ...] = ()
    properties: frozenset[str] = frozenset()

    def know(self, name: str) -> bool:
        """Whether a class or an id of this name can occur."""
        return name in self.whole or name.startswith(self.begun)


def words_of(pages: Iterable[str], scripts: Iterable[str]) -> Words:
    """The words of pages' classes and ids, and every word of the scripts."""
    whole: set[str] = set()
    begun: set[str] = set()
    properties: set[str] = set()
    for page in pages:
        for groups in _CLASSES.findall(page):
            whole.update("".join(groups).split())
        properties.update(_PROPERTY.findall(page))
    for script in scripts:
        whole.update(_WORD.findall(script))
        begun.update(start for start in _CUT.findall(script) if len(start) > 2)
        properties.update(_PROPERTY.findall(script))
    return Words(frozenset(whole), tuple(sorted(begun)), frozenset(properties))


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
            return _plain(part.value)
    return ""


def _plain(values: Nodes) -> str:
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
    """The rules, with fonts only in those formats that are there."""
    for rule, _ in fonts(rules):
        content: Nodes = []
        for part in tinycss2.parse_blocks_contents(rule.content, skip_whitespace=True):
            if part.type == "declaration" and part.lower_name == "src":
                sources = [
                    source
                    for source in _at_commas(part.value)
                    if all(map(exists, addresses(source)))
                ]
                part.value = _joined(sources)
            content += [part, ast.LiteralToken(0, 0, ";")]
        rule.content = content
    return rules


def _at_commas(nodes: Iterable[Any]) -> list[Nodes]:
    parts: list[Nodes] = [[]]
    for node in nodes:
        if node == ",":
            parts.append([])
        else:
            parts[-1].append(node)
    return parts


def _joined(parts: Iterable[Nodes]) -> Nodes:
    joined: Nodes = []
    for part in parts:
        joined += [*([ast.LiteralToken(0, 0, ",")] if joined else []), *part]
    return joined


def pruned(rules: Nodes, words: Words) -> Nodes:
    """The rules that can meet something; custom properties and fonts that something asks for."""
    kept = list(_met(rules, words))
    asked = -1
    while True:
        named = words.properties | _asked_properties(kept)
        if len(named) == asked:
            break
        asked = len(named)
        kept = list(_without_properties(kept, named))
    others = " ".join(
        _names(rule) for rule in kept if getattr(rule, "lower_at_keyword", "") != "font-face"
    )
    idle = {id(rule) for rule, family in fonts(kept) if family not in others}
    return [rule for rule in kept if id(rule) not in idle]


def _names(rule: Any) -> str:
    return _plain([part for part in every(rule) if part.type in ("string", "ident")])


def _met(rules: Nodes, words: Words) -> Iterator[Any]:
    for rule in rules:
        if rule.type == "qualified-rule":
            alternatives = [part for part in _at_commas(rule.prelude) if _can_meet(part, words)]
            if alternatives:
                rule.prelude = _joined(alternatives)
                yield rule
        elif rule.type == "at-rule" and rule.lower_at_keyword in _NESTING and rule.content:
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            rule.content = list(_met(inner, words))
            if rule.content:
                yield rule
        else:
            yield rule


def _can_meet(selector: Nodes, words: Words) -> bool:
    """Whether every class and id that the selector asks for is known.

    What is inside of functions and brackets, as `:not(.a)`, is no such demand.
    """
    before = None
    for part in selector:
        if part.type == "ident" and before == "." and not words.know(part.value):
            return False
        if part.type == "hash" and not words.know(part.value):
            return False
        before = part
    return True


def _asked_properties(rules: Nodes) -> frozenset[str]:
    """Custom properties that a value asks for by `var(--name)`, or that are registered."""
    names: set[str] = set()
    for rule in rules:
        for part in every(rule):
            if part.type == "function" and part.lower_name == "var":
                names.update(p.value for p in part.arguments if p.type == "ident")
            elif part.type == "at-rule" and part.lower_at_keyword == "property":
                names.update(p.value for p in part.prelude if p.type == "ident")
    return frozenset(names)


def _without_properties(rules: Nodes, named: Collection[str]) -> Iterator[Any]:
    for rule in rules:
        if rule.type == "at-rule" and rule.lower_at_keyword in _NESTING and rule.content:
            rule.content = list(_without_properties(rule.content, named))
        elif rule.type == "qualified-rule" and any(
            part.type == "ident" and part.value.startswith("--") and part.value not in named
            for part in rule.content
        ):
            parts = tinycss2.parse_blocks_contents(rule.content, skip_whitespace=True)
            idle = [
                part.type == "declaration"
                and part.name.startswith("--")
                and part.name not in named
                for part in parts
            ]
            content: Nodes = []
            for part, drop in zip(parts, idle, strict=True):
                if not drop:
                    mark = [ast.LiteralToken(0, 0, ";")] if part.type == "declaration" else []
                    content += [part, *mark]
            rule.content = content
            if not content:
                continue
        yield rule


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
