"""Charts of the chapters on emergence and its implications: drawable, whatever the tables hold."""

from __future__ import annotations

import json

import altair as alt
import pandas as pd
import pytest
import vl_convert
from emergence import associations, efficiency, percolation, regulation, simulation
from emergence.charts import efficiency as efficiency_charts
from emergence.charts import figure, implications, training
from emergence.charts import percolation as percolation_charts
from emergence.charts import regulation as regulation_charts
from emergence.sphinx import specs

NOTHING = float("nan")


def _svg(chart: alt.TopLevelMixin) -> str:
    """Draw the chart as the book does on a phone; NaN would be no JSON and is refused."""
    table = pd.DataFrame({"value": [1]})
    shown = figure(
        chart, name="some-chart", alt="What the chart shows in words", table=table, lang="en"
    )
    json.dumps(shown.spec, allow_nan=False)
    spec = specs.at_width(specs.themed(shown.spec, "light"), 320)
    return vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])


def _models() -> pd.DataFrame:
    flops = [1e20, 1e21, 3e22, 2e25, NOTHING]
    return pd.DataFrame(
        {
            "name": pd.array([f"model-{i}" for i in range(5)], dtype="string"),
            "family": pd.array(["a", "a", "a", "b", "b"], dtype="string"),
            "lineage": pd.array(["Pythia"] * 3 + ["other"] * 2, dtype="string"),
            "params_total": [1e8, 1e9, 1e10, 1e11, 1e9],
            "train_flops": flops,
            "value": [0.4, 0.35, 0.3, 0.7, 0.5],
        }
    )


def _curves(notes: list[str | None]) -> pd.DataFrame:
    n = len(notes)
    return pd.DataFrame(
        {
            "model": "EleutherAI/pythia-1b",
            "name": "pythia-1b",
            "params_active": 1e9,
            "step": [0, 512, 1000, 3000][:n],
            "tokens": [0, 1e9, 2e9, 6e9][:n],
            "train_flops": [0, 6e18, 1.2e19, 3.6e19][:n],
            "value": [0.0, 0.0, 0.1, 0.3][:n],
            "n": pd.array([5153] * n, dtype="Int64"),
            "low": [0.0, 0.0, 0.09, 0.28][:n],
            "high": [0.01, 0.01, 0.11, 0.32][:n],
            "note": pd.array(notes, dtype="string"),
        }
    )


@pytest.mark.parametrize("occupancies", [[0.0, 1.0], [0.3, 0.6, 0.8]])
def test_lattices_draw_a_panel_for_each_occupancy(occupancies: list[float]) -> None:
    sites = percolation.sites(8, occupancies, 0)
    shares = percolation.cluster_shares(8, occupancies, 0)
    svg = _svg(percolation_charts.lattices(sites, shares, 8, "en"))
    assert all(f"{100 * occupancy:.1f}\N{NO-BREAK SPACE}%:" in svg for occupancy in occupancies)


@pytest.mark.parametrize("sizes", [[4], [4, 8, 12, 16, 20, 24, 28, 32, 36]])
def test_spanning_draws_any_number_of_sizes(sizes: list[int]) -> None:
    curves = simulation.spanning_probability(sizes, [0.4, 0.6, 0.8], 4, 0)
    svg = _svg(percolation_charts.spanning(curves, "en"))
    assert all(f">{size}<" in svg for size in sizes)


def test_training_step_zero_is_told_and_not_drawn() -> None:
    chart = training.training_curves(_curves([None] * 4), "en", title="LAMBADA", score="accuracy")
    spec = chart.to_dict()
    drawn = [row for rows in spec["datasets"].values() for row in rows if "train_flops" in row]
    assert drawn and all(row["train_flops"] > 0 for row in drawn)
    assert "untrained (step 0, off the axis): 0.0\N{NO-BREAK SPACE}%" in _svg(chart)


def test_training_draws_noted_rows_hollow_and_off_the_lines() -> None:
    curves = _curves([None, None, "copied_run", None])
    spec = training.training_curves(curves, "en", title="LAMBADA", score="accuracy").to_dict()
    hollow = [layer for layer in spec["layer"] if layer["mark"].get("filled") is False]
    assert [len(spec["datasets"][layer["data"]["name"]]) for layer in hollow] == [1]
    lines = [layer for layer in spec["layer"] if layer["mark"]["type"] == "line"]
    steps = {row["step"] for row in spec["datasets"][lines[0]["data"]["name"]]}
    assert steps == {512, 3000}


def test_training_draws_scores_without_intervals() -> None:
    curves = _curves([None] * 4).assign(low=NOTHING, high=NOTHING, n=pd.NA)
    svg = _svg(training.training_curves(curves, "en", title="MMLU", score="accuracy", level=0.25))
    assert "95 % intervals" not in svg and "1 size<" in svg


def test_associations_without_a_correlation_are_not_drawn() -> None:
    table = associations.associations(_models(), "family", "train_flops")
    svg = _svg(implications.association_dots(table, "family", "en", title="t", subtitle="s"))
    assert "a (3)" in svg and "b (1)" not in svg


def test_truthfulness_leaves_out_models_without_flops() -> None:
    decades = associations.by_decade(_models(), "train_flops")
    assert decades.empty
    chart = implications.truthfulness(_models(), decades, "en", left_out=1)
    assert "4 models; 1 without training FLOPs left out" in _svg(chart)
    rows = [row for rows in chart.to_dict()["datasets"].values() for row in rows]
    assert "model-4" not in {row.get("name") for row in rows}


def test_strip_names_each_threshold_and_counts_what_it_leaves_out() -> None:
    abilities = pd.DataFrame(
        {
            "name": ["x", "y", "z"],
            "model": ["m", "m", None],
            "kind": ["few_shot", "augmented", "few_shot"],
            "train_flops": [1e22, 2e22, NOTHING],
        }
    )
    limits = regulation.thresholds(1e24)
    svg = _svg(regulation_charts.compute_strip(abilities, _models(), limits, "en"))
    assert all(name in svg for name in regulation_charts.rule_names("en").values())
    assert "2 abilities of 2022 (1 has no figure)" in svg
    assert "4 open models; 1 without FLOPs left out" in svg


@pytest.mark.parametrize("target", [0.33, 0.6])
def test_costs_show_the_target_chosen_and_only_its_models(target: float) -> None:
    costs = efficiency.costs(_models(), [0.33, 0.6])
    svg = _svg(efficiency_charts.cost_dots(costs, target, "en", score="MMLU", families=2))
    assert f"What {100 * target:.0f}\N{NO-BREAK SPACE}% on MMLU costs" in svg
    assert ("model-0" in svg) == (target == 0.33) and "model-3" in svg


def test_cost_menu_starts_at_one_of_its_options() -> None:
    costs = efficiency.costs(_models(), [1 / 3])
    chart = efficiency_charts.cost_dots(costs, 1 / 3, "en", score="MMLU", families=2).to_dict()
    (param,) = chart["params"]
    assert param["value"] in param["bind"]["options"]
