"""Pictures of charts and the script that brings them to life, both made by vl-convert."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import vl_convert

from emergence.files import write_text
from emergence.sphinx.svg import aggregated, slimmed, tidied

# The bundle is wrapped in a function: left open, one of its globals hides `_` of other scripts.
_WRAPPED = "(function(){%s\n})();\n"
_GIVES = "window.emergenceVega={embed:vegaEmbed};"


def _cached(cache: Path | None, kind: str, source: str, make: Callable[[], str]) -> str:
    if cache is None:
        return make()
    versions = f"{vl_convert.__version__} {vl_convert.get_vega_version()}"
    digest = hashlib.sha256(f"{kind}\n{versions}\n{source}".encode()).hexdigest()
    path = cache / f"{digest}.{kind}"
    if not path.exists():
        write_text(path, make())
    return path.read_text(encoding="utf-8")


def _reason(message: str) -> str:
    """The line of a Vega message that says what is wrong: the second, without the stack."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    return next((line for line in lines[1:] if not line.startswith("at ")), lines[0])


def svg(spec: dict[str, Any], cache: Path | None = None) -> str:
    """The picture of a Vega-Lite spec whose width is a number.

    Raises ValueError, with the reason in one line, where Vega can't compile the spec.
    """

    def make() -> str:
        try:
            return vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
        except ValueError as error:
            raise ValueError(_reason(str(error))) from None

    return slimmed(aggregated(tidied(_cached(cache, "svg", json.dumps(spec), make))))


def bundle(cache: Path | None = None) -> str:
    """One script with Vega, Vega-Lite and vega-embed, as `window.emergenceVega.embed`."""
    return _cached(cache, "js", _GIVES, lambda: _WRAPPED % vl_convert.javascript_bundle(_GIVES))
