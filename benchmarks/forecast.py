"""The final split: models of at most 8.4e22 training FLOPs forecast all others, on eight metrics.

`python -m benchmarks.forecast` writes, beside this file, forecast.csv (errors of the baselines and
of the chosen method of each axis), forecast_comparison.csv (paired differences) and
forecast_summary.csv (on how many metrics a method beats the best converged baseline, of the four
main ones and of all). The method was chosen and committed before (data/forecast_method.json), by
cutoffs below this one.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from emergence.instrument.axes import panel
from emergence.instrument.compared import comparison, summary
from emergence.instrument.forecasts import CUTOFF, forecast
from emergence.instrument.methods import ALL_BASELINES, BASELINES
from emergence.instrument.scored import table
from emergence.instrument.selection import chosen, read_choice
from emergence.tables import read_table, scores_with_models

HERE = Path(__file__).parent


def main() -> None:
    """Forecast at 8.4e22 and write the tables."""
    models = panel(scores_with_models(), read_table("tasks"))
    methods = chosen(read_choice())
    found = forecast(models, (CUTOFF,), ALL_BASELINES + methods)
    table(models, found, (CUTOFF,)).to_csv(HERE / "forecast.csv", index=False)
    compared = comparison(models, found)
    compared.to_csv(HERE / "forecast_comparison.csv", index=False)
    main_four = comparison(models, [r for r in found if r.method in BASELINES + methods])
    counts = [
        summary(main_four).assign(baselines="main"),
        summary(compared).assign(baselines="all"),
    ]
    pd.concat(counts).to_csv(HERE / "forecast_summary.csv", index=False)


if __name__ == "__main__":
    main()
