"""All tables of forecasts that the book shows and publishes, computed once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from emergence.instrument.axes import panel
from emergence.instrument.compared import comparison
from emergence.instrument.forecasts import CUTOFF, GRID, forecast
from emergence.instrument.methods import ALL_BASELINES, BASELINES, Method
from emergence.instrument.scored import from_below, predictions, table
from emergence.instrument.selection import chosen
from emergence.once import once
from emergence.scaling import FLOOR


@dataclass(frozen=True)
class ForecastTables:
    """What was forecast, and how well.

    forecasts: `scored.table` over GRID; predictions: `scored.predictions` over GRID, of the chosen
    methods and the sigmoid in log FLOPs; comparison, comparison_strict: `compared.comparison` at
    8.4e22 FLOPs, with the main baselines and with all; from_below: `scored.from_below` over GRID.
    """

    forecasts: pd.DataFrame
    predictions: pd.DataFrame
    comparison: pd.DataFrame
    comparison_strict: pd.DataFrame
    from_below: pd.DataFrame


def _drawn(method: Method) -> bool:
    return not method.baseline or (method.name, method.axis) == ("sigmoid", "train_flops")


@once
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
    models, own = panel(scores, tasks), chosen(choice)
    found = forecast(models, GRID, ALL_BASELINES + own)
    final = forecast(models, (CUTOFF,), ALL_BASELINES + own)
    return ForecastTables(
        table(models, found, GRID),
        predictions(models, [r for r in found if _drawn(r.method)], GRID),
        comparison(models, [r for r in final if r.method in BASELINES + own], seed=seed),
        comparison(models, final, seed=seed),
        from_below(models, found, GRID, tasks, floor),
    )
