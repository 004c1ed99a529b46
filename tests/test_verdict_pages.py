"""What pages say of verdicts: counts, names of codes, links, and what changes with a choice."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from emergence import judged, tables
from emergence.charts import verdict_tables, words
from emergence.charts import verdicts as charts
from emergence.charts.figures import html_table
from emergence.errors import DataError, ParameterError
from emergence.instrument import refusals, scored, sensitivity, verdicts
from emergence.instrument.forecasts import CUTOFF, GRID
from emergence.instrument.verdicts import Rules

NAMES = {"a": "Task A", "b": "Task <B>"}


@pytest.fixture(scope="module")
def labels() -> pd.DataFrame:
    return tables.read_table("labels")


def test_every_code_of_the_instrument_has_words() -> None:
    for code in {*refusals.STATUSES, *scored.STATUSES}:
        assert words.status(code, "en") != code
    assert [words.word(code, "en") for code in verdicts.WORDS] == [
        "yes",
        "no",
        "unclear",
        "not tested",
    ]
    for said in (words.word, words.status, words.axis):
        with pytest.raises(DataError, match="found 'maybe'"):
            said("maybe", "en")


def test_a_cutoff_without_forecasts_is_refused_with_those_there_are() -> None:
    assert judged.forecast_cutoff(CUTOFF) == CUTOFF
    with pytest.raises(ParameterError, match=r"cutoff: found 9e\+22; .*8\.4e\+22.*3e\+24"):
        judged.forecast_cutoff(9e22)


def forecast_rows() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    keys = {"task": "a", "metric": "accuracy", "test_set": "above"}
    mine = {"method": "m", "axis": "train_flops", "mae": 0.2, "cutoff_flops": CUTOFF}
    forecasts = pd.DataFrame(
        [
            keys | mine,
            keys | mine | {"cutoff_flops": GRID[0], "mae": 0.9},
            keys | mine | {"test_set": "unknown", "mae": 0.8},
            keys | mine | {"axis": "params_active", "mae": 0.4},
        ]
    )
    other = {"baseline": "constant", "baseline_axis": "none", "n_test": 9, "families": 4}
    gap = {"difference": -0.1, "low": -0.2, "high": -0.05, "converged": True, "best": True}
    pair = {"method": "m", "axis": "train_flops"} | other | gap
    comparison = pd.DataFrame(
        [
            keys | pair,
            keys | pair | {"baseline": "sigmoid", "best": False, "difference": 0.3},
            keys | pair | {"test_set": "noted", "difference": 0.5},
        ]
    )
    methods = pd.DataFrame({"axis": ["train_flops", "params_active"], "method": ["m", "m"]})
    return forecasts, comparison, methods


def test_an_error_stands_beside_that_of_the_best_baseline_on_the_same_models() -> None:
    found = judged.forecast_errors(*forecast_rows()).set_index("axis")
    assert found.loc["train_flops", "mae"] == 0.2
    assert found.loc["train_flops", "baseline_mae"] == pytest.approx(0.3)
    assert pd.isna(found.loc["params_active", "baseline_mae"])
    counts = judged.forecast_counts(found.reset_index())
    assert counts.loc["train_flops"].to_dict() == {
        "metrics": 1,
        "better": 1,
        "clearly_better": 1,
        "clearly_worse": 0,
    }
    assert counts.loc["params_active"].eq(0).all()


def varied(rows: list[tuple[str, str, float, float, float]]) -> pd.DataFrame:
    """A sensitivity table of one case: variant, left_out, width, its interval."""
    table = pd.DataFrame(rows, columns=["variant", "left_out", "width", "width_low", "width_high"])
    case = {"task": "a", "metric": "accuracy", "prompting": "few_shot", "filter": "none"}
    return table.assign(
        **case,
        shots=2,
        n_models=30,
        status=np.where(table["width"].isna(), "unclear_ceiling", "ok"),
        threshold=10 ** (20 + table["width"]),
        threshold_status="ok",
    )


def test_what_changes_without_some_models_is_told() -> None:
    nan = float("nan")
    table = varied(
        [
            (sensitivity.ALL, "", 1.5, 1.2, 1.8),
            (sensitivity.NO_CODE, "", 1.4, 0.9, 1.7),
            (sensitivity.NO_FAMILY, "f", 1.0, nan, nan),
            (sensitivity.NO_FAMILY, "g", 1.9, nan, nan),
            (sensitivity.NO_FAMILY, "h", nan, nan, nan),
        ]
    )
    (row,) = judged.hinges(table, Rules(sharp_decades=1.0)).to_dict("records")
    assert (row["width"], row["width_no_code"], row["width_low"], row["width_high"]) == (
        1.5, 1.4, 1.0, 1.9,
    )  # fmt: skip
    assert (row["sharp"], row["sharp_no_code"]) == ("no", "unclear")
    assert (row["families"], row["across"], row["lost"]) == (3, 0, 1)
    (row,) = judged.hinges(table, Rules(sharp_decades=1.4)).to_dict("records")
    assert (row["sharp"], row["across"], row["lost"]) == ("unclear", 1, 1)


def test_a_case_without_code_models_has_no_number_without_them() -> None:
    table = varied([(sensitivity.ALL, "", 1.5, 1.2, 1.8)])
    (row,) = judged.hinges(table, Rules()).to_dict("records")
    assert pd.isna(row["width_no_code"])
    assert pd.isna(row["sharp_no_code"])
    assert (row["families"], row["across"], row["lost"]) == (0, 0, 0)


def test_the_word_predicted_follows_each_cutoff_and_the_rules() -> None:
    base = {"task": "a", "metric": "accuracy", "method": "m", "axis": "train_flops"}
    good = {"status": "ok", "n_test_present": 9, "coverage_present": 0.9}
    good |= {"mae_present": 0.05, "mae_low": 0.03, "mae_high": 0.08}
    rows = pd.DataFrame(
        [
            base | good | {"cutoff_flops": 1e21},
            base | good | {"cutoff_flops": 2e21, "mae_low": 0.2, "mae_high": 0.3},
            base | good | {"cutoff_flops": 4e21, "n_test_present": 2},
            base | good | {"cutoff_flops": 4e21, "method": "other"},
        ]
    )
    methods = pd.DataFrame({"axis": ["train_flops"], "method": ["m"]})
    found = judged.by_cutoff(rows, methods, Rules())
    assert found["predicted"].tolist() == ["yes", "no", "unclear"]
    lenient = judged.by_cutoff(rows, methods, Rules(forecast_error=0.4, fewest_tested=1))
    assert lenient["predicted"].tolist() == ["yes"] * 3


def test_widths_along_training_recover_a_known_ratio() -> None:
    steps = np.geomspace(1, 1e5, 30)
    x = np.log10(steps)
    runs = [
        pd.DataFrame(
            {
                "name": f"run-{size}",
                "params_active": size,
                "step": steps,
                "accuracy": 1 / (1 + np.exp(-(x - 2.5) / 0.1)),
                "log_perplexity": 9 - 5 / (1 + np.exp(-(x - 2) / 0.2)),
            }
        )
        for size in (1e8, 1e9, 1e10)
    ]
    (row,) = judged.through_training(pd.concat(runs)).to_dict("records")
    assert row["status"] == "ok"
    assert row["units"] == 3
    assert row["ratio"] == pytest.approx(0.5, rel=1e-3)


def test_a_threshold_lies_where_the_drawn_curve_leaves_its_level() -> None:
    scores, tasks = tables.scores_with_models(), tables.read_table("tasks")
    asked = ("wic", "grounded_mappings", "word_unscramble")
    lines, told = judged.main_curves(scores, tasks, asked, 0.05, 0.05, 0.05)
    assert told["task"].tolist() == ["wic", "word_unscramble"]
    assert set(lines["task"]) == {"word_unscramble"}
    row = told.set_index("task").loc["word_unscramble"]
    crossing = np.interp(0.10, lines["expected"], np.log10(lines["train_flops"].astype(float)))
    assert np.log10(row["threshold"]) == pytest.approx(crossing, abs=0.05)
    assert row["threshold_low"] < row["threshold"] < row["threshold_high"]
    names = dict(zip(tasks["task"], tasks["name"], strict=True))
    shown = verdict_tables.threshold_table(told, ["grounded_mappings"], names, "en")
    assert shown.iloc[:, -1].tolist() == [
        "fewer than five models",
        "–",
        "no public scores of open models",
    ]


def verdict_rows() -> pd.DataFrame:
    row = {
        "task": "a", "metric": "accuracy", "prompting": "few_shot", "filter": "none",
        "axis": "train_flops", "appears": "yes", "sharp": "unclear", "predicted": "not_tested",
        "emergent": "unclear", "curve_status": "ok", "threshold_status": "ok",
    }  # fmt: skip
    other = {"task": "b", "filter": "strict", "curve_status": "unclear_ceiling"}
    return pd.DataFrame([row, row | other])


def test_a_verdict_links_to_the_page_of_its_task_and_tells_its_doubt(labels: pd.DataFrame) -> None:
    shown, keys = verdict_tables.verdict_table(verdict_rows(), NAMES, {"a"}, labels, "en")
    html = html_table(
        shown, caption="Verdicts", sort_values=keys, sortable=True, raw=("score",), lang="en"
    ).html
    assert '<a href="tasks/a.html">Task A</a>: accuracy, few-shot</td>' in html
    assert "Task &lt;B&gt;: accuracy, few-shot, strict match</td>" in html
    assert "<B>" not in html
    assert 'data-value="Task A: accuracy, few-shot"' in html
    assert shown["predicted"].tolist() == ["not tested"] * 2
    doubts = shown["what the data do not tell"]
    assert "limit of a sharp rise" in doubts[0]
    assert doubts[1] == "width: the rise ends above the largest model"


def test_a_folded_table_opens_without_scripts() -> None:
    inner = html_table(pd.DataFrame({"x": [1]}), caption="Inner", lang="en")
    folded = verdict_tables.folded(inner, "More & more")
    assert folded.html.startswith("<details")
    assert ">More &amp; more</summary>" in folded.html
    assert inner.html in folded.html


def test_names_tell_rows_of_one_task_apart(labels: pd.DataFrame) -> None:
    rows = pd.DataFrame(
        {
            "task": ["a", "a", "b"],
            "metric": ["bleu", "exact_match", "accuracy"],
            "prompting": "few_shot",
            "filter": "none",
        }
    )
    found = charts.case_names(rows, NAMES, labels, "en").tolist()
    assert found == ["Task A, BLEU", "Task A, exact match", "Task <B>"]


def test_the_sharpest_rise_stands_first_and_the_limit_on_the_axis() -> None:
    rows = pd.DataFrame(
        {
            "task": ["a", "b"],
            "width": [2.0, 1.0],
            "width_low": [1.5, 0.5],
            "width_high": [3.0, 1.5],
            "width_across": [2.5, 1.2],
        }
    )
    spec = charts.sharpness_chart(rows, rows["task"].map(NAMES), 7.0, "en").to_dict()
    drawn = [layer["encoding"] for layer in spec["layer"]]
    assert drawn[1]["y"]["sort"] == ["Task <B>", "Task A"]
    assert drawn[0]["x"]["scale"]["domain"][1] > 7
