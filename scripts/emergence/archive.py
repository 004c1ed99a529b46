"""Pack the built site into one file for a room without internet: what `make zip` calls.

The same site gives the same bytes. Notebooks and handouts are downloads of their own and stay out.
"""

from __future__ import annotations

import os
import re
import sys
import zipfile
from pathlib import Path
from urllib.parse import unquote

from emergence import paths
from emergence.errors import BookError
from emergence.files import require
from emergence.paths import shown

LIMIT = 6_000_000
"""Bytes, so that it goes by mail and in one go to every phone of a class."""
APART = (".ipynb", ".pdf")
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_LINK = re.compile(
    r"(?P<item><li\b[^>]*>\s*)?<a\b[^>]*?\shref=\"(?P<to>[^\"]*)\"[^>]*>(?P<text>.*?)</a>"
    r"(?P<end>\s*</li>)?",
    re.DOTALL,
)
_EMPTY = re.compile(r"<nav\b[^>]*>\s*<ul>\s*</ul>\s*</nav>\s*")


class ArchiveError(BookError):
    """A site that cannot be packed."""


def pack(site: Path, target: Path, limit: int = LIMIT) -> int:
    """Pack the folder of a site into `target`, inside of one folder of the same name.

    Returns its bytes. Raises ArchiveError when there is no site, and when the result is larger
    than `limit`; what was at `target` then stays.
    """
    if not (site / "index.html").is_file():
        raise ArchiveError(f"{shown(site)}: found no site there; run `make site` first")
    files = sorted(p for p in site.rglob("*") if p.is_file() and p.suffix not in APART)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with zipfile.ZipFile(temporary, "w") as archive:
            for path in files:
                uri = path.relative_to(site).as_posix()
                entry = zipfile.ZipInfo(f"{target.stem}/{uri}", _EARLIEST)
                entry.create_system, entry.external_attr = 3, 0o644 << 16
                archive.writestr(entry, _content(path, uri), zipfile.ZIP_DEFLATED, 9)
        size = temporary.stat().st_size
        if size > limit:
            told = f"found {size / 1e6:.2f} MB, at most {limit / 1e6:g} MB are allowed"
            raise ArchiveError(f"{shown(target)}: {told}")
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    return size


def _content(path: Path, uri: str) -> bytes:
    content = path.read_bytes()
    if path.suffix != ".html":
        return content
    return unlinked(content.decode("utf-8"), uri).encode("utf-8")


def unlinked(page: str, uri: str) -> str:
    """The page at `uri` without links to files that stay out; lists lose what is only a link."""

    def text(link: re.Match[str]) -> str:
        to = unquote(re.split(r"[?#]", link["to"])[0])
        if re.match(r"[a-z][a-z0-9+.-]*:|//", to) or not to.endswith(APART):
            return link.group()
        if link["item"] and link["end"]:
            return ""
        return f"{link['item'] or ''}{link['text']}{link['end'] or ''}"

    return _EMPTY.sub("", _LINK.sub(text, page))


def main() -> int:
    """Pack the built site, and tell how large it is."""
    target = paths.BUILD / "emergent-abilities.zip"
    try:
        if paths.SITE.exists():
            require(paths.SITE, paths.STATE / "site.json")
        size = pack(paths.SITE, target)
    except BookError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{shown(target)}: {size / 1e6:.2f} MB of {LIMIT / 1e6:g} MB")
    for suffix in APART:
        left = [path.stat().st_size for path in paths.SITE.rglob(f"*{suffix}")]
        if left:
            print(f"not in it: {len(left)} files {suffix}, {sum(left) / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
