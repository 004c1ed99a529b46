"""Readers' own models on the pages: their answers under every metric, and some of them to read."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pandas as pd
import pytest
from emergence import book, fill, notebooks, paths, rescored, task_page
from emergence.charts import own_models, own_points, own_section
from emergence.charts.figures import Figure, Html
from emergence.metrics import normalised_token_edit_distance
from emergence.own import models
from emergence.own.adding import add
from emergence.tables import read_table

from tests import lm_eval_files as files

EVIL = "<img src=x onerror=alert(1)>"
WRITTEN = "word_unscramble"
# What our own markup is made of; anything else would be a reader's.
OURS = {
    *("details", "summary", "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "p"),
    *("span", "ul", "li", "b", "code", "a"),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    add(files.FIXTURES, root=folder / "kept")
    return folder / "kept"


@pytest.fixture(scope="module")
def own(root):
    return models.read(root)


@pytest.fixture(scope="module")
def none(tmp_path_factory):
    return models.read(tmp_path_factory.mktemp("none"))


def page(scores, tasks, task):
    return task_page.task_page(scores, tasks, task, floor=0.05, significance=0.05)


def html(parts) -> str:
    return "".join(part.html for part in parts if isinstance(part, Html))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.names: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.texts.append(data)


def read(markup: str) -> Tags:
    parser = Tags()
    parser.feed(markup)
    return parser


def test_every_metric_is_a_share_between_its_ends(own):
    for task in own.samples["task"].unique():
        rows = rescored.of_task(own, task)
        known = rows.dropna(subset=["share", "share_low"])
        assert known["share"].between(known["share_low"], known["share_high"]).all()
        assert rows["share"].dropna().between(0, 1).all()
        assert rows.groupby(rescored.RUN)["place"].is_monotonic_increasing.all()


def test_likeness_is_what_edit_distance_leaves(tmp_path):
    scores, lines = files.unscrambled(71, 30)
    tasks = {files.UNSCRAMBLE: (scores, lines)}
    files.put(tmp_path / "out", files.STAMP_0, files.results(tasks, 2), tasks)
    add(tmp_path / "out", root=tmp_path / "kept")
    rows = rescored.of_task(models.read(tmp_path / "kept"), WRITTEN).set_index("metric")
    answers = [line["resps"][0][0] for line in lines]
    targets = [line["target"] for line in lines]
    away = normalised_token_edit_distance(answers, targets, strip=True)
    found = rows.loc["normalised_token_edit_distance"]
    assert found["share"] == pytest.approx(1 - away.mean())
    error = away.std(ddof=1) / len(away) ** 0.5
    assert found["share_low"] == pytest.approx(1 - away.mean() - 1.959964 * error, abs=1e-6)


def test_what_a_blank_costs_is_told_in_answers(own, scores, tasks, labels):
    told = html(own_section.section(own, page(scores, tasks, WRITTEN), labels, "en"))
    rows = own.samples[own.samples["task"].eq(WRITTEN)].set_index(["metric", "reading"])["value"]
    n = 20
    lost = round(n * (rows["exact_match", "stripped"] - rows["exact_match", "raw"]))
    assert 0 < lost < n and f"{lost} of {n} answers are right once blanks" in told


def test_without_models_the_section_is_empty(none, own, scores, tasks, labels):
    for task in (WRITTEN, "grounded_mappings"):
        assert own_section.section(none, page(scores, tasks, task), labels, "en") == []
    assert own_section.section(own, page(scores, tasks, "wic"), labels, "en") == []
    assert own_points.points_figure(none, page(scores, tasks, WRITTEN), labels, "en") is None
    assert "None yet" in own_models.models_table(none, tasks, "en").text


def test_scores_without_answers_say_how_to_keep_them(own, scores, tasks, labels):
    alone = own._replace(samples=own.samples.iloc[:0], answers=own.answers.iloc[:0])
    (panel,) = own_section.section(alone, page(scores, tasks, WRITTEN), labels, "en")
    assert "--log_samples" in panel.text


def test_untrusted_texts_are_texts(tmp_path, scores, tasks, labels):
    written, chosen = files.unscrambled(72, 20), files.choices(73, 20)
    for line in (*written[1], *chosen[1]):
        start = f"{EVIL}</table><script>alert(1)</script> [x](javascript:alert(1)) Q:"
        line["arguments"] = files.requests(
            [(start, cell["arg_1"]) for cell in line["arguments"].values()]
        )
    for line in written[1][:10]:
        line["resps"] = [[EVIL + line["resps"][0][0]]]
    given = {files.UNSCRAMBLE: written, "bigbench_parsinlu_qa_multiple_choice": chosen}
    found = files.results(given, 2, name=EVIL)
    found["configs"][files.UNSCRAMBLE] |= files.GSM8K
    files.put(tmp_path / "out", files.STAMP_0, found, given)
    (tmp_path / "out" / "card.yml").write_text(json.dumps({"name": EVIL, "family": EVIL}))
    add(tmp_path / "out", root=tmp_path / "kept")
    own = models.read(tmp_path / "kept")
    assert set(own.models["name"]) == {EVIL}
    for task in (WRITTEN, "persian_qa"):
        for lang in ("en", "ru"):
            parts = own_section.section(own, page(scores, tasks, task), labels, lang)
            told = read(html(parts))
            assert told.tags <= OURS and "onerror" not in told.names
            assert EVIL in "".join(told.texts) and any("<script>" in t for t in told.texts)
            (drawn,) = (part for part in parts if isinstance(part, Figure))
            assert EVIL in {row["name"] for r in drawn.spec["datasets"].values() for row in r}
    told = read(own_models.models_table(own, tasks, "en").html)
    assert told.tags <= OURS and EVIL in told.texts


def test_models_of_one_name_are_told_apart():
    named = pd.DataFrame({"model": ["own/a", "own/b", "own/c"], "name": ["x" * 60, "x" * 60, "y"]})
    shown = models.shown_names(named)
    assert shown.is_unique and shown.str.len().max() <= models.NAME + 4


def test_a_limit_of_size_leaves_out_larger_models_and_those_of_unknown_size(own):
    kept = rescored.up_to(own, 1e6)
    assert set(kept.models["name"]) == {"tiny", "small", "old"}
    assert set(kept.scores["model"]) == set(kept.models["model"])
    assert rescored.up_to(own, 10).models.empty and rescored.up_to(own, None) is own


def test_points_stand_at_compute_or_size_and_the_unknown_are_counted(own, scores, tasks, labels):
    easy = tasks.assign(page=True)
    drawn = own_points.points_figure(own, page(scores, easy, "arc_easy"), labels, "en")
    assert drawn.table["name"].nunique() == 2 and "left out: 2" in json.dumps(drawn.spec)
    sized = own._replace(models=own.models.assign(train_flops=1e18, params_active=1e8))
    drawn = own_points.points_figure(sized, page(scores, easy, "arc_easy"), labels, "en")
    assert "training FLOPs" in json.dumps(drawn.spec) and drawn.table["name"].nunique() == 3
    unknown = own._replace(models=own.models.assign(params_active=float("nan")))
    panel = own_points.points_figure(unknown, page(scores, easy, "arc_easy"), labels, "en")
    assert isinstance(panel, Html)


def test_the_map_is_shown_whole(tasks, labels):
    places = read_table("lm_eval_tasks")
    rows = own_models.curves(places)
    names = set(places["average"].fillna(places["lm_eval_task"]))
    assert set(rows["asked"]) == names and rows["parts"].max() == 57
    spread = rows.assign(shots=rows["shots"].str.split(", ")).explode("shots")
    assert (spread["parts"].astype(int)).sum() == len(places)
    told = read(own_models.places_table(places, tasks, labels, "en").html)
    assert told.tags <= OURS


# Pages of tasks without public scores.


def test_a_task_with_a_page_and_no_scores_has_an_example(tasks):
    alone = tasks[tasks["page"].astype(bool) & tasks["data"].eq("none")]["task"]
    assert set(alone) >= {"grounded_mappings", "modified_arithmetic"}
    for task in alone:
        asked, answer = task_page.example(task)
        assert asked.endswith(("->", "Answer:")) and answer and answer not in asked.split()[-2:]
    assert task_page.example("gsm8k") is None


@pytest.mark.parametrize(
    ("task", "unused"), [("mmlu", "unscored"), ("grounded_mappings", "scored")]
)
def test_a_page_leaves_out_what_it_has_no_use_for(task, unused):
    words = book.template_words(task)
    assert words["unused"] == unused
    notebook = fill.prepared(paths.TASK_TEMPLATE, {"task": task}, words)
    whole = fill.prepared(paths.TASK_TEMPLATE, {}, words | {"unused": ""})
    assert len(notebook.cells) == len(whole.cells)
    done = notebooks.normalised(notebook)
    assert len(done.cells) == len(done.metadata["source_map"]) < len(whole.cells)
    text = "\n".join(cell.source for cell in done.cells)
    assert ("fits.curve_figure" in text) == ("## The fitted curve" in text) == (unused != "scored")
    assert ("task_page.example" in text) == ("## What is asked" in text) == (unused == "scored")
    assert "own_section.section" in text


def test_a_failing_cell_behind_one_left_out_names_its_line(tmp_path):
    chapter = tmp_path / "task.md"
    chapter.write_text(
        '# {{ name }}\n\n+++ {"tags": ["scored"]}\n\nGone.\n\n```{code-cell} ipython3\n'
        ":tags: [scored]\n1 / 0\n```\n\n```{code-cell} ipython3\nundefined\n```\n"
    )
    words = {"name": "N", "unused": "scored"}
    with pytest.raises(notebooks.CellError, match=r"task\.md:13: code cell 2: NameError"):
        notebooks.run_each(chapter, [{}], {}, words)
