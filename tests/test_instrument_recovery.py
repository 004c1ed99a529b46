"""The instrument finds known truth: a small run of the benchmark, bounds widened by its error."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from emergence.instrument.simulated import Design, Truth, simulate

from benchmarks import recovery

SCALE = 0.15


@pytest.fixture(scope="module")
def found():
    return recovery.summary(recovery.run(SCALE, seed=7)).set_index(["group", "condition", "value"])


def test_intervals_cover_the_truth(found) -> None:
    whole = found.loc[("matched", "all", "all")]
    assert whole["data_sets"] >= 140
    for name in ("mid", "width", "threshold"):
        error = 3 * whole[f"coverage_{name}_error"]
        assert 0.90 - error < whole[f"coverage_{name}"] < 0.98 + error


def test_estimates_lie_at_the_truth(found) -> None:
    whole = found.loc[("matched", "all", "all")]
    assert whole["reported"] > 0.85 and whole["threshold_reported"] > 0.85
    for name in ("mid", "width", "threshold"):
        assert abs(whole[f"bias_{name}"]) < 0.03
        assert whole[f"typical_error_{name}"] < 0.12


def test_a_wide_rise_is_not_called_sharp_nor_a_steep_one_wide(found) -> None:
    wide, steep = found.loc[("matched", "width", "3")], found.loc[("matched", "width", "0.3")]
    assert wide["sharp_yes"] == 0 and steep["sharp_no"] == 0
    assert wide["sharp_no"] > 0.6 and steep["sharp_yes"] > 0.6
    assert found.loc[("jump", "all", "all"), "sharp_no"] == 0


def test_what_does_not_rise_has_no_threshold(found) -> None:
    for group in ("flat_at_floor", "flat_above_floor"):
        row = found.loc[(group, "all", "all")]
        assert row["reported"] <= 0.05 and row["threshold_reported"] <= 0.05


def test_the_published_benchmark_says_so_on_a_thousand_data_sets() -> None:
    table = pd.read_csv(recovery.FOLDER / "recovery.csv")
    matched = table[table["group"].eq("matched")]
    whole = matched[matched["condition"].eq("all")].iloc[0]
    assert whole["data_sets"] >= 1000
    for name in ("mid", "width", "threshold"):
        assert 0.90 < whole[f"coverage_{name}"] < 0.98
        # No condition hides behind the others.
        low = matched[f"coverage_{name}"] + 2 * matched[f"coverage_{name}_error"]
        high = matched[f"coverage_{name}"] - 2 * matched[f"coverage_{name}_error"]
        assert (low > 0.90).all() and (high < 0.98).all()


def test_simulated_scores_scatter_as_they_were_told() -> None:
    models = Design(np.full(4000, 30.0), np.arange(4000).astype(str))
    truth = Truth(22, 1, 0.0, 0.6, 0.0, 0.05, 500)
    value = simulate(models, truth, np.random.default_rng(0))["value"]
    expected = 0.6 * 0.4 * (1 / 500 + 0.05 * (1 - 1 / 500))
    assert value.mean() == pytest.approx(0.6, abs=0.01)
    assert value.var() == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize("shape", ["logistic", "gompertz"])
def test_curves_of_any_shape_rise_as_wide_as_they_were_told(shape: str) -> None:
    truth = Truth(22, 1.5, 0.25, 0.85, 0.0, 0.0, 10**7, shape=shape)
    places = np.array([truth.crossing(0.25 + 0.6 * share) for share in (0.1, 0.5, 0.9)])
    assert places[2] - places[0] == pytest.approx(1.5) and places[1] == pytest.approx(22)
    models = Design(places, np.array(["a", "b", "c"]))
    value = simulate(models, truth, np.random.default_rng(0))["value"]
    assert value.to_numpy() == pytest.approx([0.31, 0.55, 0.79], abs=1e-3)
