"""Refresh the catalogues, or check them. Exits 1 when something is missing."""

from __future__ import annotations

import argparse
import sys

from emergence.errors import BookError
from emergence.i18n import LANGUAGES, SOURCE
from emergence.paths import shown
from emergence.translations import catalogues, check
from emergence.translations.literals import bypassed

MOST = 40
"""Lines that a failed check shows."""


def main(arguments: list[str] | None = None) -> int:
    """Run `update` or `check` for every language but the book's own."""
    parser = argparse.ArgumentParser(prog="python -m emergence.translations", description=__doc__)
    parser.add_argument("what", choices=["update", "check"])
    given = parser.parse_args(arguments)
    langs = [lang for lang in LANGUAGES if lang != SOURCE]
    try:
        templates = catalogues.templates() if langs else {}
        if given.what == "update":
            for lang in langs:
                for path in catalogues.update(lang, templates):
                    print(f"{shown(path)}: brought up to date")
        told = bypassed() + [line for lang in langs for line in check.faults(lang, templates)]
    except BookError as error:
        told = [str(error)]
    shown_here = told if given.what == "update" else told[:MOST]
    print("\n".join(shown_here) or "translations: all texts of all languages are there")
    if len(told) > len(shown_here):
        print(f"and {len(told) - len(shown_here)} more; make translations lists them all")
    return 1 if told and given.what == "check" else 0


if __name__ == "__main__":
    sys.exit(main())
