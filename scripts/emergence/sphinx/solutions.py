"""Titles of solutions as whole sentences: Russian has no form that suits every exercise's title."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.locale import get_translation
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.nodes import exercise_enumerable_node, solution_node
from sphinx_exercise.utils import get_node_number

from emergence.sphinx.figures import CATALOGUE

_ = get_translation(CATALOGUE)


def name_exercises(app: Sphinx, config: Config) -> None:
    """Name exercises as the book's catalogue does, before their numbers."""
    config.numfig_format = {**config.numfig_format, "exercise": _("Exercise %s")}


class SolutionTitles(SphinxPostTransform):
    """Write "Solution to Exercise 1", which sphinx-exercise puts together of two texts."""

    default_priority = 21  # after the title is resolved, before others link to it by its words

    def run(self, **kwargs: Any) -> None:
        """Write them in this page."""
        register = getattr(self.env, "sphinx_exercise_registry", {})
        for node in self.document.findall(solution_node):
            exercise = register[node["target_label"]]["node"]
            if not isinstance(exercise, exercise_enumerable_node):
                continue
            number = get_node_number(self.app, exercise, "exercise")
            words = _("Solution to Exercise {number}").format(number=number)
            start, link = node[0].children
            node[0].remove(start)
            link.replace(link[0], nodes.Text(words))
            node["title"] = words


def setup(app: Sphinx) -> None:
    """Register both, after those of sphinx-exercise."""
    app.setup_extension("sphinx_exercise")
    app.connect("config-inited", name_exercises, priority=900)
    app.add_post_transform(SolutionTitles)
