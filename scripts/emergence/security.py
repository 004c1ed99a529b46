"""What a page may load and run, told to the browser in the page itself.

Only files of the site run, and those inline scripts that the build wrote: each is known by the
hash of its text. A page that opens from a folder has no server that could say so for it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import NamedTuple

from emergence.errors import BookError

RULES = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}
# What browsers run; any other type, as of JSON, is data.
_RUNS = {"", "module", "text/javascript", "application/javascript", "importmap", "speculationrules"}
_CHARSET = re.compile(r"<meta\s+charset=[^>]*>\s*", re.IGNORECASE)
_TOLD = re.compile(r"<meta\s+http-equiv=\"Content-Security-Policy\"[^>]*>\s*", re.IGNORECASE)


class SecurityError(BookError):
    """A page that the policy would break; the message is one line per fault."""


class Script(NamedTuple):
    """A script element: its attributes, and the text inside exactly as it stands."""

    attributes: dict[str, str]
    text: str

    @property
    def runs(self) -> bool:
        """Whether the browser takes it for code and not for data."""
        return self.attributes.get("type", "").strip().lower() in _RUNS


class _Reader(HTMLParser):
    """Collects the scripts of a page, and what the policy forbids."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts: list[Script] = []
        self.faults: list[str] = []
        self._open: dict[str, str] | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name.startswith("on"):
                self.faults.append(f"line {self.getpos()[0]}: <{tag}>: an inline handler, {name}")
            elif re.match(r"\s*javascript:", value or "", re.IGNORECASE):
                self.faults.append(f"line {self.getpos()[0]}: <{tag}>: a script as an address")
        if tag == "script":
            self._open, self._text = {name: value or "" for name, value in attrs}, []

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self._open is not None:
            self.scripts.append(Script(self._open, "".join(self._text)))
            self._open = None


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader


def scripts(page: str) -> list[Script]:
    """Every script element of a page, in order."""
    return _read(page).scripts


def faults(page: str) -> list[str]:
    """Inline handlers and `javascript:` addresses of a page, one line each."""
    return _read(page).faults


def hash_of(script: str) -> str:
    """How a policy names an inline script."""
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def policy(page: str) -> str:
    """The policy for a page with just its own inline scripts."""
    inline = [s.text for s in scripts(page) if s.runs and "src" not in s.attributes]
    hashes = dict.fromkeys(map(hash_of, inline))
    return "; ".join(_rules([*hashes]))


def _rules(hashes: list[str]) -> Iterator[str]:
    for name, allowed in RULES.items():
        yield " ".join([name, allowed, *(hashes if name == "script-src" else [])])


def secured(page: str) -> str:
    """The page with its policy, first in its head after the character set.

    Raises SecurityError for what would not work: an inline handler, a script as an address, a page
    that tells no character set or none where it belongs.
    """
    if found := faults(page):
        raise SecurityError("\n".join(found))
    bare = _TOLD.sub("", page)
    charset = _CHARSET.search(bare)
    first_script = bare.find("<script")
    if charset is None or -1 < first_script < charset.start():
        raise SecurityError("found no <meta charset> before the first script")
    told = f'<meta http-equiv="Content-Security-Policy" content="{policy(bare)}">'
    return bare[: charset.end()].rstrip() + f"\n{told}\n" + bare[charset.end() :]
