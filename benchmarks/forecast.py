"""The final split: models of at most 8.4e22 training FLOPs forecast all others, on eight metrics.

`python -m benchmarks.forecast` writes, beside this file, forecast.csv (errors of the baselines and
of the chosen method of each axis) and forecast_comparison.csv (paired differences). The method was
chosen and committed before (data/forecast_method.json), by cutoffs below this one.
"""

from __future__ import annotations

from pathlib import Path

from emergence.instrument.axes import panel
from emergence.instrument.forecasts import CUTOFF, forecast
from emergence.instrument.methods import BASELINES
from emergence.instrument.scored import comparison, table
from emergence.instrument.selection import chosen, read_choice
from emergence.tables import read_table, scores_with_models

HERE = Path(__file__).parent


def main() -> None:
    """Forecast at 8.4e22 and write both tables."""
    models = panel(scores_with_models(), read_table("tasks"))
    found = forecast(models, (CUTOFF,), BASELINES + chosen(read_choice()))
    table(models, found, (CUTOFF,)).to_csv(HERE / "forecast.csv", index=False)
    compared = comparison(models, found)
    compared.to_csv(HERE / "forecast_comparison.csv", index=False)


if __name__ == "__main__":
    main()
