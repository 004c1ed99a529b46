"""Anchors that no rewording and no translation can change: the label of a heading, nothing else."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform


class LabelsOnly(SphinxTransform):
    """Take the anchor that was made of a heading's words from every section that has a label."""

    default_priority = 270  # after docutils has moved labels to their sections (260)

    def apply(self, **kwargs: Any) -> None:
        """Take them from the sections of this page."""
        for section in self.document.findall(nodes.section):
            given = [name for name in section["names"] if self.document.nametypes.get(name)]
            labels = [self.document.nameids[name] for name in given]
            if labels:
                section["ids"] = [name for name in section["ids"] if name in labels]


def setup(app: Sphinx) -> None:
    """Register the transform."""
    app.add_transform(LabelsOnly)
