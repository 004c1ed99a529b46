"""Forecasts of larger models: what is learnt from whom, by what, and how the result is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from emergence import once, paths
from emergence.errors import DataError, ParameterError
from emergence.instrument import axes, forecasts, methods, scored, selection
from emergence.instrument import forecast_tables as forecast_module
from emergence.instrument.baselines import Inputs, constant, nearest_smaller, sigmoid
from emergence.instrument.compared import comparison, summary
from emergence.instrument.forecast_tables import forecast_tables
from emergence.instrument.sigmoids import WIDEST_SHIFT, curve, fit
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import curve_fit, minimize
from scipy.special import expit, logit
from sklearn.decomposition import PCA
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct

EVERY = methods.ALL_BASELINES + methods.CANDIDATES


@pytest.fixture(scope="module")
def book(scores, tasks):
    return axes.panel(scores, tasks)


@pytest.fixture(scope="module")
def final(book):
    return forecasts.forecast(book, (forecasts.CUTOFF,), EVERY)


def small(y, flops, *, noted=None, families=None, resolution=0.001, seed=3) -> axes.Panel:
    """A panel of one metric."""
    y, flops = np.array(y, dtype=float), np.array(flops, dtype=float)
    count = len(y)
    names = np.array([f"m{i}" for i in range(count)], dtype=object)
    families = names if families is None else np.array(families, dtype=object)
    benchmarks = np.random.default_rng(seed).uniform(0.2, 0.8, (count, 7))
    return axes.Panel(
        (("word_unscramble", "exact_match"),),
        names,
        families,
        families,
        y[None],
        np.array([resolution]),
        np.array([0.0]),
        np.zeros((1, count), dtype=bool) if noted is None else np.array([noted]),
        flops,
        np.where(np.isnan(flops), 1e9, flops) / 1e12,
        benchmarks,
    )


def inputs(panel: axes.Panel, train) -> Inputs:
    train = np.atleast_2d(np.array(train, dtype=bool))
    repeats = len(train) // len(panel.metrics)
    return Inputs(
        np.tile(panel.y, (repeats, 1)),
        train,
        np.tile(panel.chance, repeats),
        np.tile(panel.resolution, repeats),
        np.log10(panel.flops),
        np.log10(panel.params),
        panel.families,
        panel.lineages,
        axes.components(panel.benchmarks, train)[0],
    )


# What goes in


def test_the_panel_holds_shares_of_the_eight_metrics(book, scores) -> None:
    assert book.y.shape == (8, len(book.models)) and np.nanmax(book.y) <= 1
    bleu = scores[scores["metric"].eq("bleu")].set_index("model")["value"]
    row = book.y[book.metrics.index(("ipa_transliterate", "bleu"))]
    place = list(book.models).index("huggyllama/llama-7b")
    assert row[place] == pytest.approx(bleu["huggyllama/llama-7b"] / 100)
    assert book.resolution[:3] == pytest.approx(1 / 2000)
    assert dict(zip(book.metrics, book.chance, strict=True))["persian_qa", "accuracy"] == 0.25
    assert book.lineages[place] == "Llama" and "other" not in book.lineages


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda s: s.assign(value=s["value"].where(s["metric"].eq("bleu"), 1.2)), "found 1.2"),
        (lambda s: s.drop(columns="train_flops"), "no column train_flops"),
        (lambda s: pd.concat([s, s[s["task"].eq("persian_qa")].head(1)]), "found two rows"),
        (lambda s: s[s["task"].ne("persian_qa")], "no score of persian_qa/accuracy"),
        (
            lambda s: s[s["model"].ne("facebook/opt-13b") | s["prompting"].ne("standard")],
            "facebook/opt-13b: found no standard benchmark",
        ),
    ],
)
def test_impossible_scores_are_refused(scores, tasks, change, told) -> None:
    with pytest.raises(DataError, match=told):
        axes.panel(change(scores), tasks)


def test_parts_by_hand() -> None:
    nan = np.nan
    panel = small(
        [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, nan],
        [1e20, 5e20, 1e21, 2e21, nan, nan, 1e20],
        noted=[True, False, False, True, False, True, False],
    )
    found = {name: list(np.flatnonzero(m[0])) for name, m in axes.parts(panel, 5e20).items()}
    assert found == {"train": [1], "above": [2], "unknown": [4], "noted": [3, 5]}


def test_components_are_those_of_a_reference_library(book) -> None:
    whole = book.benchmarks[np.isfinite(book.benchmarks).all(axis=1)]
    train = np.arange(len(whole)) % 3 > 0
    found, share = axes.components(whole, train[None], 3)
    reference = PCA(3).fit(whole[train])
    expected = reference.transform(whole)
    signs = np.sign((found[0] * expected).sum(axis=0))
    np.testing.assert_allclose(found[0] * signs, expected, atol=1e-10)
    np.testing.assert_allclose(share[0], reference.explained_variance_ratio_)


def test_gaps_of_benchmarks_of_one_component_are_filled_exactly() -> None:
    ability = np.linspace(-1, 1, 12)
    whole = 0.5 + np.outer(ability, np.linspace(0.1, 0.3, 7))
    gaps = whole.copy()
    gaps[2, 1] = gaps[5, 4] = gaps[11, 0] = gaps[11, 6] = np.nan
    train = (np.arange(12) < 9)[None]
    complete, _ = axes.components(whole, train, 1)
    found, _ = axes.components(gaps, train, 1)
    np.testing.assert_allclose(found, complete, atol=1e-5)


def test_benchmarks_of_a_tested_model_move_nobody_else(book) -> None:
    train = axes.parts(book, 2e22)["train"][:1]
    tested = int(np.flatnonzero(book.flops > 2e22)[0])
    changed = book.benchmarks.copy()
    changed[tested] = 0.9
    changed[tested, 2] = np.nan
    before, after = (axes.components(b, train)[0][0] for b in (book.benchmarks, changed))
    others = np.arange(len(book.models)) != tested
    np.testing.assert_array_equal(before[others], after[others])
    assert not np.allclose(before[tested], after[tested])


# Methods


def test_constant_and_nearest_by_hand() -> None:
    panel = small([0.1, 0.2, 0.6, 0.4, 0.1, 0.9], [1e20, 2e20, 5e20, 5e20, 3e20, 9e20])
    given = inputs(panel, [1, 1, 1, 1, 1, 0])
    assert constant(given).mean[0] == pytest.approx(0.28)
    assert nearest_smaller(given).mean[0] == pytest.approx(0.5)  # the mean of two tied


@pytest.mark.parametrize("fixed_height", [False, True])
def test_derivatives_are_those_of_small_differences(fixed_height) -> None:
    generator = np.random.default_rng(1)
    p, x = generator.normal(0, 0.5, (4, 6)), generator.normal(size=(4, 3, 9))
    _, derivatives = curve(p, x, fixed_height)
    for i in range(6):
        step = np.eye(6)[i] * 1e-6
        slope = (curve(p + step, x, fixed_height)[0] - curve(p - step, x, fixed_height)[0]) / 2e-6
        np.testing.assert_allclose(derivatives[:, i], slope, atol=1e-8)


def test_sigmoids_are_those_of_scipy_one_by_one_or_all_at_once() -> None:
    generator = np.random.default_rng(5)
    x = generator.uniform(-2, 2, (6, 1, 40))
    y = 0.1 + 0.7 * expit(2.5 * (x[:, 0] - 0.3)) + generator.normal(0, 0.03, (6, 40))
    train = generator.random((6, 40)) < 0.8
    start = np.array([0.0, 1.0, 1.0, 0.0])
    found, converged = fit(x, y, train, start)
    assert converged.all()
    for i in range(6):
        own = train[i]
        expected, _ = curve_fit(
            lambda v, a, b, h, s: s + h * expit(a + b * v), x[i, 0, own], y[i, own], p0=start
        )
        np.testing.assert_allclose(found[i], expected, rtol=1e-4)
        alone, _ = fit(x[i : i + 1], y[i : i + 1], train[i : i + 1], start)
        np.testing.assert_allclose(alone[0], found[i], rtol=1e-6)


def test_a_sigmoid_of_fixed_height_keeps_its_shift_in_range() -> None:
    x = np.linspace(-2, 2, 30)[None, None]
    y = 0.5 + 0.5 * expit(3 * x[:, 0])
    found, converged = fit(
        x, y, np.ones((1, 30), bool), np.array([0.0, 1.0, 1.0, 0.0]), fixed_height=True
    )
    assert converged[0] and found[0, -1] == WIDEST_SHIFT
    expected = minimize(
        lambda p: ((y[0] - 0.2 - 0.8 * expit(p[0] + p[1] * x[0, 0])) ** 2).sum(), [0.0, 1.0]
    )
    np.testing.assert_allclose(found[0, :2], expected.x, rtol=1e-3)


def test_a_fit_that_runs_away_is_flagged() -> None:
    flops = 10 ** np.linspace(20, 22, 12)
    panel = small(np.exp(np.linspace(-9, -2, 12)), flops)  # an exponential has no height
    assert not sigmoid(inputs(panel, np.ones(12)), "train_flops").converged[0]
    few = small([0.0, 0.1, 0.2, 0.5, 0.6, 0.7], flops[:6])
    assert not sigmoid(inputs(few, [1, 1, 1, 1, 1, 0]), "capability").converged[0]


def test_the_penalised_logistic_has_least_penalised_loss() -> None:
    generator = np.random.default_rng(2)
    panel = small(expit(generator.normal(0, 2, 30)), 10 ** np.linspace(20, 23, 30))
    given = inputs(panel, np.arange(30) < 25)
    given = replace(given, chance=np.array([0.2]), y=0.2 + 0.8 * given.y)
    own = given.train[0]
    x = given.flops - given.flops[own].mean()
    x = x / x[own].std()
    share = ((given.y[0] - 0.2) / 0.8)[own]
    centre = logit(share.mean())

    def loss(p):
        linear = p[0] + p[1] * x[own]
        surprise = np.logaddexp(0, linear) - share * linear
        return surprise.sum() + 0.005 * (p[0] - centre) ** 2 + methods.RIDGE / 2 * p[1] ** 2

    best = minimize(loss, [0.0, 0.0], tol=1e-12).x
    found = methods.logistic(given, "train_flops")
    assert found.converged[0]
    np.testing.assert_allclose(found.mean[0], 0.2 + 0.8 * expit(best[0] + best[1] * x), atol=1e-5)


def test_the_process_is_that_of_a_reference_library(book) -> None:
    train = axes.parts(book, 2e22)["train"][:1]
    given = inputs(replace(book, metrics=book.metrics[:1], y=book.y[:1]), train)
    given = replace(given, chance=book.chance[:1], resolution=book.resolution[:1])
    own = train[0]
    x = (given.capability[0] - given.capability[0, own].mean(0)) / given.capability[0, own].std(0)
    eps = methods.PRACTICAL
    z = logit((given.y[0, own] + eps) / (1 + 2 * eps))
    unit = max(z.std(), 0.3)
    kernel = ConstantKernel(1.0) + 0.25 * DotProduct(1e-9) + RBF(4.0)
    reference = GaussianProcessRegressor(kernel, alpha=0.04, optimizer=None)
    latent = z.mean() + unit * reference.fit(x[own], (z - z.mean()) / unit).predict(x)
    expected = np.clip(expit(latent) * (1 + 2 * eps) - eps, 0, 1)
    np.testing.assert_allclose(methods.process(given, "capability").mean[0], expected, atol=1e-8)


def test_a_family_that_did_better_is_expected_to_do_better() -> None:
    flops = np.tile(10 ** np.linspace(20, 22, 6), 2)
    families = ["a"] * 6 + ["b"] * 6
    panel = small([0.2] * 5 + [0.5] + [0.6] * 5 + [0.5], flops, families=families)
    given = inputs(panel, np.tile([1, 1, 1, 1, 1, 0], 2))
    alike = methods.process(given, "train_flops").mean[0]
    apart = methods.process(given, "train_flops", methods.FAMILY).mean[0]
    assert alike[5] == pytest.approx(alike[11]) and apart[11] - apart[5] > 0.2


def test_the_isotonic_curve_by_hand() -> None:
    panel = small([0.1, 0.3, 0.2, 0.5, 0.6, 0.9], [1e20, 1e21, 1e22, 1e23, 1e24, 1e25])
    found = methods.isotonic(inputs(panel, [1, 1, 1, 1, 1, 0]), "train_flops").mean[0]
    np.testing.assert_allclose(found, [0.1, 0.25, 0.25, 0.5, 0.6, 0.6])


# Splits


def test_nothing_of_a_tested_model_enters_a_fit(book, final) -> None:
    below = book.flops <= forecasts.CUTOFF
    generator = np.random.default_rng(0)
    y = np.where(below | np.isnan(book.y), book.y, generator.random(book.y.shape))
    changed = replace(book, y=y)
    for before, after in zip(
        final, forecasts.forecast(changed, (forecasts.CUTOFF,), EVERY), strict=True
    ):
        np.testing.assert_array_equal(before.mean, after.mean)
        np.testing.assert_array_equal(before.scale, after.scale)
        np.testing.assert_array_equal(before.dof, after.dof)


def test_a_models_training_score_does_change_forecasts(book, final) -> None:
    """So that the test above can fail."""
    y = np.where(book.flops == book.flops[book.flops <= forecasts.CUTOFF].max(), 0.5, book.y)
    other = forecasts.forecast(replace(book, y=y), (forecasts.CUTOFF,), EVERY)
    for before, after in zip(final, other, strict=True):
        assert not np.allclose(before.mean, after.mean, equal_nan=True)


def test_a_cutoff_says_the_same_alone_and_in_a_grid(book) -> None:
    chosen = methods.BASELINES[:2] + methods.CANDIDATES[-4:]
    alone = forecasts.forecast(book, (2e22,), chosen)
    grid = forecasts.forecast(book, (5e21, 2e22, 2e23), chosen)
    for one, many in zip(alone, grid, strict=True):
        np.testing.assert_allclose(one.mean[0], many.mean[1], atol=1e-10)
        np.testing.assert_allclose(one.scale[0], many.scale[1], atol=1e-8)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_order_of_rows_means_nothing(scores, tasks, book, seed) -> None:
    found = axes.panel(scores.sample(frac=1, random_state=seed), tasks)
    for name in ("models", "families", "y", "resolution", "noted", "flops", "benchmarks"):
        np.testing.assert_array_equal(getattr(found, name), getattr(book, name))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_order_of_models_means_nothing_to_a_method(seed) -> None:
    generator = np.random.default_rng(seed)
    panel = small(expit(generator.normal(0, 1, 14)), 10 ** generator.uniform(20, 23, 14))
    given, order = inputs(panel, np.arange(14) < 11), generator.permutation(14)
    moved = Inputs(
        given.y[:, order], given.train[:, order], given.chance, given.resolution,
        given.flops[order], given.params[order], given.families[order], given.lineages[order],
        given.capability[:, order],
    )  # fmt: skip
    for method in (*methods.BASELINES[:2], *methods.CANDIDATES):
        before, after = method.predict(given).mean, method.predict(moved).mean
        np.testing.assert_allclose(before[:, order], after, atol=1e-6)


def test_a_cutoff_below_nought_is_refused(book) -> None:
    with pytest.raises(DataError, match="cutoff_flops"):
        forecasts.forecast(book, (-1.0,), methods.BASELINES)


# How forecasts are told


def test_probabilities_of_all_scores_add_up_to_one() -> None:
    n = 200
    panel = small(np.arange(n + 1) / n, np.full(n + 1, 1e20), resolution=1 / n)
    results = forecasts.Results(
        methods.BASELINES[0],
        np.full((1, 1, n + 1), 0.3),
        np.array([[True]]),
        np.array([[0.4]]),
        np.array([[4.0]]),
    )
    assert np.exp(forecasts.log_scores(panel, results)).sum() == pytest.approx(1)
    low, high = forecasts.intervals(panel, results)
    inside = (panel.y >= low[0, 0]) & (panel.y <= high[0, 0])
    told = np.exp(forecasts.log_scores(panel, results))[0][inside].sum()
    assert 0.92 < told < 0.98


def test_the_scale_of_errors_by_hand() -> None:
    flops = 10 ** np.linspace(20, 21.9, 20)
    y = np.where(np.arange(20) < 10, 0.2, 0.4)
    families = ["a"] * 15 + ["b"] * 5
    panel = small(y, flops, families=families)
    [found] = forecasts.forecast(panel, (1e22,), methods.BASELINES[:1])
    r = 0.001
    far = forecasts.logits(0.2, r) - forecasts.logits(0.4, r)
    near = forecasts.logits((10 * 0.2 + 5 * 0.4) / 15, r) - forecasts.logits(0.4, r)
    worse = max((10 * far**2 + 1) / 11, (5 * near**2 + 1) / 6)
    assert found.scale[0, 0] == pytest.approx(np.sqrt(worse))
    assert found.dof[0, 0] == 2


def test_refusals_have_a_code_and_no_numbers() -> None:
    flops = np.array([1e20, 2e20, 3e20, 4e20, 5e20, 1e21, 2e21])
    panel = small([0.0, 0.0, 0.0, 0.0, 0.0, 0.3, 0.5], flops)
    cutoffs = (4e20, 6e20, 5e21)
    rows = scored.table(panel, forecasts.forecast(panel, cutoffs, EVERY), cutoffs)
    above = rows[rows["test_set"].eq("above")].set_index(["method", "axis", "cutoff_flops"])
    codes = above["status"]
    assert codes["constant", "none", 4e20] == "too_few_models"
    assert codes["constant", "none", 6e20] == "ok"
    assert codes["process", "capability", 6e20] == "no_variation"
    assert codes["constant", "none", 5e21] == "no_test_models"
    assert set(rows["status"]) <= set(scored.STATUSES)
    refused = rows[~rows["status"].isin(["ok", "not_converged"])]
    assert refused[["mae", "mse", "coverage", "log_score"]].isna().all(axis=None)
    assert above.loc[("constant", "none", 6e20), "mae"] == pytest.approx(0.4)
    assert above.loc[("constant", "none", 6e20), "mse"] == pytest.approx(0.17)
    assert pd.isna(above.loc[("constant", "none", 4e20), "converged"])


def test_models_of_unknown_compute_have_no_forecast_from_compute(book, final) -> None:
    rows = scored.table(book, final, (forecasts.CUTOFF,))
    unknown = rows[rows["test_set"].eq("unknown")]
    by_compute = unknown["axis"].eq("train_flops") & unknown["method"].ne("nearest_smaller")
    assert unknown.loc[by_compute, "status"].eq("no_test_models").all()
    assert unknown.loc[unknown["axis"].eq("capability"), "n_test"].ge(5).all()


def test_the_table_agrees_with_the_predictions(book, final) -> None:
    cutoffs = (forecasts.CUTOFF,)
    rows = scored.table(book, final, cutoffs)
    models = scored.predictions(book, final, cutoffs)
    keys = ["task", "metric", "method", "axis", "test_set"]
    gap = (models["predicted"] - models["observed"]).abs()
    inside = models["observed"].between(models["low"], models["high"])
    told = models.assign(mae=gap, coverage=inside).groupby(keys)[["mae", "coverage"]].mean()
    expected = rows[rows["mae"].notna()].set_index(keys)[["mae", "coverage"]]
    np.testing.assert_allclose(told.loc[expected.index], expected, atol=2e-6)
    assert models["train_flops"][models["test_set"].eq("above")].gt(forecasts.CUTOFF).all()


def test_what_a_verdict_rests_on_leaves_out_the_capability_axis(book, final, tasks) -> None:
    rows = scored.from_below(book, final, (forecasts.CUTOFF,), scored.present(book, tasks))
    assert set(rows["axis"]) == {"train_flops", "params_active"}
    addition = rows[rows["task"].eq("arithmetic_2da")].iloc[0]
    assert 0 < addition["n_test_present"] <= addition["n_test"]
    assert 0 < addition["n_train_present"] < addition["n_train"]


def test_presence_by_hand(tasks) -> None:
    panel = small([0.05, 0.055, 0.2, np.nan], [1e20] * 4, resolution=1 / 2000)
    assert scored.present(panel, tasks).tolist() == [[False, False, True, False]]


# Comparison


def test_differences_by_hand() -> None:
    flops = 10 ** np.linspace(20, 22, 12)
    y = np.r_[np.linspace(0.1, 0.4, 8), 0.6, 0.7, 0.8, 0.9]
    panel = small(y, flops, families=list("abcdefghiijj"))
    own = replace(methods.CANDIDATES[0], predict=lambda i: constant(replace(i, y=i.y + 0.3)))
    found = forecasts.forecast(panel, (flops[7],), (methods.BASELINES[0], own))
    rows = comparison(panel, found, cutoff=flops[7])
    [row] = rows[rows["test_set"].eq("above")].to_dict("records")
    assert row["difference"] == pytest.approx(-0.3) and row["low"] == pytest.approx(-0.3)
    assert (row["n_test"], row["families"], row["best"]) == (4, 2, True)
    assert summary(rows)["clearly_better"].tolist() == [1]


def test_the_bootstrap_draws_families(book, final) -> None:
    first, again = (comparison(book, final, replicates=300, seed=4) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    assert (first["low"] <= first["difference"] + 1e-9).mean() > 0.95
    several = first["axis"].eq("capability") & first["test_set"].eq("above")
    widths = (first["high"] - first["low"])[several]
    assert widths.gt(0).all()
    best = first[first["best"]]
    assert not best.duplicated(["task", "metric", "test_set", "method", "axis"]).any()
    fair = first[first["converged"] & first["test_set"].eq("above")]
    keys = ["task", "metric", "method", "axis"]
    worst = fair.groupby(keys)["difference"].max()
    told = best[best["test_set"].eq("above")].set_index(keys)["difference"]
    np.testing.assert_allclose(told, worst.loc[told.index])


def test_a_comparison_is_of_one_cutoff(book) -> None:
    found = forecasts.forecast(book, (1e22, 2e22), methods.BASELINES[:1])
    with pytest.raises(DataError, match="several cutoffs"):
        comparison(book, found)
    with pytest.raises(ParameterError, match="replicates"):
        comparison(book, [], replicates=0)


# Choice of the method


def test_the_kept_choice_is_what_the_rule_gives(scores, tasks) -> None:
    kept, found = selection.read_choice(), selection.choose(scores, tasks)
    assert kept["rolling_cutoffs"] == list(selection.ROLLING)
    for axis in axes.AXES:
        ours, theirs = kept["axes"][axis], found["axes"][axis]
        assert ours["chosen"] == theirs["chosen"]
        assert ours["candidates"].keys() == theirs["candidates"].keys()
        for name, told in ours["candidates"].items():
            assert told["mae"] == pytest.approx(theirs["candidates"][name]["mae"], rel=1e-3)
        best = min(ours["candidates"], key=lambda name: ours["candidates"][name]["score"])
        assert ours["chosen"] == best


def test_the_choice_never_sees_a_larger_model(scores, tasks, book) -> None:
    seen = axes.panel(scores, tasks, highest=forecasts.CUTOFF)
    assert seen.flops.max() <= forecasts.CUTOFF and len(seen.models) < len(book.models)
    large = ~scores["train_flops"].le(forecasts.CUTOFF)
    changed = scores.assign(value=scores["value"].mask(large, 0.123))
    np.testing.assert_array_equal(axes.panel(changed, tasks, highest=forecasts.CUTOFF).y, seen.y)
    assert max(selection.ROLLING) < forecasts.CUTOFF
    with pytest.raises(DataError, match="not known to have at most"):
        selection.rolling(book)


def test_a_choice_of_an_unknown_method_is_refused(tmp_path) -> None:
    outcome = selection.read_choice()
    axis = outcome["axes"]["capability"] | {"chosen": "oracle"}
    with pytest.raises(DataError, match="oracle"):
        selection.chosen(outcome | {"axes": outcome["axes"] | {"capability": axis}})
    with pytest.raises(DataError, match="missing"):
        selection.read_choice(tmp_path / "none.json")


# The book's tables


@pytest.fixture(scope="module")
def kept_in(tmp_path_factory) -> str:
    return str(tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def told(scores, tasks, kept_in):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(once.CACHE, kept_in)
        return forecast_tables(scores, tasks, selection.read_choice())


def test_the_books_tables_hold_every_cutoff_and_one_row_a_forecast(told) -> None:
    keys = ["task", "metric", "method", "axis", "cutoff_flops", "test_set"]
    assert not told.forecasts.duplicated(keys).any()
    assert set(told.forecasts["cutoff_flops"]) == set(forecasts.GRID)
    assert told.forecasts["coverage"].dropna().between(0, 1).all()
    assert not told.predictions.duplicated([*keys[:-1], "model"]).any()
    assert set(told.from_below["axis"]) == set(axes.FROM_BELOW)
    share = told.predictions[["predicted", "low", "high", "observed"]].stack()
    assert share.between(0, 1).all()


def test_the_final_split_is_told_as_it_came_out(told) -> None:
    """The figures of the one run after the choice; only rounding may differ on other machines."""
    keys = ["task", "metric", "method", "axis", "test_set"]
    kept = pd.read_csv(paths.ROOT / "benchmarks" / "forecast.csv").set_index(keys)
    final = told.forecasts[told.forecasts["cutoff_flops"].eq(forecasts.CUTOFF)].set_index(keys)
    own = kept[~kept["baseline"]]
    np.testing.assert_allclose(final.loc[own.index, "mae"], own["mae"], rtol=1e-4)
    counts = pd.read_csv(paths.ROOT / "benchmarks" / "forecast_summary.csv")
    row = counts["axis"].eq("capability") & counts["test_set"].eq("above")
    better = counts[row].set_index("baselines")["better"]
    for name, rows in (("main", told.comparison), ("all", told.comparison_strict)):
        mine = summary(rows).set_index(["axis", "test_set"])["better"]
        assert mine["capability", "above"] == better[name]


def test_tables_are_kept_even_of_scores_used_in_between(
    scores, tasks, told, kept_in, monkeypatch
) -> None:
    monkeypatch.setenv(once.CACHE, kept_in)
    monkeypatch.setattr(forecast_module, "forecast", None)
    again = forecast_tables(scores.copy(), tasks, selection.read_choice())
    pd.testing.assert_frame_equal(again.forecasts, told.forecasts)


def test_the_error_is_as_sure_as_its_families_agree() -> None:
    families = np.array(["a", "a", "b", "b", "c", "c", "d", "d", "e"])
    chosen = np.array([True] * 8 + [False])
    error = np.array([0.1, 0.3, 0.1, 0.3, 0.1, 0.3, 0.1, 0.3, 9.0])
    assert scored.error_interval(error, chosen, families) == pytest.approx((0.2, 0.2))
    apart = np.array([0.1, 0.1, 0.1, 0.1, 0.3, 0.3, 0.3, 0.3, 9.0])
    low, high = scored.error_interval(apart, chosen, families)
    assert 0.1 <= low < 0.2 < high <= 0.3
    order = np.array([8, 3, 2, 7, 0, 1, 6, 5, 4])
    shuffled = scored.error_interval(apart[order], chosen[order], families[order])
    assert shuffled == pytest.approx((low, high))
    assert np.isnan(scored.error_interval(apart, np.arange(9) < 2, families)).all()
