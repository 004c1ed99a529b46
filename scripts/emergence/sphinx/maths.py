"""Formulas as MathML made at build: no script sets them, in no browser.

Sphinx numbers display formulas; environments that would number by themselves are set as their
unnumbered kin.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.locale import get_translation
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from emergence.sphinx.figures import CATALOGUE

RENDERER = "mathml"
_KIN = {"align": "aligned", "split": "aligned", "gather": "gathered"}
_ENVIRONMENT = re.compile(r"\\(begin|end)\{(align|split|gather)\*?\}")

logger = logging.getLogger(__name__)

_ = get_translation(CATALOGUE)


def prepared(latex: str) -> str:
    """A display formula as math-core understands it; lines and blank lines become rows."""
    kin = _ENVIRONMENT.sub(lambda m: rf"\{m[1]}{{{_KIN[m[2]]}}}", latex)
    parts = [part.strip() for part in re.split(r"\n\s*\n", kin) if part.strip()]
    joined = r" \\ ".join(parts)
    if r"\\" in joined and r"\begin{" not in joined:
        return rf"\begin{{aligned}}{joined}\end{{aligned}}"
    if len(parts) > 1:
        return rf"\begin{{gathered}}{joined}\end{{gathered}}"
    return joined


def mathml(latex: str, *, display: bool, macros: dict[str, str] | None = None) -> str:
    """MathML of a formula. Raises math_core.LatexError on anything it can't set."""
    converter = LatexToMathML(macros=macros or {}, fancy_error=False)
    source = prepared(latex) if display else latex
    return converter.convert_with_local_state(source, displaystyle=display)


def _set(translator: Any, node: nodes.Element, *, display: bool) -> str:
    latex = node.astext()
    macros = translator.builder.config.emergence_math_macros
    try:
        return mathml(latex, display=display, macros=macros)
    except LatexError as error:
        logger.warning(
            "the formula %r cannot be set: %s", latex, error, location=node, type="maths"
        )
        return translator.encode(latex)


def visit_inline(translator: Any, node: nodes.math) -> None:
    """Write a formula inside a line."""
    start = translator.starttag(node, "span", "", CLASS="math notranslate nohighlight")
    translator.body.append(f"{start}{_set(translator, node, display=False)}</span>")
    raise nodes.SkipNode


def visit_display(translator: Any, node: nodes.math_block) -> None:
    """Write a formula on a line of its own, its number at the right."""
    start = translator.starttag(node, "div", "", CLASS="math notranslate nohighlight")
    formula = _set(translator, node, display=True)
    translator.body.append(f'{start}<div class="em-formula">{formula}</div>')
    if node["number"]:
        number = get_node_equation_number(translator, node)
        translator.body.append(f'<span class="eqno">({number})')
        translator.add_permalink_ref(node, _("Link to this equation"))
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the renderer `mathml`. `emergence_math_macros`: LaTeX macros by name."""
    app.add_config_value("emergence_math_macros", {}, "html", dict)
    app.add_html_math_renderer(RENDERER, (visit_inline, None), (visit_display, None))
