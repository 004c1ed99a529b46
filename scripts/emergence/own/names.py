"""Names from untrusted files: what a reader sees of them, and what a folder may be called."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator

LONGEST = 80
"""Characters that a name keeps."""
_STEM = 40
_MOST = 8

# Bidirectional and zero-width characters stand between letters and go; control, surrogate, private
# and unassigned characters and separators of lines leave a space, which keeps words apart.
_GONE = {"Cf"}
_UNSEEN = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
# Fillers that Unicode calls letters or symbols, though nothing of them is seen.
_BLANK = dict.fromkeys((0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0), " ")
_MOST_MARKS = 4
_PLACE = re.compile(r"^\s*(?:[/~\\]|[A-Za-z]:[/\\]|file:)|[/\\](?:home|Users|root)[/\\]", re.I)
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_PATHS = re.compile(
    r"(?<![\w./:~-])(?:file:/{2,3}|~/|[a-z]:[/\\]|/)(?:[\w.+~@-]+[/\\])+[\w.+~@-]+[/\\]?",
    re.ASCII | re.IGNORECASE,
)
# Persian and its neighbours write some words with a joint that is not seen but separates letters.
_JOINTS = re.compile(r"(?<=[\u0620-\u06ff])\u200c(?=[\u0620-\u06ff])")


def clean(text: str, longest: int = LONGEST) -> str:
    """Return the text without what can't be seen, in one line of at most `longest` characters.

    Markup stays: it is text, for whoever shows it to escape.
    """
    # Only so much of it is looked at, however long it is.
    head = unicodedata.normalize("NFC", _encodable(text[: 8 * longest])).translate(_BLANK)
    left = (c for c in head if unicodedata.category(c) not in _GONE)
    seen = "".join(" " if unicodedata.category(c) in _UNSEEN else c for c in left)
    told = " ".join(_few_marks(seen).split())
    return told if len(told) <= longest else f"{told[: longest - 1].rstrip()}…"


def passage(text: str, longest: int, *, end: bool = False) -> str:
    """Return a text of several lines without what can't be seen and without places on a disk.

    Blanks and line breaks stay: they can decide whether an answer is right. Of a text of more than
    `longest` characters the middle is left out; with `end`, all but its end.
    """
    most = 8 * longest
    near = text[-most:] if end or len(text) <= most else text[: most // 2] + text[-most // 2 :]
    lines = _encodable(near).replace("\r\n", "\n").replace("\r", "\n").translate(_BLANK).split("\n")
    told = "\n".join(_few_marks("".join(_visible(line))) for line in lines)
    told = unicodedata.normalize("NFC", _PATHS.sub("…", told))
    if len(told) <= longest:
        return told
    tail = longest - 1 if end else (longest - 1) // 2
    return f"{told[: longest - 1 - tail]}…{told[len(told) - tail :]}"


def _visible(line: str) -> Iterator[str]:
    joints = {found.start() for found in _JOINTS.finditer(line)}
    for place, character in enumerate(line):
        kind = unicodedata.category(character)
        if kind not in _GONE:
            yield " " if kind in _UNSEEN else character
        elif place in joints:
            yield character


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _few_marks(text: str) -> str:
    """The text with at most so many accents on a letter that they stay on their line."""
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def public(name: str) -> str:
    """Return a model's name, cleaned; of a place on a disk only its last part. May be empty."""
    if _PLACE.search(name):
        name = next((part for part in reversed(re.split(r"[/\\]", name)) if part.strip()), "")
        name = "" if re.fullmatch(r"[~.]*|[A-Za-z]:|file:", name.strip()) else name
    return clean(name)


def listed(names: Iterable[str]) -> str:
    """Return the first names of a list, cleaned, and how many more there are."""
    every = sorted(set(names))
    told = ", ".join(clean(name) for name in every[:_MOST])
    return f"{told} and {len(every) - _MOST} more" if len(every) > _MOST else told


def grouped(told: Iterable[tuple[str, str]]) -> list[str]:
    """Return names and what is told of each as one line a thing told."""
    names: dict[str, list[str]] = {}
    for name, text in told:
        names.setdefault(text, []).append(name)
    return [f"{listed(several)}: {text}" for text, several in names.items()]


def identity(name: str, revision: str) -> str:
    """Return what tells a model from others: its public name, and its revision if not the main."""
    return f"{name}@{revision}" if revision else name


def short(name: str) -> str:
    """Return what a reader sees of a public name: of organisation/name the second part."""
    return name.split("/")[1] if _REPOSITORY.fullmatch(name) else name


def slug(identified: str) -> str:
    """Return the name of a model's folder: letters, digits and hyphens, and never another's."""
    plain = unicodedata.normalize("NFKD", identified).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain)[:_STEM].strip("-")
    digest = hashlib.sha256(identified.encode("utf-8")).hexdigest()[:10]
    return f"{stem or 'model'}-{digest}"
