"""Texts of charts in lines, by a rough measure that holds for every script a reader may have."""

from __future__ import annotations

import textwrap

_LAST_LATIN = 0x24F  # code point
_WIDER = 1.25


def breadth(text: str) -> float:
    """Return how long a text is, in mean Latin characters; letters of other scripts are wider."""
    return sum(_WIDER if ord(character) > _LAST_LATIN else 1 for character in text)


def lines(text: str, characters: int) -> list[str]:
    """Return a text as lines as long as so many Latin characters; a blank one is a line, too.

    A longer word stays whole.
    """
    wider = breadth(text) / max(1, len(text))
    return textwrap.wrap(text, int(characters / wider), break_long_words=False) or [text]
