"""Write what the instrument finds as tables for others: `thresholds`, `curves`, `forecasts`,
`verdicts`, as `data/findings/datapackage.json` describes them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from emergence import findings, paths
from emergence.errors import BookError, DataError
from emergence.files import copy, fresh_folder, write_json
from emergence.instrument.verdicts import Rules
from emergence.readers import Readers, counted, with_readers
from emergence.schemas import faults, read_descriptions
from emergence.tables import read_table, scores_with_models

RULES = ("sharp_decades", "forecast_error", "forecast_coverage", "fewest_tested")
"""Parameters of the critique that are rules of its verdict."""

NOTE = "These tables count a reader's own models: their numbers are not those of the book."


def tables(values: Mapping[str, Any], root: Path = paths.OWN) -> dict[str, pd.DataFrame]:
    """Return the published tables by name.

    values: the parameters of the chapter `critique`; root: where readers' own models are.
    """
    scores = _joined(values, root).scores
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


def included(values: Mapping[str, Any], root: Path = paths.OWN) -> list[str]:
    """Return the names of readers' own models that the tables count; mostly none."""
    return sorted(counted(_joined(values, root).scores)["name"].unique())


def _joined(values: Mapping[str, Any], root: Path) -> Readers:
    return with_readers(scores_with_models(), values["own_models"], values["max_params"], root)


def write(found: Mapping[str, pd.DataFrame], folder: Path, own_models: Sequence[str] = ()) -> None:
    """Fill `folder` with the tables and their description, in one step.

    own_models: those that are counted in them, of which the description then tells. Raises
    DataError where a table is not as it is described.
    """
    descriptions = read_descriptions(paths.RESULTS_PACKAGE)
    with fresh_folder(folder) as new:
        for name, table in found.items():
            table.to_csv(new / f"{name}.csv", index=False, lineterminator="\n")
        description = new / paths.RESULTS_PACKAGE.name
        copy(paths.RESULTS_PACKAGE, description)
        if own_models:
            told = {"own_models": {"counted": list(own_models), "note": NOTE}}
            package = json.loads(description.read_text(encoding="utf-8"))
            write_json(description, package | told)
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
        write(tables(given.parameters), given.out, included(given.parameters))
    except BookError as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
