"""Sample answers of readers' own models: chosen by lot, cleaned, and of the better run."""

from __future__ import annotations

import pandas as pd
from emergence.own import models
from emergence.own.adding import add
from emergence.own.names import passage
from emergence.own.picked import ANSWER, MOST, QUESTION
from hypothesis import given
from hypothesis import strategies as st

from tests import lm_eval_files as files

KEY = ["task", "metric", "shots", "prompting", "filter", "lm_eval_task"]
HOME = "/" + "home/someone/"


def answers(root):
    return models.read(root).answers


def added(folder, root, tasks, shots=0, stamp=files.STAMP_0, **more):
    files.put(folder, stamp, files.results(tasks, shots, **more), tasks)
    report = add(folder, root=root)
    assert report.code == 0, report
    return answers(root)


def test_right_and_wrong_answers_are_those_of_the_file(tmp_path):
    tasks = {files.UNSCRAMBLE: files.unscrambled(51, 60)}
    found = added(tmp_path / "out", tmp_path / "kept", tasks, 2)
    assert found["right"].sum() == MOST and (~found["right"]).sum() == MOST
    lines = tasks[files.UNSCRAMBLE][1]
    for row in found.itertuples():
        line = lines[row.item - 1]
        # A blank at the start is all the difference: it must not be lost.
        assert (row.text, row.target) == (line["resps"][0][0], line["target"])
        assert row.right == (line["exact_match"] == 1.0) and row.n == 60
    assert found["text"].str.startswith(" ").any()
    assert found["question"].iloc[0] == f"Q: question {found['item'].iloc[0] - 1}\nA:"


def test_the_same_answers_are_chosen_of_every_model(tmp_path):
    def always(text):
        tasks = files.written(
            52, lambda i, d: "a", lambda t, d: text, {"none": str}, str.__eq__, 40
        )
        return {files.UNSCRAMBLE: tasks}

    added(tmp_path / "one", tmp_path / "kept", always("a"), 2, name="lab/one")
    found = added(tmp_path / "two", tmp_path / "kept", always("b"), 2, name="lab/two")
    chosen = found.groupby("model")["item"].agg(set)
    assert len(chosen) == 2 and chosen.iloc[0] == chosen.iloc[1] and len(chosen.iloc[0]) == MOST
    assert found.groupby("model")["right"].all().tolist() == [True, False]


def test_choices_have_shares_of_probability_and_one_is_right(tmp_path):
    found = added(tmp_path / "out", tmp_path / "kept", {"arc_easy": files.choices(53, 40)})
    for _item, rows in found.groupby("item"):
        assert abs(rows["probability"].sum() - 1) < 1e-4 and rows["right"].sum() == 1
        best = rows.loc[rows["probability"].idxmax(), "right"]
        assert best == (rows["score"].iloc[0] == 1.0)
    assert set(found["metric"]) == {"accuracy"}


def test_a_likelihood_is_kept_with_the_right_text(tmp_path):
    found = added(
        tmp_path / "out", tmp_path / "kept", {"arithmetic_2da": files.likelihoods(54, 40)}, 2
    )
    first = found.iloc[0]
    assert first["target"] == f" {first['item']}" and first["question"].endswith("plus 1?\nA:")
    assert found["text"].isna().all() and found["probability"].between(0, 1).all()


def test_a_choice_takes_what_its_own_question_adds(tmp_path):
    tasks = {"winogrande": files.choices(55, 20)}
    for line in tasks["winogrande"][1]:
        starts = [f"The cup is in {name}" for name in ("Ann", "Anna", "Bo", "Bob")]
        asked = [(start, " hand.") for start in starts]
        line["arguments"] = files.requests(asked * 2)
    del tasks["winogrande"][0]["acc_norm,none"]
    found = added(tmp_path / "out", tmp_path / "kept", tasks)
    assert set(found["question"]) == {"The cup is in "}
    assert set(found["text"]) == {"Ann hand.", "Anna hand.", "Bo hand.", "Bob hand."}


def test_an_average_has_the_answers_of_all_its_parts_or_none(tmp_path):
    names = [f"xwinograd_{lang}" for lang in ("en", "fr", "jp", "pt", "ru", "zh")]
    tasks = {name: files.choices(60 + i, 10) for i, name in enumerate(names)}
    found = added(tmp_path / "all", tmp_path / "kept", tasks)
    items = found.drop_duplicates(["part", "item"])
    assert set(found["lm_eval_task"]) == {"xwinograd"} and set(found["n"]) == {60}
    assert len(items) == 2 * MOST and items["part"].nunique() > 2
    files.put(tmp_path / "some", files.STAMP_0, files.results(tasks, 0), dict([*tasks.items()][:5]))
    add(tmp_path / "some", root=tmp_path / "other")
    assert answers(tmp_path / "other").empty


def test_answers_are_of_the_run_that_is_kept(tmp_path):
    whole = {"arc_easy": files.choices(56, 40)}
    before = added(tmp_path / "whole", tmp_path / "kept", whole)
    part = {"arc_easy": files.choices(57, 10)}
    after = added(
        tmp_path / "part", tmp_path / "kept", part, stamp=files.STAMP_2, limit=10, date=1.8e9
    )
    pd.testing.assert_frame_equal(before, after)


def test_texts_are_short_and_name_no_place_on_a_disk(tmp_path):
    tasks = {files.UNSCRAMBLE: files.unscrambled(58, 20)}
    for line in tasks[files.UNSCRAMBLE][1]:
        line["arguments"] = files.requests([(f"x {HOME}in/a.txt\u202e\x1b[1m\n" * 200 + "A:", {})])
        line["resps"] = [[f"{line['resps'][0][0]}\n{HOME}b.txt " + "long " * 2000]]
    found = added(tmp_path / "out", tmp_path / "kept", tasks, 2)
    assert found["question"].str.len().max() <= QUESTION
    assert found["text"].str.len().max() <= ANSWER
    told = found["question"].str.cat(found["text"])
    assert not told.str.contains("someone|\u202e|\x1b").any()
    assert found["question"].str.endswith("A:").all()


TEXTS = st.text() | st.text(alphabet="a/~:\\. \n\r\t\u200c\u202e\u0645", max_size=40)


@given(TEXTS, st.integers(20, 60), st.booleans())
def test_any_passage_is_seen_and_short(text, longest, end):
    told = passage(text, longest, end=end)
    assert len(told) <= longest
    assert all(c.isprintable() or c in "\n\u200c" or c.isspace() for c in told)
    assert "\r" not in told and "\u202e" not in told


def test_passages_keep_what_decides():
    assert passage(" 38\n\nQ: ", 40) == " 38\n\nQ: "
    assert passage("x" * 100, 21) == "x" * 10 + "…" + "x" * 10
    assert passage("x" * 100 + "end", 5, end=True) == "…xend"
    persian = "\u0645\u06cc\u200c\u0631\u0648\u062f"
    assert passage(persian, 40) == persian and passage("a\u200cb", 40) == "ab"
    for place in (HOME + "a.txt", "C:\\Users\\someone\\a", "~/of/someone", "file:///srv/someone/a"):
        assert passage(f"see {place}, please", 60) == "see …, please"
    for text in ("1/2/3", "and/or", "https://example.org/a/b", "/kat/", r"x:\frac{1}{2}", "a / b"):
        assert passage(text, 60) == text
