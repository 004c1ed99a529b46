"""The evaluation kit: its items, its files for lm-evaluation-harness, and its results."""

from __future__ import annotations

import json
import re
import shutil

import pytest
import yaml
from emergence import paths, prompts
from emergence.errors import ParameterError
from emergence.evaluation import harness, sets
from emergence.own import models
from emergence.own.adding import add
from emergence.tables import read_table

from tests import lm_eval_files as made

BY_NAME = {chosen.name: chosen for chosen in sets.SETS}
TURNS = {"grid_direction": 0, **{f"grid_direction_turned_{d}": d // 90 for d in (90, 180, 270)}}
SIGNS = {"plus": "+", "minus": "-", "times": "*"}


def asked_and_shown(name: str) -> list[dict]:
    asked, examples = sets.items(BY_NAME[name])
    return [*asked.to_dict("records"), *examples.to_dict("records")]


def right_answer(question: str) -> str | None:
    """The answer worked out from the words of a question; None where only a word list knows."""
    if found := re.fullmatch(r"What is (\d+) (plus|minus|times) (\d+)\?", question):
        return str(eval(f"{found[1]} {SIGNS[found[2]]} {found[3]}"))
    if found := re.fullmatch(r"(\d+ [-+*] \d+) ->", question):
        return str(eval(found[1]) + 1)
    return None


def seen_direction(world: str) -> int:
    """Where the marker lies from the centre: 0 to 3, clockwise from the top of the page."""
    lines = [line.split() for line in world.split("\n")]
    places = {cell: (r, c) for r, line in enumerate(lines) for c, cell in enumerate(line)}
    down, right = (a - b for a, b in zip(places["X"], places["+"], strict=True))
    return (2 if down > 0 else 0) if abs(down) > abs(right) else (1 if right > 0 else 3)


def test_the_folder_holds_what_its_generator_writes():
    kept = {p for p in paths.EVALUATION.rglob("*") if p.is_file() and p.name != "README.md"}
    found = {p.relative_to(paths.EVALUATION).as_posix(): p.read_bytes() for p in kept}
    assert found == {name: text.encode() for name, text in harness.files().items()}


@pytest.mark.parametrize("name", BY_NAME)
def test_no_example_is_an_item_and_answers_are_right(name):
    chosen = BY_NAME[name]
    asked, examples = sets.items(chosen)
    assert (len(asked), len(examples)) == (chosen.n, chosen.shots)
    every = asked_and_shown(name)
    # A sum and the same sum the other way round are one item, as one gives away the other.
    same = {
        " ".join(sorted(row["question"].split())) if "arithmetic" in name else row["question"]
        for row in every
        if "3ds" not in name
    }
    assert "3ds" in name or len(same) == len(every)
    assert len({row["question"] for row in every}) == len(every)
    for row in every:
        if chosen.multiple_choice:
            place = (seen_direction(row["question"]) - TURNS[name]) % 4
            assert row["answer"] == row["choices"][place]
        elif name == "word_unscramble":
            letters = row["question"].split()[3]
            assert sorted(letters) == sorted(row["answer"]) and letters != row["answer"]
        else:
            assert row["answer"] == right_answer(row["question"])


@pytest.mark.parametrize("name", TURNS)
def test_a_constant_direction_is_right_a_quarter_of_the_time(name):
    for table in sets.items(BY_NAME[name]):
        counts = table["answer"].value_counts()
        assert set(counts) == {len(table) // 4} and len(counts) == 4


def test_turned_worlds_and_modified_sums_are_those_of_the_plain_ones():
    plain = [row["question"] for row in asked_and_shown("grid_direction")]
    for name in TURNS:
        assert [row["question"] for row in asked_and_shown(name)] == plain
    for code in ("2dm", "3da", "3ds"):
        plain_sums, modified = (
            sets.items(BY_NAME[name])[0]
            for name in (f"arithmetic_{code}", f"modified_arithmetic_{code}")
        )
        assert (plain_sums["answer"].astype(int) + 1 == modified["answer"].astype(int)).all()


def test_examples_that_cannot_be_equally_divided_are_refused():
    chosen = BY_NAME["grid_direction"]
    uneven = sets.ItemSet(**{**vars(chosen), "shots": 6})
    with pytest.raises(ParameterError, match="grid_direction: 6 examples"):
        sets.items(uneven)


def composed(name: str) -> str:
    """The prompt of the first item: description, examples and question, each as the YAML says."""
    chosen = BY_NAME[name]
    options = yaml.safe_load(harness.files()[f"{chosen.task}.yaml"])
    asked, examples = sets.items(chosen)

    def asking(row: dict) -> str:
        return options["doc_to_text"].replace("{{question}}", row["question"])

    shown = [
        asking(row) + options["target_delimiter"] + row["answer"]
        for row in examples.to_dict("records")
    ]
    return options["description"] + options["fewshot_delimiter"].join(
        [*shown, asking(asked.iloc[0])]
    )


@pytest.mark.parametrize("name", BY_NAME)
def test_the_options_make_the_prompt_of_the_book(name):
    chosen, prompt = BY_NAME[name], composed(name)
    asked, examples = sets.items(chosen)
    ours = prompts.few_shot_prompt(
        examples, asked.iloc[0], chosen.shots, template=chosen.template, seed=0
    )
    # The harness keeps the order of the file, few_shot_prompt draws its own.
    assert sorted(prompt.split("\n")) == sorted(ours.split("\n")) and len(prompt) == len(ours)
    # A space at the end would leave the model a token that it has hardly ever seen alone.
    assert not prompt.endswith(" ")


def test_the_files_ask_for_no_download_and_no_foreign_code():
    for name, text in harness.files().items():
        if not name.endswith(".yaml"):
            continue
        assert "!function" not in text and "trust_remote_code" not in text
        options = yaml.safe_load(text)
        if "group" in options:
            assert options["task"] == [chosen.task for chosen in sets.SETS]
            continue
        assert options["dataset_path"] == "json"
        for place in options["dataset_kwargs"]["data_files"].values():
            assert (paths.ROOT / place).is_file()
        until = options.get("generation_kwargs", {}).get("until", [])
        rows = map(json.loads, harness.files()[f"items/{name[10:-5]}.jsonl"].splitlines())
        # A stop string within a right answer would cut it off.
        assert not any(stop in row["answer"] for row in rows for stop in until)


def test_every_task_of_the_kit_has_its_place_on_the_map(tasks):
    places = read_table("lm_eval_tasks")
    own = places[places["items"].eq("own")].set_index("lm_eval_task")
    assert set(own.index) == {chosen.task for chosen in sets.SETS} and own.index.is_unique
    facts = tasks.set_index("task")
    for chosen in sets.SETS:
        row, text = own.loc[chosen.task], harness.files()[f"{chosen.task}.yaml"]
        options = yaml.safe_load(text)
        filters = [f["name"] for f in options.get("filter_list", [{"name": "none"}])]
        assert row["shots"] == chosen.shots and row["lm_eval_filter"] in filters
        assert row["lm_eval_metric"] in [m["metric"] for m in options["metric_list"]]
        assert facts.loc[row["task"], "page"]
        if chosen.multiple_choice:
            choices = len(sets.items(chosen)[0]["choices"].iloc[0])
            assert facts.loc[row["task"], "chance"] == 1 / choices
    # The tasks that only readers' models have scores on are as long as what is asked of them.
    ours = facts[facts["source"].eq("own-items")]
    parts = own.assign(n=[BY_NAME[t.removeprefix(sets.PREFIX)].n for t in own.index])
    assert parts.groupby("task")["n"].sum()[ours.index].eq(ours["n_items"]).all()


def results_of_the_kit(folder, *, limit: int | None = None, left_out: str = "") -> None:
    """A run of the kit as 0.4.13 writes it: every third answer is right, with a space before it."""
    found, shots, original = {}, {}, {}
    for chosen in sets.SETS:
        if chosen.task == left_out:
            continue
        rows = sets.items(chosen)[0].to_dict("records")[:limit]
        shots[chosen.task], original[chosen.task] = chosen.shots, chosen.n
        found[chosen.task] = (chosen_from if chosen.multiple_choice else written)(rows)
    told = made.results(found, 0, name="lab/kit", limit=limit)
    told["n-shot"] = shots
    told["n-samples"] = {
        task: {"original": original[task], "effective": min(original[task], limit or 10**6)}
        for task in found
    }
    told["group_subtasks"] = {"emergence": list(found)}
    made.put(folder, made.STAMP_0, told, found)


def written(rows: list[dict]) -> tuple[dict, list[dict]]:
    answers = [f" {row['answer']}" if i % 3 == 0 else " ?" for i, row in enumerate(rows)]
    right = [float(i % 3 == 0) for i in range(len(rows))]
    scores = made.reported("exact_match", [0.0] * len(rows), "raw")
    scores |= made.reported("exact_match", right, "stripped")
    lines = []
    for name, values in (("raw", [0.0] * len(rows)), ("stripped", right)):
        for i, (row, text) in enumerate(zip(rows, answers, strict=True)):
            kept = text.strip() if name == "stripped" else text
            more = {"filter": name, "metrics": ["exact_match"], "exact_match": values[i]}
            lines.append(made.line(i, row["answer"], [[text]], [kept], **more))
    return scores, lines


def chosen_from(rows: list[dict]) -> tuple[dict, list[dict]]:
    right, lines = [], []
    for i, row in enumerate(rows):
        best = row["choices"].index(row["answer"]) if i % 3 == 0 else (i + 1) % 4
        right.append(float(row["choices"][best] == row["answer"]))
        pairs = [[str(-1.0 if c == best else -2.0 - c / 8), "False"] for c in range(4)]
        asked = made.requests([("World", f" {text}") for text in row["choices"]])
        more = {"filter": "none", "metrics": ["acc"], "acc": right[-1], "arguments": asked}
        lines.append(made.line(i, row["answer"], [[pair] for pair in pairs], pairs, **more))
    return made.reported("acc", right), lines


def test_results_of_the_kit_are_placed_and_marked(tmp_path):
    results_of_the_kit(tmp_path / "run")
    report = add(tmp_path / "run", root=tmp_path / "kept")
    assert report.code == 0 and not report.skipped
    own = models.read(tmp_path / "kept")
    scores = own.scores.set_index("task")
    places = read_table("lm_eval_tasks").query("items == 'own'")
    assert set(scores.index) == set(places["task"]) and scores.index.is_unique
    assert scores["flags"].eq("own_items").all() and scores["n_reason"].isna().all()
    sums = scores.loc["arithmetic_2da"]
    assert (sums["n"], sums["successes"]) == (200, 67)
    # Parts of one task are pooled, so that they have an interval as any share of right answers.
    whole = scores.loc["modified_arithmetic"]
    assert whole["lm_eval_task"] == "emergence_modified_arithmetic"
    assert (whole["n"], whole["successes"], whole["value"]) == (600, 201, 201 / 600)
    assert scores.loc["grid_direction_turned", "n"] == 300
    again = own.samples.set_index(["task", "metric", "reading"])[["n", "value", "reported"]]
    assert again.index.is_unique
    assert again.loc[("modified_arithmetic", "exact_match", "raw"), "value"] == 0
    stripped = again.loc[("modified_arithmetic", "exact_match", "filtered")]
    assert stripped.to_list() == pytest.approx([600, 201 / 600, 201 / 600])
    assert again.loc[("grid_direction_turned", "brier_score", "choices"), "n"] == 300


def test_a_limited_run_of_the_kit_is_marked_and_half_a_task_is_not_placed(tmp_path):
    left_out = "emergence_modified_arithmetic_3da"
    results_of_the_kit(tmp_path / "run", limit=9, left_out=left_out)
    report = add(tmp_path / "run", root=tmp_path / "kept")
    assert any("found 2 of its 3 parts" in line for line in report.skipped)
    scores = models.read(tmp_path / "kept").scores.set_index("task")
    assert "modified_arithmetic" not in scores.index
    assert scores["flags"].eq("limited_run;own_items").all()
    assert scores.loc["grid_direction_turned", "n"] == 27


def test_own_items_stand_beside_published_ones(tmp_path):
    results_of_the_kit(tmp_path / "run" / "a")
    shutil.copytree(made.FIXTURES / "0.4.13", tmp_path / "run" / "b")
    for path in (tmp_path / "run" / "b").rglob("results_*.json"):
        path.write_text(path.read_text().replace("lab/tiny", "lab/kit"))
    add(tmp_path / "run", root=tmp_path / "kept")
    own = models.read(tmp_path / "kept")
    assert len(own.models) == 1
    sums = own.scores[own.scores["task"].eq("arithmetic_2da")].set_index("lm_eval_task")
    assert sums["flags"].str.contains("own_items").to_dict() == {
        "arithmetic_2da": False,
        "emergence_arithmetic_2da": True,
    }
