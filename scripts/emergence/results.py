"""Write what the instrument finds as tables for others: `thresholds`, `curves`, `forecasts`,
`verdicts`, as `data/findings/datapackage.json` describes them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from emergence import findings, paths
from emergence.errors import BookError, DataError
from emergence.files import copy, fresh_folder
from emergence.instrument.verdicts import Rules
from emergence.schemas import faults, read_descriptions
from emergence.tables import read_table, scores_with_models
from emergence.views import up_to

RULES = ("sharp_decades", "forecast_error", "forecast_coverage", "fewest_tested")
"""Parameters of the critique that are rules of its verdict."""


def tables(values: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Return the published tables by name. values: the parameters of the chapter `critique`."""
    scores = up_to(scores_with_models(), values["max_params"])
    tasks = read_table("tasks")
    floor = values["floor"]
    curves, thresholds = findings.fitted(
        scores, tasks, floor, values["margin"], values["significance"]
    )
    found = findings.forecasts(scores, tasks, floor)
    rules = Rules(**{name: values[name] for name in RULES})
    verdicts = findings.verdict(curves, thresholds, found.from_below, rules, values["cutoff"])
    return {
        "thresholds": thresholds,
        "curves": curves,
        "forecasts": found.forecasts,
        "verdicts": verdicts,
    }


def write(found: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Fill `folder` with the tables and their description, in one step.

    Raises DataError where a table is not as it is described.
    """
    descriptions = read_descriptions(paths.RESULTS_PACKAGE)
    with fresh_folder(folder) as new:
        for name, table in found.items():
            table.to_csv(new / f"{name}.csv", index=False, lineterminator="\n")
        copy(paths.RESULTS_PACKAGE, new / paths.RESULTS_PACKAGE.name)
        lines = [line for name in found for line in faults(descriptions[name], new)]
        if lines or descriptions.keys() != found.keys():
            raise DataError("\n".join(lines) or "results: found other tables than are described")


def main(arguments: list[str] | None = None) -> int:
    """Write the tables, as the build does."""
    parser = argparse.ArgumentParser(prog="python -m emergence.results", description=__doc__)
    parser.add_argument("--parameters", type=json.loads, required=True, metavar="JSON")
    parser.add_argument("--out", type=Path, default=paths.RESULTS)
    given = parser.parse_args(arguments)
    try:
        write(tables(given.parameters), given.out)
    except BookError as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
