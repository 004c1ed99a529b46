"""Put the finished pages in place of the last good site, in one swap."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape
from pathlib import Path

import yaml

from emergence import paths, provenance
from emergence.alternates import addresses, head_links, language_tag, own_name
from emergence.errors import BookError
from emergence.files import copy, manifest, require, write_json, write_text
from emergence.i18n import INTERFACE, translated
from emergence.security import secured

_ENTRANCE = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" type="image/svg+xml" href="{first}/_static/icon.svg">
{alternates}
<title>{title}</title>
<style>
body {{ max-width: 40rem; margin: 12vh auto; padding: 0 1.25rem; font: 1.1rem/1.5 system-ui, \
sans-serif; }}
h1 {{ font-size: 1.5rem; line-height: 1.3; }}
h1 span {{ display: block; margin-bottom: 0.75rem; }}
nav {{ display: flex; flex-wrap: wrap; gap: 0 2rem; }}
nav a {{ padding: 0.6rem 0; text-underline-offset: 0.2em; }}
</style>
</head>
<body>
<main>
<h1>
{titles}
</h1>
<nav>
{links}
</nav>
</main>
<script>
{script}
</script>
</body>
</html>
"""

# The choice of the reader, then the languages of the browser, then the book's own.
_PICK = """(() => {
  "use strict";
  const links = [...document.querySelectorAll("nav a")];
  const wanted = [...navigator.languages];
  try {
    wanted.unshift(localStorage.getItem("em-lang") ?? "");
  } catch {
    // A browser that keeps nothing has its languages.
  }
  const base = (tag) => tag.toLowerCase().split(/[-_]/)[0];
  const found = wanted.map(
    (tag) =>
      links.find((link) => link.dataset.lang === tag || link.hreflang === tag) ??
      links.find((link) => base(link.hreflang) === base(tag)),
  );
  const chosen = found.find(Boolean) ?? links[0];
  location.replace(chosen.href + location.search + location.hash);
})();"""


def entrance(titles: Mapping[str, str], root: str = "") -> str:
    """The first page of the site: it leads to a language, by itself where scripts are on.

    titles: the book's title in each language; root: address of the site, with a slash at its end,
    for search engines, if it is known.
    """
    langs = tuple(titles)
    shown = [
        f'<span lang="{language_tag(lang)}">{escape(title)}</span>'
        for lang, title in titles.items()
    ]
    links = [
        f'<a href="{lang}/index.html" lang="{tag}" hreflang="{tag}" data-lang="{lang}">'
        f"{escape(own_name(lang))}</a>"
        for lang, tag in zip(langs, map(language_tag, langs), strict=True)
    ]
    page = _ENTRANCE.format(
        lang=language_tag(langs[0]),
        first=langs[0],
        title=escape(titles[langs[0]]),
        alternates=head_links(addresses(langs, "index.html", root)),
        titles="\n".join(shown),
        links="\n".join(links),
        script=_PICK,
    )
    return secured(page)


def aside(site: Path) -> tuple[Path, Path]:
    """The folders beside the site that a swap uses: the new site, and the one it replaces."""
    return site.with_name(f"{site.name}.new"), site.with_name(f"{site.name}.old")


def recover(site: Path = paths.SITE) -> None:
    """Undo a swap that was cut off, so that the site is a whole build again.

    Only between its two renames is the site's folder missing; the replaced one is then whole.
    """
    new, old = aside(site)
    if old.exists() and not site.exists():
        os.replace(old, site)
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)


def swap(site: Path) -> None:
    """Put the new site, written beside, in the place of the old one."""
    new, old = aside(site)
    if site.exists():
        os.replace(site, old)
    os.replace(new, site)
    shutil.rmtree(old, ignore_errors=True)


def assemble(
    html_folders: Mapping[str, Path],
    extra: Sequence[Path],
    tables: Sequence[Path],
    results: Sequence[Path],
    entry: str,
    site: Path,
) -> None:
    """Fill `site`: pages of each language; tables, results and shared files of all; `extra`,
    and the entrance. Raises BookError where languages differ in a shared file."""
    for lang, folder in html_folders.items():
        shutil.copytree(folder, site / lang)
        share(site / lang / paths.SHARED, site / paths.SHARED)
    for table in tables:
        copy(table, site / "data" / table.name)
    for table in results:
        copy(table, site / "data" / paths.RESULTS_PACKAGE.parent.name / table.name)
    for path in extra:
        copy(path, site / path.name)
    write_text(site / "index.html", entry)


def share(own: Path, common: Path) -> None:
    """Move the files of a language's folder `own`, if it has one, to the one of all languages."""
    for path in sorted(own.rglob("*")) if own.exists() else []:
        target = common / path.relative_to(own)
        if path.is_file() and not target.exists():
            copy(path, target)
        elif path.is_file() and path.read_bytes() != target.read_bytes():
            raise BookError(f"{paths.shown(path)}: differs from the one of another language")
    shutil.rmtree(own, ignore_errors=True)


def publish(fill: Callable[[Path], None], site: Path, record: Path) -> None:
    """Fill a folder beside the site, swap the two, and write the manifest of what is published."""
    recover(site)
    new, _ = aside(site)
    fill(new)
    swap(site)
    write_json(record, manifest(site))


def main(arguments: list[str] | None = None) -> int:
    """Publish the rendered languages, the tables and the build's record, as the build does."""
    parser = argparse.ArgumentParser(prog="python -m emergence.publish", description=main.__doc__)
    parser.add_argument("langs", nargs="+", help="languages, the default one first")
    given = parser.parse_args(arguments)
    folders = {lang: paths.HTML / lang for lang in given.langs}
    try:
        for lang, folder in folders.items():
            require(folder, paths.STATE / f"html-{lang}.json")
    except BookError as error:
        print(error)
        return 1
    config = yaml.safe_load(paths.CONFIG.read_text(encoding="utf-8"))
    root = config.get("html", {}).get("baseurl", "")
    title = config["title"]
    titles = {lang: translated(title, lang, INTERFACE) for lang in folders}
    page = entrance(titles, f"{root.rstrip('/')}/" if root else "")
    fill = partial(
        assemble, folders, [paths.PROVENANCE], provenance.tables(), provenance.results(), page
    )
    publish(fill, paths.SITE, paths.STATE / "site.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
