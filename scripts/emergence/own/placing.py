"""Which scores of a run belong on which curve of the book, by `data/lm_eval_tasks.csv`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from emergence.own.names import clean, grouped, listed
from emergence.own.reading import RefusedError
from emergence.own.results import Run, Score, TaskRun
from emergence.rules import SHARES
from emergence.tables import read_table

COUNTS = {"exact_match", "accuracy", "accuracy_norm", "pass_at_1"}
"""Metrics whose value is a share of right answers."""
_REASONS = {"mc2": "probability_mass", "bleu": "corpus_score"}
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Curve:
    """Where a score belongs. average: name of the whole that it is a part of, empty for none; own:
    whether the items were drawn for this book."""

    task: str
    metric: str
    prompting: str
    filter: str
    average: str
    own: bool

    @property
    def pooled(self) -> bool:
        """Whether the whole is a share of right answers, as its parts are."""
        return self.average != "" and self.metric in COUNTS


@dataclass(frozen=True)
class Places:
    """The map. curves: by task, shots, metric and filter of lm-eval; parts: how many scores an
    average takes, by its name and shots; items: of a task of the book."""

    curves: Mapping[tuple[str, int, str, str], Curve]
    parts: Mapping[tuple[str, int], int]
    items: Mapping[str, int]

    def of(self, task: str) -> list[tuple[int, str, str]]:
        """Shots, metric and filter of every curve of a task of lm-eval."""
        return [key[1:] for key in self.curves if key[0] == task]

    def pooled(self, average: str) -> bool:
        """Whether right answers are summed over the parts, in place of a mean of their shares."""
        return any(c.pooled for c in self.curves.values() if c.average == average)


@dataclass(frozen=True)
class Placed:
    """A score on its curve, as a row of the reader's table."""

    curve: Curve
    run: TaskRun
    score: Score
    row: dict[str, Any]


def read_places() -> Places:
    """Return the book's map."""
    table, tasks = read_table("lm_eval_tasks"), read_table("tasks")
    curves = {}
    for row in table.to_dict("records"):
        key = (row["lm_eval_task"], row["shots"], row["lm_eval_metric"], row["lm_eval_filter"])
        average = "" if pd.isna(row["average"]) else row["average"]
        names = ("task", "metric", "prompting", "filter")
        curves[key] = Curve(*(row[name] for name in names), average, row["items"] == "own")
    parts = table.dropna(subset="average").groupby(["average", "shots"]).size()
    items = tasks.dropna(subset="n_items").set_index("task")["n_items"]
    return Places(curves, {key: int(n) for key, n in parts.items()}, dict(items.astype(int)))


def placed(run: Run, source: str, places: Places) -> tuple[list[Placed], list[str], list[str]]:
    """Return the scores that have a curve, a line for each refused, and lines on the skipped.

    source: the file's name, as the table keeps it.
    """
    kept: list[Placed] = []
    faults: list[tuple[str, str]] = []
    skipped: list[tuple[str, str]] = []
    unknown = []
    for task in run.tasks:
        wanted = places.of(task.name)
        if not wanted:
            unknown.append(task.name)
            continue
        here = [key for key in wanted if key[0] == task.shots]
        if not here:
            known = ", ".join(map(str, sorted({shots for shots, _, _ in wanted})))
            found = "unknown" if task.shots is None else task.shots
            skipped.append((task.name, f"shots {found}, the book has {known}"))
            continue
        scores = [(key, task.score(*key[1:])) for key in here]
        if all(score is None for _, score in scores):
            found = ", ".join(f"{s.metric},{s.filter}" for s in task.scores)
            known = ", ".join(f"{metric},{chosen}" for _, metric, chosen in here)
            skipped.append((task.name, f"has {clean(found, 120)}; the book has {known}"))
        for key, score in scores:
            if score is not None:
                curve = places.curves[task.name, *key]
                try:
                    kept.append(_placed(run, task, score, curve, source, places))
                except RefusedError as error:
                    faults.append((task.name, str(error)))
    lines = grouped(skipped) + ([f"no curve for {listed(unknown)}"] if unknown else [])
    return kept, grouped(faults), lines


def _placed(
    run: Run, task: TaskRun, score: Score, curve: Curve, source: str, places: Places
) -> Placed:
    value = score.value
    low, high = _range(curve.metric)
    if not low <= value <= high:
        raise RefusedError(f"{score.metric} {value:g} is not in [{low:g}, {high:g}]")
    counted = curve.metric in COUNTS or curve.average != ""
    items = places.items.get(curve.task) if not curve.average and not curve.own else None
    n = _items(run, task, score, items) if counted else task.n
    right = None
    if counted and n is not None:
        right = round(value * n)
        if abs(value * n - right) > _ROUNDING * max(1, right):
            raise RefusedError(f"{score.metric} {value:.6g} is no share of {n} items")
    if counted and n is None and (not curve.average or curve.pooled):
        raise RefusedError(f"nothing tells of how many items {score.metric} is the share")
    reason = _REASONS.get(curve.metric)
    few = run.limited or (n is not None and n < max(task.original or 0, items or 0))
    marks = {"limited_run": few, "own_items": curve.own}
    row = {
        "task": curve.task,
        "metric": curve.metric,
        "shots": task.shots,
        "prompting": curve.prompting,
        "filter": curve.filter,
        "lm_eval_task": task.name,
        "value": value,
        "stderr": score.stderr,
        "n": None if reason else n,
        "n_reason": reason,
        "successes": right,
        "flags": flags((*run.flags, *(name for name, told in marks.items() if told))),
        "run": run.started,
        "lm_eval": run.version,
        "source": source,
    }
    return Placed(curve, task, score, row)


def _range(metric: str) -> tuple[float, float]:
    if metric in SHARES:
        return 0.0, 1.0
    return (0.0, 100.0) if metric == "bleu" else (1.0, math.inf)


def _items(run: Run, task: TaskRun, score: Score, items: int | None) -> int | None:
    """Items of the run: as told, or else as the standard error tells them.

    The harness reports sqrt(p (1 - p) / (n - 1)) of a share p. Where p is 0 or 1 only the number
    of items of a whole run is left.
    """
    if task.n is not None:
        return task.n
    p = score.value
    if score.stderr and 0 < p < 1:
        ratio = math.sqrt(p * (1 - p)) / score.stderr
        n = 1 + ratio * ratio  # a power of so large a number would be an error
        found = round(n) if n < 2**53 else 0
        if found >= 1 and abs(p * found - round(p * found)) <= _ROUNDING * max(1, p * found):
            return found
    if run.limited or items is None:
        return None
    return items if abs(p * items - round(p * items)) <= _ROUNDING * max(1, p * items) else None


def flags(found: Iterable[str]) -> str | None:
    """Return flags as a table keeps them: each once, in order; None for none."""
    return ";".join(sorted(set(found))) or None


def averaged(
    rows: list[dict[str, Any]], name: str, keys: tuple[str, ...], *, pooled: bool
) -> dict[str, Any]:
    """Return the mean of parts, as one row under the name of the average.

    keys: columns that the row takes from its parts; they are the same in all. pooled: parts weigh
    as much as they have items, else all alike. The standard error is that of a mean of independent
    parts.
    """
    weights = [row["n"] if pooled else 1 for row in rows]
    whole = sum(weights)
    pairs = list(zip(rows, weights, strict=True))
    known = all(row["stderr"] is not None for row in rows)
    squares = ((weight * row["stderr"]) ** 2 for row, weight in pairs)
    last = max(rows, key=lambda row: (row["run"] or "", row["source"]))
    return last | {
        **{key: rows[0][key] for key in keys},
        "lm_eval_task": name,
        "value": math.fsum(weight * row["value"] for row, weight in pairs) / whole,
        "stderr": math.sqrt(math.fsum(squares)) / whole if known else None,
        "flags": flags(f for row in rows for f in (row["flags"] or "").split(";") if f),
    }
