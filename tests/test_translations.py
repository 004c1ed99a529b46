"""Catalogues: what is collected, what a translation may not lose, and whether all is translated."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages import Catalog
from emergence import book, i18n, paths, tables
from emergence.errors import ParameterError, TranslationError
from emergence.i18n import LANGUAGES, SOURCE, catalogue_path
from emergence.translations import catalogues, check, literals, markup
from emergence.translations.words import charts, data, interface

OTHERS = [lang for lang in LANGUAGES if lang != SOURCE]


@pytest.fixture(scope="module")
def templates() -> dict[str, Catalog]:
    return catalogues.templates()


def ids(catalogue: Catalog) -> set[str]:
    return {str(message.id) for message in catalogue if message.id}


# What is there to translate


@pytest.mark.parametrize("lang", OTHERS)
def test_everything_is_translated(lang: str, templates: dict[str, Catalog]) -> None:
    assert check.faults(lang, templates) == []


def test_nothing_in_charts_bypasses_the_catalogue() -> None:
    assert literals.bypassed() == []


def test_every_chapter_has_a_catalogue_and_the_task_pages_have_one(templates) -> None:
    chapters = {path.stem for path in paths.CHAPTERS.glob("*.md")} - {"task"}
    assert set(templates) == chapters | {"tasks", "charts", "data", "interface"}


def test_prose_is_collected_with_its_lines(templates: dict[str, Catalog]) -> None:
    text = (paths.CHAPTERS / "critique.md").read_text(encoding="utf-8").splitlines()
    found = templates["critique"]
    places = [(str(m.id), m.locations[0]) for m in found if m.id]
    assert {file for _text, (file, _line) in places} == {"chapters/critique.md"}
    for message, (_file, line) in places:
        assert message.splitlines()[0][:40] in text[line - 1]
    words = ids(found)
    assert "Critique" in words  # a title
    assert "Zero out of fifty" in words  # the title of an exercise
    assert "The presentation" in words  # the title of a box
    assert any(message.startswith("*Continuity is open.*") for message in words)  # a list


def test_cells_of_a_table_and_terms_are_collected(templates: dict[str, Catalog]) -> None:
    assert {"exact match", "guessing earns"} <= ids(templates["metrics"])
    assert "{doc}`Emergence <definition>`" in ids(templates["index"])


def test_names_of_task_pages_are_data_not_prose(templates: dict[str, Catalog]) -> None:
    assert not any("@" in message or "{{" in message for message in ids(templates["tasks"]))
    assert templates["data"].get("Word unscrambling", "tasks.name") is not None


def test_texts_of_charts_are_collected_from_modules_and_cells() -> None:
    files = {file for message in charts() if message.id for file, _line in message.locations}
    assert "scripts/emergence/charts/curves.py" in files
    assert "chapters/index.md" in files
    line = charts().get("Can it multiply two numbers of two digits?").locations[0][1]
    text = (paths.CHAPTERS / "index.md").read_text(encoding="utf-8").splitlines()
    assert "Can it multiply two numbers of two digits?" in text[line - 1]


def test_data_are_collected_with_their_row() -> None:
    message = data().get("exact match", "labels.name")
    (file, line), *_rest = message.locations
    assert file == "data/labels.csv"
    row = (paths.DATA / "labels.csv").read_text(encoding="utf-8").splitlines()[line - 1]
    assert row.startswith("metric,exact_match,")


def test_words_of_the_pages_are_collected() -> None:
    found = ids(interface())
    assert "Filter rows" in found
    assert "Show code cell source" in found


# Refreshing


def catalogue(*messages: tuple[str, str], context: str | None = None) -> Catalog:
    made = Catalog(domain="x", locale="ru")
    for text, translation in messages:
        made.add(text, translation, context=context, locations=[("chapters/x.md", 3)])
    return made


def test_refreshing_keeps_adds_marks_and_drops(tmp_path: Path) -> None:
    old = catalogue(("Same words", "Те же слова"), ("A gone one", "Нет"), ("Long old text", "Да"))
    path = catalogue_path("ru", "x", tmp_path)
    path.parent.mkdir(parents=True)
    path.write_text(catalogues.as_text(old), encoding="utf-8")
    new = catalogue(("Same words", ""), ("Long old texts", ""), ("Quite another thing", ""))
    assert catalogues.update("ru", {"x": new}, tmp_path) == [path]
    i18n.read_catalogue.cache_clear()
    found = i18n.read_catalogue(path, "ru")
    assert ids(found) == {"Same words", "Long old texts", "Quite another thing"}
    assert found.get("Same words").string == "Те же слова"
    assert found.get("Long old texts").fuzzy
    assert not found.get("Quite another thing").string
    assert not found.obsolete
    told = "\n".join(check.faults("ru", {"x": new}, tmp_path))
    assert "chapters/x.md:3: fuzzy" in told and "chapters/x.md:3: not translated" in told
    assert catalogues.update("ru", {"x": new}, tmp_path) == []


def test_the_same_text_in_another_context_is_another_message(tmp_path: Path) -> None:
    path = catalogue_path("ru", "x", tmp_path)
    path.parent.mkdir(parents=True)
    one = catalogue(("open", "открытая"), context="tasks.name")
    path.write_text(catalogues.as_text(one), encoding="utf-8")
    both = catalogue(("open", ""), context="tasks.name")
    both.add("open", context="labels.name", locations=[("data/labels.csv", 2)])
    catalogues.update("ru", {"x": both}, tmp_path)
    i18n.read_catalogue.cache_clear()
    (fault,) = check.faults("ru", {"x": both}, tmp_path)
    assert "data/labels.csv:2: fuzzy" in fault


@pytest.mark.parametrize("lang", OTHERS)
def test_the_catalogues_are_as_refreshing_leaves_them(lang, templates, tmp_path: Path) -> None:
    # But for the dates and the lines where a text stands, which any edit of the code may move.
    moving = re.compile(r'^#: .*\n|^"(?:POT-Creation|PO-Revision)-Date: .*\n', re.MULTILINE)
    for path in book.catalogues():
        copy = tmp_path / path.relative_to(paths.LOCALE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    for path in catalogues.update(lang, templates, tmp_path):
        kept = catalogue_path(lang, path.stem).read_text(encoding="utf-8")
        assert moving.sub("", path.read_text(encoding="utf-8")) == moving.sub("", kept)


def faulty(tmp_path: Path, text: str) -> list[str]:
    path = catalogue_path("ru", "x", tmp_path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    i18n.read_catalogue.cache_clear()
    return check.faults("ru", {"x": catalogue(("One {cite}`wei`", ""))}, tmp_path)


HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


def test_each_fault_is_told_in_one_line_with_its_place(tmp_path: Path) -> None:
    entry = 'msgid "One {cite}`wei`"\nmsgstr "%s"\n'
    place = r"locale.*|.*LC_MESSAGES/x\.po:5: chapters/x\.md:3: "
    assert faulty(tmp_path, HEAD + entry % "Один {cite}`wei`") == []
    for translation, told in {
        "": "not translated",
        "Один": "lost {cite}`wei`",
        "Один {cite}`wie`": "lost {cite}`wei`",
    }.items():
        found = faulty(tmp_path, HEAD + entry % translation)
        assert re.search(place, found[0]) and told in found[0] and "\n" not in found[0]
    (fuzzy,) = faulty(tmp_path, HEAD + "#, fuzzy\n" + entry % "Один {cite}`wei`")
    assert "fuzzy" in fuzzy
    gone = HEAD + entry % "Один {cite}`wei`" + '\nmsgid "Gone"\nmsgstr "Нет"\n'
    (obsolete,) = faulty(tmp_path, gone)
    assert "is obsolete" in obsolete and "'Gone'" in obsolete
    struck = HEAD + entry % "Один {cite}`wei`" + '\n#~ msgid "Gone"\n#~ msgstr "Нет"\n'
    assert "is obsolete" in faulty(tmp_path, struck)[0]


def test_a_missing_and_a_stray_catalogue_are_told(tmp_path: Path) -> None:
    (missing,) = check.faults("ru", {"x": catalogue(("One", ""))}, tmp_path)
    assert "no such catalogue; run make translations" in missing
    stray = catalogue_path("ru", "y", tmp_path)
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_text(HEAD, encoding="utf-8")
    assert "y.po: belongs to no chapter" in check.faults("ru", {}, tmp_path)[0]


def test_a_broken_catalogue_is_an_error_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "x.po"
    path.write_text('msgid "One"\nnonsense\n', encoding="utf-8")
    i18n.read_catalogue.cache_clear()
    with pytest.raises(TranslationError, match="not a catalogue"):
        i18n.read_catalogue(path, "ru")


# Markup


@pytest.mark.parametrize(
    ("original", "translation", "told"),
    [
        ("See {doc}`here <a>`", "См. {doc}`здесь <a>`", []),
        ("See {doc}`here <a>`", "См. {doc}`здесь <b>`", ["lost {doc}`a`", "added {doc}`b`"]),
        ("See {ref}`a`", "См. a", ["lost {ref}`a`"]),
        ("A {cite}`x,y`", "Б {cite}`x,y`", []),
        ("A {cite}`x,y`", "Б {cite}`x`", ["lost {cite}`x,y`", "added {cite}`x`"]),
        ("$p = 0.8$", "$p = 0{,}8$", []),
        ("$p = 0.8$", "$p = 0.9$", ["lost the maths 'p=0.8'", "added the maths 'p=0.9'"]),
        ("P(\\text{all}) = 0.5", "P(\\text{все}) = 0{,}5", []),
        ("\\frac{3}{n}", "\\дробь{3}{n}", ["lost the command '\\\\frac'"]),
        ("Fig. %s", "Рис.", ["lost the command '%s'"]),
        ("Set `floor`", "Задайте `floor`", []),
        ("Set `floor`", "Задайте `пол`", ["lost the code 'floor'", "added the code 'пол'"]),
        ("<https://a.org>", "https://a.org", ["lost the link 'https://a.org'"]),
        ("[a](b.html)", "[а](b.html)", []),
        ("[a](b.html){.x}", "[а](b.html)", ["lost the attributes '.x'"]),
        ("{count} of {all}", "{count} из {all}", []),
        ("{count} of {all}", "{count}", ["lost the placeholder 'all'"]),
        ("{glue:text}`n` models", "{glue:text}`n` {glue:text}`n:а|б|в`", []),
        ("{count} models", "{count} {count:а|б|в}", []),
        ("{n} {n:model|models}", "{n} моделей", []),
        ("{n} {n:model|models}", "{n} {n:а|б}", ["found 'а|б', expected 3 forms (one, few, many)"]),
        (
            "{n} models",
            "{n} {m:а|б|в}",
            ["added a word that goes by 'm', which the original does not have"],
        ),
    ],
)
def test_what_a_translation_may_and_may_not_change(original, translation, told) -> None:
    assert markup.faults(original, translation, "ru") == told


# Texts that bypass the catalogue


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('x = alt.X("a:Q", title="size")', ["size"]),
        ('x = alt.X("a:Q", title=_("size"))', []),
        ('label = "two words"', ["two words"]),
        ('label = _("two words")', []),
        ('label = _("a {n} b").format(n=f"{x} of them")', ["of them"]),
        ('"""Two words."""\nraise DataError("two words")', []),
        ('spec = {"title": "size"}', ["size"]),
        ('y = alt.Y("value:Q")', []),
        ('rows = frame.query("task == 1 and other == 2")', []),
        ('figure(chart, alt=f"{n} models")', ["models"]),
    ],
)
def test_unmarked_texts_are_found(code: str, found: list[str]) -> None:
    assert [text.strip() for _line, text in literals.unmarked(code)] == found


# Looking up


def test_a_text_without_translation_is_an_error_not_english() -> None:
    with pytest.raises(TranslationError, match="'no such text' is not translated"):
        i18n.translator("ru")("no such text")
    assert i18n.translator("en")("no such text") == "no such text"
    with pytest.raises(ParameterError, match="'xx' is not one of en, ru"):
        i18n.translator("xx")


def test_tables_have_the_names_of_the_language() -> None:
    english, russian = (tables.read_table("tasks", lang=lang) for lang in ("en", "ru"))
    ours = ["name", "asks", "remark", "benchmark"]
    assert re.search("[а-я]", russian["name"].iloc[0])
    assert russian["remark"].isna().equals(english["remark"].isna())
    assert russian.drop(columns=ours).equals(english.drop(columns=ours))
    assert russian.dtypes.equals(english.dtypes)
    holds = tables.data_package(lang="ru")["resources"][0]["description"]
    assert re.search("[а-я]", holds)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_two_tasks_or_abilities_have_one_name(lang: str) -> None:
    for table in ("tasks", "abilities"):
        assert tables.read_table(table, lang=lang)["name"].is_unique
