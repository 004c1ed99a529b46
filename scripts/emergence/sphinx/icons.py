"""The icon font, with those icons only that the style sheet draws."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont

from emergence.sphinx import styles

# Where fonts keep signs that are no letters.
_PRIVATE = range(0xE000, 0xF900)
FOLDER = "fontawesome"


def drawn(rules: styles.Nodes) -> frozenset[int]:
    """The code points that rules write before or after an element."""
    return frozenset(
        ord(sign)
        for rule in rules
        for part in styles.every(rule)
        if part.type == "string"
        for sign in part.value
        if ord(sign) in _PRIVATE
    )


def smaller(font: bytes, signs: frozenset[int]) -> bytes | None:
    """The font with these signs only; None if it has none of them."""
    options = subset.Options(flavor="woff2", layout_features=[], hinting=False, notdef_outline=True)
    loaded = subset.load_font(io.BytesIO(font), options)
    if not signs & loaded.getBestCmap().keys():
        return None
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=sorted(signs))
    subsetter.subset(loaded)
    return _bytes_of(loaded)


def _bytes_of(font: TTFont) -> bytes:
    written = io.BytesIO()
    font.flavor = "woff2"
    font.save(written, reorderTables=False)
    return written.getvalue()


def shrink(rules: styles.Nodes, root: Path) -> styles.Nodes:
    """Write the icon fonts below `root` anew; the rules without fonts that no rule draws from."""
    signs = drawn(rules)
    idle: set[int] = set()
    for rule, _ in styles.fonts(rules):
        for address in sorted(styles.addresses([rule])):
            if FOLDER not in Path(address).parts:
                continue
            content = smaller((root / address).read_bytes(), signs)
            if content is None:
                idle.add(id(rule))
            else:
                (root / address).write_bytes(content)
    return _without(rules, idle)


def _without(rules: styles.Nodes, idle: set[int]) -> list[Any]:
    return [rule for rule in rules if id(rule) not in idle]
