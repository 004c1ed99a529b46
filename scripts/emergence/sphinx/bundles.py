"""The many style sheets and scripts of the pages as one of each, in the order they had.

Scripts that a page loads only at need stay files of their own, and what settles light or dark
before anything is painted stands in the page itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from html import unescape
from posixpath import dirname, join, normpath, relpath
from typing import NamedTuple

from emergence.errors import BookError

STYLES, SCRIPTS, EARLY = "_static/pages.css", "_static/pages.js", "_static/theme.js"
_ALONE = re.compile(r"_static/(?:charts\.js|vega\.js|charts/.*)$")
_SEARCH = re.compile(r"(?:_static/(?:searchtools|language_data)|searchindex)\.js$")
# The search page, and the theme's search while one types.
_SEARCHES = re.compile(r'id="search-results"|search_as_you_type\s*=\s*true')
# The theme settles its mode in two lines that fail where a browser keeps nothing. Ours do not.
_THEME = re.compile(r"\s*document\.documentElement\.dataset\.mode = localStorage")
_NEVER = re.compile(r"(?!)")
# Scripts that find nothing to do unless some page holds this.
_NEEDED_BY = {
    "_static/scripts/fontawesome.js": _NEVER,  # pictures in place of the icon font
    "_static/scripts/bootstrap.js": re.compile(
        r'data-bs-toggle="(?!tooltip)|data-bs-(?:dismiss|ride|slide|spy)=|"pst-collapse-sidebar-'
    ),
    "_static/design-tabs.js": re.compile(r'class="[^"]*\bsd-tab-'),
    "_static/clipboard.min.js": re.compile(r'class="[^"]*\bhighlight\b'),
    "_static/copybutton.js": re.compile(r'class="[^"]*\bhighlight\b'),
}
# The theme tells the console what it does.
_TALKATIVE = "_static/scripts/"
_QUIET = "{{const console = {{...window.console, log() {{}}, info() {{}}, debug() {{}}}};\n{}\n}}"

_INSIDE = r"(?:\"[^\"]*\"|'[^']*'|[^>\"'])*"
_ELEMENT = re.compile(
    rf"<!--.*?-->|<script\b(?P<script>{_INSIDE})>(?P<text>.*?)</script>|<link\b(?P<link>{_INSIDE})>",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""([^\s"'>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?""")
# Sphinx makes a function of a text, which the policy forbids, from each language's rule of plurals.
_MADE_PLURAL = re.compile(
    r"new Function\(\s*\"n\",\s*`return \(\$\{(catalog\.plural_expr)\}\)`\s*\)"
)
_PLURAL = re.compile(r"\"plural_expr\": \"([n0-9%=!<>&|?:()+\s-]*)\"")
_EVALUATES = re.compile(r"\bnew Function\b|(?<![.\w])eval\(")
_SOURCE_MAP = re.compile(r"^//[#@] ?sourceMappingURL=.*$", re.MULTILINE)


class BundleError(BookError):
    """Files that cannot become one; the message names the file and what differs."""


class Part(NamedTuple):
    """A style sheet or script: the address of a file from the root of the pages, or a text."""

    address: str
    text: str = ""
    media: str = ""
    data: tuple[tuple[str, str], ...] = ()


@dataclass
class Page:
    """A page taken apart: what goes into bundles, in order, and how it reads without."""

    styles: list[Part] = field(default_factory=list)
    scripts: list[Part] = field(default_factory=list)
    early: bool = False
    pieces: list[str] = field(default_factory=list)
    place: int | None = None

    def written(self, uri: str, versions: dict[str, str], early: str) -> str:
        """The page at `uri` with the bundles, by their addresses, in place of the many."""
        tags = [f"<script>{early}</script>"] if self.early else []

        def to(address: str) -> str:
            return f"{relpath(address, dirname(uri) or '.')}?v={versions[address]}"

        tags.append(f'<link rel="stylesheet" href="{to(STYLES)}">')
        tags += [f'<script defer src="{to(SCRIPTS)}"></script>'] if SCRIPTS in versions else []
        assert self.place is not None
        before, after = self.pieces[: self.place], self.pieces[self.place :]
        return "".join([*before, "\n".join(tags), *after])


def attributes(text: str) -> dict[str, str]:
    """The attributes inside a start tag."""
    return {
        name.lower(): unescape("".join(values)) for name, *values in _ATTRIBUTE.findall(text or "")
    }


def _is_code(given: dict[str, str]) -> bool:
    return given.get("type", "") in ("", "text/javascript")


def inline(page: str) -> list[str]:
    """The scripts that stand in the head of a page, after its first style sheet."""
    head = page[: page.find("</head>")]
    found: list[str] = []
    styled = False
    for match in _ELEMENT.finditer(head):
        if match["link"] is not None:
            styled |= attributes(match["link"]).get("rel") == "stylesheet"
        elif match["script"] is not None and styled:
            given = attributes(match["script"])
            if _is_code(given) and "src" not in given:
                found.append(match["text"])
    return found


def apart(page: str, uri: str, common: Collection[str], dropped: Collection[str]) -> Page:
    """Take a page apart.

    common: inline scripts that all pages share; dropped: addresses of scripts to leave out.
    """
    done = Page()
    early = f"{EARLY}" in page
    searches = bool(_SEARCHES.search(page))
    blocking: list[Part] = []
    deferred: list[Part] = []
    end = 0
    for match in _ELEMENT.finditer(page):
        if match["link"] is not None:
            given = attributes(match["link"])
            address = _local(given.get("href"), uri)
            if given.get("rel") == "preload" and given.get("as") == "script":
                kept = ""
            elif given.get("rel") == "stylesheet" and address:
                kept = ""
                done.styles.append(Part(address, media=given.get("media", "")))
            else:
                continue
        elif match["script"] is not None:
            given = attributes(match["script"])
            if not _is_code(given):
                continue
            if "src" not in given:
                if early and _THEME.match(match["text"]):
                    kept = ""
                elif done.place is not None and match["text"] in common:
                    kept = ""
                    blocking.append(Part("", match["text"]))
                else:
                    continue
            else:
                address = _local(given["src"], uri)
                if address is None:
                    continue
                kept = ""
                if address == EARLY:
                    done.early = True
                elif _ALONE.match(address) or (_SEARCH.match(address) and searches):
                    kept = f'<script defer src="{given["src"]}"></script>'
                elif not _SEARCH.match(address) and address not in dropped:
                    data = sorted((n, v) for n, v in given.items() if n.startswith("data-"))
                    late = "defer" in given or "async" in given
                    (deferred if late else blocking).append(Part(address, data=tuple(data)))
        else:
            continue
        done.pieces += [page[end : match.start()].rstrip(" "), kept]
        if done.place is None and done.styles:
            done.place = len(done.pieces)
        end = match.end()
    done.pieces.append(page[end:])
    done.scripts = [*dict.fromkeys([*blocking, *deferred])]
    return done


def _local(address: str | None, uri: str) -> str | None:
    """The address from the root of the pages; None for what lies outside of them."""
    if not address or re.match(r"[a-z][a-z0-9+.-]*:|//|#", address, re.IGNORECASE):
        return None
    found = normpath(join(dirname(uri), re.split(r"[?#]", address)[0]))
    return None if found.startswith("..") else found


def idle(pages: Iterable[str]) -> set[str]:
    """Addresses of scripts that have nothing to do on any of the pages."""
    texts = list(pages)
    return {
        address
        for address, needed_by in _NEEDED_BY.items()
        if not any(needed_by.search(text) for text in texts)
    }


def ordered(lists: Iterable[Sequence[Part]]) -> list[Part]:
    """Every part once, in an order that keeps that of each list.

    Raises BundleError where two lists disagree, on the order or on a file's data.
    """
    graph: TopologicalSorter[Part] = TopologicalSorter()
    seen: dict[str, Part] = {}
    for parts in lists:
        for before, part in zip([None, *parts], parts, strict=False):
            graph.add(part, *([before] if before else []))
            if part.address and seen.setdefault(part.address, part) != part:
                raise BundleError(f"{part.address}: found other data than on another page")
    try:
        return list(graph.static_order())
    except CycleError as error:
        names = " and ".join(dict.fromkeys(part.address or "a script" for part in error.args[1]))
        raise BundleError(f"{names}: found in different orders on the pages") from error


def script(parts: Iterable[Part], read: Callable[[str], str]) -> str:
    """One script of many; `read` gives the text of a file by its address.

    Raises BundleError for a script that evaluates texts.
    """
    return "".join(_scripts(parts, read))


def _scripts(parts: Iterable[Part], read: Callable[[str], str]) -> Iterator[str]:
    # The first file's "use strict" is for itself only.
    yield ";\n"
    for part in parts:
        code = _plain(read(part.address) if part.address else part.text)
        if found := _EVALUATES.search(code):
            raise BundleError(f"{part.address or 'an inline script'}: found {found.group()}")
        if part.data:
            told = {_camel(name): value for name, value in part.data}
            written = json.dumps(told, ensure_ascii=False, sort_keys=True)
            yield f"Object.assign(document.currentScript.dataset, {written});\n"
        yield _QUIET.format(code) if part.address.startswith(_TALKATIVE) else code
        yield "\n;\n"


def _plain(code: str) -> str:
    """The script without the address of its source map, and with plurals as functions."""
    code = _MADE_PLURAL.sub(r"\1", _SOURCE_MAP.sub("", code))
    return _PLURAL.sub(r'"plural_expr": (n) => Number(\1)', code).strip()


def _camel(name: str) -> str:
    """A data attribute as scripts name it: `fooBar` for `data-foo-bar`."""
    return re.sub(r"-([a-z])", lambda m: m[1].upper(), name.removeprefix("data-"))
