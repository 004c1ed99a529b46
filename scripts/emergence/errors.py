"""Errors a reader of the book is meant to understand: one line, naming what, where and why."""

from __future__ import annotations


class BookError(Exception):
    """Anything wrong with the book's data, parameters or chapters, told in one line."""


class DataError(BookError):
    """A table does not hold what its description promises."""


class ParameterError(BookError):
    """A chapter parameter has an unknown name or a value of the wrong type."""


class ChapterError(BookError):
    """A chapter failed to run."""


class TranslationError(BookError):
    """A text has no translation, or one that lost something of the original."""
