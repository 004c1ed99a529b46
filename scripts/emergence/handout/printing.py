"""Print an HTML document to a PDF with Chromium, with no network, and read its page numbers."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

from playwright.sync_api import Error, Route, sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import BooleanObject, DictionaryObject, NameObject

from emergence.handout.pages import HandoutError

Printer = Callable[[str], bytes]

_FLAGS = ("--disable-gpu", "--disable-background-networking", "--no-first-run")


def chromium_path() -> str | None:
    """The system's Chromium; None for the one that Playwright brings."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


def _local_only(route: Route) -> None:
    if route.request.url.startswith(("file:", "data:")):
        route.continue_()
    else:
        route.abort()


@contextmanager
def printer() -> Iterator[Printer]:
    """A function that prints the text of a document, in one browser for all of them.

    Raises HandoutError when Chromium does not start or fails.
    """
    # Chromium's sandbox refuses to run as root, as in a container; the pages are the book's own.
    flags = [*_FLAGS, *(["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else [])]
    try:
        with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=flags)
            context = browser.new_context(offline=True, java_script_enabled=False)
            context.route("**/*", _local_only)
            page = context.new_page()

            def to_pdf(text: str) -> bytes:
                path = Path(folder) / "handout.html"
                path.write_text(text, encoding="utf-8")
                page.goto(path.as_uri(), wait_until="load")
                page.evaluate("document.fonts.ready.then(() => true)")
                return page.pdf(
                    prefer_css_page_size=True, print_background=True, outline=True, tagged=True
                )

            yield to_pdf
            browser.close()
    except Error as error:
        raise HandoutError(f"Chromium: {error.message.splitlines()[0]}") from error


def page_numbers(pdf: bytes) -> dict[str, int]:
    """The page, from 1, of every anchor that a link of the document leads to."""
    reader = PdfReader(io.BytesIO(pdf))
    found = reader.named_destinations.items()
    return {
        unquote(name.removeprefix("/")): reader.get_destination_page_number(place) + 1
        for name, place in found
    }


def described(pdf: bytes, title: str, author: str, made: datetime) -> bytes:
    """The PDF with what programs that show it say of it."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    stamp = made.strftime("D:%Y%m%d%H%M%S+00'00'")
    about = {"/Title": title, "/Author": author, "/CreationDate": stamp, "/ModDate": stamp}
    writer.add_metadata({**about, "/Creator": "Chromium"})
    preferences = DictionaryObject({NameObject("/DisplayDocTitle"): BooleanObject(True)})
    writer.root_object[NameObject("/ViewerPreferences")] = preferences
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def page_count(pdf: bytes) -> int:
    """How many pages a PDF has."""
    return len(PdfReader(io.BytesIO(pdf)).pages)
