"""What a translation may not lose or change: roles, links, citations, maths, code, placeholders."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from emergence.i18n import plural_categories

_ROLE = re.compile(r"\{([a-z:]+)\}`([^`]*)`")
_MATHS = re.compile(r"\$\$?([^$]+)\$\$?")
_CODE = re.compile(r"(?<![`}])`([^`]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)|<(https?://[^>\s]+)>")
_ATTRIBUTES = re.compile(r"\{([.#][^{}]*)\}")
_COMMAND = re.compile(r"\\[A-Za-z]+|%(?:\(\w+\))?[sd]")  # of a formula by itself, of a format
_PLACE = re.compile(r"(?<![A-Za-z^_])\{([a-z_][a-z0-9_]*)(?::([^{}]*))?\}")
_TARGET = re.compile(r"<([^<>]+)>\s*\Z")
_NAMES_TARGET = ("doc", "ref", "numref", "eq")  # roles whose text may be the reader's words

Piece = tuple[str, str]


def _unbraced(formula: str) -> str:
    """A formula with a decimal point, whatever the language writes, and without spaces."""
    return re.sub(r"\s", "", formula.replace("{,}", "."))


def _roles(text: str) -> Iterator[tuple[Piece, str]]:
    """What each role points to, and the word forms that a glued number chooses from."""
    for name, content in _ROLE.findall(text):
        if name == "glue:text":
            key, _colon, forms = content.partition(":")
            yield (name, key), forms
        elif name in _NAMES_TARGET and (target := _TARGET.search(content)):
            yield (name, target[1]), ""
        else:
            yield (name, content.strip()), ""


def pieces(text: str) -> Counter[Piece]:
    """Return the parts of a text that every language shares, with how often they stand there.

    Word forms are left out: a language may need them where another does not.
    """
    plain = _ROLE.sub("", text)
    found = Counter(piece for piece, forms in _roles(text) if not forms)
    found.update(("maths", _unbraced(formula)) for formula in _MATHS.findall(plain))
    plain = _MATHS.sub("", plain)
    found.update(("code", code) for code in _CODE.findall(plain))
    plain = _CODE.sub("", plain)
    found.update(("link", one or two) for one, two in _LINK.findall(plain))
    found.update(("command", text) for text in _COMMAND.findall(plain))
    found.update(("attributes", text) for text in _ATTRIBUTES.findall(plain))
    found.update(("placeholder", name) for name, forms in _PLACE.findall(plain) if not forms)
    return found


def word_forms(text: str) -> list[Piece]:
    """Return the choices of a word's form: by which number, and the forms."""
    plain = _ROLE.sub("", text)
    glued = [(piece[1], forms) for piece, forms in _roles(text) if forms]
    return glued + [(name, forms) for name, forms in _PLACE.findall(plain) if "|" in forms]


def faults(original: str, translation: str, lang: str) -> list[str]:
    """Return what a translation lost, added or broke, in words; none for a sound one."""
    before, after = pieces(original), pieces(translation)
    told = [f"lost {_named(piece)}" for piece in (before - after)]
    told += [f"added {_named(piece)}" for piece in (after - before)]
    numbers = {name for kind, name in before if kind in ("glue:text", "placeholder")}
    numbers |= {name for name, _forms in word_forms(original)}
    count = len(plural_categories(lang))
    for name, forms in word_forms(translation):
        if name not in numbers:
            told.append(f"added a word that goes by {name!r}, which the original does not have")
        if forms.count("|") + 1 != count:
            expected = ", ".join(plural_categories(lang))
            told.append(f"found {forms!r}, expected {count} forms ({expected})")
    return told


def _named(piece: Piece) -> str:
    kind, content = piece
    if kind in ("maths", "code", "link", "command", "attributes", "placeholder"):
        return f"the {kind} {content!r}"
    return f"{{{kind}}}`{content}`"
