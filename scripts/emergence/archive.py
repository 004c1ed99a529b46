"""Pack the built site into one file for a room without internet: what `make zip` calls.

The same site gives the same bytes. Notebooks, handouts and the tables behind charts, which a page
shows anyway, are downloads of their own and stay out.
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
_OF_CHARTS = re.compile(r"(?:^|/)data/charts/[^/]+\.csv$")
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
    files = sorted(p for p in site.rglob("*") if p.is_file() and not stays_out(p.as_posix()))
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with zipfile.ZipFile(temporary, "w") as archive:
            for path in files:
                uri = path.relative_to(site).as_posix()
                entry = zipfile.ZipInfo(f"{target.stem}/{uri}", _EARLIEST)
                entry.create_system, entry.external_attr = 3, 0o644 << 16
                archive.writestr(entry, _content(path), zipfile.ZIP_DEFLATED, 9)
        size = temporary.stat().st_size
        if size > limit:
            told = f"found {size / 1e6:.2f} MB, at most {limit / 1e6:g} MB are allowed"
            raise ArchiveError(f"{shown(target)}: {told}")
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    return size


def stays_out(uri: str) -> bool:
    """Whether the file at an address of the site is a download of its own."""
    return uri.endswith(APART) or bool(_OF_CHARTS.search(uri))


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    if path.suffix != ".html":
        return content
    return unlinked(content.decode("utf-8")).encode("utf-8")


def unlinked(page: str) -> str:
    """The page without links to files that stay out.

    Lists lose what is only a link, charts the link to their table.
    """

    def text(link: re.Match[str]) -> str:
        to = unquote(re.split(r"[?#]", link["to"])[0])
        if re.match(r"[a-z][a-z0-9+.-]*:|//", to) or not stays_out(to):
            return link.group()
        if (link["item"] and link["end"]) or not to.endswith(APART):
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
    for suffix in (*APART, ".csv"):
        found = [path for path in paths.SITE.rglob(f"*{suffix}") if stays_out(path.as_posix())]
        left = [path.stat().st_size for path in found]
        if left:
            print(f"not in it: {len(left)} files {suffix}, {sum(left) / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
