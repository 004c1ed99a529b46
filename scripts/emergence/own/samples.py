"""Files of `--log_samples`: every answer of a task, as JSON lines (0.4.5 and later)."""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from emergence.own.reading import RefusedError

WRITTEN, CHOSEN, LIKELIHOOD = "written", "chosen", "likelihood"
_LONGEST_LIST = 100_000
_LONGEST_ANSWER = 20_000
"""Characters; a longer answer is refused, as comparing it would take minutes."""
_QUESTION = 4000
"""Characters of a question that are looked at: its last ones."""


class NotANumberError(RefusedError):
    """Answers that are NaN: such a model has none, whatever score they were given."""


@dataclass(frozen=True)
class Answers:
    """The answers of one task under one filter, one row a document, in a table.

    Columns of all kinds: `document` (its doc_id), `question` (the end of what was asked; None where
    the file does not tell).
    kind WRITTEN: columns `raw` and `answer` (filtered; text), `targets` (tuple of texts).
    kind CHOSEN: `choice_loglikelihoods` (tuple), `choices` (tuple of texts, as scored), `options`
    (tuple of texts, with what sets their questions apart), `correct` (place of the right one, -1
    where the file does not tell), `true` (tuple of 0 and 1 where several are right, else None).
    kind LIKELIHOOD: `log_likelihood`, `greedy` (whether it is what the model would write) and
    `target` (the right text).
    """

    kind: str
    filter: str
    table: pd.DataFrame


def read_answers(records: Iterable[tuple[int, Any]], filters: tuple[str, ...]) -> list[Answers]:
    """Return the answers of a file, for each of its filters.

    records: number and content of each line; filters: those of the task in the results file, in
    its order, for versions whose lines name none. Raises RefusedError for anything else, and for
    answers that are NaN.
    """
    rows: dict[str, dict[Any, dict[str, Any]]] = {}
    kinds: dict[str, str] = {}
    for number, record in records:
        try:
            _file(rows, kinds, record, filters)
        except RefusedError as error:
            raise type(error)(f"line {number}: {error}") from None
    if not rows:
        raise RefusedError("holds no answers")
    return [
        Answers(kinds[name], name, pd.DataFrame(list(found.values())))
        for name, found in rows.items()
    ]


def _file(
    rows: dict[str, dict[Any, dict[str, Any]]],
    kinds: dict[str, str],
    record: Any,
    filters: tuple[str, ...],
) -> None:
    if not isinstance(record, dict):
        raise RefusedError("is no mapping")
    document = record.get("doc_id")
    if isinstance(document, bool) or not isinstance(document, int | str):
        raise RefusedError("has no doc_id")
    name = record.get("filter")
    if name is None:
        # One pass over all documents a filter: the first one that lacks this document.
        name = next((f for f in filters if document not in rows.get(f, {})), None)
        if name is None:
            raise RefusedError(f"doc_id {document!r:.40} stands in an earlier line already")
    if not isinstance(name, str) or name not in filters:
        raise RefusedError(f"filter {name!r:.40} has no score in the results file")
    kind, row = _answer(record)
    if kinds.setdefault(name, kind) != kind:
        raise RefusedError("has another kind of answer than the lines before")
    found = rows.setdefault(name, {})
    if document in found:
        raise RefusedError(f"doc_id {document!r:.40} stands in an earlier line already")
    found[document] = {"document": document, **row}


def _answer(record: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    filtered, target = record.get("filtered_resps"), record.get("target")
    if not isinstance(filtered, list) or not filtered:
        raise RefusedError("has no filtered_resps")
    if isinstance(target, bool) or not isinstance(target, str | int):
        raise RefusedError("has no target")
    pairs = [_pair(cell) for cell in filtered]
    if all(pair is not None for pair in pairs):
        if len(pairs) == 1:
            likelihood, greedy = pairs[0]
            told = {"question": _question(record), "target": str(target)}
            return LIKELIHOOD, {"log_likelihood": likelihood, "greedy": greedy, **told}
        return CHOSEN, _choice(record, pairs, str(target))
    if any(pair is not None for pair in pairs):
        raise RefusedError("mixes texts and log-likelihoods")
    return WRITTEN, _written(record, filtered, str(target))


def _pair(cell: Any) -> tuple[float, bool] | None:
    """Log-likelihood and whether it is the most likely text; None if the cell is no such pair."""
    if not isinstance(cell, list) or len(cell) != 2:
        return None
    value, greedy = cell
    if not isinstance(greedy, bool) and greedy not in ("True", "False"):
        return None
    try:
        if isinstance(value, bool) or (isinstance(value, str) and len(value) > 64):
            return None
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    if math.isnan(number):
        raise NotANumberError("an answer is NaN, so none of the file is trusted")
    if number > 1e-3:
        raise RefusedError(f"log-likelihood {number:g} is above 0")
    return min(number, 0.0), greedy in (True, "True")


def _written(record: Mapping[str, Any], filtered: list[Any], target: str) -> dict[str, Any]:
    raw, answer = _first_text(record.get("resps")), _first_text(filtered)
    if raw is None or answer is None:
        raise RefusedError("has an answer that is no text")
    targets = _targets(target)
    if max(map(len, (raw, answer, *targets))) > _LONGEST_ANSWER:
        raise RefusedError(f"has an answer of more than {_LONGEST_ANSWER} characters")
    return {"question": _question(record), "raw": raw, "answer": answer, "targets": targets}


def _first_text(cell: Any) -> str | None:
    for _ in range(3):
        if not isinstance(cell, list) or not cell:
            break
        cell = cell[0]
    return cell if isinstance(cell, str) else None


def _targets(target: str) -> tuple[str, ...]:
    """Return the right answers: several are written as a list of Python's."""
    if target[:1] == "[" and target[-1:] == "]" and len(target) <= _LONGEST_LIST:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = ast.literal_eval(target)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return (target,)
        if isinstance(found, list) and found and all(isinstance(t, str) for t in found):
            return tuple(found)
    return (target,)


def _choice(
    record: Mapping[str, Any], pairs: list[tuple[float, bool]], target: str
) -> dict[str, Any]:
    # Mutual information is measured by as many log-likelihoods again, without the question.
    doubled = "acc_mutual_info" in record and len(pairs) % 2 == 0
    kept = pairs[: len(pairs) // 2] if doubled else pairs
    requests = _requests(record, len(kept))
    choices = tuple(text for _, text in requests if isinstance(text, str))
    choices = choices if len(choices) == len(kept) else ()
    question, options = _options([context for context, _ in requests], choices)
    return {
        "question": question,
        "choice_loglikelihoods": tuple(value for value, _ in kept),
        "choices": choices,
        "options": options,
        "correct": _correct(target, choices, len(kept)),
        "true": _true(record.get("doc"), len(kept)),
    }


def _requests(record: Mapping[str, Any], n: int) -> list[tuple[str, Any]]:
    """What the model was given, n times, and what was asked of it; none where it is not told.

    The second is the text whose likelihood was asked for, with the space before it, or options.
    """
    arguments = record.get("arguments")
    given = list(arguments.values()) if isinstance(arguments, dict) else arguments
    found = []
    for argument in given[:n] if isinstance(given, list) else ():
        cells = list(argument.values()) if isinstance(argument, dict) else argument
        if isinstance(cells, list) and len(cells) > 1 and isinstance(cells[0], str):
            found.append((cells[0], cells[1]))
    return found if len(found) == n else []


def _question(record: Mapping[str, Any]) -> str | None:
    return next((context[-_QUESTION:] for context, _ in _requests(record, 1)), None)


def _options(contexts: list[str], choices: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    """The question that all choices share, and each choice with what its own question adds.

    Some tasks ask how likely one end is after different beginnings, not the other way round.
    """
    if not choices:
        return None, ()
    first = contexts[0]
    if all(context == first for context in contexts):
        return first[-_QUESTION:], choices
    least, most = min(contexts), max(contexts)
    differ = next((i for i, c in enumerate(least) if most[i] != c), len(least))
    start = least.rfind(" ", 0, differ) + 1
    pairs = zip(contexts, choices, strict=True)
    return least[:start][-_QUESTION:], tuple(c[start:][:_QUESTION] + text for c, text in pairs)


def _correct(target: str, choices: tuple[str, ...], n: int) -> int:
    """The place of the right choice, or -1 where the target does not tell it."""
    if target.isascii() and target.isdigit() and len(target) < 6 and int(target) < n:
        return int(target)
    same = [place for place, text in enumerate(choices) if text.strip() == target.strip()]
    return same[0] if len(same) == 1 else -1


def _true(document: Any, n: int) -> tuple[int, ...] | None:
    """Which choices are true, where a document of TruthfulQA says so of several."""
    told = document.get("mc2_targets") if isinstance(document, dict) else None
    labels = told.get("labels") if isinstance(told, dict) else None
    if not isinstance(labels, list) or len(labels) != n:
        return None
    if any(isinstance(label, bool) or label not in (0, 1) for label in labels):
        return None
    return tuple(int(label) for label in labels)
