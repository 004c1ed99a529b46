"""Answers scored again: what was reported is found anew, and what contradicts is refused."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pandas as pd
import pytest
from emergence.metrics import normalised_token_edit_distance, token_edit_distance
from emergence.own import models
from emergence.own.adding import add
from emergence.own.reading import LARGEST_SAMPLES, RefusedError, content, lines, parsed
from emergence.own.results import Run, TaskRun, read_run
from emergence.own.samples import NotANumberError, read_answers
from emergence.own.scored import SAME, Scored, scored
from hypothesis import given
from hypothesis import strategies as st

from tests import lm_eval_files as files

EXAMPLES = sorted(files.FIXTURES.rglob("samples_*.jsonl"))


def run_beside(path: Path) -> Run:
    """The results file that goes with a file of answers."""
    stamp = path.stem.rpartition("_")[2]
    return read_run(parsed(content(path.with_name(f"results_{stamp}.json"), 10**7)))[0]


def in_memory(
    tasks: dict, shots: int = 0, metric: str = "", **more: object
) -> dict[tuple[str, str, str], Scored]:
    """Score the answers of one task without files."""
    ((_, told),) = tasks.values()
    found = parsed(json.dumps(files.results(tasks, shots, **more)).encode())
    run = read_run(found)[0].tasks[0]
    text = "".join(json.dumps(line) + "\n" for line in told).encode()
    every = [
        (answers.filter, s)
        for answers in read_answers(lines(text), run.filters())
        for s in scored(answers, run, metric)
    ]
    return {(name, s.metric, s.reading): s for name, s in every}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.name.split("_2026")[0])
def test_every_example_gives_what_was_reported(path):
    name = path.name.removeprefix("samples_").rpartition("_")[0]
    run = next(task for task in run_beside(path).tasks if task.name == name)
    metric = "mc2" if name == "truthfulqa_mc2" else ""
    seen = set()
    for answers in read_answers(lines(content(path, LARGEST_SAMPLES)), run.filters()):
        for found in scored(answers, run, metric):
            if found.reported is not None:
                seen.add((found.metric, found.reading, answers.filter))
                assert abs(found.value - found.reported) <= SAME and found.difference is None
    assert len(seen) >= len(run.filters())


def test_the_reported_scores_are_told_beside_ours(tmp_path):
    add(files.FIXTURES, root=tmp_path)
    samples = models.read(tmp_path).samples
    beside = samples.dropna(subset="reported")
    assert len(beside) >= 20 and beside["difference"].isna().all()
    assert (beside["value"] - beside["reported"]).abs().max() <= SAME
    scores = models.read(tmp_path).scores
    for row in scores[scores["metric"].eq("mc2")].itertuples():
        found = samples[samples["metric"].eq("mc2") & samples["model"].eq(row.model)]
        assert found["value"].iloc[0] == pytest.approx(row.value)


def test_one_letter_of_space_is_all_the_difference():
    tasks = {"x": files.unscrambled(31, 40)}
    found = in_memory(tasks)
    raw, stripped = found["none", "exact_match", "raw"], found["none", "exact_match", "stripped"]
    answers = [line["resps"][0][0] for line in tasks["x"][1]]
    targets = [line["target"] for line in tasks["x"][1]]
    assert raw.value == sum(map(str.__eq__, answers, targets)) / 40
    assert stripped.value == sum(a.strip() == t for a, t in zip(answers, targets, strict=True)) / 40
    assert raw.value < stripped.value
    distance = found["none", "token_edit_distance", "stripped"]
    expected = token_edit_distance(answers, targets, strip=True)
    assert distance.value == pytest.approx(expected.mean())
    assert distance.stderr == pytest.approx(expected.std(ddof=1) / math.sqrt(40))
    share = found["none", "normalised_token_edit_distance", "stripped"].value
    assert share == pytest.approx(
        normalised_token_edit_distance(answers, targets, strip=True).mean()
    )


def test_bleu_is_of_answers_of_four_words_and_more():
    long = in_memory({"x": files.transliterated(32, 15)})
    bleu = long["none", "bleu", "filtered"]
    assert bleu.stderr is None and bleu.value == pytest.approx(bleu.reported)
    assert ("none", "bleu", "filtered") not in in_memory({"x": files.unscrambled(33, 15)})


def test_a_solution_counts_by_its_last_number():
    found = in_memory({"gsm8k": files.sums(34, 30)}, 5, configs={"gsm8k": files.GSM8K})
    strict = found["strict-match", "exact_match", "filtered"]
    assert strict.value == strict.reported and 0 < strict.value < 1
    # A right answer is no characters away, an unread one all of them.
    assert found["strict-match", "token_edit_distance", "stripped"].value == pytest.approx(
        4 * (1 - strict.value)
    )
    assert found["strict-match", "exact_match", "raw"].value == 0


@given(st.integers(0, 10**6), st.integers(2, 12))
def test_any_choices_give_what_was_reported(seed, n):
    found = in_memory({"x": files.choices(seed, n)})
    assert all(s.reported is None or abs(s.value - s.reported) < SAME for s in found.values())
    assert ("none", "brier_score", "choices") in found


def test_a_choice_without_characters_is_never_the_longest(tmp_path):
    found = in_memory({"x": files.choices(35, 20, empty=True)})
    by_length = found["none", "accuracy", "length_normalised"]
    assert by_length.value == by_length.reported and by_length.difference is None
    # At a log-likelihood of 0 the harness divides 0 by 0 and takes the choice that is not a number.
    tasks = {"x": files.choices(36, 5, empty=True)}
    scores, told = tasks["x"]
    right = []
    for line in told:
        pairs = [["0.0", "True"], ["-1.0", "False"]]
        line["filtered_resps"] = pairs * 2
        right.append(float(line["target"] == "0"))
    scores |= files.reported("acc", right) | files.reported("acc_norm", right)
    del scores["brier_score,none"]
    found = in_memory(tasks)["none", "accuracy", "length_normalised"]
    assert found.difference == "empty_choice" and found.reported == 1 - found.value


def test_choices_that_tie_share_the_credit_and_the_difference_is_told():
    tasks = {"x": files.choices(37, 5)}
    scores, told = tasks["x"]
    for line in told:
        line["filtered_resps"] = [["-1.0", "False"]] * 8
    first = [float(line["target"] == "0") for line in told]
    scores |= files.reported("acc", first)
    for name in ("acc_norm,none", "brier_score,none"):
        del scores[name]
    found = in_memory(tasks)["none", "accuracy", "choices"]
    assert found.value == 0.25 and found.reported == sum(first) / 5
    assert found.difference == "ties"


@pytest.mark.parametrize("target", ["['one', 'two']", "two"])
def test_one_of_several_right_answers_is_right(target):
    told = [files.line(0, target, [["two"]], ["two"], filter="none")]
    scores = {"exact_match,none": 1.0, "exact_match_stderr,none": "N/A"}
    found = in_memory({"x": (scores, told)})
    assert found["none", "exact_match", "raw"].value == 1
    assert found["none", "token_edit_distance", "stripped"].value == 0


@pytest.mark.parametrize(
    "target", ["[", "[]", "[1]", "[{[]: 1}]", "['a', 2]", "[" * 500 + "]" * 500]
)
def test_a_target_that_looks_like_a_list_is_text(target):
    told = [files.line(0, target, [[target]], [target], filter="none")]
    found = in_memory({"x": ({"exact_match,none": 1.0}, told)})
    assert found["none", "exact_match", "raw"].value == 1


def test_patterns_of_a_file_are_not_run():
    evil = {"x": {"metric_list": [{"metric": "exact_match", "regexes_to_ignore": ["(a+)+$"]}]}}
    told = [files.line(0, "a" * 60 + "!", [["a" * 60]], ["a" * 60], filter="none")]
    found = in_memory({"x": ({"exact_match,none": 1.0}, told)}, configs=evil)
    assert found["none", "exact_match", "filtered"].difference == "options"


def with_answers(tmp_path: Path, change) -> Path:
    tasks = {"arc_easy": files.choices(38, 20), "piqa": files.choices(39, 20)}
    folder = tmp_path / "out"
    files.put(folder, files.STAMP_0, files.results(tasks, 0), tasks)
    path = folder / f"samples_arc_easy_{files.STAMP_0}.jsonl"
    path.write_bytes(change(path.read_bytes()))
    return folder


def first_of(text: bytes, **changes: object) -> bytes:
    first, rest = text.split(b"\n", 1)
    return json.dumps(json.loads(first) | changes).encode() + b"\n" + rest


BROKEN = {
    "cut within a line": (lambda t: t[:-40], "line 20: is cut off"),
    "cut after a line": (lambda t: t[: t.rindex(b"\n", 0, -1) + 1], "holds 19 answers"),
    "empty": (lambda t: b"", "is empty"),
    "byte order mark": (lambda t: b"\xef\xbb\xbf" + t, "byte order mark"),
    "array": (lambda t: b"[" + t.replace(b"\n", b",")[:-1] + b"]", "one array"),
    "twice": (lambda t: t + t, "line 21: doc_id 0 stands in an earlier line"),
    "no mapping": (lambda t: b"7\n" + t, "line 1: is no mapping"),
    "another filter": (lambda t: first_of(t, filter="best"), "line 1: filter 'best' has no score"),
    "no answer": (lambda t: first_of(t, filtered_resps=[]), "line 1: has no filtered_resps"),
    "a text among choices": (lambda t: first_of(t, filtered_resps=["a"]), "another kind of answer"),
    "no target": (lambda t: first_of(t, target=None), "line 1: has no target"),
    "place of no choice": (lambda t: first_of(t, target="9"), "which choice is right"),
    "above 0": (lambda t: t.replace(b'["-', b'["'), "is above 0"),
    "other answers": (lambda t: t.replace(b'"target": "0"', b'"target": "1"'), "is reported"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "told"), BROKEN.values(), ids=BROKEN)
def test_broken_answers_are_one_line_and_the_scores_stay(tmp_path, change, told):
    root = tmp_path / "kept"
    report = add(with_answers(tmp_path, change), root=root)
    assert len(report.refused) == 1 and told in report.refused[0], report.refused
    assert report.refused[0].startswith("samples_arc_easy_") and report.code == 1
    own = models.read(root)
    assert set(own.scores["task"]) == {"arc_easy", "piqa"}
    assert set(own.samples["task"]) == set(own.answers["task"]) == {"piqa"}


@pytest.mark.parametrize("nan", ['["nan", "False"]', "[NaN, false]", '["NaN", "False"]'])
def test_answers_that_are_nan_are_refused_with_their_scores(tmp_path, nan):
    def change(text: bytes) -> bytes:
        first, rest = text.split(b"\n", 1)
        line = json.loads(first)
        line["filtered_resps"][0] = json.loads(nan)
        return json.dumps(line).encode() + b"\n" + rest

    root = tmp_path / "kept"
    report = add(with_answers(tmp_path, change), root=root)
    assert "an answer is NaN" in report.refused[0] and report.code == 1
    assert set(models.read(root).scores["task"]) == {"piqa"}


def test_answers_without_results_are_refused(tmp_path):
    folder = with_answers(tmp_path, lambda text: text)
    (folder / f"results_{files.STAMP_0}.json").write_text("{}")
    report = add(folder, root=tmp_path / "kept")
    assert report.code == 2 and len(report.refused) == 3
    assert sum("no good results file of the same time" in line for line in report.refused) == 2


def test_lines_without_a_filter_are_one_pass_each():
    run = TaskRun("x", (), 0, 2, 2, {}, " ")
    given = [files.line(i % 2, "b", [["a"]], ["a" if i < 2 else "b"]) for i in range(4)]
    answers = read_answers(enumerate(given, 1), ("strict", "flexible"))
    assert [a.filter for a in answers] == ["strict", "flexible"]
    values = [next(iter(scored(a, run, ""))).value for a in answers]
    assert values == [0, 1]
    with pytest.raises(RefusedError, match="line 5: doc_id 0 stands in an earlier line"):
        read_answers(enumerate([*given, given[0]], 1), ("strict", "flexible"))


def test_averages_are_scored_again_only_whole(tmp_path):
    names = [f"xwinograd_{lang}" for lang in ("en", "fr", "jp", "pt", "ru", "zh")]
    tasks = {name: files.choices(40 + i, 10) for i, name in enumerate(names)}
    files.put(tmp_path / "all", files.STAMP_0, files.results(tasks, 0), tasks)
    files.put(tmp_path / "some", files.STAMP_0, files.results(tasks, 0), dict([*tasks.items()][:5]))
    for folder, expected in (("all", 4), ("some", 0)):
        add(tmp_path / folder, root=tmp_path / f"kept {folder}")
        own = models.read(tmp_path / f"kept {folder}")
        row = own.scores.iloc[0]
        mean = sum(scores["acc,none"] for scores, _ in tasks.values()) / 6
        assert (len(own.scores), row["lm_eval_task"]) == (1, "xwinograd")
        assert row["value"] == pytest.approx(mean) and pd.isna(row["n"])
        assert len(own.samples) == expected and own.samples["n"].eq(60).all()


def test_nan_is_told_from_other_faults():
    pair = files.line(0, "0", [], [["nan", "False"], ["-1.0", "True"]], filter="none")
    with pytest.raises(NotANumberError, match="line 1"):
        read_answers([(1, pair)], ("none",))
