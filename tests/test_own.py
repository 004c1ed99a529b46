"""Readers' own models: results of lm-evaluation-harness read, placed, kept and removed."""

from __future__ import annotations

import json
import math
import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
from emergence import check, paths
from emergence.errors import BookError, DataError, ParameterError
from emergence.own import __main__ as command
from emergence.own import models, names, store
from emergence.own.adding import add, refresh
from emergence.own.names import clean, public, slug
from emergence.own.reading import RefusedError, lines, parsed
from emergence.own.results import read_run
from emergence.tables import read_table
from hypothesis import given
from hypothesis import strategies as st

from tests import lm_eval_files as files
from tests import own_models

SHARE = {"arc_easy": files.choices(21, 20)}


@pytest.fixture
def root(tmp_path):
    return tmp_path / "kept"


def written(folder: Path, found: dict, tasks: dict | None = None) -> Path:
    return files.put(folder, files.STAMP_0, found, tasks)


def state(root: Path) -> dict[str, bytes]:
    there = sorted(p for p in root.rglob("*") if p.is_file()) if root.exists() else []
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in there}


def by_name(root: Path) -> pd.DataFrame:
    return models.read(root).models.set_index("name")


def test_the_fixtures_are_those_that_their_script_writes(tmp_path):
    files.build(tmp_path)
    assert state(tmp_path) == state(files.FIXTURES)


def test_files_of_all_versions_are_added(root):
    report = add(files.FIXTURES, root=root)
    own = models.read(root)
    names = {"tiny", "small", "old", "before", "ancient@step1000"}
    assert set(own.models["name"]) == names and len(report.added) == len(names)
    assert [line for line in report.refused if "before_arc_easy" in line] == list(report.refused)
    assert "one array" in report.refused[0] and report.code == 1
    assert any("no curve for my_task" in line for line in report.skipped)
    assert set(own.scores["model"]) == set(own.models["model"])
    told = own.scores.merge(own.models, on="model").set_index(["name", "task", "metric"])["value"]
    assert told["tiny", "arithmetic_2da", "exact_match"] == 0.8
    before = json.loads((files.FIXTURES / "0.4.2" / "results.json").read_text())
    assert told["before", "arc_easy", "accuracy"] == before["results"]["arc_easy"]["acc,none"]
    # The group of the file of 0.4.9 is made of tasks that are there themselves.
    assert set(own.scores.loc[own.scores["model"].str.contains("small"), "task"]) == {
        "piqa",
        "gsm8k",
    }
    filters = own.scores[own.scores["task"].eq("gsm8k")].groupby("model")["filter"].agg(set)
    assert (filters == {"strict", "flexible"}).all()


def test_right_answers_and_items_come_from_the_files(root):
    add(files.FIXTURES, root=root)
    scores = models.read(root).scores
    counted = scores[scores["successes"].notna()]
    assert (counted["value"] * counted["n"] - counted["successes"]).abs().max() < 1e-9
    # Version 0.3 tells no items; the standard error does.
    ancient = scores[scores["source"].eq("ancient_step1000.json")].set_index("task")
    assert (ancient.loc["wsc", "n"], ancient.loc["lambada", "n"].max()) == (104, 5153)
    assert ancient.loc["mmlu", "n_reason"] == "macro_average" and pd.isna(ancient.loc["mmlu", "n"])
    raw = json.loads((files.FIXTURES / "0.3" / "ancient_step1000.json").read_text())["results"]
    parts = [s["acc"] for name, s in raw.items() if name.startswith("hendrycksTest-")]
    assert ancient.loc["mmlu", "value"] == pytest.approx(sum(parts) / 57)


def test_an_average_needs_all_its_parts(tmp_path, root):
    found = json.loads((files.FIXTURES / "0.3" / "ancient_step1000.json").read_text())
    del found["results"]["hendrycksTest-virology"]
    (tmp_path / "x.json").write_text(json.dumps(found))
    report = add(tmp_path / "x.json", root=root)
    assert any("hendrycksTest: found 56 of its 57 parts" in line for line in report.skipped)
    assert "mmlu" not in set(models.read(root).scores["task"])


def test_adding_twice_changes_nothing_and_removing_takes_it_out(root):
    add(files.FIXTURES, root=root)
    before = state(root)
    again = add(files.FIXTURES, root=root)
    assert not again.added and len(again.unchanged) == 5 and state(root) == before
    store.remove(root, "tiny")
    assert set(by_name(root).index) == {"small", "old", "before", "ancient@step1000"}
    with pytest.raises(DataError, match="no such model"):
        store.remove(root, "tiny")
    add(files.FIXTURES, root=root)
    assert state(root) == before


def test_settings_added_one_after_the_other_are_the_same_as_together(tmp_path, root):
    folder = files.FIXTURES / "0.4.13" / "lab__tiny"
    for stamp in (files.STAMP_2, files.STAMP_0):
        for path in folder.glob(f"*{stamp}*"):
            part = tmp_path / stamp / path.name
            part.parent.mkdir(exist_ok=True)
            shutil.copy(path, part)
        add(tmp_path / stamp, root=root)
    together = tmp_path / "together"
    add(folder, root=together)
    assert state(root) == state(together)


def test_a_whole_run_stands_before_a_limited_one_and_a_later_one_before_an_earlier(tmp_path, root):
    whole, part = files.choices(22, 20), files.choices(23, 10)
    late = files.results({"arc_easy": part}, 0, limit=10, date=1.8e9)
    files.put(tmp_path / "a", files.STAMP_0, files.results({"arc_easy": whole}, 0))
    files.put(tmp_path / "b", files.STAMP_2, late)
    add(tmp_path, root=root)
    scores = models.read(root).scores
    assert set(scores["n"]) == {20}
    later = files.choices(24, 20)
    found = files.results({"arc_easy": later}, 0, date=1.8e9)
    files.put(tmp_path / "c", files.STAMP_9, found)
    add(tmp_path, root=root)
    value = models.read(root).scores.set_index("metric").loc["accuracy", "value"]
    assert value == later[0]["acc,none"]


def test_what_sets_a_run_apart_is_marked(tmp_path, root):
    asked = {"chat_template": "{% for m in messages %}", "system_instruction": "Be brief."}
    written(tmp_path, files.results(SHARE, 0, limit=20.0, **asked))
    add(tmp_path, root=root)
    flags = models.read(root).scores["flags"]
    assert set(flags) == {"chat_template;limited_run;system_prompt"}
    labels = read_table("labels")
    known = set(labels.loc[labels["kind"].eq("flag"), "id"])
    assert set(flags[0].split(";")) <= known


def test_revisions_are_models_of_their_own(tmp_path, root):
    for stamp, revision in ((files.STAMP_0, "main"), (files.STAMP_2, "step1000")):
        found = files.results(SHARE, 0)
        found["config"]["model_revision"] = revision
        files.put(tmp_path / "lab__tiny", stamp, found)
    add(tmp_path, root=root)
    assert set(by_name(root).index) == {"tiny", "tiny@step1000"}


CARD = "name: My model\nparameters: 1.4e9\ntraining_tokens: 3e11\nfamily: Mine\n"


def test_a_card_places_the_model_and_stays_with_it(tmp_path, root):
    written(tmp_path / "out", files.results(SHARE, 0))
    card = tmp_path / "other.yml"
    card.write_text(CARD)
    report = add(tmp_path / "out", card, root)
    row = by_name(root).loc["My model"]
    assert row["train_flops"] == 6 * 1.4e9 * 3e11 and row["flops_from"] == "6nd"
    assert (row["params_from"], row["family"]) == ("card", "Mine")
    assert "placed" not in report.added[0]
    before = state(root)
    add(tmp_path / "out", root=root)
    assert state(root) == before
    card.write_text("training_flops: 2.5e21\n")
    add(tmp_path / "out", card, root)
    row = by_name(root).loc["tiny"]
    assert (row["train_flops"], row["params_from"]) == (2.5e21, "lm_eval")


def test_without_a_card_the_output_says_what_is_missing(tmp_path, root):
    written(tmp_path, files.results(SHARE, 0))
    assert "placed by parameters only" in add(tmp_path, root=root).added[0]
    found = files.results(SHARE, 0, name="lab/big")
    del found["config"]["model_num_parameters"]
    written(tmp_path / "b", found)
    assert "placed nowhere" in add(tmp_path / "b", root=root).added[0]
    book = read_table("models").iloc[0]
    written(tmp_path / "c", files.results(SHARE, 0, name=book["model"]))
    add(tmp_path / "c", root=root)
    row = by_name(root).loc[book["name"]]
    assert (row["params_total"], row["params_from"]) == (book["params_total"], "book")
    assert row["train_flops"] == book["train_flops"] and row["flops_from"] == "book"


def test_a_card_is_for_one_model_or_names_them(tmp_path, root):
    for name in ("lab/a", "lab/b"):
        written(tmp_path / "out" / name[-1], files.results(SHARE, 0, name=name))
    card = tmp_path / "out" / "card.yml"
    card.write_text(CARD)
    report = add(tmp_path / "out", root=root)
    assert report.code == 2 and "is for one model, the results have 2" in report.refused[0]
    assert state(root) == {}
    entries = "models:\n  lab/a: {name: A, training_tokens: 1e9}\n  lab/zzz: {name: Z}\n"
    card.write_text(entries)
    report = add(tmp_path / "out", root=root)
    assert set(by_name(root).index) == {"A", "b"} and report.code == 0
    assert any("no results for lab/zzz" in line for line in report.skipped)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("colour: red", "colour: unknown; a card has name, family"),
        ("parameters: many", "parameters: "),
        ("parameters: true", "truth value"),
        ("parameters: .nan", "parameters: "),
        ("parameters: -1", "parameters: "),
        ("training_tokens: 1e99", "training_tokens: "),
        ("parameters: 1e9\nparameters: 2e9", "given twice"),
        ("parameters: 1e9\nactive_parameters: 2e9", "mixtures"),
        ("name: '\u200b\u202e'", "nothing of it can be seen"),
        ("name: [a", "not YAML"),
        ("- a", "no `name: value` pairs"),
        ("a: &a [x]\nb: *a", "not YAML"),
        ("!!python/object/apply:os.system [ls]", "not YAML"),
        ("models:\n  x: {name: y}\nname: z", "both"),
        ("name: 2026-13-99", "not YAML"),
        ("", "is empty"),
        ("[" * 5000, "not YAML"),
    ],
)
def test_a_card_that_is_none_is_refused_in_one_line(tmp_path, root, text, told, capsys):
    written(tmp_path / "out", files.results(SHARE, 0))
    card = tmp_path / "my card.yml"
    card.write_text(text)
    with pytest.raises(ParameterError) as caught:
        add(tmp_path / "out", card, root)
    assert told in str(caught.value) and "\n" not in str(caught.value)
    assert str(caught.value).startswith("my card.yml") and state(root) == {}
    arguments = ["add", str(tmp_path / "out"), "--card", str(card), "--root", str(root)]
    assert command.main(arguments) == 2 and told in capsys.readouterr().err


GOOD = json.dumps(files.results(SHARE, 0), indent=1).encode()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (GOOD[: len(GOOD) // 2], "is cut off"),
        (b"\xef\xbb\xbf" + GOOD, "byte order mark"),
        (GOOD.decode().encode("utf-16"), "byte order mark"),
        (b"\xff" + GOOD, "is not UTF-8"),
        (b"<html>", "is not JSON: line 1, column 1"),
        (b"[" * 200_000, "nested too deeply"),
        (b"9" * 10_000, "thousands of digits"),
        (b"[]", "has no `results`"),
        (b"null", "has no `results`"),
        (b'{"model_type": "gpt2"}', "has no `results`"),
        (b'{"results": []}', "a list without scores"),
        (b'{"results": {"arc_easy": {"acc,none": 0.5}}}', "names no model"),
    ],
)
def test_a_broken_file_is_one_line_and_the_good_one_is_added(tmp_path, root, content, told):
    written(tmp_path, files.results(SHARE, 0))
    (tmp_path / "broken.json").write_bytes(content)
    report = add(tmp_path, root=root)
    assert len(report.refused) == 1 and told in report.refused[0]
    assert report.refused[0].startswith("broken.json: ") and "\n" not in report.refused[0]
    assert len(report.added) == 1 and report.code == 1


def test_a_huge_file_is_not_read(tmp_path, root):
    with (tmp_path / "huge.json").open("wb") as stream:
        stream.truncate(10 * 2**30)
    report = add(tmp_path, root=root)
    assert "huge.json: has 10240 MiB" in report.refused[0] and report.code == 2


def test_what_is_no_file_is_not_read(tmp_path, root):
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "gone.json").symlink_to(tmp_path / "nowhere")
    (tmp_path / "round").symlink_to(tmp_path)
    report = add(tmp_path, root=root)
    assert len(report.refused) == 2 and all("no regular file" in r for r in report.refused)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"acc,none": math.nan}, "NaN"),
        ({"brier_score,none": math.nan}, "NaN"),
        ({"acc,none": 999}, "not in [0, 1]"),
        ({"acc,none": -0.1}, "not in [0, 1]"),
        ({"acc,none": 0.123}, "no share of 20 items"),
    ],
)
def test_a_score_that_cannot_be_one_is_refused(tmp_path, root, change, told):
    found = files.results({"arc_easy": files.choices(21, 20), "piqa": files.choices(25, 20)}, 0)
    found["results"]["arc_easy"] |= change
    written(tmp_path, found)
    report = add(tmp_path, root=root)
    assert told in report.refused[0] and "arc_easy" in report.refused[0] and report.code == 1
    scores = models.read(root).scores
    assert "piqa" in set(scores["task"])
    assert scores.loc[scores["task"].eq("arc_easy"), "metric"].ne("accuracy").all()


def test_missing_standard_errors_and_runs_without_scores(tmp_path, root):
    found = files.results({t: files.choices(26, 20) for t in ("arc_easy", "piqa", "sciq")}, 0)
    for task, missing in (("arc_easy", "N/A"), ("piqa", math.nan), ("sciq", None)):
        found["results"][task]["acc_stderr,none"] = missing
    found["results"]["logiqa"] = {"alias": "logiqa", "bypass,none": 999, "bypass_stderr,none": 0}
    written(tmp_path, found)
    report = add(tmp_path, root=root)
    scores = models.read(root).scores.query("metric == 'accuracy'")
    assert set(scores["task"]) == {"arc_easy", "piqa", "sciq"} and scores["stderr"].isna().all()
    assert "logiqa: has answers only" in report.refused[0]


def test_what_holds_of_many_tasks_is_one_line(tmp_path, root):
    found = json.loads((files.FIXTURES / "0.3" / "ancient_step1000.json").read_text())
    for shots, told in ((3, "51 more: shots 3, the book has 0, 5"), ("", "more: shots: '' is no")):
        found["config"]["num_fewshot"] = shots
        (tmp_path / "x.json").write_text(json.dumps(found))
        report = add(tmp_path / "x.json", root=root)
        lines = report.skipped if shots else report.refused
        assert sum("hendrycksTest" in line for line in lines) == 1
        assert any(told in line for line in lines), lines


def test_other_shots_and_filters_are_told_and_not_taken(tmp_path, root):
    tasks = {"gsm8k": files.sums(27, 20), "arc_easy": files.choices(28, 20)}
    found = files.results(tasks, 5)
    found["n-shot"]["arc_easy"] = 3
    scores = found["results"]["gsm8k"]
    found["results"]["gsm8k"] = {k.replace("match", "other"): v for k, v in scores.items()}
    written(tmp_path, found)
    report = add(tmp_path, root=root)
    assert report.code == 2 and state(root) == {}
    assert any("arc_easy: shots 3, the book has 0, 5" in line for line in report.skipped)
    assert any("gsm8k: has exact_other" in line for line in report.skipped)


HOME = "/" + "home/someone"
NAMES = {
    "<img src=x onerror=alert(1)>": "<img src=x onerror=alert(1)>",
    "../../etc/passwd": "../../etc/passwd",
    "\u202etpg\u202c-\u200bmodel\x1b[31m\n\r\t": "tpg-model [31m",
    "x" * 5000: "x" * 79 + "…",
    "модель/名前": "名前",
    "=cmd|' /C calc'!A0": "=cmd|' /C calc'!A0",
    'a"b,c': 'a"b,c',
    "NA": "NA",
    "..": "..",
    "CON": "CON",
    "\ud800odd": "?odd",
    "a" + "\u0301" * 200: "\u00e1" + "\u0301" * 4,
    f"{HOME}/models/mine": "mine",
    f"../..{HOME}/models/mine/": "mine",
    "C:\\Users\\someone\\mine": "mine",
    "~/models/mine": "mine",
    "file:///srv/models/mine": "mine",
}


@pytest.mark.parametrize(("name", "shown"), NAMES.items(), ids=range(len(NAMES)))
def test_untrusted_names_are_text_and_lead_nowhere(tmp_path, root, name, shown):
    outside = tmp_path / "outside"
    outside.mkdir()
    written(tmp_path / "results", files.results(SHARE, 0, name=name))
    before = state(outside)
    add(tmp_path / "results", root=root)
    assert models.read(root).models["name"].tolist() == [shown]
    assert {p.name for p in tmp_path.iterdir()} == {"outside", "results", "kept"}
    assert state(outside) == before and len(list(root.iterdir())) == 1
    for text in state(root).values():
        assert b"someone" not in text
    store.remove(root, shown)
    assert list(root.iterdir()) == []


def test_nothing_of_a_machine_is_kept(root):
    add(files.FIXTURES, root=root)
    for content in state(root).values():
        for detail in (b"someone", b"venv", b"Host", b"idx", str(files.FIXTURES).encode()):
            assert detail not in content


def test_models_at_two_places_of_one_name_are_told_apart_by_cards(tmp_path, root):
    for run in ("one", "two"):
        found = files.results(SHARE, 0, name=f"{HOME}/{run}/final")
        written(tmp_path / "out" / run, found)
    report = add(tmp_path / "out", root=root)
    assert report.code == 2 and "give each its own in a card" in report.refused[0]
    assert not any("someone" in line for line in report.refused)
    for run in ("one", "two"):
        (tmp_path / "out" / run / "card.yml").write_text(f"name: final {run}\n")
    add(tmp_path / "out", root=root)
    assert set(by_name(root).index) == {"final one", "final two"}


@given(st.text(), st.text(max_size=20))
def test_any_name_is_one_line_and_any_folder_is_inside(name, revision):
    told = clean(name)
    assert clean(told) == told and len(told) <= names.LONGEST and told.isprintable()
    folder = slug(names.identity(public(name), clean(revision)))
    assert set(folder) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") and len(folder) < 60
    assert (Path("results") / folder).parent == Path("results")


@given(st.text(min_size=1), st.text(min_size=1))
def test_folders_of_different_models_differ(one, other):
    assert (slug(one) == slug(other)) == (one == other)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
KEYS = ("results", "configs", "n-shot", "n-samples", "config", "groups", "group_subtasks", "date")


@given(st.dictionaries(st.sampled_from(KEYS), ANYTHING | st.dictionaries(st.text(), ANYTHING)))
def test_any_mapping_is_read_or_refused(found):
    try:
        run, faults = read_run(found)
    except RefusedError:
        return
    assert all("\n" not in fault for fault in faults)
    assert all(math.isfinite(s.value) for task in run.tasks for s in task.scores)


def test_a_folder_in_the_way_is_not_touched(tmp_path, root):
    written(tmp_path / "out", files.results(SHARE, 0))
    mine = root / slug("lab/tiny") / "thesis.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    report = add(tmp_path / "out", root=root)
    assert report.code == 2 and "is in the way" in report.refused[0]
    assert state(root) == {f"{mine.parent.name}/thesis.txt": b"mine"}


def test_what_was_cut_off_is_whole_again(tmp_path, root, monkeypatch):
    written(tmp_path / "out", files.results(SHARE, 0))
    add(tmp_path / "out", root=root)
    before = state(root)
    card = tmp_path / "card.yml"
    card.write_text(CARD)
    renamed = os.replace

    def fails(source, target):
        if str(source).endswith("-new"):
            raise KeyboardInterrupt
        renamed(source, target)

    monkeypatch.setattr(store.os, "replace", fails)
    with pytest.raises(KeyboardInterrupt):
        add(tmp_path / "out", card, root)
    monkeypatch.undo()
    assert state(root) == before
    # The same, had the power failed between the two steps.
    folder = next(root.iterdir())
    os.replace(folder, folder.with_name(f".{folder.name}.emergence-old"))
    add(tmp_path / "out", root=root)
    assert state(root) == before


def test_a_folder_that_was_dropped_is_added(root):
    shutil.copytree(files.FIXTURES / "0.4.5", root / "my results")
    (root / "README.md").write_text("# Your own models\n")
    assert len(models.read(root).models) == 0
    report = refresh(root)
    assert len(report.added) == 1 and set(by_name(root).index) == {"old"}
    assert refresh(root).added == () and (root / "my results").is_dir()


def test_a_removed_model_is_not_taken_in_again_unless_it_is_added(root, capsys):
    shutil.copytree(files.FIXTURES / "0.4.5", root / "mine")
    kept = ["--root", str(root)]
    assert command.main(["refresh", *kept]) == 0
    before = state(root / "mine")
    assert command.main(["remove", "old", *kept]) == 0
    assert "are kept, and bring it back no more" in capsys.readouterr().out
    assert state(root / "mine") == before and len(models.read(root).models) == 0
    assert command.main(["refresh", *kept]) == 0
    assert "skipped: lab/old: was removed" in capsys.readouterr().out
    assert len(models.read(root).models) == 0
    assert command.main(["add", str(root / "mine"), *kept]) == 0
    assert set(by_name(root).index) == {"old"}
    assert command.main(["refresh", *kept]) == 0
    assert set(by_name(root).index) == {"old"}
    # Nothing lies there that could bring it back.
    shutil.rmtree(root / "mine")
    capsys.readouterr()
    assert command.main(["remove", "old", *kept]) == 0
    assert "kept" not in capsys.readouterr().out


def test_what_was_taken_in_is_not_read_again_until_it_changes(root, monkeypatch):
    shutil.copytree(files.FIXTURES / "0.4.5", root / "mine")
    assert refresh(root).added
    with monkeypatch.context() as patch:
        patch.setattr("emergence.own.adding.add", lambda *given: pytest.fail("read again"))
        assert not refresh(root).unchanged
    results = next((root / "mine").rglob("results_*.json"))
    os.utime(results, (0, 0))
    assert refresh(root).unchanged


def test_a_changed_table_is_told_with_its_place(root):
    add(files.FIXTURES / "0.4.5", root=root)
    path = next(root.glob("*/scores.csv"))
    text = path.read_text()
    path.write_text(text.replace(",0.15,", ",1.15,"))
    with pytest.raises(DataError, match=rf"{path.parent.name}/scores\.csv:2: value: 1\.15 is not"):
        models.read(root)
    path.write_text(text.replace("own/lab", "own/other"))
    with pytest.raises(DataError, match="rows of another model"):
        models.read(root)


def test_without_models_there_are_empty_tables(root, tmp_path):
    own = models.read(root)
    described = store.described()
    for name, table in zip(store.TABLES, own, strict=True):
        assert table.empty and list(table) == [c.name for c in described[name].columns]
    assert models.scores_with_models(root).empty
    add(files.FIXTURES, root=tmp_path / "some")
    for empty, full in zip(own, models.read(tmp_path / "some"), strict=True):
        assert empty.dtypes.to_dict() == full.dtypes.to_dict()
    joined = models.scores_with_models(tmp_path / "some")
    assert joined["params_total"].notna().any() and len(joined) == 21


def test_the_command_line_tells_by_its_exit_code(tmp_path, root, capsys):
    kept = ["--root", str(root)]
    assert command.main(["add", str(files.FIXTURES / "0.4.5"), *kept]) == 0
    assert command.main(["add", str(files.FIXTURES), *kept]) == 1
    assert command.main(["add", str(tmp_path / "nowhere"), *kept]) == 2
    assert "no such file or folder" in capsys.readouterr().err
    assert command.main(["list", *kept]) == 0
    assert "tiny: 7 scores on arc_easy" in capsys.readouterr().out
    assert command.main(["refresh", *kept]) == 0
    assert command.main(["remove", "lab/old", *kept]) == 0
    assert command.main(["remove", "lab/old", *kept]) == 2
    with pytest.raises(SystemExit) as caught:
        command.main(["add", "", *kept])
    assert caught.value.code == 2


def test_every_row_of_the_map_leads_to_a_curve(tmp_path):
    shutil.copytree(paths.DATA, tmp_path / "data", ignore=shutil.ignore_patterns("results"))
    assert check.curve_faults(tmp_path / "data") == []
    path = tmp_path / "data" / "lm_eval_tasks.csv"
    text = path.read_text()
    path.write_text(text.replace("hellaswag,acc_norm,none,10", "hellaswag,acc_norm,none,0"))
    assert check.curve_faults(tmp_path / "data") == []
    path.write_text(text.replace("\narithmetic_2da,acc,none,2,", "\narithmetic_2da,acc,none,3,"))
    found = check.curve_faults(tmp_path / "data")
    told = "no curve of arithmetic_2da/exact_match/few_shot/none/3"
    assert len(found) == 1 and found[0].endswith(told)


def test_the_tasks_of_the_map_are_whole(tasks):
    places = read_table("lm_eval_tasks")
    assert set(places["task"]) <= set(tasks["task"])
    parts = places.dropna(subset="average").groupby(["average", "shots"]).size()
    assert parts.to_dict() == {
        ("hendrycksTest", 0): 57,
        ("hendrycksTest", 5): 57,
        ("mmlu", 0): 57,
        ("mmlu", 5): 57,
        ("xwinograd", 0): 6,
        ("emergence_modified_arithmetic", 5): 3,
        ("emergence_grid_direction_turned", 8): 3,
    }


def test_json_lines_tell_the_line(tmp_path):
    with pytest.raises(RefusedError, match="line 2: is not JSON: line 1, column 1"):
        list(lines(b'{"a": 1}\nnothing\n'))
    assert math.isnan(parsed(b'{"a": NaN}')["a"])
    with pytest.raises(BookError):
        parsed(b"")


@pytest.mark.parametrize("error", [1e300, 1e-300])
def test_a_standard_error_out_of_all_range_tells_no_number_of_items(error, tmp_path):
    found = own_models.results("lab/odd", {"arithmetic_2da": 0.5})
    del found["n-samples"]
    found["results"]["arithmetic_2da"]["acc_stderr,none"] = error
    path = tmp_path / "given" / "results_2026-03-01T10-20-30.json"
    path.parent.mkdir()
    path.write_text(json.dumps(found), encoding="utf-8")
    report = add(path.parent, root=tmp_path / "kept")
    assert report.added and models.read(tmp_path / "kept").scores["n"].tolist() == [2000]
