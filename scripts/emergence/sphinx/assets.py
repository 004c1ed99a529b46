"""What the finished pages load: one style sheet, one script, a policy, and nothing idle beside."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import tinycss2
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from emergence import security
from emergence.errors import BookError
from emergence.files import write_text
from emergence.sphinx import bundles, icons, pruning, styles

# These have style sheets and scripts of their own.
DECKS = "slides"
# `charts.js` puts the names together.
_BY_NAME = "_static/charts/"
_MENTION = re.compile(r"_static/[^\s\"'()<>?#,&;\\]+")
_FILE_NAME = re.compile(r"[\"'`/]([\w.-]+\.\w+)[\"'`?]")
_TERMS = re.compile(r"(LICEN[CS]E|OFL|COPYING|NOTICE)", re.IGNORECASE)
_LEFTOVERS = ("*.map", "*.ttf", "_static/*-macros.html", ".buildinfo")

logger = logging.getLogger(__name__)


def settle(root: Path) -> None:
    """Bundle what the pages below `root` load, drop what none loads, and tell every page a policy.

    Raises BookError for a page, script or style sheet that would not work.
    """
    for pattern in _LEFTOVERS:
        for path in sorted(root.rglob(pattern)):
            path.unlink()
    texts = {path.relative_to(root).as_posix(): _text(path) for path in _pages(root)}
    done = texts | _bundled(root, {u: t for u, t in texts.items() if not u.startswith(DECKS + "/")})
    for uri, text in done.items():
        try:
            write_text(root / uri, security.secured(text))
        except security.SecurityError as error:
            raise BookError(f"{uri}: {error}") from error
    sweep(root)


def _pages(root: Path) -> list[Path]:
    return sorted(p for p in root.rglob("*.html") if "_static" not in p.relative_to(root).parts)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _bundled(root: Path, texts: Mapping[str, str]) -> dict[str, str]:
    """The pages with bundles, which are written below `root`."""
    common = _shared(bundles.inline(text) for text in texts.values())
    idle = bundles.idle(texts.values())
    taken = {uri: bundles.apart(text, uri, common, idle) for uri, text in texts.items()}
    pages = {uri: page for uri, page in taken.items() if page.place is not None}
    if not pages:
        return {}
    parts = bundles.ordered(page.scripts for page in pages.values())
    script = bundles.script(parts, lambda address: _text(root / address))
    versions = {bundles.SCRIPTS: _write(root / bundles.SCRIPTS, script)} if parts else {}
    plain = {u: p.written(u, _any(versions, bundles.STYLES), "") for u, p in pages.items()}
    code = [script, *_beside(root, plain)]
    sheet = _sheet(root, pages.values(), pruning.words_of(plain.values(), code))
    versions[bundles.STYLES] = _write(root / bundles.STYLES, sheet)
    early = _text(root / bundles.EARLY) if any(page.early for page in pages.values()) else ""
    return {uri: page.written(uri, versions, early) for uri, page in pages.items()}


def _any(versions: Mapping[str, str], address: str) -> dict[str, str]:
    return {**versions, address: ""}


def _shared(lists: Iterable[list[str]]) -> set[str]:
    """What is in every list."""
    return set.intersection(*map(set, lists or [[]]))


def _write(path: Path, text: str) -> str:
    """Write a file; the version that its address tells, for browsers that keep files."""
    write_text(path, text)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:8]


def _beside(root: Path, pages: Mapping[str, str]) -> Iterator[str]:
    """The scripts that pages load beside the bundle, and those that they name in turn."""
    for address in sorted(_reached(root, pages)):
        known = address == bundles.SCRIPTS or address.startswith(_BY_NAME)
        if address.endswith(".js") and not known:
            yield _text(root / address)


def _sheet(root: Path, pages: Iterable[bundles.Page], words: pruning.Words) -> str:
    static = root / "_static"
    rules: styles.Nodes = []
    for part in bundles.ordered(page.styles for page in pages):
        found = styles.read(root / part.address, static)
        if part.media not in ("", "all"):
            found = tinycss2.parse_rule_list(f"@media {part.media} {{{styles.written(found)}}}")
        rules += found
    rules = styles.without_missing(rules, lambda address: (static / address).is_file())
    return styles.written(icons.shrink(pruning.pruned(rules, words), static))


def sweep(root: Path) -> None:
    """Drop what is in `_static` and no page, style sheet or script asks for; licences stay."""
    reached = _reached(root, {p.relative_to(root).as_posix(): _text(p) for p in _pages(root)})
    kept = {root / address for address in reached}
    for path in sorted((root / "_static").rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
            continue
        named = path.relative_to(root).as_posix().startswith(_BY_NAME)
        terms = _TERMS.match(path.name) and any(path.parent in other.parents for other in kept)
        if not (path in kept or named or terms):
            path.unlink()


def _reached(root: Path, pages: Mapping[str, str]) -> set[str]:
    """Files in `_static` that pages ask for, themselves or through a style sheet or a script."""
    there = {p.relative_to(root).as_posix() for p in (root / "_static").rglob("*") if p.is_file()}
    waiting = {found for text in pages.values() for found in _MENTION.findall(text)} & there
    reached: set[str] = set()
    while waiting:
        address = waiting.pop()
        reached.add(address)
        waiting |= (_asked(root, address, there) & there) - reached
    return reached


def _asked(root: Path, address: str, there: set[str]) -> set[str]:
    path = root / address
    if path.suffix == ".css":
        return styles.files(path, root)
    if path.suffix == ".js":
        names = set(_FILE_NAME.findall(_text(path)))
        return {other for other in there if other.rpartition("/")[2] in names}
    return set()


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Settle the pages once all of them are written; a fault is a warning."""
    if exception is not None or app.builder.format != "html":
        return
    try:
        settle(Path(app.outdir))
    except BookError as error:
        logger.warning("%s", error)


def write_all(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Have every page written anew, since all of them share what this module makes."""
    return env.found_docs


def setup(app: Sphinx) -> None:
    """Register the last step."""
    app.connect("env-updated", write_all)
    app.connect("build-finished", finish, priority=1000)
