"""Questions that a reader answers with a click or a key, and learns at once what is right.

:::{question} Which scale do the authors of 2022 use most?
:name: q-definition-1

- [ ] The number of parameters.

  They show it in the appendix; the figures of the text have another axis.

- [x] Training FLOPs.

  Yes: one number that joins parameters and data.
:::

The page holds the answers as a list and what they earn in a fold; `static/questions.js` makes a
group of buttons of them.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.locale import get_translation
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from emergence.sphinx.figures import CATALOGUE

SIGNS = {True: "✓", False: "✗"}
_MARK = re.compile(r"\[([x ])\]\s+")

_ = get_translation(CATALOGUE)
_log = logging.getLogger(__name__)


class question_node(nodes.General, nodes.Element):
    """A question, text around it, and its answers: list items with the attribute `right`."""


class element_node(nodes.General, nodes.Element):
    """An HTML element: its `tag`, and `html`, its attributes."""


def _element(tag: str, name: str, *children: nodes.Node, **html: str) -> element_node:
    return element_node("", *children, tag=tag, html=html, classes=[name])


class Question(SphinxDirective):
    """`{question} What is asked`, then a list of answers, each with what it earns below it."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = {"name": directives.unchanged_required}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Return the question, or nothing after a warning."""
        node = question_node()
        self.set_source_info(node)
        inline, messages = self.parse_inline(self.arguments[0], lineno=self.lineno)
        title = nodes.rubric(self.arguments[0], "", *inline)
        self.set_source_info(title)
        node += title
        node += self.parse_content_to_nodes()
        if not self._complete(node):
            return messages
        self.add_name(node)
        return [node, *messages]

    def _complete(self, node: question_node) -> bool:
        if "name" not in self.options:
            return self._warn("has no :name:")
        lists = [child for child in node.children if isinstance(child, nodes.bullet_list)]
        if len(lists) != 1 or node.children[-1] is not lists[0]:
            return self._warn("ends with one list of answers, and has no other list")
        items = lists[0].children
        if not 2 <= len(items) <= len(_("ABCDEFGH")):
            return self._warn(f"has {len(items)} answers, expected 2 to {len(_('ABCDEFGH'))}")
        marked = [self._unmarked(item) for item in items]
        if not all(marked):
            return False
        if not any(item["right"] for item in items):
            return self._warn("has no right answer: mark it with `[x] `")
        return True

    def _unmarked(self, item: nodes.list_item) -> bool:
        """Take the mark off an answer, so that nobody has to translate it."""
        answer = item[0] if item.children else None
        start = answer[0] if isinstance(answer, nodes.paragraph) and answer.children else None
        mark = _MARK.match(start.astext()) if isinstance(start, nodes.Text) else None
        if mark is None:
            found = f"has an answer that begins neither with `[x] ` nor `[ ] `: {item.astext()!r}"
            return self._warn(found)
        item["right"] = mark[1] == "x"
        answer.replace(start, nodes.Text(start.astext()[mark.end() :]))
        answer.rawsource = _MARK.sub("", answer.rawsource, count=1)
        if len(item.children) < 2:
            return self._warn(f"has no feedback below the answer {answer.astext()!r}")
        return True

    def _warn(self, fault: str) -> bool:
        source, line = self.get_source_info()
        _log.warning(
            f"question: {self.arguments[0]!r} {fault}",
            location=f"{source}:{line}",
            type="emergence",
            subtype="question",
        )
        return False


def _verdict(right: bool, letter: str) -> nodes.paragraph:
    words = _("Right.") if right else _("Not right.")
    sign = _element("span", "em-sign", nodes.Text(SIGNS[right]), **{"aria-hidden": "true"})
    lettered = nodes.inline("", letter, classes=["em-letter"])
    told = nodes.inline("", words, classes=["em-verdict-words"])
    parts = [sign, nodes.Text(" "), lettered, nodes.Text(" "), told]
    return nodes.paragraph("", "", *parts, classes=["em-verdict"])


def as_fieldset(node: question_node, number: int) -> element_node:
    """A question as a page shows it, the `number`th of its page."""
    title, *texts, answers = node.children
    told = nodes.inline("", _("Question {number}").format(number=number))
    told["classes"].append("em-question-number")
    legend = _element("legend", "em-question-title", told, nodes.Text(" "))
    legend += nodes.inline("", "", *title.children, classes=["em-question-words"])
    several = sum(item["right"] for item in answers.children) > 1
    if several:
        hint = _("More than one answer is right.")
        texts.append(nodes.paragraph("", hint, classes=["em-question-hint"]))
    shown = _element("ol", "em-answers")
    fold = _element("details", "em-answer-key", _element("summary", "", nodes.Text(_("Answers"))))
    fold[0]["classes"] = []
    for letter, item in zip(_("ABCDEFGH"), answers.children, strict=False):
        answer, *feedback = item.children
        lettered = nodes.inline("", letter, classes=["em-letter"])
        words = nodes.inline("", "", *answer.children, classes=["em-answer-words"])
        shown += _element("li", "", _element("span", "em-answer", lettered, words))
        shown[-1]["classes"] = []
        right = "true" if item["right"] else "false"
        note = _element("div", "em-feedback", **{"data-right": right})
        note += [_verdict(item["right"], letter), *feedback]
        fold += note
    words = _words_of_script() if several else {}
    kind = {"data-kind": "several" if several else "one"}
    done = _element("fieldset", "em-question", legend, *texts, shown, fold, **kind, **words)
    done["ids"] = node["ids"]
    return done


def _words_of_script() -> dict[str, str]:
    return {
        "data-check": _("Check"),
        "data-all": _("Right: all of them, and no other."),
        "data-wrong": _("Not yet: not everything you chose is right."),
        "data-missing": _("Not yet: more answers are right."),
        "data-none": _("Choose at least one answer."),
    }


class Fieldsets(SphinxPostTransform):
    """Number the questions of a page and lay them out for HTML."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Do so in this page."""
        for number, node in enumerate(list(self.document.findall(question_node)), 1):
            node.replace_self(as_fieldset(node, number))


def _visit(translator: Any, node: element_node) -> None:
    translator.body.append(translator.starttag(node, node["tag"], "", **node["html"]))


def _depart(translator: Any, node: element_node) -> None:
    translator.body.append(f"</{node['tag']}>")


def add_script(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Load the script where a page asks something."""
    if 'class="em-question"' in context.get("body", ""):
        app.add_js_file("questions.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    """Register the directive, its look and its script."""
    app.add_node(question_node)
    app.add_node(element_node, html=(_visit, _depart))
    app.add_directive("question", Question)
    app.add_post_transform(Fieldsets)
    app.add_css_file("questions.css", priority=910)
    # Before the page's scripts are told apart.
    app.connect("html-page-context", add_script, priority=800)
