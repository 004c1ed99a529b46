"""Re-tests of the 2022 abilities and the evidence of the critique."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from emergence import critique, retest, task_page, views
from emergence.errors import DataError, ParameterError
from scipy import stats


def pair(direct, cot, n=500, note=(None, None)):
    return pd.DataFrame(
        {
            "model": ["a", "a"],
            "name": ["a", "a"],
            "prompting": ["direct", "chain_of_thought"],
            "value": [direct, cot],
            "n": pd.array([n, n], dtype="Int64"),
            "note": pd.array(note, dtype="string"),
            "train_flops": [1e22, 1e22],
        }
    )


@pytest.mark.parametrize(("direct", "cot"), [(0.1, 0.2), (0.1, 0.1), (0.2, 0.1), (0.0, 1.0)])
def test_technique_presence_is_fishers_exact_test(direct, cot):
    row = retest.technique_presence(pair(direct, cot), "chain_of_thought").iloc[0]
    a, b = round(cot * 500), round(direct * 500)
    expected = stats.fisher_exact([[a, 500 - a], [b, 500 - b]], alternative="greater").pvalue
    assert row["p_value"] == pytest.approx(expected)
    assert row["present"] == (expected < 0.05)
    assert row["gain"] == pytest.approx(cot - direct)


def test_a_note_on_the_baseline_forbids_the_test():
    rows = retest.technique_presence(pair(0.1, 0.9, note=("odd", None)), "chain_of_thought")
    assert rows["present"].isna().all()


def test_a_run_without_its_number_of_items_is_not_tested():
    table = pair(0.1, 0.9)
    table.loc[0, "n"] = pd.NA
    rows = retest.technique_presence(table, "chain_of_thought")
    assert rows["present"].isna().all() and rows["gain"].iloc[0] == pytest.approx(0.8)


def test_two_rows_of_one_prompting_are_refused():
    with pytest.raises(DataError, match="expected one"):
        retest.technique_presence(pd.concat([pair(0.1, 0.2)] * 2), "chain_of_thought")


def test_retests_agree_with_the_tests_they_summarise(scores, tasks, labels, abilities):
    few = retest.few_shot_retests(scores, tasks, floor=0.05, significance=0.05)
    assert few["task"].tolist() == list(retest.FEW_SHOT)
    row = few.set_index("task").loc["word_unscramble"]
    tested = retest.tested_task(scores, tasks, "word_unscramble", 0.05, 0.05)
    passing = tested[tested["present"].fillna(False) & tested["train_flops"].notna()]
    assert row["passing"] == len(passing)
    assert row["first_scale"] == passing["train_flops"].min()
    assert few.set_index("task").loc["wic", "passing"] == 0
    together = retest.beside_2022(few, abilities).set_index("task")
    assert together.loc["arithmetic_3da", "flops_2022"] == 2.3e22
    assert np.isnan(together.loc["word_unscramble", "flops_2022"])
    techniques = retest.technique_retests(scores, labels, significance=0.05)
    assert techniques["passing"].between(1, techniques["tested"]).all()


def test_stricter_rules_never_let_more_models_pass(scores, tasks):
    loose = retest.few_shot_retests(scores, tasks, floor=0.05, significance=0.05)
    strict = retest.few_shot_retests(scores, tasks, floor=0.2, significance=0.001)
    assert (strict["passing"] <= loose["passing"]).all()
    assert (strict["last_scale"].fillna(0) >= loose["last_scale"].fillna(0)).all()


def test_two_metrics_share_models_and_notes(scores):
    rows = critique.two_metrics(scores, "ipa_transliterate", ("exact_match", "bleu"))
    by_metric = rows.groupby("metric")["model"].agg(set)
    assert by_metric["bleu"] == by_metric["exact_match"]
    assert rows.groupby("model")["note"].nunique(dropna=False).eq(1).all()
    assert rows.loc[rows["model"].eq("Qwen/Qwen-7B"), "note"].eq("looks_broken").all()


def test_shape_by_family(scores):
    rows = critique.two_metrics(scores, "ipa_transliterate", ("exact_match", "bleu"))
    shapes = critique.shape_by_family(rows, 4).set_index(["family", "metric"])
    assert shapes["sizes"].min() >= 4
    assert np.isinf(shapes.loc[("OPT", "exact_match"), "breakthroughness"])
    assert np.isnan(shapes.loc[("Pythia", "exact_match"), "linearity"])
    with pytest.raises(DataError, match="no family has 99 sizes"):
        critique.shape_by_family(rows, 99)
    with pytest.raises(ParameterError, match="fewest_sizes: 2"):
        critique.shape_by_family(rows, 2)


def test_only_statistics_of_distance_depend_on_the_axis(scores, tasks):
    table = critique.axis_statistics(
        retest.tested_task(scores, tasks, "word_unscramble", 0.05, 0.05)
    )
    assert table.set_index("statistic")["changes"].to_dict() == {
        "pearson": True,
        "spearman": False,
        "first_passing": False,
        "last_failing": False,
    }


def test_steps_are_between_neighbours_of_a_family(scores):
    steps = critique.all_steps(scores)
    assert (steps["ratio"] > 1).all()
    assert "wic" not in set(steps["task"])
    jump = steps[steps["task"].eq("arithmetic_2da") & steps["larger"].eq("pythia-2.8b-deduped")]
    assert jump["smaller"].iloc[0] == "pythia-1.4b-deduped"
    assert jump["ratio"].iloc[0] == pytest.approx(2)


def test_zero_scores_count_zeros(scores, tasks):
    zeros = critique.zero_scores(scores, tasks).set_index("task")
    rows = views.usable(views.main_setting(scores, "ipa_transliterate"))
    assert zeros.loc["ipa_transliterate", "zero"] == (rows["value"] == 0).sum()
    assert zeros.loc["ipa_transliterate", "bound"] == pytest.approx(3 / 1003, rel=0.01)
    assert "persian_qa" not in zeros.index


def test_log_perplexity_moves_before_accuracy(checkpoints):
    pairs = critique.accuracy_and_loss(checkpoints)
    assert pairs["name"].nunique() == 8
    one = pairs[pairs["name"].eq("pythia-1.4b-deduped") & pairs["step"].eq(143000)].iloc[0]
    assert one["log_perplexity"] == pytest.approx(np.log(6.106885), rel=1e-4)
    moves = critique.first_moves(pairs, accuracy=0.01, fall=1.0)
    assert (moves["loss_step"] < moves["accuracy_step"]).all()


@pytest.mark.parametrize("task", ["gsm8k", "wic", "truthfulqa", "ipa_transliterate"])
def test_task_page_holds_every_score_of_its_task(scores, tasks, task):
    page = task_page.task_page(scores, tasks, task, floor=0.05, significance=0.05)
    assert len(page.scores) == scores["task"].eq(task).sum()
    assert task_page.settings(page)[0] == views.MAIN_SETTING[task]
    covered = page.scores[task_page.SETTING].drop_duplicates()
    assert len(covered) == len(task_page.settings(page))


def test_task_page_without_data_and_of_no_task(scores, tasks):
    page = task_page.task_page(scores, tasks, "grounded_mappings", floor=0.05, significance=0.05)
    assert page.main.empty and task_page.settings(page) == []
    assert task_page.family_shapes(page, 4).empty
    with pytest.raises(ParameterError, match="fewest_sizes: 2"):
        task_page.family_shapes(page, 2)
    with pytest.raises(DataError, match="no 'chess'"):
        task_page.task_page(scores, tasks, "chess", floor=0.05, significance=0.05)
    with pytest.raises(DataError, match="no 'chess'"):
        retest.tested_task(scores, tasks, "chess", 0.05, 0.05)


def test_family_shapes_are_those_of_the_family(scores, tasks):
    page = task_page.task_page(scores, tasks, "word_unscramble", floor=0.05, significance=0.05)
    shapes = task_page.family_shapes(page, 4).set_index("family")
    rows = page.main[page.main["family"].eq("OPT")].sort_values("params_active")
    assert shapes.loc["OPT", "sizes"] == len(rows)
    assert shapes.loc["OPT", ["smallest", "largest"]].tolist() == [
        rows["value"].iloc[0],
        rows["value"].iloc[-1],
    ]
    rise = np.sign(rows["value"].argmax() - rows["value"].argmin()) * np.ptp(rows["value"])
    steps = np.diff(rows["value"]) ** 2
    assert shapes.loc["OPT", "linearity"] == pytest.approx(rise / np.sqrt(steps.mean()))
    assert shapes.loc["OPT", "breakthroughness"] == pytest.approx(rise / np.sqrt(np.median(steps)))


def test_a_statistic_that_is_not_defined_does_not_change_with_the_axis(scores, tasks):
    none = scores[scores["task"].eq("ipa_transliterate") & scores["family"].eq("Pythia")]
    with pytest.warns(stats.ConstantInputWarning):
        table = critique.axis_statistics(
            retest.tested_task(none, tasks, "ipa_transliterate", 0.05, 0.05)
        )
    assert table["linear"].isna().sum() == 2 and not table["changes"].any()


def test_a_task_whose_models_are_all_too_large_is_told_with_none(scores, tasks):
    small = views.up_to(scores, 1.5e9)
    found = retest.few_shot_retests(small, tasks, floor=0.05, significance=0.05).set_index("task")
    assert found.loc["wic", ["models", "tested", "passing"]].tolist() == [0, 0, 0]
    assert found.loc["wic", ["first_model", "last_model"]].isna().all()
    assert found.loc["arithmetic_2da", "models"] > 0
