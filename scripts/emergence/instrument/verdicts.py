"""The verdict on each ability, in four words that follow from the tables by rules in one place.

Words: `yes`, `no`, `unclear` (the data cannot tell) and `not_tested` (no forecast was made). Wei et
al. 2022, section 2, call an ability emergent that is absent in smaller models, present in larger
ones, and not to be predicted by extrapolating from the smaller. `sharp` is often meant, too, but is
no part of that definition; it stands beside the verdict and does not enter it.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from emergence.arguments import whole_number
from emergence.errors import DataError, ParameterError
from emergence.instrument.cases import KEYS
from emergence.instrument.sharpness import below

YES, NO, UNCLEAR, NOT_TESTED = "yes", "no", "unclear", "not_tested"
WORDS = (YES, NO, UNCLEAR, NOT_TESTED)

_CASE = [*KEYS, "axis"]


@dataclass(frozen=True)
class Rules:
    """Where a verdict turns.

    sharp_decades: a rise from 10 % to 90 % within fewer decades of scale is sharp. forecast_error:
    a mean absolute error (a share of the best score) up to which larger models count as predicted.
    forecast_coverage: the least share of them inside their 95 % prediction intervals.
    fewest_tested: fewest larger models that have the ability for a forecast to be judged.
    """

    sharp_decades: float = 1.0
    forecast_error: float = 0.1
    forecast_coverage: float = 0.8
    fewest_tested: int = 5

    def __post_init__(self) -> None:
        """Raise ParameterError for a rule that no curve could follow, or every one would."""
        for name in ("sharp_decades", "forecast_error"):
            if not (found := getattr(self, name)) > 0:
                raise ParameterError(f"{name}: found {found!r}; expected a number above 0")
        for name in ("forecast_error", "forecast_coverage"):
            if not 0 <= (found := getattr(self, name)) <= 1:
                raise ParameterError(f"{name}: found {found!r}; expected a share in [0, 1]")
        whole_number(self.fewest_tested, "fewest_tested", at_least=1)


def appears(threshold: pd.Series) -> str:
    """Return whether an ability is absent in small models and present in large ones.

    threshold: a row of `thresholds.table`. `no`: no model passes, or none fails. `yes`: some do
    either, and the fitted curve crosses the level within the models' scales; for a score that is no
    count, and so has no test, the curve alone decides.
    """
    tested, passing = int(threshold["tested"]), int(threshold["passing"])
    if tested and passing in (0, tested):
        return NO
    return YES if threshold["status"] == "ok" else UNCLEAR


def sharp(curve: pd.Series, rules: Rules) -> str:
    """Return whether the rise is sharp. curve: a row of `curves.table`; its interval decides."""
    if curve["status"] != "ok":
        return UNCLEAR
    return below(curve["width_low"], curve["width_high"], rules.sharp_decades)


def predicted(forecast: pd.Series | None, rules: Rules) -> str:
    """Return whether larger models were predicted from smaller ones.

    forecast: a row of `scored.from_below`, of training models up to the cutoff; None if there is
    none. Only larger models that have the ability count, since its absence is easily foretold. The
    whole interval of their mean error decides.
    """
    if forecast is None:
        return NOT_TESTED
    if forecast["status"] != "ok" or forecast["n_test_present"] < rules.fewest_tested:
        return UNCLEAR
    word = below(forecast["mae_low"], forecast["mae_high"], rules.forecast_error)
    if word == YES and forecast["coverage_present"] < rules.forecast_coverage:
        return UNCLEAR
    return word


def emergent(appearing: str, foretold: str) -> str:
    """Return the verdict in the sense of 2022: it appears, and smaller models did not foretell."""
    if appearing == NO or foretold == YES:
        return NO
    return YES if (appearing, foretold) == (YES, NO) else UNCLEAR


def table(
    curves: pd.DataFrame, thresholds: pd.DataFrame, forecasts: pd.DataFrame, rules: Rules
) -> pd.DataFrame:
    """Return a row a case and axis, in the order of `thresholds`.

    curves, thresholds: of the same cases and axes. forecasts: a row a task, metric and axis of
    `scored.from_below`: one method, one cutoff; other tasks are not tested. Columns: those of
    `cases.KEYS`, axis, appears, sharp, predicted, emergent (of WORDS), curve_status,
    threshold_status. Raises DataError where the tables do not match.
    """
    if forecasts.duplicated(["task", "metric", "axis"]).any():
        raise DataError("forecasts: found several rows of one task, metric and axis; expected one")
    joined = thresholds.merge(
        curves[[*_CASE, "width_low", "width_high", "status"]],
        on=_CASE,
        suffixes=("", "_curve"),
        validate="1:1",
    )
    if len(joined) != len(thresholds):
        raise DataError("curves: found no row for a row of thresholds; expected the same cases")
    told = forecasts.set_index(["task", "metric", "axis"]).to_dict("index")
    rows = []
    for _, row in joined.iterrows():
        curve = row.drop("status").rename({"status_curve": "status"})
        found = told.get((row["task"], row["metric"], row["axis"]))
        is_forecast = found is not None and row["prompting"] == "few_shot"
        words = (
            appears(row),
            sharp(curve, rules),
            predicted(pd.Series(found) if is_forecast else None, rules),
        )
        rows.append((*words, emergent(words[0], words[2])))
    named = pd.DataFrame(rows, columns=["appears", "sharp", "predicted", "emergent"])
    states = joined[["status_curve", "status"]].set_axis(
        ["curve_status", "threshold_status"], axis=1
    )
    return pd.concat([joined[_CASE], named, states], axis=1)
