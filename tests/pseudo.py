"""A language made up on the fly: accents on every letter, and two fifths longer.

What stays plain on a page has bypassed the catalogues; what no longer fits would not fit in German.
"""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.pofile import read_po
from emergence.files import write_text
from emergence.translations.catalogues import as_text

LONGER = 0.4
PADDING = ["ľóñğ", "ẁóřđš", "ţó", "ƒîłł", "ŧħé", "łíñé"]
_ACCENTS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "áƀçđéƒğĥíĵķłɱñóþɋřšţúṽŵẋýžÁƁÇĐÉƑĞĤÍĴĶŁṀÑÓÞɊŘŠŢÚṼŴẊÝŽ",
)
_KEPT = re.compile(
    r"\{[a-z:]+\}`[^`]*`"  # roles
    r"|\$[^$]+\$|`[^`]+`"  # maths, code
    r"|\]\([^)]*\)|<[^>]+>|https?://\S+"  # links
    r"|\{[.#][^{}]*\}"  # attributes
    r"|%[sd]|\{[a-z_][a-z0-9_]*\}"  # placeholders
)
_TITLED = re.compile(r"\{([a-z:]+)\}`([^`<]+) (<[^`]+>)`")
_FORMS = re.compile(r"\{(glue:text)\}`([^`:]+):([^`]+)`|\{([a-z_]\w*):([^{}]*\|[^{}]*)\}")


def accented(text: str) -> str:
    """The text with accents, all that the program reads left alone."""
    text = _TITLED.sub(lambda m: f"{{{m[1]}}}`{m[2].translate(_ACCENTS)} {m[3]}`", text)
    done, end = [], 0
    for match in re.finditer(f"{_FORMS.pattern}|{_KEPT.pattern}", text):
        done += [text[end : match.start()].translate(_ACCENTS), _forms(match[0])]
        end = match.end()
    return "".join(done) + text[end:].translate(_ACCENTS)


def _forms(part: str) -> str:
    """A choice of word forms, each of them accented; anything else as it is."""
    match = _FORMS.fullmatch(part)
    if match is None:
        return part
    if match[1]:
        return f"{{{match[1]}}}`{match[2]}:{match[3].translate(_ACCENTS)}`"
    return f"{{{match[4]}:{match[5].translate(_ACCENTS)}}}"


def pseudo(text: str) -> str:
    """The text in the made-up language; a formula as it is."""
    if re.search(r"\\[a-zA-Z]+\{|\\approx", text) and "$" not in text:
        return text
    words = round(LONGER * len(re.sub(_KEPT, "", text)) / 6)
    padding = " ".join(PADDING[i % len(PADDING)] for i in range(words))
    return f"{accented(text)} {padding}" if padding else accented(text)


def fill_in(path: Path, lang: str) -> None:
    """Translate all that a catalogue holds."""
    with path.open("rb") as lines:
        catalogue = read_po(lines, locale=lang)
    for message in catalogue:
        if message.id:
            message.string = pseudo(str(message.id))
            message.flags.discard("fuzzy")
    write_text(path, as_text(catalogue))
