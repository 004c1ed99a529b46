"""Readers' own models in the chapters: beside the book's they change no statistic, and among them
only what is comparable."""

from __future__ import annotations

import csv
import io
import json
import math

import numpy as np
import pandas as pd
import pytest
from emergence import findings, own_verdicts, paths, readers, results, retest, views
from emergence.charts import curves as score_charts
from emergence.charts import figure, fits, own_marks, own_tables
from emergence.charts.figures import MIME
from emergence.instrument import axes, curves, thresholds
from emergence.notebooks import execute
from emergence.once import CACHE, _content
from emergence.own import models
from emergence.params import resolve
from emergence.task_page import task_page
from scipy import stats

from tests import own_models

FLOOR, MARGIN, LEVEL = 0.05, 0.05, 0.05
TASK = "word_unscramble"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    own_models.three(folder / "models", folder / "results")
    return folder / "models"


@pytest.fixture(scope="module")
def beside(scores, root):
    return readers.with_readers(scores, "beside", None, root)


@pytest.fixture(scope="module")
def among(scores, root):
    return readers.with_readers(scores, "included", None, root)


@pytest.fixture(scope="module")
def measured(scores, tasks):
    return findings.measured(scores, tasks, TASK, FLOOR)


def test_beside_and_left_out_statistics_get_the_very_rows_of_the_book(scores, beside, root):
    out = readers.with_readers(scores, "left_out", None, root)
    assert beside.scores is scores and out.scores is scores
    assert set(beside.own["shown"]) == {"our-7b", "our-7b-chat", "classroom-125m"}
    assert out.own.empty and list(out.own) == list(beside.own)
    none = readers.with_readers(scores, "included", None, root / "none").scores
    assert _content(none.drop(columns="own")) == _content(scores) and not none["own"].any()


def test_published_tables_are_the_same_bytes_with_models_beside(root, tmp_path, monkeypatch):
    """What the build kept is found again, for it goes by content; else this would take minutes."""
    values = resolve()["critique"]
    monkeypatch.setenv(CACHE, str(paths.CACHE))
    results.write(results.tables(values, root), tmp_path / "r", results.included(values, root))
    for path in sorted(paths.RESULTS.iterdir()):
        assert (tmp_path / "r" / path.name).read_bytes() == path.read_bytes(), path.name
    results.write(results.tables(values, root), tmp_path / "i", ["our-7b"])
    told = json.loads((tmp_path / "i" / "datapackage.json").read_text())["own_models"]
    assert told["counted"] == ["our-7b"] and "not those of the book" in told["note"]
    among = values | {"own_models": "included"}
    assert results.included(among, root) == ["classroom-125m", "our-7b"]


CHAPTERS = ["index", "metrics", "examples", "implications", "critique", "tasks/word_unscramble"]


def told(path):
    """Glued values, tables and charts of a notebook, each by its name or its head."""
    glued, tables, charts = {}, [], {}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            data, about = output.get("data", {}), output.get("metadata", {})
            if MIME in data:
                charts[about[MIME]["name"]] = ["".join(data[k]) for k in ("text/plain", "text/csv")]
            elif "scrapbook" in about:
                glued[about["scrapbook"]["name"]] = data
            elif "text/html" in data:
                tables.append("".join(data["text/html"]))
    return glued, tables, charts


@pytest.mark.parametrize("page", CHAPTERS)
def test_chapters_say_the_same_with_models_beside(page, root, tmp_path):
    """What the build wrote without models, against the same page with them."""
    built = paths.NOTEBOOKS / "en" / f"{page}.ipynb"
    if not built.exists():
        pytest.fail("nothing is built; run `make test`")
    ours = {"EMERGENCE_OWN_MODELS": str(root)}
    execute(page, {}, {"en": tmp_path / "with.ipynb"}, environment=ours)
    (glued, tables, charts), (mine, more, drawn) = told(built), told(tmp_path / "with.ipynb")
    assert mine == glued and drawn.keys() == charts.keys()
    assert [table for table in more if table in tables] == tables
    # Verdicts; on the task's page also the panel that tells of scores without answers.
    assert len(more) - len(tables) == {"critique": 1, "tasks/word_unscramble": 2}.get(page, 0)
    for name, (text, rows) in charts.items():
        longer, joined = drawn[name]
        assert longer.startswith(text), name
        book = list(csv.reader(io.StringIO(rows)))
        with_own = list(csv.reader(io.StringIO(joined)))
        if with_own != book:
            columns = [with_own[0].index(column) for column in book[0]]
            at = with_own[0].index("own")
            kept = [row for row in with_own[1:] if row[at] == "False"]
            assert [[row[i] for i in columns] for row in kept] == book[1:], name


def test_included_are_comparable_rows_of_known_size_only(scores, among):
    mine = readers.counted(among.scores)
    assert set(mine["name"]) == {"our-7b", "classroom-125m"}
    assert mine["note"].isna().all() and mine["params_active"].notna().all()
    assert len(among.scores) == len(scores) + len(mine)
    pd.testing.assert_frame_equal(among.scores[: len(scores)].drop(columns="own"), scores)
    # One by one they are families of their own, unless a card says otherwise.
    assert set(mine["family"]).isdisjoint(scores["family"])
    assert among.own["shown"].nunique() == 3


def test_included_models_enter_fits_tests_and_forecasts(scores, among, tasks):
    own = readers.counted(among.scores)
    (book,), (with_own,) = (
        [c for c in findings.of_task(rows, tasks, TASK, FLOOR)] for rows in (scores, among.scores)
    )
    assert set(with_own.rows["model"]) - set(book.rows["model"]) == set(own["model"])
    # However the book tells the number of shots, an own score lies on its curve.
    for task in ("wic", "mmlu", "truthfulqa", "gsm8k", TASK):
        before, after = (
            len(findings.of_task(s, tasks, task, FLOOR)) for s in (scores, among.scores)
        )
        assert before == after, task
    tested = retest.tested_task(among.scores, tasks, TASK, FLOOR, LEVEL)
    assert tested.loc[tested["own"], "present"].notna().all()
    panel = axes.panel(findings.forecastable(among.scores), tasks)
    assert set(panel.models) - set(axes.panel(scores, tasks).models) == set(own["model"])


def test_a_model_without_benchmarks_is_in_no_forecast(scores, among, tasks):
    strong = readers.counted(among.scores)["task"].isin(["mmlu", "truthfulqa"])
    bare = among.scores.drop(index=strong[strong].index)
    assert set(axes.panel(findings.forecastable(bare), tasks).models) == set(
        axes.panel(scores, tasks).models
    )


def test_weights_that_the_book_has_scores_of_are_not_counted_twice(scores, tmp_path):
    shares = {own_models.UNSCRAMBLE: 0.02, "gsm8k": 0.1}
    put = own_models.put
    put(tmp_path / "m", tmp_path / "r", "EleutherAI/pythia-1b-deduped", shares)
    found = readers.with_readers(scores, "included", None, tmp_path / "m")
    known = scores[scores["model"].eq("EleutherAI/pythia-1b-deduped")]
    settings = set(known[readers.KEYS].itertuples(index=False, name=None))
    counted = readers.counted(found.scores)[readers.KEYS].itertuples(index=False, name=None)
    assert settings.isdisjoint(counted)
    assert set(found.own["task"]) == {TASK, "gsm8k"}


def test_a_limit_of_size_holds_for_own_models_too(scores, root):
    found = readers.with_readers(scores, "beside", 1e9, root)
    assert set(found.own["shown"]) == {"classroom-125m"}


def test_own_items_and_flags_are_told():
    flags = pd.array(["limited_run", "limited_run;own_items", pd.NA], dtype="string")
    assert readers._own_items(pd.DataFrame({"flags": flags})).tolist() == [False, True, False]
    assert own_marks.told_apart("own_items;limited_run", "en") == "own items; few items"
    assert own_marks.told_apart(pd.NA, "ru") == ""


def test_names_in_charts_are_short_and_told_apart(tmp_path, scores):
    for at, name in enumerate(["x" * 100, "x" * 90, "same", "same"]):
        card = {"name": name, "parameters": 1e9}
        put = own_models.put
        put(tmp_path / "m", tmp_path / str(at), f"lab/m{at}", {"wic": 0.5}, card)
    own = readers.with_readers(scores, "beside", None, tmp_path / "m").own
    assert own["shown"].is_unique and own["shown"].str.len().max() <= models.NAME + 4
    assert own["place"].tolist() == [0, 1, 2, 3]


def test_intervals_of_counts_are_wilsons_and_others_follow_the_standard_error(beside):
    own = beside.own.set_index(["shown", "task"])
    row = own.loc[("our-7b", TASK)]
    low, high = stats.binomtest(420, 2000).proportion_ci(method="wilson")
    assert (row["low"], row["high"]) == pytest.approx((low, high))
    row = own.loc[("our-7b", "truthfulqa")]
    error = math.sqrt(row["value"] * (1 - row["value"]) / 816)
    assert row["high"] - row["value"] == pytest.approx(1.959964 * error, rel=1e-5)
    assert pd.isna(row["n"])


def verdicts(own, measured, tasks):
    return own_verdicts.verdicts(
        own, measured, tasks, floor=FLOOR, margin=MARGIN, significance=LEVEL
    )


def test_a_verdict_is_the_models_own_test_and_its_place_at_the_curve(beside, measured, tasks):
    found = verdicts(readers.of_setting(beside.own, TASK), measured, tasks)
    assert len(found) == 6
    rows = found.set_index(["shown", "axis"])
    good = rows.loc[("our-7b", "train_flops")]
    assert good["p_value"] == pytest.approx(stats.binomtest(420, 2000, 0.05, "greater").pvalue)
    assert good["passes"] and not rows.loc[("classroom-125m", "params_active"), "passes"]
    (flops,) = (m for m in measured if m.axis == "train_flops")
    place = thresholds.threshold(flops.fit, FLOOR, MARGIN)
    assert good["threshold"] == pytest.approx(10 ** place[0])
    # 6 * 7e9 * 1.4e12 FLOPs lie below the threshold and its interval.
    assert (good["scale"], good["side"]) == (5.88e22, "below")
    typical = curves.line(flops.fit, np.array([np.log10(5.88e22)]))[0][0]
    assert good["expected"] == pytest.approx(typical)
    assert good["expected_low"] <= typical <= good["expected_high"]
    assert good["lies"] == ("above" if good["value"] > good["expected_high"] else "inside")
    unknown = rows.loc[("classroom-125m", "train_flops")]
    assert pd.isna(unknown["scale"]) and pd.isna(unknown["expected"])


def test_a_prediction_covers_models_of_other_families(measured):
    """Of the book's models about 95 % lie where a model of a new family is expected."""
    (flops,) = (m for m in measured if m.axis == "train_flops")
    rows = flops.case.rows.dropna(subset=["train_flops"])
    inside = []
    for row in rows.to_dict("records"):
        x = float(np.log10(row["train_flops"]))
        _, low, high = own_verdicts.predicted(flops.fit, x, float(row["n"]))
        inside.append(low <= row["value"] <= high)
    assert 0.88 <= np.mean(inside) <= 1
    again = own_verdicts.predicted(flops.fit, 23.0, 2000.0)
    assert again == own_verdicts.predicted(flops.fit, 23.0, 2000.0)
    wider = own_verdicts.predicted(flops.fit, 23.0, 10.0)
    assert wider[2] - wider[1] >= again[2] - again[1] - 0.05


def test_a_task_without_scores_of_the_books_has_a_verdict_all_the_same(beside, tasks):
    found = verdicts(readers.of_setting(beside.own, TASK), [], tasks)
    assert found["status"].isna().all() and found["passes"].notna().all()
    assert found["expected"].isna().all()


def test_verdicts_in_both_languages_have_a_row_a_model(beside, measured, tasks, labels):
    found = verdicts(readers.of_setting(beside.own, TASK), measured, tasks)
    for lang in ("en", "ru"):
        shown = own_tables.verdict_table(found, labels, lang, significance=LEVEL)
        assert shown.html.count("<tr>") == 4 and "nan" not in shown.html.lower()
    empty = own_tables.verdict_table(found.iloc[:0], labels, "en", significance=LEVEL)
    assert empty is None


def test_only_included_models_are_announced(beside, among):
    assert own_tables.notice(beside, "en") is None
    assert "our-7b" in own_tables.notice(among, "en").text
    assert "our-7b-chat" not in own_tables.notice(among, "en").text


def marks(spec, *, own):
    """Rows of a chart's data, readers' or the book's."""
    rows = [
        row for rows in spec["datasets"].values() for row in rows if "name" in row or "tag" in row
    ]
    return [row for row in rows if bool(row.get("tag")) == own]


def test_a_chart_draws_the_books_rows_as_without_and_stars_on_top(beside, scores, tasks, labels):
    page = task_page(scores, tasks, TASK, floor=FLOOR, significance=LEVEL)
    own = readers.of_setting(beside.own, TASK)
    plain = score_charts.plot_rows(page.main, "en")
    rows = score_charts.plot_rows(page.main, "en", own=own)
    book = rows.loc[~rows["own"], plain.columns]
    pd.testing.assert_frame_equal(book, plain.reset_index(drop=True), check_dtype=False)
    options = {"title": "t", "subtitle": "s", "y_title": "y", "level": 0.05}
    spec = score_charts.score_chart(rows, "en", **options).to_dict()
    tags = {row["tag"] for row in marks(spec, own=True)}
    assert tags == {"our-7b", "our-7b-chat"}
    assert "Not drawn: classroom-125m (training FLOPs unknown)" in spec["title"]["subtitle"]
    (layer,) = [
        one for one in spec["layer"] if one["mark"].get("filled") and "shape" in one["encoding"]
    ][:1]
    domain = layer["encoding"]["shape"]["scale"]["domain"]
    assert domain[-2:] == ["your model: our-7b-chat", "your model: our-7b"]
    hollow = [layer["mark"] for layer in spec["layer"] if layer["mark"].get("filled") is False]
    assert any(look.get("fill") == own_marks.PAGE for look in hollow)


def test_axes_stretch_for_own_models_only(scores, beside, tasks):
    page = task_page(scores, tasks, TASK, floor=FLOOR, significance=LEVEL)
    own = readers.of_setting(beside.own, TASK)
    for made, domain in ((own, "[1e18, 1e26]"), (own.assign(train_flops=1e14), "[1e13, 1e26]")):
        rows = score_charts.plot_rows(page.main, "en", own=made)
        chart = score_charts.panels_chart([score_charts.Panel("t", "s", rows)], "en")
        assert domain in json.dumps(chart.to_dict())


def test_the_curve_is_the_books_and_the_stars_stand_beside(beside, measured, scores, tasks, labels):
    page = task_page(scores, tasks, TASK, floor=FLOOR, significance=LEVEL)
    shapes, crossed = curves.table(measured), thresholds.table(measured, margin=MARGIN)
    shown = [
        fits.curve_figure(page, measured, shapes, crossed, labels, "en", own)
        for own in (None, readers.of_setting(beside.own, TASK))
    ]
    lines = [
        [rows for rows in found.spec["datasets"].values() if {"scale", "low"} <= rows[0].keys()]
        for found in shown
    ]
    assert all(rows in lines[1] for rows in lines[0])
    params = shown[1].table[shown[1].table["own"]].query("axis == 'params_active'")
    assert len(params) == 3


def test_a_file_of_rows_holds_no_formula(beside, scores, monkeypatch):
    monkeypatch.setenv("EMERGENCE_RENDERER", "book")
    own = readers.of_main(beside.own, [TASK]).assign(name="=1+1", family="+x", lm_eval_name="@x")
    rows = views.main_setting(scores, TASK)
    chart = score_charts.score_chart(
        score_charts.plot_rows(rows, "en", own=own), "en", title="t", subtitle="s", y_title="y"
    )
    shown = figure(chart, name="x", alt="one two three four five", table=rows, own=own, lang="en")
    bundle, _told = shown._repr_mimebundle_()
    table = pd.read_csv(io.StringIO(bundle["text/csv"]), dtype=str)
    mine = table[table["own"].eq("True")]
    assert set(mine["name"]) == {"'=1+1"} and set(mine["family"]) == {"'+x"}
    assert not table.map(lambda c: str(c)[:1] in "=+@").any().any()


@pytest.mark.parametrize("page", ["implications", "tasks/word_unscramble"])
def test_models_without_a_place_on_the_axes_break_no_page(page, tmp_path):
    """Neither a model without training FLOPs nor one of unknown size, and no other beside them."""
    root = tmp_path / "models"
    own_models.put(root, tmp_path / "a", "lab/no-flops", own_models.STRONG, params=125_000_000)
    own_models.put(root, tmp_path / "b", "lab/nothing", own_models.STRONG)
    ours = {"EMERGENCE_OWN_MODELS": str(root)}
    values = {"task": "word_unscramble"} if page.startswith("tasks/") else {}
    execute(page, values, {"en": tmp_path / "page.ipynb"}, environment=ours)
    assert "no-flops" in (tmp_path / "page.ipynb").read_text(encoding="utf-8")
