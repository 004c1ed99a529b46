"""All tables of forecasts that the book shows and publishes, computed once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from emergence.instrument.axes import Panel, panel
from emergence.instrument.compared import comparison
from emergence.instrument.forecasts import CUTOFF, GRID, forecast
from emergence.instrument.methods import ALL_BASELINES, BASELINES, Method
from emergence.instrument.scored import from_below, predictions, present, table
from emergence.instrument.selection import chosen
from emergence.once import once
from emergence.scaling import FLOOR


@dataclass(frozen=True)
class ForecastTables:
    """The tables, and of which cutoffs.

    forecasts: `scored.table` over GRID, all methods. predictions: `scored.predictions` over GRID,
    of the chosen methods and of the sigmoid in log FLOPs. comparison: `compared.comparison` at
    8.4e22 FLOPs with the main baselines; comparison_strict: with all. from_below:
    `scored.from_below` over GRID.
    """

    forecasts: pd.DataFrame
    predictions: pd.DataFrame
    comparison: pd.DataFrame
    comparison_strict: pd.DataFrame
    from_below: pd.DataFrame


def forecast_tables(
    scores: pd.DataFrame,
    tasks: pd.DataFrame,
    choice: dict[str, Any],
    floor: float = FLOOR,
    seed: int = 0,
) -> ForecastTables:
    """Return all forecasts of the book.

    scores: as `tables.scores_with_models`; choice: as `selection.read_choice`; floor: the practical
    floor above which an open answer's score counts as present; seed: of the bootstrap. Raises
    DataError as `axes.panel` and `selection.chosen`.
    """
    models = panel(scores, tasks)
    return _computed(models, present(models, tasks, floor), choice, seed)


# Of arrays, since what joblib takes for the same table changes once the table has been used.
@once
def _computed(models: Panel, up: np.ndarray, choice: dict[str, Any], seed: int) -> ForecastTables:
    own = chosen(choice)
    found = forecast(models, GRID, ALL_BASELINES + own)
    final = forecast(models, (CUTOFF,), ALL_BASELINES + own)
    return ForecastTables(
        table(models, found, GRID),
        predictions(models, [r for r in found if _drawn(r.method)], GRID),
        comparison(models, [r for r in final if r.method in BASELINES + own], seed=seed),
        comparison(models, final, seed=seed),
        from_below(models, found, GRID, up),
    )


def _drawn(method: Method) -> bool:
    return not method.baseline or (method.name, method.axis) == ("sigmoid", "train_flops")
