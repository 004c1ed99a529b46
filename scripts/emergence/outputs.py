"""What a chapter's cell leaves behind, for the book being built or for a reader's notebook.

`glue` keeps a value that the text shows. The build finds it in the notebook's outputs, as MyST-NB's
own `glue` leaves it; in a reader's notebook, whose text is written already, it leaves nothing.
"""

from __future__ import annotations

import os

from IPython.core.formatters import format_display_data
from IPython.display import display as show

RENDERER = "EMERGENCE_RENDERER"
"""Environment variable that the build sets to `book`."""
PREFIX = "application/papermill.record/"


def for_book() -> bool:
    """Whether the book is being built; elsewhere outputs are for a notebook's reader."""
    return os.environ.get(RENDERER) == "book"


def glue(name: str, value: object, display: bool = True) -> None:
    """Keep `value` under a name for the text; display: whether to show it here, too."""
    if not for_book():
        if display:
            show(value)
        return
    prefix = "" if display else PREFIX
    bundle, metadata = format_display_data(value)
    kept = {**metadata, "scrapbook": {"name": name, "mime_prefix": prefix}}
    show({prefix + kind: content for kind, content in bundle.items()}, raw=True, metadata=kept)
