"""A few answers of each task to be read: right and wrong ones, chosen by lot."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from emergence.own.names import passage
from emergence.own.placing import Placed, Places, flags
from emergence.own.samples import CHOSEN, WRITTEN, Answers
from emergence.own.scored import Scored
from emergence.own.tables import Row, Rows, better

MOST = 6
"""Right answers of a task that are kept, and as many wrong ones."""
MOST_CHOICES = 8
QUESTION, ANSWER, CHOICE = 300, 400, 160
"""Characters that are kept of a text."""

_READING = {
    "exact_match": ("exact_match", "filtered"),
    "accuracy_norm": ("accuracy", "length_normalised"),
    "mc2": ("mc2", "choices"),
}
"""Metric and reading by which an answer is right, by the curve's metric."""
_PLACE = ("task", "metric", "shots", "prompting", "filter", "lm_eval_task")
_RUN = ("n", "flags", "run", "source")


@dataclass(frozen=True)
class _Item:
    """One answer. lot: what decides whether it is chosen, the same for every model."""

    lot: str
    score: float
    rows: Callable[[], Rows]


@dataclass(frozen=True)
class _Picked:
    """The chosen answers of one task of one run. told: what their rows share, and the value."""

    average: str
    told: Row
    items: tuple[_Item, ...]


def answer_rows(
    found: Iterable[tuple[Placed, Answers, list[Scored]]], before: Rows, places: Places
) -> Rows:
    """Return the rows of `own_answers`: of each setting the answers of its best run.

    before: the rows as they are stored. Of an average only where all parts have answers.
    """
    each = [p for one in found if (p := _picked(*one)) is not None]
    new = [p for p in each if not p.average] + list(_averages(each, places))
    groups: dict[tuple[Any, ...], tuple[Row, Rows]] = {}
    for told, rows in [*_stored(before), *((p.told, _rows(p)) for p in new)]:
        place = tuple(told[column] for column in _PLACE)
        if place not in groups or better(told) > better(groups[place][0]):
            groups[place] = told, rows
    return [row for place in sorted(groups) for row in groups[place][1]]


def _stored(before: Rows) -> Iterator[tuple[Row, Rows]]:
    groups: dict[tuple[Any, ...], Rows] = {}
    for row in before:
        groups.setdefault(tuple(row[column] for column in _PLACE), []).append(row)
    for rows in groups.values():
        yield rows[0] | {"value": 0.0}, rows


def _rows(picked: _Picked) -> Rows:
    shared = {column: picked.told[column] for column in (*_PLACE, *_RUN)}
    return [shared | row for item in picked.items for row in item.rows()]


def _averages(each: Iterable[_Picked], places: Places) -> Iterator[_Picked]:
    """The answers of averages, chosen among those of their parts."""
    averages: dict[tuple[str, int], dict[str, _Picked]] = {}
    for part in each:
        if part.average:
            parts = averages.setdefault((part.average, part.told["shots"]), {})
            name = part.told["lm_eval_task"]
            if name not in parts or better(part.told) > better(parts[name].told):
                parts[name] = part
    for (name, shots), parts in averages.items():
        if len(parts) == places.parts[name, shots]:
            yield _average(name, list(parts.values()))


def _average(name: str, parts: list[_Picked]) -> _Picked:
    last = max((p.told for p in parts), key=lambda told: (told["run"] or "", told["source"]))
    told = last | {
        "lm_eval_task": name,
        "n": sum(p.told["n"] for p in parts),
        "flags": flags(f for p in parts for f in (p.told["flags"] or "").split(";") if f),
    }
    return _Picked("", told, tuple(_by_lot(item for p in parts for item in p.items)))


def _by_lot(items: Iterable[_Item]) -> list[_Item]:
    """The first right and wrong answers by lot, the right ones first."""
    ordered = sorted(items, key=lambda item: item.lot)
    right = [item for item in ordered if item.score > 0.5]
    wrong = [item for item in ordered if item.score <= 0.5]
    return right[:MOST] + wrong[:MOST]


def _picked(placed: Placed, answers: Answers, metrics: list[Scored]) -> _Picked | None:
    """The chosen answers of one task; None where nothing tells right ones from wrong ones."""
    if answers.kind == CHOSEN:
        reading = _READING.get(placed.curve.metric, ("accuracy", "choices"))
    else:
        reading = ("exact_match", "filtered") if answers.kind == WRITTEN else ("accuracy", "target")
    scores = next((s.values for s in metrics if (s.metric, s.reading) == reading), None)
    if scores is None:
        return None
    part, kind = placed.run.name, answers.kind
    records = answers.table.to_dict("records")
    items = [
        _Item(_lot(part, record["document"]), v, partial(_of_kind, kind, record, v, number, part))
        for number, (record, v) in enumerate(zip(records, map(float, scores), strict=True), 1)
    ]
    told = {column: placed.row[column] for column in (*_PLACE, *_RUN, "value")}
    return _Picked(placed.curve.average, told | {"n": len(records)}, tuple(_by_lot(items)))


def _lot(task: str, document: Any) -> str:
    return hashlib.sha256(f"{task} {document}".encode("utf-8", "replace")).hexdigest()


def _of_kind(kind: str, record: Mapping[str, Any], score: float, item: int, part: str) -> Rows:
    question = record["question"]
    shared = {
        "part": part,
        "item": item,
        "place": 1,
        "score": float(f"{score:.6g}"),
        "question": passage(question, QUESTION, end=True) if isinstance(question, str) else None,
        "target": None,
        "text": None,
        "read": None,
        "right": score > 0.5,
        "probability": None,
    }
    if kind == CHOSEN:
        return [shared | told for told in _choices(record)]
    if kind == WRITTEN:
        texts = {"target": record["targets"][0], "text": record["raw"], "read": record["answer"]}
        return [shared | {name: passage(text, ANSWER) for name, text in texts.items()}]
    chance = _digits(math.exp(record["log_likelihood"]))
    return [shared | {"target": passage(record["target"], ANSWER), "probability": chance}]


def _choices(record: Mapping[str, Any]) -> Iterator[Row]:
    """The right choices, and the likeliest of the others, in the order of the question."""
    values = np.array(record["choice_loglikelihoods"], dtype=float)
    weights = np.exp(values - values.max()) if np.isfinite(values.max()) else np.ones(len(values))
    shares = weights / weights.sum()
    true = record["true"] or tuple(int(i == record["correct"]) for i in range(len(values)))
    chosen = sorted(range(len(values)), key=lambda i: (-true[i], -shares[i], i))[:MOST_CHOICES]
    options = record["options"]
    for i in sorted(chosen):
        text = passage(options[i].strip(), CHOICE) if options else None
        probability = _digits(float(shares[i]))
        yield {"place": i + 1, "text": text, "right": bool(true[i]), "probability": probability}


def _digits(share: float) -> float:
    return float(f"{share:.6g}")
