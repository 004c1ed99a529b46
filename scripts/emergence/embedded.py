"""Pictures that a piece of HTML carries in itself, so that they need no file beside it."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

_SAFE = " !'()*,-./:;=?@_~"  # need no escape in an address between double quotes


def picture_html(svg: str, text: str) -> str:
    """An SVG picture on white ground, as wide as its column at most; text: what it shows."""
    address = f"data:image/svg+xml,{quote(svg, safe=_SAFE)}"
    style = "max-width: 100%; background-color: #fff"
    return f'<img alt="{escape(text)}" src="{address}" style="{style}">'
