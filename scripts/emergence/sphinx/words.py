"""Words of the pages that themes and scripts would say in English, or say otherwise."""

from __future__ import annotations

from typing import Any

from sphinx.locale import get_translation

from emergence.sphinx.figures import CATALOGUE

_ = get_translation(CATALOGUE)


def of_pages(author: str) -> dict[str, Any]:
    """What templates say: this extension's, and those of the theme that know no catalogue."""
    return {
        "em_author": _("By {author}").format(author=author) if author else "",
        "em_licence": _("Text: CC BY 4.0. Code: MIT. Data: each source's own terms."),
        "em_words": {
            "primary": _("Toggle primary sidebar"),
            "secondary": _("Toggle secondary sidebar"),
            "book": _("Main"),
            "page": _("Page"),
            "pages": _("Pages of this chapter"),
            "tools": _("This page as"),
        },
        "theme_search_bar_text": _("Search..."),
        "theme_toc_title": _("Contents"),
        "translate": str,  # the theme looks its own title up again
    }


def of_scripts() -> dict[str, Any]:
    """What scripts say: tables, Sphinx's search (by its English texts) and sphinx-copybutton."""
    found = "Search finished, found ${resultCount} page(s) matching the search query."
    nothing = (
        "Your search did not match any documents. Please make sure that all words are spelled "
        "correctly and that you've selected enough categories."
    )
    return {
        "filter": _("Filter rows"),
        "count": _("Rows shown: {shown} of {all}"),
        "copy": {
            "copy": _("Copy"),
            "copy_to_clipboard": _("Copy to clipboard"),
            "copy_success": _("Copied!"),
            "copy_failure": _("Failed to copy"),
        },
        "search": {
            found: _("Pages found: {count}").replace("{count}", "${resultCount}"),
            nothing: _("No page has all of these words. Please check their spelling."),
            "Hide Search Matches": _("Hide Search Matches"),
            "Preparing search...": _("Preparing search..."),
            "Search Results": _("Search Results"),
            "Searching": _("Searching"),
        },
    }


def of_theme() -> list[str]:
    """What the theme and Sphinx look up themselves, in the catalogue `sphinx`.

    They are told here to be part of the book's own catalogue, which is read before theirs.
    """
    return [
        _("Skip to main content"),
        _("Back to top"),
        _("Search"),
        _("Error"),
        _("Please activate JavaScript to enable the search functionality."),
        _("Version warning"),
        _("Announcement"),
        _("Color mode"),
        _("Light"),
        _("Dark"),
        _("System Settings"),
        _("previous page"),
        _("previous"),
        _("next page"),
        _("next"),
        _("Link to this heading"),
        _("Link to this equation"),
        _("Link to this image"),
        _("Link to this table"),
        _("Link to this code"),
        _("Fig. %s"),
        _("Table %s"),
        _("Listing %s"),
        _("Section %s"),
        _("Note"),
        _("Tip"),
        _("Warning"),
        _("Important"),
        _("Hint"),
        _("See also"),
    ]
