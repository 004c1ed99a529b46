"""Verdicts follow from the tables by the rules, and from nothing else."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from emergence import findings, once, paths, results
from emergence.errors import DataError, ParameterError
from emergence.instrument import verdicts
from emergence.instrument.verdicts import NO, NOT_TESTED, UNCLEAR, YES, Rules
from emergence.schemas import read_descriptions
from emergence.tables import read_table, scores_with_models
from hypothesis import given
from hypothesis import strategies as st

RULES = Rules()
VALUES = {
    "own_models": "beside",
    "max_params": None,
    "floor": 0.05,
    "margin": 0.05,
    "significance": 0.05,
    "sharp_decades": 1.0,
    "forecast_error": 0.1,
    "forecast_coverage": 0.8,
    "fewest_tested": 5,
    "cutoff": 8.4e22,
}
FORESEEN = pd.Series(
    {
        "status": "ok",
        "n_test_present": 9,
        "mae_present": 0.05,
        "mae_low": 0.02,
        "mae_high": 0.08,
        "coverage_present": 0.9,
    }
)


@pytest.mark.parametrize(
    ("tested", "passing", "status", "word"),
    [
        (20, 0, "never_reached", NO),  # nobody has it
        (20, 20, "ok", NO),  # it is absent from none
        (20, 8, "ok", YES),
        (20, 8, "outside_range", UNCLEAR),
        (0, 0, "ok", YES),  # no count, so the curve alone decides
        (0, 0, "no_floor", UNCLEAR),
    ],
)
def test_an_ability_appears_if_some_pass_and_some_fail(tested, passing, status, word):
    row = pd.Series({"tested": tested, "passing": passing, "status": status})
    assert verdicts.appears(row) == word


@pytest.mark.parametrize(
    ("low", "high", "status", "word"),
    [
        (0.2, 0.9, "ok", YES),
        (1.1, 3.0, "ok", NO),
        (0.8, 1.2, "ok", UNCLEAR),
        (np.nan, np.nan, "unclear_ceiling", UNCLEAR),
    ],
)
def test_sharp_is_what_the_whole_interval_says(low, high, status, word):
    row = pd.Series({"width_low": low, "width_high": high, "status": status})
    assert verdicts.sharp(row, RULES) == word


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({}, YES),
        ({"mae_low": 0.11, "mae_high": 0.3}, NO),
        ({"mae_high": 0.12}, UNCLEAR),
        ({"mae_low": np.nan, "mae_high": np.nan}, UNCLEAR),
        ({"coverage_present": 0.7}, UNCLEAR),
        ({"n_test_present": 4}, UNCLEAR),
        ({"status": "not_converged", "mae_low": 0.5, "mae_high": 0.6}, UNCLEAR),
    ],
)
def test_predicted_is_judged_by_error_coverage_and_enough_models(changed, word):
    assert verdicts.predicted(pd.Series({**FORESEEN, **changed}), RULES) == word


def test_what_was_not_forecast_is_not_called_unpredictable():
    assert verdicts.predicted(None, RULES) == NOT_TESTED
    assert verdicts.emergent(YES, NOT_TESTED) == UNCLEAR


@given(st.sampled_from([YES, NO, UNCLEAR]), st.sampled_from(verdicts.WORDS))
def test_emergent_needs_both_halves_of_the_definition(appearing, foretold):
    word = verdicts.emergent(appearing, foretold)
    assert (word == YES) == (appearing == YES and foretold == NO)
    assert (word == NO) == (appearing == NO or foretold == YES)


@pytest.mark.parametrize(
    "wrong",
    [
        {"sharp_decades": 0.0},
        {"forecast_error": 1.5},
        {"forecast_error": 0.0},
        {"forecast_coverage": float("nan")},
        {"fewest_tested": 0},
    ],
)
def test_rules_that_say_nothing_are_refused(wrong):
    with pytest.raises(ParameterError, match=next(iter(wrong))):
        Rules(**wrong)


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    """What is costly is computed once for all tests here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(once.CACHE, str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def tables(cache):
    return results.tables(VALUES)


def test_the_published_tables_are_as_described(tables, tmp_path):
    results.write(tables, tmp_path / "results")
    names = {path.name for path in (tmp_path / "results").iterdir()}
    assert names == {f"{name}.csv" for name in tables} | {"datapackage.json"}
    for name, described in read_descriptions(paths.RESULTS_PACKAGE).items():
        table = pd.read_csv(tmp_path / "results" / described.path)
        assert list(table.columns) == [column.name for column in described.columns], name
        assert not table.empty


def test_a_table_that_is_not_as_described_is_not_published(tables, tmp_path):
    wrong = tables["verdicts"].assign(sharp="perhaps")
    with pytest.raises(DataError, match=r"verdicts\.csv:2: sharp"):
        results.write({**tables, "verdicts": wrong}, tmp_path / "results")
    with pytest.raises(DataError, match="other tables"):
        results.write({"verdicts": tables["verdicts"]}, tmp_path / "results")
    assert not (tmp_path / "results").exists()


def test_every_case_has_a_verdict_on_each_axis(tables):
    found = tables["verdicts"]
    assert not found.duplicated(["task", "metric", "prompting", "filter", "axis"]).any()
    assert len(found) == len(tables["curves"]) == len(tables["thresholds"])
    assert set(found["axis"]) == set(findings.AXES)


def test_a_changed_rule_changes_the_verdicts_it_is_about_and_no_other(tables):
    scores, tasks = _inputs()
    curves, thresholds = tables["curves"], tables["thresholds"]
    below = findings.forecasts(scores, tasks, 0.05).from_below
    loose = findings.verdict(curves, thresholds, below, Rules(sharp_decades=9.0))
    told = tables["verdicts"]
    assert (loose["sharp"] == YES).sum() > (told["sharp"] == YES).sum()
    pd.testing.assert_frame_equal(loose.drop(columns="sharp"), told.drop(columns="sharp"))
    strict = findings.verdict(curves, thresholds, below, Rules(forecast_error=1e-9))
    forecast = told["predicted"].ne(NOT_TESTED)
    assert not strict.loc[forecast, "predicted"].eq(YES).any()
    pd.testing.assert_series_equal(strict["appears"], told["appears"])


def test_only_the_chosen_method_speaks_and_never_from_other_scores_of_the_model():
    scores, tasks = _inputs()
    below = findings.forecasts(scores, tasks, 0.05).from_below
    assert set(below["axis"]) == {"train_flops", "params_active"}
    own = findings.own_methods()
    assert set(own["axis"]) == {"train_flops", "params_active", "capability"}
    assert not own["axis"].duplicated().any()


def test_two_forecasts_of_one_case_are_refused(tables):
    row = {"task": "t", "metric": "m", "axis": "train_flops"}
    with pytest.raises(DataError, match="several rows"):
        verdicts.table(tables["curves"], tables["thresholds"], pd.DataFrame([row, row]), RULES)


def test_the_command_writes_what_it_is_asked_for(tmp_path, capsys):
    arguments = ["--parameters", json.dumps(VALUES), "--out", str(tmp_path / "r")]
    assert results.main(arguments) == 0
    wrong = json.dumps(VALUES | {"max_params": 1.0})
    assert results.main(["--parameters", wrong, "--out", str(tmp_path / "no")]) == 1
    assert "max_params" in capsys.readouterr().out
    assert not (tmp_path / "no").exists()


def _inputs():
    return scores_with_models(), read_table("tasks")
