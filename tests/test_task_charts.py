"""Fitted curves and forecasts on task pages: what is drawn and told is what the tables hold."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import vl_convert
from emergence import findings, task_page
from emergence.charts import fit_tables, fits, forecasts, foretold
from emergence.charts.figures import Html
from emergence.instrument import curves, thresholds
from emergence.instrument.forecast_tables import ForecastTables
from emergence.sphinx import specs

MARGIN = 0.05
NOTHING = float("nan")


@pytest.fixture(scope="module")
def found(scores, tasks):
    """Everything that the page of a task has of its curves, by task."""

    def of(task):
        measured = curves.fit_all(findings.of_task(scores, tasks, task, 0.05), replicates=60)
        page = task_page.task_page(scores, tasks, task, floor=0.05, significance=0.05)
        crossed = thresholds.table(measured, margin=MARGIN)
        return page, measured, curves.table(measured), crossed

    return {task: of(task) for task in ("word_unscramble", "truthfulqa", "grounded_mappings")}


def rows_with(spec, *columns):
    """The datasets of a spec that have all of the columns, as tables."""
    tables = [pd.DataFrame(rows) for rows in spec["datasets"].values()]
    return [table for table in tables if set(columns) <= set(table)]


def svg(spec, **params):
    """The picture of a spec on a wide page, with other values of its parameters."""
    shown = json.loads(json.dumps(specs.sizes(specs.themed(spec, "light"))[""]))
    for param in shown.get("params", ()):
        param["value"] = params.get(param["name"], param["value"])
    return vl_convert.vegalite_to_svg(shown, allowed_base_urls=[])


def test_the_threshold_is_drawn_where_the_curve_leaves_its_level(found, labels):
    page, measured, shapes, crossed = found["word_unscramble"]
    spec = fits.curve_figure(page, measured, shapes, crossed, labels, "en").spec
    flops, params = spec["concat"]
    lines = [layer for layer in flops["layer"] if layer["mark"]["type"] == "line"]
    line = pd.DataFrame(spec["datasets"][lines[0]["data"]["name"]])
    marked = rows_with(spec, "kind", "low", "high")[0].set_index("kind")
    place = marked.loc["threshold"]
    assert place["low"] < place["scale"] < place["high"]
    on_curve = np.interp(np.log10(place["scale"]), np.log10(line["scale"]), line["y"])
    assert on_curve == pytest.approx(page.level + MARGIN, abs=0.005)
    half = np.interp(
        np.log10(marked.loc["half height", "scale"]), np.log10(line["scale"]), line["y"]
    )
    assert half == pytest.approx(marked.loc["half height", "y"], abs=0.005)
    # Side by side, panels are in line only where their titles are of one height.
    assert len(flops["title"]["subtitle"]) == len(params["title"]["subtitle"])


def test_an_unclear_width_is_told_in_words_and_not_marked(found, labels):
    page, measured, shapes, crossed = found["word_unscramble"]
    shown = fits.curve_figure(page, measured, shapes, crossed, labels, "en")
    parameters = rows_with(shown.spec, "kind", "low", "high")[1]
    assert shapes["status"].tolist() == ["ok", "unclear_ceiling"]
    assert set(parameters["kind"]) == {"threshold"}
    assert "By parameters: no width: the rise ends above the largest model, threshold" in shown.alt
    table = fit_tables.curve_table(shapes, crossed, labels, "en").text
    assert "width: the rise ends above the largest model" in table and "nan" not in table
    assert "setting" not in table


def test_a_task_without_a_floor_gets_a_reason_for_a_curve(found, labels):
    page, measured, shapes, crossed = found["truthfulqa"]
    panel = fits.curve_figure(page, measured, shapes, crossed, labels, "en")
    assert isinstance(panel, Html)
    assert f"no chance level, so no floor ({shapes['n_models'].iloc[0]} models" in panel.text
    families = thresholds.by_family(measured, margin=MARGIN)
    told = fit_tables.family_table(families, crossed, page, "en", fewest=4).text
    assert "no chance level" in told and "BLOOM" not in told


def test_a_task_without_data_has_panels_in_place_of_all(found, labels):
    page, measured, shapes, crossed = found["grounded_mappings"]
    shown = [
        fits.curve_figure(page, measured, shapes, crossed, labels, "en"),
        fit_tables.curve_table(shapes, crossed, labels, "en"),
        fit_tables.family_table(thresholds.by_family(measured), crossed, page, "en", fewest=4),
        forecasts.forecast_figure(page, [], labels, "en"),
    ]
    assert all("em-empty" in panel.html for panel in shown)
    assert foretold.error_table([], labels, "en") is None


def test_families_have_a_number_or_a_reason(found):
    page, measured, _, crossed = found["word_unscramble"]
    families = thresholds.by_family(measured, margin=MARGIN)
    lines = fit_tables.family_table(families, crossed, page, "en", fewest=4).text.splitlines()
    by_name = {line.split()[0]: line for line in lines}
    assert "outside its sizes" in by_name["Pythia"] and "none" in by_name["Pythia"]
    assert "fewer than 4 known values" in by_name["Qwen2"]
    assert "10²³ (" in by_name["Llama"] and "llama-13b (13B)" in by_name["Llama"]


# Forecasts, on four models and two cutoffs.
CUTOFFS = (1e21, 1e23)
OWN = pd.DataFrame({"axis": ["train_flops", "params_active"], "method": ["mine", "mine"]})


def toy_page(tasks):
    scores = pd.DataFrame(
        {
            "task": "arithmetic_2da",
            "metric": "exact_match",
            "prompting": "few_shot",
            "filter": "none",
            "model": ["d", "a", "c", "b", "noted"],
            "name": ["Model-D", "Model-A", "Model-C", "Model-B", "Noted"],
            "train_flops": [1e24, 1e20, 1e22, 1e21, 1e22],
            "value": [0.9, 0.0, 0.5, 0.1, 0.3],
            "note": [pd.NA, pd.NA, pd.NA, pd.NA, "copied_run"],
        }
    )
    row = tasks[tasks["task"].eq("arithmetic_2da")].iloc[0]
    return task_page.TaskPage(row, scores, scores, 0.05, "floor")


def toy_forecasts(status=("too_few_models", "ok")):
    key = {"task": "arithmetic_2da", "metric": "exact_match"}
    errors = [
        key
        | {"method": method, "axis": axis, "cutoff_flops": cutoff, "test_set": "above"}
        | {"mae": mae, "converged": settled}
        for cutoff, shift in zip(CUTOFFS, (0.0, 0.1), strict=True)
        for method, axis, mae, settled in (
            ("mine", "train_flops", 0.1 + shift, True),
            ("mine", "params_active", 0.2 + shift, True),
            ("constant", "none", 0.3 + shift, True),
            ("sigmoid", "train_flops", 0.4 + shift, cutoff == CUTOFFS[0]),
        )
    ]
    told = pd.DataFrame(errors).astype({"converged": "boolean"})
    below = told[told["method"].eq("mine")].assign(coverage=0.5)
    at = below["cutoff_flops"].map({cutoff: i for i, cutoff in enumerate(CUTOFFS)})
    below = below.assign(
        n_train=at.map({0: 2, 1: 3}),
        n_train_present=at.map({0: 0, 1: 1}),
        n_test=at.map({0: 2, 1: 1}),
        n_test_present=at.map({0: 2, 1: 1}),
        status=at.map(dict(enumerate(status))),
    )
    drawn = [
        key
        | {"method": "mine", "axis": axis, "test_set": test_set, "cutoff_flops": cutoff}
        | {"model": model, "predicted": p, "low": p - 0.05, "high": p + 0.05, "observed": 0.0}
        for axis, test_set, cutoff, model, p in (
            ("train_flops", "above", 1e23, "d", 0.8),
            ("params_active", "above", 1e23, "d", 0.7),
            ("train_flops", "noted", 1e23, "noted", 0.6),
        )
    ]
    nothing = pd.DataFrame()
    return ForecastTables(told, pd.DataFrame(drawn), nothing, nothing, below)


def test_forecasts_are_joined_to_their_models(tasks):
    one = foretold.foretold(toy_page(tasks), toy_forecasts(), OWN, "exact_match")
    assert one.models["name"].tolist() == ["Model-A", "Model-B", "Model-C", "Model-D"]
    (drawn,) = one.predicted.itertuples(index=False)
    assert (drawn.c, one.models["name"][drawn.m]) == (1, "Model-D")
    assert (drawn.p, drawn.l, drawn.h) == (0.8, 0.75, 0.85)


def test_errors_are_those_of_the_method_and_axis_and_settled(tasks):
    errors = foretold.foretold(toy_page(tasks), toy_forecasts(), OWN, "exact_match").errors
    assert errors["own"].tolist() == [0.1, 0.2]
    assert errors["own_params"].tolist() == pytest.approx([0.2, 0.3])
    assert errors["constant"].tolist() == pytest.approx([0.3, 0.4])
    assert errors["sigmoid"].iloc[0] == 0.4 and np.isnan(errors["sigmoid"].iloc[1])


def test_the_slider_tells_and_draws_its_cutoff(tasks, labels):
    page = toy_page(tasks)
    one = foretold.foretold(page, toy_forecasts(), OWN, "exact_match")
    one.errors.loc[0, "own"] = NOTHING
    shown = forecasts.forecast_figure(page, [one], labels, "en")
    assert specs.interaction(shown.spec) == "near"
    (param,) = specs.inputs(shown.spec)
    # 8.4e22 is nearest to the second cutoff, the only one with predictions.
    assert (param["value"], param["bind"]["max"]) == (2, 2)
    at_two, at_one = svg(shown.spec), svg(shown.spec, at=1)
    assert "3 smaller (1 with the ability), 1 larger" in at_two
    assert "mean absolute error 0.200, 50\N{NO-BREAK SPACE}% in interval" in at_two
    assert "2 smaller (0 with the ability), 2 larger" in at_one
    assert "no forecast: fewer than five models" in at_one
    orange = 'fill="#c2410c"'
    assert at_two.count(orange) == at_one.count(orange) + 1
    assert "nan" not in shown.alt.lower()


def test_the_table_of_errors_says_why_there_is_none(tasks, labels):
    one = foretold.foretold(toy_page(tasks), toy_forecasts(), OWN, "exact_match")
    text = foretold.error_table([one], labels, "en").text
    assert "why there is none" in text and "fewer than five models" in text
    fine = foretold.foretold(toy_page(tasks), toy_forecasts(("ok", "ok")), OWN, "exact_match")
    assert "why there is none" not in foretold.error_table([fine], labels, "en").text


def test_no_forecast_of_a_task_that_is_not_forecast(tasks, labels):
    panel = forecasts.forecast_figure(toy_page(tasks), [], labels, "en")
    assert isinstance(panel, Html) and "few-shot" in panel.text
