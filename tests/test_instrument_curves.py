"""The likelihood against quadrature, fits against a reference and known truth, and refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from emergence.errors import DataError, ParameterError
from emergence.instrument import cases, curves, fitting, likelihoods, refusals, resampling
from emergence.instrument.simulated import Design, Truth, simulate
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, special, stats

THETA = np.array([22.4, np.log(0.25), 2.0, np.log(0.3), -3.0])
MODELS = Design(np.tile(np.linspace(20, 25, 6), 20), np.repeat([f"f{i:02}" for i in range(20)], 6))
TRUTH = Truth(mid=22.5, width=1.0, floor=0.25, ceiling=0.9, family_sd=0.3, dispersion=0.02, n=1000)


def observed(seed: int = 0, floor: float = 0.25, truth: Truth = TRUTH) -> likelihoods.Observations:
    rows = simulate(MODELS, replace(truth, floor=floor), np.random.default_rng(seed))
    return refusals.checked(rows, "scale", floor)


def one_family(theta: np.ndarray, x: np.ndarray, right: np.ndarray, n: int, floor: float) -> float:
    """Log-likelihood of one family by adaptive quadrature over its shift."""
    tau = likelihoods.tau_of(theta)
    rho = special.expit(theta[likelihoods.DISPERSION])

    def density(shift: float) -> float:
        mu = likelihoods.mean_score(theta, x - shift, floor)
        a, b = mu * (1 - rho) / rho, (1 - mu) * (1 - rho) / rho
        return np.exp(stats.betabinom.logpmf(right, n, a, b).sum()) * stats.norm.pdf(shift, 0, tau)

    whole, _ = integrate.quad(density, -6 * tau, 6 * tau, epsabs=0, epsrel=1e-8, limit=400)
    return float(np.log(whole))


@pytest.mark.parametrize("floor", [0.0, 0.25])
def test_likelihood_of_a_family_is_that_of_quadrature(floor: float) -> None:
    data = observed(floor=floor)
    value, _, _ = likelihoods.by_family(THETA, likelihoods.nodes(THETA, data), data)
    right = np.round(data.y * data.n)
    coefficient = special.gammaln(data.n + 1) - special.gammaln(right + 1)
    coefficient -= special.gammaln(data.n - right + 1)
    for family in (0, 7, 19):
        rows = data.family == family
        expected = one_family(THETA, data.x[rows], right[rows], 1000, floor)
        assert value[family] + coefficient[rows].sum() == pytest.approx(expected, abs=2e-3)


@given(
    st.lists(st.floats(-0.4, 0.4), min_size=5, max_size=5),
    st.sampled_from([0.0, 0.25]),
    st.booleans(),
)
@settings(deadline=None, max_examples=30)
def test_gradients_are_those_of_differences(
    moves: list[float], floor: float, counted: bool
) -> None:
    data = observed(floor=floor)
    data = data if counted else replace(data, n=None)
    places = likelihoods.nodes(THETA, data)
    theta = THETA + np.array(moves)

    def total(t: np.ndarray) -> float:
        return likelihoods.by_family(t, places, data)[0].sum() + likelihoods.penalty(t, data)[0]

    found = likelihoods.by_family(theta, places, data)[1].sum(axis=0)
    found = found + likelihoods.penalty(theta, data)[1]
    numeric = optimize.approx_fprime(theta, total, 1e-6)
    assert found == pytest.approx(numeric, rel=2e-3, abs=2e-2)


def test_a_family_that_stands_twice_counts_twice() -> None:
    data = observed()
    twin = data.family == 3
    doubled = likelihoods.observations(
        np.r_[data.x, data.x[twin]],
        np.r_[data.y, data.y[twin]],
        np.r_[data.n, data.n[twin]],
        np.r_[data.names[data.family], np.full(twin.sum(), "twin")],
        0.25,
    )
    once, slope, _ = likelihoods.by_family(THETA, likelihoods.nodes(THETA, data), data)
    twice, slopes, _ = likelihoods.by_family(THETA, likelihoods.nodes(THETA, doubled), doubled)
    assert twice.sum() == pytest.approx(once.sum() + once[3])
    assert slopes.sum(axis=0) == pytest.approx(slope.sum(axis=0) + slope[3], abs=1e-8)


def test_many_lone_models_give_the_beta_binomial_fit_of_scipy() -> None:
    rng = np.random.default_rng(3)
    x = rng.uniform(20, 25, 400)
    truth = replace(TRUTH, family_sd=0.0, floor=0.0)
    rows = simulate(Design(x, np.array([f"f{i}" for i in range(400)])), truth, rng)
    right = np.round(rows["value"] * rows["n"]).to_numpy()

    def negative(p: np.ndarray) -> float:
        mu = special.expit(p[2]) * special.expit((x - p[0]) / np.exp(p[1]))
        mu = np.clip(mu, 1e-9, 1 - 1e-9)
        return -stats.betabinom.logpmf(
            right, 1000, mu * np.exp(p[3]), (1 - mu) * np.exp(p[3])
        ).sum()

    reference = optimize.minimize(negative, [22, -1, 2, 3], method="Nelder-Mead", tol=1e-8)
    found = curves.fit(rows, "scale", 0.0)
    assert found.status == "ok"
    assert curves.mid(found.theta) == pytest.approx(reference.x[0], abs=0.02)
    expected = curves.RISE * np.exp(reference.x[1])
    assert curves.width(found.theta) == pytest.approx(expected, rel=0.04)
    assert curves.ceiling(found.theta, 0.0) == pytest.approx(
        special.expit(reference.x[2]), abs=0.01
    )


def test_a_fit_finds_what_many_families_tell() -> None:
    models = Design(np.tile(MODELS.x, 4), np.array([f"f{i // 6}" for i in range(480)]))
    found = curves.fit(simulate(models, TRUTH, np.random.default_rng(1)), "scale", 0.25)
    assert found.status == "ok" and (found.n_models, found.n_families) == (480, 80)
    assert curves.mid(found.theta) == pytest.approx(22.5, abs=0.12)
    assert curves.width(found.theta) == pytest.approx(1.0, rel=0.1)
    assert curves.ceiling(found.theta, 0.25) == pytest.approx(0.9, abs=0.02)
    assert likelihoods.tau_of(found.theta) == pytest.approx(0.3, abs=0.08)
    assert curves.dispersion(found.theta) == pytest.approx(0.02, abs=0.006)


def test_shifts_of_families_are_told_apart_from_a_wide_curve() -> None:
    sharp = replace(TRUTH, width=0.3, family_sd=0.6)
    found = curves.fit(simulate(MODELS, sharp, np.random.default_rng(2)), "scale", 0.25)
    assert curves.width(found.theta) < 0.6 < 1.2 < curves.width_across(found.theta)


def test_width_across_families_is_that_of_the_averaged_curve() -> None:
    theta = THETA.copy()
    tau, s = likelihoods.tau_of(theta), np.exp(theta[likelihoods.LOG_S])
    shifts = stats.norm.ppf((np.arange(20000) + 0.5) / 20000) * tau

    def average(x: float) -> float:
        return special.expit((x - shifts) / s).mean()

    high = optimize.brentq(lambda x: average(x) - 0.9, 0, 5)
    assert curves.width_across(theta) == pytest.approx(2 * high, rel=1e-3)


rows_of_truth = simulate(MODELS, TRUTH, np.random.default_rng(4))


@given(st.integers(0, 2**32 - 1), st.floats(-3, 3))
@settings(deadline=None, max_examples=6)
def test_order_of_rows_changes_nothing_and_a_shifted_scale_shifts_the_curve(
    seed: int, shift: float
) -> None:
    plain = curves.fit(rows_of_truth, "scale", 0.25, replicates=50)
    mixed = rows_of_truth.sample(frac=1, random_state=seed)
    again = curves.fit(mixed, "scale", 0.25, replicates=50)
    np.testing.assert_array_equal(plain.theta, again.theta)
    np.testing.assert_array_equal(plain.replicates, again.replicates)
    moved = curves.fit(mixed.assign(scale=mixed["scale"] * 10**shift), "scale", 0.25, replicates=50)
    assert moved.theta[1:] == pytest.approx(plain.theta[1:], abs=1e-5)
    assert moved.theta[0] == pytest.approx(plain.theta[0] + shift, abs=1e-5)


def test_a_start_elsewhere_ends_at_the_same_curve() -> None:
    data = observed()
    first, _ = fitting.maximise(data)
    second, _ = fitting.maximise(data, first + np.array([0.3, -0.3, 0.3, 0.2, -0.3]))
    ends = fitting.polished(first, data), fitting.polished(second, data)
    assert ends[0] == pytest.approx(ends[1], abs=1e-5)


def test_influence_of_a_family_is_how_far_a_fit_without_it_lies() -> None:
    data = observed(5)
    theta = fitting.polished(fitting.maximise(data)[0], data)
    moved, covariance = fitting.left_out(theta, likelihoods.nodes(theta, data), data)
    errors = np.sqrt(np.diag(covariance))
    for family in (0, 11):
        rows = data.family != family
        without = likelihoods.observations(
            data.x[rows], data.y[rows], data.n[rows], data.names[data.family[rows]], 0.25
        )
        found = fitting.polished(fitting.maximise(without)[0], without)
        assert np.abs((theta - found - moved[family]) / errors).max() < 0.15


def test_a_family_that_holds_the_curve_is_left_out_in_earnest(
    scores: pd.DataFrame, tasks: pd.DataFrame
) -> None:
    navigate = scores[scores["task"].eq("bbh_navigate") & scores["filter"].eq("flexible")]
    chain = navigate[navigate["prompting"].eq("chain_of_thought")]
    case = next(cases.cases(chain, tasks))
    data = refusals.checked(case.rows, "train_flops", case.floor)
    theta = fitting.polished(fitting.maximise(data)[0], data)
    moved, _ = fitting.left_out(theta, likelihoods.nodes(theta, data), data)
    family = int(np.abs(moved).max(axis=1).argmax())
    assert np.abs(moved[family]).max() > 0.5
    kept = case.rows[case.rows["family"].ne(data.names[family])]
    without = refusals.checked(kept, "train_flops", case.floor)
    found = fitting.polished(fitting.maximise(without)[0], without)
    assert theta - found == pytest.approx(moved[family], abs=0.02)


def test_families_are_drawn_with_replacement() -> None:
    weights = resampling.family_weights(7, 300, seed=1)
    assert weights.shape == (300, 7) and (weights.sum(axis=1) == 7).all()
    assert (weights == 0).any() and (weights > 1).any()
    assert weights.mean() == 1 and weights.var() == pytest.approx(1 - 1 / 7, abs=0.08)
    np.testing.assert_array_equal(weights, resampling.family_weights(7, 300, seed=1))
    with pytest.raises(ParameterError, match="replicates"):
        resampling.family_weights(7, 1, seed=1)


def test_few_families_are_stretched_to_t_and_to_the_likelihoods_own_error() -> None:
    influence = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 0.0]])
    found = resampling.stretched(influence, np.diag([0.1, 0.0]))
    assert found[0, 0] == pytest.approx(stats.t.ppf(0.975, 2) / stats.norm.ppf(0.975))
    found = resampling.stretched(influence, np.diag([100.0, 0.0]))
    assert 2 / 3 * (found[:, 0] ** 2).sum() == pytest.approx(100)


def test_an_interval_holds_its_share_of_replicates() -> None:
    low, high = resampling.interval(np.arange(1001.0)[::-1], 0.9)
    assert (low, high) == (50, 950)
    assert resampling.interval(np.r_[np.zeros(50), np.full(50, np.inf)])[1] == np.inf


def table(value: list[float], **columns: object) -> pd.DataFrame:
    count = len(value)
    made = {
        "model": [f"m{i}" for i in range(count)],
        "family": [f"f{i % 6}" for i in range(count)],
        "scale": 10.0 ** np.linspace(20, 25, count),
        "value": value,
        "n": 1000,
    }
    return pd.DataFrame(made | columns)


RISING = np.round(special.expit(np.linspace(-6, 6, 24)), 3).tolist()


@pytest.mark.parametrize(
    ("rows", "floor", "status"),
    [
        (table(RISING), 0.0, "ok"),
        (table([0.1, 0.2, 0.3, 0.4]), 0.0, "too_few_models"),
        (table(RISING).iloc[:0], 0.0, "too_few_models"),
        (table(RISING, family="one"), 0.0, "too_few_families"),
        (table(RISING), float("nan"), "no_floor"),
        (table([0.5] * 24), 0.0, "no_variation"),
        (table(RISING, scale=1e20), 0.0, "no_variation"),
        (table([0.0] * 12 + [0.5] * 12), 0.5, "below_floor"),
        (table([0.24, 0.26] * 12), 0.25, "all_at_floor"),
        (table([0.97, 0.99, 0.98] * 8), 0.0, "all_at_ceiling"),
        (table(RISING[::-1]), 0.0, "no_rise"),
        (table([0.3, 0.5, 0.4, 0.3] * 6), 0.0, "no_rise"),
        (table(np.round(np.linspace(0, 1, 24) ** 4 / 3, 3).tolist()), 0.0, "unclear_ceiling"),
        (table(np.round(1 - np.linspace(1, 0, 24) ** 4 / 2, 3).tolist()), 0.0, "unclear_floor"),
    ],
)
def test_refusals_are_named_and_hold_no_numbers(
    rows: pd.DataFrame, floor: float, status: str
) -> None:
    found = curves.fit(rows, "scale", floor, replicates=50)
    assert found.status == status and status in refusals.STATUSES
    measured = curves.statistics(found)
    assert np.isfinite(list(measured.values())).all() == (status == "ok")
    assert np.isnan(list(measured.values())).all() == (status != "ok")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"value": 1.2}, "value: m0: found 1.2; expected 0 to 1"),
        ({"value": -0.1}, "value: m0: found -0.1; expected 0 to 1"),
        ({"scale": 0.0}, "scale: found 0; expected a positive scale"),
        ({"model": "m"}, "model: m: found two rows; expected one"),
    ],
)
def test_impossible_rows_are_errors(change: dict[str, object], told: str) -> None:
    with pytest.raises(DataError, match=told):
        curves.fit(table(RISING).assign(**change), "scale", 0.0)
    with pytest.raises(DataError, match="found no column n"):
        curves.fit(table(RISING).drop(columns="n"), "scale", 0.0)


def test_scores_without_items_have_the_curve_of_their_shares() -> None:
    models = Design(np.tile(MODELS.x, 4), np.array([f"f{i // 6}" for i in range(480)]))
    rows = simulate(models, replace(TRUTH, floor=0.0), np.random.default_rng(1))
    counted = curves.fit(rows, "scale", 0.0)
    bleu = curves.fit(rows.assign(value=rows["value"] * 100, n=np.nan), "scale", 0.0, best=100)
    assert counted.status == bleu.status == "ok"
    assert curves.mid(bleu.theta) == pytest.approx(curves.mid(counted.theta), abs=0.1)
    assert curves.width(bleu.theta) == pytest.approx(curves.width(counted.theta), rel=0.15)
    assert curves.ceiling(bleu.theta, 0.0) == pytest.approx(0.9, abs=0.03)


def test_a_little_of_something_at_the_bottom_hardly_moves_the_curve_of_a_score() -> None:
    rows = simulate(MODELS, replace(TRUTH, floor=0.0), np.random.default_rng(1)).assign(n=np.nan)
    plain = curves.fit(rows, "scale", 0.0)
    # As BLEU, which finds a word that matches in any text.
    lifted = curves.fit(rows.assign(value=rows["value"].clip(lower=0.001)), "scale", 0.0)
    assert curves.width(lifted.theta) == pytest.approx(curves.width(plain.theta), rel=0.05)


def test_a_rise_is_seen_by_families_not_by_models() -> None:
    rng = np.random.default_rng(0)
    p_values = []
    for _ in range(400):
        family = np.repeat(np.arange(8), 5)
        x = rng.normal(size=8)[family] + rng.normal(0, 0.1, 40)
        y = special.expit(rng.normal(size=8)[family] + rng.normal(0, 0.1, 40))
        data = likelihoods.observations(x, y, np.full(40, 500.0), family, 0.0)
        p_values.append(refusals.rise_p_value(data))
    # Treated as 40 models, over a quarter would be significant.
    assert np.mean(np.array(p_values) < 0.05) < 0.13


def test_the_band_lies_around_the_line_and_is_wide_where_little_is_known() -> None:
    found = curves.fit(rows_of_truth, "scale", 0.25)
    y, low, high = curves.line(found, np.linspace(20, 25, 21))
    assert ((low <= y + 1e-9) & (y <= high + 1e-9)).all()
    assert (np.diff(y) > 0).all() and y[0] == pytest.approx(0.25, abs=0.02)
    assert (high - low)[10] > 5 * (high - low)[0]


@pytest.fixture(scope="module")
def book_cases(scores: pd.DataFrame, tasks: pd.DataFrame) -> list[cases.Case]:
    return list(cases.cases(scores, tasks))


def test_every_setting_of_the_book_is_a_case(
    book_cases: list[cases.Case], scores: pd.DataFrame
) -> None:
    keys = {tuple(str(v) for v in case.key().values()) for case in book_cases}
    assert len(keys) == len(book_cases) == len(scores.groupby(list(cases.KEYS), dropna=False))
    assert all(case.rows["model"].is_unique for case in book_cases)
    floors = {case.task: case.floor for case in book_cases}
    assert floors["persian_qa"] == 0.25 and floors["gsm8k"] == 0 and np.isnan(floors["truthfulqa"])


def test_an_unknown_metric_is_an_error(scores: pd.DataFrame, tasks: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="metric: found 'rouge'"):
        list(cases.cases(scores.head(3).assign(metric="rouge"), tasks))


def test_the_table_of_curves_holds_numbers_or_reasons(book_cases: list[cases.Case]) -> None:
    chosen = [c for c in book_cases if c.task in ("ipa_transliterate", "truthfulqa", "wic")]
    found = curves.table(curves.fit_all(chosen, ["train_flops"], replicates=100))
    numbers = found.loc[:, "mid":"dispersion"]
    ok = found["status"].eq("ok")
    assert found.set_index("task")["status"].to_dict()["wic"] == "too_few_models"
    assert numbers[ok].notna().all(axis=None) and numbers[~ok].isna().all(axis=None)
    assert set(found["status"]) <= refusals.STATUSES.keys()
    ends = found[ok]
    for name in ("mid", "width", "width_across", "ceiling"):
        assert ends[name].between(ends[f"{name}_low"], ends[f"{name}_high"]).all()
    # Exact match rises later than BLEU's curve and in fewer decades than 3.
    exact = ends[ends["metric"].eq("exact_match")].iloc[0]
    assert 23 < np.log10(exact["mid"]) < 24.5 and exact["width_high"] < 3
