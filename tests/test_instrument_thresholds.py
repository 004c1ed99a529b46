"""Thresholds of emergence on curves known by hand; sharpness under two metrics; sensitivity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from emergence import scaling
from emergence.errors import DataError, ParameterError
from emergence.instrument import cases, curves, refusals, sensitivity, sharpness, thresholds
from emergence.instrument.simulated import Design, Truth, simulate
from scipy import special, stats

MODELS = Design(np.tile(np.linspace(20, 25, 6), 20), np.repeat([f"f{i:02}" for i in range(20)], 6))
TRUTH = Truth(mid=22.5, width=1.0, floor=0.0, ceiling=0.9, family_sd=0.3, dispersion=0.02, n=1000)


@pytest.fixture(scope="module")
def found() -> curves.CurveFit:
    return curves.fit(simulate(MODELS, TRUTH, np.random.default_rng(0)), "scale", 0.0)


def test_a_crossing_is_where_the_curve_has_the_target(found: curves.CurveFit) -> None:
    place = curves.crossing(found.theta, 0.0, 0.3)
    assert curves.line(found, np.array([place]))[0][0] == pytest.approx(0.3)
    assert curves.crossing(found.theta, 0.0, 0.0) == -np.inf
    assert curves.crossing(found.theta, 0.0, 0.99) == np.inf


def test_the_threshold_is_that_of_the_truth_and_moves_with_the_margin(
    found: curves.CurveFit,
) -> None:
    place, low, high, status = thresholds.threshold(found, 0.05)
    assert status == "ok" and low < place < high
    assert low < TRUTH.crossing(0.1) < high
    later, *_ = thresholds.threshold(found, 0.05, margin=0.3)
    assert later > place + 0.2
    with pytest.raises(ParameterError, match="margin"):
        thresholds.threshold(found, 0.05, margin=-0.1)


def test_a_level_that_is_not_crossed_has_no_threshold(found: curves.CurveFit) -> None:
    *numbers, status = thresholds.threshold(found, 0.9)
    assert status == "never_reached" and np.isnan(numbers).all()
    *numbers, status = thresholds.threshold(replace(found, x_low=22.5), 0.05)
    assert status == "outside_range" and np.isnan(numbers).all()
    wide = replace(
        found, replicates=found.replicates + np.linspace(-4, 4, 400)[:, None] * [1, 0, 0, 0, 0]
    )
    *numbers, status = thresholds.threshold(wide, 0.05)
    assert status == "unclear_threshold" and np.isnan(numbers).all()
    rows = simulate(MODELS, TRUTH, np.random.default_rng(0)).head(4)
    *numbers, status = thresholds.threshold(curves.fit(rows, "scale", 0.0), 0.05)
    assert status == "too_few_models" and np.isnan(numbers).all()


@pytest.fixture(scope="module")
def chosen(scores: pd.DataFrame, tasks: pd.DataFrame) -> dict[tuple[str, str], cases.Case]:
    wanted = scores[scores["task"].isin(["ipa_transliterate", "arithmetic_3ds", "persian_qa"])]
    return {(case.task, case.metric): case for case in cases.cases(wanted, tasks)}


def test_the_table_joins_curves_with_first_passing_and_last_failing(
    chosen: dict[tuple[str, str], cases.Case],
) -> None:
    measured = curves.fit_all(chosen.values(), ["train_flops"], replicates=100)
    found = thresholds.table(measured).set_index(["task", "metric"])
    assert set(found["status"]) <= refusals.STATUSES.keys()
    arithmetic = found.loc[("arithmetic_3ds", "exact_match")]
    assert arithmetic["level"] == 0.05 and arithmetic["level_kind"] == "floor"
    ends = arithmetic[["threshold_low", "threshold", "threshold_high"]].astype(float)
    assert ends.is_monotonic_increasing
    tested = scaling.presence(chosen[("arithmetic_3ds", "exact_match")].rows, 0.05)
    first = scaling.first_passing(tested, "train_flops")
    last = scaling.last_failing(tested, "train_flops")
    assert arithmetic[["first_passing", "last_failing"]].tolist() == [first["name"], last["name"]]
    assert arithmetic["first_scale"] == pytest.approx(first["train_flops"], rel=1e-5)
    assert arithmetic["tested"] == 71 > arithmetic["passing"] > 30
    assert found.loc[("persian_qa", "accuracy"), "level_kind"] == "chance"
    bleu = found.loc[("ipa_transliterate", "bleu")]
    assert bleu["tested"] == 0 and pd.isna(bleu["first_passing"])


def test_families_have_thresholds_of_their_own(
    chosen: dict[tuple[str, str], cases.Case],
) -> None:
    case = chosen[("arithmetic_3ds", "exact_match")]
    measured = curves.fit_all([case], ["train_flops"], replicates=100)
    found = thresholds.by_family(measured).set_index("family")
    counts = case.rows.dropna(subset=["train_flops"]).groupby("family")["train_flops"].nunique()
    assert set(found.index) == set(counts[counts >= 4].index)
    pythia, opt, xglm = found.loc["Pythia"], found.loc["OPT"], found.loc["XGLM"]
    # Pythia's sizes have their first right answers with a fifth of OPT's training.
    assert pythia["status"] == opt["status"] == "ok"
    assert pythia["threshold"] < opt["threshold_low"] * 2
    assert opt["last_scale"] < opt["first_scale"]
    assert opt["threshold_low"] < opt["first_scale"] and opt["threshold_high"] > opt["last_scale"]
    assert xglm["status"] == "outside_range" and np.isnan(xglm["threshold"])


def test_sharp_is_a_matter_of_the_whole_interval() -> None:
    assert sharpness.below(0.2, 0.9, 1) == "yes"
    assert sharpness.below(1.1, 2, 1) == "no"
    assert sharpness.below(0.5, 2, 1) == "unclear"
    assert sharpness.below(float("nan"), float("nan"), 1) == "unclear"
    with pytest.raises(ParameterError, match="limit"):
        sharpness.below(0, 1, 0)


def test_the_probability_of_sharpness_is_that_of_the_bootstrap(found: curves.CurveFit) -> None:
    width = float(curves.width(found.theta))
    assert sharpness.probability_below(found, width) == pytest.approx(0.5, abs=0.15)
    assert sharpness.probability_below(found, 10 * width) == 1
    assert np.isnan(sharpness.probability_below(replace(found, status="no_rise"), 1))


def test_a_metric_is_as_sharp_as_itself_and_the_ratio_turns_round(
    chosen: dict[tuple[str, str], cases.Case],
) -> None:
    exact, bleu = (chosen[("ipa_transliterate", m)] for m in ("exact_match", "bleu"))
    same = sharpness.compare_metrics(exact, exact, "train_flops")
    assert (same["ratio"], same["ratio_low"], same["ratio_high"]) == (1, 1, 1)
    there = sharpness.compare_metrics(exact, bleu, "train_flops")
    back = sharpness.compare_metrics(bleu, exact, "train_flops")
    assert there["status"] == "ok" and there["n_models"] == 57
    assert there["ratio"] == pytest.approx(1 / back["ratio"])
    assert there["ratio_low"] == pytest.approx(1 / back["ratio_high"], rel=0.05)
    assert there["ratio_low"] < there["ratio"] < there["ratio_high"]
    assert there["breakthroughness_first"] > there["breakthroughness_second"] > 0
    with pytest.raises(DataError, match="task: found"):
        sharpness.compare_metrics(exact, chosen[("persian_qa", "accuracy")], "train_flops")


def test_pairing_narrows_the_interval_of_a_ratio() -> None:
    rows = simulate(MODELS, TRUTH, np.random.default_rng(1))
    fits = [curves.fit(rows, "scale", 0.0, seed=seed) for seed in (0, 0, 1)]
    paired = sharpness.compare(fits[0], fits[1])
    apart = sharpness.compare(fits[0], fits[2])
    assert paired.ratio_high - paired.ratio_low == 0 < apart.ratio_high - apart.ratio_low


@pytest.mark.parametrize("falls", [False, True])
def test_a_run_has_the_width_it_was_made_with(falls: bool) -> None:
    x = np.linspace(15, 22, 30)
    y = special.expit((x - 18.5) / 0.4) * (-13 if falls else 0.7) + (15 if falls else 0)
    noise = np.random.default_rng(0).normal(0, 0.01 * np.ptp(y), 30)
    width, status = sharpness.run_width(x, y + noise)
    assert status == "ok" and width == pytest.approx(0.4 * curves.RISE, rel=0.06)


@pytest.mark.parametrize(
    ("x", "y", "status"),
    [
        ([1, 2, 3], [0, 0.5, 1], "too_few_points"),
        (range(8), [0.5] * 8, "no_variation"),
        (np.linspace(0, 1, 9), special.expit(np.linspace(-5, 0.5, 9)), "unclear_ceiling"),
        (np.linspace(0, 1, 9), special.expit(np.linspace(-0.5, 5, 9)), "unclear_floor"),
    ],
)
def test_a_run_that_shows_no_whole_rise_has_no_width(x, y, status: str) -> None:
    width, found = sharpness.run_width(np.array(x, dtype=float), np.array(y, dtype=float))
    assert np.isnan(width) and found == status


def test_runs_of_one_unit_are_averaged_and_units_compared_by_t() -> None:
    first = {("a", 1): 1.0, ("a", 2): 4.0, ("b", 1): 3.0, ("c", 1): 5.0, ("d", 1): 9.0}
    rows = [(u, r, "exact", w, "ok") for (u, r), w in first.items()]
    rows += [(u, r, "smooth", 1.0, "ok") for (u, r) in first if u != "d"]
    rows.append(("d", 1, "smooth", float("nan"), "unclear_ceiling"))
    widths = pd.DataFrame(rows, columns=["unit", "run", "score", "width", "status"])
    found = sharpness.compare_runs(widths, "exact", "smooth")
    logs = np.log([2.0, 3.0, 5.0])  # geometric mean of 1 and 4 is 2
    low, high = stats.t.interval(0.95, 2, logs.mean(), stats.sem(logs))
    assert found.status == "ok" and found.units == 3
    ends = [found.ratio, found.ratio_low, found.ratio_high]
    assert ends == pytest.approx(np.exp([logs.mean(), low, high]))
    few = sharpness.compare_runs(widths[widths["unit"].isin(["a", "b"])], "exact", "smooth")
    assert few.status == "too_few_units" and np.isnan(few.ratio)
    assert sharpness.compare_runs(widths, "exact", "absent").status == "too_few_units"


def test_training_runs_of_pythia_have_widths(checkpoints: pd.DataFrame) -> None:
    lambada = checkpoints[checkpoints["task"].eq("lambada") & checkpoints["shots"].eq(0)]
    index = ["params_active", "model", "train_flops"]
    points = lambada.pivot(index=index, columns="metric", values="value").reset_index()
    points["log_perplexity"] = np.log(points["perplexity"])
    widths = sharpness.run_widths(
        points,
        unit="params_active",
        run="model",
        x="train_flops",
        values=["accuracy", "log_perplexity"],
    )
    assert len(widths) == 32 and widths["status"].eq("ok").all()
    found = sharpness.compare_runs(widths, "accuracy", "log_perplexity")
    assert found.units == 8 and found.ratio_low < found.ratio < found.ratio_high


def test_sensitivity_leaves_out_what_it_says(chosen: dict[tuple[str, str], cases.Case]) -> None:
    case = chosen[("persian_qa", "accuracy")]
    found = sensitivity.table([case], replicates=100)
    rows = case.rows.dropna(subset=["train_flops"])
    whole = found[found["variant"].eq(sensitivity.ALL)].iloc[0]
    no_code = found[found["variant"].eq(sensitivity.NO_CODE)].iloc[0]
    assert whole["n_models"] == len(rows)
    assert no_code["n_models"] == (~rows["code_model"].astype(bool)).sum() < len(rows)
    lone = found[found["variant"].eq(sensitivity.NO_FAMILY)].set_index("left_out")
    assert set(lone.index) == set(rows["family"])
    sizes = rows.groupby("family").size()
    assert (lone["n_models"] == len(rows) - sizes).all()
    assert lone[["width_low", "threshold_low"]].isna().all(axis=None)
    alone = curves.fit(rows[rows["family"].ne("Qwen1.5")], "train_flops", 0.25)
    expected = float(curves.width(alone.theta)) if alone.status == "ok" else np.nan
    assert lone.loc["Qwen1.5", "width"] == pytest.approx(expected, rel=1e-4, nan_ok=True)
