"""Files that others wrote, read with limits: one reason in words for each that can't be read."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from emergence.errors import BookError
from emergence.own.names import clean

LARGEST_RESULTS = 64 * 2**20
LARGEST_SAMPLES = 256 * 2**20
LARGEST_LINE = 16 * 2**20
"""Bytes."""
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class RefusedError(BookError):
    """A file, or a part of one, that is not added; the message is the reason."""


def content(path: Path, largest: int) -> bytes:
    """Return the bytes of a regular file. Raises RefusedError for what is no such file."""
    try:
        if not path.is_file():
            raise RefusedError("is no regular file")
        size = path.stat().st_size
        if size > largest:
            raise RefusedError(f"has {size / 2**20:.0f} MiB; at most {largest >> 20} are read")
        with path.open("rb") as stream:
            # Read once: the file may grow meanwhile.
            found = stream.read(largest + 1)
    except OSError as error:
        raise RefusedError(f"can't be read: {clean(error.strerror or 'unknown error')}") from None
    if len(found) > largest:
        raise RefusedError(f"has more than {largest >> 20} MiB")
    if found.startswith(_MARKS):
        raise RefusedError("starts with a byte order mark: another program has saved it anew")
    if not found.strip():
        raise RefusedError("is empty")
    return found


def parsed(text: bytes) -> Any:
    """Return what JSON text holds; NaN and infinities pass. Raises RefusedError for other text."""
    try:
        return json.loads(text.decode("utf-8"))
    except UnicodeDecodeError:
        raise RefusedError("is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        unclosed = error.msg.startswith("Unterminated")
        cut = unclosed or error.pos >= len(error.doc.rstrip())
        raise RefusedError(f"{'is cut off' if cut else 'is not JSON'}: {where}") from None
    except RecursionError:
        raise RefusedError("is nested too deeply") from None
    except ValueError:
        raise RefusedError("holds a whole number of thousands of digits") from None


def lines(text: bytes) -> Iterator[tuple[int, Any]]:
    """Number and content of each line of JSON lines. Raises RefusedError for what is none."""
    if text.lstrip()[:1] == b"[":
        raise RefusedError("holds one array, as lm-evaluation-harness before 0.4.5 wrote samples")
    for number, line in enumerate(io.BytesIO(text), 1):
        if not line.strip():
            continue
        if len(line) > LARGEST_LINE:
            raise RefusedError(f"line {number} has more than {LARGEST_LINE >> 20} MiB")
        try:
            yield number, parsed(line)
        except RefusedError as error:
            raise RefusedError(f"line {number}: {error}") from None


def below(path: Path, skipped: frozenset[Path] = frozenset()) -> list[Path]:
    """Return all files below a folder, in the order of their names; a file is itself.

    Links to folders, hidden folders and those in `skipped` are not entered.
    """
    if not path.is_dir():
        return [path]
    found = []
    for folder, folders, files in os.walk(path):
        here = Path(folder)
        folders[:] = sorted(f for f in folders if f[0] != "." and here / f not in skipped)
        found += [here / name for name in sorted(files) if name[0] != "."]
    return found
