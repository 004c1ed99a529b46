"""Command line: check every table of the book. Prints a line a fault, exits 1 if any."""

from __future__ import annotations

import argparse
from pathlib import Path

from emergence import paths
from emergence.errors import BookError
from emergence.schemas import faults, read_descriptions, reference_faults
from emergence.tables import typed


def check(folder: Path = paths.DATA) -> list[str]:
    """Return all faults of the tables in `folder`; references only once each table is sound."""
    descriptions = read_descriptions(folder / paths.DATAPACKAGE.name)
    lines = [line for d in descriptions.values() for line in faults(d, folder)]
    lines = lines or reference_faults(descriptions, folder) or label_faults(folder)
    return lines or curve_faults(folder)


def label_faults(folder: Path) -> list[str]:
    """Return codes that `labels.csv` does not explain, the first row of each."""
    descriptions = read_descriptions(folder / paths.DATAPACKAGE.name)
    labels = typed(descriptions["labels"], folder)
    known = {(k, i) for k, i in zip(labels["kind"], labels["id"], strict=True)}
    kinds = {"note": "note", "n_reason": "reason", "chance_reason": "reason", "metric": "metric"}
    kinds |= {"prompting": "prompting", "filter": "filter", "answer_form": "form"}
    kinds |= {"approach": "approach"}
    lines = []
    for name, description in descriptions.items():
        table = typed(description, folder)
        for column in (column for column in table.columns if column in kinds):
            first = table.drop_duplicates(column).dropna(subset=column)
            lines += [
                f"data/{name}.csv:{row + 2}: {column}: {code} has no label in data/labels.csv"
                for row, code in first[column].items()
                if (kinds[column], code) not in known
            ]
    return lines


def curve_faults(folder: Path) -> list[str]:
    """Return rows of `lm_eval_tasks.csv` that lead to no curve: no scores of the book are there.

    A curve is a task, metric, prompting and filter of `scores` with the same number of shots, or
    one that the source does not state; or a task, metric and shots of `checkpoints`. Tasks without
    open data have no curves to lead to.
    """
    descriptions = read_descriptions(folder / paths.DATAPACKAGE.name)
    names = ("lm_eval_tasks", "scores", "checkpoints", "tasks")
    if "lm_eval_tasks" not in descriptions:
        return []
    places, scores, checkpoints, tasks = (typed(descriptions[n], folder) for n in names)
    setting = ["task", "metric", "prompting", "filter", "shots"]
    trained = ["task", "metric", "shots"]
    known = set(scores[setting].fillna({"shots": -1}).itertuples(index=False, name=None))
    known_trained = set(checkpoints[trained].itertuples(index=False, name=None))
    without = set(tasks.loc[tasks["data"].eq("none"), "task"])
    lines = []
    for row in places.itertuples():
        found = tuple(getattr(row, name) for name in setting)
        leads = {found, (*found[:-1], -1)} & known or (*found[:2], found[-1]) in known_trained
        if not leads and row.task not in without:
            told = "/".join(map(str, found))
            lines.append(f"data/lm_eval_tasks.csv:{row.Index + 2}: task: no curve of {told}")
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m emergence.check", description=__doc__)
    parser.add_argument("--data", type=Path, default=paths.DATA, help="folder of the tables")
    try:
        lines = check(parser.parse_args().data)
    except BookError as error:
        lines = [str(error)]
    for line in lines:
        print(line)
    return 1 if lines else 0


if __name__ == "__main__":
    raise SystemExit(main())
