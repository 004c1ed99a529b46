"""Charts in a reader's own notebook: JupyterLab, Colab, VS Code.

No front end shows `application/vnd.vegalite.v6+json` everywhere, so a chart is HTML: its picture,
which is there at once and offline, and Altair's own script, which loads Vega from its network of
copies (jsDelivr) and puts the living chart in the picture's place. A front end that runs no
scripts, or has no internet, keeps the picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import vl_convert

from emergence.embedded import picture_html

WIDTH = 680  # px, of a chart that takes the width of its column

# Vega-Embed marks what it has drawn with `marks`; Altair's own message of failure has `error`.
_STYLE = ".em-chart:has(.marks) > img, .em-chart .error { display: none }"


def living_html(spec: Mapping[str, Any], text: str) -> str:
    """A chart as HTML: its picture, and the script that brings it to life where there is a way."""
    fixed = {**spec, "width": WIDTH} if spec.get("width") == "container" else dict(spec)
    svg = vl_convert.vegalite_to_svg(fixed, allowed_base_urls=[])
    with alt.renderers.enable("html"):
        living = alt.Chart.from_dict(spec)._repr_mimebundle_()["text/html"]
    return f'<style>{_STYLE}</style><div class="em-chart">{picture_html(svg, text)}{living}</div>'
