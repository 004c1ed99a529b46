"""Questions on pages: their parts, their faults, and their way through translation."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from lxml import html
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from .test_sphinx_extension import build, catalogues

ONE = """:::{question} Which of $p$ and $p^k$ is smaller?
:name: q-one

Think of $p = 0.5$.

- [ ] Always $p$.

  See {ref}`the start <start>`.

- [x] $p^k$, for $k$ above 1.

  Yes: a share of a share.

  And so on.

:::"""
SEVERAL = """:::{question} Which numbers are even?
:name: q-several

- [x] Two.

  Two times one.

- [ ] Three.

  One is left over.

- [x] Zero.

  Two times zero.

:::"""
FENCES = {"myst_enable_extensions": ["dollarmath", "colon_fence"]}


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with two questions; beside it lies what search knows."""
    folder = tmp_path_factory.mktemp("questions")
    assert build(folder, {"index": ["(start)=\n# Start", ONE, SEVERAL]}, **FENCES) == ""
    return folder / "html/index.html"


def test_a_question_is_a_numbered_group_with_letters_and_notes(asking: Path) -> None:
    first, second = html.parse(asking).xpath("//fieldset")
    assert first.get("id") == "q-one" and first.get("data-kind") == "one"
    legend = first.xpath("./legend")[0]
    told = " ".join(legend.text_content().split())
    assert told == "Question 1 Which of p and pk is smaller?"
    assert legend.xpath(".//math")
    answers = [" ".join(a.text_content().split()) for a in first.xpath("./ol/li")]
    assert [answer[0] for answer in answers] == ["A", "B"]
    assert not any("[" in answer for answer in answers)
    notes = first.xpath("./details/div")
    assert [note.get("data-right") for note in notes] == ["false", "true"]
    assert notes[0].xpath(".//a[@href='#start']")
    assert "And so on." in notes[1].text_content()
    assert second.get("data-kind") == "several"
    assert second.xpath("./legend")[0].text_content().startswith("Question 2")


def test_without_scripts_there_is_nothing_to_click_but_the_fold(asking: Path) -> None:
    parsed = html.parse(asking)
    assert not parsed.xpath("//fieldset//*[self::input or self::button]")
    assert [s.text_content() for s in parsed.xpath("//fieldset/details/summary")] == ["Answers"] * 2


def scripts(page: Path) -> str:
    """All that a page loads to run."""
    sources = html.parse(page).xpath("//script/@src")
    return "".join((page.parent / src.split("?")[0]).read_text("utf-8") for src in sources)


def test_the_script_is_on_pages_that_ask(asking: Path, tmp_path: Path) -> None:
    assert "fieldset.em-question" in scripts(asking)
    assert build(tmp_path, {"index": ["# Start"]}) == ""
    assert "fieldset.em-question" not in scripts(tmp_path / "html/index.html")


def test_search_finds_what_is_asked_answered_and_noted(asking: Path) -> None:
    index = (asking.parent / "searchindex.js").read_text(encoding="utf-8")
    assert all(word in index for word in ("smaller", "zero", "share"))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (":name: q-several\n", "", "has no :name:"),
        ("- [x] Two.\n\n  Two times one.\n\n- [ ] Three.\n\n  One is left over.\n\n", "", "has 1"),
        ("[x]", "[ ]", "has no right answer"),
        ("- [ ] Three", "- Three", "begins neither with `[x] ` nor `[ ] `"),
        ("  One is left over.\n\n", "", "has no feedback below the answer 'Three.'"),
        ("- [x] Zero.", "Further:\n\n- [x] Zero.", "ends with one list"),
        ("- ", "", "ends with one list"),
    ],
)
def test_a_faulty_question_stops_the_build(
    tmp_path: Path, before: str, after: str, told: str
) -> None:
    text = SEVERAL.replace(before, after)
    assert text != SEVERAL
    warnings = build(tmp_path, {"index": ["# Start", text]}, **FENCES)
    # The first line of the second cell of a notebook, in which MyST-NB counts one line on.
    assert "index.ipynb:20002: WARNING: question: 'Which numbers are even?'" in warnings
    assert told in warnings


def test_two_questions_of_one_name_stop_the_build(tmp_path: Path) -> None:
    again = SEVERAL.replace("q-several", "q-one")
    warnings = build(tmp_path, {"index": ["(start)=\n# Start", ONE, again]}, **FENCES)
    assert 'Duplicate explicit target name: "q-one"' in warnings


def test_translators_see_no_marks_and_translations_keep_them(tmp_path: Path) -> None:
    pages = {"index": ["# Start", SEVERAL]}
    assert build(tmp_path, pages, **FENCES) == ""
    found = extracted(tmp_path)
    russian = {
        "Which numbers are even?": "Какие числа чётные?",
        "Three.": "Три.",
        "One is left over.": "Остаётся один.",
        "Zero.": "Ноль.",
    }
    assert found >= russian.keys()
    assert not any("[" in text for text in found)
    words = {"ABCDEFGH": "АБВГДЕЖЗ", "Question {number}": "Вопрос {number}"}
    catalogues(tmp_path, "ru", words)
    prose = Catalog(locale="ru")
    for text, translation in russian.items():
        prose.add(text, translation)
    with (tmp_path / "source/locale/ru/LC_MESSAGES/index.mo").open("wb") as compiled:
        write_mo(compiled, prose)
    settings = {**FENCES, "language": "ru", "locale_dirs": ["locale"]}
    assert build(tmp_path, pages, **settings) == ""
    (box,) = html.parse(tmp_path / "html/index.html").xpath("//fieldset")
    assert box.xpath("./legend")[0].text_content() == "Вопрос 1 Какие числа чётные?"
    assert box.xpath("./ol/li")[1].text_content() == "БТри."
    assert [note.get("data-right") for note in box.xpath("./details/div")] == [
        "true",
        "false",
        "true",
    ]
    assert "Остаётся один." in box.xpath("./details/div")[1].text_content()


def extracted(folder: Path) -> set[str]:
    """What Sphinx hands to the translators of a built book's first page."""
    settings = {
        "extensions": ["myst_nb", "sphinx_exercise", "emergence.sphinx"],
        "master_doc": "index",
        "nb_execution_mode": "off",
        **FENCES,
    }
    source, out = folder / "source", folder / "gettext"
    with docutils_namespace(), (folder / "told").open("w+") as told:
        app = Sphinx(
            str(source), None, str(out), str(folder / "trees"), "gettext", settings, None, told
        )
        app.build()
        told.seek(0)
        assert told.read() == ""
    with (out / "index.pot").open("rb") as lines:
        return {str(message.id) for message in read_po(lines) if message.id}
