"""The tables of one model: built from placed scores, and of two equals the better run kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from emergence.own.card import Card
from emergence.own.names import short
from emergence.own.placing import Placed, Places, averaged
from emergence.own.results import Run
from emergence.own.samples import Answers
from emergence.own.scored import Scored

Row = dict[str, Any]
Rows = list[Row]

SCORE_KEY = ("task", "metric", "shots", "prompting", "filter", "lm_eval_task")
SAMPLE_KEY = ("task", "metric", "reading", "shots", "prompting", "filter", "lm_eval_task")
_COMPARABLE = {"chat_template", "system_prompt"}
_NO_COUNTS = {"n": None, "n_reason": "macro_average", "successes": None}


def better(row: Row) -> tuple[Any, ...]:
    """Order of rows of one key: comparable runs first, then whole, larger and later ones."""
    flags = set((row["flags"] or "").split(";"))
    comparable, whole = not flags & _COMPARABLE, "limited_run" not in flags
    return comparable, whole, row["n"] or 0, row["run"] or "", row["source"], row["value"]


def best(rows: Iterable[Row], key: tuple[str, ...]) -> Rows:
    """Return one row a key, in the order of keys: the best of its runs."""
    kept: dict[tuple[str, ...], Row] = {}
    for row in rows:
        place = tuple(f"{row[column]:>9}" if column == "shots" else row[column] for column in key)
        if place not in kept or better(row) > better(kept[place]):
            kept[place] = row
    return [kept[place] for place in sorted(kept)]


def score_rows(scores: Iterable[Placed], places: Places) -> tuple[Rows, list[str]]:
    """Return the rows of `own_scores`, averages made of their parts, and a line for each average
    that lacks some."""
    whole = [p.row for p in scores if not p.curve.average]
    parts = _by_average((p.curve.average, p.row) for p in scores if p.curve.average)
    lines = []
    for (name, shots), rows in parts.items():
        found, wanted = best(rows, SCORE_KEY), places.parts[name, shots]
        if len(found) < wanted:
            lines.append(f"{name}: found {len(found)} of its {wanted} parts with {shots} shots")
            continue
        pooled = places.pooled(name)
        row = averaged(found, name, SCORE_KEY, pooled=pooled)
        whole.append(row | (_counts(found) if pooled else _NO_COUNTS))
    return best(whole, SCORE_KEY), lines


def sample_rows(found: Iterable[tuple[Placed, Answers, list[Scored]]], places: Places) -> Rows:
    """Return the rows of `own_samples`; of an average only where all parts have answers."""
    whole: Rows = []
    parts: list[tuple[str, Row]] = []
    for placed, _answers, metrics in found:
        for metric in metrics:
            row = _sample(placed, metric)
            if placed.curve.average:
                parts.append((placed.curve.average, row))
            else:
                whole.append(row)
    for (name, shots), rows in _by_average(parts).items():
        for again in _by_reading(best(rows, SAMPLE_KEY)):
            if len(again) == places.parts[name, shots]:
                whole.append(_sample_average(again, name, pooled=places.pooled(name)))
    return best(whole, SAMPLE_KEY)


def _counts(rows: Rows) -> Row:
    return {"n": sum(r["n"] for r in rows), "successes": sum(r["successes"] for r in rows)}


def _by_average(rows: Iterable[tuple[str, Row]]) -> dict[tuple[str, int], Rows]:
    groups: dict[tuple[str, int], Rows] = {}
    for name, row in rows:
        groups.setdefault((name, row["shots"]), []).append(row)
    return dict(sorted(groups.items()))


def _by_reading(rows: Rows) -> list[Rows]:
    groups: dict[tuple[str, str], Rows] = {}
    for row in rows:
        groups.setdefault((row["metric"], row["reading"]), []).append(row)
    return list(groups.values())


def _sample_average(rows: Rows, name: str, *, pooled: bool) -> Row:
    weights = [row["n"] if pooled else 1 for row in rows]
    known = all(row["reported"] is not None for row in rows)
    told = (w * row["reported"] for w, row in zip(weights, rows, strict=True))
    return averaged(rows, name, SAMPLE_KEY, pooled=pooled) | {
        "n": sum(row["n"] for row in rows),
        "reported": sum(told) / sum(weights) if known else None,
        "difference": next((row["difference"] for row in rows if row["difference"]), None),
    }


def _sample(placed: Placed, found: Scored) -> Row:
    told = ("task", "shots", "prompting", "filter", "lm_eval_task", "flags", "run", "source")
    ours = ("metric", "reading", "value", "stderr", "n", "reported", "difference")
    return {c: placed.row[c] for c in told} | {c: getattr(found, c) for c in ours}


def model_row(
    slug: str, runs: list[Run], card: Card, known: Mapping[str, Row], before: Row | None
) -> Row:
    """Return the row of `own_models`.

    known: the book's models by name, which stand in for what card and results lack; before: the
    row of this model as it was stored.
    """
    run = runs[0]
    book = known.get(run.name, {})
    name = card.name or short(run.name)
    told = [r.params for r in runs if r.params is not None]
    if before is not None and before["params_from"] == "lm_eval":
        told.append(before["params_total"])
    options = [
        (card.parameters, card.active_parameters, "card"),
        (book.get("params_total"), book.get("params_active"), "book"),
        (max(told, default=None), None, "lm_eval"),
    ]
    total, active, source = next((o for o in options if o[0] is not None), (None, None, None))
    active = total if active is None else active
    tokens = card.training_tokens
    flops, flops_from = card.training_flops, "card"
    if flops is None and tokens is not None and active is not None:
        flops, flops_from = float(f"{6 * active * tokens:.8g}"), "6nd"
    elif flops is None and tokens is None and book and not run.revision:
        tokens, flops, flops_from = book["tokens"], book["train_flops"], "book"
    return {
        "model": f"own/{slug}",
        "name": f"{name}@{run.revision}" if run.revision and not card.name else name,
        "lm_eval_name": run.name,
        "revision": run.revision or None,
        "family": card.family,
        "params_total": total,
        "params_active": active,
        "params_from": source,
        "tokens": tokens,
        "train_flops": flops,
        "flops_from": flops_from if flops is not None else None,
    }


def as_csv(rows: Rows, columns: list[str]) -> bytes:
    """Return rows as a CSV file holds them: the same rows give the same bytes."""
    table = pd.DataFrame(rows, columns=columns, dtype=object)
    return table.to_csv(index=False, lineterminator="\n").encode("utf-8")


def card_file(card: Card) -> bytes:
    """Return the card as it is stored with a model."""
    return (json.dumps(card.model_dump(), ensure_ascii=False, sort_keys=True) + "\n").encode()
