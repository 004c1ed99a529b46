"""Style sheets without the rules that no page can need.

A rule stays unless it asks for a class or an id that is in no page and in no script. The order of
rules stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import tinycss2

from emergence.sphinx import styles

_CLASSES = re.compile(r"""\s(?:class|id)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_WORD = re.compile(r"[\w-]+")
_CUT = re.compile(r"([\w-]*-)(?=[`\"'$])")
_PROPERTY = re.compile(r"--[\w-]+")
_NESTING = {"media", "supports", "layer", "container", "scope"}


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


def pruned(rules: styles.Nodes, words: Words) -> styles.Nodes:
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
    idle = {id(rule) for rule, family in styles.fonts(kept) if family not in others}
    return [rule for rule in kept if id(rule) not in idle]


def _names(rule: Any) -> str:
    return styles.plain([part for part in styles.every(rule) if part.type in ("string", "ident")])


def _met(rules: styles.Nodes, words: Words) -> Iterator[Any]:
    for rule in rules:
        if rule.type == "qualified-rule":
            alternatives = [
                part for part in styles.at_commas(rule.prelude) if _can_meet(part, words)
            ]
            if alternatives:
                rule.prelude = styles.joined(alternatives)
                yield rule
        elif rule.type == "at-rule" and rule.lower_at_keyword in _NESTING and rule.content:
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            rule.content = list(_met(inner, words))
            if rule.content:
                yield rule
        else:
            yield rule


def _can_meet(selector: styles.Nodes, words: Words) -> bool:
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


def _asked_properties(rules: styles.Nodes) -> frozenset[str]:
    """Custom properties that a value asks for by `var(--name)`, or that are registered."""
    names: set[str] = set()
    for rule in rules:
        for part in styles.every(rule):
            if part.type == "function" and part.lower_name == "var":
                names.update(p.value for p in part.arguments if p.type == "ident")
            elif part.type == "at-rule" and part.lower_at_keyword == "property":
                names.update(p.value for p in part.prelude if p.type == "ident")
    return frozenset(names)


def _without_properties(rules: styles.Nodes, named: Collection[str]) -> Iterator[Any]:
    for rule in rules:
        if rule.type == "at-rule" and rule.lower_at_keyword in _NESTING and rule.content:
            rule.content = list(_without_properties(rule.content, named))
        elif rule.type == "qualified-rule" and any(
            part.type == "ident" and part.value.startswith("--") and part.value not in named
            for part in rule.content
        ):
            parts = tinycss2.parse_blocks_contents(rule.content, skip_whitespace=True)
            left = [part for part in parts if not _is_idle(part, named)]
            if not left:
                continue
            rule.content = styles.block(left)
        yield rule


def _is_idle(part: Any, named: Collection[str]) -> bool:
    return part.type == "declaration" and part.name.startswith("--") and part.name not in named
